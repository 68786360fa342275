//! What is held, for how long still, and how it is paid.

use jiff::{Timestamp, tz::TimeZone};
use kit::{api::Refusal, money::money, t, t_plain, times, visit::Visit, words::Words};
use maud::{Markup, html};

use super::{
    checkout::{self, Checkout, checkout_of},
    entry::{self, match_of},
    path_of,
    state::{Reason, State},
};
use crate::{documents::orders::order_page as document, pages::facts};

type Order = document::OrderPageReservation;
type Site = document::OrderPageSite;

/// Seconds before its end from which on a hold's time is short.
const WARN: i64 = 120;

/// What the page shows.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) order: &'a Order,
    pub(super) site: &'a Site,
}

/// What was just tried, and came to nothing.
#[derive(Default)]
pub(super) struct Attempt {
    /// The card that was chosen.
    pub(super) card: Option<String>,
    pub(super) refusal: Option<Box<Refusal>>,
    /// Whether the visitor comes back from their bank.
    pub(super) is_back: bool,
}

/// What came of the last try to pay, first on the page: of this one, or of one before.
pub(super) fn tried(words: Words<'_>, order: &Order, state: State, attempt: &Attempt) -> Markup {
    let may_pay = matches!(state, State::Held | State::Waiting);
    // That its time is over, or that it was let go by a form that was sent twice, the page says already.
    let is_news = |refusal: &Refusal| match refusal.code.as_str() {
        "HOLD_EXPIRED" => may_pay,
        "CONFLICT" => state != State::Ended(Reason::User),
        _ => true,
    };
    if let Some(refusal) = attempt.refusal.as_ref().filter(|refusal| is_news(refusal)) {
        let (title, text) = said(words, refusal, may_pay);
        return html! {
            div.notice.bad role="alert" tabindex="-1" autofocus {
                h2 { (title) }
                p { (text) }
                @if may_pay && refusal.code == "PAYMENT_FAILED" { p { a href="#pay" { (t!(words, "pay-other-card")) } } }
            }
        };
    }
    let declined = order.payment.as_ref().and_then(|payment| payment.decline_code.as_deref()).filter(|_| may_pay);
    html! {
        @if let Some(code) = declined {
            div.notice.bad {
                h2 { (t!(words, "declined-title")) }
                p { (checkout::why_declined(code, words)) " " (t!(words, "declined-nothing-taken")) }
            }
        }
    }
}

/// What a refusal means here: a title, and what helps.
fn said(words: Words<'_>, refusal: &Refusal, may_pay: bool) -> (String, String) {
    let own = |title: &str, text: &str| (words.say(title).into_owned(), words.say(text).into_owned());
    match (refusal.code.as_str(), refusal.extensions["declineCode"].as_str()) {
        ("PAYMENT_FAILED", Some(code)) => {
            let why = checkout::why_declined(code, words);
            (words.say("declined-title").into_owned(), format!("{why} {}", words.say("declined-nothing-taken")))
        }
        ("PAYMENT_FAILED", None) if may_pay => own("declined-too-often-title", "declined-too-often-text"),
        ("BAD_USER_INPUT", _) => own("card-missing-title", "card-missing-text"),
        ("IDEMPOTENCY_KEY_REUSED", _) => own("pay-sent-before-title", "pay-sent-before-text"),
        ("CONFLICT", _) => own("pay-conflict-title", "pay-conflict-text"),
        (code, _) => {
            let key = code.to_lowercase().replace('_', "-");
            own(&format!("refusal-{key}-title"), &format!("refusal-{key}-text"))
        }
    }
}

pub(super) fn body(visit: &Visit<'_>, data: &Shown<'_>, state: State, now: Timestamp, attempt: &Attempt) -> Markup {
    let Shown { order, site } = *data;
    let checkout = checkout_of!(document, site);
    html! {
        div.two.aside-first {
            (stub(visit, data, now))
            md-once {
                div.sheet.stack #pay tabindex="-1" {
                    @match state {
                        State::Waiting => (waiting(visit, order, &checkout, attempt)),
                        State::Paying => (paying(visit, order)),
                        _ => (pay(visit, order, &checkout, attempt)),
                    }
                    @if state != State::Paying { (cancel(visit, order)) }
                }
            }
        }
    }
}

/// The stub of a hold: how long it lasts, what it is of, what it costs.
fn stub(visit: &Visit<'_>, data: &Shown<'_>, now: Timestamp) -> Markup {
    let (words, order) = (visit.words, data.order);
    let known = match_of!(order);
    let total = entry::amount(&order.total_price.amount, &order.total_price.currency, words);
    html! {
        aside.stub aria-label=(t!(words, "held-stub")) {
            div.part.stack.tight {
                @if let Some(end) = order.expires_at {
                    (countdown(visit, end, known.zone(), now))
                    (more_time(visit, data, end))
                }
            }
            div.tear {}
            div.part.stack {
                div.stack.tight {
                    h2 { (known.names(words)) }
                    div.small.muted { (known.when_and_where(words)) }
                }
                table.sum {
                    caption.hidden { (t!(words, "sum-caption")) }
                    tbody {
                        tr {
                            td { (entry::what(order.quantity, order.category, words)) }
                            td { (total) }
                        }
                        tr {
                            td { (t!(words, "sum-to-pay")) }
                            td { (total) }
                        }
                    }
                }
                @if order.listing.is_some() { p.small.muted { (t!(words, "held-from-fan")) } }
            }
        }
    }
}

