//! Contract: what the schema takes, and requests that give it other things.

use std::collections::HashMap;

use async_graphql::{
    ID,
    parser::{
        parse_schema,
        types::{BaseType, InputValueDefinition, Type, TypeKind, TypeSystemDefinition},
    },
};
use resolvers::ids::NodeId;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Inputs within inputs, at most: a type may hold itself.
const DEEPEST: usize = 4;

/// A field of a root with arguments.
pub(super) struct Field {
    pub(super) root: &'static str,
    pub(super) name: String,
    arguments: Vec<Input>,
    has_selection: bool,
}

#[derive(Clone)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) has_default: bool,
}

/// An argument, or a field of an input below one.
pub(super) struct Place {
    pub(super) path: Vec<String>,
    /// As `extensions.field` names it.
    pub(super) shown: String,
    pub(super) input: Input,
}

pub(super) struct Contract {
    pub(super) inputs: HashMap<String, Vec<Input>>,
    pub(super) enums: HashMap<String, String>,
    leaves: Vec<String>,
    roots: Vec<Field>,
}

impl Contract {
    pub(super) fn new() -> Self {
        let (mut inputs, mut enums, mut objects) = (HashMap::new(), HashMap::new(), Vec::new());
        let mut leaves: Vec<String> = ["Int", "Float", "String", "Boolean", "ID"].map(str::to_owned).to_vec();
        for definition in parse_schema(schema::sdl()).expect("the schema can be read").definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            match definition.node.kind {
                TypeKind::InputObject(input) => {
                    inputs.insert(name, input.fields.into_iter().map(|field| Input::of(field.node)).collect());
                }
                TypeKind::Enum(values) => {
                    leaves.push(name.clone());
                    enums.insert(name, values.values[0].node.value.node.to_string());
                }
                TypeKind::Scalar => leaves.push(name),
                TypeKind::Object(object) => objects.push((name, object)),
                TypeKind::Interface(_) | TypeKind::Union(_) => {}
            }
        }
        let mut contract = Self { inputs, enums, leaves, roots: Vec::new() };
        for (name, object) in objects {
            let root = match &*name {
                "Query" => "query",
                "Mutation" => "mutation",
                "Subscription" => "subscription",
                _ => continue,
            };
            for field in object.fields {
                let arguments = field.node.arguments.into_iter().map(|argument| Input::of(argument.node)).collect();
                let has_selection = !contract.leaves.contains(&named(&field.node.ty.node));
                contract.roots.push(Field { root, name: field.node.name.node.to_string(), arguments, has_selection });
            }
        }
        contract
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.roots.iter().filter(|field| !field.arguments.is_empty())
    }

    pub(super) fn places(&self, field: &Field) -> Vec<Place> {
        let mut places = Vec::new();
        let mut waiting: Vec<Place> = field
            .arguments
            .iter()
            .map(|input| Place { path: vec![input.name.clone()], shown: input.name.clone(), input: input.clone() })
            .collect();
        while let Some(place) = waiting.pop() {
            for input in self.inputs.get(&named(&place.input.ty)).into_iter().flatten() {
                if place.path.len() < DEEPEST {
                    waiting.push(place.below(input));
                }
            }
            places.push(place);
        }
        places
    }

    /// An input of a name that the schema does not have.
    pub(super) fn unknown(&self, name: &str) -> Input {
        let ty = Type::new("Int").expect("it is a type");
        assert!(self.inputs.values().flatten().all(|input| input.name != name), "{name} is a name");
        Input { name: name.to_owned(), ty, has_default: false }
    }

    pub(super) fn is_object(&self, input: &Input) -> bool {
        self.inputs.contains_key(&named(&input.ty))
    }

    /// A value of an input: an id is of what its name says.
    fn sample_of(&self, input: &Input) -> Value {
        let id = match &*input.name {
            "reservationId" => NodeId::Reservation(Uuid::nil()),
            "ticketId" => NodeId::Ticket(Uuid::nil()),
            "listingId" => NodeId::Listing(Uuid::nil()),
            _ => return self.sample(&input.ty),
        };
        json!(ID::from(id).as_str())
    }

    /// A value of a type.
    pub(super) fn sample(&self, ty: &Type) -> Value {
        if let BaseType::List(item) = &ty.base {
            return json!([self.sample(item)]);
        }
        let name = named(ty);
        if let Some(fields) = self.inputs.get(&name) {
            let required = fields.iter().filter(|field| !field.ty.nullable && !field.has_default);
            return Value::Object(required.map(|field| (field.name.clone(), self.sample_of(field))).collect());
        }
        match &*name {
            "Int" => json!(1),
            "Boolean" => json!(true),
            "DateTime" => json!("2022-11-20T16:00:00Z"),
            "Decimal" => json!("1.00"),
            _ => self.enums.get(&name).map_or(json!("a text"), |value| json!(value)),
        }
    }

    /// The arguments with this value at a place, and samples at all others that are required.
    pub(super) fn arguments(&self, field: &Field, place: &Place, value: Option<Value>) -> Map<String, Value> {
        let needed = |input: &&Input| !input.ty.nullable && !input.has_default || input.name == place.path[0];
        let needed = field.arguments.iter().filter(needed);
        let mut arguments: Map<String, Value> =
            needed.map(|input| (input.name.clone(), self.sample_of(input))).collect();
        let mut inputs = &field.arguments;
        let mut at = &mut arguments;
        let (last, above) = place.path.split_last().expect("a path has an argument");
        for step in above {
            let input = inputs.iter().find(|input| input.name == *step).expect("the place exists");
            let sample = self.sample(&input.ty);
            let mut below = at.entry(step.clone()).or_insert(sample);
            while let Value::Array(items) = below {
                below = &mut items[0];
            }
            inputs = &self.inputs[&named(&input.ty)];
            at = below.as_object_mut().expect("it is an input object");
        }
        match value {
            Some(value) => at.insert(last.clone(), value),
            None => at.remove(last),
        };
        arguments
    }

    /// A request with these arguments by variables, and one by literals.
    pub(super) fn requests(
        &self,
        field: &Field,
        place: &Place,
        value: Option<Value>,
    ) -> [(&'static str, String, Value); 2] {
        let arguments = self.arguments(field, place, value);
        // An argument that is missing is missing in the document itself.
        let known = |input: &&Input| arguments.contains_key(&input.name);
        let given: Vec<&Input> = field.arguments.iter().filter(known).collect();
        let definitions: Vec<String> = given.iter().map(|input| format!("${}: {}", input.name, input.ty)).collect();
        let by_name: Vec<String> = given.iter().map(|input| format!("{0}: ${0}", input.name)).collect();
        let literals: Vec<String> =
            given.iter().map(|input| format!("{}: {}", input.name, literal(&arguments[&input.name]))).collect();
        let by_variables = format!("{} {} {{ {} }}", field.root, braced(&definitions), field.call(&by_name));
        let by_literals = format!("{} {{ {} }}", field.root, field.call(&literals));
        [("in a variable", by_variables, Value::Object(arguments)), ("literally", by_literals, json!({}))]
    }

    /// A request whose place is given a variable that has no value, where it may be.
    pub(super) fn without_a_value(&self, field: &Field, place: &Place) -> Option<(String, Value)> {
        let Input { ty, has_default, .. } = &place.input;
        if !ty.nullable && !has_default || field.root == "subscription" {
            return None;
        }
        let nullable = Type { base: ty.base.clone(), nullable: true };
        let arguments = self.arguments(field, place, Some(json!("VARIABLE")));
        let literals: Vec<String> = arguments
            .iter()
            .map(|(name, value)| format!("{name}: {}", literal(value).replace("VARIABLE", "$v")))
            .collect();
        Some((format!("{} ($v: {nullable}) {{ {} }}", field.root, field.call(&literals)), json!({})))
    }
}

