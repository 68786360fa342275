//! Documents: what a client asks for, from its text (or the name of a known text) to an operation ready to execute.
//!
//! Every protocol sends its requests through [`Documents::prepare`]. Invariant: nothing is expanded, validated or
//! executed before the document is parsed and found within the configured limits, and where there is a contract, nothing
//! is executed whose document or variables it does not allow. A document is judged once, and kept with what was found.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_graphql::{
    Value, Variables,
    parser::types::{ExecutableDocument, OperationDefinition, VariableDefinition},
};
use error_codes::Code;

use self::{
    coercion::Coerced,
    cost::Prices,
    hash::check_hash,
    manifest::Manifest,
    persisted::Candidates,
    prepared::{Document, Parameters, select},
    root_fields::RootFields,
    weighted_cache::WeightedCache,
};
pub use self::{
    contract::{Contract, ContractError, Inputs, Scalar},
    hash::is_named,
    manifest::ManifestError,
    persisted::{InProcess, PersistedDocuments, network},
    prepared::Prepared,
    raw::RawRequest,
    rejection::{Exceeded, Rejection},
};
use crate::config;

mod absent;
mod coercion;
mod contract;
mod cost;
mod hash;
mod lexer;
mod manifest;
mod measure;
mod memory;
mod parser;
mod path;
mod persisted;
mod prepared;
mod raw;
mod rejection;
mod root_fields;
mod size;
mod strings;
mod suggestions;
mod validation;
mod values;
mod variable;
mod weighted_cache;

/// The guard of all documents: limits and known documents. One serves all protocols of an edge.
pub struct Documents {
    prices: Prices,
    persisted: Option<Arc<dyn PersistedDocuments>>,
    candidates: Candidates,
    manifest: Option<Manifest>,
    contract: Option<Contract>,
    parsed: WeightedCache<Arc<str>, Arc<Document>>,
    /// Operations by the whole body, or the whole address, of the request that asked for them.
    sent: WeightedCache<Box<[u8]>, Prepared>,
    limits: config::Documents,
}

impl Documents {
    /// Keeps registered documents in this process until [`Self::with_persisted`] says otherwise.
    ///
    /// # Errors
    ///
    /// Where a manifest of trusted documents is configured and cannot be used.
    pub fn new(limits: config::Documents) -> Result<Self, ManifestError> {
        let manifest = limits.trusted_manifest.as_deref().map(|path| Manifest::load(path, &limits)).transpose()?;
        let in_process = || Arc::new(InProcess::new(limits.persisted_bytes)) as Arc<dyn PersistedDocuments>;

        Ok(Self {
            prices: Prices::new(&limits),
            persisted: limits.persisted.then(in_process),
            candidates: Candidates::new(),
            manifest,
            contract: None,
            parsed: WeightedCache::new(limits.cached_tokens, USUAL_TOKENS, heaviest(&limits)),
            sent: WeightedCache::new(
                limits.cached_tokens / SENT_OF_CACHED,
                USUAL_TOKENS,
                heaviest(&limits) + LONGEST_SENT / BYTES_OF_VALUES_AS_HEAVY_AS_A_TOKEN,
            ),
            limits,
        })
    }

    /// Keeps registered documents in `store`, where the configuration allows them at all.
    #[must_use]
    pub fn with_persisted(self, store: Arc<dyn PersistedDocuments>) -> Self {
        Self { persisted: self.limits.persisted.then_some(store), ..self }
    }

    /// Trusts these too, where a manifest says which are executed: what the site's own pages ask.
    #[must_use]
    pub fn trusting(self, own: &[String]) -> Self {
        Self { manifest: self.manifest.map(|manifest| manifest.with(own)), ..self }
    }

    /// Judges documents and variables by a schema from now on, the trusted documents at once.
    ///
    /// # Errors
    ///
    /// A trusted document is not one of the schema's.
    pub fn with_contract(self, contract: Contract) -> Result<Self, ManifestError> {
        if let Some(manifest) = &self.manifest {
            manifest.check(&self.limits, &contract)?;
        }
        Ok(Self { contract: Some(contract), ..self })
    }

