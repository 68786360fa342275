//! Facets: how many hits each value of a field would leave.
//!
//! A facet counts as if its own field were not filtered by, so that a fan sees what else there is to choose. A match counts once for each
//! value that one of its wanted categories has.

use std::collections::BTreeMap;

use crate::{
    document::{Availability, Source},
    filter::{FacetField, Failed, Filter, Offer, offers},
    index::fixtures::Fixture,
};

/// Where prices are parted, in minor units.
pub(crate) const PRICE_STEPS: [i64; 6] = [0, 5_000, 10_000, 20_000, 50_000, 100_000];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    pub field: FacetField,
    /// Those that some hit has: names with most hits first, all others in their order.
    pub values: Vec<(FacetValue, usize)>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FacetValue {
    /// A team, a venue or a group, as the master list has it.
    Name(String),
    /// A round or a category.
    Number(i32),
    /// Prices in minor units: from, included, up to, not included.
    Price {
        from: i64,
        to: Option<i64>,
    },
    Availability(Availability),
    Source(Source),
}

/// Counts hits. Listings are many, so what they have of their match is counted by match, and told by its values at the end.
#[derive(Debug)]
pub(crate) struct Counter<'f> {
    filter: &'f Filter,
    fields: &'f [FacetField],
    fixtures: &'f [Fixture],
    of_fixtures: Vec<Failed>,
    total: usize,
    /// Listings of each match, by the field that they are counted for.
    by_fixture: Vec<(FacetField, Vec<usize>)>,
    values: BTreeMap<(FacetField, FacetValue), usize>,
    categories: Vec<(i32, usize)>,
    prices: [usize; PRICE_STEPS.len()],
    listings: [usize; 2],
}

/// The fields that a listing has of its match.
const OF_MATCH: [FacetField; 4] = [FacetField::Team, FacetField::Venue, FacetField::Round, FacetField::Group];

impl<'f> Counter<'f> {
    pub(crate) fn new(filter: &'f Filter, fields: &'f [FacetField], fixtures: &'f [Fixture]) -> Self {
        let wanted = OF_MATCH.into_iter().filter(|field| fields.contains(field));
        let by_fixture = wanted.map(|field| (field, vec![0; fixtures.len()])).collect();
        Self {
            filter,
            fields,
            fixtures,
            of_fixtures: fixtures.iter().map(|fixture| filter.of_match(&fixture.document)).collect(),
            total: 0,
            by_fixture,
            values: BTreeMap::new(),
            categories: Vec::new(),
            prices: [0; PRICE_STEPS.len()],
            listings: [0; 2],
        }
    }

    /// Counts a match that a query found; whether it is wanted.
    pub(crate) fn take_match(&mut self, place: usize) -> bool {
        let fixture = &self.fixtures[place];
        let failed = self.of_fixtures[place].and(self.filter.of_source(Source::Stock));
        let offers: Vec<(Offer, Failed)> =
            offers(&fixture.document).map(|offer| (offer, failed.and(self.filter.of_offer(offer)))).collect();
        let is_wanted = offers.iter().any(|(_, failed)| failed.is_none()) || (offers.is_empty() && failed.is_none());
        self.total += usize::from(is_wanted);
        for field in self.fields {
            let counted = offers.iter().filter(|(_, failed)| failed.is_none_but(*field)).map(|(offer, _)| *offer);
            let counted: Vec<Offer> = counted.collect();
            if counted.is_empty() && !(offers.is_empty() && failed.is_none_but(*field)) {
                continue;
            }
            let mut values: Vec<FacetValue> = match field {
                FacetField::Category => counted.iter().map(|offer| FacetValue::Number(offer.category)).collect(),
                FacetField::Price => counted.iter().map(|offer| price(step(offer.price_minor))).collect(),
                FacetField::Availability => {
                    counted.iter().map(|offer| FacetValue::Availability(offer.availability)).collect()
                }
                FacetField::Source => vec![FacetValue::Source(Source::Stock)],
                field => of_match(*field, fixture),
            };
            values.sort();
            values.dedup();
            for value in values {
                *self.values.entry((*field, value)).or_default() += 1;
            }
        }
        is_wanted
    }

