//! A request as a client sent it: the four parameters of GraphQL over HTTP, also those of a socket's `subscribe`.

use std::net::IpAddr;

use async_graphql::{Extensions, Value, Variables};
use serde::{Deserialize, Deserializer};

use crate::document::{Rejection, hash::HASH_PREFIX, size};

/// Nothing in it is checked yet but the types of the parameters. Other keys are ignored, as the draft asks.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RawRequest {
    #[serde(default)]
    pub query: Option<String>,
    /// The id of a known document, in place of `query`.
    #[serde(default)]
    pub document_id: Option<String>,
    #[serde(default)]
    pub operation_name: Option<String>,
    #[serde(default)]
    pub variables: Variables,
    #[serde(default, deserialize_with = "map_or_null")]
    pub extensions: Extensions,
    /// The address that it came from, for what is counted of it. No client says it.
    #[serde(skip)]
    pub from: Option<IpAddr>,
}

impl RawRequest {
    #[must_use]
    pub fn new(query: impl Into<String>) -> Self {
        Self { query: Some(query.into()), ..Self::default() }
    }

    /// Bytes of the document, the variables and the extensions, about.
    pub(crate) fn bytes(&self) -> usize {
        let values = size::of_variables(&self.variables).saturating_add(size::of_extensions(&self.extensions));
        self.query.as_ref().map_or(0, String::len).saturating_add(values)
    }

    /// Whether it names a document that the server may know.
    pub(crate) fn names_known_document(&self) -> bool {
        self.document_id.is_some() || self.extensions.0.contains_key("persistedQuery")
    }

    /// The id of a known document: `documentId`, or the hash that automatic persisted queries send as an extension.
    pub(super) fn known_id(&self) -> Result<Option<&str>, Rejection> {
        if let Some(id) = &self.document_id {
            return Ok(Some(id.strip_prefix(HASH_PREFIX).unwrap_or(id)));
        }

        match self.extensions.0.get("persistedQuery") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(persisted)) => match (persisted.get("version"), persisted.get("sha256Hash")) {
                (Some(Value::Number(version)), Some(Value::String(hash))) if version.as_u64() == Some(1) => {
                    Ok(Some(hash))
                }
                _ => Err(Rejection::bad_input("`persistedQuery` must have `version` 1 and a `sha256Hash`.")),
            },
            Some(_) => Err(Rejection::bad_input("`persistedQuery` must be an object.")),
        }
    }
}

fn map_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Extensions, D::Error> {
    Ok(Option::<Extensions>::deserialize(deserializer)?.unwrap_or_default())
}
