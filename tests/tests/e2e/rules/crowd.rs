//! The crowd: many fans want the same few tickets at once.

use std::sync::Arc;

use book::outbox::{Event, TicketAction};
use domain::desk::error::HoldError;
use entities::{
    category::Category,
    reservation::{self, Status},
    stock,
};
use futures_util::future::join_all;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, ExprTrait},
};
use tests::{Backend, Fan, TestApp, both};
use tokio::sync::Barrier;
use uuid::Uuid;

const BUYERS: usize = 300;
const TICKETS: i32 = 20;

const DROP_CHECKS: &str = "DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'stock'::regclass AND contype = 'c' LOOP
        EXECUTE format('ALTER TABLE stock DROP CONSTRAINT %I', name);
    END LOOP; END $$";

both! {
    of_300_buyers_of_20_tickets_20_hold_one_and_the_others_may_wait,
    a_crowd_that_wants_one_or_two_gets_every_ticket_and_no_more,
    without_the_guard_the_same_crowd_oversells,
    where_the_code_forgets_the_guard_the_database_refuses_the_oversell,
}

async fn of_300_buyers_of_20_tickets_20_hold_one_and_the_others_may_wait(app: &TestApp) {
    app.stock(1, Category::One, TICKETS).await;
    let fans = app.fans(BUYERS).await;

    let answers = all_at_once(&fans, |_| 1).await;

    demand_exactly_the_tickets(app, answers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_300_buyers_at_two_instances_20_hold_a_ticket() {
    let app = TestApp::start(Backend::Postgres).await;
    let mut other = app.another().await;
    app.stock(1, Category::One, TICKETS).await;
    let mut fans = app.fans(BUYERS).await;
    for fan in fans.iter_mut().skip(1).step_by(2) {
        *fan = fan.at(&other.app);
    }

    let answers = all_at_once(&fans, |_| 1).await;

    demand_exactly_the_tickets(&app, answers).await;
    other.stop().await;
    app.finish().await;
}

async fn a_crowd_that_wants_one_or_two_gets_every_ticket_and_no_more(app: &TestApp) {
    app.stock(1, Category::One, TICKETS).await;
    let fans = app.fans(60).await;

    let answers = all_at_once(&fans, |number| if number % 2 == 0 { 1 } else { 2 }).await;

    let held: i32 = answers.iter().flatten().map(|row| row.quantity).sum();
    assert_eq!(held, TICKETS);
    assert_eq!(app.pending(1, Category::One).await, TICKETS);
}

/// The control: what the first test demands is demanded of a desk that looks and then writes, and is not met.
async fn without_the_guard_the_same_crowd_oversells(app: &TestApp) {
    app.stock(1, Category::One, TICKETS).await;
    let fans = app.fans(BUYERS).await;
    let unguarded = Unguarded::open(app).await;

    let held = unguarded.all_at_once(&fans).await;

    assert!(held > TICKETS, "{held} tickets of {TICKETS} are held: the crowd does not meet, so it proves nothing");
    let violations = domain::audit::violations(&unguarded.db).await.expect("the database can be audited");
    assert!(!violations.is_empty(), "the audit overlooks an oversell");
    unguarded.undo().await;
}

async fn where_the_code_forgets_the_guard_the_database_refuses_the_oversell(app: &TestApp) {
    app.stock(1, Category::One, TICKETS).await;
    let held = app.pending(1, Category::One).await;

    let refused = stock::Entity::update_many()
        .col_expr(stock::Column::Held, Expr::col(stock::Column::Held).add(TICKETS + 1))
        .filter(stock::Column::MatchNumber.eq(1))
        .exec(&app.db)
        .await
        .expect_err("more is held than there is");

    assert!(refused.to_string().to_lowercase().contains("check"), "{refused}");
    assert_eq!(app.pending(1, Category::One).await, held);
}

/// Everybody asks at the same moment.
async fn all_at_once(fans: &[Fan], quantity: impl Fn(usize) -> i32) -> Vec<Result<reservation::Model, HoldError>> {
    let start = Arc::new(Barrier::new(fans.len()));
    let asking = fans.iter().cloned().enumerate().map(|(number, fan)| {
        let (start, quantity) = (Arc::clone(&start), quantity(number));
        tokio::spawn(async move {
            start.wait().await;
            fan.hold(1, Category::One, quantity).await
        })
    });

    join_all(asking).await.into_iter().map(|answer| answer.expect("asking does not panic")).collect()
}

async fn demand_exactly_the_tickets(app: &TestApp, answers: Vec<Result<reservation::Model, HoldError>>) {
    let (held, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(held.len(), 20);
    for refused in refused {
        assert!(
            matches!(refused, Err(HoldError::TemporarilyUnavailable { available: TICKETS, sellable: 0 })),
            "{refused:?}"
        );
    }
    let counts = app.counts(1, Category::One).await;
    assert_eq!((counts.available, counts.held), (TICKETS, TICKETS));
    let told: i32 = app
        .told()
        .await
        .iter()
        .map(|queued| match queued.event {
            Event::Ticket { action: TicketAction::Pending, quantity, .. } => quantity,
            _ => 0,
        })
        .sum();
    assert_eq!(told, TICKETS);
}

/// A desk as it is written first by everybody: look whether there is a ticket, then save.
struct Unguarded {
    db: DatabaseConnection,
}

impl Unguarded {
    /// Takes the last line away as well: the database's own checks.
    async fn open(app: &TestApp) -> Self {
        let (db, statement) = match app.backend {
            Backend::Sqlite => (app.database.connect_one().await, "PRAGMA ignore_check_constraints = ON"),
            Backend::Postgres => (app.database.connect().await, DROP_CHECKS),
        };
        db.execute_unprepared(statement).await.expect("checks can be switched off");

        Self { db }
    }

    async fn all_at_once(&self, fans: &[Fan]) -> i32 {
        let looked = Arc::new(Barrier::new(fans.len()));
        let buying = fans.iter().map(|fan| {
            let (db, looked, user_id) = (self.db.clone(), Arc::clone(&looked), fan.viewer.user_id);
            tokio::spawn(async move { find_then_save(&db, &looked, user_id).await })
        });
        for bought in join_all(buying).await {
            bought.expect("buying does not panic").expect("nothing refuses the naive buyer");
        }

        reservation::Entity::find()
            .filter(reservation::Column::Status.eq(Status::Pending))
            .all(&self.db)
            .await
            .expect("reservations can be read")
            .iter()
            .map(|row| row.quantity)
            .sum()
    }

    /// Leaves the database as a right one again, for the checks that follow every test.
    async fn undo(self) {
        reservation::Entity::delete_many().exec(&self.db).await.expect("reservations can be deleted");
        stock::Entity::update_many()
            .col_expr(stock::Column::Held, Expr::value(0))
            .exec(&self.db)
            .await
            .expect("counts can be set");
    }
}

async fn find_then_save(db: &DatabaseConnection, looked: &Barrier, user_id: Uuid) -> Result<(), DbErr> {
    let stock = stock::Entity::find_by_id((1, Category::One)).one(db).await?.expect("the category is on sale");
    looked.wait().await;
    if stock.available - stock.held < 1 {
        return Ok(());
    }
    let now = chrono::Utc::now();
    let row = reservation::Model {
        id: Uuid::now_v7(),
        user_id,
        match_number: 1,
        category: Category::One,
        quantity: 1,
        unit_price_minor: stock.price_minor,
        status: Status::Pending,
        cancel_reason: None,
        created_at: now,
        expires_at: now,
        version: 1,
        idempotency_key: None,
        listing_id: None,
        returned: 0,
        extensions: 0,
        ended_at: None,
    };
    reservation::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(db).await?;
    let held = stock.held + 1;
    let mut stock = stock.into_active_model();
    stock.held = Set(held);
    stock.update(db).await?;

    Ok(())
}
