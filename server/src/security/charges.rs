//! Charges: what an operation draws from which buckets, and what of it is counted.

use std::net::IpAddr;

use entities::user::Role;
use limits::{Charge, Taking};
use resolvers::context::Asking;
use uuid::Uuid;

use super::{
    Security,
    bots::{self, COUNTS, Signal},
    of_whom,
    roots::Roots,
};

/// Buckets of their own, the root fields that draw from them, and whether one is its caller's address's or its user's.
const NARROW: [(&str, &[&str], Per); 4] = [
    ("signIn", &["signIn"], Per::Address),
    ("signUp", &["signUp"], Per::Address),
    ("reserve", &["reserve", "orderListing"], Per::User),
    ("payReservation", &["payReservation", "createPaymentIntent", "refundReservation"], Per::User),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Per {
    Address,
    User,
}

impl Security {
    /// What an operation of this cost draws from which buckets; the caller's own comes first.
    pub(super) fn charges(&self, asking: Asking, cost: u64, roots: &Roots<'_>) -> Vec<Charge> {
        let address = asking.address.map_or_else(|| "unknown".to_owned(), of_whom);
        let whose = |per: Per| match (per, asking.viewer) {
            (Per::User, Some(viewer)) => viewer.user_id.simple().to_string(),
            (Per::User, None) | (Per::Address, _) => address.clone(),
        };
        let charge = |name: &'static str, per: Per, cost: u64, taking: Taking| Charge {
            name,
            key: format!("{name}:{}", whose(per)).into(),
            policy: self.policies[name],
            cost,
            taking,
        };

        let own = asking.viewer.map_or("anonymous", |viewer| role(viewer.role));
        let mut charges = Vec::with_capacity(2);
        charges.push(charge(own, Per::User, cost, Taking::Estimated));
        charges.push(charge("address", Per::Address, cost, Taking::Estimated));
        for (name, fields, per) in NARROW {
            let count = fields.iter().map(|field| roots.count(field)).sum();
            if count > 0 {
                charges.push(charge(name, per, count, Taking::Once));
            }
        }
        if self.is_protected(roots) {
            let user = asking.viewer.map(|viewer| viewer.user_id);
            // What an operation does nothing of is only read.
            charges.extend(
                COUNTS.iter().filter_map(|&signal| {
                    self.counted(signal, user, asking.address, roots.count(counted_field(signal)))
                }),
            );
        }
        charges
    }

    /// What is counted of something that was done so often; `None` where nobody counts it.
    pub(super) fn counted(
        &self,
        signal: Signal,
        user: Option<Uuid>,
        address: Option<IpAddr>,
        times: u64,
    ) -> Option<Charge> {
        let whose = match signal {
            Signal::UnpaidHoldsOfUser => user.map(|id| id.simple().to_string()),
            _ => address.filter(|address| bots::is_counted(*address)).map(of_whom),
        }?;
        let (name, policy) = (signal.as_str(), self.bots.policy(signal)?);
        Some(Charge { name, key: format!("{name}:{whose}").into(), policy, cost: times, taking: Taking::Counted })
    }
}

/// The root field that is counted.
fn counted_field(signal: Signal) -> &'static str {
    if signal == Signal::AccountsOfAddress { "signUp" } else { "reserve" }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Customer => "customer",
        Role::Steward => "steward",
        Role::Admin => "admin",
    }
}
