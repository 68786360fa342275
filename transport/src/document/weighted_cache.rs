//! A cache that is bounded by the weight of what it holds.
//!
//! Invariant: the weights of what it holds never add up to more than its capacity. What is asked for again stays, however
//! many others come that are never asked for.

use std::{borrow::Borrow, hash::Hash};

use quick_cache::{
    DefaultHashBuilder, Options, OptionsBuilder, Weighter,
    sync::{Cache, DefaultLifecycle},
};

/// Parts of a cache at most, each with a lock of its own and its part of the capacity.
const SHARDS_MAX: usize = 8;

/// How many of the heaviest entries a part has room for at least.
const HEAVIEST_IN_A_SHARD: usize = 4;

/// What part of the capacity is for entries that proved useful. In the rest an entry has to be asked for again before as
/// much that is new comes after it.
const PROVEN: f64 = 0.5;

pub(super) struct WeightedCache<K, V>(Cache<K, (V, u64), ByWeight>);

#[derive(Clone)]
struct ByWeight;

impl<K, V> Weighter<K, (V, u64)> for ByWeight {
    fn weight(&self, _key: &K, (_, weight): &(V, u64)) -> u64 {
        *weight
    }
}

impl<K: Hash + Eq, V: Clone> WeightedCache<K, V> {
    /// A cache whose entries usually weigh about `usual` and `heaviest` at most; heavier ones may not be kept.
    pub(super) fn new(capacity: usize, usual: usize, heaviest: usize) -> Self {
        let options = options(capacity, usual, heaviest);
        Self(Cache::with_options(options, ByWeight, DefaultHashBuilder::default(), DefaultLifecycle::default()))
    }

    pub(super) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key).map(|(value, _)| value)
    }

    pub(super) fn put(&self, key: K, value: V, weight: usize) {
        self.0.insert(key, (value, u64::try_from(weight).unwrap_or(u64::MAX)));
    }
}

fn options(capacity: usize, usual: usize, heaviest: usize) -> Options {
    let shards = capacity / heaviest.saturating_mul(HEAVIEST_IN_A_SHARD).max(1);
    OptionsBuilder::new()
        .shards(shards.clamp(1, SHARDS_MAX))
        .estimated_items_capacity(capacity / usual.max(1))
        .weight_capacity(u64::try_from(capacity).unwrap_or(u64::MAX))
        .hot_allocation(PROVEN)
        .build()
        .expect("both capacities are given")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_what_comes_once_gives_way() {
        let cache = WeightedCache::new(1_000, 10, 20);
        cache.put("kept".to_owned(), 0, 10);

        for number in 0..10_000 {
            assert_eq!(cache.get("kept"), Some(0), "after {number}");
            cache.put(format!("once {number}"), number, 10);
        }

        assert!((500..=1_000).contains(&cache.0.weight()), "{}", cache.0.weight());
        assert_eq!(cache.get("once 8000"), None);
    }

    #[test]
    fn what_is_new_has_time_to_be_asked_for_again() {
        let cache = WeightedCache::new(1_000, 10, 20);

        for number in 0..10_000 {
            cache.put(format!("once {number}"), number, 10);
        }
        cache.put("new".to_owned(), 0, 10);
        for number in 0..10 {
            cache.put(format!("after {number}"), number, 10);
        }

        assert_eq!(cache.get("new"), Some(0));
    }

    #[test]
    fn replacing_an_entry_gives_its_weight_back() {
        let cache = WeightedCache::new(100, 10, 20);
        for value in 0..100 {
            cache.put("a", value, 20);
        }
        cache.put("b", 0, 20);
        cache.put("heavy", 0, 101);

        assert_eq!((cache.get("a"), cache.get("b"), cache.get("heavy")), (Some(99), Some(0), None));
        assert_eq!(cache.0.weight(), 40);
    }

    #[test]
    fn nothing_is_kept_where_there_is_no_room() {
        let cache = WeightedCache::new(0, 10, 20);

        cache.put("a", 0, 1);

        assert_eq!(cache.get("a"), None);
    }
}
