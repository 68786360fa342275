//! Validation: whether a document is one of the schema's, by the rules of the GraphQL specification.
//!
//! A document is walked once, each operation and fragment by itself; what crosses fragments (variables, fields that
//! merge) is judged after that. Invariant: run it only on documents that were measured, which bounds its stack
//! and what fragments expand to; what remains is bounded by [`Steps`].

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{
        DirectiveLocation, ExecutableDocument, Field, FragmentDefinition, InlineFragment, OperationDefinition,
        OperationType, Selection, SelectionSet,
    },
};

use self::variables::Usage;
use crate::document::{
    Rejection,
    contract::{Contract, Defined},
    path::Path,
    variable::Variable,
};

mod arguments;
mod introspection;
mod merging;
mod subscriptions;
mod variables;

/// Errors told of one document at most.
const MOST_ERRORS: usize = 10;

/// Steps that rules which compare parts of a document with each other may take: so many, and for each of its tokens so
/// many more. A step takes less than 100 ns.
const STEPS: u64 = 50_000;
const STEPS_A_TOKEN: u64 = 16;

/// The variables of each operation, by its name; those of an operation in their order.
pub(super) type Checked = HashMap<Option<Name>, Vec<Variable>>;

/// Judges a document of so many tokens.
///
/// # Errors
///
/// What is wrong with it, the first in the document first.
pub(super) fn validate(
    document: &ExecutableDocument,
    contract: &Contract,
    tokens: usize,
) -> Result<Checked, Rejection> {
    let mut validator = Validator {
        document,
        contract,
        errors: Vec::new(),
        path: Path::default(),
        scope: Scope::default(),
        fragments: HashMap::new(),
        steps: Steps::of(tokens),
    };
    let checked = validator.document()?;

    let mut errors = validator.errors;
    errors.sort_by_key(|error| error.location.map(|at| (at.line, at.column)));
    errors.truncate(MOST_ERRORS);
    match Rejection::of_all(errors) {
        Some(rejection) => Err(rejection),
        None => Ok(checked),
    }
}

/// What rules that compare parts of a document with each other may still do.
struct Steps {
    left: u64,
    all: u64,
}

impl Steps {
    fn of(tokens: usize) -> Self {
        let all = u64::try_from(tokens).unwrap_or(u64::MAX).saturating_mul(STEPS_A_TOKEN).saturating_add(STEPS);
        Self { left: all, all }
    }

    fn take(&mut self, steps: usize) -> Result<(), Rejection> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        let left = self.left.checked_sub(steps);
        self.left = left.ok_or_else(|| Rejection::exceeds("validation", self.all.saturating_add(1), self.all))?;
        Ok(())
    }
}

/// What was found in one operation or fragment.
#[derive(Default)]
struct Scope<'d> {
    usages: Vec<Usage<'d>>,
    spreads: Vec<&'d str>,
}

struct Validator<'d> {
    document: &'d ExecutableDocument,
    contract: &'d Contract,
    errors: Vec<Rejection>,
    path: Path<'d>,
    scope: Scope<'d>,
    fragments: HashMap<&'d str, Scope<'d>>,
    steps: Steps,
}

impl<'d> Validator<'d> {
    fn document(&mut self) -> Result<Checked, Rejection> {
        let document = self.document;
        for (name, fragment) in &document.fragments {
            self.fragment(fragment);
            let found = std::mem::take(&mut self.scope);
            self.fragments.insert(name, found);
        }

        let mut checked = Checked::new();
        let mut spread = HashSet::new();
        for (name, operation) in document.operations.iter() {
            self.operation(operation);
            let found = std::mem::take(&mut self.scope);
            let reached = self.reached(&found)?;
            let variables = self.variables(operation, name, &found, &reached)?;
            checked.insert(name.cloned(), variables);
            if let (OperationType::Subscription, Some(root)) = (operation.node.ty, self.root(operation)) {
                self.single_field(operation, root);
            }
            spread.extend(reached);
        }
        for (name, fragment) in &document.fragments {
            if !spread.contains(name.as_str()) {
                self.report(Rejection::invalid(format!("The fragment `{name}` is not used."), fragment.pos));
            }
        }
        // Rules about what is merged presume that what is merged exists.
        if self.errors.is_empty() {
            self.merging()?;
            self.introspection_depth();
        }
        Ok(checked)
    }

