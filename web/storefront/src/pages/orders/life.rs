//! What became of an order: three steps at its head, and at its foot each step with its time, the receipt, and money on its way
//! back.

use jiff::{Timestamp, tz::TimeZone};
use kit::{amount, t, times, words::Words};
use maud::{Markup, html};

use super::{
    entry,
    state::{Reason, State},
};
use crate::{documents::orders::order_page as document, pages::facts};

use document::ReservationStepKind as Kind;

type Order = document::OrderPageReservation;

/// The steps to a ticket, and where the order stands among them.
pub(super) fn steps(words: Words<'_>, order: &Order, state: State) -> Markup {
    let zone = times::zone(&order.match_.time_zone);
    let clock = |at| facts::clock(&times::at(at, &zone));
    let paid = html! {
        li.done { (t!(words, "step-paid")) @if let Some(at) = paid_at(order) { " " (clock(at)) } }
    };
    html! {
        ol.steps aria-label=(t!(words, "steps")) {
            li.done { (t!(words, "step-held")) " " (clock(order.created_at)) }
            @match state {
                State::Held | State::Waiting | State::Paying => {
                    li aria-current="step" { (t!(words, "step-pay")) }
                    li { (t!(words, "step-tickets")) }
                }
                State::Settling => {
                    (paid)
                    li aria-current="step" { (t!(words, "step-tickets")) }
                }
                State::Paid => {
                    (paid)
                    li.done { (t!(words, "step-tickets")) }
                }
                State::RunOut => { li.failed { (entry::sentence(&t!(words, "order-run-out-tag"))) } }
                State::Ended(reason) => {
                    @if is_paid(order, state) { (paid) }
                    li.failed[reason != Reason::Refunded] .done[reason == Reason::Refunded] {
                        (entry::sentence(&t!(words, &format!("order-{}-tag", state.key()))))
                    }
                }
            }
        }
    }
}

/// Whether money was taken for it, whatever became of that.
fn is_paid(order: &Order, state: State) -> bool {
    matches!(state, State::Settling | State::Paid) || paid_at(order).is_some()
}

/// When the money was taken.
fn paid_at(order: &Order) -> Option<Timestamp> {
    order.history.iter().find(|step| step.kind == Kind::PAYMENT_CAPTURED).map(|step| step.at)
}

/// What is kept of an order: the receipt, the money that went back, its life.
pub(super) fn record(words: Words<'_>, order: &Order, me: Option<&document::OrderPageMe>, state: State) -> Markup {
    let refunds = order.payment.as_ref().map(|payment| payment.refunds.as_slice()).unwrap_or_default();
    let zone = times::zone(&order.match_.time_zone);
    let life = html! {
        section.sheet.stack.noprint aria-labelledby="life" {
            h2 id="life" { (t!(words, "life")) }
            ol.life { @for step in life(order, state) { (line(words, &step, &zone)) } }
        }
    };
    html! {
        div.two {
            @if is_paid(order, state) {
                div.stack {
                    @if !refunds.is_empty() { (money_back(words, refunds)) }
                    (receipt(words, order, me))
                }
            }
            (life)
        }
    }
}

fn money_back(words: Words<'_>, refunds: &[document::OrderPageReservationPaymentRefunds]) -> Markup {
    html! {
        section.sheet.stack aria-labelledby="refunds" {
            h2 id="refunds" { (t!(words, "refunds")) }
            ul.rows {
                @for refund in refunds {
                    @let (tag, text) = match refund.status {
                        document::RefundStatus::DONE => ("tag good", "done"),
                        document::RefundStatus::REFUSED => ("tag bad", "refused"),
                        document::RefundStatus::PROCESSING | document::RefundStatus::Other(_) => ("tag few", "processing"),
                    };
                    li {
                        div {
                            b { (entry::amount(&refund.amount.amount, &refund.amount.currency, words)) }
                            p.small.muted { (t!(words, &format!("refund-{text}-text"))) }
                            @if let Some(reason) = refund.reason.as_deref().filter(|reason| !reason.is_empty()) {
                                p.small.muted { (t!(words, "refund-reason")) " " bdi { (reason) } }
                            }
                        }
                        span class=(tag) { (t!(words, &format!("refund-{text}"))) }
                    }
                }
            }
        }
    }
}

