//! Answers: what is kept of a public query is shared by all who ask it, and never older than what they could have seen.
//!
//! Two answers of one execution are the same bytes in memory, which tells shared ones from equal ones.

use std::sync::Arc;

use analytics::model::Model;
use bytes::Bytes;
use chrono::TimeDelta;
use domain::settings::SalesClose;
use entities::category::Category;
use futures_util::future::join_all;
use resolvers::models::{ClientCountry, Models};
use schema::{Audience, CacheResult, PublicQuestion, ResponseCache};
use serde_json::{Value, json};
use subscriptions::hub::Hub;
use tests::{Backend, Site, TestApp, question::Question, sites};
use tokio::sync::Barrier;

const MATCH_1: &str = "{ match(matchNumber: 1) { version categories { pending } } }";
const SITE: &str = "{ site { name currency locales testCards { paymentMethod } } }";
const LIST: &str = "{ matches { nodes { matchNumber version } } }";

/// Who asks a site's cache of answers, with matches 1 and 2 on sale.
struct Cache {
    site: TestApp,
    answers: Arc<ResponseCache<Bytes>>,
    models: Arc<Models>,
}

impl Cache {
    async fn new() -> Self {
        Self::of(TestApp::start(Backend::Sqlite).await).await
    }

    async fn of(site: TestApp) -> Self {
        for number in [1, 2] {
            site.stock(number, Category::One, 1_000).await;
        }
        let hub = Hub::new(site.app());
        hub.sweep().await.expect("the view can be filled");
        let models = Arc::<Models>::default();
        let answers = Arc::new(ResponseCache::new(
            site.app(),
            schema::build(site.app(), hub, Arc::clone(&models), Arc::default(), None),
            Arc::clone(&models),
            1 << 20,
        ));

        Self { site, answers, models }
    }

    async fn asks(&self, question: &Question) -> CacheResult<Bytes> {
        self.asks_from(question, None).await
    }

    /// What is had without waiting.
    fn kept(&self, question: &Question) -> Option<Bytes> {
        let parsed = question.parsed();
        let question = PublicQuestion::of(&parsed, Audience::Visitors(None)).expect("visitors are shown the same");
        self.answers.find(&question)
    }

    /// Asks as a visitor from a country.
    async fn asks_from(&self, question: &Question, country: Option<ClientCountry>) -> CacheResult<Bytes> {
        let parsed = question.parsed();
        let question = PublicQuestion::of(&parsed, Audience::Visitors(country)).expect("visitors are shown the same");
        self.answers.answer(&question).await
    }

    async fn bytes(&self, text: &str) -> Bytes {
        bytes(self.asks(&Question::new(text)).await)
    }

    /// Shows a match at its next version, as a commit does.
    fn change(&self, number: i32) -> i32 {
        change(&self.site, number)
    }
}

fn change(app: &domain::App, number: i32) -> i32 {
    let mut state = (*app.view.get(number).expect("the match is on sale")).clone();
    state.version += 1;
    let version = state.version;
    app.view.show(state);
    version
}

fn bytes(answered: CacheResult<Bytes>) -> Bytes {
    match answered {
        CacheResult::Encoded(bytes) => bytes,
        CacheResult::Response(response) => panic!("{response:?}"),
    }
}

fn is_shared(one: &Bytes, other: &Bytes) -> bool {
    one.as_ptr() == other.as_ptr()
}

