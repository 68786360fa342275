//! The contract's types: which fields an object has, and which objects a value of an interface or a union may be.

use std::{collections::HashMap, sync::LazyLock};

use async_graphql::{
    Name,
    parser::{
        parse_schema,
        types::{BaseType, OperationType, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
    },
};

/// What the schema's language does not print: the schema's own types, as the library answers for them.
const INTROSPECTION: &str = "
    type __Schema {
        description: String! types: [__Type!]! queryType: __Type! mutationType: __Type subscriptionType: __Type
        directives: [__Directive!]! }
    type __Type {
        kind: __TypeKind! name: String description: String fields: [__Field!] interfaces: [__Type!]
        possibleTypes: [__Type!] enumValues: [__EnumValue!] inputFields: [__InputValue!] ofType: __Type
        specifiedByURL: String isOneOf: Boolean }
    type __Field {
        name: String! description: String args: [__InputValue!]! type: __Type! isDeprecated: Boolean!
        deprecationReason: String }
    type __InputValue {
        name: String! description: String type: __Type! defaultValue: String isDeprecated: Boolean!
        deprecationReason: String }
    type __EnumValue { name: String! description: String isDeprecated: Boolean! deprecationReason: String }
    type __Directive {
        name: String! description: String locations: [__DirectiveLocation!]! args: [__InputValue!]!
        isRepeatable: Boolean! }
    type Query { __schema: __Schema! __type: __Type }";

/// The types of the contract that have fields.
static COMPOSITES: LazyLock<HashMap<Name, Composite>> = LazyLock::new(|| {
    let mut composites: HashMap<Name, Composite> = HashMap::new();
    let mut implementations = Vec::new();
    for definition in definitions(&crate::sdl()).into_iter().chain(definitions(INTROSPECTION)) {
        let name = definition.name.node;
        let (fields, is_abstract) = match definition.kind {
            TypeKind::Object(object) => {
                implementations.extend(object.implements.into_iter().map(|of| (of.node, name.clone())));
                (object.fields, false)
            }
            TypeKind::Interface(interface) => (interface.fields, true),
            TypeKind::Union(union) => {
                implementations.extend(union.members.into_iter().map(|member| (name.clone(), member.node)));
                (Vec::new(), true)
            }
            _ => continue,
        };
        let composite = composites.entry(name.clone()).or_insert_with(|| Composite::new(name, is_abstract));
        composite.fields.extend(fields.into_iter().map(|field| (field.node.name.node, field.node.ty.node)));
    }
    for (of, object) in implementations {
        if let Some(composite) = composites.get_mut(&object) {
            composite.implements.push(of.clone());
        }
        if let Some(composite) = composites.get_mut(&of) {
            composite.possible.push(object);
        }
    }
    composites
});

/// The field that every type with fields has.
pub(crate) const TYPENAME: &str = "__typename";

/// An object, an interface or a union.
pub(crate) struct Composite {
    name: Name,
    fields: HashMap<Name, Type>,
    is_abstract: bool,
    /// Interfaces and unions of an object.
    implements: Vec<Name>,
    /// Objects of an interface or a union.
    possible: Vec<Name>,
}

impl Composite {
    fn new(name: Name, is_abstract: bool) -> Self {
        let typename = Type { base: BaseType::Named(Name::new("String")), nullable: false };
        let fields = HashMap::from([(Name::new(TYPENAME), typename)]);
        Self { name, fields, is_abstract, implements: Vec::new(), possible: Vec::new() }
    }

    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Type> {
        self.fields.get(name)
    }

    #[cfg(test)]
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&Name, &Type)> {
        self.fields.iter()
    }

    /// Whether what a fragment selects on `condition` is selected of this object.
    pub(crate) fn is(&self, condition: &str) -> bool {
        self.name == *condition || self.implements.iter().any(|name| name == condition)
    }

    /// The objects that a value may be; `None` for an object, which is itself.
    pub(crate) fn possible(&self) -> Option<impl Iterator<Item = &'static Self>> {
        self.is_abstract.then(|| self.possible.iter().filter_map(|name| COMPOSITES.get(name)))
    }
}

/// The type with fields that is at the bottom of `ty`; `None` for a leaf.
pub(crate) fn composite(ty: &Type) -> Option<&'static Composite> {
    match &ty.base {
        BaseType::Named(name) => COMPOSITES.get(name),
        BaseType::List(item) => composite(item),
    }
}

/// The root of an operation.
pub(crate) fn root(operation: OperationType) -> &'static Composite {
    let name = match operation {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    COMPOSITES.get(name).expect("the contract has all three roots")
}

fn definitions(text: &str) -> Vec<TypeDefinition> {
    let document = parse_schema(text).expect("the library reads the schema that it prints");
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    types.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_answers_for_its_own_types_as_they_are_told_here() {
        let fields =
            "fields { name type { name kind ofType { kind name ofType { kind name ofType { kind name } } } } }";
        let schema = crate::roots().finish();
        for definition in definitions(INTROSPECTION).into_iter().filter(|definition| definition.name.node != "Query") {
            let name = definition.name.node;
            let text = format!("{{ __type(name: \"{name}\") {{ {fields} }} }}");
            let answer = futures_util::FutureExt::now_or_never(schema.execute(text)).expect("nothing is waited for");
            let answer = answer.data.into_json().expect("data is JSON");
            let listed = answer["__type"]["fields"].as_array().expect("it has fields");

            let composite = COMPOSITES.get(&name).expect("it is told here");
            assert_eq!(listed.len() + 1, composite.fields.len(), "{name}");
            for field in listed {
                let field_name = field["name"].as_str().expect("a field has a name");
                assert_eq!(composite.field(field_name).map(Type::to_string), Some(printed(&field["type"])), "{name}");
            }
        }
    }

    fn printed(ty: &serde_json::Value) -> String {
        match ty["kind"].as_str() {
            Some("NON_NULL") => format!("{}!", printed(&ty["ofType"])),
            Some("LIST") => format!("[{}]", printed(&ty["ofType"])),
            _ => ty["name"].as_str().expect("a type has a name").to_owned(),
        }
    }

    #[test]
    fn fields_of_interfaces_are_leaves_so_that_no_document_multiplies_by_what_a_value_may_be() {
        for interface in COMPOSITES.values().filter(|composite| composite.is_abstract) {
            let composites = interface.fields.iter().filter(|(_, ty)| composite(ty).is_some());
            assert_eq!(composites.count(), 0, "{}", interface.name);
        }
    }

    #[test]
    fn each_union_is_known_with_its_members_and_each_member_is_one() {
        let unions: Vec<_> = definitions(&crate::sdl())
            .into_iter()
            .filter_map(|definition| match definition.kind {
                TypeKind::Union(union) => Some((definition.name.node, union.members)),
                _ => None,
            })
            .collect();
        assert!(!unions.is_empty());
        for (name, members) in unions {
            let union = COMPOSITES.get(&name).expect("a union can be selected in");
            let possible = union.possible().expect("a union is no object").map(|object| object.name().clone());
            let mut possible: Vec<_> = possible.collect();
            let mut listed: Vec<_> = members.into_iter().map(|member| member.node).collect();
            possible.sort();
            listed.sort();
            assert_eq!(possible, listed, "{name}");
            assert!(
                listed.iter().all(|member| COMPOSITES.get(member).is_some_and(|object| object.is(&name))),
                "{name}"
            );
            assert_eq!(union.fields().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [TYPENAME]);
        }
    }
}
