//! Leases: one leader at a time among the instances of a site.

use std::{sync::Arc, time::Duration};

use domain::leases;
use futures_util::future::join_all;
use tests::{Backend, TestApp, both};
use uuid::Uuid;

const TTL: Duration = Duration::from_secs(10);

both! {
    one_instance_leads_until_its_time_is_over,
    a_leader_that_renews_goes_on_leading,
    a_leader_that_steps_down_makes_room_at_once,
    only_the_leader_steps_down,
    different_tasks_have_different_leaders,
    of_many_that_run_for_it_at_once_one_leads,
}

async fn acquire(app: &TestApp, holder: Uuid) -> bool {
    leases::acquire(app, "relay", holder, TTL).await.expect("a lease can be asked for")
}

async fn one_instance_leads_until_its_time_is_over(app: &TestApp) {
    let (ana, ben) = (Uuid::new_v4(), Uuid::new_v4());

    assert!(acquire(app, ana).await);
    assert!(!acquire(app, ben).await);
    app.move_clock(TTL / 2);
    assert!(!acquire(app, ben).await);
    app.move_clock(TTL / 2);
    assert!(acquire(app, ben).await);
    assert!(!acquire(app, ana).await);
}

async fn a_leader_that_renews_goes_on_leading(app: &TestApp) {
    let (ana, ben) = (Uuid::new_v4(), Uuid::new_v4());
    assert!(acquire(app, ana).await);

    for _ in 0..5 {
        app.move_clock(TTL / 2);
        assert!(acquire(app, ana).await);
        assert!(!acquire(app, ben).await);
    }
}

async fn a_leader_that_steps_down_makes_room_at_once(app: &TestApp) {
    let (ana, ben) = (Uuid::new_v4(), Uuid::new_v4());
    assert!(acquire(app, ana).await);

    leases::release(app, "relay", ana).await.expect("a lease can be given back");

    assert!(acquire(app, ben).await);
}

async fn only_the_leader_steps_down(app: &TestApp) {
    let (ana, ben) = (Uuid::new_v4(), Uuid::new_v4());
    assert!(acquire(app, ana).await);

    leases::release(app, "relay", ben).await.expect("giving back what one does not have is no error");

    assert!(!acquire(app, ben).await);
}

async fn different_tasks_have_different_leaders(app: &TestApp) {
    assert!(acquire(app, Uuid::new_v4()).await);

    let other = leases::acquire(app, "another task", Uuid::new_v4(), TTL).await;

    assert!(other.expect("a lease can be asked for"));
}

async fn of_many_that_run_for_it_at_once_one_leads(app: &TestApp) {
    let mut instances = vec![app.app()];
    let mut other = None;
    if app.backend == Backend::Postgres {
        let another = app.another().await;
        instances.push(Arc::clone(&another.app));
        other = Some(another);
    }
    for _ in 0..5 {
        let running = (0..12).map(|number| {
            let app = Arc::clone(&instances[number % instances.len()]);
            async move { leases::acquire(&app, "relay", Uuid::new_v4(), TTL).await }
        });

        let leading = join_all(running)
            .await
            .into_iter()
            .filter(|leads| *leads.as_ref().expect("a lease can be asked for"))
            .count();

        assert_eq!(leading, 1);
        app.move_clock(TTL);
    }
    if let Some(mut other) = other {
        other.stop().await;
    }
}
