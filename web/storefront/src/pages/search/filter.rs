//! What the address of a search asks for.

use kit::{form::Form, search_box::LETTERS_MAX};

use crate::documents::search::search_page as document;

/// Values of one field at most.
const VALUES_MAX: usize = 20;

/// What results are filtered by: a field of the address, which may be there several times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Team,
    Venue,
    Round,
    Group,
    Category,
    Price,
    Availability,
    Source,
}

impl Field {
    /// In the order of the page.
    pub(super) const ALL: [Self; 8] = [
        Self::Team,
        Self::Venue,
        Self::Round,
        Self::Group,
        Self::Category,
        Self::Price,
        Self::Availability,
        Self::Source,
    ];

    /// By which it stands in the address.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Venue => "venue",
            Self::Round => "round",
            Self::Group => "group",
            Self::Category => "category",
            Self::Price => "price",
            Self::Availability => "available",
            Self::Source => "source",
        }
    }

    /// Whether a value of the address is one of the field's.
    fn takes(self, value: &str) -> bool {
        match self {
            Self::Team | Self::Venue | Self::Group => !value.is_empty(),
            Self::Round => value.parse::<u8>().is_ok(),
            Self::Category => ["1", "2", "3"].contains(&value),
            Self::Price => Prices::of(value).is_some(),
            Self::Availability => availability(value).is_some(),
            Self::Source => source(value).is_some(),
        }
    }
}

/// A range of prices, `50.00-100.00`, the higher one excluded; where one is missing there is no such bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prices<'a> {
    pub(super) from: Option<&'a str>,
    pub(super) below: Option<&'a str>,
}

impl<'a> Prices<'a> {
    pub(super) fn of(value: &'a str) -> Option<Self> {
        let (from, below) = value.split_once('-')?;
        let bound = |amount: &'a str| Some(amount).filter(|amount| !amount.is_empty());
        let is_amount = |amount: &str| minor(amount).is_some();
        let (from, below) = (bound(from), bound(below));
        let is_range = (from.is_some() || below.is_some()) && [from, below].into_iter().flatten().all(is_amount);
        is_range.then_some(Self { from, below })
    }

    /// As it stands in the address.
    pub(super) fn value(from: &str, below: Option<&str>) -> String {
        format!("{from}-{}", below.unwrap_or_default())
    }

    /// The highest price in the range: what the contract asks for includes its bounds.
    fn highest(&self) -> Option<String> {
        let below = self.below?;
        let places = below.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let highest = minor(below)?.checked_sub(1)?;
        let digits = format!("{highest:0width$}", width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        Some(if places == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") })
    }
}

/// A decimal amount in units of its last place.
fn minor(amount: &str) -> Option<u64> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let is_amount = is_number(whole) && is_number(fraction) && amount.len() <= 12;
    is_amount.then(|| amount.replace('.', "").parse().ok()).flatten()
}

/// The order of what was found, by its name in the address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Sort {
    #[default]
    Best,
    Soonest,
    Cheapest,
    Dearest,
}

impl Sort {
    pub(super) const ALL: [Self; 4] = [Self::Best, Self::Soonest, Self::Cheapest, Self::Dearest];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Soonest => "soonest",
            Self::Cheapest => "cheapest",
            Self::Dearest => "dearest",
        }
    }
}

/// What the address asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) query: String,
    /// What results are filtered by, in the order of the page.
    pub(super) chosen: Vec<(Field, String)>,
    pub(super) sort: Sort,
    pub(super) after: Option<String>,
}

impl Filter {
    pub(super) fn of(query: &str) -> Self {
        let form = Form::of_query(query.as_bytes());
        let mut chosen: Vec<(Field, String)> = Vec::new();
        for field in Field::ALL {
            let values = form.all(field.name()).filter(|value| field.takes(value));
            // Of ranges of prices one can hold: the last.
            let values: Vec<&str> =
                if field == Field::Price { values.last().into_iter().collect() } else { values.collect() };
            for value in values.into_iter().take(VALUES_MAX) {
                let value = (field, value.to_owned());
                if !chosen.contains(&value) {
                    chosen.push(value);
                }
            }
        }
        let sort = form.text("sort");
        Self {
            query: typed(form.text("q")),
            chosen,
            sort: Sort::ALL.into_iter().find(|known| known.name() == sort).unwrap_or_default(),
            after: form.filled("after"),
        }
    }

    pub(super) fn is_chosen(&self, field: Field, value: &str) -> bool {
        self.values(field).any(|chosen| chosen == value)
    }

    pub(super) fn values(&self, field: Field) -> impl Iterator<Item = &str> {
        self.chosen.iter().filter(move |(known, _)| *known == field).map(|(_, value)| value.as_str())
    }

    /// The path of what it asks for, from its first page on.
    pub(super) fn path(&self) -> String {
        const PAGE: &str = "/search?";
        let mut query = form_urlencoded::Serializer::for_suffix(PAGE.to_owned(), PAGE.len());
        query.append_pair("q", &self.query);
        query.extend_pairs(self.chosen.iter().map(|(field, value)| (field.name(), value)));
        if self.sort != Sort::default() {
            query.append_pair("sort", self.sort.name());
        }
        query.extend_pairs(self.after.iter().map(|after| ("after", after)));
        query.finish()
    }

    pub(super) fn going_on(&self, after: &str) -> Self {
        Self { after: Some(after.to_owned()), ..self.clone() }
    }

    pub(super) fn sorted(&self, sort: Sort) -> Self {
        Self { sort, after: None, ..self.clone() }
    }

    pub(super) fn without(&self, value: &(Field, String)) -> Self {
        let chosen = self.chosen.iter().filter(|known| *known != value).cloned().collect();
        Self { chosen, after: None, ..self.clone() }
    }

