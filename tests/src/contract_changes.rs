//! Changes between two contracts, as clients meet them: breaking ones end what worked, dangerous ones may surprise a client
//! that is not written for them. The kinds are those of graphql-js.

use std::collections::BTreeMap;

use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, TypeSystemDefinition},
    },
};

/// What has changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub breaking: Vec<String>,
    pub dangerous: Vec<String>,
}

/// Everything that is not the same, by the older contract's names.
pub fn between(older: &str, newer: &str) -> Changes {
    let (older, newer) = (Contract::read(older), Contract::read(newer));
    let mut changes = Changes::default();
    for (name, before) in &older.types {
        match newer.types.get(name) {
            None => changes.breaks(format!("{name} was removed")),
            Some(after) => changes.of_type(name, before, after),
        }
    }
    for name in older.directives.iter().filter(|name| !newer.directives.contains(name)) {
        changes.breaks(format!("@{name} was removed"));
    }
    changes
}

struct Contract {
    types: BTreeMap<String, TypeKind>,
    directives: Vec<String>,
}

impl Contract {
    fn read(text: &str) -> Self {
        let mut contract = Self { types: BTreeMap::new(), directives: Vec::new() };
        for definition in parse_schema(text).expect("the contract is well formed").definitions {
            match definition {
                TypeSystemDefinition::Type(of) => {
                    contract.types.insert(of.node.name.node.to_string(), of.node.kind);
                }
                TypeSystemDefinition::Directive(of) => contract.directives.push(of.node.name.node.to_string()),
                TypeSystemDefinition::Schema(_) => {}
            }
        }
        contract
    }
}

impl Changes {
    fn breaks(&mut self, what: String) {
        self.breaking.push(what);
    }

    fn surprises(&mut self, what: String) {
        self.dangerous.push(what);
    }

    fn of_type(&mut self, name: &str, before: &TypeKind, after: &TypeKind) {
        match (before, after) {
            (TypeKind::Scalar, TypeKind::Scalar) => {}
            (TypeKind::Object(before), TypeKind::Object(after)) => {
                self.of_members(name, "implements", &texts(&before.implements), &texts(&after.implements));
                self.of_fields(name, &before.fields, &after.fields);
            }
            (TypeKind::Interface(before), TypeKind::Interface(after)) => {
                self.of_members(name, "implements", &texts(&before.implements), &texts(&after.implements));
                self.of_fields(name, &before.fields, &after.fields);
            }
            (TypeKind::Union(before), TypeKind::Union(after)) => {
                self.of_members(name, "includes", &texts(&before.members), &texts(&after.members));
            }
            (TypeKind::Enum(before), TypeKind::Enum(after)) => {
                let values = |of: &async_graphql::parser::types::EnumType| {
                    of.values.iter().map(|value| value.node.value.node.to_string()).collect::<Vec<_>>()
                };
                self.of_members(name, "has", &values(before), &values(after));
            }
            (TypeKind::InputObject(before), TypeKind::InputObject(after)) => {
                self.of_inputs(name, &before.fields, &after.fields);
            }
            _ => self.breaks(format!("{name} became another kind of type")),
        }
    }

    fn of_members(&mut self, name: &str, verb: &str, before: &[String], after: &[String]) {
        for gone in before.iter().filter(|member| !after.contains(member)) {
            self.breaks(format!("{name} no longer {verb} {gone}"));
        }
        for new in after.iter().filter(|member| !before.contains(member)) {
            self.surprises(format!("{name} {verb} {new}"));
        }
    }

    fn of_fields(&mut self, of: &str, before: &[Positioned<FieldDefinition>], after: &[Positioned<FieldDefinition>]) {
        for Positioned { node: old, .. } in before {
            let name = format!("{of}.{}", old.name.node);
            let Some(new) = after.iter().find(|field| field.node.name.node == old.name.node) else {
                self.breaks(format!("{name} was removed"));
                continue;
            };
            let (was, is) = (&old.ty.node, &new.node.ty.node);
            if !is_safe_output(was, is) {
                self.breaks(format!("{name} was {was} and is {is}"));
            }
            self.of_inputs(&name, &old.arguments, &new.node.arguments);
        }
    }

