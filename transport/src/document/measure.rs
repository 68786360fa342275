//! Measures: how large a document is once its fragments are expanded, found without expanding them.
//!
//! Each fragment is measured once and its sums are reused wherever it is spread. Invariant: the time is linear in the
//! document's size and the stack is bounded by `max_nesting`, however often and deeply fragments spread each other.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};
use error_codes::Code;

use crate::{config, document::Rejection};

/// Fields that ask for the schema itself. No schema may have others of that name.
const INTROSPECTION: [&str; 2] = ["__schema", "__type"];

/// Sums over a selection set with all fragments in place; they saturate rather than overflow.
#[derive(Debug, Default, Clone, Copy)]
struct Size {
    selections: u64,
    aliases: u64,
    directives: u64,
    /// Fields directly in the selection set.
    fields: u64,
    /// Fields within fields.
    depth: u64,
    /// Selection sets within selection sets, those of fragments included.
    nesting: u64,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.fields = self.fields.saturating_add(other.fields);
        self.depth = self.depth.max(other.depth);
        self.nesting = self.nesting.max(other.nesting);
    }

    fn as_child_of_field(self) -> Self {
        Self { fields: 0, depth: self.depth + 1, ..self }
    }

    fn one_deeper(self) -> Self {
        Self { nesting: self.nesting + 1, ..self }
    }
}

/// Holds every operation and fragment of a document against the limits that need no variables.
pub(super) fn check(document: &ExecutableDocument, limits: &config::Documents) -> Result<(), Rejection> {
    let mut measurer = Measurer { document, limits, fragments: HashMap::new() };
    let mut selections: u64 = 0;

    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        let mut size = measurer.selection_set(&operation.selection_set.node, 1)?;
        let in_variables: usize =
            operation.variable_definitions.iter().map(|variable| variable.node.directives.len()).sum();
        size.directives = size.directives.saturating_add(count(operation.directives.len() + in_variables));
        selections = selections.saturating_add(size.selections);

        within("depth", size.depth, limits.max_depth)?;
        within("aliases", size.aliases, limits.max_aliases)?;
        within("root_fields", size.fields, limits.max_root_fields)?;
        within("directives", size.directives, limits.max_directives)?;
    }
    // A schema validates fragments also where nothing spreads them.
    for name in document.fragments.keys() {
        let size = measurer.fragment(name, 1)?;
        selections = selections.saturating_add(size.selections);
        within("directives", size.directives, limits.max_directives)?;
    }
    within("selections", selections, limits.max_selections)
}

fn within(name: &'static str, found: u64, allowed: usize) -> Result<(), Rejection> {
    if found > count(allowed) { Err(Rejection::exceeds(name, found, count(allowed))) } else { Ok(()) }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

struct Measurer<'d> {
    document: &'d ExecutableDocument,
    limits: &'d config::Documents,
    /// `None` while a fragment is being measured: to meet it again then is a cycle.
    fragments: HashMap<&'d str, Option<Size>>,
}

impl<'d> Measurer<'d> {
    fn selection_set(&mut self, set: &'d SelectionSet, level: u64) -> Result<Size, Rejection> {
        within("nesting", level, self.limits.max_nesting)?;
        let mut size = Size { nesting: 1, ..Size::default() };
        for selection in &set.items {
            let directives = count(selection.node.directives().len());
            size.add(Size { selections: 1, directives, ..Size::default() });
            match &selection.node {
                Selection::Field(field) => {
                    self.check_introspection(&field.node)?;
                    let aliases = u64::from(field.node.alias.is_some());
                    size.add(Size { aliases, fields: 1, depth: 1, ..Size::default() });
                    let inner = &field.node.selection_set.node;
                    if !inner.items.is_empty() {
                        size.add(self.selection_set(inner, level + 1)?.as_child_of_field().one_deeper());
                    }
                }
                Selection::InlineFragment(fragment) => {
                    size.add(self.selection_set(&fragment.node.selection_set.node, level + 1)?.one_deeper());
                }
                Selection::FragmentSpread(spread) => {
                    size.add(self.fragment(&spread.node.fragment_name.node, level + 1)?.one_deeper());
                }
            }
        }
        Ok(size)
    }

    fn check_introspection(&self, field: &Field) -> Result<(), Rejection> {
        if self.limits.introspection || !INTROSPECTION.contains(&field.name.node.as_str()) {
            return Ok(());
        }
        let message = format!("`{}` is not available: introspection is off.", field.name.node);
        Err(Rejection::new(Code::INTROSPECTION_DISABLED, message).at(field.name.pos))
    }

    fn fragment(&mut self, name: &str, level: u64) -> Result<Size, Rejection> {
        // The schema's validation names unknown fragments; they expand to nothing.
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(Size::default());
        };
        match self.fragments.get(name.as_str()) {
            Some(Some(size)) => {
                let size = *size;
                within("nesting", level - 1 + size.nesting, self.limits.max_nesting)?;
                return Ok(size);
            }
            Some(None) => {
                return Err(Rejection::invalid(format!("The fragment `{name}` spreads itself."), fragment.pos));
            }
            None => {}
        }

        self.fragments.insert(name, None);
        let mut size = self.selection_set(&fragment.node.selection_set.node, level)?;
        size.directives = size.directives.saturating_add(count(fragment.node.directives.len()));
        self.fragments.insert(name, Some(size));
        Ok(size)
    }
}
