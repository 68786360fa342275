//! Touts: what a captcha is worth, what an address pays for the next ticket, how much of a match a tout gets, and what one can do
//! to those who share an address with them.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
};

use futures_util::future::join_all;
use jsonwebtoken::Algorithm::EdDSA;
use serde_json::{Value, json};
use tests::{
    World,
    captcha::{SOLVE, encoded, solution},
    client::Client,
    provider::{Provider, SigningKey},
    raw::post,
};

const RESERVE: &str = "mutation ($match: Int!, $quantity: Int!) {
    reserve(input: {matchNumber: $match, category: 1, quantity: $quantity}) { reservation { id } } }";
const ORDER: &str = "mutation ($id: ID!) { orderListing(input: {listingId: $id}) { order { id } } }";
const CANCEL: &str =
    "mutation ($id: ID!) { cancelReservation(input: {reservationId: $id}) { reservation { status } } }";

/// Visitors say themselves where they come from, and are counted as on a site that runs.
fn counted(world: World, free: &str) -> World {
    world.with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.0/8").with("MATCHDAY_BOTS_FREE", free)
}

fn from(client: &Client, address: &str) -> Client {
    client.with_header("x-forwarded-for", address)
}

fn captcha(answer: &Value) -> Value {
    answer["errors"][0]["extensions"]["captcha"].clone()
}