    /// Finds the document a client means, parses it, and holds its operation against the limits.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] with a stable code, the limit, what was found and what is allowed.
    pub async fn prepare(&self, raw: RawRequest) -> Result<Prepared, Rejection> {
        self.judge(raw).await.inspect_err(Rejection::count)
    }

    /// The operation that a request with the same body was found to ask for.
    #[must_use]
    pub fn recall(&self, body: &[u8]) -> Option<Prepared> {
        // No JSON begins as an address does.
        let is_address = body.first() == Some(&b'/');
        if is_address { None } else { self.sent.get(body) }
    }

    /// The operation that a request without a body was found to ask for by the same address: its path and its query.
    #[must_use]
    pub fn recall_address(&self, address: &str) -> Option<Prepared> {
        self.sent.get(address.as_bytes())
    }

    /// Prepares what `sent`, a body or an address, was read as, to be recalled once its document was sent twice.
    ///
    /// # Errors
    ///
    /// As [`Self::prepare`].
    pub async fn prepare_sent(&self, raw: RawRequest, sent: &[u8]) -> Result<Prepared, Rejection> {
        // What a hash or an id stands for is looked up each time, because a store may forget it.
        let is_whole = !raw.names_known_document() && (1..=LONGEST_SENT).contains(&sent.len());
        let has_parameters = raw.variables.len() + raw.extensions.len() > 0;

        let prepared = self.prepare(raw).await?;
        if is_whole && prepared.document.is_sent_again.load(Ordering::Relaxed) {
            let values = if has_parameters { sent.len() / BYTES_OF_VALUES_AS_HEAVY_AS_A_TOKEN } else { 0 };
            let weight = prepared.document.weight + values + sent.len() / BYTES_AS_HEAVY_AS_A_TOKEN;
            self.sent.put(sent.into(), prepared.clone(), weight);
        }
        Ok(prepared)
    }

