//! A rebuild beside the index that is searched: what differs is told to the store, and what the source no longer has is taken away.
//!
//! A listing that was in the store before the source was read, and was not in the source, has gone. It is taken away at the version that
//! was seen, so that a newer state that another instance tells of meanwhile stays.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use uuid::Uuid;

use super::DividedEngine;
use crate::{
    document::Change,
    engine::{RebuildError, Rebuilding},
    store::{ListingStore, StoredChange},
};

pub(super) struct Rebuild<'e, S> {
    engine: &'e DividedEngine<S>,
    /// The versions of listings that the store had, and that the source has not told of yet.
    left: HashMap<Uuid, i64>,
    matches: HashSet<i32>,
}

impl<'e, S: ListingStore> Rebuild<'e, S> {
    pub(super) async fn begin(engine: &'e DividedEngine<S>) -> Result<Self, RebuildError> {
        let left = engine.listings.versions().await?;
        Ok(Self { engine, left, matches: HashSet::new() })
    }
}

#[async_trait]
impl<S: ListingStore> Rebuilding for Rebuild<'_, S> {
    async fn add(&mut self, documents: Vec<Change>) -> Result<(), RebuildError> {
        self.matches.extend(documents.iter().filter_map(|change| match change {
            Change::Match(document) => Some(document.number),
            _ => None,
        }));
        let mut new = Vec::new();
        for change in documents {
            let known = match &change {
                Change::Listing(document) => self.left.remove(&document.id).filter(|known| *known >= document.version),
                Change::ListingGone { id, .. } => self.left.remove(id).and(None),
                Change::Match(_) | Change::MatchGone { .. } => None,
            };
            if known.is_none() {
                new.push(change);
            }
        }
        let of_listings = self.engine.apply_to_matches(new);
        if !of_listings.is_empty() {
            self.engine.listings.apply(of_listings).await?;
        }
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<(), RebuildError> {
        let known = self.engine.matches();
        let gone = known.match_versions().filter(|(number, _)| !self.matches.contains(number));
        let gone: Vec<Change> = gone.map(|(number, version)| Change::MatchGone { number, version }).collect();
        self.engine.apply_to_matches(gone);
        let left: Vec<StoredChange> =
            self.left.drain().map(|(id, version)| StoredChange::Gone { id, version }).collect();
        if !left.is_empty() {
            self.engine.listings.apply(left).await?;
        }
        Ok(self.engine.listings.settle().await?)
    }
}
