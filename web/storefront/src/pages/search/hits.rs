//! What was found: matches and offers of fans, as the shop shows both, live.

use std::collections::BTreeSet;

use kit::visit::Visit;
use maud::{Markup, html};
use serde_json::Value;

use crate::{
    documents::search::search_page as document,
    pages::{
        facts, live,
        match_row::{Day, match_row},
        resale::{
            market::{self, Texts},
            offer::{Fixture, Offer, State, fixture, offer, state},
        },
    },
};

type Hit = document::SearchPageSearchNodes;
type Found = document::SearchPageSearchNodesNode;

/// The hits in their order; `me` is who asks, where they are known.
pub(super) fn list(visit: &Visit<'_>, hits: &[Hit], me: Option<&str>) -> Markup {
    let offered: BTreeSet<i64> = hits
        .iter()
        .filter_map(|hit| match &hit.node {
            Found::Listing(listing) => Some(listing.match_.match_number),
            Found::Match(_) => None,
        })
        .collect();
    let numbers = offered.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
    let list = html! {
        md-once {
            ul.found {
                @for hit in hits { (item(visit, hit, me)) }
            }
        }
    };
    html! {
        md-availability.stack {
            (facts::changed(visit))
            // Without an offer on the page there is none to follow.
            @if offered.is_empty() { (list) } @else { md-market data-matches=(numbers) { (list) } }
        }
    }
}

fn item(visit: &Visit<'_>, hit: &Hit, me: Option<&str>) -> Markup {
    match &hit.node {
        Found::Match(known) => html! { li { (match_row!(document, known).html(visit, Day::InRow)) } },
        Found::Listing(known) => {
            let offer = offer!(document, known, me);
            let title = marked(hit, &document::SearchHighlightField::TITLE);
            let texts = Texts {
                title: title.unwrap_or_else(|| html! { (offer.title) }),
                excerpt: marked(hit, &document::SearchHighlightField::DESCRIPTION),
            };
            html! { li { ul.rows.lined { (market::row(visit, &offer, &texts)) } } }
        }
    }
}

/// A text with what was looked for marked in it, where it was found in that text. All of it is text, whatever a seller wrote.
fn marked(hit: &Hit, field: &document::SearchHighlightField) -> Option<Markup> {
    let highlight = hit.highlights.iter().find(|highlight| highlight.field == *field)?;
    Some(html! {
        @for piece in &highlight.pieces {
            @if piece.is_match { mark { (piece.text) } } @else { (piece.text) }
        }
    })
}

/// What the elements of the list say.
pub(super) fn script_words(visit: &Visit<'_>, hold_minutes: i64) -> Value {
    live::together(live::words(visit.words, hold_minutes), market::script_words(visit.words))
}
