//! The schema: every type with its fields, arguments and values.

use std::fmt::Write as _;

use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition},
    },
};

use super::{
    costs,
    markdown::{self, code},
    operations, rights,
};

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// Titles of the kinds, in the order of the page.
const KINDS: [&str; 5] = ["Objects", "Interfaces", "Inputs", "Enums", "Scalars"];

pub(super) fn page() -> String {
    let sdl = ::schema::sdl();
    let document = parse_schema(&sdl).expect("the schema describes itself in its own language");
    let types: Vec<TypeDefinition> = (document.definitions.into_iter())
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            _ => None,
        })
        .collect();
    let names: Vec<&str> = types.iter().map(|of| of.name.node.as_str()).collect();

    let mut text = markdown::opened(
        "Schema",
        "Every operation, type, field, argument and value of the GraphQL API. The same in GraphQL's own language is \
         [`schema.graphql`](../../schema.graphql), and `/schema.graphql` of a site that shows its schema.",
    );
    text.push_str(
        "\nA type with `!` is never null; a field without it can be null, for the reason that its description gives or because it \
         failed. \"Codes\" are those that the field itself gives; [any operation](errors.md) can be refused with others before it \
         runs. \"Cost\" is the field's own, see [Costs](costs.md); fields below cost 1 where nothing is said.\n",
    );
    for root in ROOTS {
        let of = types.iter().find(|of| of.name.node == root).expect("the contract has all three roots");
        operations(&mut text, of, &names);
    }
    for title in KINDS {
        writeln!(text, "\n## {title}").expect("a String takes all text");
        for of in types.iter().filter(|of| kind(of) == title && !ROOTS.contains(&of.name.node.as_str())) {
            described(&mut text, of, &names);
        }
    }
    text.push_str(
        "\nNext: [Errors](errors.md), [Costs](costs.md), [Rights](rights.md), [Versioning](versioning.md).\n",
    );
    text
}

fn kind(of: &TypeDefinition) -> &'static str {
    match of.kind {
        TypeKind::Object(_) => KINDS[0],
        TypeKind::Interface(_) | TypeKind::Union(_) => KINDS[1],
        TypeKind::InputObject(_) => KINDS[2],
        TypeKind::Enum(_) => KINDS[3],
        TypeKind::Scalar => KINDS[4],
    }
}

/// A description as one line of Markdown.
fn told(description: Option<&Positioned<String>>) -> String {
    let text = description.map_or("", |description| description.node.as_str());
    markdown::plain(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A type by its name, linked where the page has it.
fn linked(ty: &str, names: &[&str]) -> String {
    let bare = ty.trim_matches(|letter| "[]!".contains(letter));
    if names.contains(&bare) { format!("[`{ty}`](#{})", bare.to_ascii_lowercase()) } else { code(ty) }
}

fn operations(text: &mut String, root: &TypeDefinition, names: &[&str]) {
    let TypeKind::Object(object) = &root.kind else { return };
    let name = root.name.node.as_str();
    writeln!(text, "\n## {name}\n\n{}", told(root.description.as_ref())).expect("a String takes all text");
    for Positioned { node: field, .. } in &object.fields {
        let full = format!("{name}.{}", field.name.node);
        let codes = operations::codes_of(&full);
        let codes = codes.iter().map(|of| {
            let of = of.as_str();
            format!("[`{of}`](errors.md#{})", of.to_ascii_lowercase())
        });
        let access = rights::of_root(&full).map_or("", rights::Access::in_words);
        write!(
            text,
            "\n### {full}\n\n{}\n\n- Returns: {}\n- Answers: {access}\n- Cost: {}\n- Codes: {}\n",
            told(field.description.as_ref()),
            linked(&field.ty.node.to_string(), names),
            costs::of_root(&full),
            markdown::listed(codes)
        )
        .expect("a String takes all text");
        if !field.arguments.is_empty() {
            text.push('\n');
            text.push_str(&inputs("Argument", &field.arguments, names));
        }
    }
}

fn described(text: &mut String, of: &TypeDefinition, names: &[&str]) {
    let name = of.name.node.as_str();
    writeln!(text, "\n### {name}\n\n{}", told(of.description.as_ref())).expect("a String takes all text");
    let table = match &of.kind {
        TypeKind::Object(object) => {
            if !object.implements.is_empty() {
                let interfaces = object.implements.iter().map(|of| linked(of.node.as_str(), names));
                writeln!(text, "\nImplements {}.", markdown::listed(interfaces)).expect("a String takes all text");
            }
            fields(name, &object.fields, names)
        }
        TypeKind::Interface(interface) => fields(name, &interface.fields, names),
        TypeKind::InputObject(input) => inputs("Field", &input.fields, names),
        TypeKind::Enum(values) => {
            let rows: Vec<[String; 2]> = (values.values.iter())
                .map(|value| [code(value.node.value.node.as_str()), told(value.node.description.as_ref())])
                .collect();
            markdown::table(["Value", "Meaning"], &rows)
        }
        TypeKind::Scalar => {
            let specified = of.directives.iter().find_map(|directive| directive.node.get_argument("url"));
            specified.map_or_else(String::new, |url| {
                let url = url.node.to_string();
                format!("Specified by <{}>.\n", url.trim_matches('"'))
            })
        }
        TypeKind::Union(union) => {
            let rows: Vec<[String; 1]> =
                union.members.iter().map(|member| [linked(member.node.as_str(), names)]).collect();
            markdown::table(["Member"], &rows)
        }
    };
    if !table.is_empty() {
        text.push('\n');
        text.push_str(&table);
    }
}

fn fields(of: &str, fields: &[Positioned<FieldDefinition>], names: &[&str]) -> String {
    let rows: Vec<[String; 3]> = (fields.iter())
        .map(|Positioned { node: field, .. }| {
            let name = field.name.node.as_str();
            let mut about = told(field.description.as_ref());
            if let Some(who) = rights::of_field(of, name) {
                write!(about, " Shown to {who}.").expect("a String takes all text");
            }
            if let Some(cost) = costs::of_field(name) {
                write!(about, " Costs {cost}.").expect("a String takes all text");
            }
            [code(name), linked(&field.ty.node.to_string(), names), about]
        })
        .collect();
    markdown::table(["Field", "Type", "Description"], &rows)
}

fn inputs(head: &'static str, inputs: &[Positioned<InputValueDefinition>], names: &[&str]) -> String {
    let rows: Vec<[String; 3]> = (inputs.iter())
        .map(|Positioned { node: input, .. }| {
            let mut about = told(input.description.as_ref());
            if let Some(default) = &input.default_value {
                write!(about, " Default: `{}`.", default.node).expect("a String takes all text");
            }
            [code(input.name.node.as_str()), linked(&input.ty.node.to_string(), names), about]
        })
        .collect();
    markdown::table([head, "Type", "Description"], &rows)
}
