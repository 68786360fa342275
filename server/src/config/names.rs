//! Names in lists and tables of settings: those of fields must be the schema's, or a misspelt one would be a silence.

use std::{collections::BTreeSet, sync::LazyLock};

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use settings::problem::Problem;

use super::{Config, forms};

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// Fields of the schema's own description, which the specification names.
const INTROSPECTION: [&str; 30] = [
    "__schema",
    "__type",
    "__typename",
    "args",
    "defaultValue",
    "deprecationReason",
    "description",
    "directives",
    "enumValues",
    "fields",
    "inputFields",
    "interfaces",
    "isDeprecated",
    "isOneOf",
    "isRepeatable",
    "kind",
    "locations",
    "mutationType",
    "name",
    "ofType",
    "onField",
    "onFragment",
    "onOperation",
    "possibleTypes",
    "queryType",
    "specifiedByURL",
    "specifiedByUrl",
    "subscriptionType",
    "type",
    "types",
];

/// What the schema calls its fields.
struct Names {
    /// `reserve`.
    roots: BTreeSet<String>,
    /// `reserve`, `categories`.
    fields: BTreeSet<String>,
    /// `Mutation.reserve`, `Match.categories`.
    of_types: BTreeSet<String>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let document = parse_schema(schema::sdl()).expect("the schema describes itself in its own language");
    let mut names =
        Names { roots: BTreeSet::new(), fields: INTROSPECTION.map(str::to_owned).into(), of_types: BTreeSet::new() };
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let fields = match definition.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            _ => continue,
        };
        let on = definition.node.name.node.as_str();
        for field in fields {
            let field = field.node.name.node.to_string();
            names.of_types.insert(format!("{on}.{field}"));
            if ROOTS.contains(&on) {
                names.roots.insert(field.clone());
            }
            names.fields.insert(field);
        }
    }
    names
});

/// Every name in a setting that names no field.
pub(super) fn problems(config: &Config, found: &mut Vec<Problem>) {
    let mut wrong = |setting: &str, name: &str, what: &str, nearest: Option<&String>| {
        let right = nearest.map_or_else(|| "leave it out.".to_owned(), |nearest| format!("did you mean {nearest}?"));
        found.push(Problem::new(setting, format!("{name:?} is not {what}"), right));
    };
    let Names { roots, fields, of_types } = &*NAMES;

    for name in config.bots.protected.iter().filter(|name| !roots.contains(*name)) {
        let what = "a field of Query, Mutation or Subscription";
        wrong("bots.protected", name, what, forms::nearest(name, roots));
    }
    let documents = &config.transport.documents;
    let is_field = |name: &&String| fields.contains(*name) || of_types.contains(*name);
    let costs: BTreeSet<&String> = documents.field_costs.keys().filter(|name| !is_field(name)).collect();
    for name in costs {
        let known = if name.contains('.') { of_types } else { fields };
        let what = "a field, by its name or as Type.field";
        wrong("transport.documents.field_costs", name, what, forms::nearest(name, known));
    }
    let sizes: BTreeSet<&String> = documents.list_sizes.keys().filter(|name| !fields.contains(*name)).collect();
    for name in sizes {
        let bare = name.rsplit('.').next().unwrap_or(name);
        wrong("transport.documents.list_sizes", name, "the name of a field", forms::nearest(bare, fields));
    }
}
