//! The state machine of a payment: one table of state × event, each pair decided.

use entities::payment::State;

/// What may happen to a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The gateway waits for the payer.
    Opened,
    /// The gateway refused the payer's card.
    Declined,
    /// The money is authorised, and the seats are sold to it.
    AuthorisedWithSeats,
    /// The money is authorised, and there are no seats for it.
    AuthorisedWithoutSeats,
    /// The money is captured, and the seats are sold to it.
    CapturedWithSeats,
    /// The money is captured, and there are no seats for it.
    CapturedWithoutSeats,
    /// The hold is over, or given up by its fan.
    Abandoned,
    /// The gateway has cancelled it, or knows nothing of it.
    Cancelled,
    /// The gateway has given all of it back.
    Refunded,
    /// The gateway has given a part of it back.
    PartRefunded,
    /// The last of its tickets were given back: all of it that is not owed yet is.
    Returned,
    /// Some of its tickets were given back: their price is owed.
    PartReturned,
    /// The gateway will not give back what is owed, or could not in the end.
    RefundRefused,
    /// An admin has it asked once more for what it refused.
    RefundRetried,
}

/// What an event does to a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It goes there, or something happens to it where it is.
    To(State),
    /// Known already, or late: nothing changes.
    Ignored,
    /// Can't be: refused loudly, nothing changes.
    Impossible,
}

impl Event {
    pub const ALL: [Self; 14] = [
        Self::Opened,
        Self::Declined,
        Self::AuthorisedWithSeats,
        Self::AuthorisedWithoutSeats,
        Self::CapturedWithSeats,
        Self::CapturedWithoutSeats,
        Self::Abandoned,
        Self::Cancelled,
        Self::Refunded,
        Self::PartRefunded,
        Self::Returned,
        Self::PartReturned,
        Self::RefundRefused,
        Self::RefundRetried,
    ];

    /// As the audit trail writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opened => "OPENED",
            Self::Declined => "DECLINED",
            Self::AuthorisedWithSeats => "SEATED",
            Self::AuthorisedWithoutSeats => "UNSEATED",
            Self::CapturedWithSeats => "PAID_SEATED",
            Self::CapturedWithoutSeats => "PAID_UNSEATED",
            Self::Abandoned => "ABANDONED",
            Self::Cancelled => "CANCELLED",
            Self::Refunded => "REFUNDED",
            Self::PartRefunded => "PART_REFUNDED",
            Self::Returned => "RETURNED",
            Self::PartReturned => "PART_RETURNED",
            Self::RefundRefused => "REFUND_REFUSED",
            Self::RefundRetried => "REFUND_RETRIED",
        }
    }
}

/// A state as metrics name it.
pub fn label(state: State) -> &'static str {
    match state {
        State::Created => "created",
        State::Open => "open",
        State::Confirmed => "confirmed",
        State::Captured => "captured",
        State::Voiding => "voiding",
        State::Voided => "voided",
        State::Declined => "declined",
        State::Refunding => "refunding",
        State::Refunded => "refunded",
    }
}

/// The states in the order of the table's rows.
pub const STATES: [State; 9] = [
    State::Created,
    State::Open,
    State::Confirmed,
    State::Captured,
    State::Voiding,
    State::Voided,
    State::Declined,
    State::Refunding,
    State::Refunded,
];

// Short names, so that a state's row takes two lines.
const SAME: Step = Step::Ignored;
const NEVER: Step = Step::Impossible;
const OPEN: Step = Step::To(State::Open);
const CONFIRMED: Step = Step::To(State::Confirmed);
const CAPTURED: Step = Step::To(State::Captured);
const VOIDING: Step = Step::To(State::Voiding);
const VOIDED: Step = Step::To(State::Voided);
const DECLINED: Step = Step::To(State::Declined);
const REFUNDING: Step = Step::To(State::Refunding);
const REFUNDED: Step = Step::To(State::Refunded);