    async fn judge(&self, mut raw: RawRequest) -> Result<Prepared, Rejection> {
        let document = match (&self.manifest, raw.known_id()?) {
            (Some(manifest), id) => self.document(&manifest.find(id, raw.query.as_deref())?)?,
            (None, None) => self.document(&raw.query.take().ok_or_else(Rejection::no_query)?)?,
            (None, Some(hash)) => match (&self.persisted, raw.query.as_deref()) {
                (None, Some(text)) => self.document(text)?,
                (None, None) => {
                    return Err(Rejection::new(Code::PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported"));
                }
                (Some(store), None) => {
                    let text = store.get(hash).await;
                    let missing = || Rejection::new(Code::PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound");
                    self.document(&text.ok_or_else(missing)?)?
                }
                (Some(store), Some(text)) => {
                    check_hash(hash, text)?;
                    let document = self.document(text)?;
                    if text.len() <= self.limits.persisted_document_bytes && self.candidates.is_sent_again(hash) {
                        store.put(hash, text, raw.from).await;
                    }
                    document
                }
            },
        };

        self.operation(document, raw)
    }

    /// Parses and measures a document, unless it was done before.
    fn document(&self, text: &str) -> Result<Arc<Document>, Rejection> {
        if let Some(document) = self.parsed.get(text) {
            document.is_sent_again.store(true, Ordering::Relaxed);
            return Ok(document);
        }
        if text.len() > self.limits.max_bytes {
            return Err(Rejection::limit("bytes", text.len(), self.limits.max_bytes));
        }

        let parsed = parser::parse(text, &self.limits)?;
        measure::check(&parsed.document, &self.limits)?;
        let validate = |contract| validation::validate(&parsed.document, contract, parsed.tokens);
        let checked = self.contract.as_ref().map(validate).transpose()?.unwrap_or_default();
        let text: Arc<str> = text.into();
        let weight = parsed.tokens + text.len() / BYTES_AS_HEAVY_AS_A_TOKEN;
        let fixed_cost = self.fixed_cost(&parsed.document);
        let root_fields = RootFields::of(&parsed.document);
        let is_sent_again = AtomicBool::new(false);
        let parsed = Arc::new(parsed.document);
        let text_of = Arc::clone(&text);
        let document = Document { text: text_of, parsed, checked, fixed_cost, root_fields, weight, is_sent_again };
        let document = Arc::new(document);
        self.parsed.put(text, Arc::clone(&document), weight);
        Ok(document)
    }

    /// The cost of a document with one operation, if no variables change it.
    fn fixed_cost(&self, document: &ExecutableDocument) -> Option<u64> {
        let mut operations = document.operations.iter();
        let (Some((_, operation)), None) = (operations.next(), operations.next()) else {
            return None;
        };
        let cost = cost::of(document, &operation.node, &Variables::default(), &self.prices);
        (!cost.depends_on_variables).then_some(cost.units)
    }

    fn operation(&self, document: Arc<Document>, raw: RawRequest) -> Result<Prepared, Rejection> {
        let RawRequest { operation_name, variables, extensions, .. } = raw;
        // Many clients send an empty name where an operation has none.
        let operation_name = operation_name.filter(|name| !name.is_empty());
        let operation = select(&document.parsed, operation_name.as_deref())?;
        let kind = operation.ty;
        let values = size::of_variables(&variables).saturating_add(size::of_extensions(&extensions));
        let Coerced { variables, absent } = self.values(&document, operation_name.as_deref(), operation, variables)?;
        let measured = || cost::of(&document.parsed, operation, &variables, &self.prices).units;
        let cost = document.fixed_cost.unwrap_or_else(measured);
        if cost > self.limits.max_cost {
            let rejection = Rejection::exceeds("cost", cost, self.limits.max_cost);
            return Err(match cost::dearest(&document.parsed, operation, &variables, &self.prices) {
                Some(dearest) => rejection.naming(&dearest),
                None => rejection,
            });
        }

        let parsed = match absent.is_empty() {
            true => Arc::clone(&document.parsed),
            false => Arc::new(absent::without(&document.parsed, &absent)),
        };
        let sent_bytes = document.text.len().saturating_add(values);
        let parameters = Arc::new(Parameters { operation_name, variables });
        Ok(Prepared { document, parsed, parameters, kind, cost, sent_bytes })
    }

    /// What the variables of an operation are. Those that it does not define go no further.
    fn values(
        &self,
        document: &Document,
        name: Option<&str>,
        operation: &OperationDefinition,
        sent: Variables,
    ) -> Result<Coerced, Rejection> {
        let Some(contract) = &self.contract else {
            check_required(operation, &sent)?;
            return Ok(Coerced { variables: sent, absent: Vec::new() });
        };
        let checked = document.checked_as(name).unwrap_or_default();
        coercion::variables(contract, operation, checked, sent)
    }
}

/// Text is kept as it came, white space and comments included, so it weighs something too.
const BYTES_AS_HEAVY_AS_A_TOKEN: usize = 256;

/// The values of variables take more memory than their text: `1,` becomes 72 bytes.
const BYTES_OF_VALUES_AS_HEAVY_AS_A_TOKEN: usize = 8;

/// Bodies and addresses longer than this are read anew each time.
const LONGEST_SENT: usize = 16 * 1024;

/// What part of the tokens that are kept may be kept once more by their requests' bodies and addresses.
const SENT_OF_CACHED: usize = 4;

/// Tokens of a document as clients usually send it.
const USUAL_TOKENS: usize = 100;

/// What a document within the limits weighs at most, in tokens.
fn heaviest(limits: &config::Documents) -> usize {
    limits.max_tokens.saturating_add(limits.max_bytes / BYTES_AS_HEAVY_AS_A_TOKEN)
}

/// async-graphql would find a missing variable only where it is used, in the middle of execution.
fn check_required(operation: &OperationDefinition, variables: &Variables) -> Result<(), Rejection> {
    let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
    let is_missing = |definition: &&VariableDefinition| {
        let is_required = !definition.var_type.node.nullable && definition.default_value.is_none();
        is_required && matches!(variables.get(&definition.name.node), None | Some(Value::Null))
    };
    let Some(missing) = definitions.into_iter().find(is_missing) else {
        return Ok(());
    };

    let VariableDefinition { name, var_type, .. } = missing;
    let message = format!("The variable `${}` of type `{}` needs a value.", name.node, var_type.node);
    Err(Rejection::bad_input(message).at(name.pos))
}

#[cfg(test)]
mod tests;
