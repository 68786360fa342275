"""Tests of scripts/check-wording: what is counted, where, and when the list of exceptions complains."""

import unittest

from wording import exceptions, forms, patterns, texts


def names(text):
    return [name for name, _ in patterns.found_in(text)]


class Patterns(unittest.TestCase):
    def test_each_pattern_finds_its_turn_and_leaves_good_english_alone(self):
        for text, expected in [
            ("Somebody is buying this.", ["somebody"]),
            ("Nobody waits; whoever comes first gets it.", ["nobody", "whoever"]),
            ("\"x\" is no address", ["is no"]),
            ("there is no match 65", []),
            ("it is no longer valid", []),
            ("clients are told of it", ["told of"]),
            ("what becomes of a payment", ["becomes of"]),
            ("the sale is over", ["is over"]),
            ("a word of ours", ["of ours"]),
            ("nobody's, to the letter", ["nobody", "to the letter"]),
        ]:
            with self.subTest(text):
                self.assertEqual(names(text), expected)

    def test_each_pattern_says_what_is_right(self):
        for name, pattern in patterns.PATTERNS.items():
            self.assertTrue(pattern.right, name)


class Texts(unittest.TestCase):
    def test_strings_of_rust_count_without_comments_tests_proofs_and_reasons(self):
        text = '''
// nobody
/// nobody
#[expect(clippy::all, reason = "nobody")]
fn f() -> &'static str {
    let c = '"';
    x.expect("nobody is there");
    assert!(y, "nobody");
    r#"a "raw" one"#;
    "is \\
     broken"
}

#[cfg(test)]
#[expect(clippy::disallowed_methods)]
mod tests {
    const A: &str = "of a test";
}
'''
        self.assertEqual([string for _, string in texts.rust_strings(text)], ['a "raw" one', "is broken"])
        self.assertEqual([line for line, _ in texts.rust_strings(text)], [9, 10])

    def test_the_help_counts_with_its_comments(self):
        found = texts.pieces("clap", "/// What nobody does\n#[arg(value_name = \"FILE\")]\n// not this\n")
        self.assertEqual(found, [(1, " What nobody does"), (2, "FILE")])

    def test_a_paragraph_is_one_piece_and_fences_are_none(self):
        text = "# Title\n\nThis is\nno list.\n```sh not-run\nnobody\n```\n- last\n"
        self.assertEqual(texts.pieces("markdown", text), [(1, "# Title"), (3, "This is no list."), (8, "- last")])

    def test_scripts_count_by_their_strings_and_words_without_their_comments(self):
        text = "// nobody\nconst a = 'shown'; /* nobody */\nconst b = `two\nlines`;\nconst url = 'https://x';\n"
        self.assertEqual(
            [string for _, string in texts.pieces("script", text)], ["'shown'", "`two\nlines`", "'https://x'"]
        )
        self.assertEqual(texts.pieces("fluent", "# nobody\na = b\n"), [(2, "a = b")])

    def test_every_kind_of_text_that_users_see_is_read(self):
        for path, kind in [
            ("README.md", "markdown"),
            ("docs/guides/gate.md", "markdown"),
            ("docs/snippets/apollo/client.ts", "whole"),
            ("schema.graphql", "whole"),
            ("matchday.example.toml", "whole"),
            ("deploy/observability/alerts.yaml", "whole"),
            ("mails/locales/en/mails.ftl", "fluent"),
            ("mails/locales/fr/mails.ftl", None),
            ("server/graphiql/src/examples.js", "script"),
            ("server/src/cli.rs", "clap"),
            ("domain/src/desk/error.rs", "rust"),
            ("server/src/config/tests.rs", None),
            ("tests/tests/e2e/gate.rs", None),
            ("bench/src/main.rs", None),
        ]:
            with self.subTest(path):
                self.assertEqual(texts.kind_of(path), kind)


class Forms(unittest.TestCase):
    def test_errors_and_log_lines_are_in_lower_case_without_a_full_stop(self):
        def wrong(text):
            return [what.split(":")[0] for _, what in forms.wrong("domain/src/error.rs", text)]

        for right in [
            '#[error("match {0} is sold out")]',
            '#[error("`first` is {0}; it must be 0 to 100")]',
            '#[error("Kafka: {0}")]',
            '#[error("KAFKA_BROKERS is unset")]',
            '#[error("the folder is in use\\n  Stop the other one.")]',
            'tracing::warn!(%error, port = 5, "Redis does not answer; trying again");',
            'let x = "A sentence.";',
        ]:
            self.assertEqual(wrong(right), [], right)
        for text, expected in [
            ('#[error("Match {0} is sold out")]', ["begins with a capital"]),
            ('#[error(\n    "match {0} is sold out."\n)]', ["ends with a full stop"]),
            ('#[error("the folder is in use\\n  Stop the other one")]', ["gives advice that is not a sentence"]),
            ('tracing::warn!(%error, "Trying again.");', ["begins with a capital", "ends with a full stop"]),
            ('Err(e) => tracing::info!(count, "Done {}", count),', ["begins with a capital"]),
        ]:
            self.assertEqual(wrong(text), expected, text)

    def test_what_the_edge_writes_to_clients_has_a_form_of_its_own(self):
        text = '#[error("The body ended early.")]'
        self.assertEqual(forms.wrong("transport/src/limited_body.rs", text), [])
        self.assertEqual(len(forms.wrong("transport/src/body.rs", text)), 2)


class Exceptions(unittest.TestCase):
    def test_more_and_fewer_than_the_list_says_are_complaints_and_the_same_is_none(self):
        allowed = {"a": 2, "b": 1, "c": 3}
        complaints = exceptions.compare(allowed, {"a": 2, "b": 2, "d": 1})

        self.assertEqual([(complaint.path, complaint.is_more) for complaint in complaints],
                         [("b", True), ("c", False), ("d", True)])
        self.assertIn("lower", str(complaints[1]))
        self.assertEqual(exceptions.compare(allowed, allowed), [])

    def test_the_list_shrinks_and_never_grows(self):
        lowered = exceptions.lowered({"a": 2, "b": 1, "c": 3}, {"a": 1, "b": 9, "d": 5})

        self.assertEqual(lowered, {"a": 1, "b": 1})
        self.assertEqual(exceptions.read(exceptions.written(lowered)), lowered)


if __name__ == "__main__":
    unittest.main()
