//! Models beside the rows they were learned from: `models/<version>.json`, and `models/current`, which names one of them.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use object_store::{ObjectStoreExt, PutPayload, path::Path};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Lake, LakeError, complete::hex, store::Put};

const FOLDER: &str = "models";
const CURRENT: &str = "current";
const SUFFIX: &str = ".json";
const VERSION_MAX: usize = 64;

/// The model that is to be used, and the SHA-256 of its file in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Current {
    pub version: String,
    pub sha256: String,
}

/// A model that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub version: String,
    pub bytes: u64,
    pub put_at: DateTime<Utc>,
}

impl Lake {
    /// Keeps a model under its version, which can't be changed afterwards: the same once more is fine.
    ///
    /// # Errors
    /// There is another model of that version, the version is not one, or the store did not take it.
    pub async fn put_model(&self, version: &str, json: Bytes) -> Result<(), LakeError> {
        let path = path(version)?;
        if self.put_new(&path, json.clone()).await? == Put::New
            || self.get(&path).await?.is_some_and(|kept| kept == json)
        {
            return Ok(());
        }
        Err(problem(version, "is there already and is another one: a version is written once"))
    }

    /// A model's file; none where there is no such version.
    ///
    /// # Errors
    /// The version is not one, or the store did not answer.
    pub async fn model(&self, version: &str) -> Result<Option<Bytes>, LakeError> {
        self.get(&path(version)?).await
    }

    /// The models that are kept, the newest first.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn models(&self) -> Result<Vec<Kept>, LakeError> {
        let kept = |(name, meta): (String, object_store::ObjectMeta)| {
            let version = name.strip_suffix(SUFFIX)?.to_owned();
            Some(Kept { version, bytes: meta.size, put_at: meta.last_modified })
        };
        let mut models: Vec<_> = self.entries(FOLDER).await?.into_iter().filter_map(kept).collect();
        models.sort_by(|a, b| (b.put_at, &b.version).cmp(&(a.put_at, &a.version)));
        Ok(models)
    }

    /// Which model is to be used, without the model: what is asked for often.
    ///
    /// # Errors
    /// The store did not answer, or what it has names no model.
    pub async fn current_version(&self) -> Result<Option<Current>, LakeError> {
        let Some(text) = self.get(&Path::from(FOLDER).join(CURRENT)).await? else { return Ok(None) };
        let read = serde_json::from_slice(&text);
        read.map(Some).map_err(|error| problem(CURRENT, format!("is not named by {FOLDER}/{CURRENT}: {error}")))
    }

    /// The model that is to be used, with its version. Its file is the one that was there when it was chosen.
    ///
    /// # Errors
    /// As of [`Self::current_version`], or its file is gone or another one.
    pub async fn current_model(&self) -> Result<Option<(Current, Bytes)>, LakeError> {
        let Some(current) = self.current_version().await? else { return Ok(None) };
        let Some(json) = self.model(&current.version).await? else {
            return Err(problem(&current.version, "is the current one, and its file is gone"));
        };
        if sha256(&json) != current.sha256 {
            return Err(problem(&current.version, "is the current one, and its file is not the one that was chosen"));
        }
        Ok(Some((current, json)))
    }

    /// Makes a model that is kept the one to be used.
    ///
    /// # Errors
    /// There is no such model, or the store did not take it.
    pub async fn set_current_model(&self, version: &str) -> Result<Current, LakeError> {
        let Some(json) = self.model(version).await? else {
            return Err(problem(version, "is not kept here"));
        };
        let current = Current { version: version.to_owned(), sha256: sha256(&json) };
        let text =
            serde_json::to_vec(&current).map_err(|error| problem(version, format!("can't be named: {error}")))?;
        self.store.put(&Path::from(FOLDER).join(CURRENT), PutPayload::from(text)).await?;
        Ok(current)
    }
}

fn path(version: &str) -> Result<Path, LakeError> {
    let known = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    if version.is_empty() || version.len() > VERSION_MAX || !version.chars().all(known) {
        let problem = format!("is not named by 1 to {VERSION_MAX} letters, digits, '.', '-' and '_'");
        return Err(LakeError::Model { version: format!("{version:?}"), problem });
    }
    Ok(Path::from(FOLDER).join(format!("{version}{SUFFIX}")))
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn problem(version: &str, problem: impl Into<String>) -> LakeError {
    LakeError::Model { version: version.to_owned(), problem: problem.into() }
}
