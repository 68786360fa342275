//! Filters: which of the hits are wanted, whatever the query.

use crate::document::{Availability, CategoryDocument, MatchDocument, Source};

/// What can be filtered by, and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FacetField {
    Team,
    Venue,
    Round,
    Group,
    Category,
    Price,
    Availability,
    Source,
}

impl FacetField {
    pub const ALL: [Self; 8] = [
        Self::Team,
        Self::Venue,
        Self::Round,
        Self::Group,
        Self::Category,
        Self::Price,
        Self::Availability,
        Self::Source,
    ];
}

/// What hits have to be. What is empty filters nothing; of several values of a field one has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// As the master list has them.
    pub teams: Vec<String>,
    pub venues: Vec<String>,
    pub rounds: Vec<i32>,
    pub groups: Vec<String>,
    pub matches: Vec<i32>,
    pub categories: Vec<i32>,
    /// In minor units, included.
    pub price_from_minor: Option<i64>,
    pub price_to_minor: Option<i64>,
    /// Of a listing: that it is available.
    pub availability: Vec<Availability>,
    pub sources: Vec<Source>,
}

/// One way to get in: a category of a match, or a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offer {
    pub category: i32,
    pub price_minor: i64,
    pub availability: Availability,
}

/// The fields by which a document is not what is wanted, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Failed(u16);

/// The bit of the numbers of matches, which no facet counts.
const MATCHES: u16 = 1 << 15;

impl Failed {
    pub(crate) fn add(&mut self, field: FacetField, fails: bool) {
        self.0 |= u16::from(fails) << (field as u16);
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Whether nothing fails but a field.
    pub(crate) fn is_none_but(self, field: FacetField) -> bool {
        self.0 & !(1 << (field as u16)) == 0
    }
}

impl Filter {
    /// The same without what it says of a field.
    pub(crate) fn without(&self, field: FacetField) -> Self {
        let mut other = self.clone();
        match field {
            FacetField::Team => other.teams.clear(),
            FacetField::Venue => other.venues.clear(),
            FacetField::Round => other.rounds.clear(),
            FacetField::Group => other.groups.clear(),
            FacetField::Category => other.categories.clear(),
            FacetField::Price => (other.price_from_minor, other.price_to_minor) = (None, None),
            FacetField::Availability => other.availability.clear(),
            FacetField::Source => other.sources.clear(),
        }
        other
    }

    /// What of a match fails for itself and for each of its listings alike.
    pub(crate) fn of_match(&self, document: &MatchDocument) -> Failed {
        let mut failed = Failed::default();
        let is_teams = |team: &String| *team == document.home_team || *team == document.away_team;
        failed.add(FacetField::Team, !self.teams.is_empty() && !self.teams.iter().any(is_teams));
        failed.add(FacetField::Venue, !self.venues.is_empty() && !self.venues.contains(&document.venue));
        failed.add(FacetField::Round, !self.rounds.is_empty() && !self.rounds.contains(&document.round));
        let is_group = |group: &String| document.group.as_ref() == Some(group);
        failed.add(FacetField::Group, !self.groups.is_empty() && !self.groups.iter().any(is_group));
        if !self.matches.is_empty() && !self.matches.contains(&document.number) {
            failed.0 |= MATCHES;
        }
        failed
    }

    pub(crate) fn of_source(&self, source: Source) -> Failed {
        let mut failed = Failed::default();
        failed.add(FacetField::Source, !self.sources.is_empty() && !self.sources.contains(&source));
        failed
    }

    pub(crate) fn of_offer(&self, offer: Offer) -> Failed {
        let mut failed = Failed::default();
        failed.add(FacetField::Category, !self.categories.is_empty() && !self.categories.contains(&offer.category));
        let is_cheaper = self.price_from_minor.is_some_and(|from| offer.price_minor < from);
        let is_dearer = self.price_to_minor.is_some_and(|to| offer.price_minor > to);
        failed.add(FacetField::Price, is_cheaper || is_dearer);
        let is_other = !self.availability.is_empty() && !self.availability.contains(&offer.availability);
        failed.add(FacetField::Availability, is_other);
        failed
    }
}

/// The ways into a match. When its sale has ended there is none, whatever its categories have left.
pub(crate) fn offers(document: &MatchDocument) -> impl Iterator<Item = Offer> {
    let is_closed = document.is_closed;
    let offer = move |category: &CategoryDocument| Offer {
        category: category.category,
        price_minor: category.price_minor,
        availability: if is_closed { Availability::Closed } else { category.availability },
    };
    document.categories.iter().map(offer)
}
