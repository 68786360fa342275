//! Random lives of a listing, on both databases: sellers, buyers, gates, the clock and the bank in any order. After each
//! step the audit finds nothing, and once all is settled money, ticket and listing tell the same.

use std::{
    sync::atomic::{AtomicI32, Ordering},
    time::Duration,
};

use domain::{
    gateway::Status as AtBank,
    payments,
    resale::{Change, Subject},
    tickets,
};
use entities::{category::Category, listing, payment::State, payout, reservation::Status, ticket};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner},
};
use sea_orm::EntityTrait;
use tests::{
    Backend, Fan, TestApp,
    bank::{ASKS, Call, DECLINES, Fault, PAYS},
    offer, price,
    sites::PRICE,
};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::{
    payments::keep,
    resale::{listing, scanned, ticket},
};

const CASES: u32 = 40;
const STEPS: usize = 30;
const BUYERS: usize = 3;

/// Rounds in which everything that is under way comes to rest, whatever the keeper's waits are.
const ROUNDS: usize = 6;

#[derive(Debug, Clone)]
enum Step {
    Offer,
    Withdraw,
    Reprice(i64),
    Order(usize),
    Cancel(usize),
    Pay(usize, &'static str),
    /// Both at the same time.
    PayAndWithdraw(usize),
    PayAndReprice(usize),
    OrderAndWithdraw(usize),
    /// The bank does something by itself with the newest payment of an order.
    Bank(usize, &'static str),
    Away(bool),
    Fail(Call, Fault),
    CheckIn,
    OfferAndCheckIn,
    Pass(u64),
    Keep,
}

fn step() -> impl Strategy<Value = Step> {
    let order = || 0..4_usize;
    prop_oneof![
        4 => Just(Step::Offer),
        1 => Just(Step::Withdraw),
        1 => (1..3_i64).prop_map(|less| Step::Reprice(PRICE - less)),
        4 => (0..BUYERS).prop_map(Step::Order),
        1 => order().prop_map(Step::Cancel),
        4 => (order(), select(vec![PAYS, ASKS, ASKS, DECLINES])).prop_map(|(order, card)| Step::Pay(order, card)),
        1 => order().prop_map(Step::PayAndWithdraw),
        1 => order().prop_map(Step::PayAndReprice),
        1 => (0..BUYERS).prop_map(Step::OrderAndWithdraw),
        3 => (order(), select(vec!["consents", "consents", "takes", "cancels"]))
            .prop_map(|(order, does)| Step::Bank(order, does)),
        2 => any::<bool>().prop_map(Step::Away),
        1 => (select(vec![Call::Open, Call::Capture, Call::Cancel, Call::Refund, Call::Transfer]),
              select(vec![Fault::Before, Fault::After])).prop_map(|(call, fault)| Step::Fail(call, fault)),
        1 => Just(Step::CheckIn),
        1 => Just(Step::OfferAndCheckIn),
        3 => select(vec![20, 300, 900, 1_600]).prop_map(Step::Pass),
        3 => Just(Step::Keep),
    ]
}

#[test]
fn whatever_meets_on_sqlite_money_ticket_and_listing_agree() {
    everything_agrees(Backend::Sqlite);
}

#[test]
fn whatever_meets_on_postgres_money_ticket_and_listing_agree() {
    everything_agrees(Backend::Postgres);
}

/// Cases share a database: each has a match and fans of its own.
fn everything_agrees(backend: Backend) {
    let runtime = Runtime::new().expect("a runtime can be made");
    let app = runtime.block_on(TestApp::start(backend));
    let cases = AtomicI32::new(0);
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/resale_random.txt");
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        max_shrink_iters: 200,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(seeds))),
        ..Config::default()
    });

    let outcome = runner.run(&vec(step(), 1..STEPS), |steps| {
        let case = cases.fetch_add(1, Ordering::SeqCst);
        runtime.block_on(async { Life::start(&app, case + 1).await.live(steps).await })
    });

    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    runtime.block_on(app.finish());
}

