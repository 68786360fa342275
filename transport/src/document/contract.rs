//! The contract: what a schema's SDL says of its types, so that documents and variables are judged by it.
//!
//! The SDL is data that the program gives at its start. Invariant: a contract that could be made has every type that it
//! names, so looking a type up by a name of the contract always finds it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::{
    Name, Positioned, Value as ConstValue,
    parser::{
        parse_schema,
        types::{
            BaseType, DirectiveDefinition, DirectiveLocation, FieldDefinition, InputValueDefinition, OperationType,
            ServiceDocument, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
        },
    },
};

use crate::document::suggestions::did_you_mean;

/// Types and fields that every schema has, for introspection.
const INTROSPECTION: &str = include_str!("contract/introspection.graphql");

/// The type of [`INTROSPECTION`] whose fields are asked for at roots, and `__typename` everywhere.
const META: &str = "__Meta";

/// Scalars that every schema has, and how their values are described.
const BUILT_IN: [(&str, &str); 5] = [
    ("Int", "a whole number of 32 bits"),
    ("Float", "a number"),
    ("String", "a string"),
    ("Boolean", "true or false"),
    ("ID", "an id, as a string or a whole number"),
];

/// What a program's inputs are, as far as its SDL does not tell.
#[derive(Clone)]
pub struct Inputs {
    pub scalars: Vec<Scalar>,
    /// Says why a text may not stand at a place, such as `SignUpInput.email` or `Query.match.matchNumber`.
    pub check_text: fn(place: &str, text: &str) -> Result<(), String>,
    /// Whether errors may name types, fields and values of the schema that the client did not name itself.
    pub tells_names: bool,
}

/// A scalar of the program's own.
#[derive(Clone)]
pub struct Scalar {
    pub name: &'static str,
    /// What its values are, such as `a time such as "2022-11-20T16:00:00Z"`.
    pub wanted: &'static str,
    pub accepts: fn(&ConstValue) -> bool,
}

/// Why an SDL can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    #[error("the schema can't be read")]
    Malformed(#[from] async_graphql::parser::Error),
    #[error("the schema has no type {0}")]
    Unknown(String),
}

/// A schema's types, fields, arguments and directives.
pub struct Contract {
    types: HashMap<Name, Defined>,
    directives: HashMap<Name, Directive>,
    meta: HashMap<Name, Field>,
    roots: [Option<Name>; 3],
    pub(super) inputs: Inputs,
}

pub(super) struct Defined {
    pub(super) name: Name,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    Scalar(Leaf),
    Enum(Vec<Name>),
    Input(Vec<Input>),
    Object(HashMap<Name, Field>),
    /// With the objects that it stands for.
    Abstract(HashMap<Name, Field>, HashSet<Name>),
}

pub(super) enum Leaf {
    Int,
    Float,
    String,
    Boolean,
    Id,
    Own(Scalar),
}

pub(super) struct Field {
    pub(super) ty: Type,
    pub(super) arguments: Vec<Input>,
}

/// An argument, or a field of an input object.
pub(super) struct Input {
    pub(super) name: Name,
    pub(super) ty: Type,
    pub(super) default: Option<ConstValue>,
    /// Its owner's name and its own, such as `SignUpInput.email`.
    pub(super) place: Arc<str>,
}

pub(super) struct Directive {
    pub(super) arguments: Vec<Input>,
    pub(super) is_repeatable: bool,
    pub(super) locations: Vec<DirectiveLocation>,
}

impl Input {
    pub(super) fn is_required(&self) -> bool {
        !self.ty.nullable && self.default.is_none()
    }
}

