//! Leases: one leader at a time among the instances of a site, whatever their clocks say.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use domain::leases::Claim;
use entities::lease;
use futures_util::future::join_all;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use testkit::wait::PATIENCE;
use tests::{Backend, TestApp, both};
use uuid::Uuid;

const NAME: &str = "relay";
/// Long enough for a few statements on a busy machine, and short enough to be waited for.
const TERM: Duration = Duration::from_millis(400);
const HOUR: Duration = Duration::from_secs(3_600);

both! {
    a_lease_that_nobody_renews_is_taken_after_its_term_and_no_sooner,
    a_leader_that_renews_goes_on_leading_while_clocks_jump,
    a_row_that_ends_in_an_hour_keeps_nobody_waiting_for_an_hour,
    a_row_that_seems_over_to_another_clock_leaves_the_leader_alone,
    a_leader_that_steps_down_makes_room_at_once,
    only_the_leader_steps_down,
    different_tasks_have_different_leaders,
    of_many_that_run_for_it_at_once_one_leads,
}

fn claim() -> Claim {
    Claim::new(NAME, TERM)
}

async fn hold(app: &TestApp, claim: &mut Claim) -> bool {
    claim.hold(app).await.expect("a lease can be asked for")
}

/// Asks until the lease is had.
async fn takes_over(app: &TestApp, claim: &mut Claim) {
    let begun = Instant::now();
    while !hold(app, claim).await {
        assert!(begun.elapsed() < PATIENCE, "the lease never ends");
        tokio::task::yield_now().await;
    }
}

/// Has the row end so long after what the clock says, or before.
async fn write_end(app: &TestApp, in_seconds: i64) {
    let row = lease::Entity::find_by_id(NAME).one(&app.db).await.expect("leases can be read").expect("it is held");
    let until = app.now() + TimeDelta::seconds(in_seconds);
    let changed = lease::ActiveModel { until: Set(until), ..row.into_active_model() };
    changed.update(&app.db).await.expect("a lease can be changed");
}

async fn a_lease_that_nobody_renews_is_taken_after_its_term_and_no_sooner(app: &TestApp) {
    let (mut ana, mut ben) = (claim(), claim());

    assert!(hold(app, &mut ana).await);
    assert!(!hold(app, &mut ben).await);
    takes_over(app, &mut ben).await;

    assert_eq!(ana.left(), Duration::ZERO);
    assert!(ben.left() > Duration::ZERO);
    assert!(!hold(app, &mut ana).await);
}

async fn a_leader_that_renews_goes_on_leading_while_clocks_jump(app: &TestApp) {
    let (mut ana, mut ben) = (claim(), claim());
    // A machine that stands still for a term loses the lease, and rightly: then it is tried again.
    for _ in 0..10 {
        assert!(hold(app, &mut ana).await);
        let begun = Instant::now();
        while !hold(app, &mut ben).await {
            if begun.elapsed() >= 3 * TERM {
                return;
            }
            app.move_clock(HOUR);
            assert!(hold(app, &mut ana).await);
        }
        assert_eq!(ana.left(), Duration::ZERO, "two lead at once");
        ben.release(app).await.expect("a lease can be given back");
    }
    panic!("no leader goes on for three terms");
}

async fn a_row_that_ends_in_an_hour_keeps_nobody_waiting_for_an_hour(app: &TestApp) {
    let (mut ana, mut ben) = (claim(), claim());
    assert!(hold(app, &mut ana).await);
    write_end(app, 3_600).await;

    takes_over(app, &mut ben).await;

    assert_eq!(ana.left(), Duration::ZERO);
}

async fn a_row_that_seems_over_to_another_clock_leaves_the_leader_alone(app: &TestApp) {
    let (mut ana, mut ben) = (claim(), claim());
    for end in [-1, -3_600] {
        assert!(hold(app, &mut ana).await);
        write_end(app, end).await;

        assert!(!hold(app, &mut ben).await);
        takes_over(app, &mut ben).await;

        assert_eq!(ana.left(), Duration::ZERO, "two lead at once");
        ben.release(app).await.expect("a lease can be given back");
    }
}

async fn a_leader_that_steps_down_makes_room_at_once(app: &TestApp) {
    let (mut ana, mut ben) = (claim(), claim());
    assert!(hold(app, &mut ana).await);

    ana.release(app).await.expect("a lease can be given back");

    assert!(hold(app, &mut ben).await);
}

async fn only_the_leader_steps_down(app: &TestApp) {
    let (mut ana, mut ben) = (claim(), claim());
    assert!(hold(app, &mut ana).await);
    assert!(!hold(app, &mut ben).await);

    ben.release(app).await.expect("giving back what one does not have is no error");

    assert!(!hold(app, &mut claim()).await);
}

async fn different_tasks_have_different_leaders(app: &TestApp) {
    assert!(hold(app, &mut claim()).await);

    assert!(hold(app, &mut Claim::new("another task", TERM)).await);
}

async fn of_many_that_run_for_it_at_once_one_leads(app: &TestApp) {
    let mut instances = vec![app.app()];
    let mut other = None;
    if app.backend == Backend::Postgres {
        let another = app.another().await;
        instances.push(Arc::clone(&another.app));
        other = Some(another);
    }
    for name in ["a", "b", "c"] {
        let running = (0..12).map(|number| {
            let app = Arc::clone(&instances[number % instances.len()]);
            async move { Claim::new(name, TERM).hold(&app).await }
        });

        let leading = join_all(running)
            .await
            .into_iter()
            .filter(|leads| *leads.as_ref().expect("a lease can be asked for"))
            .count();

        assert_eq!(leading, 1);
    }
    if let Some(mut other) = other {
        other.stop().await;
    }
}

/// What an instance that was killed left behind, seen by those who come after it.
#[tokio::test]
async fn of_those_who_wait_for_a_dead_leader_one_leads() {
    let app = TestApp::start(Backend::Sqlite).await;
    let row = lease::Model { name: NAME.to_owned(), holder: Uuid::new_v4(), until: app.now() };
    lease::Entity::insert(row.into_active_model()).exec_without_returning(&app.db).await.expect("a row can be made");
    let mut waiting = [claim(), claim(), claim()];

    let begun = Instant::now();
    let mut leading = 0;
    while leading == 0 {
        assert!(begun.elapsed() < PATIENCE, "the dead leader's lease never ends");
        for claim in &mut waiting {
            leading += usize::from(hold(&app, claim).await);
        }
    }

    assert_eq!(leading, 1);
    app.finish().await;
}
