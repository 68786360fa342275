//! Persisted documents: those that clients registered by a hash, so that they need not send them again.
//!
//! Any client may register, so what is kept is bounded in bytes for each document, for each address and for all. An
//! address that has registered as much as it may goes on in place of what it used the longest time ago. Invariant:
//! nothing is kept that was not sent twice.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{FutureExt, future::BoxFuture};

use super::weighted_cache::WeightedCache;

/// Hashes of which it is remembered that they were sent once.
const CANDIDATES: usize = 10_000;

/// What part of all bytes one address may register.
const OF_ONE_ADDRESS: usize = 16;

/// Where documents that clients register are kept. A store that is away has no documents: clients then send them again.
pub trait PersistedDocuments: Send + Sync + 'static {
    /// Finds a document by the SHA-256 of its text, in lower-case hexadecimal.
    fn get<'a>(&'a self, hash: &'a str) -> BoxFuture<'a, Option<Arc<str>>>;

    /// Keeps a document, whose hash was checked, for as long as the store sees fit: what an address registers beyond
    /// its part costs it what it registered before, or is not kept.
    fn put<'a>(&'a self, hash: &'a str, text: &'a str, by: Option<IpAddr>) -> BoxFuture<'a, ()>;
}

/// Which documents are worth keeping: those that are sent again.
pub(super) struct Candidates(WeightedCache<Box<str>, ()>);

impl Candidates {
    pub(super) fn new() -> Self {
        Self(WeightedCache::new(CANDIDATES, 1, 1))
    }

    /// Whether a document was sent with this hash before.
    pub(super) fn is_sent_again(&self, hash: &str) -> bool {
        if self.0.get(hash).is_some() {
            return true;
        }
        self.0.put(hash.into(), (), 1);
        false
    }
}

/// Registered documents in this process; the least recently used give way.
pub struct InProcess {
    bytes_max: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    documents: HashMap<Arc<str>, Document>,
    /// The hashes by when they were used last.
    by_use: BTreeMap<Use, Arc<str>>,
    uses: Use,
    bytes: usize,
    by_address: HashMap<IpAddr, Registered>,
}

/// The number of a use: a later one is larger.
type Use = u64;

/// What an address has registered.
#[derive(Default)]
struct Registered {
    bytes: usize,
    /// When its documents were used last.
    uses: BTreeSet<Use>,
}

struct Document {
    text: Arc<str>,
    by: Option<IpAddr>,
    bytes: usize,
    used: Use,
}

impl InProcess {
    /// Holds up to `bytes` of documents, a sixteenth of them of one address.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self { bytes_max: bytes, kept: Mutex::default() }
    }

    /// What one address may register.
    #[must_use]
    pub fn bytes_of_address_max(&self) -> usize {
        self.bytes_max / OF_ONE_ADDRESS
    }

    fn keep(&self, hash: &str, text: &str, by: Option<IpAddr>) {
        let (bytes, by) = (hash.len() + text.len(), by.map(network));
        let mut kept = self.kept();
        let bytes_max = if by.is_some() { self.bytes_of_address_max() } else { self.bytes_max };
        if kept.find(hash).is_some() || bytes > bytes_max {
            return;
        }
        if let Some(by) = by {
            while kept.by_address.get(&by).is_some_and(|of| of.bytes + bytes > bytes_max) && kept.forget_oldest_of(by) {
            }
        }
        kept.add(hash.into(), Document { text: text.into(), by, bytes, used: 0 });
        while kept.bytes > self.bytes_max && kept.forget_oldest() {}
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn add(&mut self, hash: Arc<str>, mut document: Document) {
        document.used = self.next_use();
        self.by_use.insert(document.used, Arc::clone(&hash));
        self.bytes += document.bytes;
        if let Some(by) = document.by {
            let of = self.by_address.entry(by).or_default();
            of.bytes += document.bytes;
            of.uses.insert(document.used);
        }
        self.documents.insert(hash, document);
    }

    /// Finds a document, which is used by that.
    fn find(&mut self, hash: &str) -> Option<Arc<str>> {
        let now = self.next_use();
        let document = self.documents.get_mut(hash)?;
        let before = std::mem::replace(&mut document.used, now);
        if let Some(hash) = self.by_use.remove(&before) {
            self.by_use.insert(now, hash);
        }
        if let Some(of) = document.by.and_then(|by| self.by_address.get_mut(&by)) {
            of.uses.remove(&before);
            of.uses.insert(now);
        }
        Some(Arc::clone(&document.text))
    }

    fn next_use(&mut self) -> Use {
        self.uses += 1;
        self.uses
    }

    fn forget_oldest(&mut self) -> bool {
        self.by_use.first_key_value().map(|(&oldest, _)| oldest).is_some_and(|oldest| self.forget(oldest))
    }

    fn forget_oldest_of(&mut self, by: IpAddr) -> bool {
        let oldest = self.by_address.get(&by).and_then(|of| of.uses.first().copied());
        oldest.is_some_and(|oldest| self.forget(oldest))
    }

    /// Forgets the document that was used last at `used`; `false` where there is none.
    fn forget(&mut self, used: Use) -> bool {
        let hash = self.by_use.remove(&used);
        let Some(document) = hash.and_then(|hash| self.documents.remove(&hash)) else { return false };
        self.bytes -= document.bytes;
        if let Some(by) = document.by
            && let Some(of) = self.by_address.get_mut(&by)
        {
            of.bytes -= document.bytes;
            of.uses.remove(&used);
            if of.uses.is_empty() {
                self.by_address.remove(&by);
            }
        }
        true
    }
}

