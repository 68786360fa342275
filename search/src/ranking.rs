//! Ranking: which hit comes first.
//!
//! Words that are missing count before typos, typos before names that were only begun, those before where a word was found: a team before a
//! venue, before a title, before a description. Then matches come before listings, what can be bought before what can't, the earlier
//! before the later, the cheaper before the dearer.

use crate::{document::DocumentId, evidence::Grade, request::Sort};

/// What hits are ordered by, the least first; no two are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub parts: [i64; Self::PARTS],
    pub id: DocumentId,
}

/// What a document is beside the query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    pub id: DocumentId,
    pub is_sellable: bool,
    /// Seconds since 1970.
    pub kick_off: i64,
    pub price_minor: i64,
}

/// How well a document fits a query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fit {
    pub missing: u8,
    pub typos: u8,
    loose: u8,
    fields: u8,
    /// Whether one of the words says what is looked for by itself.
    pub is_telling: bool,
}

impl Fit {
    /// With what a document has for a word; none if it has nothing.
    pub(crate) fn add(&mut self, grade: Option<Grade>, tells_in_texts: bool) {
        let Some(grade) = grade else {
            self.missing += 1;
            return;
        };
        self.typos += grade.typos();
        self.loose += grade.looseness();
        self.fields += grade.field();
        self.is_telling |= grade.is_telling(tells_in_texts);
    }

    /// As a store has added it up.
    pub(crate) fn of_parts(missing: u8, [typos, loose, fields]: [u8; 3]) -> Self {
        Self { missing, typos, loose, fields, is_telling: true }
    }

    fn in_one(self) -> i64 {
        let shifted = [self.typos, self.loose, self.fields];
        shifted.into_iter().fold(0, |whole, part| (whole << 8) | i64::from(part))
    }
}

impl Rank {
    pub(crate) const PARTS: usize = 6;

    pub(crate) fn of(fit: Fit, facts: Facts, sort: Sort) -> Self {
        let is_listing = i64::from(matches!(facts.id, DocumentId::Listing(_)));
        let missing = i64::from(fit.missing);
        let (fit, unsellable) = (fit.in_one(), i64::from(!facts.is_sellable));
        let Facts { id, kick_off, price_minor: price, .. } = facts;
        let parts = match sort {
            Sort::Relevance => [missing, fit, is_listing, unsellable, kick_off, price],
            Sort::KickOff => [missing, kick_off, fit, is_listing, unsellable, price],
            Sort::Price => [missing, unsellable, price, fit, is_listing, kick_off],
            Sort::PriceDescending => [missing, unsellable, price.saturating_neg(), fit, is_listing, kick_off],
        };
        Self { parts, id }
    }

    /// Typos, looseness and fields, which an order by relevance or any other has somewhere.
    pub(crate) fn fit_parts(&self, sort: Sort) -> [u8; 3] {
        let fit = match sort {
            Sort::Relevance => self.parts[1],
            Sort::KickOff => self.parts[2],
            Sort::Price | Sort::PriceDescending => self.parts[3],
        };
        [16, 8, 0].map(|shift| u8::try_from((fit >> shift) & 255).unwrap_or(u8::MAX))
    }

    /// The typos of the hit, in an order by relevance or any other.
    pub(crate) fn typos(&self, sort: Sort) -> u8 {
        let fit = match sort {
            Sort::Relevance => self.parts[1],
            Sort::KickOff => self.parts[2],
            Sort::Price | Sort::PriceDescending => self.parts[3],
        };
        u8::try_from(fit >> 16).unwrap_or(u8::MAX)
    }
}
