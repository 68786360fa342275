//! Metrics: what a program counts of what it does.
//!
//! Each test has a process of its own: in this one, other tests are counted too.

use std::{collections::BTreeMap, path::Path};

use serde_json::json;
use testkit::wait::{PATIENCE, eventually};
use tests::{World, client::Client, program::Program};

/// What a program tells: the value of each sample, by its family and its labels as they are written.
struct Told(BTreeMap<String, f64>);

impl Told {
    async fn by(visitor: &Client) -> Self {
        let text = visitor.get("/metrics").await.1;
        let samples = text.lines().filter_map(|line| {
            let (sample, value) = line.rsplit_once(' ').filter(|_| !line.starts_with('#'))?;
            Some((sample.to_owned(), value.parse().expect("samples are numbers")))
        });
        Self(samples.collect())
    }

    /// 0 for what was never counted.
    fn value(&self, sample: &str) -> f64 {
        self.0.get(sample).copied().unwrap_or_default()
    }

    /// Asserts how much more was counted than before.
    fn assert_grown(&self, before: &Self, samples: &[(&str, f64)]) {
        for (sample, expected) in samples {
            let grown = self.value(sample) - before.value(sample);
            assert_eq!(grown, *expected, "{sample}");
        }
    }
}

/// A program that sells the World Cup.
async fn program() -> Program {
    let world = World::embedded().with("MATCHDAY_KAFKA_BUNDLED_MASTER_LIST", "true");
    let program = Program::start(Path::new(env!("CARGO_BIN_EXE_matchday-under-test")), &world).await;
    let visitor = program.visitor();
    eventually(PATIENCE, "the program is ready", || async { visitor.get("/readyz").await.0 == 200 }).await;
    program
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holds_are_counted_by_what_they_came_to() {
    let program = program().await;
    let visitor = program.visitor();
    let ana = visitor.sign_up("ana").await;
    let before = Told::by(&visitor).await;

    for _ in 0..3 {
        ana.reserve_once("once", 1, 1, 2).await.expect("the site answers").data();
    }
    assert_eq!(ana.reserve(999, 1, 1).await.code(), "NOT_FOUND");
    ana.holds(1, 2, 2).await;
    ana.holds(1, 2, 2).await;
    assert_eq!(ana.reserve(1, 2, 1).await.code(), "PURCHASE_LIMIT");

    Told::by(&visitor).await.assert_grown(
        &before,
        &[
            (r#"matchday_holds_total{outcome="placed"}"#, 3.0),
            (r#"matchday_holds_total{outcome="repeated"}"#, 2.0),
            (r#"matchday_holds_total{outcome="NOT_FOUND"}"#, 1.0),
            (r#"matchday_holds_total{outcome="PURCHASE_LIMIT"}"#, 1.0),
            (r#"matchday_operations_total{type="mutation",outcome="ok"}"#, 5.0),
            (r#"matchday_operations_total{type="mutation",outcome="refused"}"#, 2.0),
            (r#"matchday_operations_total{type="mutation",outcome="failed"}"#, 0.0),
            (r#"matchday_tickets{state="held"}"#, 6.0),
            (r#"matchday_tickets{state="sellable"}"#, -6.0),
        ],
    );
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_that_is_kept_for_all_is_counted_each_time() {
    let program = program().await;
    let visitor = program.visitor();
    // A buyer may have six tickets of a match, and a category has twenty.
    for name in ["ana", "ben", "cem", "dan"] {
        let fan = visitor.sign_up(name).await;
        for _ in 0..3 {
            fan.reserve(3, 3, 2).await;
        }
    }
    let eve = visitor.sign_up("eve").await;
    assert_eq!(eve.reserve(3, 3, 1).await.code(), "TEMPORARILY_UNAVAILABLE");
    let before = Told::by(&visitor).await;

    for _ in 0..4 {
        assert_eq!(eve.reserve(3, 3, 1).await.code(), "TEMPORARILY_UNAVAILABLE");
    }

    let after = Told::by(&visitor).await;
    after.assert_grown(
        &before,
        &[
            (r#"matchday_holds_total{outcome="TEMPORARILY_UNAVAILABLE"}"#, 4.0),
            (r#"matchday_operations_total{type="mutation",outcome="refused"}"#, 4.0),
        ],
    );
    let early = "matchday_holds_refused_early_total";
    assert!(after.value(early) > before.value(early), "none was refused from memory");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_are_counted_by_the_states_that_they_reach() {
    const REFUND: &str =
        "mutation ($input: RefundReservationInput!) { refundReservation(input: $input) { reservation { status } } }";
    let program = program().await;
    let visitor = program.visitor();
    let ana = visitor.sign_up("ana").await;
    let (paid, declined) = (ana.holds(1, 1, 2).await, ana.holds(2, 1, 1).await);
    let state = |name: &str| format!(r#"matchday_payments_total{{state="{name}"}}"#);
    let told = async |name: &str| Told::by(&visitor).await.value(&state(name));

    ana.pay(&paid, "pm_card_visa", "one").await.data();
    assert_eq!(ana.pay(&declined, "pm_card_visa_chargeDeclined", "two").await.code(), "PAYMENT_FAILED");
    ana.pay(&paid, "pm_card_visa", "one").await.data();
    for (name, count) in [("created", 2.0), ("confirmed", 1.0), ("captured", 1.0), ("declined", 1.0), ("refunded", 0.0)]
    {
        assert_eq!(told(name).await, count, "{name}");
    }

    ana.ask(REFUND, json!({ "input": { "reservationId": paid } })).await.data();
    eventually(PATIENCE, "the money is back", || async { told("refunded").await == 1.0 }).await;
    for (name, count) in [("created", 2.0), ("captured", 1.0), ("refunding", 1.0)] {
        assert_eq!(told(name).await, count, "{name}");
    }
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_kept_counts_as_one_that_was_executed() {
    let program = program().await;
    let visitor = program.visitor();
    let before = Told::by(&visitor).await;

    for _ in 0..3 {
        visitor.ask("{ matches(first: 1) { totalCount } }", json!({})).await.data();
    }
    visitor.ask("{ nonsense }", json!({})).await;
    assert_eq!(visitor.ask("{ myReservations { nodes { id } } }", json!({})).await.code(), "UNAUTHENTICATED");

    Told::by(&visitor).await.assert_grown(
        &before,
        &[
            (r#"matchday_operations_total{type="query",outcome="ok"}"#, 3.0),
            (r#"matchday_operations_total{type="query",outcome="refused"}"#, 1.0),
            (r#"matchday_operations_total{type="query",outcome="failed"}"#, 0.0),
        ],
    );
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_program_stands_on_is_measured() {
    let program = program().await;
    let visitor = program.visitor();
    let ana = visitor.sign_up("ana").await;
    ana.holds(1, 1, 1).await;

    for sample in [
        "matchday_desk_batch_seconds_count",
        "matchday_desk_wait_seconds_count",
        "matchday_database_write_wait_seconds_count",
        "matchday_relay_round_seconds_count",
        "matchday_relay_round_size_count",
        "matchday_feed_delay_seconds_count",
        "matchday_feed_following",
        "matchday_feed_record_age_seconds",
        "matchday_master_list_age_seconds",
        "matchday_connections_max",
        "matchday_runtime_busy_seconds_total",
    ] {
        eventually(PATIENCE, sample, || async { Told::by(&visitor).await.value(sample) > 0.0 }).await;
    }
    let told = Told::by(&visitor).await;
    for known in [
        r#"matchday_migrations{kind="missing"}"#,
        r#"matchday_migrations{kind="newer"}"#,
        "matchday_deficit_tickets",
        "matchday_payouts_due",
        "matchday_payouts_oldest_due_seconds",
        "matchday_limits_fallback",
        // Counters begin at 0, so that the first of what they count shows as an increase.
        "matchday_feed_gaps_total",
        "matchday_log_lines_lost_total",
        r#"matchday_task_restarts_total{task="relay"}"#,
    ] {
        assert_eq!(told.0.get(known), Some(&0.0), "{known}");
    }
    let build = told.0.keys().find(|sample| sample.starts_with("matchday_build_info{")).expect("the build is told");
    assert!(build.contains("version=") && build.contains("revision=") && build.contains("site="), "{build}");
    program.stop().await;
}
