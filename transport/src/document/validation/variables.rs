//! Variables: defined once, of input types, used, and only where their types fit.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::{
    Name, Pos, Positioned, Value as ConstValue,
    parser::types::{BaseType, DirectiveLocation, OperationDefinition, Type, VariableDefinition},
};

use super::{Scope, Validator};
use crate::document::{
    Rejection,
    coercion::{Coercion, Fault},
    contract,
    values::Form,
    variable::Variable,
};

/// A variable in an argument.
pub(super) struct Usage<'d> {
    pub(super) name: &'d str,
    pub(super) at: Pos,
    /// `None` where it is not known what belongs there.
    pub(super) expected: Option<Expected<'d>>,
    /// As `extensions.field` names it.
    pub(super) field: String,
    /// Whether it is a whole argument.
    pub(super) is_argument: bool,
}

/// What belongs at a place.
#[derive(Clone, Copy)]
pub(super) struct Expected<'d> {
    pub(super) ty: &'d Type,
    pub(super) has_default: bool,
    pub(super) place: &'d Arc<str>,
}

impl<'d> Validator<'d> {
    /// Judges the definitions of an operation's variables.
    pub(super) fn definitions(&mut self, definitions: &'d [Positioned<VariableDefinition>]) {
        let mut names = HashSet::new();
        for definition in definitions {
            let VariableDefinition { name, var_type, directives, .. } = &definition.node;
            if !names.insert(&name.node) {
                self.report(Rejection::invalid(format!("There are two variables named `${}`.", name.node), name.pos));
            }
            match self.contract.named(&var_type.node) {
                None => {
                    let named = Name::new(contract::name_of(&var_type.node));
                    self.unknown_type(&Positioned::new(named, var_type.pos));
                }
                Some(defined) if !defined.is_input() => {
                    let message = format!("The variable `${}` can't be of type `{}`.", name.node, var_type.node);
                    self.report(Rejection::invalid(message, var_type.pos));
                }
                Some(_) => {}
            }
            self.directives(directives, DirectiveLocation::VariableDefinition);
        }
    }

    /// The fragments that are spread in an operation, and in each other.
    pub(super) fn reached(&mut self, from: &Scope<'d>) -> Result<HashSet<&'d str>, Rejection> {
        let mut reached = HashSet::new();
        let mut waiting = from.spreads.clone();
        while let Some(name) = waiting.pop() {
            if reached.insert(name)
                && let Some(fragment) = self.fragments.get(name)
            {
                self.steps.take(fragment.spreads.len())?;
                waiting.extend(&fragment.spreads);
            }
        }
        Ok(reached)
    }

    /// Judges how the variables of an operation are used, in it and in what it spreads.
    pub(super) fn variables(
        &mut self,
        operation: &'d Positioned<OperationDefinition>,
        name: Option<&Name>,
        found: &Scope<'d>,
        reached: &HashSet<&'d str>,
    ) -> Result<Vec<Variable>, Rejection> {
        let definitions = &operation.node.variable_definitions;
        let mut known = HashMap::new();
        for (index, definition) in definitions.iter().enumerate() {
            known.entry(definition.node.name.node.as_str()).or_insert(index);
        }
        let mut variables: Vec<Variable> = definitions.iter().map(|_| Variable::default()).collect();
        let mut used = vec![false; definitions.len()];
        let mut undefined = HashSet::new();
        let mut errors = Vec::new();
        let spread = reached.iter().filter_map(|name| self.fragments.get(name));
        for scope in std::iter::once(found).chain(spread) {
            self.steps.take(scope.usages.len())?;
            for usage in &scope.usages {
                let Some(&index) = known.get(usage.name) else {
                    if undefined.insert(usage.name) {
                        errors.push(Rejection::invalid(
                            format!("The variable `${}` is not defined.", usage.name),
                            usage.at,
                        ));
                    }
                    continue;
                };
                used[index] = true;
                if let Some(expected) = usage.expected {
                    self.steps.take(variables[index].places.len())?;
                    let definition = &definitions[index].node;
                    variables[index].is_used(usage, expected);
                    if !is_allowed(definition, expected) {
                        errors.push(misplaced(definition, usage, expected, self.contract.inputs.tells_names));
                    }
                }
            }
        }
        for error in errors {
            self.report(error);
        }
        for (definition, is_used) in definitions.iter().zip(used) {
            if !is_used {
                let of = name.map_or_else(String::new, |name| format!(" in the operation `{name}`"));
                let message = format!("The variable `${}` is not used{of}.", definition.node.name.node);
                self.report(Rejection::invalid(message, definition.pos));
            }
        }
        for (definition, variable) in definitions.iter().zip(&mut variables) {
            variable.default = self.default(&definition.node, variable);
        }
        Ok(variables)
    }

    /// The default of a variable as a value of its type.
    fn default(&mut self, definition: &'d VariableDefinition, variable: &Variable) -> Option<ConstValue> {
        let default = definition.default_value.as_ref()?;
        // A type that is none of inputs was reported already.
        self.contract.named(&definition.var_type.node).filter(|defined| defined.is_input())?;
        let subject = format!("${}", definition.name.node);
        let mut coercion = Coercion::new(self.contract, Form::Literal, &subject, variable);
        let value = coercion.value(default.node.clone(), &definition.var_type.node);
        for Fault { message, field, is_text } in coercion.faults {
            let rejection =
                if is_text { Rejection::bad_input(message) } else { Rejection::invalid(message, default.pos) };
            self.report(rejection.at(default.pos).about(field));
        }
        Some(value)
    }
}

impl Variable {
    fn is_used(&mut self, usage: &Usage<'_>, expected: Expected<'_>) {
        if self.field.is_empty() {
            self.field.clone_from(&usage.field);
            self.is_argument = usage.is_argument;
        }
        if !self.places.contains(expected.place) {
            self.places.push(Arc::clone(expected.place));
        }
        self.is_optional_where_used |= expected.has_default;
        self.is_required_where_used |= !expected.ty.nullable;
    }
}

fn misplaced(
    definition: &VariableDefinition,
    usage: &Usage<'_>,
    expected: Expected<'_>,
    tells_names: bool,
) -> Rejection {
    let VariableDefinition { name, var_type, .. } = definition;
    let wanted = if tells_names { format!(", which takes `{}`", expected.ty) } else { String::new() };
    let message = format!(
        "The variable `${}` of type `{}` can't be given to `{}`{wanted}.",
        name.node, var_type.node, usage.field
    );
    Rejection::invalid(message, usage.at).about(usage.field.clone())
}

/// Whether a variable may stand at a place, its default and the place's own considered.
fn is_allowed(definition: &VariableDefinition, expected: Expected<'_>) -> bool {
    let VariableDefinition { var_type, default_value, .. } = definition;
    let has_default = default_value.as_ref().is_some_and(|default| default.node != ConstValue::Null);
    let may_lack = expected.ty.nullable || has_default || expected.has_default;
    (may_lack || !var_type.node.nullable) && is_as_strict(&var_type.node.base, &expected.ty.base)
}

fn is_as_strict(given: &BaseType, wanted: &BaseType) -> bool {
    match (given, wanted) {
        (BaseType::Named(given), BaseType::Named(wanted)) => given == wanted,
        (BaseType::List(given), BaseType::List(wanted)) => {
            (wanted.nullable || !given.nullable) && is_as_strict(&given.base, &wanted.base)
        }
        _ => false,
    }
}