impl Place {
    /// A field of the input object here.
    pub(super) fn below(&self, input: &Input) -> Self {
        let path = [&self.path[..], std::slice::from_ref(&input.name)].concat();
        let shown = match &self.input.ty.base {
            BaseType::List(_) => format!("{}.0.{}", self.shown, input.name),
            BaseType::Named(_) if self.path.len() == 1 => input.name.clone(),
            BaseType::Named(_) => format!("{}.{}", self.shown, input.name),
        };
        Self { path, shown, input: input.clone() }
    }
}

impl Input {
    fn of(definition: InputValueDefinition) -> Self {
        let InputValueDefinition { name, ty, default_value, .. } = definition;
        Self { name: name.node.to_string(), ty: ty.node, has_default: default_value.is_some() }
    }
}

impl Field {
    pub(super) fn call(&self, arguments: &[String]) -> String {
        let selection = if self.has_selection { " { __typename }" } else { "" };
        format!("{}{}{selection}", self.name, braced(arguments))
    }
}

pub(super) fn braced(parts: &[String]) -> String {
    if parts.is_empty() { String::new() } else { format!("({})", parts.join(", ")) }
}

pub(super) fn named(ty: &Type) -> String {
    match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(item) => named(item),
    }
}

/// A value in as many lists as its type has.
pub(super) fn wrapped(ty: &Type, value: Value) -> Value {
    match &ty.base {
        BaseType::Named(_) => value,
        BaseType::List(item) => json!([wrapped(item, value)]),
    }
}

/// A value as a document writes it. What is all capitals is the name of an enum's value.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}: {}", literal(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::String(name)
            if name != "SURROGATE" && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') =>
        {
            name.clone()
        }
        leaf => leaf.to_string(),
    }
}
