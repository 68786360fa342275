//! A map that holds what was used last, up to a total weight.
//!
//! Invariant: the weights of what it holds never add up to more than its capacity.

use std::{
    borrow::Borrow,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;

pub(super) struct Weighted<K: Hash + Eq, V> {
    capacity: usize,
    held: Mutex<Held<K, V>>,
}

struct Held<K: Hash + Eq, V> {
    weight: usize,
    entries: LruCache<K, (V, usize)>,
}

impl<K: Hash + Eq, V: Clone> Weighted<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, held: Mutex::new(Held { weight: 0, entries: LruCache::unbounded() }) }
    }

    pub(super) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.held().entries.get(key).map(|(value, _)| value.clone())
    }

    /// Something heavier than the whole capacity is not kept.
    pub(super) fn put(&self, key: K, value: V, weight: usize) {
        if weight > self.capacity {
            return;
        }

        let mut held = self.held();
        held.weight += weight;
        if let Some((_, replaced)) = held.entries.put(key, (value, weight)) {
            held.weight -= replaced;
        }
        while held.weight > self.capacity {
            let Some((_, (_, oldest))) = held.entries.pop_lru() else {
                break;
            };
            held.weight -= oldest;
        }
    }

    fn held(&self) -> MutexGuard<'_, Held<K, V>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_last_stays_and_the_rest_gives_way() {
        let held = Weighted::new(10);
        held.put("a", 1, 4);
        held.put("b", 2, 4);
        assert_eq!(held.get("a"), Some(1));

        held.put("c", 3, 4);

        assert_eq!((held.get("a"), held.get("b"), held.get("c")), (Some(1), None, Some(3)));
    }

    #[test]
    fn replacing_an_entry_gives_its_weight_back() {
        let held = Weighted::new(10);
        for value in 0..100 {
            held.put("a", value, 6);
        }
        held.put("b", 0, 4);
        held.put("heavy", 0, 11);

        assert_eq!((held.get("a"), held.get("b"), held.get("heavy")), (Some(99), Some(0), None));
    }
}
