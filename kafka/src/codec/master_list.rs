//! Master-list records: the fixture of a match and what is given of its categories.

use std::collections::BTreeMap;

use book::master_list::{MasterListCategory, MasterListMatch};
use chrono::SecondsFormat;
use entities::{category::Category, money};
use serde::Serialize;
use serde_json::Value;

use super::{
    field::Field,
    numbers::{MAX_MATCH_NUMBER, MAX_PRICE, whole_price},
};

const MAX_ROUND: i32 = 1_000;
const MAX_TICKETS: i32 = 1_000_000;
const MAX_LOCATION: usize = 200;
const MAX_TEAM: usize = 100;
const MAX_GROUP: usize = 50;
/// Matches in one record.
const MAX_MATCHES: usize = 1_000;

/// The matches of a record: one, an array of them, or either of these under `body`.
pub(super) fn read(document: &Value) -> Result<Vec<MasterListMatch>, String> {
    let root = Field::root(document);
    let content = match root.get("body") {
        Ok(body) if body.is_there() => body,
        _ => root,
    };
    let Some(elements) = content.elements() else {
        return Ok(vec![read_match(&content)?]);
    };
    if elements.is_empty() || elements.len() > MAX_MATCHES {
        return Err(content.expected(&format!("1 to {MAX_MATCHES} matches")));
    }

    elements.iter().map(read_match).collect()
}

pub(super) fn read_match(field: &Field<'_>) -> Result<MasterListMatch, String> {
    let match_number = field.get("matchNumber")?.whole(1, MAX_MATCH_NUMBER)?;
    let availability = field.get("availability")?;
    let mut categories = Vec::with_capacity(Category::ALL.len());
    for category in Category::ALL {
        let given = availability.get(&key(category))?;
        if given.is_there() {
            categories.push(read_category(category, &given)?);
        }
    }
    if categories.is_empty() {
        return Err(availability.expected("category1, category2 or category3"));
    }

    Ok(MasterListMatch {
        match_number,
        round_number: field.get("roundNumber")?.whole(1, MAX_ROUND)?,
        date_utc: field.get("dateUtc")?.moment()?,
        location: field.get("location")?.text(MAX_LOCATION)?,
        home_team: field.get("homeTeam")?.text(MAX_TEAM)?,
        away_team: field.get("awayTeam")?.text(MAX_TEAM)?,
        group: field.get("group")?.optional_text(MAX_GROUP)?,
        categories,
    })
}

fn read_category(category: Category, field: &Field<'_>) -> Result<MasterListCategory, String> {
    Ok(MasterListCategory {
        category,
        available: field.get("available")?.whole(0, MAX_TICKETS)?,
        pending: field.get("pending")?.whole(0, MAX_TICKETS)?,
        price_minor: i64::from(field.get("price")?.whole(0, MAX_PRICE)?) * money::MINOR_PER_UNIT,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    match_number: i32,
    round_number: i32,
    date_utc: String,
    location: &'a str,
    availability: BTreeMap<String, Given>,
    home_team: &'a str,
    away_team: &'a str,
    group: Option<&'a str>,
}

#[derive(Serialize)]
struct Given {
    available: i32,
    pending: i32,
    price: i64,
}

/// The record of one match: its key and its JSON, as every site reads it.
pub fn master_list_record(given: &MasterListMatch) -> Result<(String, String), serde_json::Error> {
    let category = |given: &MasterListCategory| {
        let price = whole_price(given.price_minor);
        (key(given.category), Given { available: given.available, pending: given.pending, price })
    };
    let record = Written {
        match_number: given.match_number,
        round_number: given.round_number,
        date_utc: given.date_utc.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        location: &given.location,
        availability: given.categories.iter().map(category).collect(),
        home_team: &given.home_team,
        away_team: &given.away_team,
        group: given.group.as_deref(),
    };

    Ok((given.match_number.to_string(), serde_json::to_string(&record)?))
}

fn key(category: Category) -> String {
    format!("category{}", category.number())
}
