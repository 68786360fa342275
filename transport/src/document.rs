//! Documents: what a client asks for, from its text (or the name of a known text) to an operation ready to execute.
//!
//! Every protocol sends its requests through [`Documents::prepare`]. Invariant: nothing is expanded, validated or
//! executed before the document is parsed and found within the configured limits.

use std::sync::Arc;

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
        let document = Arc::new(Document { text: Arc::clone(&text), parsed: parsed.document, fixed_cost });
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

        Ok(Prepared { document, operation_name, variables, extensions, kind, cost })
    }
}

/// Text is kept as it came, white space and comments included, so it weighs something too.
const BYTES_AS_HEAVY_AS_A_TOKEN: usize = 256;

/// A parsed document, shared between the requests that send it.
struct Document {
    text: Arc<str>,
    parsed: ExecutableDocument,
    fixed_cost: Option<u64>,
}

/// An operation within limits, ready to execute.
pub struct Prepared {
    document: Arc<Document>,
    operation_name: Option<String>,
    variables: Variables,
    extensions: Extensions,
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
        self.operation_name.as_deref()
    }

    #[must_use]
    pub fn variables(&self) -> &Variables {
        &self.variables
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
        let mut request = Request::new(&*self.document.text).variables(self.variables);
        request.operation_name = self.operation_name;
        request.extensions = self.extensions;
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