struct Life<'a> {
    app: &'a TestApp,
    seller: Fan,
    buyers: Vec<Fan>,
    ticket: Uuid,
    listings: Vec<Uuid>,
    /// With the number of its buyer.
    orders: Vec<(usize, Uuid)>,
    scans: usize,
}

impl<'a> Life<'a> {
    async fn start(app: &'a TestApp, number: i32) -> Self {
        app.bank.is_away.store(false, Ordering::SeqCst);
        app.bank.forget_faults();
        app.stock(number, Category::One, 5).await;
        let mut fans = app.fans(BUYERS + 1).await;
        let seller = fans.pop().expect("there are fans");
        let ticket = seller.buys(number, Category::One).await.id;
        Self { app, seller, buyers: fans, ticket, listings: Vec::new(), orders: Vec::new(), scans: 0 }
    }

    async fn live(mut self, steps: Vec<Step>) -> Result<(), TestCaseError> {
        for step in &steps {
            self.take(step).await;
            let found = domain::audit::violations(&self.app.db).await.expect("it can be audited");
            prop_assert!(found.is_empty(), "after {step:?}: {found:#?}");
        }
        self.settle().await;
        self.judge().await
    }

    /// What somebody does, whatever they are answered.
    async fn take(&mut self, step: &Step) {
        match *step {
            Step::Offer => self.offer().await,
            Step::Withdraw => self.withdraw().await,
            Step::Reprice(minor) => self.reprice(minor).await,
            Step::Order(buyer) => self.order(buyer).await,
            Step::Cancel(order) => {
                if let Some((buyer, id)) = self.nth(order) {
                    drop(self.buyers[buyer].cancel(id).await);
                }
            }
            Step::Pay(order, card) => self.pay(order, card).await,
            Step::PayAndWithdraw(order) => {
                tokio::join!(self.pay(order, PAYS), self.withdraw());
            }
            Step::PayAndReprice(order) => {
                tokio::join!(self.pay(order, PAYS), self.reprice(PRICE - 3));
            }
            Step::OrderAndWithdraw(buyer) => {
                let Some(id) = self.listings.last().copied() else { return };
                let (ordered, _) = tokio::join!(self.buyers[buyer].order(id), self.seller.withdraw(id));
                self.orders.extend(ordered.ok().map(|order| (buyer, order.id)));
            }
            Step::Bank(order, does) => self.bank(order, does).await,
            Step::Away(is_away) => self.app.bank.is_away.store(is_away, Ordering::SeqCst),
            Step::Fail(call, fault) => self.app.bank.fail(call, fault),
            Step::CheckIn => self.check_in().await,
            Step::OfferAndCheckIn => {
                let Some(code) = self.code().await else { return };
                self.scans += 1;
                let nonce = format!("{}-{}", self.ticket, self.scans);
                let offered = self.seller.offer(offer(Subject::Ticket(self.ticket), PRICE));
                let (offered, _) = tokio::join!(offered, scanned(self.app, code, &nonce));
                self.listings.extend(offered.ok().map(|row| row.id));
            }
            Step::Pass(seconds) => self.app.advance(Duration::from_secs(seconds)).await,
            Step::Keep => keep(self.app).await,
        }
    }

    async fn offer(&mut self) {
        let offered = self.seller.offer(offer(Subject::Ticket(self.ticket), PRICE)).await;
        self.listings.extend(offered.ok().map(|row| row.id));
    }

    async fn withdraw(&self) {
        if let Some(id) = self.listings.last() {
            drop(self.seller.withdraw(*id).await);
        }
    }

    async fn reprice(&self, minor: i64) {
        let Some(id) = self.listings.last() else { return };
        let version = listing(self.app, *id).await.version;
        drop(self.seller.change(*id, Change { version, price: Some(price(minor)), ..Change::default() }).await);
    }

    async fn order(&mut self, buyer: usize) {
        let Some(id) = self.listings.last().copied() else { return };
        let ordered = self.buyers[buyer].order(id).await;
        self.orders.extend(ordered.ok().map(|order| (buyer, order.id)));
    }