impl Contract {
    /// Reads an SDL.
    ///
    /// # Errors
    ///
    /// The SDL is malformed, or names a type that it does not have.
    pub fn new(sdl: &str, inputs: Inputs) -> Result<Self, ContractError> {
        let mut reader =
            Reader { inputs: &inputs, types: HashMap::new(), directives: HashMap::new(), members: Vec::new() };
        for (name, _) in BUILT_IN {
            let kind = Kind::Scalar(leaf(name, &inputs).ok_or_else(|| ContractError::Unknown(name.to_owned()))?);
            reader.types.insert(Name::new(name), Defined { name: Name::new(name), kind });
        }
        reader.read(parse_schema(INTROSPECTION)?)?;
        let meta = match reader.types.remove(META).map(|defined| defined.kind) {
            Some(Kind::Object(fields)) => fields,
            _ => return Err(ContractError::Unknown(META.to_owned())),
        };
        let roots = reader.read(parse_schema(sdl)?)?;
        // The library reads every directive as one that may be repeated.
        for (name, directive) in &mut reader.directives {
            directive.is_repeatable = is_repeatable(sdl, name);
        }
        let Reader { types, directives, .. } = reader.finished();

        let contract = Self { types, directives, meta, roots, inputs };
        contract.check_names()?;
        Ok(contract)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Defined> {
        self.types.get(name)
    }

    pub(super) fn directive(&self, name: &str) -> Option<&Directive> {
        self.directives.get(name)
    }

    pub(super) fn root(&self, operation: OperationType) -> Option<&Defined> {
        self.get(self.roots[index(operation)].as_ref()?)
    }

    /// The field of an object, interface or union, those of introspection included.
    pub(super) fn field<'c>(&'c self, of: &'c Defined, name: &str) -> Option<&'c Field> {
        let is_query = self.roots[index(OperationType::Query)].as_ref() == Some(&of.name);
        match &of.kind {
            Kind::Object(_) | Kind::Abstract(..) if name == "__typename" => self.meta.get(name),
            Kind::Object(_) if is_query && self.meta.contains_key(name) => self.meta.get(name),
            Kind::Object(fields) | Kind::Abstract(fields, _) => fields.get(name),
            Kind::Scalar(_) | Kind::Enum(_) | Kind::Input(_) => None,
        }
    }

    /// The type that a reference names, whatever lists and `!` are around it.
    pub(super) fn named(&self, ty: &Type) -> Option<&Defined> {
        self.get(name_of(ty))
    }

    /// Whether an object can be of both types.
    pub(super) fn overlap(&self, one: &Defined, other: &Defined) -> bool {
        match (one.objects(), other.objects()) {
            (None, None) => one.name == other.name,
            (None, Some(objects)) => objects.contains(&one.name),
            (Some(objects), None) => objects.contains(&other.name),
            (Some(one), Some(other)) => one.iter().any(|object| other.contains(object)),
        }
    }

    /// What a misspelt name may have meant, where the schema is no secret: a sentence, or nothing.
    pub(super) fn guess<'n>(&self, name: &str, known: impl FnOnce() -> Vec<&'n str>) -> String {
        if self.inputs.tells_names { did_you_mean(name, &known()) } else { String::new() }
    }

    pub(super) fn type_names(&self) -> Vec<&str> {
        self.types.keys().map(Name::as_str).filter(|name| !name.starts_with("__")).collect()
    }

    fn check_names(&self) -> Result<(), ContractError> {
        let known = |ty: &Type| match self.named(ty) {
            Some(_) => Ok(()),
            None => Err(ContractError::Unknown(name_of(ty).to_owned())),
        };
        for defined in self.types.values() {
            match &defined.kind {
                Kind::Object(fields) | Kind::Abstract(fields, _) => {
                    for field in fields.values() {
                        known(&field.ty)?;
                        field.arguments.iter().try_for_each(|argument| known(&argument.ty))?;
                    }
                }
                Kind::Input(fields) => fields.iter().try_for_each(|field| known(&field.ty))?,
                Kind::Scalar(_) | Kind::Enum(_) => {}
            }
        }
        Ok(())
    }
}

impl Defined {
    pub(super) fn is_composite(&self) -> bool {
        matches!(self.kind, Kind::Object(_) | Kind::Abstract(..))
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self.kind, Kind::Object(_))
    }

    pub(super) fn is_leaf(&self) -> bool {
        matches!(self.kind, Kind::Scalar(_) | Kind::Enum(_))
    }

    pub(super) fn is_input(&self) -> bool {
        matches!(self.kind, Kind::Scalar(_) | Kind::Enum(_) | Kind::Input(_))
    }

    /// The names of its fields, for suggestions.
    pub(super) fn fields(&self) -> Vec<&str> {
        match &self.kind {
            Kind::Object(fields) | Kind::Abstract(fields, _) => fields.keys().map(Name::as_str).collect(),
            Kind::Input(fields) => fields.iter().map(|field| field.name.as_str()).collect(),
            Kind::Scalar(_) | Kind::Enum(_) => Vec::new(),
        }
    }

    fn objects(&self) -> Option<&HashSet<Name>> {
        match &self.kind {
            Kind::Abstract(_, objects) => Some(objects),
            _ => None,
        }
    }
}

impl Leaf {
    /// What its values are.
    pub(super) fn wanted(&self) -> &'static str {
        let built_in = |index: usize| BUILT_IN[index].1;
        match self {
            Self::Int => built_in(0),
            Self::Float => built_in(1),
            Self::String => built_in(2),
            Self::Boolean => built_in(3),
            Self::Id => built_in(4),
            Self::Own(scalar) => scalar.wanted,
        }
    }

    /// Whether its values are texts whose letters matter.
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::String | Self::Id)
    }
}

