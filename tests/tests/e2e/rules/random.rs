//! Random lives of a site, step by step the same as the model's, on both databases.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicI32, Ordering},
    time::Duration,
};

use book::outbox::TicketAction;
use domain::{
    desk::error::RefundRefused,
    foreign::Sale,
    inbox::{Incoming, Message},
    tickets,
};
use entities::{category::Category, foreign_hold, parked_sale, reservation, stock};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::select,
    test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::{
    Backend, Fan, TestApp,
    sites::{apply, given, sale},
};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::model::{self, Answer, Counts, Model, Place};

const CASES: u32 = 80;
const STEPS: usize = 40;
const FANS: usize = 3;

/// The first match of a life is there from the start; the second comes when the organiser gives it.
const STOCK: [(i32, Category, i32); 3] = [(0, Category::One, 5), (0, Category::Two, 3), (1, Category::One, 4)];

/// Steps of the clock never meet a deadline, so the time that a test takes does not matter.
const TICK: i64 = 60;

#[derive(Debug, Clone)]
enum Step {
    Hold {
        fan: usize,
        place: usize,
        quantity: i32,
        key: Option<usize>,
    },
    Cancel(usize),
    Pay(usize),
    Refund {
        claim: usize,
        seat: Option<usize>,
        staff: bool,
    },
    Pass {
        ticks: i64,
        sweep: bool,
    },
    /// Some come one by one, some in a batch.
    Hear(Vec<Said>),
    HearAgain(usize),
    Give,
}

/// Mostly one place, so that what happens there meets.
fn place() -> impl Strategy<Value = usize> {
    select(vec![0, 0, 0, 1, 2])
}

#[derive(Debug, Clone)]
struct Said {
    action: TicketAction,
    place: usize,
    quantity: i32,
    sender: Option<&'static str>,
    reference: Option<&'static str>,
}

fn said() -> impl Strategy<Value = Said> {
    let actions = [TicketAction::Pending, TicketAction::Pending, TicketAction::Reserved, TicketAction::Cancelled];
    let sender = option::weighted(0.7, select(vec!["there", "there", "elsewhere"]));
    let reference = option::weighted(0.7, select(vec!["x", "y"]));
    (select(actions.to_vec()), place(), 1..=2, sender, reference)
        .prop_map(|(action, place, quantity, sender, reference)| Said { action, place, quantity, sender, reference })
}

/// One site talks about one place, so that its messages meet in the batch.
fn monologue() -> impl Strategy<Value = Vec<Said>> {
    vec(said(), 2..7).prop_map(|mut batch| {
        let (place, sender) = (batch[0].place, batch[0].sender);
        for said in &mut batch {
            (said.place, said.sender) = (place, sender);
        }
        batch
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..FANS, place(), 1..=2, option::weighted(0.3, 0..3_usize))
            .prop_map(|(fan, place, quantity, key)| Step::Hold { fan, place, quantity, key }),
        2 => any::<usize>().prop_map(Step::Cancel),
        3 => any::<usize>().prop_map(Step::Pay),
        2 => (any::<usize>(), option::of(0..2_usize), any::<bool>())
            .prop_map(|(claim, seat, staff)| Step::Refund { claim, seat, staff }),
        2 => (1..4_i64, any::<bool>()).prop_map(|(ticks, sweep)| Step::Pass { ticks, sweep }),
        3 => vec(said(), 1..5).prop_map(Step::Hear),
        3 => monologue().prop_map(Step::Hear),
        1 => any::<usize>().prop_map(Step::HearAgain),
        1 => Just(Step::Give),
    ]
}

#[test]
fn every_life_on_sqlite_is_the_models() {
    lives_are_the_models(Backend::Sqlite);
}

#[test]
fn every_life_on_postgres_is_the_models() {
    lives_are_the_models(Backend::Postgres);
}