    pub(super) fn unfiltered(&self) -> Self {
        Self { chosen: Vec::new(), after: None, ..self.clone() }
    }

    /// As the contract names it.
    pub(super) fn variables(&self) -> document::Variables {
        let texts = |field| some(self.values(field).map(ToOwned::to_owned));
        let numbers = |field| some(self.values(field).filter_map(|value| value.parse().ok()));
        let prices = self.values(Field::Price).next().and_then(Prices::of);
        let filter = document::SearchFilter {
            teams: texts(Field::Team),
            venues: texts(Field::Venue),
            rounds: numbers(Field::Round),
            groups: texts(Field::Group),
            match_numbers: None,
            categories: numbers(Field::Category),
            price_min: prices.as_ref().and_then(|prices| prices.from).map(ToOwned::to_owned),
            price_max: prices.as_ref().and_then(Prices::highest),
            availability: some(self.values(Field::Availability).filter_map(availability)),
            sources: some(self.values(Field::Source).filter_map(source)),
        };
        document::Variables {
            query: self.query.clone(),
            filter: (!self.chosen.is_empty()).then_some(filter),
            sort: Some(match self.sort {
                Sort::Best => document::SearchSort::RELEVANCE,
                Sort::Soonest => document::SearchSort::KICK_OFF,
                Sort::Cheapest => document::SearchSort::PRICE_ASC,
                Sort::Dearest => document::SearchSort::PRICE_DESC,
            }),
            after: self.after.clone(),
        }
    }
}

/// What was typed, as far as it is read.
pub(super) fn typed(query: &str) -> String {
    query.chars().take(LETTERS_MAX).collect()
}

/// None where nothing is chosen, which filters nothing.
fn some<T>(values: impl Iterator<Item = T>) -> Option<Vec<T>> {
    let values: Vec<T> = values.collect();
    (!values.is_empty()).then_some(values)
}

fn availability(value: &str) -> Option<document::AvailabilityStatus> {
    match value {
        "AVAILABLE" => Some(document::AvailabilityStatus::AVAILABLE),
        "TEMPORARILY_UNAVAILABLE" => Some(document::AvailabilityStatus::TEMPORARILY_UNAVAILABLE),
        "SOLD_OUT" => Some(document::AvailabilityStatus::SOLD_OUT),
        "CLOSED" => Some(document::AvailabilityStatus::CLOSED),
        _ => None,
    }
}

fn source(value: &str) -> Option<document::SearchSource> {
    match value {
        "STOCK" => Some(document::SearchSource::STOCK),
        "RESALE" => Some(document::SearchSource::RESALE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_what_it_can() {
        let filter = Filter::of(
            "q=+brazil+&team=Brazil&team=Brazil&team=&round=4&round=x&category=2&category=9&price=cheap&price=50.00-100.00\
             &available=SOLD_OUT&available=yes&source=RESALE&sort=cheapest&after=x",
        );

        let asked = filter.variables();
        let by = asked.filter.expect("it filters");
        assert_eq!((asked.query.as_str(), asked.after.as_deref()), ("brazil", Some("x")));
        assert_eq!(
            (by.teams, by.rounds, by.categories),
            (Some(vec!["Brazil".to_owned()]), Some(vec![4]), Some(vec![2]))
        );
        assert_eq!((by.price_min.as_deref(), by.price_max.as_deref()), (Some("50.00"), Some("99.99")));
        assert_eq!((by.venues, by.groups), (None, None));
        assert_eq!((by.availability.map(|all| all.len()), by.sources.map(|all| all.len())), (Some(1), Some(1)));
        assert!(Filter::of("q=brazil&sort=best").variables().filter.is_none());
    }

    #[test]
    fn a_range_of_prices_ends_below_its_higher_bound() {
        for (value, expected) in [
            ("-50.00", Some((None, Some("49.99")))),
            ("50.00-100.00", Some((Some("50.00"), Some("99.99")))),
            ("1000.00-", Some((Some("1000.00"), None))),
            ("0-1", Some((Some("0"), Some("0")))),
            ("500-1000", Some((Some("500"), Some("999")))),
            ("0.000-0.010", Some((Some("0.000"), Some("0.009")))),
            ("-", None),
            ("50", None),
            ("-5-", None),
            ("1e3-", None),
            ("1234567890123-", None),
        ] {
            let read = Prices::of(value);
            let highest = read.as_ref().and_then(Prices::highest);
            assert_eq!(read.map(|prices| (prices.from, highest.as_deref())), expected, "{value}");
        }
    }

    #[test]
    fn an_address_is_written_as_it_was_read_and_without_what_is_taken_away() {
        let query = "q=s%C3%A3o+tom%C3%A9&team=Brazil&venue=Al+Bayt+Stadium&sort=soonest&after=x";
        let filter = Filter::of(query);

        assert_eq!(filter.path(), format!("/search?{query}"));
        let without = filter.without(&(Field::Team, "Brazil".to_owned()));
        assert_eq!(without.path(), "/search?q=s%C3%A3o+tom%C3%A9&venue=Al+Bayt+Stadium&sort=soonest");
        assert_eq!(filter.unfiltered().sorted(Sort::Best).path(), "/search?q=s%C3%A3o+tom%C3%A9");
        assert!(filter.going_on("y").path().ends_with("&after=y"));
    }

    #[test]
    fn what_is_endless_is_read_in_part() {
        let teams: String = (0..100).map(|number| format!("&team=T{number}")).collect();
        let filter = Filter::of(&format!("q={}{teams}", "é".repeat(1_000)));

        assert_eq!((filter.query.chars().count(), filter.chosen.len()), (LETTERS_MAX, VALUES_MAX));
    }
}
