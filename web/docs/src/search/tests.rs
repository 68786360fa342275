use super::*;
use crate::{address, markdown::Outline};

fn page(file: &'static str, source: &'static str, group: usize) -> Page {
    Page { file, source, path: address::of_page(file), outline: Outline::of(source), group: Some(group) }
}

/// The paths that a question leads to, with their anchors.
fn found(pages: &[Page], question: &str) -> Vec<String> {
    let answer = Index::of(pages).search(pages, question);
    let parts = answer.pages.iter().flat_map(|found| found.parts.iter().map(move |part| (found.page, part.heading)));
    parts
        .map(|(page, heading)| {
            let anchor =
                heading.map_or(String::new(), |heading| format!("#{}", pages[page].outline.headings[heading].id));
            format!("{}{anchor}", pages[page].path)
        })
        .collect()
}

#[test]
fn a_heading_counts_more_than_a_text_and_a_guide_more_than_a_decision() {
    let pages = [
        page("docs/adr/0001-refunds.md", "# Refunds\n\nRefunds are of tickets.", DECISIONS),
        page("docs/guides/errors.md", "# Errors\n\nA refund may fail.\n\n## Refunds\n\nWhat they are.", 1),
        page("docs/guides/paying.md", "# Paying\n\nA card.", 1),
    ];

    assert_eq!(found(&pages, "refunds")[0], "/docs/guides/errors#refunds");
    assert_eq!(found(&pages, "How do I pay?"), ["/docs/guides/paying"]);
    assert_eq!(found(&pages, "refund ticket"), ["/docs/adr/0001-refunds"], "all words before some");
}

#[test]
fn a_word_is_found_by_its_parts_its_begin_and_its_singular() {
    let pages =
        [page("docs/reference/errors.md", "# Errors\n\n## `SOLD_OUT`\n\nAsk `reserveTickets` for another ticket.", 3)];

    for question in ["SOLD_OUT", "sold out", "sold", "reserveTickets", "reserve", "reserv", "tickets"] {
        assert_eq!(found(&pages, question), ["/docs/reference/errors#sold_out"], "{question}");
    }
}

#[test]
fn some_words_are_better_than_nothing_and_a_slip_is_noticed() {
    let pages = [page("docs/guides/live.md", "# Live data\n\nSubscriptions reconnect.", 1)];
    let index = Index::of(&pages);

    let partial = index.search(&pages, "subscriptions elsewhere");
    assert!(partial.is_partial && partial.total == 1);
    let slip = index.search(&pages, "subscirptions");
    assert_eq!((slip.total, slip.suggestion.as_deref()), (0, Some("subscriptions")));
    assert!(index.search(&pages, "zzz").suggestion.is_none());
}

#[test]
fn an_excerpt_is_short_and_marks_what_was_looked_for() {
    let text = format!("{} Été: a Hold ends. {}", "é ".repeat(400), "ü ".repeat(400));
    let excerpt = excerpt(&text, &["hold".to_owned()]);

    let length: usize = excerpt.iter().map(|(piece, _)| piece.len()).sum();
    assert!(length < EXCERPT + 20, "{length}");
    let marked: Vec<_> = excerpt.iter().filter(|(_, is_meant)| *is_meant).map(|(piece, _)| piece.as_str()).collect();
    assert_eq!(marked, ["Hold"]);
}

#[test]
fn a_question_of_any_length_is_some_words() {
    let long = "wort ".repeat(10_000) + &"x".repeat(100_000);
    assert_eq!(words_of(&long), ["wort"]);
    let many: Vec<String> = (0..50).map(|number| format!("w{number}")).collect();
    assert_eq!(words_of(&many.join(" ")).len(), WORDS_MAX);
    assert_eq!(words_of(&"x".repeat(QUESTION_MAX)), [""; 0], "longer than any word");
    for question in ["", "\u{130}\u{301}", "<script>", "'\"&", "\u{feff}\u{202e}"] {
        search(question);
    }
}