/// Cases share a database: each has matches of its own.
fn lives_are_the_models(backend: Backend) {
    let runtime = Runtime::new().expect("a runtime can be made");
    let app = runtime.block_on(TestApp::start_with(backend, |settings| {
        settings.purchase_cap = model::CAP;
        settings.hold = Duration::from_secs(model::HOLD.unsigned_abs());
        settings.foreign_hold = Duration::from_secs(model::FOREIGN_HOLD.unsigned_abs());
    }));
    let fans = runtime.block_on(app.fans(FANS));
    let cases = AtomicI32::new(0);
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/random.txt");
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        max_shrink_iters: 400,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(seeds))),
        ..Config::default()
    });

    let outcome = runner.run(&vec(step(), 1..STEPS), |steps| {
        let case = cases.fetch_add(1, Ordering::SeqCst);
        runtime.block_on(Life::start(&app, &fans, 2 * case + 1).live(steps))
    });

    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    runtime.block_on(app.finish());
}

struct Life<'a> {
    app: &'a TestApp,
    fans: &'a [Fan],
    first: i32,
    model: Model,
    ids: Vec<Uuid>,
    log: Vec<Incoming>,
}

impl<'a> Life<'a> {
    fn start(app: &'a TestApp, fans: &'a [Fan], first: i32) -> Self {
        Self { app, fans, first, model: Model::default(), ids: Vec::new(), log: Vec::new() }
    }

    async fn live(mut self, steps: Vec<Step>) -> Result<(), TestCaseError> {
        self.give(0).await;
        for step in steps {
            self.take(&step).await?;
            self.compare().await?;
        }
        self.app.check().await;

        Ok(())
    }

