//! Measures: what the operator has to look at, as metrics tell it.

use std::time::Duration;

use book::outbox::TicketAction::Reserved;
use domain::keeper;
use entities::{category::Category, payment};
use metrics_exporter_prometheus::PrometheusBuilder;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use tests::{TestApp, bank::PAYS, both, sites::sale};

use super::payments::keep;

both! {
    tickets_that_were_sold_beyond_the_stock_are_told,
    payouts_are_told_while_they_are_due,
    payments_that_are_stuck_are_told,
}

const HOUR: Duration = Duration::from_secs(3_600);

/// What a gauge is set to when the keeper measures.
async fn told(app: &TestApp, gauge: &str) -> f64 {
    let recorder = PrometheusBuilder::new().build_recorder();
    {
        // What the keeper measures is recorded by the thread of this test.
        let _recording = metrics::set_default_local_recorder(&recorder);
        keeper::measure(app).await.expect("it can be counted");
    }
    let text = recorder.handle().render();
    let value = text.lines().find_map(|line| line.strip_prefix(gauge)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("no {gauge}:\n{text}")).parse().expect("gauges are numbers")
}

async fn tickets_that_were_sold_beyond_the_stock_are_told(app: &TestApp) {
    app.stock(1, Category::One, 2).await;
    app.stock(2, Category::Two, 1).await;
    assert_eq!(told(app, "matchday_deficit_tickets").await, 0.0);

    app.hear(sale(Reserved, 1, Category::One, 2, Some("there"))).await;
    assert_eq!(told(app, "matchday_deficit_tickets").await, 0.0);
    app.hear(sale(Reserved, 1, Category::One, 1, Some("there"))).await;
    app.hear(sale(Reserved, 2, Category::Two, 2, Some("there"))).await;

    assert_eq!(told(app, "matchday_deficit_tickets").await, 2.0);
}

async fn payouts_are_told_while_they_are_due(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let ticket = ana.buys(1, Category::One).await;
    let order = ben.orders(ana.offers(ticket.id, 8_000).await.id).await;
    assert_eq!(told(app, "matchday_payouts_due").await, 0.0);

    ben.pay_with(order.id, PAYS, None).await.expect("the card pays");
    app.move_clock(HOUR);

    assert_eq!(told(app, "matchday_payouts_due").await, 1.0);
    assert!(told(app, "matchday_payouts_oldest_due_seconds").await >= HOUR.as_secs_f64());
    keep(app).await;
    assert_eq!(told(app, "matchday_payouts_due").await, 0.0);
    assert_eq!(told(app, "matchday_payouts_oldest_due_seconds").await, 0.0);
}

async fn payments_that_are_stuck_are_told(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let hold = ana.holds(1, Category::One, 1).await;
    let paid = ana.pay_with(hold.id, PAYS, None).await.expect("the card pays");
    let stuck = r#"matchday_payment_troubles{kind="stuck"}"#;
    let set = async |state| {
        let changed = payment::ActiveModel { id: Set(paid.payment.id), state: Set(state), ..Default::default() };
        changed.update(&app.db).await.expect("a payment can be set");
    };

    set(payment::State::Confirmed).await;
    assert_eq!(told(app, stuck).await, 0.0, "it has its time");
    app.move_clock(HOUR);
    assert_eq!(told(app, stuck).await, 1.0);

    set(payment::State::Captured).await;
    assert_eq!(told(app, stuck).await, 0.0);
}
