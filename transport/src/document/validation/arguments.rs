//! Arguments of fields and directives, and the values in them.

use std::collections::HashSet;

use async_graphql::{
    Name, Pos, Positioned,
    indexmap::IndexMap,
    parser::types::{BaseType, Directive, DirectiveLocation},
};
use async_graphql_value::Value;

use super::{
    Validator,
    variables::{Expected, Usage},
};
use crate::document::{
    Rejection,
    contract::{Defined, Input, Kind, Leaf},
    path::Step,
    values::{self, Form, Given},
};

type Arguments = [(Positioned<Name>, Positioned<Value>)];

impl<'d> Validator<'d> {
    /// Judges the arguments of a field or directive, whose name and place come with them; `None` where it is unknown.
    pub(super) fn arguments(&mut self, given: &'d Arguments, known: Option<&'d [Input]>, of: (&str, Pos)) {
        let (owner, at) = of;
        let mut names = HashSet::new();
        for (name, value) in given {
            if !names.insert(name.node.as_str()) {
                self.report(Rejection::invalid(format!("There are two arguments named `{}`.", name.node), name.pos));
            }
            let input = known.and_then(|known| known.iter().find(|input| input.name == name.node));
            self.path.push(Step::Name(&name.node));
            if let (Some(known), None) = (known, input) {
                let guess = self.contract.guess(&name.node, || known.iter().map(|input| input.name.as_str()).collect());
                let message = format!("`{owner}` has no argument `{:.64}`.{guess}", name.node.as_str());
                self.wrong(message, name.pos);
            }
            self.value(&value.node, value.pos, input.map(Expected::from));
            self.path.pop();
        }

        let missing = known.unwrap_or_default().iter().filter(|input| input.is_required());
        for input in missing.filter(|input| !names.contains(input.name.as_str())) {
            let Input { name, ty, .. } = input;
            let error = if self.contract.inputs.tells_names {
                let message = format!("`{owner}` needs the argument `{name}`, which is of type `{ty}`.");
                Rejection::invalid(message, at).about(name.to_string())
            } else {
                Rejection::invalid(format!("`{owner}` lacks a required argument."), at)
            };
            self.report(error);
        }
    }

    pub(super) fn directives(&mut self, given: &'d [Positioned<Directive>], location: DirectiveLocation) {
        let mut names = HashSet::new();
        for directive in given {
            let Directive { name, arguments } = &directive.node;
            let known = self.contract.directive(&name.node);
            match known {
                None => {
                    self.report(Rejection::invalid(
                        format!("Unknown directive `@{:.64}`.", name.node.as_str()),
                        directive.pos,
                    ));
                }
                Some(known) => {
                    if !known.locations.contains(&location) {
                        let message = format!("The directive `@{}` is not allowed here.", name.node);
                        self.report(Rejection::invalid(message, directive.pos));
                    }
                    if !names.insert(&name.node) && !known.is_repeatable {
                        let message = format!("The directive `@{}` is allowed only once here.", name.node);
                        self.report(Rejection::invalid(message, directive.pos));
                    }
                }
            }
            let owner = format!("@{:.64}", name.node.as_str());
            self.arguments(arguments, known.map(|known| &*known.arguments), (&owner, directive.pos));
        }
    }

    /// Judges a value, and notes the variables in it.
    fn value(&mut self, value: &'d Value, at: Pos, expected: Option<Expected<'d>>) {
        if let Value::Variable(name) = value {
            let (field, is_argument) = (self.path.field(), self.path.is_argument());
            self.scope.usages.push(Usage { name, at, expected, field, is_argument });
            return;
        }
        let Some(expected) = expected else { return self.unjudged(value, at) };
        match (value, &expected.ty.base) {
            (Value::Null, _) => {
                if !expected.ty.nullable {
                    self.wrong(format!("`{}` must not be null.", self.path), at);
                }
            }
            (Value::List(items), BaseType::List(item)) => {
                for (index, value) in items.iter().enumerate() {
                    self.path.push(Step::Index(index));
                    self.value(value, at, Some(Expected { ty: item, has_default: false, ..expected }));
                    self.path.pop();
                }
            }
            (value, _) => {
                if let Some(defined) = self.contract.named(expected.ty) {
                    self.named(value, at, defined, expected);
                }
            }
        }
    }

    fn named(&mut self, value: &'d Value, at: Pos, defined: &'d Defined, expected: Expected<'d>) {
        let is_right = match (&defined.kind, value) {
            (Kind::Input(fields), Value::Object(given)) => return self.object(fields, given, at),
            (Kind::Enum(values), Value::Enum(name)) => values.contains(name),
            (Kind::Scalar(Leaf::Own(scalar)), value) => match value.clone().into_const() {
                Some(value) => (scalar.accepts)(&value),
                None => true,
            },
            (Kind::Scalar(leaf), value) => values::is_of(leaf, Given::from(value), Form::Literal),
            _ => false,
        };
        if !is_right {
            let subject = format!("`{}`", self.path);
            let message = values::wrong(self.contract, &subject, defined, Given::from(value));
            self.wrong(message, at);
            return self.unjudged(value, at);
        }
        if let (Kind::Scalar(leaf), Value::String(text)) = (&defined.kind, value)
            && leaf.is_text()
            && let Err(problem) = (self.contract.inputs.check_text)(expected.place, text)
        {
            let message = format!("`{}` {problem}.", self.path);
            self.report(Rejection::bad_input(message).at(at).about(self.path.field()));
        }
    }

    fn object(&mut self, fields: &'d [Input], given: &'d IndexMap<Name, Value>, at: Pos) {
        for (name, value) in given {
            let input = fields.iter().find(|input| input.name == *name);
            let unknown = input.is_none().then(|| {
                let guess = self.contract.guess(name, || fields.iter().map(|input| input.name.as_str()).collect());
                format!("`{}` has no field `{:.64}`.{guess}", self.path, name.as_str())
            });
            self.path.push(Step::Name(name));
            if let Some(message) = unknown {
                self.wrong(message, at);
            }
            self.value(value, at, input.map(Expected::from));
            self.path.pop();
        }
        for input in fields.iter().filter(|input| input.is_required() && !given.contains_key(&input.name)) {
            if !self.contract.inputs.tells_names {
                self.wrong(format!("`{}` lacks a required field.", self.path), at);
                continue;
            }
            let message = format!("`{}` lacks `{}`, which is of type `{}`.", self.path, input.name, input.ty);
            self.path.push(Step::Name(&input.name));
            self.wrong(message, at);
            self.path.pop();
        }
    }

    /// Notes the variables in a value of which it is not known what it should be, or which is known to be wrong.
    fn unjudged(&mut self, value: &'d Value, at: Pos) {
        match value {
            Value::Variable(_) => self.value(value, at, None),
            Value::List(items) => items.iter().for_each(|item| self.unjudged(item, at)),
            Value::Object(fields) => fields.values().for_each(|field| self.unjudged(field, at)),
            _ => {}
        }
    }

    fn wrong(&mut self, message: String, at: Pos) {
        let field = self.path.field();
        self.report(Rejection::invalid(message, at).about(field));
    }
}

impl<'d> From<&'d Input> for Expected<'d> {
    fn from(input: &'d Input) -> Self {
        Self { ty: &input.ty, has_default: input.default.is_some(), place: &input.place }
    }
}
