//! Execution: what was collected, executed by the library as the GraphQL specification has it.
//!
//! Fields of a query are executed at once, those of a mutation one after the other. One of these that fails and may not
//! be null ends the mutation: its answer has no data, so nothing may be done of which that would not tell.
//!
//! Invariant: where a mutation is answered without data, its last error is of the last field that was executed.

use async_graphql::{Request, Response, Value, parser::types::OperationType};

use crate::{
    Schema,
    collected::{Collected, Fields},
};

impl Collected {
    /// Executes it and completes the response; `attach` gives each request what its resolvers need.
    pub async fn execute(self, schema: &Schema, attach: impl Fn(Request) -> Request) -> Response {
        if self.kind != OperationType::Mutation || self.shown.len() < 2 {
            let mut response = schema.execute(attach(self.request())).await;
            self.complete(&mut response);
            return response;
        }
        // The library goes on after a field that failed, whatever it is: so it gets one at a time.
        let (mut whole, mut fields) = (Response::default(), Fields::new());
        for root in self.into_roots() {
            let mut response = schema.execute(attach(root.request())).await;
            root.complete(&mut response);
            whole.errors.append(&mut response.errors);
            for (name, value) in &response.http_headers {
                whole.http_headers.append(name, value.clone());
            }
            match response.data {
                Value::Object(of_root) => fields.extend(of_root),
                _ => return whole,
            }
        }
        whole.data = Value::Object(fields);
        whole
    }
}
