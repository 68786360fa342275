//! Charges: what an operation draws from which buckets, and what of it is counted.

use std::net::IpAddr;

use domain::address_rules::network::Network;
use entities::user::Role;
use limits::{Charge, Policy, Taking};
use resolvers::{
    context::Requester,
    counted_actions::{Action, CountedActions},
};

use crate::{
    Security,
    address::{named, named_if_known},
    bots,
    root_fields::RootFields,
    signals::Signal,
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

/// The buckets of an address that its networks have as well: their names, the bits of the network, and how many times as
/// much it may as a /64. Units without an account are among those of the address.
const WIDER: [(&str, &str, u8, u64); 6] = [
    ("address", "address/56", 56, 4),
    ("address", "address/48", 48, 16),
    ("signIn", "signIn/56", 56, 4),
    ("signIn", "signIn/48", 48, 16),
    ("signUp", "signUp/56", 56, 4),
    ("signUp", "signUp/48", 48, 16),
];

impl Security {
    /// What an operation of this cost draws from which buckets; the caller's own comes first.
    pub(crate) fn charges(&self, requester: Requester, cost: u64, roots: &RootFields<'_>) -> Vec<Charge> {
        let mut charges = self.charges_of_caller(requester, cost);
        for (name, fields, per) in NARROW {
            let count = fields.iter().map(|field| roots.count(field)).sum();
            if count > 0 {
                charges.push(self.charge_of(requester, name, per, count, Taking::Once));
                charges.extend(self.wider(name, requester.address, count, Taking::Once));
            }
        }
        if self.is_protected(roots) {
            charges.extend(self.counts(requester, roots));
        }
        charges
    }

    /// What everything draws that costs so much, be it an operation or not.
    pub(crate) fn charges_of_caller(&self, requester: Requester, cost: u64) -> Vec<Charge> {
        let own = requester.viewer.map_or("anonymous", |viewer| role(viewer.role));
        let charge = |name, per| self.charge_of(requester, name, per, cost, Taking::Estimated);
        let mut charges = vec![charge(own, Per::User), charge("address", Per::Address)];
        charges.extend(self.wider("address", requester.address, cost, Taking::Estimated));
        charges
    }

    /// What else is drawn from where a bucket is an address's.
    fn wider(&self, bucket: &str, address: Option<IpAddr>, cost: u64, taking: Taking) -> impl Iterator<Item = Charge> {
        let address = address.map(|address| address.to_canonical()).filter(IpAddr::is_ipv6);
        let policy = self.policies.get(bucket).copied();
        let of_bucket = WIDER.into_iter().filter(move |(of, ..)| *of == bucket);
        of_bucket.filter_map(move |(_, name, bits, times)| {
            let policy = policy?;
            // Too large to reckon with is no limit.
            let policy = Policy::new(policy.capacity() * times, policy.refill() * times, policy.period()).ok()?;
            let key = format!("{name}:{}", Network::of(address?, bits)).into();
            Some(Charge { name, key, policy, cost, taking })
        })
    }

    fn charge_of(&self, requester: Requester, name: &'static str, per: Per, cost: u64, taking: Taking) -> Charge {
        let whose = match (per, requester.viewer) {
            (Per::User, Some(viewer)) => viewer.user_id.simple().to_string(),
            (Per::User, None) | (Per::Address, _) => named_if_known(requester.address),
        };
        Charge { name, key: format!("{name}:{whose}").into(), policy: self.policies[name], cost, taking }
    }

    /// What is counted of an operation. What an address did of one kind is asked where more of that is done alone: no
    /// buyer is kept from paying by the accounts that others opened, nor from an account by their holds.
    fn counts(&self, requester: Requester, roots: &RootFields<'_>) -> Vec<Charge> {
        let times = |fields: &[&str]| fields.iter().map(|field| roots.count(field)).sum::<u64>();
        let (holds, accounts, cards) = (times(&HOLDS), roots.count("signUp"), times(&CARDS));
        // An intent tries none by itself.
        let tried = roots.count("payReservation");
        let counted = [
            (Signal::UnpaidHoldsOfUser, holds, true),
            (Signal::UnpaidHoldsOfAddress, holds, holds > 0),
            (Signal::AccountsOfAddress, accounts, accounts > 0),
            (Signal::DeclinedCardsOfUser, tried, cards > 0),
            (Signal::DeclinedCardsOfAddress, tried, cards > 0),
        ];
        let asked = counted.into_iter().filter(|(.., is_asked)| *is_asked);
        let mut charges: Vec<Charge> =
            asked.flat_map(|(signal, times, _)| self.counted(signal, requester, times)).collect();
        for (number, tickets) in roots.tickets() {
            charges.extend(self.taken(requester.address, number, tickets));
        }
        charges
    }

    /// What is counted of something that was done so often; nothing where that is not counted.
    pub(crate) fn counted(&self, signal: Signal, requester: Requester, times: u64) -> Vec<Charge> {
        let user = requester.viewer.map(|viewer| (signal.as_str(), viewer.user_id.simple().to_string()));
        let whose =
            if signal.is_of_user() { user.into_iter().collect() } else { counted_as(signal, requester.address) };
        whose.iter().filter_map(|(name, whose)| self.count(signal, name, whose, times)).collect()
    }

    /// What is counted of tickets of a match, or of listings, that are taken from an address.
    pub(crate) fn taken(&self, address: Option<IpAddr>, match_number: Option<i32>, tickets: u64) -> Vec<Charge> {
        let of = match_number.map_or_else(|| LISTINGS.to_owned(), |number| number.to_string());
        let signal = Signal::MatchTicketsOfAddress;
        let whose = counted_as(signal, address);
        whose.iter().filter_map(|(name, whose)| self.count(signal, name, &format!("{whose}:{of}"), tickets)).collect()
    }

    fn count(&self, signal: Signal, name: &'static str, whose: &str, times: u64) -> Option<Charge> {
        let policy = self.bots.policy(signal, name)?;
        Some(Charge { name, key: format!("{name}:{whose}").into(), policy, cost: times, taking: Taking::Counted })
    }
}

/// How often what a charge counts was done.
pub(crate) fn done(actions: &CountedActions, charge: &Charge) -> u64 {
    let is_of = |signal: Signal| signal.names().any(|name| name == charge.name);
    if is_of(Signal::AccountsOfAddress) {
        actions.count(Action::Account)
    } else if is_of(Signal::DeclinedCardsOfUser) || is_of(Signal::DeclinedCardsOfAddress) {
        actions.count(Action::Decline)
    } else if is_of(Signal::MatchTicketsOfAddress) {
        // Of listings no number can be read.
        let of = charge.key.rsplit(':').next().and_then(|number| number.parse().ok());
        actions.taken_of(of)
    } else {
        actions.count(Action::Hold)
    }
}

/// Root fields that keep tickets from others, and that try cards.
const HOLDS: [&str; 2] = ["reserve", "orderListing"];
const CARDS: [&str; 2] = ["payReservation", "createPaymentIntent"];

/// Ends the key of what is counted of other fans' listings.
const LISTINGS: &str = "listings";

/// An address as its acts are counted, by the names of the counts; nothing where it does not tell clients apart. Of IPv6 what
/// one home has, which may take another /64 for each act; and the networks of many homes that one customer may have.
fn counted_as(signal: Signal, address: Option<IpAddr>) -> Vec<(&'static str, String)> {
    let Some(address) = address.filter(|address| bots::is_counted(*address)) else { return Vec::new() };
    if !address.to_canonical().is_ipv6() {
        return vec![(signal.as_str(), named(address))];
    }
    let of = |bits| Network::of(address, bits).to_string();
    let many = signal.of_many_homes().map(|name| (name, of(MANY_HOMES_BITS)));
    std::iter::once((signal.as_str(), of(HOME_BITS))).chain(many).collect()
}

const HOME_BITS: u8 = 56;
const MANY_HOMES_BITS: u8 = 48;

/// A role as limits and connections name it.
#[must_use]
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Customer => "customer",
        Role::Steward => "steward",
        Role::Admin => "admin",
    }
}
