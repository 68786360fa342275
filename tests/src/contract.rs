//! The contract, walked: which fields its types have, what is reached from one, and selections of all that is below it.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition},
};
use serde_json::Value;

/// The types of the contract that have fields, and unions of them.
pub struct Contract {
    fields: BTreeMap<String, Vec<Field>>,
    unions: BTreeMap<String, Vec<String>>,
}

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
        let (mut fields, mut unions) = (BTreeMap::new(), BTreeMap::new());
        for definition in document.definitions {
            let TypeSystemDefinition::Type(found) = definition else { continue };
            let name = found.node.name.node.to_string();
            let found = match found.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                TypeKind::Union(union) => {
                    let members = union.members.into_iter().map(|member| member.node.to_string());
                    unions.insert(name, members.collect());
                    continue;
                }
                _ => continue,
            };
            fields.insert(name, found.into_iter().map(|field| Field::new(field.node)).collect());
        }
        Self { fields, unions }
    }

    /// The fields of a type; none of a leaf.
    pub fn fields(&self, of: &str) -> &[Field] {
        self.fields.get(of).map_or(&[], Vec::as_slice)
    }

    /// What a value of a union may be; none of what is no union.
    fn members(&self, of: &str) -> &[String] {
        self.unions.get(of).map_or(&[], Vec::as_slice)
    }

    fn is_leaf(&self, of: &str) -> bool {
        self.fields(of).is_empty() && self.members(of).is_empty()
    }

    /// Types with fields that are reached from these, themselves included.
    pub fn reached_from<'a>(&'a self, types: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        let (mut reached, mut waiting) = (BTreeSet::new(), types.into_iter().collect::<Vec<_>>());
        while let Some(next) = waiting.pop() {
            waiting.extend(self.members(next).iter().map(String::as_str));
            if self.fields.contains_key(next) && reached.insert(next) {
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
        for member in self.members(of) {
            selected.push(format!("... on {member} {{ {} }}", self.once(member, above)));
        }
        for field in self.fields(of).iter().filter(|field| !field.needs_arguments) {
            match self.is_leaf(&field.of) {
                true => selected.push(field.name.clone()),
                false => selected.push(format!("{} {{ {} }}", field.name, self.once(&field.of, above))),
            }
        }
        selected.join(" ")
    }

    /// What is selected of a type: of one that this is below already, a leaf.
    fn once(&self, of: &str, above: &mut Vec<String>) -> String {
        if above.iter().any(|known| known == of) {
            return self.leaf(of).to_owned();
        }
        above.push(of.to_owned());
        let selected = self.below(of, above);
        above.pop();
        selected
    }

    fn leaf(&self, of: &str) -> &str {
        let leaf = self.fields(of).iter().find(|field| self.is_leaf(&field.of));
        leaf.map_or("__typename", |field| field.name.as_str())
    }

    /// Notes each list of objects in a value of this type that has items, as `Type.field`.
    pub fn note_lists(&self, of: &str, value: &Value, noted: &mut BTreeSet<String>) {
        if let Value::Array(items) = value {
            return items.iter().for_each(|item| self.note_lists(of, item, noted));
        }
        // Of a union the fields of any member: those that it does not have are not there.
        self.members(of).iter().for_each(|member| self.note_lists(member, value, noted));
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

    #[test]
    fn a_union_is_what_its_members_are() {
        let contract = Contract::read(
            "type Query { found: [Found!]! } union Found = Seat | Row
             type Seat { number: Int! } type Row { seats: [Seat!]! found: Found! }",
        );
        let row = "... on Row { seats { number } found { __typename } }";

        assert_eq!(contract.everything("Query"), format!("found {{ ... on Seat {{ number }} {row} }}"));
        assert_eq!(contract.reached_from(["Query"]), BTreeSet::from(["Query", "Row", "Seat"]));
        let mut noted = BTreeSet::new();
        contract.note_lists("Query", &serde_json::json!({ "found": [{ "seats": [{ "number": 1 }] }] }), &mut noted);
        assert_eq!(noted, ["Query.found", "Row.seats"].map(str::to_owned).into());
    }
}