/// The pass that a solved captcha earns.
async fn solve(who: &Client, challenge: &Value) -> String {
    let payload = encoded(&solution(&challenge["altcha"]));
    let solved = who.ask(SOLVE, json!({ "payload": payload })).await.data();
    solved["solveCaptcha"]["pass"].as_str().expect("it is solved").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pass_that_is_earned_without_an_account_opens_one_and_is_no_use_to_whoever_has_one() {
    let world = counted(World::embedded(), "accountsOfAddress=1,matchTicketsOfAddress=0");
    let world = world.with("MATCHDAY_BOTS_WEIGHTS", "accountsOfAddress=50");
    let site = world.with("MATCHDAY_BOTS_DOUBLING", "accountsOfAddress=1000,matchTicketsOfAddress=1000").start().await;
    site.on_sale(1, 20).await;
    let sign_up = async |number: usize, pass: &str| {
        let text = format!(
            "mutation {{ signUp(input: {{email: \"fan{number}@example.com\", password: \"correct horse battery\"}}) {{
                accessToken }} }}"
        );
        let headers = [("x-forwarded-for", "203.0.113.7"), ("captcha-pass", pass)];
        post(site.address, &headers, &json!({ "query": text })).await.json()
    };
    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(code(&sign_up(0, "").await), "");
    let asked = sign_up(1, "").await;
    assert_eq!(code(&asked), "CAPTCHA_REQUIRED");

    let visitor = from(&site.visitor(), "203.0.113.7");
    let pass = solve(&visitor, &captcha(&asked)).await;
    let opened = sign_up(1, &pass).await;
    let token = opened["data"]["signUp"]["accessToken"].as_str().unwrap_or_else(|| panic!("{opened}")).to_owned();
    assert_eq!(code(&sign_up(2, &pass).await), "CAPTCHA_REQUIRED", "it has opened its account");
    // However it is spelt.
    assert_eq!(code(&sign_up(2, &format!("+{pass}")).await), "CAPTCHA_REQUIRED");

    let signed_in = visitor.with_token(&token);
    let unused = solve(&visitor, &captcha(&sign_up(3, "").await)).await;
    let hold = json!({ "match": 1, "quantity": 1 });
    assert_eq!(
        signed_in.with_header("captcha-pass", &unused).ask(RESERVE, hold.clone()).await.code(),
        "CAPTCHA_REQUIRED"
    );
    let asked = signed_in.ask(RESERVE, hold.clone()).await;
    let own = solve(&signed_in, &captcha(&asked.0)).await;
    for _ in 0..2 {
        assert!(
            signed_in.with_header("captcha-pass", &own).ask(RESERVE, hold.clone()).await.is_ok(),
            "one's own goes on"
        );
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn captchas_of_an_address_get_dearer_with_each_ticket_and_a_cheaper_pass_is_not_enough() {
    let world = counted(World::embedded(), "matchTicketsOfAddress=2").with("MATCHDAY_CAPTCHA_MAX_NUMBER", "10");
    let site = world.start().await;
    site.on_sale(1, 20).await;
    site.on_sale(2, 20).await;
    let (ana, ben) = (site.fan("ana").await, site.fan("ben").await);
    let (ana, ben) = (from(&ana, "203.0.113.7"), from(&ben, "203.0.113.7"));
    let hold = |number: i32, quantity: i32| json!({ "match": number, "quantity": quantity });

    assert!(ana.ask(RESERVE, hold(1, 2)).await.is_ok(), "the first ones are free");
    let asked = ben.ask(RESERVE, hold(1, 1)).await;
    assert_eq!((asked.code(), &captcha(&asked.0)["level"]), ("CAPTCHA_REQUIRED", &json!(1)));
    assert_eq!(captcha(&asked.0)["altcha"]["maxnumber"], 20);
    let first = ben.with_header("captcha-pass", &solve(&ben, &captcha(&asked.0)).await);
    assert!(first.ask(RESERVE, hold(1, 1)).await.is_ok());
    let dearer = first.ask(RESERVE, hold(1, 1)).await;
    assert_eq!((dearer.code(), &captcha(&dearer.0)["level"]), ("CAPTCHA_REQUIRED", &json!(2)));

    // Of its own challenge, by name.
    let (status, text) = ben.get("/captcha/challenge?level=2").await;
    assert_eq!(status, 200, "{text}");
    let challenge = json!({ "altcha": serde_json::from_str::<Value>(&text).expect("it is JSON") });
    let second = ben.with_header("captcha-pass", &solve(&ben, &challenge).await);
    assert!(second.ask(RESERVE, hold(1, 1)).await.is_ok());

    assert!(ben.ask(RESERVE, hold(2, 1)).await.is_ok(), "another match has its own count");
    assert!(from(&site.fan("cleo").await, "203.0.113.8").ask(RESERVE, hold(1, 1)).await.is_ok());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_that_nobody_pays_count_as_holds() {
    let world = counted(World::embedded(), "unpaidHoldsOfUser=2,unpaidHoldsOfAddress=1000,matchTicketsOfAddress=1000");
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let seller = site.fan("seller").await;
    let mut listings = Vec::new();
    for _ in 0..4 {
        listings.push(seller.offers(&seller.buys(1, 1).await, "80").await);
    }
    let tout = from(&site.fan("tout").await, "203.0.113.7");

    let mut refused = String::new();
    for listing in listings.iter().cycle().take(12) {
        let answer = tout.ask(ORDER, json!({ "id": listing })).await;
        if answer.is_ok() {
            let order = answer.data()["orderListing"]["order"]["id"].clone();
            assert!(tout.ask(CANCEL, json!({ "id": order })).await.is_ok());
        } else {
            refused = answer.code().to_owned();
            if refused == "CAPTCHA_REQUIRED" {
                break;
            }
        }
    }
    assert!(["CAPTCHA_REQUIRED", "RATE_LIMITED"].contains(&refused.as_str()), "{refused}");
    // Four listings were ordered once each; none of them can be locked again at once.
    let again = tout.ask(ORDER, json!({ "id": listings[0] })).await;
    assert!(["CAPTCHA_REQUIRED", "RATE_LIMITED"].contains(&again.code()), "{again:?}");
    site.finish().await;
}

// --- a match between a tout and fans

/// Tickets of each of three categories.
const TICKETS: i32 = 1_000;

/// The tout: accounts, addresses, and what all its machines find out while the sale lasts, in captchas of the lowest level:
/// a hundred telephones' work of ten minutes, each of which solves twenty in a second.
const ACCOUNTS: usize = 1_000;
const ADDRESSES: usize = 10;
const WORK: u64 = 100 * 600 * 20;

/// Fans: of homes of their own, and of telephone networks, eight of whom share an address.
const AT_HOME: usize = 300;
const ON_THE_WAY: usize = 200;
const SHARING: usize = 8;

/// A fan's telephone works for so many of them at most: half a minute.
const PATIENCE: u64 = 30 * 20;

/// Somebody at an address, who solves what they are asked as long as it costs no more than they have.
struct Buyer {
    client: Client,
    passes: HashMap<u64, String>,
}

enum Got {
    Tickets,
    /// It costs more than they would spend.
    TooDear,
    Nothing(String),
}

impl Buyer {
    fn new(client: Client) -> Self {
        Self { client, passes: HashMap::new() }
    }

    /// Takes tickets, and notes in `spent` what that cost.
    async fn take(&mut self, category: i32, quantity: i32, spent: &AtomicU64, most: u64) -> Got {
        let document = RESERVE.replace("category: 1", &format!("category: {category}"));
        loop {
            let pass = self.passes.iter().max_by_key(|(level, _)| **level).map(|(_, pass)| pass.clone());
            let asking =
                pass.map_or_else(|| self.client.clone(), |pass| self.client.with_header("captcha-pass", &pass));
            let answer = asking.ask(&document, json!({ "match": 1, "quantity": quantity })).await;
            if answer.is_ok() {
                return Got::Tickets;
            }
            if answer.code() != "CAPTCHA_REQUIRED" {
                return Got::Nothing(answer.code().to_owned());
            }
            let challenge = captcha(&answer.0);
            let level = challenge["level"].as_u64().expect("it has a level");
            let price = 1_u64.checked_shl(u32::try_from(level).expect("levels are few")).unwrap_or(u64::MAX);
            if spent.load(Ordering::Relaxed).saturating_add(price) > most {
                return Got::TooDear;
            }
            spent.fetch_add(price, Ordering::Relaxed);
            let pass = solve(&self.client, &challenge).await;
            self.passes.insert(level, pass);
        }
    }
}

/// Takes what it can from one address, an account after the other, with its part of the work: so many tickets.
async fn tout(buyers: Vec<Buyer>) -> i32 {
    let (spent, mut taken) = (AtomicU64::new(0), 0);
    for (turn, mut buyer) in buyers.into_iter().enumerate() {
        let category = i32::try_from(turn % 3).expect("it is below 3") + 1;
        match buyer.take(category, 1, &spent, WORK / 10).await {
            Got::Tickets => taken += 1,
            Got::TooDear => break,
            Got::Nothing(code) => panic!("{code}"),
        }
    }
    taken
}

/// A hundred times a fan's machines, ten addresses and a thousand accounts that wait for the first moment: less than a tenth
/// of the match. Fans who come after it get what they want, with half a minute of their telephone's work at most.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tout_with_a_thousand_accounts_gets_no_tenth_of_a_match_and_every_fan_their_tickets() {
    let key = SigningKey::new("one", EdDSA);
    let provider = Provider::start(&[&key]).await;
    let site = counted(World::embedded(), "unpaidHoldsOfUser=8,unpaidHoldsOfAddress=60,accountsOfAddress=5")
        .with("MATCHDAY_CAPTCHA_MAX_NUMBER", "1")
        .with("MATCHDAY_OIDC_ISSUER", &provider.issuer())
        .with("MATCHDAY_OIDC_AUDIENCES", "shop")
        .start()
        .await;
    site.on_sale(1, TICKETS).await;
    let buyer = |name: String, address: String| {
        let exp = site.app.clock.now().timestamp() + 3_600;
        let token = key.sign(&json!({ "iss": provider.issuer(), "aud": "shop", "sub": name, "exp": exp }));
        Buyer::new(from(&site.visitor().with_token(&token), &address))
    };

    // The tout is there first, at all of its addresses at once.
    let at_address = |address: usize| {
        let accounts = 0..ACCOUNTS / ADDRESSES;
        accounts.map(|number| buyer(format!("tout-{address}-{number}"), format!("203.0.113.{address}"))).collect()
    };
    let taken: i32 = join_all((0..ADDRESSES).map(|address| tout(at_address(address)))).await.into_iter().sum();

    let homes = (0..AT_HOME).map(|fan| (fan, 1 + fan % 4, format!("198.51.{}.{}", 100 + fan / 250, fan % 250)));
    let networks = (0..ON_THE_WAY).map(|fan| (AT_HOME + fan, 2, format!("192.0.2.{}", fan / SHARING)));
    let fans: Vec<_> = homes.chain(networks).collect();
    let mut dearest = 0;
    for some in fans.chunks(50) {
        let buying = some.iter().map(async |(fan, wanted, address)| {
            let (mut buyer, spent) = (buyer(format!("fan-{fan}"), address.clone()), AtomicU64::new(0));
            for ticket in 0..*wanted {
                let category = i32::try_from((fan + ticket) % 3).expect("it is below 3") + 1;
                match buyer.take(category, 1, &spent, PATIENCE).await {
                    Got::Tickets => {}
                    Got::TooDear => panic!("fan {fan} is asked for too much after {spent:?}"),
                    Got::Nothing(code) => panic!("fan {fan}: {code}"),
                }
            }
            spent.load(Ordering::Relaxed)
        });
        dearest = join_all(buying).await.into_iter().fold(dearest, u64::max);
    }

    let share = f64::from(taken) / f64::from(3 * TICKETS);
    println!(
        "the tout got {taken} tickets, {:.1} % of the match; the dearest fan paid {dearest} captchas",
        share * 100.0
    );
    assert!(share <= 0.1, "{taken} tickets");
    assert!(taken >= 80, "a tout is a buyer too: {taken}");
    site.finish().await;
}

// --- an address that a tout shares

/// Fans of one telephone network, behind one of its addresses, and the matches that they want to see.
const CROWD: usize = 300;
const MATCHES: usize = 40;
const NETWORK: &str = "203.0.113.7";

const SIGN_UP: &str = r#"mutation ($email: String!) {
    signUp(input: {email: $email, password: "correct horse battery"}) { accessToken } }"#;
