//! Places: how many connections, or operations, a user or an address holds.
//!
//! A place is taken when one begins and given back when it is dropped. Invariant: a key is in the map exactly while
//! somebody holds a place under it, so the map is bounded by what is open.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Holder {
    User(Box<str>),
    Address(IpAddr),
}

#[derive(Debug)]
pub(crate) struct Places {
    per_user_max: usize,
    per_address_max: usize,
    held: Mutex<HashMap<Holder, usize>>,
}

/// A claim on a place; dropping it gives the place back.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    holder: Holder,
}

/// The holder has all the places it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Places {
    pub(crate) fn new(per_user_max: usize, per_address_max: usize) -> Arc<Self> {
        Arc::new(Self { per_user_max, per_address_max, held: Mutex::default() })
    }

    pub(crate) fn take_user(self: &Arc<Self>, user: &str) -> Result<Place, Full> {
        self.take(Holder::User(user.into()), self.per_user_max)
    }

    pub(crate) fn take_address(self: &Arc<Self>, address: IpAddr) -> Result<Place, Full> {
        self.take(Holder::Address(network(address)), self.per_address_max)
    }

    fn take(self: &Arc<Self>, holder: Holder, max: usize) -> Result<Place, Full> {
        let mut held = self.lock();
        let count = held.get(&holder).copied().unwrap_or(0);
        if count >= max {
            return Err(Full);
        }
        held.insert(holder.clone(), count + 1);

        Ok(Place { places: Arc::clone(self), holder })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Holder, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.places.lock();
        if let Some(count) = held.get_mut(&self.holder) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.holder);
            }
        }
    }
}

/// One IPv6 customer is given a /64 at least, so addresses within it are one holder.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_given_back_can_be_taken_again() {
        let places = Places::new(1, 1);

        let first = places.take_user("ana").expect("the first place is free");
        assert_eq!(places.take_user("ana").err(), Some(Full));
        assert!(places.take_user("ben").is_ok(), "another user has places of their own");
        drop(first);

        assert!(places.take_user("ana").is_ok());
        assert!(places.lock().is_empty(), "nobody holds a place, so nothing is remembered");
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_their_places() -> Result<(), std::net::AddrParseError> {
        let places = Places::new(1, 1);

        let _held = places.take_address("2001:db8::1".parse()?).expect("the first place is free");

        assert_eq!(places.take_address("2001:db8::2".parse()?).err(), Some(Full));
        assert!(places.take_address("2001:db8:0:1::1".parse()?).is_ok());
        assert!(places.take_address("192.0.2.1".parse()?).is_ok());
        Ok(())
    }
}