/// Rows by [`STATES`], columns by [`Event::ALL`], in two halves: what happens on the way to the money, and on its way back.
///
/// `Created` has no name at the gateway yet, so nothing can be abandoned there before its answer is known. Answers of the
/// gateway may overtake each other: one that tells of an earlier step changes nothing. Money that turns up where it was
/// not wanted any more goes back. Seats are looked for in `Created` and `Open` alone, and what is `Confirmed` or
/// `Captured` has them, so elsewhere "with seats" can't be.
///
/// Only what is `Captured` has tickets that may be given back; it stays so until the last of them is. What was `Refunded` is
/// owed again where the money of a refund comes back to the gateway.
#[rustfmt::skip]
const TABLE: [([Step; 9], [Step; 5]); 9] = [
    //               Opened Declined Authorised                 Captured                Abandoned Cancelled Refunded
    //                               WithSeats  WithoutSeats    WithSeats WithoutSeats
    //               PartRefunded Returned PartReturned RefundRefused RefundRetried
    /* Created   */ ([OPEN,  DECLINED, CONFIRMED, VOIDING, CAPTURED,  REFUNDING,   SAME,     VOIDED,   NEVER],
                     [NEVER,     NEVER,     NEVER,    NEVER,     NEVER]),
    /* Open      */ ([SAME,  SAME,     CONFIRMED, VOIDING, CAPTURED,  REFUNDING,   VOIDING,  VOIDED,   NEVER],
                     [NEVER,     NEVER,     NEVER,    NEVER,     NEVER]),
    /* Confirmed */ ([SAME,  SAME,     SAME,      NEVER,   CAPTURED,  NEVER,       SAME,     VOIDED,   NEVER],
                     [NEVER,     NEVER,     NEVER,    NEVER,     NEVER]),
    /* Captured  */ ([SAME,  SAME,     SAME,      NEVER,   SAME,      NEVER,       SAME,     NEVER,    NEVER],
                     [CAPTURED,  REFUNDING, CAPTURED, CAPTURED,  CAPTURED]),
    /* Voiding   */ ([SAME,  SAME,     NEVER,     SAME,    NEVER,     REFUNDING,   SAME,     VOIDED,   NEVER],
                     [NEVER,     NEVER,     NEVER,    NEVER,     NEVER]),
    /* Voided    */ ([SAME,  SAME,     NEVER,     SAME,    NEVER,     REFUNDING,   SAME,     SAME,     NEVER],
                     [NEVER,     NEVER,     NEVER,    NEVER,     NEVER]),
    /* Declined  */ ([SAME,  SAME,     NEVER,     VOIDING, NEVER,     REFUNDING,   SAME,     SAME,     NEVER],
                     [NEVER,     NEVER,     NEVER,    NEVER,     NEVER]),
    /* Refunding */ ([SAME,  SAME,     NEVER,     SAME,    NEVER,     SAME,        SAME,     NEVER,    REFUNDED],
                     [REFUNDING, NEVER,     NEVER,    REFUNDING, REFUNDING]),
    /* Refunded  */ ([SAME,  SAME,     NEVER,     SAME,    NEVER,     SAME,        SAME,     NEVER,    SAME],
                     [NEVER,     NEVER,     NEVER,    REFUNDING, NEVER]),
];