const SIGN_IN: &str =
    r#"mutation { signIn(input: {email: "nobody@example.com", password: "a wrong guess"}) { expiresAt } }"#;

/// Asks, and solves what is asked for: the answer, and the level of the captcha.
async fn insist(who: &Client, document: &str, variables: Value) -> (tests::client::Answer, Option<u64>) {
    let asked = who.ask(document, variables.clone()).await;
    if asked.is_ok() || asked.code() != "CAPTCHA_REQUIRED" {
        return (asked, None);
    }
    let level = captcha(&asked.0)["level"].as_u64();
    let pass = solve(who, &captcha(&asked.0)).await;
    (who.with_header("captcha-pass", &pass).ask(document, variables).await, level)
}

/// Whoever takes tickets and lets them go, opens accounts and has cards refused takes nobody's address away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_fans_who_share_an_address_with_a_tout_get_their_tickets() {
    let key = SigningKey::new("one", EdDSA);
    let provider = Provider::start(&[&key]).await;
    let free = "unpaidHoldsOfUser=8,unpaidHoldsOfAddress=60,accountsOfAddress=5,matchTicketsOfAddress=8,\
                declinedCardsOfUser=3,declinedCardsOfAddress=10";
    let site = counted(World::embedded(), free)
        .with("MATCHDAY_CAPTCHA_MAX_NUMBER", "1")
        .with("MATCHDAY_OIDC_ISSUER", &provider.issuer())
        .with("MATCHDAY_OIDC_AUDIENCES", "shop")
        .start()
        .await;
    let number = |which: usize| i32::try_from(which + 1).expect("there are few matches");
    for which in 0..MATCHES {
        site.on_sale(number(which), 20).await;
    }
    let fan = |name: &str| {
        let exp = site.app.clock.now().timestamp() + 3_600;
        let token = key.sign(&json!({ "iss": provider.issuer(), "aud": "shop", "sub": name, "exp": exp }));
        from(&site.visitor().with_token(&token), NETWORK)
    };
    let hold = |which: usize, quantity: i32| json!({ "match": number(which), "quantity": quantity });

    let (tout, mut rounds) = (fan("tout"), 0);
    loop {
        let (held, level) = insist(&tout, RESERVE, hold(0, 2)).await;
        if !held.is_ok() {
            assert_eq!(held.code(), "BLOCKED", "in the end that is too much");
            break;
        }
        assert!(level.unwrap_or(0) == 0, "what is let go makes nothing dearer: {level:?}");
        let id = held.data()["reserve"]["reservation"]["id"].as_str().expect("it is held").to_owned();
        assert!(tout.cancel(&id).await.is_ok());
        rounds += 1;
    }
    assert!(rounds >= 8, "{rounds}");
    let stranger = from(&site.visitor(), NETWORK);
    let mut dearest = 0;
    for _ in 0..34 {
        let (opened, level) = insist(&stranger, SIGN_UP, json!({ "email": "taken@example.com" })).await;
        assert!(opened.is_ok() || opened.code() == "CONFLICT", "{opened:?}");
        dearest = dearest.max(level.unwrap_or(0));
    }
    assert_eq!(dearest, 9, "half a minute of a telephone, and no more");
    assert_eq!(stranger.ask(SIGN_IN, json!({})).await.code(), "UNAUTHENTICATED", "a password is looked at");
    for card in 0..6 {
        let thief = fan(&format!("thief-{card}"));
        let held = insist(&thief, RESERVE, hold(39 - card, 1)).await.0.data();
        let id = held["reserve"]["reservation"]["id"].as_str().expect("it is held").to_owned();
        for attempt in ["a", "b", "c"] {
            thief.pay(&id, "pm_card_visa_chargeDeclined", attempt).await;
        }
        assert!(thief.cancel(&id).await.is_ok());
    }

    for some in (0..CROWD).collect::<Vec<_>>().chunks(20) {
        let buying = some.iter().map(async |which| {
            let honest = fan(&format!("fan-{which}"));
            let (held, level) = insist(&honest, RESERVE, hold(which % MATCHES, 1)).await;
            assert!(held.is_ok() && level.unwrap_or(0) <= 9, "fan {which}: {held:?} at {level:?}");
            let id = held.data()["reserve"]["reservation"]["id"].as_str().expect("it is held").to_owned();
            let paid = honest.pay(&id, "pm_card_visa", "once").await;
            assert!(paid.is_ok(), "fan {which}: {paid:?}");
            level
        });
        join_all(buying).await;
    }
    site.finish().await;
}