    /// Counts a listing that a query found; whether it is wanted.
    pub(crate) fn take_listing(&mut self, place: usize, category: i32, price_minor: i64) -> bool {
        let offer = Offer { category, price_minor, availability: Availability::Available };
        let failed =
            self.of_fixtures[place].and(self.filter.of_source(Source::Resale)).and(self.filter.of_offer(offer));
        self.total += usize::from(failed.is_none());
        if self.fields.is_empty() {
            return failed.is_none();
        }
        for (field, counts) in &mut self.by_fixture {
            counts[place] += usize::from(failed.is_none_but(*field));
        }
        if failed.is_none_but(FacetField::Category) {
            match self.categories.iter_mut().find(|(known, _)| *known == category) {
                Some((_, count)) => *count += 1,
                None => self.categories.push((category, 1)),
            }
        }
        self.prices[step(price_minor)] += usize::from(failed.is_none_but(FacetField::Price));
        self.listings[0] += usize::from(failed.is_none_but(FacetField::Availability));
        self.listings[1] += usize::from(failed.is_none_but(FacetField::Source));
        failed.is_none()
    }

    /// Counts listings that were counted elsewhere: for a facet or for the total, by the number of their match, their category, or where
    /// the step of their price begins.
    pub(crate) fn add_listings(&mut self, counted_for: Option<FacetField>, key: i64, count: usize) {
        match counted_for {
            None => self.total += count,
            Some(FacetField::Category) => {
                self.categories.extend(i32::try_from(key).ok().map(|category| (category, count)));
            }
            Some(FacetField::Price) => self.prices[step(key)] += count,
            Some(FacetField::Availability) => self.listings[0] += count,
            Some(FacetField::Source) => self.listings[1] += count,
            Some(field) => {
                let place = self.fixtures.iter().position(|fixture| i64::from(fixture.document.number) == key);
                let counts = self.by_fixture.iter_mut().find(|(of, _)| *of == field).map(|(_, counts)| counts);
                if let (Some(counts), Some(place)) = (counts, place) {
                    counts[place] += count;
                }
            }
        }
    }

    pub(crate) fn total(&self) -> usize {
        self.total
    }

    pub(crate) fn facets(mut self) -> Vec<Facet> {
        for (field, counts) in &self.by_fixture {
            for (fixture, count) in self.fixtures.iter().zip(counts) {
                for value in of_match(*field, fixture) {
                    *self.values.entry((*field, value)).or_default() += count;
                }
            }
        }
        let mut add = |field, value, count| *self.values.entry((field, value)).or_default() += count;
        for (category, count) in &self.categories {
            add(FacetField::Category, FacetValue::Number(*category), *count);
        }
        for (at, count) in self.prices.iter().enumerate() {
            add(FacetField::Price, price(at), *count);
        }
        add(FacetField::Availability, FacetValue::Availability(Availability::Available), self.listings[0]);
        add(FacetField::Source, FacetValue::Source(Source::Resale), self.listings[1]);
        let facet = |field: &FacetField| {
            let of_field = self.values.iter().filter(|((of, _), count)| of == field && **count > 0);
            let mut values: Vec<_> = of_field.map(|((_, value), count)| (value.clone(), *count)).collect();
            if matches!(field, FacetField::Team | FacetField::Venue) {
                values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            }
            Facet { field: *field, values }
        };
        self.fields.iter().map(facet).collect()
    }
}

fn of_match(field: FacetField, fixture: &Fixture) -> Vec<FacetValue> {
    let document = &fixture.document;
    match field {
        FacetField::Team if document.home_team == document.away_team => {
            vec![FacetValue::Name(document.home_team.clone())]
        }
        FacetField::Team => {
            [&document.home_team, &document.away_team].map(|team| FacetValue::Name(team.clone())).into()
        }
        FacetField::Venue => vec![FacetValue::Name(document.venue.clone())],
        FacetField::Round => vec![FacetValue::Number(document.round)],
        FacetField::Group => document.group.iter().map(|group| FacetValue::Name(group.clone())).collect(),
        FacetField::Category | FacetField::Price | FacetField::Availability | FacetField::Source => Vec::new(),
    }
}

fn step(price_minor: i64) -> usize {
    PRICE_STEPS.iter().rposition(|from| *from <= price_minor).unwrap_or(0)
}

fn price(step: usize) -> FacetValue {
    FacetValue::Price { from: PRICE_STEPS[step], to: PRICE_STEPS.get(step + 1).copied() }
}
