//! Counts in files, as `sql/counts.sql` has an engine write them: JSON, an object a line.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::counts::{Buyers, Choice, CountryCode, Counts, Pair, People, Taken};
use crate::rows::{MatchOnSale, OnSale};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Bytes of a line.
const LONGEST: usize = 100_000;

#[derive(Debug, thiserror::Error)]
pub enum CountsError {
    #[error("the counts in {0} could not be read: {1}")]
    Io(PathBuf, #[source] io::Error),
    #[error("{0} has no files of counts (*.json, *.jsonl)")]
    Nothing(PathBuf),
    #[error("{path}:{line}: {what}")]
    Line { path: PathBuf, line: usize, what: String },
    #[error("the counts in {0} have no line of the kind `all`: they are not whole")]
    NotWhole(PathBuf),
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Line {
    kind: String,
    fan: Option<u64>,
    moment: Option<String>,
    until: Option<String>,
    country: Option<String>,
    match_number: Option<i32>,
    other_match: Option<i32>,
    counted: Option<u64>,
    held: Option<u64>,
    price_minor: Option<i64>,
    sold: Option<bool>,
    stock: Option<bool>,
    version: Option<i32>,
    round_number: Option<i32>,
    kick_off: Option<String>,
    venue: Option<String>,
    home_team: Option<String>,
    away_team: Option<String>,
    group_name: Option<String>,
    closed: Option<bool>,
    category_1_sellable: Option<bool>,
    category_1_price_minor: Option<i64>,
    category_2_sellable: Option<bool>,
    category_2_price_minor: Option<i64>,
    category_3_sellable: Option<bool>,
    category_3_price_minor: Option<i64>,
}

/// What an engine wrote into a folder.
pub fn read(folder: &Path) -> Result<Counts, CountsError> {
    let failed = |error| CountsError::Io(folder.to_owned(), error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "json" || extension == "jsonl") {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err(CountsError::Nothing(folder.to_owned()));
    }
    let (mut counts, mut is_whole) = (Counts::default(), false);
    for path in paths {
        let file = File::open(&path).map_err(|error| CountsError::Io(path.clone(), error))?;
        for (number, line) in BufReader::new(file).lines().enumerate() {
            let wrong = |what: String| CountsError::Line { path: path.clone(), line: number + 1, what };
            let line = line.map_err(|error| wrong(error.to_string()))?;
            if line.len() > LONGEST {
                return Err(wrong(format!("a line has {} bytes, and may have {LONGEST}", line.len())));
            }
            if !line.trim().is_empty() {
                let line: Line = serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))?;
                is_whole |= line.kind == "all";
                line.add_to(&mut counts).map_err(wrong)?;
            }
        }
    }
    if !is_whole {
        return Err(CountsError::NotWhole(folder.to_owned()));
    }
    sort(&mut counts);
    Ok(counts)
}

/// As the counter has them.
fn sort(counts: &mut Counts) {
    counts.states.sort_by_key(|state| (state.match_number, state.version));
    counts.taken.sort_unstable();
    counts.people.sort_unstable();
    counts.buyers.sort_unstable();
    counts.pairs.sort_unstable();
    counts.choices.sort_unstable();
}

/// Writes counts as the statement would.
pub fn write(counts: &Counts, path: &Path) -> Result<(), CountsError> {
    let failed = |error| CountsError::Io(path.to_owned(), error);
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    for line in lines(counts) {
        serde_json::to_writer(&mut file, &line).map_err(|error| failed(error.into()))?;
        file.write_all(b"\n").map_err(failed)?;
    }
    file.flush().map_err(failed)
}

fn lines(counts: &Counts) -> impl Iterator<Item = Line> {
    let of = |kind: &str| Line { kind: kind.to_owned(), ..Line::default() };
    let country = |country: Option<CountryCode>| country.map(|country| country.as_str().to_owned());
    let all =
        Line { moment: counts.from.map(text), until: counts.to.map(text), counted: Some(counts.bookings), ..of("all") };
    let taken = counts.taken.iter().map(move |taken| Line {
        moment: seconds(taken.hour * HOUR),
        country: country(taken.country),
        match_number: Some(taken.match_number),
        counted: Some(taken.sold.into()),
        held: Some(taken.held.into()),
        ..of("taken")
    });
    let people = counts.people.iter().map(move |people| Line {
        country: country(people.country),
        match_number: people.match_number,
        counted: Some(people.subjects),
        ..of("people")
    });
    let buyers = counts.buyers.iter().map(move |buyers| Line {
        moment: seconds(buyers.day * DAY),
        match_number: Some(buyers.match_number),
        counted: Some(buyers.subjects.into()),
        ..of("buyers")
    });
    let pairs = counts.pairs.iter().map(move |pair| Line {
        moment: seconds(pair.day * DAY),
        match_number: Some(pair.one),
        other_match: Some(pair.other),
        counted: Some(pair.subjects.into()),
        ..of("pair")
    });
    let choices = counts.choices.iter().map(move |choice| Line {
        fan: Some(choice.fan),
        moment: Some(text(choice.at)),
        country: country(choice.country),
        match_number: Some(choice.match_number),
        price_minor: Some(choice.price_minor),
        sold: Some(choice.sold),
        stock: Some(choice.stock),
        ..of("choice")
    });
    let states = counts.states.iter().map(state);
    std::iter::once(all).chain(taken).chain(people).chain(buyers).chain(pairs).chain(choices).chain(states)
}