/// The name of a type, whatever lists and `!` are around it.
pub(super) fn name_of(ty: &Type) -> &str {
    let mut base = &ty.base;
    loop {
        match base {
            BaseType::Named(name) => return name,
            BaseType::List(item) => base = &item.base,
        }
    }
}

/// Reads definitions into types.
struct Reader<'i> {
    inputs: &'i Inputs,
    types: HashMap<Name, Defined>,
    directives: HashMap<Name, Directive>,
    /// Interfaces and unions, each with one object that it stands for.
    members: Vec<(Name, Name)>,
}

impl Reader<'_> {
    /// Adds what is defined, and returns the names of the roots.
    fn read(&mut self, document: ServiceDocument) -> Result<[Option<Name>; 3], ContractError> {
        let mut roots = [Some(Name::new("Query")), Some(Name::new("Mutation")), Some(Name::new("Subscription"))];
        for definition in document.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let schema = schema.node;
                    roots = [schema.query, schema.mutation, schema.subscription].map(|root| root.map(|root| root.node));
                }
                TypeSystemDefinition::Type(definition) => self.define(definition.node)?,
                TypeSystemDefinition::Directive(definition) => {
                    let name = definition.node.name.node.clone();
                    self.directives.insert(name, directive(definition.node));
                }
            }
        }
        Ok(roots)
    }

    fn define(&mut self, definition: TypeDefinition) -> Result<(), ContractError> {
        let name = definition.name.node;
        let kind = match definition.kind {
            TypeKind::Scalar => {
                Kind::Scalar(leaf(&name, self.inputs).ok_or_else(|| ContractError::Unknown(name.to_string()))?)
            }
            TypeKind::Object(object) => {
                self.members.extend(object.implements.into_iter().map(|interface| (interface.node, name.clone())));
                Kind::Object(fields(&name, object.fields))
            }
            TypeKind::Interface(interface) => Kind::Abstract(fields(&name, interface.fields), HashSet::new()),
            TypeKind::Union(union) => {
                self.members.extend(union.members.into_iter().map(|object| (name.clone(), object.node)));
                Kind::Abstract(HashMap::new(), HashSet::new())
            }
            TypeKind::Enum(values) => {
                Kind::Enum(values.values.into_iter().map(|value| value.node.value.node).collect())
            }
            TypeKind::InputObject(object) => Kind::Input(inputs(&name, object.fields)),
        };
        self.types.insert(name.clone(), Defined { name, kind });
        Ok(())
    }

    fn finished(mut self) -> Self {
        for (of, object) in std::mem::take(&mut self.members) {
            if let Some(Kind::Abstract(_, objects)) = self.types.get_mut(&of).map(|defined| &mut defined.kind) {
                objects.insert(object);
            }
        }
        self
    }
}

fn leaf(name: &str, inputs: &Inputs) -> Option<Leaf> {
    let own = || inputs.scalars.iter().find(|scalar| scalar.name == name).cloned().map(Leaf::Own);
    match name {
        "Int" => Some(Leaf::Int),
        "Float" => Some(Leaf::Float),
        "String" => Some(Leaf::String),
        "Boolean" => Some(Leaf::Boolean),
        "ID" => Some(Leaf::Id),
        _ => own(),
    }
}

fn fields(owner: &Name, definitions: Vec<Positioned<FieldDefinition>>) -> HashMap<Name, Field> {
    let field = |definition: Positioned<FieldDefinition>| {
        let FieldDefinition { name, arguments, ty, .. } = definition.node;
        let arguments = inputs(&format!("{owner}.{}", name.node), arguments);
        (name.node, Field { ty: ty.node, arguments })
    };
    definitions.into_iter().map(field).collect()
}

fn inputs(owner: &str, definitions: Vec<Positioned<InputValueDefinition>>) -> Vec<Input> {
    let input = |definition: Positioned<InputValueDefinition>| {
        let InputValueDefinition { name, ty, default_value, .. } = definition.node;
        let place = format!("{owner}.{}", name.node).into();
        Input { name: name.node, ty: ty.node, default: default_value.map(|value| value.node), place }
    };
    definitions.into_iter().map(input).collect()
}

fn is_repeatable(sdl: &str, name: &str) -> bool {
    sdl.split("directive @").skip(1).any(|definition| {
        let rest = definition.strip_prefix(name).filter(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()));
        rest.is_some_and(|rest| rest.contains("repeatable on "))
    })
}

fn directive(definition: DirectiveDefinition) -> Directive {
    let arguments = inputs(&format!("@{}", definition.name.node), definition.arguments);
    let locations = definition.locations.into_iter().map(|location| location.node).collect();
    Directive { arguments, is_repeatable: false, locations }
}

fn index(root: OperationType) -> usize {
    match root {
        OperationType::Query => 0,
        OperationType::Mutation => 1,
        OperationType::Subscription => 2,
    }
}
