//! Where a payment goes on at the gateway: Stripe's form for a card, or the sandbox's stand-in for a bank.
//!
//! Invariant: to begin or to find a payment is a POST. The secret that leads on at the gateway goes to this page in a cookie of
//! its own, so that the page can be loaded again, and no address names the secret.

use std::sync::Arc;

use axum::{
    extract::{Path, State as Shared},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use kit::{
    answer::{self, Keeping},
    api::Refusal,
    layout::{Page, Section},
    money::money,
    policy::Needs,
    t, t_plain,
    visit::Visit,
};
use maud::{Markup, html};

use super::{
    IdInPath,
    checkout::{self, Checkout, checkout_of},
    entry::{self, match_of},
    is_id, not_shown, order, path_of,
};
use crate::{
    Shop,
    documents::orders::{BeginPayment, PaymentPage, begin_payment as mutation, payment_page as document},
    pages::{Posted, Wanted},
};

type Order = document::PaymentPageReservation;

const COOKIE: &str = "__Host-matchday-payment";

/// Seconds for which the secret is kept: longer than any hold, as a payment outlives it.
const KEPT: u32 = 3_600;

/// Begins a payment, or finds the one that waits for its buyer, and leads to its page.
pub(super) async fn begin(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let input = mutation::CreatePaymentIntentInput { reservation_id: id.clone() };
    match visit.ask::<BeginPayment>(mutation::Variables { input }).await {
        Ok(begun) => match begun.create_payment_intent.client_secret {
            Some(secret) => lead_on(&mut visit, &id, &secret),
            None => order::lead_to(&mut visit, &id),
        },
        Err(refusal) => order::refused(&mut visit, id, refusal, None).await,
    }
}

/// Leads to where a payment goes on, with the secret for it.
pub(super) fn lead_on(visit: &mut Visit<'_>, id: &str, secret: &str) -> Response {
    if !is_id(id) || !is_secret(secret) {
        return order::lead_to(visit, id);
    }
    let path = visit.link(&format!("{}/payment", path_of(id)));
    let mut response = answer::see_other(visit, &path);
    let cookie = format!("{COOKIE}={id}.{secret}; Path=/; Max-Age={KEPT}; Secure; HttpOnly; SameSite=Lax");
    let cookie = HeaderValue::from_str(&cookie).expect("ids and secrets are text");
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// Whether a text may be a gateway's secret: it goes into a cookie and into a form as it is.
fn is_secret(secret: &str) -> bool {
    (1..=256).contains(&secret.len()) && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The secret of an order's payment, where the visitor's browser has it.
fn secret(parts: &Parts, id: &str) -> Option<String> {
    let lines = parts.headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    let (_, value) = cookies.find(|(name, _)| *name == COOKIE)?;
    value.strip_prefix(id)?.strip_prefix('.').filter(|secret| is_secret(secret)).map(ToOwned::to_owned)
}

pub(super) async fn show(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    parts: Parts,
) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    if !is_id(&id) {
        return answer::refused(&mut visit, &Refusal::not_found());
    }
    let Some(secret) = secret(&parts, &id) else {
        return order::lead_to(&mut visit, &id);
    };
    let data = match visit.ask::<PaymentPage>(document::Variables { id: id.clone() }).await {
        Ok(data) => data,
        Err(refusal) => return not_shown(&mut visit, &refusal),
    };
    let waits = |order: &Order| {
        order.payment.as_ref().is_some_and(|payment| payment.status == document::PaymentStatus::REQUIRES_ACTION)
    };
    let Some(order) = data.reservation.filter(waits) else {
        return order::lead_to(&mut visit, &id);
    };
    let page = match checkout_of!(document, data.site) {
        Checkout::Sandbox(cards) => bank(&visit, &order, &secret, &cards),
        Checkout::Stripe(key) => card(&visit, &order, &secret, &key),
        Checkout::Closed => return order::lead_to(&mut visit, &id),
    };
    answer::page(&mut visit, StatusCode::OK, &page, Keeping::Nobody)
}

/// What is paid, in a line.
fn what(visit: &Visit<'_>, order: &Order) -> Markup {
    let words = visit.words;
    let known = match_of!(order);
    html! {
        p { (known.names(words)) " · " (entry::what(order.quantity, order.category, words)) " · "
            b { (entry::amount(&order.total_price.amount, &order.total_price.currency, words)) } }
    }
}

/// The sandbox's stand-in for a bank: consent, or another card where the last one was refused.
fn bank(visit: &Visit<'_>, order: &Order, secret: &str, cards: &[&checkout::Card]) -> Page {
    let words = visit.words;
    let declined = order.payment.as_ref().and_then(|payment| payment.decline_code.as_deref());
    let intent = secret.split_once("_secret").map_or(secret, |(intent, _)| intent);
    let back = format!("{}?redirect_status=returned", visit.link(&path_of(&order.id)));
    let title = if declined.is_some() { "bank-other-title" } else { "bank-title" };
    let main = html! {
        div.narrow.stack {
            h1 { (t!(words, title)) }
            p.small.muted { (t!(words, "pay-sandbox")) }
            @if let Some(code) = declined {
                div.notice.bad { p { (checkout::why_declined(code, words)) " " (t!(words, "declined-nothing-taken")) } }
            }
            (what(visit, order))
            md-once {
                form.sheet.stack method="post" action=(format!("/sandbox/payment_intents/{intent}/confirm")) {
                    @if declined.is_some() {
                        fieldset.stack.tight {
                            legend { h2 { (t!(words, "pay-heading")) } }
                            @for (index, card) in cards.iter().enumerate() {
                                label.choice {
                                    input type="radio" name="paymentMethod" value=(card.method) required checked[index == 0];
                                    span { b { bdi { "Visa " (card.digits) } } br;
                                        span.small.muted { (t!(words, card.outcome)) } }
                                }
                            }
                        }
                        button.button.wide {
                            (t_plain!(words, "pay-act", price = money(&order.total_price.amount, &order.total_price.currency, words.locale)))
                        }
                    } @else {
                        p { (t!(words, "bank-text")) }
                        button.button.wide name="consent" value="true" { (t!(words, "bank-consent")) }
                        button.button.quiet.wide name="consent" value="false" { (t!(words, "bank-refuse")) }
                    }
                    input type="hidden" name="clientSecret" value=(secret);
                    input type="hidden" name="returnTo" value=(back);
                }
            }
            p { a href=(visit.link(&path_of(&order.id))) { (t!(words, "bank-back")) } }
        }
    };
    Page { script_words: Some(script_words(visit)), ..Page::new(Section::Orders, t_plain!(words, title), main) }
}

/// Stripe's form, in Stripe's own frame.
fn card(visit: &Visit<'_>, order: &Order, secret: &str, key: &str) -> Page {
    let words = visit.words;
    let price = money(&order.total_price.amount, &order.total_price.currency, words.locale);
    let main = html! {
        div.narrow.stack {
            h1 { (t!(words, "pay-heading")) }
            (what(visit, order))
            md-pay data-key=(key) data-secret=(secret) data-return=(address(visit, &path_of(&order.id))) {
                form.sheet.stack {
                    div data-element {}
                    p.notice.bad data-error role="alert" hidden {}
                    button.button.wide data-pay disabled { (t_plain!(words, "pay-act", price = price)) }
                }
                noscript { div.notice.warn { p { (t!(words, "pay-needs-script")) } } }
            }
            p { a href=(visit.link(&path_of(&order.id))) { (t!(words, "bank-back")) } }
        }
    };
    Page {
        needs: Needs::Stripe,
        script_words: Some(script_words(visit)),
        ..Page::new(Section::Orders, t_plain!(words, "pay-heading"), main)
    }
}

/// The whole address of a page: a bank that leads back knows no path of ours.
fn address(visit: &Visit<'_>, path: &str) -> String {
    let host = || visit.parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let site = visit.kit.site.public_url.clone().unwrap_or_else(|| format!("http://{}", host()));
    format!("{}{}", site.trim_end_matches('/'), visit.link(path))
}

fn script_words(visit: &Visit<'_>) -> serde_json::Value {
    let mut words = checkout::script_words(visit.words);
    words["sending"] = visit.words.say("sending").into();
    words
}

#[cfg(test)]
mod tests {
    use axum::http::Request as Asked;

    use super::*;

    #[test]
    fn a_secret_is_that_of_its_own_order() {
        let asked = |cookie: &str| {
            let request = Asked::builder().header("cookie", cookie).body(()).expect("it is a request");
            secret(&request.into_parts().0, "order-1")
        };
        assert_eq!(asked("a=b; __Host-matchday-payment=order-1.pi_1_secret_2").as_deref(), Some("pi_1_secret_2"));
        for other in [
            "__Host-matchday-payment=order-12.pi_1_secret_2",
            "__Host-matchday-payment=order-2.pi_1_secret_2",
            "__Host-matchday-payment=order-1.",
            "__Host-matchday-payment=order-1.a\"><script>",
            "other=order-1.pi_1_secret_2",
        ] {
            assert_eq!(asked(other), None, "{other}");
        }
    }
}
