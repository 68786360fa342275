//! Documents: what a client asks for, from its text (or the name of a known text) to an operation ready to execute.
//!
//! Every protocol sends its requests through [`Documents::prepare`]. Invariant: nothing is expanded, validated or
//! executed before the document is parsed and found within the configured limits.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_graphql::{
    Extensions, Request, Value, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, VariableDefinition},
};

use self::{
    cost::Prices,
    known::{Manifest, check_hash},
    weighted::Weighted,
};
pub use self::{
    known::{InProcess, ManifestError, PersistedDocuments, is_named},
    raw::RawRequest,
    rejection::{Exceeded, Rejection},
};
use crate::config;

mod cost;
mod known;
mod lexer;
mod parser;
mod raw;
mod rejection;
mod strings;
mod survey;
mod weighted;

/// The guard of all documents: limits and known documents. One serves all protocols of an edge.
pub struct Documents {
    prices: Prices,
    persisted: Option<Arc<dyn PersistedDocuments>>,
    manifest: Option<Manifest>,
    parsed: Weighted<Arc<str>, Arc<Document>>,
    /// Operations by the whole body of the request that asked for them.
    sent: Weighted<Box<[u8]>, Prepared>,
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
            manifest,
            parsed: Weighted::new(limits.cached_tokens),
            sent: Weighted::new(limits.cached_tokens / SENT_OF_CACHED),
            limits,
        })
    }

    /// Keeps registered documents in `store`, where the configuration allows them at all.
    #[must_use]
    pub fn with_persisted(self, store: Arc<dyn PersistedDocuments>) -> Self {
        Self { persisted: self.limits.persisted.then_some(store), ..self }
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
        self.sent.get(body)
    }

    /// Prepares what `body` was read as, to be recalled once its document was sent twice.
    ///
    /// # Errors
    ///
    /// As [`Self::prepare`].
    pub async fn prepare_sent(&self, raw: RawRequest, body: &[u8]) -> Result<Prepared, Rejection> {
        // What a hash or an id stands for is looked up each time, because a store may forget it.
        let is_whole = !raw.names_known_document() && (1..=LONGEST_SENT).contains(&body.len());
        let has_parameters = raw.variables.len() + raw.extensions.len() > 0;

        let prepared = self.prepare(raw).await?;
        if is_whole && prepared.document.is_sent_again.load(Ordering::Relaxed) {
            let values = if has_parameters { body.len() / BYTES_OF_VALUES_AS_HEAVY_AS_A_TOKEN } else { 0 };
            let weight = prepared.document.weight + values + body.len() / BYTES_AS_HEAVY_AS_A_TOKEN;
            self.sent.put(body.into(), prepared.clone(), weight);
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
                    return Err(Rejection::new("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"));
                }
                (Some(store), None) => {
                    let text = store.get(hash).await;
                    let missing = || Rejection::new("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
                    self.document(&text.ok_or_else(missing)?)?
                }
                (Some(store), Some(text)) => {
                    check_hash(hash, text)?;
                    let document = self.document(text)?;
                    store.put(hash, text).await;
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
        survey::check(&parsed.document, &self.limits)?;
        let text: Arc<str> = text.into();
        let weight = parsed.tokens + text.len() / BYTES_AS_HEAVY_AS_A_TOKEN;
        let fixed_cost = self.fixed_cost(&parsed.document);
        let is_sent_again = AtomicBool::new(false);
        let document =
            Arc::new(Document { text: Arc::clone(&text), parsed: parsed.document, fixed_cost, weight, is_sent_again });
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
        let operation = select(&document.parsed, operation_name.as_deref())?;
        check_required(operation, &variables)?;
        let kind = operation.ty;
        let measured = || cost::of(&document.parsed, operation, &variables, &self.prices).units;
        let cost = document.fixed_cost.unwrap_or_else(measured);
        if cost > self.limits.max_cost {
            return Err(Rejection::exceeds("cost", cost, self.limits.max_cost));
        }

        let parameters = Arc::new(Parameters { operation_name, variables, extensions });
        Ok(Prepared { document, parameters, kind, cost })
    }
}

/// Text is kept as it came, white space and comments included, so it weighs something too.
const BYTES_AS_HEAVY_AS_A_TOKEN: usize = 256;

/// The values of variables take more memory than their text: `1,` becomes 72 bytes.
const BYTES_OF_VALUES_AS_HEAVY_AS_A_TOKEN: usize = 8;

/// Bodies longer than this are read anew each time.
const LONGEST_SENT: usize = 16 * 1024;

/// What part of the tokens that are kept may be kept once more by their requests' bodies.
const SENT_OF_CACHED: usize = 4;

/// A parsed document, shared between the requests that send it.
struct Document {
    text: Arc<str>,
    parsed: ExecutableDocument,
    fixed_cost: Option<u64>,
    /// In tokens.
    weight: usize,
    /// Whether more than one request sent it.
    is_sent_again: AtomicBool,
}

/// What a request says beside its document.
#[derive(Clone)]
struct Parameters {
    operation_name: Option<String>,
    variables: Variables,
    extensions: Extensions,
}

/// An operation within limits, ready to execute. A copy costs next to nothing.
#[derive(Clone)]
pub struct Prepared {
    document: Arc<Document>,
    parameters: Arc<Parameters>,
    kind: OperationType,
    cost: u64,
}

impl Prepared {
    /// Whether it is a query, a mutation or a subscription.
    #[must_use]
    pub fn kind(&self) -> OperationType {
        self.kind
    }

    /// The document's text; together with operation name and variables it says all that is asked.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.document.text
    }

    #[must_use]
    pub fn operation_name(&self) -> Option<&str> {
        self.parameters.operation_name.as_deref()
    }

    #[must_use]
    pub fn variables(&self) -> &Variables {
        &self.parameters.variables
    }

    /// What the operation may cost at most, in the units of the configured limit.
    #[must_use]
    pub fn cost(&self) -> u64 {
        self.cost
    }

    /// The same text, shared: a key that costs nothing to keep.
    #[must_use]
    pub fn shared_text(&self) -> Arc<str> {
        Arc::clone(&self.document.text)
    }

    /// The parsed document with all its operations and fragments.
    #[must_use]
    pub fn parsed(&self) -> &ExecutableDocument {
        &self.document.parsed
    }

    /// The operation that is to be executed.
    #[must_use]
    pub fn operation(&self) -> &OperationDefinition {
        select(&self.document.parsed, self.operation_name()).expect("`prepare` selected it by the same name")
    }

    /// Makes the request for the schema, its document already parsed. This copies the document: answer from a cache first.
    #[must_use]
    pub fn into_request(self) -> Request {
        let Parameters { operation_name, variables, extensions } = Arc::unwrap_or_clone(self.parameters);
        let mut request = Request::new(&*self.document.text).variables(variables);
        request.operation_name = operation_name;
        request.extensions = extensions;
        request.set_parsed_query(self.document.parsed.clone());
        request
    }
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

fn select<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, Rejection> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations.values().next(),
        (DocumentOperations::Multiple(_), None) => {
            return Err(Rejection::bad_input("The document has several operations: name one in operationName."));
        }
    };

    operation.map(|operation| &operation.node).ok_or_else(|| {
        Rejection::bad_input(format!("The document has no operation named `{}`.", name.unwrap_or_default()))
    })
}

#[cfg(test)]
mod tests;
