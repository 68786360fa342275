//! Trusted documents: where the operator lists them in a manifest, nothing else is executed.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
    sync::Arc,
};

use error_codes::Code;

use crate::{
    config,
    document::{
        Rejection,
        contract::Contract,
        hash::{self, HASH_PREFIX},
        measure, parser, validation,
    },
};

/// The only documents that are executed, by id.
#[derive(Debug)]
pub(super) struct Manifest {
    by_id: HashMap<String, Arc<str>>,
    texts: HashSet<Arc<str>>,
}

/// Why a manifest of trusted documents cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("the trusted documents cannot be read from {path}: {source}{}", from_where(path))]
    Unreadable { path: String, source: std::io::Error },
    #[error("the trusted documents in {path} are not a JSON object of documents by id: {source}")]
    Malformed { path: String, source: serde_json::Error },
    #[error("the trusted document {id} is refused: {reason}")]
    Refused { id: String, reason: String },
}

/// Where a path begins that does not say so itself.
fn from_where(path: &str) -> String {
    match std::env::current_dir() {
        Ok(folder) if Path::new(path).is_relative() => {
            format!("\n  The path is relative to the working folder, {}.", folder.display())
        }
        _ => String::new(),
    }
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
                .and_then(|parsed| measure::check(&parsed.document, limits))
                .map_err(|rejection| ManifestError::Refused { id: id.clone(), reason: rejection.message })?;
        }

        let without_prefix = |id: &str| id.strip_prefix(HASH_PREFIX).unwrap_or(id).to_owned();
        let by_id = listed.into_iter().map(|(id, text)| (without_prefix(&id), text.into()));
        let by_id: HashMap<String, Arc<str>> = by_id.collect();
        Ok(Self { texts: by_id.values().cloned().collect(), by_id })
    }

    /// The same with others, by the SHA-256 of each.
    pub(super) fn with(mut self, others: &[String]) -> Self {
        for text in others {
            let text: Arc<str> = text.as_str().into();
            self.by_id.insert(hash::of(&text), Arc::clone(&text));
            self.texts.insert(text);
        }
        self
    }

    /// Holds every document against a schema.
    pub(super) fn check(&self, limits: &config::Documents, contract: &Contract) -> Result<(), ManifestError> {
        for (id, text) in &self.by_id {
            parser::parse(text, limits)
                .and_then(|parsed| validation::validate(&parsed.document, contract, parsed.tokens).map(drop))
                .map_err(|rejection| ManifestError::Refused { id: id.clone(), reason: rejection.message })?;
        }
        Ok(())
    }

    /// Finds the document a client named by id or sent in full.
    pub(super) fn find(&self, id: Option<&str>, text: Option<&str>) -> Result<Arc<str>, Rejection> {
        let found = match (id, text) {
            (Some(id), _) => self.by_id.get(id),
            (None, Some(text)) => self.texts.get(text),
            (None, None) => return Err(Rejection::no_query()),
        };
        found.cloned().ok_or_else(|| {
            Rejection::new(Code::DOCUMENT_NOT_TRUSTED, "Only documents in the server's manifest are executed.")
        })
    }
}
