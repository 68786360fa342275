//! Needs: what the requests of a batch have to have read under the locks, all of it by a handful of statements.

use std::collections::BTreeSet;

use uuid::Uuid;

/// What a batch needs.
#[derive(Default)]
pub(crate) struct Needs {
    pub(super) reservations: BTreeSet<Uuid>,
    pub(super) listings: BTreeSet<Uuid>,
    /// What buyers have placed by their keys.
    pub(super) keys: BTreeSet<(Uuid, String)>,
    /// Buyers, and the matches of which their tickets are counted.
    pub(super) claims: BTreeSet<(Uuid, i32)>,
    /// Reservations whose buyers' tickets of the match are counted.
    pub(super) claims_beside: BTreeSet<Uuid>,
    /// Reservations whose payments are read.
    pub(super) payments: BTreeSet<Uuid>,
    /// Payments that buyers have begun by their keys.
    pub(super) payment_keys: BTreeSet<(Uuid, String)>,
    /// Reservations whose refunds are read with their payments.
    pub(super) refunds: BTreeSet<Uuid>,
    /// Reservations whose tickets are locked.
    pub(super) tickets: BTreeSet<Uuid>,
    /// Who holds or orders, so that their email has to be confirmed where the site wants that.
    pub(super) holders: BTreeSet<Uuid>,
    /// Whose orders count.
    pub(super) buyers: BTreeSet<Uuid>,
    /// Whose refused cards count.
    pub(super) payers: BTreeSet<Uuid>,
}

impl Needs {
    /// What a buyer has placed by their key, if they name one.
    pub(super) fn placed_by(&mut self, user_id: Uuid, key: Option<&String>) {
        self.keys.extend(key.map(|key| (user_id, key.clone())));
    }

    /// A reservation's payments, and with `refunds` what went back of them.
    pub(super) fn payments_of(&mut self, reservation_id: Uuid, refunds: bool) {
        self.payments.insert(reservation_id);
        if refunds {
            self.refunds.insert(reservation_id);
        }
    }
}
