//! Mails about reservations: what became of a hold, and the tickets that were paid; nothing that is not true any more.

use std::time::Duration;

use domain::mails::{self, Content, OutgoingMail};
use entities::{category::Category, mail};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use tests::{
    Backend, TestApp,
    bank::{ASKS, PAYS},
    both,
    mailer::TestMailer,
};

use super::payments::{held, keep};

both! {
    who_holds_tickets_is_mailed_until_when,
    who_pays_is_mailed_the_tickets_and_not_to_pay,
    whose_hold_expires_is_mailed_and_who_cancels_is_not,
    a_crowd_is_mailed_each_their_own,
    tickets_are_mailed_before_the_holds_of_a_crowd,
    tickets_that_are_gone_are_not_mailed,
    tickets_are_mailed_to_a_confirmed_email_alone,
}

async fn mailed(app: &TestApp, mailer: &TestMailer) -> Vec<OutgoingMail> {
    mails::round(app, mailer).await.expect("mails can be looked for");
    mailer.empty()
}

async fn waiting(app: &TestApp) -> u64 {
    mail::Entity::find().count(&app.db).await.expect("mails can be counted")
}

async fn who_holds_tickets_is_mailed_until_when(app: &TestApp) {
    let mailer = TestMailer::default();
    let (_, hold) = held(app, 20).await;

    let sent = mailed(app, &mailer).await;

    let [OutgoingMail { to, name, locale: None, content: Content::HoldPlaced(facts) }] = &sent[..] else {
        panic!("{sent:?}")
    };
    assert_eq!((to.as_str(), name.as_deref()), ("ana@example.com", Some("ana")));
    assert_eq!((facts.reservation.id, facts.match_facts.match_number), (hold.id, 1));
    assert_eq!(facts.reservation.expires_at, hold.expires_at);
    assert_eq!(waiting(app).await, 0);
}

async fn who_pays_is_mailed_the_tickets_and_not_to_pay(app: &TestApp) {
    let mailer = TestMailer::default();
    let (ana, hold) = held(app, 20).await;
    ana.pay_with(hold.id, PAYS, None).await.expect("the card pays");

    let sent = mailed(app, &mailer).await;

    let [OutgoingMail { content: Content::Paid { facts, passes }, .. }] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((facts.reservation.id, passes.len()), (hold.id, 2));
    for (pass, seat) in passes.iter().zip(1..) {
        assert_eq!((pass.ticket.seat, pass.facts.match_number), (seat, 1));
        let code = domain::tickets::code(app, &pass.ticket).await.expect("tickets can be signed");
        assert_eq!(Some(&pass.code), code.as_ref());
    }
    assert_eq!(waiting(app).await, 0, "nobody is told to pay what they have paid");
}

async fn whose_hold_expires_is_mailed_and_who_cancels_is_not(app: &TestApp) {
    let mailer = TestMailer::default();
    let (ana, hold) = held(app, 20).await;
    let cancelled = ana.holds(1, Category::One, 1).await;
    ana.cancel(cancelled.id).await.expect("she may");
    let waits = ana.holds(1, Category::One, 1).await;
    ana.pay_with(waits.id, ASKS, None).await.expect("it waits");
    let sent = mailed(app, &mailer).await;
    assert_eq!(sent.len(), 2, "{sent:?}");

    app.advance(app.settings.hold + Duration::from_secs(1)).await;
    keep(app).await;
    let sent = mailed(app, &mailer).await;

    let expired = sent.iter().map(|mail| match &mail.content {
        Content::HoldExpired(facts) => facts.reservation.id,
        other => panic!("{other:?}"),
    });
    let mut expired: Vec<_> = expired.collect();
    expired.sort_unstable();
    assert_eq!(expired, [hold.id, waits.id], "one that nobody paid, one whose payment came to nothing");
}

async fn a_crowd_is_mailed_each_their_own(app: &TestApp) {
    let mailer = TestMailer::default();
    app.stock(1, Category::One, 100).await;
    let fans = app.fans(40).await;

    let holds = futures_util::future::join_all(fans.iter().map(|fan| fan.holds(1, Category::One, 1))).await;

    let mut sent = Vec::new();
    while waiting(app).await > 0 {
        sent.extend(mailed(app, &mailer).await);
    }
    assert_eq!(sent.len(), 40);
    for hold in holds {
        let fan = domain::accounts::find(app, hold.user_id).await.expect("accounts can be read").expect("there is one");
        let of_fan = sent.iter().filter(|mail| mail.to == fan.email).collect::<Vec<_>>();
        let [OutgoingMail { content: Content::HoldPlaced(facts), .. }] = of_fan[..] else { panic!("{of_fan:?}") };
        assert_eq!(facts.reservation.id, hold.id);
    }
}

async fn tickets_are_mailed_before_the_holds_of_a_crowd(app: &TestApp) {
    let mailer = TestMailer::default();
    app.stock(1, Category::One, 100).await;
    let fans = app.fans(40).await;
    let holds = futures_util::future::join_all(fans.iter().map(|fan| fan.holds(1, Category::One, 1))).await;
    let last = holds.iter().zip(&fans).max_by_key(|(hold, _)| hold.created_at).expect("there are holds");
    last.1.pay_with(last.0.id, PAYS, None).await.expect("the card pays");

    let sent = mailed(app, &mailer).await;

    let paid = sent.iter().filter(|mail| matches!(mail.content, Content::Paid { .. })).count();
    assert_eq!(paid, 1, "{sent:?}");
    assert!(waiting(app).await > 0, "more mails of holds than go out in a round");
}

async fn tickets_that_are_gone_are_not_mailed(app: &TestApp) {
    let mailer = TestMailer::default();
    let (ana, hold) = held(app, 20).await;
    ana.pay_with(hold.id, PAYS, None).await.expect("the card pays");
    let set = async |change: &str| {
        app.db.execute_unprepared(&format!("UPDATE tickets SET {change}")).await.expect("tickets can be set");
    };
    set("status = 'LISTED'").await;

    assert_eq!(mailed(app, &mailer).await, []);

    assert_eq!(waiting(app).await, 0);
    set("status = 'VALID'").await;
}

/// A mistyped email is a stranger's: they get no seat by it.
async fn tickets_are_mailed_to_a_confirmed_email_alone(app: &TestApp) {
    let mailer = TestMailer::default();
    let (ana, hold) = held(app, 20).await;
    app.db.execute_unprepared("UPDATE users SET verified_at = NULL").await.expect("users can be set");
    ana.pay_with(hold.id, PAYS, None).await.expect("the card pays");

    let sent = mailed(app, &mailer).await;

    let [OutgoingMail { name: None, content: Content::PaidUnconfirmed(facts), .. }] = &sent[..] else {
        panic!("{sent:?}")
    };
    assert_eq!((facts.reservation.id, waiting(app).await), (hold.id, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_mails_nobody_of_holds_mails_the_tickets_still() {
    for backend in Backend::BOTH {
        let app = TestApp::start_with(backend, |settings| settings.mails_of_holds = false).await;
        let mailer = TestMailer::default();
        let (ana, hold) = held(&app, 20).await;
        let other = ana.holds(1, Category::One, 1).await;
        ana.pay_with(hold.id, PAYS, None).await.expect("the card pays");
        app.advance(app.settings.hold + Duration::from_secs(1)).await;
        assert_eq!(app.reservation(other.id).await.status, entities::reservation::Status::Cancelled);

        let sent = mailed(&app, &mailer).await;

        assert!(matches!(&sent[..], [OutgoingMail { content: Content::Paid { .. }, .. }]), "{sent:?}");
        app.finish().await;
    }
}
