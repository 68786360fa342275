//! Questions: operations as the edge hands them to the schema, parsed and not yet executed.

use async_graphql::{
    Request, Response, Variables,
    parser::{parse_query, types::ExecutableDocument},
};
use schema::{Collected, ParsedOperation, Schema};
use serde_json::Value;

/// A document with its variables.
pub struct Question {
    text: String,
    document: ExecutableDocument,
    variables: Variables,
}

impl Question {
    pub fn new(text: &str) -> Self {
        Self::with(text, Value::Null)
    }

    pub fn with(text: &str, variables: Value) -> Self {
        let document = parse_query(text).expect("the document is well formed");
        Self { text: text.to_owned(), document, variables: Variables::from_json(variables) }
    }

    /// The only operation of the document.
    pub fn parsed(&self) -> ParsedOperation<'_> {
        let (name, operation) = self.document.operations.iter().next().expect("there is an operation");
        ParsedOperation {
            text: self.text.as_str().into(),
            document: &self.document,
            operation: &operation.node,
            operation_name: name.map(|name| name.as_str()),
            variables: &self.variables,
        }
    }

    /// The operation as it is executed.
    pub fn collected(&self) -> Collected {
        self.parsed().collect().expect("the document fits the contract")
    }

    /// Executes it, by nobody.
    pub async fn executed(&self, schema: &Schema) -> Response {
        let collected = self.collected();
        let mut response = schema.execute(collected.request()).await;
        collected.complete(&mut response);
        response
    }

    /// Has the library execute it as it is written, by nobody.
    pub async fn executed_as_it_is(&self, schema: &Schema) -> Response {
        schema.execute(Request::new(&*self.text).variables(self.variables.clone())).await
    }
}