/// What `event` does to a payment in `state`.
pub fn step(state: State, event: Event) -> Step {
    let row = STATES.iter().position(|known| *known == state).expect("the table has a row for each state");
    let (forth, back) = &TABLE[row];
    *forth.iter().chain(back).nth(event as usize).expect("the table has a column for each event")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sea_orm::Iterable;

    use super::*;

    fn leads_to(state: State) -> BTreeSet<State> {
        let steps = Event::ALL.iter().map(|event| step(state, *event));
        steps.filter_map(|step| if let Step::To(next) = step { Some(next) } else { None }).collect()
    }

    #[test]
    fn every_state_and_event_has_its_row_and_column() {
        assert_eq!(State::iter().collect::<Vec<_>>(), STATES);
        for (column, event) in Event::ALL.iter().enumerate() {
            assert_eq!(*event as usize, column, "{event:?}");
        }
    }

    #[test]
    fn every_pair_is_as_it_was_decided() {
        use Event::{
            Abandoned, AuthorisedWithSeats, AuthorisedWithoutSeats, Cancelled, CapturedWithSeats, CapturedWithoutSeats,
            Declined, Opened, PartRefunded, PartReturned, RefundRefused, RefundRetried, Refunded, Returned,
        };

        // What changes a state, and what can't be; every other pair stays as it is.
        let changes = [
            (State::Created, Opened, State::Open),
            (State::Created, Declined, State::Declined),
            (State::Created, AuthorisedWithSeats, State::Confirmed),
            (State::Created, AuthorisedWithoutSeats, State::Voiding),
            (State::Created, CapturedWithSeats, State::Captured),
            (State::Created, CapturedWithoutSeats, State::Refunding),
            (State::Created, Cancelled, State::Voided),
            (State::Open, AuthorisedWithSeats, State::Confirmed),
            (State::Open, AuthorisedWithoutSeats, State::Voiding),
            (State::Open, CapturedWithSeats, State::Captured),
            (State::Open, CapturedWithoutSeats, State::Refunding),
            (State::Open, Abandoned, State::Voiding),
            (State::Open, Cancelled, State::Voided),
            (State::Confirmed, CapturedWithSeats, State::Captured),
            (State::Confirmed, Cancelled, State::Voided),
            (State::Voiding, CapturedWithoutSeats, State::Refunding),
            (State::Voiding, Cancelled, State::Voided),
            (State::Voided, CapturedWithoutSeats, State::Refunding),
            (State::Declined, AuthorisedWithoutSeats, State::Voiding),
            (State::Declined, CapturedWithoutSeats, State::Refunding),
            (State::Refunding, Refunded, State::Refunded),
            (State::Captured, PartReturned, State::Captured),
            (State::Captured, Returned, State::Refunding),
            (State::Captured, PartRefunded, State::Captured),
            (State::Captured, RefundRefused, State::Captured),
            (State::Captured, RefundRetried, State::Captured),
            (State::Refunding, PartRefunded, State::Refunding),
            (State::Refunding, RefundRefused, State::Refunding),
            (State::Refunding, RefundRetried, State::Refunding),
            (State::Refunded, RefundRefused, State::Refunding),
        ];
        let ignored = [
            (State::Created, vec![Abandoned]),
            (State::Open, vec![Opened, Declined]),
            (State::Confirmed, vec![Opened, Declined, AuthorisedWithSeats, Abandoned]),
            (State::Captured, vec![Opened, Declined, AuthorisedWithSeats, CapturedWithSeats, Abandoned]),
            (State::Voiding, vec![Opened, Declined, AuthorisedWithoutSeats, Abandoned]),
            (State::Voided, vec![Opened, Declined, AuthorisedWithoutSeats, Abandoned, Cancelled]),
            (State::Declined, vec![Opened, Declined, Abandoned, Cancelled]),
            (State::Refunding, vec![Opened, Declined, AuthorisedWithoutSeats, CapturedWithoutSeats, Abandoned]),
            (
                State::Refunded,
                vec![Opened, Declined, AuthorisedWithoutSeats, CapturedWithoutSeats, Abandoned, Refunded],
            ),
        ];

        for state in State::iter() {
            for event in Event::ALL {
                let to = changes.iter().find(|(from, on, _)| (*from, *on) == (state, event)).map(|(.., to)| *to);
                let is_ignored = ignored.iter().any(|(from, on)| *from == state && on.contains(&event));
                let expected = to.map_or(if is_ignored { Step::Ignored } else { Step::Impossible }, Step::To);
                assert_eq!(step(state, event), expected, "{state:?} × {event:?}");
            }
        }
    }

    #[test]
    fn a_payment_with_money_never_ends_without_seats_or_the_way_back() {
        for state in State::iter() {
            // Money that was taken for nothing is refunded from wherever a payment can still take any.
            if let Step::To(next) = step(state, Event::CapturedWithoutSeats) {
                assert_eq!(next, State::Refunding, "{state:?}");
            }
            // Only the gateway's word that nothing was taken ends a payment without a refund.
            if leads_to(state).contains(&State::Voided) {
                assert_eq!(step(state, Event::Cancelled), Step::To(State::Voided));
                let others = Event::ALL.iter().filter(|event| **event != Event::Cancelled);
                assert!(others.into_iter().all(|event| step(state, *event) != Step::To(State::Voided)), "{state:?}");
            }
        }
        // What is ours goes back only by tickets that do.
        assert_eq!(leads_to(State::Captured), BTreeSet::from([State::Captured, State::Refunding]));
        let ends = Event::ALL.iter().filter(|event| step(State::Captured, **event) == Step::To(State::Refunding));
        assert!(ends.eq([&Event::Returned]));
        assert_eq!(leads_to(State::Refunded), BTreeSet::from([State::Refunding]), "its money came back");
    }

    #[test]
    fn every_live_state_leads_to_one_that_rests() {
        for state in State::LIVE.into_iter().chain([State::Refunding]) {
            let (mut seen, mut next) = (BTreeSet::new(), vec![state]);
            while let Some(state) = next.pop() {
                if seen.insert(state) {
                    next.extend(leads_to(state));
                }
            }
            assert!(seen.iter().any(|to| !to.is_live() && *to != state), "{state:?} leads to {seen:?}");
        }
    }
}
