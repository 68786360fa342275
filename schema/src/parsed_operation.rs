//! A parsed operation: what a client asks for, before it is executed, as far as its text and variables tell.

use std::{collections::HashSet, sync::Arc};

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{Directive, ExecutableDocument, Field, OperationDefinition, Selection},
};
use async_graphql_value::Value as Given;
use resolvers::models::ClientCountry;

/// An operation that the edge has parsed and found within its limits.
pub struct ParsedOperation<'a> {
    /// Together with the operation's name and the variables it says all that is asked.
    pub text: Arc<str>,
    pub document: &'a ExecutableDocument,
    pub operation: &'a OperationDefinition,
    pub operation_name: Option<&'a str>,
    pub variables: &'a Variables,
}

/// Tells operations apart that could be answered differently.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct OperationKey {
    text: Arc<str>,
    operation_name: Option<String>,
    variables: String,
    /// Where the answer differs by it.
    country: Option<ClientCountry>,
}

impl OperationKey {
    /// The same, as it is answered to callers of a country.
    pub(crate) fn of_country(self, country: Option<ClientCountry>) -> Self {
        Self { country, ..self }
    }

    /// Bytes of memory that a copy takes, about.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + self.operation_name.as_ref().map_or(0, String::len) + self.variables.len()
    }
}

impl ParsedOperation<'_> {
    pub(crate) fn key(&self) -> OperationKey {
        let variables = if self.variables.is_empty() {
            String::new()
        } else {
            serde_json::to_string(self.variables).unwrap_or_else(|_| format!("{:?}", self.variables))
        };
        OperationKey {
            text: Arc::clone(&self.text),
            operation_name: self.operation_name.map(str::to_owned),
            variables,
            country: None,
        }
    }

    /// A variable's value: what was sent, or else its default. `None` where it has neither.
    pub(crate) fn variable(&self, name: &Name) -> Option<&Value> {
        let default = || {
            let definitions = &self.operation.variable_definitions;
            let definition = definitions.iter().find(|definition| definition.node.name.node == *name)?;
            definition.node.default_value.as_ref().map(|value| &value.node)
        };
        self.variables.get(name).or_else(default)
    }

    /// Whether `@skip` or `@include` leaves a selection out.
    pub(crate) fn leaves_out(&self, selection: &Selection) -> bool {
        selection.directives().iter().any(|directive| {
            let leaves_out = match directive.node.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => return false,
            };
            self.condition(directive) == Some(leaves_out)
        })
    }

    fn condition(&self, directive: &Positioned<Directive>) -> Option<bool> {
        match &directive.node.get_argument("if")?.node {
            Given::Boolean(is_so) => Some(*is_so),
            Given::Variable(name) => match self.variable(name)? {
                Value::Boolean(is_so) => Some(*is_so),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether `admits` every field at the root, those in fragments included. The edge has refused fragment cycles.
    pub(crate) fn root_fields_all<'a>(&'a self, mut admits: impl FnMut(&'a Field) -> bool) -> bool {
        let mut spread: HashSet<&Name> = HashSet::new();
        let mut waiting = vec![&self.operation.selection_set.node];
        while let Some(set) = waiting.pop() {
            for selection in set.items.iter().filter(|selection| !self.leaves_out(&selection.node)) {
                match &selection.node {
                    Selection::Field(field) if !admits(&field.node) => return false,
                    Selection::Field(_) => {}
                    Selection::InlineFragment(fragment) => waiting.push(&fragment.node.selection_set.node),
                    Selection::FragmentSpread(fragment) => {
                        let name = &fragment.node.fragment_name.node;
                        match self.document.fragments.get(name) {
                            None => return false,
                            Some(_) if !spread.insert(name) => {}
                            Some(fragment) => waiting.push(&fragment.node.selection_set.node),
                        }
                    }
                }
            }
        }
        true
    }
}
