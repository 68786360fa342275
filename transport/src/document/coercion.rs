//! Coercion: the values of variables, from what a client sent to what the operation's types say, or what is wrong with
//! them.
//!
//! Invariant: what comes out has exactly the variables that the operation defines and that have a value; defaults are
//! filled in, and a list that was sent as its only item is a list.

use std::sync::Arc;

use async_graphql::{
    Name, Number, Pos, Value, Variables,
    indexmap::IndexMap,
    parser::types::{BaseType, OperationDefinition, Type, VariableDefinition},
};

use crate::document::{
    Rejection,
    contract::{Contract, Input, Kind, Leaf},
    path::{Path, Step},
    values::{self, Form, Given},
    variable::Variable,
};

/// Mistakes told at once at most.
const MOST_FAULTS: usize = 10;

/// What is wrong with one value.
pub(super) struct Fault {
    pub(super) message: String,
    /// As `extensions.field` names it.
    pub(super) field: String,
    /// Whether it is the text itself, and not its kind.
    pub(super) is_text: bool,
}

/// The values of an operation's variables.
pub(super) struct Coerced {
    pub(super) variables: Variables,
    /// Variables without a value, at places that then have one of their own.
    pub(super) absent: Vec<Name>,
}

/// Judges and completes what was sent for the variables of an operation.
///
/// # Errors
///
/// `BAD_USER_INPUT` for each variable that has no value of its type.
pub(super) fn variables(
    contract: &Contract,
    operation: &OperationDefinition,
    checked: &[Variable],
    mut sent: Variables,
) -> Result<Coerced, Rejection> {
    let mut coerced = Coerced { variables: Variables::default(), absent: Vec::new() };
    let mut rejections = Vec::new();
    for (definition, variable) in operation.variable_definitions.iter().zip(checked) {
        let VariableDefinition { name, var_type, .. } = &definition.node;
        let mut refuse = |fault: Fault| rejections.push(refused(fault, definition.pos));
        let value = match (sent.remove(&name.node), &variable.default) {
            (None, Some(default)) => default.clone(),
            (None, None) if var_type.node.nullable => {
                if variable.is_optional_where_used {
                    coerced.absent.push(name.node.clone());
                }
                continue;
            }
            (None, None) => {
                let message = format!("The variable `${}` of type `{}` needs a value.", name.node, var_type.node);
                refuse(Fault { message, field: variable.field.clone(), is_text: false });
                continue;
            }
            (Some(Value::Null), _) if variable.is_required_where_used => {
                let message = format!("The variable `${}` must not be null where it is used.", name.node);
                refuse(Fault { message, field: variable.field.clone(), is_text: false });
                continue;
            }
            (Some(value), _) => {
                let subject = format!("${}", name.node);
                let mut coercion = Coercion::new(contract, Form::Json, &subject, variable);
                let value = coercion.value(value, &var_type.node);
                coercion.faults.into_iter().for_each(&mut refuse);
                value
            }
        };
        coerced.variables.insert(name.node.clone(), value);
    }

    rejections.truncate(MOST_FAULTS);
    match Rejection::of_all(rejections) {
        Some(rejection) => Err(rejection),
        None => Ok(coerced),
    }
}

fn refused(fault: Fault, at: Pos) -> Rejection {
    Rejection::bad_input(fault.message).at(at).about(fault.field)
}

/// One value being coerced.
pub(super) struct Coercion<'c> {
    contract: &'c Contract,
    form: Form,
    path: Path<'c>,
    variable: &'c Variable,
    /// Whose rules a text follows here.
    places: &'c [Arc<str>],
    pub(super) faults: Vec<Fault>,
}

impl<'c> Coercion<'c> {
    /// `subject` is what errors call the whole value.
    pub(super) fn new(contract: &'c Contract, form: Form, subject: &'c str, variable: &'c Variable) -> Self {
        let mut path = Path::default();
        path.push(Step::Name(subject));
        Self { contract, form, path, variable, places: &variable.places, faults: Vec::new() }
    }

    /// The value of a type; anything at all where there are faults.
    pub(super) fn value(&mut self, given: Value, ty: &'c Type) -> Value {
        match (given, &ty.base) {
            (Value::Null, _) => {
                if !ty.nullable {
                    self.fault(format!("`{}` must not be null.", self.path), false);
                }
                Value::Null
            }
            (Value::List(items), BaseType::List(item)) => {
                let coerced = items.into_iter().enumerate().map(|(index, given)| {
                    self.path.push(Step::Index(index));
                    let value = if self.is_at_end() { Value::Null } else { self.value(given, item) };
                    self.path.pop();
                    value
                });
                Value::List(coerced.collect())
            }
            (given, BaseType::List(item)) => Value::List(vec![self.value(given, item)]),
            (given, BaseType::Named(name)) => self.named(given, name),
        }
    }

