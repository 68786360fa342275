//! The contract, walked: which fields its types have, what is reached from one, and selections of all that is below it.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition},
};
use serde_json::Value;

/// The types of the contract that have fields.
pub struct Contract(BTreeMap<String, Vec<Field>>);

/// A field of a type.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    /// The type at the bottom of its own.
    pub of: String,
    pub is_list: bool,
    arguments: BTreeSet<String>,
    needs_arguments: bool,
}

impl Field {
    fn new(field: FieldDefinition) -> Self {
        let (of, is_list) = bottom(&field.ty.node);
        let arguments = field.arguments.iter().map(|argument| &argument.node);
        Self {
            name: field.name.node.to_string(),
            of,
            is_list,
            needs_arguments: arguments
                .clone()
                .any(|argument| !argument.ty.node.nullable && argument.default_value.is_none()),
            arguments: arguments.map(|argument| argument.name.node.to_string()).collect(),
        }
    }

    /// Whether it is a list, or gives one in pages.
    pub fn lists(&self) -> bool {
        self.is_list || self.is_paged()
    }

    /// Whether its items come in pages of a size that one may choose.
    pub fn is_paged(&self) -> bool {
        self.arguments.contains("first")
    }
}

fn bottom(ty: &Type) -> (String, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.to_string(), false),
        BaseType::List(item) => (bottom(item).0, true),
    }
}

impl Contract {
    /// What the program prints.
    pub fn printed() -> Self {
        Self::read(&schema::sdl())
    }

    fn read(text: &str) -> Self {
        let document = parse_schema(text).expect("the schema is well formed");
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(found) => match found.node.kind {
                TypeKind::Object(object) => Some((found.node.name.node.to_string(), object.fields)),
                TypeKind::Interface(interface) => Some((found.node.name.node.to_string(), interface.fields)),
                _ => None,
            },
            _ => None,
        });
        let fields = |fields: Vec<async_graphql::Positioned<FieldDefinition>>| {
            fields.into_iter().map(|field| Field::new(field.node)).collect()
        };
        Self(types.map(|(name, found)| (name, fields(found))).collect())
    }

    /// The fields of a type; none of a leaf.
    pub fn fields(&self, of: &str) -> &[Field] {
        self.0.get(of).map_or(&[], Vec::as_slice)
    }

    /// Types with fields that are reached from these, themselves included.
    pub fn reached_from<'a>(&'a self, types: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        let (mut reached, mut waiting) = (BTreeSet::new(), types.into_iter().collect::<Vec<_>>());
        while let Some(next) = waiting.pop() {
            if self.0.contains_key(next) && reached.insert(next) {
                waiting.extend(self.fields(next).iter().map(|field| field.of.as_str()));
            }
        }
        reached
    }

    /// A selection of everything below a type. A type that contains itself is shown once on the way down, and again by one
    /// leaf where the way comes back to it.
    pub fn everything(&self, of: &str) -> String {
        self.below(of, &mut vec![of.to_owned()])
    }

    fn below(&self, of: &str, above: &mut Vec<String>) -> String {
        let mut selected = Vec::new();
        for field in self.fields(of).iter().filter(|field| !field.needs_arguments) {
            if self.fields(&field.of).is_empty() {
                selected.push(field.name.clone());
            } else if above.contains(&field.of) {
                selected.push(format!("{} {{ {} }}", field.name, self.leaf(&field.of)));
            } else {
                above.push(field.of.clone());
                selected.push(format!("{} {{ {} }}", field.name, self.below(&field.of, above)));
                above.pop();
            }
        }
        selected.join(" ")
    }

    fn leaf(&self, of: &str) -> &str {
        let leaf = self.fields(of).iter().find(|field| self.fields(&field.of).is_empty());
        leaf.map_or("__typename", |field| field.name.as_str())
    }

    /// Notes each list of objects in a value of this type that has items, as `Type.field`.
    pub fn note_lists(&self, of: &str, value: &Value, noted: &mut BTreeSet<String>) {
        if let Value::Array(items) = value {
            return items.iter().for_each(|item| self.note_lists(of, item, noted));
        }
        for field in self.fields(of) {
            let below = &value[&field.name];
            if field.is_list && below.as_array().is_some_and(|items| items.iter().any(Value::is_object)) {
                noted.insert(format!("{of}.{}", field.name));
            }
            if !below.is_null() {
                self.note_lists(&field.of, below, noted);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
        type Query { fans(first: Int): Fans! fan(id: ID!): Fan }
        type Fans { nodes: [Fan!]! }
        type Fan { friends: [Fan!]! name: String! seat(at: Int!): Int rows: [[Int!]!] }";

    #[test]
    fn everything_ends_where_a_type_contains_itself() {
        let contract = Contract::read(TEXT);

        assert_eq!(contract.everything("Query"), "fans { nodes { friends { name } name rows } }");
        assert_eq!(contract.reached_from(["Fans"]), BTreeSet::from(["Fan", "Fans"]));
        let [fans, fan] = contract.fields("Query") else { panic!("it has two") };
        assert!(fans.lists() && !fans.is_list && !fan.lists());
        assert!(contract.fields("Fan").iter().filter(|field| field.is_list).count() == 2);
    }

    #[test]
    fn lists_of_objects_are_noted_where_they_have_items() {
        let contract = Contract::read(TEXT);
        let mut noted = BTreeSet::new();

        let empty = serde_json::json!({ "fans": { "nodes": [{ "friends": [], "rows": [[1]] }] } });
        contract.note_lists("Query", &empty, &mut noted);

        assert_eq!(noted, BTreeSet::from(["Fans.nodes".to_owned()]));
    }
}