fn version(answer: &Bytes) -> i64 {
    let answer: Value = serde_json::from_slice(answer).expect("an answer is JSON");
    answer["data"]["match"]["version"].as_i64().expect("a match has a version")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_answer_is_at_least_as_new_as_what_was_there_when_it_was_asked_for() {
    let cache = Arc::new(Cache::new().await);
    let changing = tokio::spawn({
        let cache = Arc::clone(&cache);
        async move {
            for _ in 0..2_000 {
                cache.change(1);
                tokio::task::yield_now().await;
            }
        }
    });
    let asking = (0..3).map(|_| {
        let cache = Arc::clone(&cache);
        tokio::spawn(async move {
            for _ in 0..500 {
                let there = cache.site.view.get(1).expect("it is on sale").version;
                let shown = version(&cache.bytes(MATCH_1).await);
                assert!(shown >= i64::from(there), "version {there} was there, {shown} was shown");
                tokio::task::yield_now().await;
            }
        })
    });

    for ended in join_all(asking).await {
        ended.expect("nobody is shown the past");
    }
    changing.await.expect("the changes are made");
    Arc::into_inner(cache).expect("all others have ended").site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_who_ask_the_same_at_the_same_time_share_one_execution() {
    let cache = Arc::new(Cache::new().await);
    for _ in 0..100 {
        cache.change(1);
        let barrier = Arc::new(Barrier::new(8));
        let asking = (0..8).map(|_| {
            let (cache, barrier) = (Arc::clone(&cache), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                cache.bytes(LIST).await
            })
        });
        let answers: Vec<Bytes> =
            join_all(asking).await.into_iter().map(|answer| answer.expect("it is answered")).collect();

        assert!(answers.iter().all(|answer| is_shared(answer, &answers[0])));
    }
    Arc::into_inner(cache).expect("all others have ended").site.stop().await;
}

#[tokio::test]
async fn an_answer_survives_the_changes_of_what_it_does_not_show() {
    let cache = Cache::new().await;
    let (one, list, contract, site) = (
        cache.bytes(MATCH_1).await,
        cache.bytes(LIST).await,
        cache.bytes("{ __schema { types { name } } }").await,
        cache.bytes(SITE).await,
    );

    cache.change(2);
    assert!(is_shared(&one, &cache.bytes(MATCH_1).await), "another match changed");
    let newer_list = cache.bytes(LIST).await;
    assert!(!is_shared(&list, &newer_list), "the list shows the other match");
    assert!(is_shared(&contract, &cache.bytes("{ __schema { types { name } } }").await));
    assert!(is_shared(&site, &cache.bytes(SITE).await));

    let newest = cache.change(1);
    let newer = cache.bytes(MATCH_1).await;
    assert!(!is_shared(&one, &newer));
    assert_eq!(version(&newer), i64::from(newest));
    assert!(is_shared(&newer, &cache.bytes(MATCH_1).await));
    cache.site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_the_market_is_shared_until_a_listing_or_a_match_that_it_shows_changes() {
    const MARKET: &str = "{ listings { nodes { id version } } }";
    const WITH_MATCHES: &str = "{ listings { nodes { id match { version } } } }";
    let cache = Cache::new().await;
    let ana = cache.site.fan("ana").await;
    let offer = async || ana.offers(ana.buys(1, Category::One).await.id, 7_500).await;
    offer().await;
    let (market, with_matches) = (cache.bytes(MARKET).await, cache.bytes(WITH_MATCHES).await);

    cache.change(2);
    assert!(is_shared(&market, &cache.bytes(MARKET).await), "{market:?}");
    assert!(is_shared(&with_matches, &cache.bytes(WITH_MATCHES).await), "it does not show match 2");
    assert!(cache.kept(&Question::new(MARKET)).is_some(), "it is had without waiting");
    cache.change(1);
    assert!(is_shared(&market, &cache.bytes(MARKET).await), "it does not show match 1");
    assert!(!is_shared(&with_matches, &cache.bytes(WITH_MATCHES).await));

    offer().await;
    let newer = cache.bytes(MARKET).await;
    assert!(cache.kept(&Question::new(MARKET)).is_some_and(|kept| is_shared(&kept, &newer)));
    assert!(!is_shared(&market, &newer));
    cache.site.move_clock(std::time::Duration::from_secs(3));
    assert!(cache.kept(&Question::new(MARKET)).is_none(), "it may be old by now");
    assert_eq!(newer, cache.bytes(MARKET).await);
    cache.site.stop().await;
}

#[tokio::test]
async fn an_answer_turns_at_the_instant_at_which_the_sale_ends() {
    let closing = |settings: &mut domain::Settings| settings.sales_close = SalesClose::default();
    let site = TestApp::start_with(Backend::Sqlite, closing).await;
    let (instant, end) = (TimeDelta::milliseconds(1), sites::kick_off(1));
    site.clock.stop_at(end - instant);
    let cache = Cache::of(site).await;
    let one = "{ match(matchNumber: 1) { version categories { status sellable } } }";
    let open = "{ matches(filter: {status: AVAILABLE}) { totalCount nodes { matchNumber } } }";
    let closed = "{ matches(filter: {status: CLOSED}) { totalCount nodes { matchNumber } } }";
    let (before, open_before) = (cache.bytes(one).await, cache.bytes(open).await);
    assert!(is_shared(&before, &cache.bytes(one).await) && is_shared(&open_before, &cache.bytes(open).await));

    cache.site.clock.stop_at(end);
    let at = cache.bytes(one).await;
    cache.site.clock.stop_at(end + instant);

    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(text(&before).contains("AVAILABLE") && text(&open_before).contains(r#""totalCount":2"#));
    assert_eq!(text(&at), text(&before).replace("AVAILABLE", "CLOSED"), "before a version says so");
    assert!(is_shared(&at, &cache.bytes(one).await));
    assert!(text(&cache.bytes(open).await).contains(r#""totalCount":1"#));
    assert!(text(&cache.bytes(closed).await).contains(r#""nodes":[{"matchNumber":1}]"#));
    cache.site.stop().await;
}

#[tokio::test]
async fn a_match_that_was_not_there_is_shown_once_it_is() {
    let cache = Cache::new().await;
    let question = "{ match(matchNumber: 3) { matchNumber } }";
    assert_eq!(cache.bytes(question).await, r#"{"data":{"match":null}}"#);

    cache.change(1);
    let before = cache.bytes(question).await;
    assert!(is_shared(&before, &cache.bytes(question).await));
    cache.site.stock(3, Category::One, 20).await;

    assert_eq!(cache.bytes(question).await, r#"{"data":{"match":{"matchNumber":3}}}"#);
    cache.site.stop().await;
}

#[tokio::test]
async fn an_answer_with_errors_is_not_kept_and_keeps_nobody_from_the_right_one() {
    let cache = Cache::new().await;
    let text = "query ($first: Int) { matches(first: $first) { totalCount } }";

    for _ in 0..2 {
        let wrong = cache.asks(&Question::with(text, json!({ "first": 101 }))).await;
        assert!(matches!(wrong, CacheResult::Response(response) if !response.errors.is_empty()));
    }

    let right = bytes(cache.asks(&Question::with(text, json!({ "first": 1 }))).await);
    assert_eq!(right, r#"{"data":{"matches":{"totalCount":2}}}"#);
    cache.site.stop().await;
}

#[tokio::test]
async fn what_differs_in_text_name_or_variables_has_an_answer_of_its_own() {
    let cache = Cache::new().await;
    let text = "query ($number: Int!, $all: Boolean = false) {
        match(matchNumber: $number) { matchNumber version @include(if: $all) } }";
    let asked = async |variables| bytes(cache.asks(&Question::with(text, variables)).await);

    assert_eq!(asked(json!({ "number": 1 })).await, r#"{"data":{"match":{"matchNumber":1}}}"#);
    assert_eq!(asked(json!({ "number": 2 })).await, r#"{"data":{"match":{"matchNumber":2}}}"#);
    let all = asked(json!({ "number": 2, "all": true })).await;
    assert!(all.starts_with(br#"{"data":{"match":{"matchNumber":2,"version":"#), "{all:?}");
    assert_eq!(
        cache.bytes("{ other: match(matchNumber: 1) { matchNumber } }").await,
        r#"{"data":{"other":{"matchNumber":1}}}"#
    );
    cache.site.stop().await;
}

#[test]
fn only_what_everybody_is_shown_alike_is_answered_from_the_cache() {
    let is_for = |text: &str, audience| PublicQuestion::of(&Question::new(text).parsed(), audience).is_some();
    let are_for = |text: &str| is_for(text, Audience::Users);

    let without_me =
        "query ($no: Boolean = false) { me @include(if: $no) { id } ... @skip(if: true) { me { id } } __typename }";
    let market = "query ($no: Boolean = false) { listings { nodes { id } edges { node { seller { displayName } } } } }";
    for public in [LIST, MATCH_1, SITE, market, "{ __typename }", "{ ... { matches { totalCount } } }", without_me] {
        assert!(are_for(public), "{public}");
    }
    for personal in [
        "{ me { id } }",
        "{ matches: me { id } }",
        "{ matches { totalCount } myReservations { nodes { id } } }",
        "{ ...f } fragment f on Query { ... on Query { reservation(id: 1) { id } } }",
        "{ node(id: 1) { id } }",
        "{ listings { nodes { ticketId } } }",
        "{ ...f } fragment f on Query { listings { nodes { ...l } } } fragment l on Listing { a: ticketId }",
        "{ ...unknown }",
    ] {
        assert!(!are_for(personal) && !is_for(personal, Audience::Visitors(None)), "{personal}");
    }
    let recommended = "{ recommendations { nodes { match { matchNumber } } } }";
    assert!(!are_for(recommended), "users have a history of their own");
    assert!(is_for(recommended, Audience::Visitors(None)));
    assert!(!is_for("{ recommendations { nodes { listing { ticketId } } } }", Audience::Visitors(None)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_fans_who_ask_the_same_about_themselves_are_each_told_of_themselves() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let (ana, ben) = (site.fan("ana").await, site.fan("ben").await);
    let question = "{ matches { totalCount } me { email } }";

    let (of_ana, of_ben) = (ana.ask(question, json!({})).await.data(), ben.ask(question, json!({})).await.data());
    let of_nobody = site.visitor().ask(question, json!({})).await.data();

    assert!(of_ana["me"]["email"].as_str().is_some_and(|email| email.starts_with("ana")), "{of_ana}");
    assert!(of_ben["me"]["email"].as_str().is_some_and(|email| email.starts_with("ben")), "{of_ben}");
    assert_eq!(of_nobody["me"], Value::Null);
    site.finish().await;
}

#[tokio::test]
async fn what_is_kept_is_had_without_waiting_until_something_in_it_changes() {
    let cache = Cache::new().await;
    let (one, list) = (Question::new(MATCH_1), Question::new(LIST));
    let kept = |question: &Question| cache.kept(question);
    assert!(kept(&one).is_none() && kept(&list).is_none(), "nobody has asked");

    let first = bytes(cache.asks(&one).await);
    let all = bytes(cache.asks(&list).await);

    assert!(kept(&one).is_some_and(|bytes| is_shared(&bytes, &first)));
    assert!(kept(&list).is_some_and(|bytes| is_shared(&bytes, &all)));
    cache.change(2);
    assert!(kept(&one).is_some_and(|bytes| is_shared(&bytes, &first)), "it does not show match 2");
    assert!(kept(&list).is_none());
    cache.change(1);
    assert!(kept(&one).is_none());
    cache.site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recommendations_are_shared_by_visitors_of_one_country_until_the_model_is_exchanged() {
    let cache = Cache::new().await;
    let question = Question::new("{ recommendations { nodes { match { matchNumber } } model { version } } }");
    let (qatar, peru) = (ClientCountry::of("qa"), ClientCountry::of("PE"));

    let first = bytes(cache.asks_from(&question, qatar).await);
    assert!(is_shared(&first, &bytes(cache.asks_from(&question, qatar).await)));
    assert!(!is_shared(&first, &bytes(cache.asks_from(&question, peru).await)), "another country is shown others");
    assert!(!is_shared(&first, &bytes(cache.asks_from(&question, None).await)));

    cache.models.exchange(Model::prior());
    assert!(!is_shared(&first, &bytes(cache.asks_from(&question, qatar).await)), "another model ranks");
    cache.change(1);
    let newer = bytes(cache.asks_from(&question, qatar).await);
    cache.change(2);
    assert!(!is_shared(&newer, &bytes(cache.asks_from(&question, qatar).await)), "any match may be recommended");
    cache.site.stop().await;
}