    async fn pay(&self, order: usize, card: &str) {
        if let Some((buyer, id)) = self.nth(order) {
            drop(self.buyers[buyer].pay_with(id, card, None).await);
        }
    }

    async fn bank(&self, order: usize, does: &str) {
        let Some((_, id)) = self.nth(order) else { return };
        let newest = payments::latest(&self.app.db, id).await.expect("payments can be read");
        let Some(payment) = newest.filter(|payment| payment.intent_id.is_some()) else { return };
        // A bank moves what waits or is reserved, and nothing that is over.
        match (self.app.bank.status(payment.id), does) {
            (Some(AtBank::Waiting), "consents") => self.app.bank.set(payment.id, AtBank::Authorised),
            (Some(AtBank::Authorised | AtBank::Waiting), "takes") => self.app.bank.set(payment.id, AtBank::Captured),
            (Some(AtBank::Authorised | AtBank::Waiting), "cancels") => self.app.bank.set(payment.id, AtBank::Cancelled),
            _ => {}
        }
    }

    async fn check_in(&mut self) {
        if let Some(code) = self.code().await {
            self.scans += 1;
            scanned(self.app, code, &format!("{}-{}", self.ticket, self.scans)).await;
        }
    }

    async fn code(&self) -> Option<String> {
        tickets::code(self.app, &ticket(self.app, self.ticket).await).await.expect("codes can be made")
    }

    /// The newest orders, by how many came after them.
    fn nth(&self, order: usize) -> Option<(usize, Uuid)> {
        self.orders.iter().rev().nth(order).copied()
    }

    /// The bank answers again, time passes, and everything under way comes to rest.
    async fn settle(&self) {
        self.app.bank.is_away.store(false, Ordering::SeqCst);
        self.app.bank.forget_faults();
        for _ in 0..ROUNDS {
            self.app.advance(Duration::from_secs(3_600)).await;
            keep(self.app).await;
        }
    }

    async fn judge(&self) -> Result<(), TestCaseError> {
        let mut buyers = 0;
        for (buyer, id) in &self.orders {
            let row = self.app.reservation(*id).await;
            let all = payments::of_reservations(&self.app.db, &[*id]).await.expect("payments can be read");
            prop_assert!(all.iter().all(|payment| !payment.state.is_live()), "{all:?}");
            let taken: i64 = all.iter().map(|payment| self.app.bank.taken(payment.id)).sum();
            let bought = self.buyers[*buyer].ticket_of(*id).await;
            let is_sold = row.status == Status::Reserved;
            prop_assert!(is_sold || row.status == Status::Cancelled, "{:?}", row);
            prop_assert_eq!(taken, if is_sold { row.unit_price_minor } else { 0 });
            prop_assert_eq!(bought.map(|row| row.origin_id), is_sold.then_some(Some(self.ticket)));
            prop_assert_eq!(
                all.iter().filter(|payment| payment.state == State::Captured).count(),
                usize::from(is_sold)
            );
            buyers += usize::from(is_sold);
        }
        prop_assert!(buyers <= 1);
        let (mine, mut owed, mut live) = (ticket(self.app, self.ticket).await, 0, 0);
        for id in &self.listings {
            let row = listing(self.app, *id).await;
            prop_assert!(row.state != listing::State::Locked);
            owed += if row.state == listing::State::Sold { row.price_minor - row.fee_minor } else { 0 };
            live += usize::from(row.state == listing::State::Open);
        }
        let expected = match (buyers, live) {
            (1, 0) => vec![ticket::Status::Transferred],
            (0, 1) => vec![ticket::Status::Listed],
            (0, 0) => vec![ticket::Status::Valid, ticket::Status::Used],
            _ => vec![],
        };
        prop_assert!(expected.contains(&mine.status), "{:?} with {} buyers and {} listings", mine, buyers, live);
        prop_assert_eq!(self.app.bank.paid_to(self.seller.viewer.user_id), owed);
        let due = payout::Entity::find().all(&self.app.db).await.expect("payouts can be read");
        prop_assert!(due.iter().all(|row| row.state == payout::State::Paid));
        Ok(())
    }
}