/// The time that is left, as it was when the page was made; the browser's script counts on.
fn countdown(visit: &Visit<'_>, end: Timestamp, zone: &TimeZone, now: Timestamp) -> Markup {
    let words = visit.words;
    let left = (end - now).as_secs().max(0);
    html! {
        md-countdown.stack.tight data-now=(now.to_string()) data-expires=(end.to_string()) data-warn=(WARN) {
            p.muted { (t!(words, "time-left")) }
            p.clock role="timer" data-clock { (digits(left)) }
            div {
                @let there = times::at(end, zone);
                p.small.muted { (t!(words, "held-until")) " " (facts::clock(&there)) }
                (facts::own_time(&there))
            }
            div.notice.warn data-warning hidden[left == 0 || left >= WARN] { p { (t!(words, "time-short")) } }
            div.notice.bad data-over hidden[left > 0] { p { (t!(words, "time-over-text")) } }
        }
    }
}

/// The way to have more time, where there is any to be had.
fn more_time(visit: &Visit<'_>, data: &Shown<'_>, end: Timestamp) -> Markup {
    let Shown { order, site } = *data;
    let seconds = site
        .extension
        .as_ref()
        .map(|terms| if order.listing.is_some() { terms.order_seconds } else { terms.hold_seconds });
    html! {
        @if let Some(seconds) = seconds.filter(|_| order.extensions_left > 0) {
            form method="post" action=(visit.link(&format!("{}/more-time", path_of(&order.id)))) {
                // With the end that they saw: a form that is sent twice gives time once.
                input type="hidden" name="expiresAt" value=(end.to_string());
                button.link { (t!(visit.words, "more-time", minutes = (seconds + 59) / 60)) }
            }
        }
    }
}

/// `14:32`, as the browser's script goes on with it.
fn digits(seconds: i64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// The form that pays.
fn pay(visit: &Visit<'_>, order: &Order, checkout: &Checkout, attempt: &Attempt) -> Markup {
    let words = visit.words;
    let path = path_of(&order.id);
    let price = money(&order.total_price.amount, &order.total_price.currency, words.locale);
    match checkout {
        Checkout::Sandbox(cards) => {
            let chosen = attempt.card.as_deref();
            let is_known = cards.iter().any(|card| Some(card.method) == chosen);
            html! {
                form.stack method="post" action=(visit.link(&format!("{path}/pay"))) {
                    fieldset.stack.tight {
                        legend { h2 { (t!(words, "pay-heading")) } }
                        p.small.muted { (t!(words, "pay-sandbox")) " " (t!(words, "pay-sandbox-cards")) }
                        @for (index, card) in cards.iter().enumerate() {
                            label.choice {
                                input type="radio" name="card" value=(card.method) required
                                    checked[if is_known { Some(card.method) == chosen } else { index == 0 }];
                                span { b { bdi { "Visa " (card.digits) } } br;
                                    span.small.muted { (t!(words, card.outcome)) } }
                            }
                        }
                    }
                    button.button.wide { (t_plain!(words, "pay-act", price = price)) }
                    (visit.new_key())
                }
            }
        }
        Checkout::Stripe(_) => html! {
            form.stack method="post" action=(visit.link(&format!("{path}/payment"))) {
                h2 { (t!(words, "pay-heading")) }
                p { (t!(words, "pay-stripe")) }
                button.button.wide { (t_plain!(words, "pay-act", price = price)) }
            }
        },
        Checkout::Closed => html! {
            h2 { (t!(words, "pay-heading")) }
            div.notice.warn { p { (t!(words, "pay-closed")) } }
        },
    }
}

/// A payment that waits for its buyer at the gateway.
fn waiting(visit: &Visit<'_>, order: &Order, checkout: &Checkout, attempt: &Attempt) -> Markup {
    let words = visit.words;
    let is_declined = order.payment.as_ref().is_some_and(|payment| payment.decline_code.is_some());
    let kind = if attempt.is_back {
        "back"
    } else if is_declined {
        "declined"
    } else if matches!(checkout, Checkout::Stripe(_)) {
        "open"
    } else {
        "waiting"
    };
    html! {
        h2 { (t!(words, &format!("bank-{kind}-title"))) }
        p { (t!(words, &format!("bank-{kind}-text"))) }
        form method="post" action=(visit.link(&format!("{}/payment", path_of(&order.id)))) {
            button.button.wide { (t!(words, &format!("bank-{kind}-act"))) }
        }
    }
}

/// A payment that waits for the gateway.
fn paying(visit: &Visit<'_>, order: &Order) -> Markup {
    let words = visit.words;
    html! {
        h2 { (t!(words, "paying-title")) }
        p { (t!(words, "paying-text")) }
        p { a.button.quiet href=(visit.link(&path_of(&order.id))) { (t!(words, "look-again")) } }
    }
}

fn cancel(visit: &Visit<'_>, order: &Order) -> Markup {
    html! {
        form method="post" action=(visit.link(&format!("{}/cancel", path_of(&order.id)))) {
            button.button.quiet.wide { (t!(visit.words, "cancel-act")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn the_time_left_is_written_as_the_script_goes_on_with_it() {
        for (seconds, expected) in [(0, "0:00"), (9, "0:09"), (872, "14:32"), (3600, "60:00")] {
            assert_eq!(digits(seconds), expected);
        }
    }
}
