//! Refusals: a request that can be granted to no fan is answered once for all who ask the same, and for no longer than
//! that.

use std::{sync::Arc, time::Duration};

use async_graphql::Response;
use bytes::Bytes;
use chrono::TimeDelta;
use domain::{
    desk::error::HoldError,
    reservations::{self, HoldRequest},
    settings::SalesClose,
};
use entities::category::Category;
use resolvers::context::{self, Refused, Requester};
use schema::RefusalCache;
use serde_json::json;
use subscriptions::hub::Hub;
use tests::{Backend, Fan, Site, TestApp, question::Question, sites};

const RESERVE: &str = "mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_for_what_is_held_is_refused_in_the_same_words_until_it_comes_back() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 2).await;
    let (ana, ben, eve) = (site.fan("ana").await, site.fan("ben").await, site.fan("eve").await);
    let held = ana.holds(1, 1, 2).await;

    let refused = ben.reserve(1, 1, 2).await;
    let alike = eve.reserve(1, 1, 2).await;
    let nobody = site.visitor().reserve(1, 1, 2).await;
    ana.cancel(&held).await.data();
    let granted = eve.reserve(1, 1, 2).await;

    assert_eq!(refused.code(), "TEMPORARILY_UNAVAILABLE");
    assert_eq!(alike, refused);
    assert_eq!(nobody.code(), "UNAUTHENTICATED");
    assert!(granted.is_ok(), "{granted:?}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_was_made_is_found_whoever_was_refused_under_the_same_key() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 2).await;
    let (ana, ben) = (site.fan("ana").await, site.fan("ben").await);
    let made = ana.reserve_once("key", 1, 1, 2).await.expect("the site answers");

    let refused = ben.reserve_once("key", 1, 1, 2).await.expect("the site answers");
    let again = ana.reserve_once("key", 1, 1, 2).await.expect("the site answers");

    assert_eq!(refused.code(), "TEMPORARILY_UNAVAILABLE");
    assert_eq!(again, made);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_refusal_is_handed_out_while_the_view_is_trusted_and_the_match_unchanged() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.stock(1, Category::One, 1).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let held = ana.holds(1, Category::One, 1).await;
    let refusals = RefusalCache::new(app.app());
    let question = Question::with(RESERVE, json!({ "input": { "matchNumber": 1, "category": 1, "quantity": 1 } }));

    app.view.sweep(&app.db).await.expect("the view can be compared");
    refuse(&app, &refusals, &ben, &question).await;
    let handed_out = refusals.find(&question.parsed());
    app.advance(Duration::from_secs(3)).await;
    let untrusted = refusals.find(&question.parsed());
    app.view.sweep(&app.db).await.expect("the view can be compared");
    let trusted_again = refusals.find(&question.parsed());
    ana.cancel(held.id).await.expect("it can be given back");
    let of_another_version = refusals.find(&question.parsed());

    assert_eq!(handed_out.as_deref(), Some(&b"kept"[..]));
    assert_eq!(untrusted, None);
    assert_eq!(trusted_again.as_deref(), Some(&b"kept"[..]));
    assert_eq!(of_another_version, None);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_refusal_turns_at_the_instant_at_which_the_sale_ends() {
    let app = TestApp::start_with(Backend::Sqlite, |settings| settings.sales_close = SalesClose::default()).await;
    let (instant, end) = (TimeDelta::milliseconds(1), sites::kick_off(1));
    app.clock.stop_at(end - instant);
    app.stock(1, Category::One, 1).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    ana.holds(1, Category::One, 1).await;
    let refusals = RefusalCache::new(app.app());
    let question = Question::with(RESERVE, json!({ "input": { "matchNumber": 1, "category": 1, "quantity": 1 } }));
    app.view.sweep(&app.db).await.expect("the view can be compared");
    let (response, _) = answered(&app, &ben, &question).await;
    refuse(&app, &refusals, &ben, &question).await;
    let before = refusals.find(&question.parsed());

    app.clock.stop_at(end);
    let at = refusals.find(&question.parsed());
    let (turned, _) = answered(&app, &ben, &question).await;
    refuse(&app, &refusals, &ben, &question).await;
    app.clock.stop_at(end + instant);
    let after = refusals.find(&question.parsed());

    let code = |response: &Response| format!("{:?}", response.errors[0].extensions);
    assert!(code(&response).contains("TEMPORARILY_UNAVAILABLE") && code(&turned).contains("SALE_CLOSED"), "{turned:?}");
    assert_eq!((before.is_some(), at, after.is_some()), (true, None, true));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_holds_in_one_request_are_refused_by_themselves() {
    let two = "mutation { a: reserve(input: {matchNumber: 1, category: 1, quantity: 1}) { reservation { id } } \
               b: reserve(input: {matchNumber: 1, category: 2, quantity: 1}) { reservation { id } } }";

    let one_in_other_words = "mutation { ...it me: __typename @skip(if: true) ... on Mutation { ...it } } \
        fragment it on Mutation { reserve(input: {matchNumber: 1, category: 1, quantity: 1}) { reservation { id } } }";

    let are_for = |text: &str| RefusalCache::<Bytes>::are_for(&Question::new(text).parsed());
    assert!(are_for(RESERVE) && are_for(one_in_other_words));
    assert!(!are_for(two));
    assert!(!are_for(&RESERVE.replace("(input: $input)", "(input: $input) @skip(if: true)")));
    assert!(!are_for("mutation { signOut { success } }"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_fan_is_refused_alone_is_nobody_elses_answer() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.stock(1, Category::One, 1).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    ana.holds(1, Category::One, 1).await;
    let request = HoldRequest { match_number: 1, category: 1, quantity: 1, idempotency_key: None };
    let refused = ben.request_hold(request.clone()).await.expect_err("nothing is left");

    app.view.sweep(&app.db).await.expect("the view can be compared");
    let everybodys = reservations::refused_alike(&app, &request, &refused);
    let named = HoldRequest { idempotency_key: Some("key".to_owned()), ..request.clone() };
    let of_an_attempt = reservations::refused_alike(&app, &named, &refused);
    let capped = reservations::refused_alike(&app, &request, &HoldError::PurchaseLimit { has: 6, cap: 6 });

    assert_eq!(everybodys, app.view.get(1).map(|state| state.edition()));
    assert_eq!((of_an_attempt, capped), (None, None));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_kept_if_it_is_short_and_says_nothing_else() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.stock(1, Category::One, 1).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    ana.holds(1, Category::One, 1).await;
    app.view.sweep(&app.db).await.expect("the view can be compared");
    let refusals = RefusalCache::new(app.app());
    let input = json!({ "input": { "matchNumber": 1, "category": 1, "quantity": 1 } });
    let (question, long) = (Question::with(RESERVE, input.clone()), format!("{RESERVE} #{}", "x".repeat(4 * 1_024)));
    let long = Question::with(&long, input);

    refuse(&app, &refusals, &ben, &long).await;
    let (mut response, refused) = answered(&app, &ben, &question).await;
    response.extensions.insert("cost".to_owned(), 1.into());
    refusals.keep(&question.parsed(), &refused, &response, || Bytes::from_static(b"kept"));
    let (of_long, of_more) = (refusals.find(&long.parsed()), refusals.find(&question.parsed()));
    refuse(&app, &refusals, &ben, &question).await;

    assert_eq!((of_long, of_more), (None, None));
    assert_eq!(refusals.find(&question.parsed()).as_deref(), Some(&b"kept"[..]));
    app.finish().await;
}

/// Executes a fan's question and keeps what it was answered.
async fn refuse(app: &TestApp, refusals: &RefusalCache<Bytes>, fan: &Fan, question: &Question) {
    let (response, refused) = answered(app, fan, question).await;
    refusals.keep(&question.parsed(), &refused, &response, || Bytes::from_static(b"kept"));
}

/// What a fan's question is answered, and whether every fan would be.
async fn answered(app: &TestApp, fan: &Fan, question: &Question) -> (Response, Arc<Refused>) {
    let schema = schema::build(app.app(), Hub::new(app.app()), Arc::default(), Arc::default(), None);
    let (requester, refused) = (Requester { viewer: Some(fan.viewer), address: None }, Arc::<Refused>::default());
    let request = context::attach(question.collected().request(), requester).data(Arc::clone(&refused));
    (schema.execute(request).await, refused)
}
