//! Documents: how long the edge takes to accept or refuse one, harmless or hostile, for each 10 KB of it.

use std::{fmt::Write as _, time::Instant};

use transport::{
    config,
    document::{Documents, RawRequest},
};

use crate::{Effort, Outcome, figures::Spread};

/// Milliseconds that 10 KB may take.
const TO_REACH: f64 = 1.0;

/// Times that a document is judged within one run.
const TIMES: usize = 50;

/// A document, and what is special about it.
struct Document {
    name: &'static str,
    text: String,
}

/// Judges every document of the collection, each time as if it had never been seen.
pub(crate) async fn guard(effort: Effort) -> Outcome {
    let limits = config::Documents { cached_tokens: 0, ..server::config::Config::default().transport.documents };
    let documents = Documents::new(limits)?;
    println!("\nDocuments accepted or refused: ms for each 10 KB, min / median / max of {} runs", effort.rounds);

    let mut worst: f64 = 0.0;
    for Document { name, text } in collection() {
        let mut runs = Vec::new();
        let mut verdict = "accepted".to_owned();
        for _ in 0..effort.rounds {
            let mut times = Vec::with_capacity(TIMES);
            for _ in 0..TIMES {
                let raw = RawRequest::new(&*text);
                let begun = Instant::now();
                let judged = documents.prepare(raw).await;
                // What was read of the document is let go within its time.
                let refused = judged.err();
                times.push(per_ten_kilobytes(begun, text.len()));
                if let Some(rejection) = refused {
                    verdict = rejection.limit.map_or(rejection.code.as_str(), |limit| limit.name).to_owned();
                }
            }
            runs.push(Spread::of(&times).median);
        }
        let spread = Spread::of(&runs);
        worst = worst.max(spread.median);
        println!("  {name} ({} bytes, {verdict}): {spread}", text.len());
    }
    let verdict = if worst < TO_REACH { "reached" } else { "MISSED" };
    println!("  worst: {worst:.2} ms, to reach < {TO_REACH}: {verdict}");
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a document is far below 2^52 bytes")]
fn per_ten_kilobytes(begun: Instant, bytes: usize) -> f64 {
    begun.elapsed().as_secs_f64() * 1_000.0 * 10_000.0 / bytes as f64
}

/// Each as dense as it gets: short names, no white space that is not needed.
fn collection() -> Vec<Document> {
    let document = |name, text| Document { name, text };
    vec![
        document(
            "GraphiQL's question for the schema",
            include_str!("../../../transport/src/document/tests/introspection.graphql").to_owned(),
        ),
        document("a page of everything about matches", MATCHES.to_owned()),
        document("as many fields as are allowed", format!("{{{}}}", nested(250, 19))),
        document("as many tokens as are allowed, all values in lists", format!("{{a(b:[{}])}}", "1 ".repeat(9_990))),
        document("values in lists of lists", format!("{{a(b:[{}])}}", "[1]".repeat(3_300))),
        document("values in objects", format!("{{a(b:[{}])}}", "{a:1 b:1}".repeat(1_100))),
        document("one object of many fields", format!("{{a(b:{{{}}})}}", numbered(3_300, ":1 "))),
        document("names as values", format!("{{a(b:[{}])}}", "a ".repeat(9_990))),
        document("long numbers", format!("{{a(b:[{}])}}", "123456789012345678.9e99 ".repeat(9_000))),
        document("strings with escapes", format!("{{a(b:\"{}\")}}", "\\u0041\\n".repeat(30_000))),
        document("a block string of many lines", format!("{{a(b:\"\"\"{}\"\"\")}}", "a\n".repeat(120_000))),
        document("a block string of empty lines", format!("{{a(b:\"\"\"{}\"\"\")}}", "\n".repeat(250_000))),
        document("comments and commas", format!("{{a}}{}", "#,\n".repeat(80_000))),
        document("characters of four bytes", format!("{{a}}#{}", "🏟".repeat(60_000))),
        document("arguments beyond the limit", format!("{{a({})}}", numbered(3_300, ":1 "))),
        document("fields with arguments", format!("{{{}}}", format!("a{{{}}}", "a(b:1)".repeat(300)).repeat(5))),
        document("directives beyond the limit", format!("{{{}}}", "a@a ".repeat(3_300))),
        document("aliases beyond the limit", format!("{{a{{{}}}}}", "a:a ".repeat(3_300))),
        document("fields beyond the limit", format!("{{a{{{}}}}}", "a ".repeat(9_900))),
        document("braces beyond the limit", "{a".repeat(3_300)),
        document("tokens beyond the limit", "{a}".repeat(80_000)),
        document(
            "many operations",
            (0..1_600).fold(String::new(), |text, number| numbered_by(text, "query q", number, "{a}")),
        ),
        document(
            "many fragments",
            (0..1_400).fold("{a}".to_owned(), |text, number| numbered_by(text, "fragment f", number, " on Q{a}")),
        ),
        document("fragments that multiply", multiplying(300, 8)),
        document("a chain of fragments", multiplying(1_000, 1)),
        document(
            "fragments that spread each other in a circle",
            format!("{{...a}}fragment a on Q{{{}}}", "...a ".repeat(4_900)),
        ),
        document(
            "variables",
            format!(
                "query({}){{a}}",
                (0..1_900).fold(String::new(), |text, number| numbered_by(text, "$v", number, ":[I!]!"))
            ),
        ),
        document("no GraphQL at all", "{\"query\":\"{a}\"}".repeat(10_000)),
    ]
}

const MATCHES: &str = "query($first: Int) { matches(first: $first) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount edges { cursor node { ...all } }
    nodes { ...all } } }
  fragment all on Match { id matchNumber roundNumber dateUtc location homeTeam awayTeam group version
    categories { category price { amount currency } available pending sellable status } }";

/// `sets` selections of `fields` fields each.
fn nested(sets: usize, fields: usize) -> String {
    let set = format!("a{{{}}}", "a ".repeat(fields));
    // Few of them at the root, where fewer are allowed.
    let branches = sets.div_ceil(15);
    format!("a{{{}}}", set.repeat(branches)).repeat(15)
}

fn numbered(count: usize, end: &str) -> String {
    (0..count).fold(String::new(), |text, number| numbered_by(text, "a", number, end))
}

fn numbered_by(mut text: String, begin: &str, number: usize, end: &str) -> String {
    // Writing to a text cannot fail.
    let _ = write!(text, "{begin}{number}{end}");
    text
}

/// Levels of fragments, each spread that many times by the one before.
fn multiplying(levels: usize, spreads: usize) -> String {
    let level = |mut text: String, level: usize| {
        let next = format!("...f{} ", level + 1).repeat(spreads);
        let _ = write!(text, "fragment f{level} on Q{{{next}}}");
        text
    };
    (0..levels).fold("{...f0}".to_owned(), level) + &format!("fragment f{levels} on Q{{a}}")
}
