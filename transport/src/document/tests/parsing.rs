//! The parser: equal to async-graphql's own where that is right, and right where that is not.

use async_graphql::parser::parse_query;
use error_codes::Code;

use super::*;

fn tree(text: &str) -> serde_json::Value {
    let parsed = parser::parse(text, &config::Documents::default());
    let parsed = parsed.unwrap_or_else(|rejection| panic!("{rejection:?}\n{text}"));
    serde_json::to_value(parsed.document).expect("a tree can be serialised")
}

fn other_tree(text: &str) -> serde_json::Value {
    let parsed = parse_query(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    serde_json::to_value(parsed).expect("a tree can be serialised")
}

/// Writes documents that both parsers accept, the same ones for the same seed.
struct Writer {
    seed: u64,
    text: String,
}

impl Writer {
    fn pick(&mut self, choices: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % choices
    }

    fn put(&mut self, token: &str) {
        self.text.push_str(token);
        let gap = [" ", "\n", " , ", " # a comment, {\n", "\t", "\n\n  "];
        let gap = gap[usize::try_from(self.pick(6)).expect("it is below 6")];
        self.text.push_str(gap);
    }

    fn name(&mut self) {
        let names = ["a", "_b1", "Query", "type", "query", "fragment", "on2", "input"];
        let name = names[usize::try_from(self.pick(8)).expect("it is below 8")];
        self.put(name);
    }

    fn document(&mut self) {
        if self.pick(3) == 0 {
            self.selection_set(3);
        } else {
            for operation in 0..=self.pick(2) {
                let kind = ["query", "mutation", "subscription"][usize::try_from(self.pick(3)).expect("it is below 3")];
                self.put(kind);
                self.put(&format!("op{operation}"));
                self.variables();
                self.directives();
                self.selection_set(3);
            }
        }
        for fragment in 0..self.pick(3) {
            self.put("fragment");
            self.put(&format!("f{fragment}"));
            self.text.push_str("on ");
            self.name();
            self.directives();
            self.selection_set(2);
        }
    }

    fn variables(&mut self) {
        if self.pick(2) == 0 {
            return;
        }
        self.put("(");
        for variable in 0..=self.pick(2) {
            self.put(&format!("$v{variable}"));
            self.put(":");
            let types = ["Int", "[Int!]!", "[[String]]", "ID!"];
            let reference = types[usize::try_from(self.pick(4)).expect("it is below 4")];
            self.put(reference);
            if self.pick(2) == 0 {
                self.put("=");
                self.value(2, false);
            }
        }
        self.put(")");
    }

    fn selection_set(&mut self, depth: u64) {
        self.put("{");
        for _ in 0..=self.pick(3) {
            match self.pick(6) {
                0 => {
                    self.put("...f0");
                    self.directives();
                }
                1 if depth > 0 => {
                    self.text.push_str("... on ");
                    self.name();
                    self.directives();
                    self.selection_set(depth - 1);
                }
                2 if depth > 0 => {
                    self.put("...");
                    self.directives();
                    self.selection_set(depth - 1);
                }
                _ => self.field(depth),
            }
        }
        self.put("}");
    }

    fn field(&mut self, depth: u64) {
        self.name();
        if self.pick(3) == 0 {
            self.put(":");
            self.name();
        }
        self.arguments();
        self.directives();
        if depth > 0 && self.pick(2) == 0 {
            self.selection_set(depth - 1);
        }
    }

    fn arguments(&mut self) {
        if self.pick(3) > 0 {
            return;
        }
        self.put("(");
        for _ in 0..=self.pick(2) {
            self.name();
            self.put(":");
            self.value(2, true);
        }
        self.put(")");
    }

    fn directives(&mut self) {
        for _ in 0..self.pick(3).saturating_sub(1) {
            self.text.push('@');
            self.name();
            self.arguments();
        }
    }

    fn value(&mut self, depth: u64, variables: bool) {
        let leaves = [
            "1",
            "-7",
            "12.5e-3",
            "\"a\\n\\u00e9 🏀\"",
            "\"\"",
            "true",
            "null",
            "RED",
            "\"\"\"\n    block é\n      more \n\n  \"\"\"",
            "9007199254740993",
        ];
        match self.pick(6) {
            0 if depth > 0 => {
                self.put("[");
                for _ in 0..self.pick(3) {
                    self.value(depth - 1, variables);
                }
                self.put("]");
            }
            1 if depth > 0 => {
                self.put("{");
                for field in 0..self.pick(3) {
                    self.put(&format!("k{field}"));
                    self.put(":");
                    self.value(depth - 1, variables);
                }
                self.put("}");
            }
            2 if variables => self.put("$v0"),
            _ => {
                let leaf = leaves[usize::try_from(self.pick(10)).expect("it is below 10")];
                self.put(leaf);
            }
        }
    }
}

#[test]
fn documents_mean_what_they_mean_to_async_graphql() {
    for seed in 0..1_000 {
        let mut writer = Writer { seed, text: String::new() };
        writer.document();

        assert_eq!(tree(&writer.text), other_tree(&writer.text), "{}", writer.text);
    }
}

#[test]
fn what_the_other_parser_gets_wrong_is_read_by_the_specification() {
    let directive_after_default = tree("query q($a: Int = 1 @d) { a }");
    assert!(directive_after_default.to_string().contains("default_value"));

    for text in [
        "{ a(b: nullable, c: trueish) }",
        "{ ... on# a comment\nQuery { a } }",
        "{ a(b: \"\\uD83C\\uDFC0\", c: \"\\u{1F3C0}\") }",
        "\u{feff}{ a }",
        "{ a(b: \"\u{0}\u{7}\", c: \"\"\"\u{1}\u{7f}\"\"\") } # \u{7}",
    ] {
        tree(text);
    }
}

#[test]
fn what_is_no_document_is_refused_where_it_goes_wrong() {
    let cases = [
        ("", (1, 1)),
        ("{", (1, 2)),
        ("{}", (1, 2)),
        ("{ a() }", (1, 5)),
        ("{ a(b) }", (1, 6)),
        ("{ a(b:) }", (1, 7)),
        ("query q() { a }", (1, 9)),
        ("query q($a: Int = $b) { a }", (1, 19)),
        ("fragment f on T { a }", (1, 22)),
        ("{ a } fragment on on T { a }", (1, 16)),
        ("{ a } fragment f { a }", (1, 18)),
        ("queryq { a }", (1, 1)),
        ("type T { a: Int }", (1, 1)),
        ("{ a(b: 01) }", (1, 9)),
        ("{ a(b: 1x) }", (1, 9)),
        ("{ a(b: 1.) }", (1, 10)),
        ("{ a(b: -) }", (1, 9)),
        ("{ a(b: \"c\n\") }", (1, 10)),
        ("{ a(b: \"\\x\") }", (1, 8)),
        ("{ a(b: \"é\", c: ?) }", (1, 16)),
        ("{ a(b: \"\"\"\n é \"\"\" ?) }", (2, 8)),
        ("{ a .. }", (1, 5)),
        ("{ a \u{0} }", (1, 5)),
    ];

    let documents = guard(|_| {});
    for (text, (line, column)) in cases {
        let rejection = ask(&documents, text).err().unwrap_or_else(|| panic!("{text} is no document"));
        assert_eq!(rejection.code, Code::GRAPHQL_PARSE_FAILED, "{text}");
        assert_eq!(rejection.location, Some((line, column).into()), "{text}: {}", rejection.message);
    }
}

#[test]
fn what_a_document_has_twice_is_named_where_it_comes_again() {
    let documents = guard(|_| {});
    for (text, (line, column)) in [
        ("{ a }\n{ b }", (2, 1)),
        ("query q { a } { b }", (1, 15)),
        ("query q { a }\nquery q { b }", (2, 1)),
        ("{ a } fragment f on T { a } fragment f on T { a }", (1, 29)),
        ("{ a(b: {c: 1, c: 2}) }", (1, 15)),
    ] {
        let rejection = ask(&documents, text).err().unwrap_or_else(|| panic!("{text} is refused"));
        assert_eq!(rejection.code, Code::GRAPHQL_VALIDATION_FAILED, "{text}");
        assert_eq!(rejection.location, Some((line, column).into()), "{text}: {}", rejection.message);
    }
}