    fn named(&mut self, given: Value, name: &'c Name) -> Value {
        let Some(defined) = self.contract.get(name) else { return Value::Null };
        let is_right = match (&defined.kind, &given) {
            (Kind::Input(_), Value::Object(_)) => true,
            (Kind::Enum(values), Value::Enum(given)) => values.contains(given) && self.form == Form::Literal,
            (Kind::Enum(values), Value::String(given)) => {
                self.form == Form::Json && values.iter().any(|value| value == given)
            }
            (Kind::Scalar(Leaf::Own(scalar)), given) => (scalar.accepts)(given),
            (Kind::Scalar(leaf), given) => values::is_of(leaf, Given::from(given), self.form),
            _ => false,
        };
        if !is_right {
            let message = values::wrong(self.contract, &format!("`{}`", self.path), defined, Given::from(&given));
            self.fault(message, false);
            return Value::Null;
        }
        match (&defined.kind, given) {
            (Kind::Input(fields), Value::Object(given)) => self.object(fields, given),
            (Kind::Scalar(Leaf::Int | Leaf::Id), Value::Number(number)) => self.number(&number, &defined.kind),
            (Kind::Scalar(leaf), Value::String(text)) if leaf.is_text() => {
                for place in self.places {
                    if let Err(problem) = (self.contract.inputs.check_text)(place, &text) {
                        self.fault(format!("`{}` {problem}.", self.path), true);
                        break;
                    }
                }
                Value::String(text)
            }
            (_, given) => given,
        }
    }

    /// Whole numbers come as such, and those that are ids as texts.
    fn number(&self, number: &Number, kind: &Kind) -> Value {
        match (values::whole(number, self.form), kind) {
            (Some(whole), Kind::Scalar(Leaf::Int)) => Value::Number(whole.into()),
            (Some(whole), _) => Value::String(whole.to_string()),
            (None, _) => Value::String(number.to_string()),
        }
    }

    fn object(&mut self, fields: &'c [Input], mut given: IndexMap<Name, Value>) -> Value {
        let mut coerced = IndexMap::with_capacity(given.len());
        for field in fields {
            match (given.swap_remove(&field.name), &field.default) {
                (Some(given), _) => {
                    self.path.push(Step::Name(&field.name));
                    let outside = std::mem::replace(&mut self.places, std::slice::from_ref(&field.place));
                    let value = if self.is_at_end() { Value::Null } else { self.value(given, &field.ty) };
                    self.places = outside;
                    self.path.pop();
                    coerced.insert(field.name.clone(), value);
                }
                (None, Some(default)) => {
                    coerced.insert(field.name.clone(), default.clone());
                }
                (None, None) if !field.ty.nullable => self.missing(field),
                (None, None) => {}
            }
        }
        for unknown in given.keys() {
            if self.is_at_end() {
                break;
            }
            let guess = self.contract.guess(unknown, || fields.iter().map(|field| field.name.as_str()).collect());
            let message = format!("`{}` has no field `{:.64}`.{guess}", self.path, unknown.as_str());
            let mut path = self.path.clone();
            path.push(Step::Name(unknown));
            let field = path.field_in(&self.variable.field, self.variable.is_argument);
            self.faults.push(Fault { message, field, is_text: false });
        }
        Value::Object(coerced)
    }

    fn missing(&mut self, field: &'c Input) {
        if !self.contract.inputs.tells_names {
            return self.fault(format!("`{}` lacks a required field.", self.path), false);
        }
        let message = format!("`{}` lacks `{}`, which is of type `{}`.", self.path, field.name, field.ty);
        self.path.push(Step::Name(&field.name));
        self.fault(message, false);
        self.path.pop();
    }

    fn is_at_end(&self) -> bool {
        self.faults.len() >= MOST_FAULTS
    }

    fn fault(&mut self, message: String, is_text: bool) {
        if !self.is_at_end() {
            let field = self.path.field_in(&self.variable.field, self.variable.is_argument);
            self.faults.push(Fault { message, field, is_text });
        }
    }
}
