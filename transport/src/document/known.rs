//! Known documents: those a client names instead of sending, by SHA-256 or by the id of a manifest.
//!
//! Clients register documents themselves (automatic persisted queries), or the operator lists them in a manifest and
//! nothing else is executed (trusted documents).

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
    sync::Arc,
};

use futures_util::{FutureExt, future::BoxFuture};
use sha2::{Digest, Sha256};

use crate::{
    config,
    document::{Rejection, parser, survey, weighted::Weighted},
};

/// How the draft marks an id that is the document's SHA-256; the mark itself names nothing.
pub(super) const HASH_PREFIX: &str = "sha256:";

/// Where documents that clients register are kept. A store that is away has no documents: clients then send them again.
pub trait PersistedDocuments: Send + Sync + 'static {
    /// Finds a document by the SHA-256 of its text, in lower-case hexadecimal.
    fn get<'a>(&'a self, hash: &'a str) -> BoxFuture<'a, Option<Arc<str>>>;

    /// Keeps a document, whose hash was checked, for as long as the store sees fit.
    fn put<'a>(&'a self, hash: &'a str, text: &'a str) -> BoxFuture<'a, ()>;
}

/// Registered documents in this process; the least recently used give way.
pub struct InProcess(Weighted<String, Arc<str>>);

impl InProcess {
    /// Holds up to `bytes` of documents.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(Weighted::new(bytes))
    }
}

impl PersistedDocuments for InProcess {
    fn get<'a>(&'a self, hash: &'a str) -> BoxFuture<'a, Option<Arc<str>>> {
        std::future::ready(self.0.get(hash)).boxed()
    }

    fn put<'a>(&'a self, hash: &'a str, text: &'a str) -> BoxFuture<'a, ()> {
        self.0.put(hash.to_owned(), text.into(), hash.len() + text.len());
        std::future::ready(()).boxed()
    }
}

/// Checks that a client's hash is that of its document.
pub(super) fn check_hash(hash: &str, text: &str) -> Result<(), Rejection> {
    if is_named(hash, text) { Ok(()) } else { Err(Rejection::bad_input("The sha256Hash is not that of the document.")) }
}

/// Whether `hash` is the SHA-256 of the document, in lower-case hexadecimal.
#[must_use]
pub fn is_named(hash: &str, text: &str) -> bool {
    let digest = Sha256::digest(text.as_bytes());
    let mut hex = String::with_capacity(64);
    for byte in digest {
        for nibble in [byte >> 4, byte & 15] {
            hex.push(char::from_digit(nibble.into(), 16).expect("a nibble is below 16"));
        }
    }
    hex == hash
}

/// The only documents that are executed, by id.
#[derive(Debug)]
pub(super) struct Manifest {
    by_id: HashMap<String, Arc<str>>,
    texts: HashSet<Arc<str>>,
}

/// Why a manifest of trusted documents cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("cannot read the trusted documents in {path}")]
    Unreadable { path: String, source: std::io::Error },
    #[error("the trusted documents in {path} are not a JSON object of documents by id")]
    Malformed { path: String, source: serde_json::Error },
    #[error("the trusted document {id} is refused: {reason}")]
    Refused { id: String, reason: String },
}

impl Manifest {
    /// Loads a manifest, every document of which must be within the limits.
    pub(super) fn load(path: &Path, limits: &config::Documents) -> Result<Self, ManifestError> {
        let named = || path.display().to_string();
        let file = fs::read(path).map_err(|source| ManifestError::Unreadable { path: named(), source })?;
        let listed: HashMap<String, String> =
            serde_json::from_slice(&file).map_err(|source| ManifestError::Malformed { path: named(), source })?;
        for (id, text) in &listed {
            parser::parse(text, limits)
                .and_then(|parsed| survey::check(&parsed.document, limits))
                .map_err(|rejection| ManifestError::Refused { id: id.clone(), reason: rejection.message })?;
        }

        let without_prefix = |id: &str| id.strip_prefix(HASH_PREFIX).unwrap_or(id).to_owned();
        let by_id = listed.into_iter().map(|(id, text)| (without_prefix(&id), text.into()));
        let by_id: HashMap<String, Arc<str>> = by_id.collect();
        Ok(Self { texts: by_id.values().cloned().collect(), by_id })
    }

    /// Finds the document a client named by id or sent in full.
    pub(super) fn find(&self, id: Option<&str>, text: Option<&str>) -> Result<Arc<str>, Rejection> {
        let found = match (id, text) {
            (Some(id), _) => self.by_id.get(id),
            (None, Some(text)) => self.texts.get(text),
            (None, None) => return Err(Rejection::no_query()),
        };
        found.cloned().ok_or_else(|| {
            Rejection::new("DOCUMENT_NOT_TRUSTED", "Only documents of the server's manifest are executed.")
        })
    }
}
