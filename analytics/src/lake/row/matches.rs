use arrow_array::ArrayRef;
use chrono::{DateTime, Utc};

use super::{Columns, Row, bools, ints, longs, texts, times};
use crate::{
    lake::{LakeError, Table},
    rows::{MatchOnSale, OnSale},
};

const SELLABLE: [&str; 3] = ["category_1_sellable", "category_2_sellable", "category_3_sellable"];
const PRICE: [&str; 3] = ["category_1_price_minor", "category_2_price_minor", "category_3_price_minor"];

impl Row for MatchOnSale {
    const TABLE: Table = Table::Matches;
    const IDENTITY: &'static [&'static str] = &["match_number", "version"];
    const ALWAYS: &'static [&'static str] = &[];
    type Identity = i32;
    type Order = (i32, i32);

    fn identity(&self) -> i32 {
        self.match_number
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn at(&self) -> DateTime<Utc> {
        self.at
    }

    fn order(&self) -> Self::Order {
        (self.match_number, self.version)
    }

    fn arrays(rows: &[Self]) -> Result<Vec<ArrayRef>, LakeError> {
        let mut arrays = vec![
            ints(rows.iter().map(|row| row.match_number)),
            ints(rows.iter().map(|row| row.version)),
            times(rows.iter().map(|row| row.at)),
            ints(rows.iter().map(|row| row.round_number)),
            times(rows.iter().map(|row| row.kick_off)),
            texts(rows.iter().map(|row| Some(row.venue.as_str()))),
            texts(rows.iter().map(|row| Some(row.home_team.as_str()))),
            texts(rows.iter().map(|row| Some(row.away_team.as_str()))),
            texts(rows.iter().map(|row| row.group.as_deref())),
            bools(rows.iter().map(|row| Some(row.closed))),
        ];
        for category in 0..SELLABLE.len() {
            arrays.push(bools(rows.iter().map(|row| row.categories[category].map(|on_sale| on_sale.sellable))));
            arrays.push(longs(rows.iter().map(|row| row.categories[category].map(|on_sale| on_sale.price_minor))));
        }
        Ok(arrays)
    }

    fn rows(columns: &Columns<'_>) -> Result<Vec<Self>, String> {
        let (match_number, version) = (columns.ints("match_number"), columns.ints("version"));
        let (at, kick_off) = (columns.times("at"), columns.times("kick_off"));
        let (round_number, venue) = (columns.ints("round_number"), columns.texts("venue"));
        let (home_team, away_team) = (columns.texts("home_team"), columns.texts("away_team"));
        let (group, closed) = (columns.texts("group_name"), columns.bools("closed"));
        let (sellable, price) = (SELLABLE.map(|name| columns.bools(name)), PRICE.map(|name| columns.longs(name)));
        let text = |read: Option<&str>| read.unwrap_or_default().to_owned();
        let on_sale = |category: usize, row| {
            let (sellable, price_minor) = (sellable[category](row)?, price[category](row)?);
            Some(OnSale { sellable, price_minor })
        };
        let row = |row| Self {
            match_number: match_number(row),
            version: version(row),
            at: at(row),
            round_number: round_number(row),
            kick_off: kick_off(row),
            venue: text(venue(row)),
            home_team: text(home_team(row)),
            away_team: text(away_team(row)),
            group: group(row).map(str::to_owned),
            closed: closed(row).unwrap_or_default(),
            categories: [on_sale(0, row), on_sale(1, row), on_sale(2, row)],
        };
        Ok((0..columns.len()).map(row).collect())
    }
}
