//! The program killed while fans pay: whatever step a payment was at, it is followed to its end, once.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::audit;
use entities::{
    payment::{self, State},
    reservation::{self, Status},
    sandbox_intent::{self, Status as AtGateway},
};
use futures_util::future::join_all;
use rand::Rng;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use testkit::wait::{PATIENCE, eventually};
use tests::{
    World,
    client::{Answer, Client},
    program::Program,
    site::reservation_id,
};
use tokio::sync::watch;
use uuid::Uuid;

const KILLS: usize = 4;
const PAYERS: usize = 4;
const TICKETS: i32 = 10_000;
/// Between two attempts to reach a program that is down.
const PAUSE: Duration = Duration::from_millis(10);
const CARDS: [&str; 4] =
    ["pm_card_visa", "pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_threeDSecure2Required"];

/// What was acknowledged to the payers.
#[derive(Default)]
struct Acknowledged {
    paid: Mutex<Vec<Uuid>>,
    answers: AtomicUsize,
    over: AtomicBool,
}

impl Acknowledged {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// Waits until the payers have got so many answers more.
    async fn grows_by(&self, answers: usize) {
        let until = self.answers.load(Ordering::SeqCst) + answers;
        eventually(3 * PATIENCE, "the load goes on", || async { self.answers.load(Ordering::SeqCst) >= until }).await;
    }
}

/// Asks until there is an answer, wherever the program is just then; none once the load is over.
async fn answered(acknowledged: &Acknowledged, ask: impl AsyncFn() -> Option<Answer>) -> Option<Answer> {
    loop {
        match ask().await {
            Some(answer) if answer.code() != "SERVICE_UNAVAILABLE" => return Some(answer),
            _ if acknowledged.is_over() => return None,
            _ => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Holds and pays, each under a key of its own, until the load is over.
async fn pay(fan: Client, address: watch::Receiver<SocketAddr>, acknowledged: Arc<Acknowledged>) {
    let at = || fan.at(*address.borrow());
    while !acknowledged.is_over() {
        let (key, card) = (Uuid::new_v4().to_string(), CARDS[rand::rng().random_range(0..CARDS.len())]);
        let held = answered(&acknowledged, async || at().reserve_once(&key, 1, 1, 1).await).await;
        let Some(held) = held else { return };
        let id = held.data()["reserve"]["reservation"]["id"].as_str().expect("it has an id").to_owned();
        // Who loses their patience with the answer leaves the payment to the site alone.
        let paid = if rand::rng().random_bool(0.5) {
            at().try_pay(&id, card, &key).await
        } else {
            answered(&acknowledged, async || at().try_pay(&id, card, &key).await).await
        };
        let Some(paid) = paid else { continue };
        match paid.code() {
            "" | "SERVICE_UNAVAILABLE" => {}
            "PAYMENT_FAILED" => assert_eq!(card, "pm_card_visa_chargeDeclined", "{paid:?}"),
            code => panic!("{code}: {paid:?}"),
        }
        if paid.is_ok() && paid.data()["payReservation"]["reservation"]["status"] == "RESERVED" {
            let id = reservation_id(&id).expect("the id is a reservation's");
            acknowledged.paid.lock().unwrap_or_else(PoisonError::into_inner).push(id);
        }
        acknowledged.answers.fetch_add(1, Ordering::SeqCst);
    }
}

async fn killed_while_fans_pay(world: World, give: impl AsyncFn()) {
    let binary = Path::new(env!("CARGO_BIN_EXE_matchday-under-test"));
    let mut program = Program::start(binary, &world).await;
    give().await;
    eventually(3 * PATIENCE, "the match is on sale", || async {
        let asked = program.visitor().try_ask("{ match(matchNumber: 1) { id } }", json!({})).await;
        asked.is_some_and(|answer| answer.is_ok() && !answer.data()["match"].is_null())
    })
    .await;
    let visitor = program.visitor();
    let fans = join_all((0..PAYERS).map(|_| visitor.sign_up("payer"))).await;
    let (moved, address) = watch::channel(program.address);
    let acknowledged = Arc::<Acknowledged>::default();
    let load = join_all(fans.into_iter().map(|fan| pay(fan, address.clone(), Arc::clone(&acknowledged))));

    let killing = async {
        for _ in 0..KILLS {
            acknowledged.grows_by(rand::rng().random_range(3..30)).await;
            program.kill().await;
            program = Program::start(binary, &world).await;
            moved.send_replace(program.address);
        }
        acknowledged.grows_by(5).await;
        acknowledged.over.store(true, Ordering::SeqCst);
        program
    };
    let (_, program) = tokio::join!(load, killing);

    let db = world.connect().await;
    let moving = [State::Created, State::Confirmed, State::Voiding, State::Refunding];
    eventually(6 * PATIENCE, "every payment is followed to its end", || async {
        let moving = payment::Entity::find().filter(payment::Column::State.is_in(moving)).count(&db).await;
        moving.is_ok_and(|moving| moving == 0)
    })
    .await;
    program.stop().await;
    let paid = acknowledged.paid.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(!paid.is_empty(), "somebody has paid");
    demand_that_both_sides_agree(&db, &paid).await;
}

/// The gateway has taken exactly what we hold for paid, and who was told that they have paid has the tickets.
async fn demand_that_both_sides_agree(db: &DatabaseConnection, paid: &[Uuid]) {
    let violations = audit::violations(db).await.expect("the database can be audited");
    assert!(violations.is_empty(), "{violations:#?}");
    let intents = sandbox_intent::Entity::find().all(db).await.expect("the sandbox can be read");
    let mut intents: HashMap<Uuid, Vec<_>> = intents.into_iter().fold(HashMap::new(), |mut all, intent| {
        all.entry(intent.payment_id).or_insert_with(Vec::new).push(intent);
        all
    });
    for payment in payment::Entity::find().all(db).await.expect("payments can be read") {
        let of_payment = intents.remove(&payment.id).unwrap_or_default();
        let [intent] = &of_payment[..] else { panic!("{payment:?} has {of_payment:?}") };
        assert_eq!(intent.amount_minor, payment.amount_minor);
        let expected = match payment.state {
            State::Captured => AtGateway::Succeeded,
            State::Open => AtGateway::RequiresAction,
            State::Declined => AtGateway::RequiresPaymentMethod,
            other => panic!("{other:?}: {payment:?}"),
        };
        assert_eq!((intent.status, intent.refunded_minor), (expected, 0), "{payment:?}");
    }
    assert_eq!(intents.len(), 0, "the gateway knows payments that we do not: {intents:?}");
    let rows = reservation::Entity::find().filter(reservation::Column::Status.eq(Status::Reserved));
    let sold: Vec<Uuid> = rows.all(db).await.expect("they can be read").into_iter().map(|row| row.id).collect();
    assert!(paid.iter().all(|id| sold.contains(id)), "a fan was told that they have what they have not");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_services_no_money_strands_and_nobody_pays_twice() {
    let world = World::services().await.with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000");
    let broker = world.broker();
    killed_while_fans_pay(world, async || broker.give(1, TICKETS).await).await;
}
