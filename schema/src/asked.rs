//! What is asked: an operation before it is executed, as far as its text and variables tell.

use std::{collections::HashSet, hash::Hash, sync::Arc};

use async_graphql::{
    Name, Request, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection},
};

/// An operation that the edge has parsed and found within its limits.
pub struct Asked<'a> {
    /// Together with the operation's name and the variables it says all that is asked.
    pub text: Arc<str>,
    pub document: &'a ExecutableDocument,
    pub operation: &'a OperationDefinition,
    pub operation_name: Option<&'a str>,
    pub variables: &'a Variables,
}

/// Tells operations apart that could be answered differently.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    text: Arc<str>,
    operation_name: Option<String>,
    variables: String,
}

impl Key {
    /// Bytes of memory that a copy takes, about.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + self.operation_name.as_ref().map_or(0, String::len) + self.variables.len()
    }
}

impl Asked<'_> {
    /// The key of this operation, the variables of `aside` left out.
    pub(crate) fn key(&self, aside: &HashSet<Name>) -> Key {
        let variables = if self.variables.iter().all(|(name, _)| aside.contains(name)) {
            String::new()
        } else {
            let kept: Vec<_> = self.variables.iter().filter(|(name, _)| !aside.contains(*name)).collect();
            serde_json::to_string(&kept).unwrap_or_else(|_| format!("{kept:?}"))
        };
        Key { text: Arc::clone(&self.text), operation_name: self.operation_name.map(str::to_owned), variables }
    }

    /// The request for the schema. This copies the document.
    pub fn request(&self) -> Request {
        request(&self.text, self.document, self.operation_name, self.variables)
    }

    /// Whether `admits` every field at the root, those in fragments included. The edge has refused fragment cycles.
    pub(crate) fn root_fields_all(&self, admits: impl Fn(&Field) -> bool) -> bool {
        let mut visited: Vec<&Name> = Vec::new();
        let mut waiting = vec![&self.operation.selection_set.node];
        while let Some(set) = waiting.pop() {
            for selection in &set.items {
                match &selection.node {
                    Selection::Field(field) if !admits(&field.node) => return false,
                    Selection::Field(_) => {}
                    Selection::InlineFragment(fragment) => waiting.push(&fragment.node.selection_set.node),
                    Selection::FragmentSpread(spread) => {
                        let name = &spread.node.fragment_name.node;
                        match self.document.fragments.get(name) {
                            None => return false,
                            Some(_) if visited.contains(&name) => {}
                            Some(fragment) => {
                                visited.push(name);
                                waiting.push(&fragment.node.selection_set.node);
                            }
                        }
                    }
                }
            }
        }
        true
    }
}

/// The request for the schema of a document that is parsed already.
pub(crate) fn request(
    text: &str,
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
) -> Request {
    let mut request = Request::new(text).variables(variables.clone());
    request.operation_name = operation_name.map(str::to_owned);
    request.set_parsed_query(document.clone());
    request
}
