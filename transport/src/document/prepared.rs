//! Operations within the limits, ready to execute.

use std::sync::{Arc, atomic::AtomicBool};

use async_graphql::{
    Name, Request, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};

use crate::document::{Rejection, root_fields::RootFields, validation::Checked, variable::Variable};

/// A parsed document, shared between the requests that send it.
pub(super) struct Document {
    pub(super) text: Arc<str>,
    pub(super) parsed: Arc<ExecutableDocument>,
    pub(super) checked: Checked,
    pub(super) fixed_cost: Option<u64>,
    pub(super) root_fields: RootFields,
    /// In tokens.
    pub(super) weight: usize,
    /// Whether more than one request sent it.
    pub(super) is_sent_again: AtomicBool,
}

impl Document {
    /// What was found of an operation's variables; without a name it is the only one.
    pub(super) fn checked_as(&self, name: Option<&str>) -> Option<&[Variable]> {
        let mut all = self.checked.iter();
        let found = all.find(|(known, _)| name.is_none() || known.as_deref() == name);
        found.map(|(_, variables)| &**variables)
    }
}

/// What a request says beside its document. What it says to the edge alone, its extensions, is not kept.
#[derive(Clone)]
pub(super) struct Parameters {
    pub(super) operation_name: Option<String>,
    pub(super) variables: Variables,
}

/// An operation within limits, ready to execute. A copy costs next to nothing.
#[derive(Clone)]
pub struct Prepared {
    pub(super) document: Arc<Document>,
    /// The document's, or what is left of it without variables that have no value.
    pub(super) parsed: Arc<ExecutableDocument>,
    pub(super) parameters: Arc<Parameters>,
    pub(super) kind: OperationType,
    pub(super) cost: u64,
    pub(super) sent_bytes: usize,
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

    /// The fields selected at the root by any alias and in any fragment, directives aside, each with how often it is.
    #[must_use]
    pub fn root_fields(&self) -> &[(Name, u64)] {
        self.document.root_fields.of_operation(self.operation_name())
    }

    /// What the operation may cost at most, in the units of the configured limit.
    #[must_use]
    pub fn cost(&self) -> u64 {
        self.cost
    }

    /// Bytes of the document and of all variables and extensions that were sent with it, about.
    #[must_use]
    pub fn sent_bytes(&self) -> usize {
        self.sent_bytes
    }

    /// The same text, shared: a key that costs nothing to keep.
    #[must_use]
    pub fn shared_text(&self) -> Arc<str> {
        Arc::clone(&self.document.text)
    }

    /// The parsed document with all its operations and fragments.
    #[must_use]
    pub fn parsed(&self) -> &ExecutableDocument {
        &self.parsed
    }

    /// The operation that is to be executed.
    #[must_use]
    pub fn operation(&self) -> &OperationDefinition {
        select(&self.parsed, self.operation_name()).expect("`prepare` selected it by the same name")
    }

    /// Makes the request for the schema, its document already parsed. This copies the document: answer from a cache first.
    #[must_use]
    pub fn into_request(self) -> Request {
        let Parameters { operation_name, variables } = Arc::unwrap_or_clone(self.parameters);
        let mut request = Request::new(&*self.document.text).variables(variables);
        request.operation_name = operation_name;
        request.set_parsed_query(Arc::unwrap_or_clone(self.parsed));
        request
    }
}

pub(super) fn select<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, Rejection> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations.values().next(),
        (DocumentOperations::Multiple(_), None) => {
            return Err(Rejection::bad_input("The document has several operations: name one in `operationName`."));
        }
    };

    operation.map(|operation| &operation.node).ok_or_else(|| {
        Rejection::bad_input(format!("The document has no operation named `{}`.", name.unwrap_or_default()))
    })
}
