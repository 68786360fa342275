//! Changes as a source may tell them: of few documents, in many versions.

use std::collections::BTreeMap;

use proptest::prelude::*;
use search::document::{Availability, CategoryDocument, Change, DocumentId, ListingDocument, MatchDocument};
use uuid::Uuid;

use crate::world;

const TITLES: [&str; 6] = [
    "Quiet seat",
    "Quiet corner with a view",
    "日本側の席",
    "مقعد قريب",
    "Oberrang überdacht",
    "Seat beside the aisle",
];

pub(crate) fn change() -> impl Strategy<Value = Change> {
    let listing = (0_u128..12, 1..5_i32, 0..TITLES.len(), any::<bool>(), 1..8_i64).prop_map(
        |(id, of, title, has_more, version)| {
            Change::Listing(ListingDocument {
                id: Uuid::from_u128(id),
                match_number: of,
                category: 1 + of % 3,
                price_minor: version * 1_000,
                title: TITLES[title].to_owned(),
                description: has_more.then(|| TITLES[(title + 1) % TITLES.len()].to_owned()),
                version,
            })
        },
    );
    let gone =
        (0_u128..12, 1..8_i64).prop_map(|(id, version)| Change::ListingGone { id: Uuid::from_u128(id), version });
    let of_match =
        (1..5_usize, 1..8_i64, any::<bool>(), any::<bool>()).prop_map(|(number, version, is_sold, moves)| {
            let document = world::matches().remove(number - 1);
            let availability = if is_sold { Availability::SoldOut } else { Availability::Available };
            Change::Match(MatchDocument {
                categories: document.categories.iter().map(|of| CategoryDocument { availability, ..*of }).collect(),
                venue: if moves { "Lusail Stadium".to_owned() } else { document.venue.clone() },
                version,
                ..document
            })
        });
    let gone_match = (1..5_i32, 1..8_i64).prop_map(|(number, version)| Change::MatchGone { number, version });
    prop_oneof![4 => listing, 2 => gone, 2 => of_match, 1 => gone_match]
}

/// Of each document and version the first alone, for a version is one state.
pub(crate) fn as_from_a_source(changes: Vec<Change>) -> Vec<Change> {
    let mut known = BTreeMap::new();
    for change in changes {
        known.entry((change.id(), change.version())).or_insert(change);
    }
    known.into_values().collect()
}

/// The newest states alone.
pub(crate) fn newest(changes: &[Change]) -> Vec<Change> {
    let mut newest: BTreeMap<DocumentId, Change> = BTreeMap::new();
    for change in changes {
        let known = newest.entry(change.id()).or_insert_with(|| change.clone());
        if known.version() < change.version() {
            *known = change.clone();
        }
    }
    newest.into_values().filter(|change| matches!(change, Change::Match(_) | Change::Listing(_))).collect()
}
