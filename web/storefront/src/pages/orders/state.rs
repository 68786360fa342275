//! Where an order stands, in the steps that its buyer knows.

use jiff::Timestamp;

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Held, to be paid meanwhile.
    Held,
    /// Held by the books still, though its time is over.
    RunOut,
    /// Its payment waits for its buyer: for a card, or for their bank's consent.
    Waiting,
    /// Its payment waits for the gateway.
    Paying,
    /// The money is reserved; the tickets are about to be issued.
    Settling,
    Paid,
    Ended(Reason),
}

/// Why an order has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    User,
    Expired,
    PaymentFailed,
    Oversold,
    Refunded,
    Withdrawn,
    /// One that the contract did not know when this was written.
    Other,
}

impl Reason {
    /// Its part of the messages' keys.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Expired => "expired",
            Self::PaymentFailed => "payment-failed",
            Self::Oversold => "oversold",
            Self::Refunded => "refunded",
            Self::Withdrawn => "withdrawn",
            Self::Other => "other",
        }
    }
}

/// Where the contract says that a reservation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    AwaitingPayment,
    Reserved,
    Cancelled,
}

/// And its newest payment, as far as pages tell payments apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payment {
    None,
    Waiting,
    Authorised,
    Other,
}

/// What a document was answered of a reservation, in the terms above.
macro_rules! standing {
    ($document:ident, $row:expr) => {{
        use $crate::pages::orders::state::{Payment, Reason, Standing, Status};

        Standing {
            status: match $row.status {
                $document::ReservationStatus::PENDING => Status::Pending,
                $document::ReservationStatus::RESERVED => Status::Reserved,
                $document::ReservationStatus::CANCELLED => Status::Cancelled,
                $document::ReservationStatus::AWAITING_PAYMENT | $document::ReservationStatus::Other(_) => {
                    Status::AwaitingPayment
                }
            },
            reason: $row.cancel_reason.as_ref().map_or(Reason::Other, |reason| match reason {
                $document::CancelReason::USER => Reason::User,
                $document::CancelReason::EXPIRED => Reason::Expired,
                $document::CancelReason::PAYMENT_FAILED => Reason::PaymentFailed,
                $document::CancelReason::OVERSOLD => Reason::Oversold,
                $document::CancelReason::REFUNDED => Reason::Refunded,
                $document::CancelReason::WITHDRAWN => Reason::Withdrawn,
                $document::CancelReason::Other(_) => Reason::Other,
            }),
            payment: $row.payment.as_ref().map_or(Payment::None, |payment| match payment.status {
                $document::PaymentStatus::REQUIRES_ACTION => Payment::Waiting,
                $document::PaymentStatus::AUTHORISED => Payment::Authorised,
                _ => Payment::Other,
            }),
            expires_at: $row.expires_at,
        }
    }};
}

pub(super) use standing;

/// What the contract says of where a reservation stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) status: Status,
    pub(super) reason: Reason,
    pub(super) payment: Payment,
    pub(super) expires_at: Option<Timestamp>,
}

impl Standing {
    pub(super) fn state(&self, now: Timestamp) -> State {
        match (self.status, self.payment) {
            (Status::Pending, _) if self.expires_at.is_some_and(|end| end <= now) => State::RunOut,
            (Status::Pending, _) => State::Held,
            (Status::AwaitingPayment, Payment::Waiting) => State::Waiting,
            (Status::AwaitingPayment, _) => State::Paying,
            (Status::Reserved, Payment::Authorised) => State::Settling,
            (Status::Reserved, _) => State::Paid,
            (Status::Cancelled, _) => State::Ended(self.reason),
        }
    }
}

impl State {
    /// Whether its buyer has something to do, or soon has nothing more to do.
    pub(super) fn needs_its_buyer(self) -> bool {
        matches!(self, Self::Held | Self::RunOut | Self::Waiting | Self::Paying)
    }

    /// Its part of the messages' keys.
    pub(super) fn key(self) -> String {
        match self {
            Self::Held => "held".to_owned(),
            Self::RunOut => "run-out".to_owned(),
            Self::Waiting => "waiting".to_owned(),
            Self::Paying => "paying".to_owned(),
            Self::Settling => "settling".to_owned(),
            Self::Paid => "paid".to_owned(),
            Self::Ended(reason) => format!("ended-{}", reason.key()),
        }
    }
}

#[cfg(test)]
fn all() -> Vec<State> {
    use State::{Ended, Held, Paid, Paying, RunOut, Settling, Waiting};

    let reasons = [
        Reason::User,
        Reason::Expired,
        Reason::PaymentFailed,
        Reason::Oversold,
        Reason::Refunded,
        Reason::Withdrawn,
        Reason::Other,
    ];
    [Held, RunOut, Waiting, Paying, Settling, Paid].into_iter().chain(reasons.map(Ended)).collect()
}

#[cfg(test)]
mod tests {
    use kit::locale::Locale;

    use super::*;

    #[test]
    fn an_order_stands_where_its_reservation_and_its_payment_do() {
        let (now, later): (Timestamp, Timestamp) = (
            "2026-12-13T16:00:00Z".parse().expect("it is a time"),
            "2026-12-13T16:00:01Z".parse().expect("it is a time"),
        );
        let at =
            |status, payment, expires_at| Standing { status, reason: Reason::Expired, payment, expires_at }.state(now);
        assert_eq!(at(Status::Pending, Payment::None, Some(later)), State::Held);
        assert_eq!(at(Status::Pending, Payment::Other, Some(later)), State::Held, "a refused card leaves a hold");
        assert_eq!(at(Status::Pending, Payment::None, Some(now)), State::RunOut);
        assert_eq!(at(Status::AwaitingPayment, Payment::Waiting, Some(now)), State::Waiting, "it outlives its end");
        assert_eq!(at(Status::AwaitingPayment, Payment::Other, Some(later)), State::Paying);
        assert_eq!(at(Status::Reserved, Payment::Authorised, None), State::Settling);
        assert_eq!(at(Status::Reserved, Payment::Other, None), State::Paid);
        assert_eq!(at(Status::Cancelled, Payment::None, None), State::Ended(Reason::Expired));
    }

    #[test]
    fn every_state_has_its_words() {
        let catalogue = kit::catalogue(crate::WORDS, jiff::tz::TimeZone::UTC);
        for locale in Locale::ALL {
            let words = catalogue.of(locale);
            for state in all() {
                for part in ["heading", "lead", "tag"] {
                    let key = format!("order-{}-{part}", state.key());
                    assert!(words.find(&key).is_some(), "{locale} {key}");
                }
            }
        }
    }
}