    fn root(&self, operation: &Positioned<OperationDefinition>) -> Option<&'d Defined> {
        self.contract.root(operation.node.ty)
    }

    fn operation(&mut self, operation: &'d Positioned<OperationDefinition>) {
        let location = match operation.node.ty {
            OperationType::Query => DirectiveLocation::Query,
            OperationType::Mutation => DirectiveLocation::Mutation,
            OperationType::Subscription => DirectiveLocation::Subscription,
        };
        let root = self.root(operation);
        if root.is_none() {
            self.report(Rejection::invalid(format!("The schema has no {}.", operation.node.ty), operation.pos));
        }
        self.definitions(&operation.node.variable_definitions);
        self.directives(&operation.node.directives, location);
        self.selection_set(&operation.node.selection_set.node, root);
    }

    fn fragment(&mut self, fragment: &'d Positioned<FragmentDefinition>) {
        let condition = &fragment.node.type_condition.node.on;
        let on = self.condition(condition);
        self.directives(&fragment.node.directives, DirectiveLocation::FragmentDefinition);
        self.selection_set(&fragment.node.selection_set.node, on);
    }

    /// The type that a fragment is on, where it can be on one.
    fn condition(&mut self, on: &Positioned<Name>) -> Option<&'d Defined> {
        let Some(defined) = self.contract.get(&on.node) else {
            self.unknown_type(on);
            return None;
        };
        if !defined.is_composite() {
            self.report(Rejection::invalid(
                format!("A fragment can't be on `{}`, which has no fields.", on.node),
                on.pos,
            ));
            return None;
        }
        Some(defined)
    }

    fn unknown_type(&mut self, name: &Positioned<Name>) {
        let guess = self.contract.guess(&name.node, || self.contract.type_names());
        self.report(Rejection::invalid(format!("Unknown type `{}`.{guess}", name.node), name.pos));
    }

    fn selection_set(&mut self, set: &'d SelectionSet, parent: Option<&'d Defined>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(field, parent),
                Selection::InlineFragment(fragment) => self.inline(fragment, parent),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name;
                    self.directives(&spread.node.directives, DirectiveLocation::FragmentSpread);
                    match self.document.fragments.get_key_value(&name.node) {
                        Some((known, fragment)) => {
                            self.scope.spreads.push(known);
                            let on = self.contract.get(&fragment.node.type_condition.node.on.node);
                            self.possible(parent, on, spread.pos);
                        }
                        None => self.report(Rejection::invalid(format!("Unknown fragment `{}`.", name.node), name.pos)),
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &'d Positioned<Field>, parent: Option<&'d Defined>) {
        let Field { name, arguments, directives, selection_set, .. } = &field.node;
        let found = parent.and_then(|parent| self.contract.field(parent, &name.node));
        if let (Some(parent), None) = (parent, found) {
            let guess = self.contract.guess(&name.node, || parent.fields());
            let message = format!("Unknown field `{}` on type `{}`.{guess}", name.node, parent.name);
            self.report(Rejection::invalid(message, name.pos));
        }
        self.arguments(arguments, found.map(|found| &*found.arguments), (&name.node, field.pos));
        self.directives(directives, DirectiveLocation::Field);

        let ty = found.and_then(|found| self.contract.named(&found.ty));
        let selects = !selection_set.node.items.is_empty();
        if let Some(ty) = ty {
            if ty.is_leaf() && selects {
                let message = format!("The field `{}` has no fields to select.", name.node);
                self.report(Rejection::invalid(message, selection_set.pos));
            } else if !ty.is_leaf() && !selects {
                let message = format!("Select fields of `{0}`: `{0} {{ … }}`.", name.node);
                self.report(Rejection::invalid(message, field.pos));
            }
        }
        self.selection_set(&selection_set.node, ty.filter(|ty| ty.is_composite()));
    }

    fn inline(&mut self, fragment: &'d Positioned<InlineFragment>, parent: Option<&'d Defined>) {
        let InlineFragment { type_condition, directives, selection_set } = &fragment.node;
        let on = match type_condition {
            Some(condition) => {
                let on = self.condition(&condition.node.on);
                self.possible(parent, on, fragment.pos);
                on
            }
            None => parent,
        };
        self.directives(directives, DirectiveLocation::InlineFragment);
        self.selection_set(&selection_set.node, on);
    }

    /// Whether what a fragment is on can be where it is spread.
    fn possible(&mut self, parent: Option<&Defined>, on: Option<&Defined>, at: Pos) {
        let (Some(parent), Some(on)) = (parent, on) else { return };
        if on.is_composite() && !self.contract.overlap(parent, on) {
            let message =
                format!("A fragment on `{}` can't be spread here, because no object here can be one.", on.name);
            self.report(Rejection::invalid(message, at));
        }
    }

    /// Few errors are told, but which of them is first in the document is known only at the end.
    fn report(&mut self, error: Rejection) {
        if self.errors.len() >= 4 * MOST_ERRORS {
            self.errors.sort_by_key(|error| error.location.map(|at| (at.line, at.column)));
            self.errors.truncate(MOST_ERRORS);
        }
        self.errors.push(error);
    }
}
