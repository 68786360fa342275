//! Highlights: what was found, in the texts that are shown.

use search::{correction::Piece, page::Page};

use crate::world;

/// With brackets around what is marked.
fn marked(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| if piece.is_match { format!("[{}]", piece.text) } else { piece.text.clone() }).collect()
}

fn found(query: &str) -> Page {
    world::search(&world::engine(), query)
}

#[test]
fn what_was_looked_for_is_marked_in_texts() {
    for (query, shown, expected) in [
        ("corner flag", "Corner flag seats, behind the corner", "[Corner] [flag] seats, behind the [corner]"),
        ("whelchair", "Wheelchair accessible", "[Wheelchair] accessible"),
        ("haupttribune", "Spanien an der Haupttribüne", "Spanien an der [Haupttribüne]"),
        ("brazil", "Brasil x Sérvia", "[Brasil] x Sérvia"),
        ("日本", "日本側の席", "[日本]側の席"),
        ("المغرب", "قريب من جمهور المغرب", "قريب من جمهور [المغرب]"),
        ("<b>", "<b>bold</b> & \"quoted\"", "<[b]>[bold]</[b]> & \"quoted\""),
    ] {
        assert_eq!(marked(&found(query).highlighter.text(shown)), expected, "{query}");
    }
}

#[test]
fn a_name_is_marked_whole_in_whatever_language_it_was_typed() {
    let page = found("holland qatar");
    let names = ["Netherlands", "Qatar", "Ecuador"].map(|name| marked(&page.highlighter.name(name)));
    assert_eq!(names, ["[Netherlands]", "[Qatar]", "Ecuador"]);
    assert_eq!(marked(&found("مغرب").highlighter.name("Morocco")), "[Morocco]");
    assert_eq!(marked(&found("the tent").highlighter.name("Al Bayt Stadium")), "[Al Bayt Stadium]");
}

#[test]
fn pieces_are_the_text_and_an_excerpt_is_a_part_of_it() {
    let texts = world::listings().into_iter().flat_map(|listing| [Some(listing.title), listing.description]).flatten();
    let texts: Vec<String> = texts.collect();
    for query in ["seat", "messi", "日本", "zona", "platz", "la", "block", "nothing"] {
        let page = found(query);
        for text in &texts {
            let whole: String = page.highlighter.text(text).into_iter().map(|piece| piece.text).collect();
            assert_eq!(whole, *text);
            let excerpt: String = page.highlighter.excerpt(text, 20).into_iter().map(|piece| piece.text).collect();
            assert!(text.contains(&excerpt) && excerpt.chars().count() <= 20, "{excerpt}");
        }
    }
}

#[test]
fn an_excerpt_has_the_first_match() {
    let long = format!("{} a wheelchair place {}", "word ".repeat(60), "more ".repeat(60));
    let excerpt = marked(&found("wheelchair").highlighter.excerpt(&long, 60));
    assert!(excerpt.contains("[wheelchair]"), "{excerpt}");
}
