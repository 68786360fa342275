//! Revocation: which codes of a ticket open nothing, and why. Devices are told so that will be offline.

use entities::ticket::{self, Status};

/// Why codes of a ticket open nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It has a newer code.
    Outdated,
    /// The site's staff keeps it out.
    Frozen,
    Listed,
    Transferred,
    Used,
    Refunded,
}

/// Codes of this version and of earlier ones open nothing: the newest one does while the ticket is valid.
#[must_use]
pub fn dead_version(ticket: &ticket::Model) -> i32 {
    if super::opens(ticket) { ticket.version - 1 } else { ticket.version }
}

/// Why its codes up to [`dead_version`] open nothing.
#[must_use]
pub fn reason(ticket: &ticket::Model) -> Reason {
    match ticket.status {
        Status::Valid if ticket.frozen_at.is_some() => Reason::Frozen,
        // Unless it had yet another code since.
        Status::Valid if ticket.given_version > 0 && ticket.given_version == dead_version(ticket) => {
            Reason::Transferred
        }
        Status::Valid => Reason::Outdated,
        Status::Listed => Reason::Listed,
        Status::Transferred => Reason::Transferred,
        Status::Used => Reason::Used,
        Status::Refunded => Reason::Refunded,
    }
}