    async fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match *step {
            Step::Hold { fan, place, quantity, key } => {
                let place = self.place(place);
                let key = key.map(|key| format!("{}-{key}", self.first));
                let expected = self.model.hold(fan, place, quantity, key.as_deref());
                let fan = &self.fans[fan];
                let answer = match &key {
                    Some(key) => fan.hold_once(key, place.0, place.1, quantity).await,
                    None => fan.hold(place.0, place.1, quantity).await,
                };
                if let Ok(row) = &answer
                    && !self.ids.contains(&row.id)
                {
                    self.ids.push(row.id);
                }
                self.agree(answer, expected)?;
            }
            Step::Cancel(number) if self.model.claims() > 0 => {
                let number = number % self.model.claims();
                let expected = self.model.cancel(number);
                let fan = &self.fans[self.model.fan(number)];
                self.agree(fan.cancel(self.ids[number]).await, expected)?;
            }
            Step::Pay(number) if self.model.claims() > 0 => {
                let number = number % self.model.claims();
                let expected = self.model.pay(number);
                let fan = &self.fans[self.model.fan(number)];
                self.agree(fan.pay(self.ids[number]).await, expected)?;
            }
            Step::Refund { claim, seat, staff } if self.model.claims() > 0 => {
                let number = claim % self.model.claims();
                let tickets = tickets::of_reservations(&self.app.db, &[self.ids[number]]).await;
                let tickets = tickets.expect("tickets can be read");
                let seat = seat.map(|seat| seat % self.model.quantity(number));
                // A claim without tickets has none that could be named.
                let named = seat.and_then(|seat| Some([tickets.get(seat)?.id]));
                let expected = self.model.refund(number, named.and(seat).map(|seat| seat + 1));
                let fan = &self.fans[self.model.fan(number)];
                let fan = if staff { fan.as_admin() } else { fan.clone() };
                let named = named.as_ref().map(<[Uuid; 1]>::as_slice);
                self.agree(fan.refund(self.ids[number], named).await, expected)?;
            }
            Step::Pass { ticks, sweep } => {
                self.model.pass(ticks * TICK);
                let time = Duration::from_secs((ticks * TICK).unsigned_abs());
                if sweep {
                    self.model.sweep();
                    self.app.advance(time).await;
                } else {
                    self.app.move_clock(time);
                }
            }
            Step::Hear(ref said) => self.hear(said).await,
            Step::HearAgain(number) => {
                let record = self.log[number % self.log.len()].clone();
                let again = apply(self.app, &[record]).await;
                prop_assert_eq!(again.skipped, 1);
            }
            Step::Give => self.give(1).await,
            Step::Cancel(_) | Step::Pay(_) | Step::Refund { .. } => {}
        }
        Ok(())
    }

    async fn give(&mut self, which: i32) {
        let stock: Vec<(Category, i32)> =
            (STOCK.iter()).filter(|stock| stock.0 == which).map(|stock| (stock.1, stock.2)).collect();
        let number = self.first + which;
        let places: Vec<(Place, i32)> = (stock.iter()).map(|(category, given)| ((number, *category), *given)).collect();
        self.model.give(&places);
        self.receive(vec![Message::MasterList(vec![given(number, &stock)])]).await;
    }

    async fn hear(&mut self, said: &[Said]) {
        let mut batch = Vec::new();
        for said in said {
            let (match_number, category) = self.place(said.place);
            let sale = sale(said.action, match_number, category, said.quantity, said.sender);
            let sale = Sale { reference: said.reference.map(str::to_owned), ..sale };
            self.model.hear(sale.clone());
            batch.push(Message::Sale(sale));
        }
        self.receive(batch).await;
    }

    async fn receive(&mut self, batch: Vec<Message>) {
        let records: Vec<Incoming> = batch.into_iter().map(|message| self.app.next(message)).collect();
        apply(self.app, &records).await;
        self.log.extend(records);
    }

    fn place(&self, number: usize) -> Place {
        let (which, category, _) = STOCK[number];
        (self.first + which, category)
    }

    fn agree(
        &self,
        answer: Result<reservation::Model, impl Into<RefundRefused>>,
        expected: Answer,
    ) -> Result<(), TestCaseError> {
        let answer = match answer {
            Ok(row) => match self.ids.iter().position(|id| *id == row.id) {
                Some(number) => Answer::Claim(number),
                None => Answer::No("an unknown reservation"),
            },
            Err(error) => Answer::No(model::name(&error.into())),
        };
        prop_assert_eq!(answer, expected);

        Ok(())
    }

    async fn compare(&self) -> Result<(), TestCaseError> {
        let numbers = [self.first, self.first + 1];
        let rows: HashMap<Place, Counts> = stock::Entity::find()
            .filter(stock::Column::MatchNumber.is_in(numbers))
            .all(&self.app.db)
            .await
            .expect("the stock can be read")
            .into_iter()
            .map(|row| {
                let counts = Counts {
                    available: row.available,
                    held: row.held,
                    foreign_pending: row.foreign_pending,
                    sold: row.sold,
                    foreign_sold: row.foreign_sold,
                    deficit: row.deficit,
                };
                ((row.match_number, row.category), counts)
            })
            .collect();
        let expected: HashMap<Place, Counts> =
            (self.model.places()).map(|place| (place, self.model.counts(place))).collect();
        prop_assert_eq!(rows, expected);

        let claims = reservation::Entity::find()
            .filter(reservation::Column::MatchNumber.is_in(numbers))
            .all(&self.app.db)
            .await
            .expect("reservations can be read");
        prop_assert_eq!(claims.len(), self.model.claims());
        for row in claims {
            let number = self.ids.iter().position(|id| *id == row.id);
            let number = number.expect("every reservation was answered");
            let expected = self.model.claim(number);
            prop_assert_eq!((row.status, row.cancel_reason, row.returned), expected);
        }

        let mut elsewhere: Vec<_> = foreign_hold::Entity::find()
            .filter(foreign_hold::Column::MatchNumber.is_in(numbers))
            .all(&self.app.db)
            .await
            .expect("holds of other sites can be read")
            .into_iter()
            .map(|hold| ((hold.match_number, hold.category), hold.sender, hold.reference, hold.quantity))
            .collect();
        let mut expected = self.model.elsewhere();
        elsewhere.sort();
        expected.sort();
        prop_assert_eq!(elsewhere, expected);

        let parked = parked_sale::Entity::find()
            .filter(parked_sale::Column::MatchNumber.is_in(numbers))
            .count(&self.app.db)
            .await
            .expect("what is parked can be counted");
        prop_assert_eq!(usize::try_from(parked), Ok(self.model.parked()));

        Ok(())
    }
}
