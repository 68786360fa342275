use axum::http::HeaderName;
use limits::{Charge, Limiter, Settings, Taking};

use super::*;

fn bots() -> Bots {
    Bots::new(&config::bots::Bots::default()).expect("the defaults are right")
}

fn seen(headers: &[(HeaderName, &'static str)]) -> ClientHeaders {
    let pairs = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
    ClientHeaders::of_request(&pairs.collect())
}

fn judged(seen: &ClientHeaders) -> (u64, Verdict) {
    let suspicion = bots().suspicion(seen, None);
    (suspicion.score, bots().verdict(&suspicion))
}

/// What is granted where so much was counted before.
fn granted(counts: &[(Signal, u64)]) -> Grant {
    let settings = Settings { site: String::new(), timeout: Duration::ZERO, share_percent: 100, buckets_max: 10 };
    let charge = |(signal, cost): &(Signal, u64)| Charge {
        name: signal.as_str(),
        key: signal.as_str().into(),
        policy: bots().policy(*signal, signal.as_str()).expect("it is counted"),
        cost: *cost,
        taking: Taking::Counted,
    };
    let charges = counts.iter().map(charge).collect();
    limits::take_now(&Limiter::in_process(&settings), charges).expect("it is in process").expect("it is counted")
}

#[test]
fn programs_that_say_what_they_are_or_nothing_at_all_are_let_through() {
    for agent in ["curl/8.5.0", "node", "python-requests/2.32.3", "Python/3.12 aiohttp/3.10", "okhttp/4.12.0"] {
        assert_eq!(judged(&seen(&[(header::USER_AGENT, agent), (header::ACCEPT, "*/*")])), (0, Verdict::Nothing));
    }
    assert_eq!(judged(&seen(&[])), (15, Verdict::Nothing));
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    let browser = [(header::USER_AGENT, firefox), (header::ACCEPT, "*/*"), (header::ACCEPT_LANGUAGE, "en")];
    assert_eq!(judged(&seen(&browser)), (0, Verdict::Nothing));
}

#[test]
fn crawlers_are_asked_for_a_captcha_and_liars_are_held_as_suspect() {
    let googlebot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
    assert_eq!(judged(&seen(&[(header::USER_AGENT, googlebot), (header::ACCEPT, "*/*")])).1, Verdict::Captcha(0));

    let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0";
    assert_eq!(judged(&seen(&[(header::USER_AGENT, chrome)])), (35, Verdict::Nothing));
}

#[test]
fn holds_that_nobody_pays_are_free_at_first_then_cost_a_captcha_and_then_everything() {
    let judged = |holds| {
        let suspicion =
            bots().suspicion(&ClientHeaders::default(), Some(&granted(&[(Signal::UnpaidHoldsOfUser, holds)])));
        bots().verdict(&suspicion)
    };

    // 10 points are for a request that says nothing of itself.
    assert_eq!((judged(8), judged(11)), (Verdict::Nothing, Verdict::Nothing));
    assert_eq!((judged(12), judged(16)), (Verdict::Captcha(0), Verdict::Captcha(0)));
    assert_eq!(judged(17), Verdict::Block);
}

#[test]
fn what_others_of_an_address_did_turns_nobody_away_nor_costs_more_than_half_a_minute() {
    let crowd = [(Signal::UnpaidHoldsOfAddress, 900_000), (Signal::AccountsOfAddress, 900_000)];
    let suspicion = bots().suspicion(&seen(&[]), Some(&granted(&crowd)));

    assert_eq!(bots().verdict(&suspicion), Verdict::Captcha(9));
    assert_eq!(suspicion.score, 15 + 50);
}

#[test]
fn cards_that_were_refused_to_others_are_held_against_those_alone_who_had_one_refused_themselves() {
    let judged = |before| {
        let address = Count { name: Signal::DeclinedCardsOfAddress.as_str(), total: 40, before: 39 };
        let user = Count { name: Signal::DeclinedCardsOfUser.as_str(), total: before + 1, before };
        bots().concerns(Signal::DeclinedCardsOfAddress, &[user, address])
    };

    assert_eq!([0, 1].map(judged), [false, true]);
}

#[test]
fn a_network_of_many_homes_counts_as_each_of_them_would() {
    let of = |name, total| Count { name, total, before: 0 };

    assert_eq!(counted(Signal::MatchTicketsOfAddress, &[of("matchTicketsOfAddress/48", 40)]), 10);
    let both = [of("matchTicketsOfAddress", 12), of("matchTicketsOfAddress/48", 40), of("accountsOfAddress", 90)];
    assert_eq!(counted(Signal::MatchTicketsOfAddress, &both), 12);
}

#[test]
fn the_more_an_address_takes_of_a_match_the_dearer_is_the_next_ticket() {
    let judged = |tickets| {
        let grant = granted(&[(Signal::MatchTicketsOfAddress, tickets)]);
        bots().verdict(&bots().suspicion(&ClientHeaders::default(), Some(&grant)))
    };

    assert_eq!(judged(8), Verdict::Nothing);
    assert_eq!([9, 10, 20].map(judged), [1, 2, 12].map(Verdict::Captcha));
}

#[test]
fn refused_cards_ask_a_user_for_a_captcha_and_then_end_it() {
    let judged = |cards| {
        let grant = granted(&[(Signal::DeclinedCardsOfUser, cards)]);
        let browser = [(header::USER_AGENT, "a-shop/1.0"), (header::ACCEPT, "*/*")];
        bots().verdict(&bots().suspicion(&seen(&browser), Some(&grant)))
    };

    assert_eq!([7, 8, 13].map(judged), [Verdict::Nothing, Verdict::Captcha(0), Verdict::Block]);
}

#[test]
fn an_address_that_hides_everybody_is_not_counted() {
    let is_counted = |text: &str| is_counted(text.parse().expect("it is an address"));

    for hidden in ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.1", "::ffff:172.16.0.1", "fd00::1", "fe80::1"] {
        assert!(!is_counted(hidden), "{hidden}");
    }
    assert!(is_counted("203.0.113.7") && is_counted("2001:db8::1"));
}