fn state(state: &MatchOnSale) -> Line {
    let [one, two, three] = state.categories;
    let sellable = |category: Option<OnSale>| category.map(|category| category.sellable);
    let price = |category: Option<OnSale>| category.map(|category| category.price_minor);
    Line {
        kind: "state".to_owned(),
        moment: Some(text(state.at)),
        match_number: Some(state.match_number),
        version: Some(state.version),
        round_number: Some(state.round_number),
        kick_off: Some(text(state.kick_off)),
        venue: Some(state.venue.clone()),
        home_team: Some(state.home_team.clone()),
        away_team: Some(state.away_team.clone()),
        group_name: state.group.clone(),
        closed: Some(state.closed),
        category_1_sellable: sellable(one),
        category_1_price_minor: price(one),
        category_2_sellable: sellable(two),
        category_2_price_minor: price(two),
        category_3_sellable: sellable(three),
        category_3_price_minor: price(three),
        ..Line::default()
    }
}

fn text(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

fn seconds(seconds: i64) -> Option<String> {
    DateTime::from_timestamp(seconds, 0).map(text)
}

/// As engines write times in UTC: with a `T` or a space, and `Z`, `UTC`, `+00`, `+00:00` or nothing behind.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim().trim_end_matches("UTC").trim_end_matches('Z').trim_end();
    let text = text.strip_suffix("+00:00").or_else(|| text.strip_suffix("+00")).unwrap_or(text).replace('T', " ");
    let day = || NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN));
    NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f").ok().or_else(day).map(|time| time.and_utc())
}

impl Line {
    fn add_to(self, counts: &mut Counts) -> Result<(), String> {
        let missing = |what: &str| format!("a line of the kind `{}` has no `{what}`", self.kind);
        let moment = || -> Result<DateTime<Utc>, String> {
            let text = self.moment.as_deref().ok_or_else(|| missing("moment"))?;
            time(text).ok_or_else(|| format!("{text:?} is not a time in UTC"))
        };
        let number = || self.match_number.ok_or_else(|| missing("match_number"));
        let counted = || self.counted.ok_or_else(|| missing("counted"));
        let small = |count: u64| u32::try_from(count).map_err(|_| format!("{count} is too many"));
        let country = self.country.as_deref().and_then(CountryCode::new);
        match self.kind.as_str() {
            "all" => {
                counts.bookings = counted()?;
                counts.from = self.moment.as_deref().and_then(time);
                counts.to = self.until.as_deref().and_then(time);
            }
            "taken" => counts.taken.push(Taken {
                hour: moment()?.timestamp().div_euclid(HOUR),
                country,
                match_number: number()?,
                sold: small(counted()?)?,
                held: small(self.held.unwrap_or_default())?,
            }),
            "people" => {
                counts.people.push(People { country, match_number: self.match_number, subjects: counted()? });
            }
            "buyers" => counts.buyers.push(Buyers {
                day: moment()?.timestamp().div_euclid(DAY),
                match_number: number()?,
                subjects: small(counted()?)?,
            }),
            "pair" => counts.pairs.push(Pair {
                day: moment()?.timestamp().div_euclid(DAY),
                one: number()?,
                other: self.other_match.ok_or_else(|| missing("other_match"))?,
                subjects: small(counted()?)?,
            }),
            "choice" => counts.choices.push(Choice {
                fan: self.fan.ok_or_else(|| missing("fan"))?,
                at: moment()?,
                country,
                match_number: number()?,
                price_minor: self.price_minor.ok_or_else(|| missing("price_minor"))?,
                sold: self.sold.unwrap_or_default(),
                stock: self.stock.unwrap_or(true),
            }),
            "state" => {
                let (at, number) = (moment()?, number()?);
                counts.states.push(self.into_state(at, number)?);
            }
            other => return Err(format!("{other:?} is not a kind of counts")),
        }
        Ok(())
    }

    fn into_state(self, at: DateTime<Utc>, match_number: i32) -> Result<MatchOnSale, String> {
        let missing = |what: &str| format!("a line of the kind `state` has no `{what}`");
        let on_sale = |sellable: Option<bool>, price_minor: Option<i64>| {
            Some(OnSale { sellable: sellable?, price_minor: price_minor? })
        };
        let kick_off = self.kick_off.as_deref().and_then(time).ok_or_else(|| missing("kick_off"))?;
        Ok(MatchOnSale {
            match_number,
            version: self.version.ok_or_else(|| missing("version"))?,
            at,
            round_number: self.round_number.ok_or_else(|| missing("round_number"))?,
            kick_off,
            venue: self.venue.ok_or_else(|| missing("venue"))?,
            home_team: self.home_team.ok_or_else(|| missing("home_team"))?,
            away_team: self.away_team.ok_or_else(|| missing("away_team"))?,
            group: self.group_name,
            closed: self.closed.unwrap_or_default(),
            categories: [
                on_sale(self.category_1_sellable, self.category_1_price_minor),
                on_sale(self.category_2_sellable, self.category_2_price_minor),
                on_sale(self.category_3_sellable, self.category_3_price_minor),
            ],
        })
    }
}