    fn of_inputs(
        &mut self,
        of: &str,
        before: &[Positioned<InputValueDefinition>],
        after: &[Positioned<InputValueDefinition>],
    ) {
        for Positioned { node: old, .. } in before {
            let name = format!("{of}.{}", old.name.node);
            let Some(new) = after.iter().find(|input| input.node.name.node == old.name.node) else {
                self.breaks(format!("{name} was removed"));
                continue;
            };
            let (was, is) = (&old.ty.node, &new.node.ty.node);
            if !is_safe_input(was, is) {
                self.breaks(format!("{name} was {was} and is {is}"));
            }
            let default = |of: &InputValueDefinition| of.default_value.as_ref().map(|value| value.node.to_string());
            if default(old) != default(&new.node) {
                self.surprises(format!("{name} has another default"));
            }
        }
        for Positioned { node: new, .. } in after {
            if before.iter().any(|input| input.node.name.node == new.name.node) {
                continue;
            }
            let name = format!("{of}.{}", new.name.node);
            if !new.ty.node.nullable && new.default_value.is_none() {
                self.breaks(format!("{name} is new and required"));
            } else {
                self.surprises(format!("{name} is new"));
            }
        }
    }
}

fn texts(of: &[Positioned<async_graphql::Name>]) -> Vec<String> {
    of.iter().map(|name| name.node.to_string()).collect()
}

/// Whether whatever is answered now could have been answered before.
fn is_safe_output(was: &Type, is: &Type) -> bool {
    let is_null_new = is.nullable && !was.nullable;
    !is_null_new && same_base(was, is, is_safe_output)
}

/// Whether whatever could be sent before can be sent now.
fn is_safe_input(was: &Type, is: &Type) -> bool {
    let is_null_gone = was.nullable && !is.nullable;
    !is_null_gone && same_base(was, is, is_safe_input)
}

fn same_base(was: &Type, is: &Type, is_safe: fn(&Type, &Type) -> bool) -> bool {
    match (&was.base, &is.base) {
        (BaseType::Named(was), BaseType::Named(is)) => was == is,
        (BaseType::List(was), BaseType::List(is)) => is_safe(was, is),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "
        interface Node { id: ID! }
        union Any = A | B
        enum Color { RED BLUE }
        input In { a: Int b: Int! c: [Int!] = [1] }
        type A implements Node { id: ID! b(x: Int, y: Int!): Int c: [Int!]! d: String }
        type B { id: ID! }
        type Query { a: A }";

    fn changed(from: &str, to: &str) -> Changes {
        assert!(BEFORE.contains(from), "{from}");
        between(BEFORE, &BEFORE.replacen(from, to, 1))
    }

    #[test]
    fn what_ends_what_worked_is_breaking() {
        for (from, to, what) in [
            ("type B { id: ID! }", "", "B was removed"),
            ("type B { id: ID! }", "scalar B", "B became another kind of type"),
            (" d: String", "", "A.d was removed"),
            ("d: String", "d: Int", "A.d was String and is Int"),
            ("c: [Int!]!", "c: [Int!]", "A.c was [Int!]! and is [Int!]"),
            ("c: [Int!]!", "c: [Int]!", "A.c was [Int!]! and is [Int]!"),
            ("x: Int, ", "", "A.b.x was removed"),
            ("x: Int,", "x: Int!,", "A.b.x was Int and is Int!"),
            ("x: Int,", "x: Int, z: Int!,", "A.b.z is new and required"),
            ("implements Node ", "", "A no longer implements Node"),
            ("| B", "", "Any no longer includes B"),
            (" BLUE", "", "Color no longer has BLUE"),
            ("a: Int b", "b", "In.a was removed"),
            ("a: Int b", "a: Int! b", "In.a was Int and is Int!"),
            ("a: Int b", "a: Int n: Int! b", "In.n is new and required"),
        ] {
            assert_eq!(changed(from, to).breaking, [what], "{from} to {to}");
        }
    }

    #[test]
    fn what_may_surprise_a_client_is_dangerous_and_not_breaking() {
        for (from, to, what) in [
            ("BLUE", "BLUE GREEN", "Color has GREEN"),
            ("A | B", "A | B | Query", "Any includes Query"),
            ("type B {", "type B implements Node {", "B implements Node"),
            ("x: Int,", "x: Int, z: Int,", "A.b.z is new"),
            ("a: Int b", "a: Int n: Int! = 1 b", "In.n is new"),
            ("[1]", "[2]", "In.c has another default"),
        ] {
            let expected = Changes { breaking: vec![], dangerous: vec![what.to_owned()] };
            assert_eq!(changed(from, to), expected, "{from} to {to}");
        }
    }

    #[test]
    fn what_no_client_can_notice_is_no_change() {
        for (from, to) in [
            ("d: String", "d: String!"),
            ("c: [Int!]!", "c: [Int!]! e: Int"),
            ("y: Int!", "y: Int"),
            ("b: Int!", "b: Int"),
            ("type B", "type C { id: ID! } type B"),
        ] {
            assert_eq!(changed(from, to), Changes::default(), "{from} to {to}");
        }
    }
}
