//! Quotas: how many connections, or operations, a user or an address may have open.
//!
//! One is claimed when something begins, and given back when its claim is dropped. Invariant: a key is in the map
//! exactly while a claim is held under it, so the map is bounded by what is open.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Holder {
    User(Box<str>),
    /// An address, or a network of so many bits.
    Network(IpAddr, u8),
    Process,
}

/// One IPv6 customer is given a /64 at least, so addresses within it are one holder; many are given a /56 or a /48,
/// which may hold as many times as much.
const NETWORKS: [(u8, usize); 3] = [(64, 1), (56, 4), (48, 16)];

#[derive(Debug)]
pub(crate) struct Quota {
    per_user_max: usize,
    per_address_max: usize,
    total_max: usize,
    held: Mutex<HashMap<Holder, usize>>,
}

/// A part of a quota that is in use; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Claim {
    quota: Arc<Quota>,
    /// Whose it is, and the networks around it.
    holders: Box<[Holder]>,
    amount: usize,
}

/// Where a connection comes from and, once that is known, whose it is: both have limits of their own.
pub(crate) type ClaimPair = [Option<Claim>; 2];

/// The holder uses all that it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Quota {
    pub(crate) fn new(per_user_max: usize, per_address_max: usize) -> Arc<Self> {
        Self::with_total(per_user_max, per_address_max, usize::MAX)
    }

    /// Of all holders together, `total_max` at most.
    pub(crate) fn with_total(per_user_max: usize, per_address_max: usize, total_max: usize) -> Arc<Self> {
        Arc::new(Self { per_user_max, per_address_max, total_max, held: Mutex::default() })
    }

    pub(crate) fn claim_user(self: &Arc<Self>, user: &str) -> Result<Claim, Full> {
        self.claim_user_amount(user, 1)
    }

    pub(crate) fn claim_user_amount(self: &Arc<Self>, user: &str, amount: usize) -> Result<Claim, Full> {
        self.claim([(Holder::User(user.into()), self.per_user_max)], amount)
    }

    pub(crate) fn claim_address(self: &Arc<Self>, address: IpAddr) -> Result<Claim, Full> {
        self.claim_address_amount(address, 1)
    }

    pub(crate) fn claim_address_amount(self: &Arc<Self>, address: IpAddr, amount: usize) -> Result<Claim, Full> {
        match address.to_canonical() {
            IpAddr::V6(v6) => {
                let networks = NETWORKS.map(|(bits, times)| {
                    let shift = 128 - u32::from(bits);
                    let network = IpAddr::V6((v6.to_bits() >> shift << shift).into());
                    (Holder::Network(network, bits), self.per_address_max.saturating_mul(times))
                });
                self.claim(networks, amount)
            }
            v4 @ IpAddr::V4(_) => self.claim([(Holder::Network(v4, 32), self.per_address_max)], amount),
        }
    }

    pub(crate) fn claim_total(self: &Arc<Self>, amount: usize) -> Result<Claim, Full> {
        self.claim([(Holder::Process, self.total_max)], amount)
    }

    /// Takes for all of these, each within what it may have, or for none.
    fn claim<const N: usize>(self: &Arc<Self>, holders: [(Holder, usize); N], amount: usize) -> Result<Claim, Full> {
        let mut held = self.lock();
        let is_full =
            |(holder, max): &(Holder, usize)| held.get(holder).copied().unwrap_or(0).saturating_add(amount) > *max;
        if holders.iter().any(is_full) {
            return Err(Full);
        }
        let holders: Box<[Holder]> = holders.into_iter().map(|(holder, _)| holder).collect();
        for holder in &holders {
            match held.get_mut(holder) {
                Some(count) => *count += amount,
                None => {
                    held.insert(holder.clone(), amount);
                }
            }
        }

        Ok(Claim { quota: Arc::clone(self), holders, amount })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Holder, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut held = self.quota.lock();
        for holder in &self.holders {
            if let Some(count) = held.get_mut(holder) {
                *count -= self.amount;
                if *count == 0 {
                    held.remove(holder);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_given_back_can_be_taken_again() {
        let quota = Quota::new(1, 1);

        let first = quota.claim_user("ana").expect("nothing is claimed yet");
        assert_eq!(quota.claim_user("ana").err(), Some(Full));
        assert!(quota.claim_user("ben").is_ok(), "another user has a quota of their own");
        drop(first);

        assert!(quota.claim_user("ana").is_ok());
        assert!(quota.lock().is_empty(), "nobody holds a claim, so nothing is remembered");
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_their_places() -> Result<(), std::net::AddrParseError> {
        let quota = Quota::new(1, 1);

        let _held = quota.claim_address("2001:db8::1".parse()?).expect("nothing is claimed yet");

        assert_eq!(quota.claim_address("2001:db8::2".parse()?).err(), Some(Full));
        assert!(quota.claim_address("2001:db8:0:1::1".parse()?).is_ok());
        assert!(quota.claim_address("192.0.2.1".parse()?).is_ok());
        Ok(())
    }

    #[test]
    fn the_networks_of_one_ipv6_customer_share_some_times_as_much() -> Result<(), std::net::AddrParseError> {
        let quota = Quota::new(1, 1);
        let of_one_56 = ["2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1", "2001:db8:0:4::1"];

        let mut held = Vec::new();
        for address in of_one_56 {
            held.push(quota.claim_address(address.parse()?).expect("a /56 has four"));
        }
        assert_eq!(quota.claim_address("2001:db8:0:5::1".parse()?).err(), Some(Full));
        assert!(quota.claim_address("2001:db8:0:100::1".parse()?).is_ok(), "another /56");
        for number in 1..=12 {
            held.push(quota.claim_address(format!("2001:db8:0:{number:x}00::1").parse()?).expect("a /48 has sixteen"));
        }
        assert_eq!(quota.claim_address("2001:db8:0:ff00::1".parse()?).err(), Some(Full));

        drop(held);
        assert!(quota.lock().is_empty(), "nobody holds a claim, so nothing is remembered");
        Ok(())
    }

    #[test]
    fn what_all_hold_together_is_bounded_too() {
        let quota = Quota::with_total(10, 10, 10);

        let _held = quota.claim_total(8).expect("there is room");

        assert_eq!(quota.claim_total(3).err(), Some(Full));
        assert!(quota.claim_user_amount("ana", 10).is_ok());
        assert_eq!(quota.claim_user_amount("ana", 11).err(), Some(Full));
    }
}
