//! Nulls: what a response says where a field failed, as the GraphQL specification has it.
//!
//! The library leaves a failed field out. A field that may be null must say null, and one that may not makes null what
//! it belongs to, up to the next that may. Invariant: a completed response has every field that was asked for, or a
//! null above it.

use std::{collections::HashMap, sync::LazyLock};

use async_graphql::{
    PathSegment, Response, Value,
    parser::{
        parse_schema,
        types::{
            BaseType, FieldDefinition, OperationType, Selection, SelectionSet, Type, TypeKind, TypeSystemDefinition,
        },
    },
};

use crate::asked::Asked;

/// The types of the contract's fields, by the name of the type that they belong to.
static FIELDS: LazyLock<HashMap<String, HashMap<String, Type>>> = LazyLock::new(|| {
    let contract = parse_schema(crate::sdl()).expect("the library reads the schema that it prints");
    let types = contract.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    let fields = types.filter_map(|definition| match definition.kind {
        TypeKind::Object(object) => Some((definition.name.node.to_string(), object.fields)),
        TypeKind::Interface(interface) => Some((definition.name.node.to_string(), interface.fields)),
        _ => None,
    });
    let typed = |field: FieldDefinition| (field.name.node.to_string(), field.ty.node);
    fields.map(|(name, fields)| (name, fields.into_iter().map(|field| typed(field.node)).collect())).collect()
});

/// Puts nulls where fields failed.
pub fn complete(response: &mut Response, asked: &Asked<'_>) {
    let root = match asked.operation.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    let root = Type { base: BaseType::Named(async_graphql::Name::new(root)), nullable: true };
    for error in &response.errors {
        let failed = Failed { asked, ty: &root, below: &asked.operation.selection_set.node };
        if !error.path.is_empty() {
            failed.complete(&mut response.data, &error.path);
        }
    }
}

/// A value on the way to a failed field.
struct Failed<'a> {
    asked: &'a Asked<'a>,
    ty: &'a Type,
    below: &'a SelectionSet,
}

impl<'a> Failed<'a> {
    /// Completes the value along the path to the failed field; `false` where it would be null and may not be.
    fn complete(&self, value: &mut Value, path: &[PathSegment]) -> bool {
        let is_whole = match (path.split_first(), &mut *value) {
            (_, Value::Null) => false,
            (Some((PathSegment::Field(key), rest)), Value::Object(fields)) => match self.field(key) {
                None => true,
                Some(failed) => {
                    let field = fields.entry(async_graphql::Name::new(key)).or_insert(Value::Null);
                    failed.complete(field, rest)
                }
            },
            (Some((PathSegment::Index(index), rest)), Value::List(items)) => {
                match (&self.ty.base, items.get_mut(*index)) {
                    (BaseType::List(ty), Some(item)) => Failed { ty, ..*self }.complete(item, rest),
                    _ => true,
                }
            }
            _ => true,
        };
        if !is_whole {
            *value = Value::Null;
        }
        is_whole || self.ty.nullable
    }

    /// What was asked for by this key of an object.
    fn field(&self, key: &str) -> Option<Failed<'a>> {
        let BaseType::Named(on) = &self.ty.base else { return None };
        let mut waiting = vec![(on.as_str(), self.below)];
        let mut visited = Vec::new();
        while let Some((on, set)) = waiting.pop() {
            for selection in &set.items {
                match &selection.node {
                    Selection::Field(field) if field.node.response_key().node == key => {
                        let ty = FIELDS.get(on)?.get(field.node.name.node.as_str())?;
                        return Some(Failed { asked: self.asked, ty, below: &field.node.selection_set.node });
                    }
                    Selection::Field(_) => {}
                    Selection::InlineFragment(fragment) => {
                        let condition = fragment.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                        waiting.push((condition.unwrap_or(on), &fragment.node.selection_set.node));
                    }
                    Selection::FragmentSpread(spread) => {
                        let name = &spread.node.fragment_name.node;
                        if let Some(fragment) =
                            self.asked.document.fragments.get(name).filter(|_| !visited.contains(&name))
                        {
                            visited.push(name);
                            let fragment = &fragment.node;
                            waiting.push((fragment.type_condition.node.on.node.as_str(), &fragment.selection_set.node));
                        }
                    }
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{ServerError, Variables, parser::parse_query, value};

    use super::*;

    /// What becomes of `data` when the field at `path` failed.
    fn completed(text: &str, data: Value, path: &[PathSegment]) -> Value {
        let document = parse_query(text).expect("the document is right");
        let operation = &document.operations.iter().next().expect("there is one").1.node;
        let variables = Variables::default();
        let asked =
            Asked { text: text.into(), document: &document, operation, operation_name: None, variables: &variables };
        let mut error = ServerError::new("it failed", None);
        error.path = path.to_vec();
        let mut response = Response::from_errors(vec![error]);
        response.data = data;

        complete(&mut response, &asked);
        response.data
    }

    fn key(name: &str) -> PathSegment {
        PathSegment::Field(name.to_owned())
    }

    #[test]
    fn a_failed_field_that_may_be_null_is_null() {
        let data = completed("{ a: me { id } __typename }", value!({ "__typename": "Query" }), &[key("a")]);
        assert_eq!(data, value!({ "__typename": "Query", "a": null }));

        let text = "{ ...f } fragment f on Query { node(id: 1) { ... on Match { id } } __typename }";
        let data = completed(text, value!({ "__typename": "Query" }), &[key("node")]);
        assert_eq!(data, value!({ "__typename": "Query", "node": null }), "in a fragment");
    }

    #[test]
    fn a_failed_field_that_may_not_be_null_makes_null_what_it_belongs_to() {
        let data = completed("{ matches { totalCount } me { id } }", value!({ "me": null }), &[key("matches")]);
        assert_eq!(data, Value::Null, "a root field");

        let path = [key("match"), key("categories"), PathSegment::Index(1), key("price")];
        let data = value!({ "match": { "id": "a", "categories": [{ "price": {} }, { "category": 2 }] }, "me": null });
        let text = "{ match(matchNumber: 1) { id categories { category price { amount } } } me { id } }";
        assert_eq!(completed(text, data, &path), value!({ "match": null, "me": null }), "up to what may be null");

        let path = [key("node"), key("match")];
        let text = "{ node(id: 1) { id ... on Reservation { match { id } } } }";
        assert_eq!(completed(text, value!({ "node": { "id": "a" } }), &path), value!({ "node": null }), "a fragment's");
    }

    #[test]
    fn what_did_not_fail_is_left_as_it_is() {
        let data = value!({ "match": { "group": null } });
        let path = [key("somewhere"), key("else")];

        assert_eq!(completed("{ match(matchNumber: 1) { group } }", data.clone(), &path), data);
    }
}