/// What was bought by whom, and what is left of what was paid.
fn receipt(words: Words<'_>, order: &Order, me: Option<&document::OrderPageMe>) -> Markup {
    let money = |money: (&str, &str)| entry::amount(money.0, money.1, words);
    let payment = order.payment.as_ref();
    let refunded = payment
        .map(|payment| &payment.refunded_amount)
        .filter(|back| back.amount.bytes().any(|digit| (b'1'..=b'9').contains(&digit)));
    let left = refunded.and_then(|back| amount::minus(&order.total_price.amount, &back.amount));
    let buyer = me.and_then(|me| me.display_name.as_deref().or(me.email.as_deref()));
    html! {
        section.sheet.stack aria-labelledby="receipt" {
            h2 id="receipt" { (t!(words, "receipt")) }
            dl.facts.small {
                dt { (t!(words, "order-reference")) } dd { bdi { (order.reference) } }
                dt { (t!(words, "receipt-date")) } dd { (entry::moment(order.created_at, &times::zone(&order.match_.time_zone), words)) }
                @if let Some(buyer) = buyer { dt { (t!(words, "receipt-buyer")) } dd { bdi { (buyer) } } }
                @if let Some(seller) = order.listing.as_ref().and_then(|listing| listing.seller.display_name.as_deref()) {
                    dt { (t!(words, "receipt-seller")) } dd { bdi { (seller) } }
                }
            }
            table.sum {
                caption.hidden { (t!(words, "sum-caption")) }
                tbody {
                    tr {
                        td { (entry::what(order.quantity, order.category, words)) " · "
                            (t!(words, "receipt-each")) " " (money((&order.unit_price.amount, &order.unit_price.currency))) }
                        td { (money((&order.total_price.amount, &order.total_price.currency))) }
                    }
                    @if let Some(back) = refunded {
                        tr { td { (t!(words, "receipt-back")) } td { bdi { "\u{2212}" (money((&back.amount, &back.currency))) } } }
                    }
                    tr {
                        td { (t!(words, "receipt-paid")) }
                        td {
                            (money((left.as_deref().unwrap_or(&order.total_price.amount), &order.total_price.currency)))
                        }
                    }
                }
            }
        }
    }
}

/// A step of an order's life.
struct Step {
    key: String,
    at: Option<Timestamp>,
    amount: Option<(String, String)>,
    class: Option<&'static str>,
}

/// What has happened, oldest first, and what is expected.
fn life(order: &Order, state: State) -> Vec<Step> {
    let ended = format!("order-{}-tag", state.key());
    let of_contract = order.history.iter().filter_map(|step| {
        let (key, class) = match step.kind {
            Kind::HELD => ("life-held", None),
            Kind::PAYMENT_BEGUN => ("life-payment", None),
            Kind::PAYMENT_DECLINED => ("life-declined", Some("failed")),
            Kind::PAYMENT_CAPTURED => ("life-paid", None),
            Kind::PAYMENT_CANCELLED => ("life-payment-cancelled", None),
            Kind::TICKETS_ISSUED => ("life-issued", None),
            Kind::REFUND_BEGUN => ("life-refund", None),
            Kind::REFUND_DONE => ("life-refunded", None),
            Kind::ENDED => (ended.as_str(), Some("failed")),
            // The moment between two others, which is told by the state while it lasts.
            Kind::PAYMENT_AUTHORISED | Kind::Other(_) => return None,
        };
        let amount = step.amount.as_ref().map(|amount| (amount.amount.clone(), amount.currency.clone()));
        Some(Step { key: key.to_owned(), at: Some(step.at), amount, class })
    });
    let used = order.tickets.iter().filter_map(|ticket| ticket.used_at);
    let used = used.map(|at| Step { key: "life-used".to_owned(), at: Some(at), amount: None, class: None });
    let mut steps: Vec<Step> = of_contract.chain(used).collect();
    steps.sort_by_key(|step| step.at);
    let is_told = order.history.iter().any(|step| step.kind == Kind::ENDED);
    match state {
        State::Ended(Reason::Refunded) | State::Paid => {}
        State::Ended(_) if is_told => {}
        State::Ended(_) => steps.push(Step { key: ended, at: None, amount: None, class: Some("failed") }),
        State::Held | State::RunOut | State::Waiting | State::Paying | State::Settling => {
            steps.push(Step { key: ended, at: order.expires_at, amount: None, class: Some("now") });
        }
    }
    steps
}

fn line(words: Words<'_>, step: &Step, zone: &TimeZone) -> Markup {
    html! {
        li class=[step.class] aria-current=[step.class.filter(|class| *class == "now").map(|_| "step")] {
            @match &step.amount {
                Some((amount, currency)) => {
                    b { (entry::sentence(&words.say(&step.key))) } " " (entry::amount(amount, currency, words))
                }
                None => b { (entry::sentence(&words.say(&step.key))) }
            }
            @if let Some(at) = step.at {
                br;
                span.small.muted {
                    @if step.class == Some("now") { (t!(words, "life-until")) " " }
                    (entry::moment(at, zone, words))
                }
            }
        }
    }
}