impl PersistedDocuments for InProcess {
    fn get<'a>(&'a self, hash: &'a str) -> BoxFuture<'a, Option<Arc<str>>> {
        let found = self.kept().find(hash);
        std::future::ready(found).boxed()
    }

    fn put<'a>(&'a self, hash: &'a str, text: &'a str, by: Option<IpAddr>) -> BoxFuture<'a, ()> {
        self.keep(hash, text, by);
        std::future::ready(()).boxed()
    }
}

/// Whose documents are counted together: an address, or the /48 that an IPv6 customer may have.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 80 << 80).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knows(store: &InProcess, hash: &str) -> bool {
        store.get(hash).now_or_never().flatten().is_some()
    }

    fn put(store: &InProcess, hash: &str, bytes: usize, by: Option<&str>) {
        let by = by.map(|address| address.parse().expect("it is an address"));
        store.put(hash, &"x".repeat(bytes - hash.len()), by).now_or_never().expect("nothing is waited for");
    }

    #[test]
    fn one_address_registers_a_part_of_what_there_is_room_for() {
        let store = InProcess::new(1_600);

        put(&store, "a", 60, Some("2001:db8::1"));
        put(&store, "b", 60, Some("2001:db8:0:ffff::1"));
        put(&store, "c", 60, Some("192.0.2.1"));
        put(&store, "d", 60, None);

        assert!(!knows(&store, "a") && knows(&store, "b"), "they are of one /48");
        assert!(knows(&store, "c") && knows(&store, "d"));
    }

    #[test]
    fn an_address_that_has_registered_all_it_may_goes_on_in_place_of_what_it_used_longest_ago() {
        let store = InProcess::new(1_600);
        let by = Some("192.0.2.1");
        put(&store, "a", 40, by);
        put(&store, "b", 40, by);
        assert!(knows(&store, "a"), "which uses it");

        put(&store, "c", 50, by);
        put(&store, "d", 101, by);

        assert!(knows(&store, "a") && !knows(&store, "b") && knows(&store, "c"));
        assert!(!knows(&store, "d"), "it is more than an address may register");
        let kept = store.kept();
        assert_eq!((kept.bytes, kept.by_address.len()), (90, 1));
    }

    #[test]
    fn what_was_used_last_stays_and_what_gives_way_is_no_longer_counted() {
        let store = InProcess::new(1_600);
        put(&store, "a", 90, Some("192.0.2.1"));
        for number in 0..17 {
            assert_eq!(knows(&store, "kept"), number > 0);
            put(&store, "kept", 100, None);
            put(&store, &format!("other {number}"), 100, None);
        }

        assert!(!knows(&store, "a"), "it was used the longest time ago");
        put(&store, "b", 90, Some("192.0.2.1"));
        assert!(knows(&store, "b"));
        assert!(store.kept().bytes <= 1_600 && store.kept().by_address.len() == 1);
    }
}
