//! Queries, as JSON: what was understood of a search as clauses of constants. No text of a fan is read as syntax by anybody.

use search::{
    request::Sort,
    store::{By, FitParts, Level, StoredSearch, Tally, TallyBy, Term, Wanted, Way},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    index::{CATEGORY, DESCRIPTION, ID, MATCH, PRICE, TITLE},
    node::SEARCHED,
    score::Scale,
};

/// Values of a facet at most; what has more is refused when it is answered.
const VALUES_MAX: usize = 1_000;

/// The name of what a tally is parted by.
pub(crate) const PARTS: &str = "parts";

/// The best hits that lack so many words.
pub(crate) fn level(search: &StoredSearch, level: &Level, scale: &Scale) -> Value {
    let scored: Vec<Value> =
        search.words.iter().filter(|ways| !ways.is_empty()).map(|ways| best_of(ways, scale)).collect();
    let had = search.words.len().saturating_sub(level.missing.into());
    let mut filter = vec![wanted(&search.wanted)];
    if search.needs_telling {
        filter.push(telling(search));
    }
    let kick_offs = search.kick_offs.iter().enumerate().map(|(place, matches)| {
        let terms = json!({ "terms": { MATCH: matches } });
        json!({ "constant_score": { "filter": terms, "boost": scale.of_kick_off(place) } })
    });
    let words = match level.missing {
        _ if scored.len() < had => vec![json!({ "match_none": {} })],
        0 => scored,
        _ => vec![at_least(had, scored)],
    };
    let mut bool = json!({ "must": words, "should": kick_offs.collect::<Vec<_>>(), "filter": filter });
    if level.missing > 0 {
        bool["must_not"] = json!([at_least(had + 1, ways_of_words(search))]);
    }
    let (price, is_price_first) = match search.sort {
        Sort::Relevance | Sort::KickOff => ("asc", false),
        Sort::Price => ("asc", true),
        Sort::PriceDescending => ("desc", true),
    };
    let (by_score, by_price, by_id) = (json!({ "_score": "desc" }), json!({ PRICE: price }), json!({ ID: "asc" }));
    let mut body = json!({
        "query": { "bool": bool },
        "sort": if is_price_first { json!([by_price, by_score, by_id]) } else { json!([by_score, by_price, by_id]) },
        "size": search.first,
        "docvalue_fields": [MATCH],
        "_source": false,
        "track_total_hits": false,
        "timeout": SEARCHED,
    });
    if let Some(after) = &level.after {
        let score = scale.score(level.missing, after.fit, after.kick_off);
        let id = after.id.map(|id| id.to_string()).unwrap_or_default();
        body["search_after"] = match is_price_first {
            true => json!([after.price_minor, score, id]),
            false => json!([score, after.price_minor, id]),
        };
    }
    body
}

/// Whether the words find anything, wanted or not.
pub(crate) fn any(search: &StoredSearch) -> Value {
    first_of(&json!({ "bool": { "filter": found(search) } }))
}

/// Whether a listing has a term.
pub(crate) fn any_with(term: &Term) -> Value {
    first_of(&json!({ "bool": { "filter": at_least(1, vec![in_field(TITLE, term), in_field(DESCRIPTION, term)]) } }))
}

/// Of what the words find, how much is wanted.
pub(crate) fn tallies(search: &StoredSearch) -> Value {
    let tallies = search.tallies.iter().enumerate();
    let tallies: serde_json::Map<String, Value> = tallies.map(|(at, of)| (at.to_string(), tally(of))).collect();
    json!({
        "query": { "bool": { "filter": found(search) } },
        "aggs": tallies,
        "size": 0,
        "track_total_hits": false,
        "timeout": SEARCHED,
    })
}

/// The words of a listing.
pub(crate) fn words_of(id: Uuid) -> Value {
    json!({ "query": { "ids": { "values": [id.to_string()] } }, "size": 1, "_source": [TITLE, DESCRIPTION], "timeout": SEARCHED })
}

/// The next of all listings by their ids, with their versions.
pub(crate) fn all_after(id: &str, most: usize) -> Value {
    json!({
        "query": { "match_all": {} },
        "sort": [{ ID: "asc" }],
        "search_after": [id],
        "size": most,
        "version": true,
        "_source": false,
        "track_total_hits": false,
    })
}

fn first_of(query: &Value) -> Value {
    json!({
        "query": query,
        "size": 1,
        "terminate_after": 1,
        "_source": false,
        "track_total_hits": false,
        "timeout": SEARCHED,
    })
}

fn tally(tally: &Tally) -> Value {
    let parts = match tally.by {
        TallyBy::All => None,
        TallyBy::Match => Some(json!({ "terms": { "field": MATCH, "size": VALUES_MAX } })),
        TallyBy::Category => Some(json!({ "terms": { "field": CATEGORY, "size": VALUES_MAX } })),
        TallyBy::Price(steps) => Some(json!({ "range": { "field": PRICE, "ranges": ranges(steps) } })),
    };
    let mut counted = json!({ "filter": wanted(&tally.wanted) });
    if let Some(parts) = parts {
        counted["aggs"] = json!({ PARTS: parts });
    }
    counted
}

fn ranges(steps: &[i64]) -> Vec<Value> {
    let mut ranges = Vec::new();
    for (at, from) in steps.iter().enumerate() {
        let mut range = json!({ "key": from.to_string() });
        if at > 0 {
            range["from"] = json!(from);
        }
        if let Some(to) = steps.get(at + 1) {
            range["to"] = json!(to);
        }
        ranges.push(range);
    }
    ranges
}

/// What the words find of all matches that are known: every word, or some of them if one tells.
fn found(search: &StoredSearch) -> Vec<Value> {
    let mut found = vec![json!({ "terms": { MATCH: search.kick_offs.concat() } })];
    if search.needs_telling {
        found.push(telling(search));
    } else {
        found.extend(ways_of_words(search));
    }
    found
}

/// Of each word, that a listing has it in any way.
fn ways_of_words(search: &StoredSearch) -> Vec<Value> {
    let words = search.words.iter().filter(|ways| !ways.is_empty());
    words.map(|ways| at_least(1, ways.iter().map(has).collect())).collect()
}

/// That one word tells by the best way in which a listing has it.
fn telling(search: &StoredSearch) -> Value {
    let of_word = |ways: &Vec<Way>| {
        let mut better: Vec<Value> = Vec::new();
        let mut telling = Vec::new();
        for way in ways {
            if way.tells {
                telling.push(json!({ "bool": { "filter": has(way), "must_not": better } }));
            } else {
                better.push(has(way));
            }
        }
        telling
    };
    at_least(1, search.words.iter().flat_map(of_word).collect())
}

fn wanted(wanted: &Wanted) -> Value {
    let mut filter = vec![json!({ "terms": { MATCH: wanted.matches } })];
    if !wanted.categories.is_empty() {
        filter.push(json!({ "terms": { CATEGORY: wanted.categories } }));
    }
    let mut prices = serde_json::Map::new();
    prices.extend(wanted.price_from_minor.map(|from| ("gte".to_owned(), json!(from))));
    prices.extend(wanted.price_to_minor.map(|to| ("lte".to_owned(), json!(to))));
    if !prices.is_empty() {
        filter.push(json!({ "range": { PRICE: prices } }));
    }
    json!({ "bool": { "filter": filter } })
}

/// What a listing scores for a word is what it scores for the best way.
fn best_of(ways: &[Way], scale: &Scale) -> Value {
    let scored = |way: &Way| {
        let fit: FitParts = way.fit;
        json!({ "constant_score": { "filter": has(way), "boost": scale.of_word(fit) } })
    };
    json!({ "dis_max": { "queries": ways.iter().map(scored).collect::<Vec<_>>() } })
}

fn has(way: &Way) -> Value {
    match &way.by {
        By::Matches(numbers) => json!({ "terms": { MATCH: numbers } }),
        By::Title(term) => in_field(TITLE, term),
        By::Description(term) => in_field(DESCRIPTION, term),
    }
}

fn in_field(field: &str, term: &Term) -> Value {
    match term {
        Term::Is(word) => json!({ "term": { field: { "value": word } } }),
        Term::Begins(word) => json!({ "prefix": { field: { "value": word, "rewrite": "constant_score" } } }),
        Term::Near(word, typos) => json!({ "fuzzy": { field: {
            "value": word,
            "fuzziness": typos,
            "prefix_length": 1,
            "transpositions": true,
            // As many words as there are: by default the best fifty are taken.
            "rewrite": "constant_score",
        } } }),
    }
}

fn at_least(most: usize, clauses: Vec<Value>) -> Value {
    match clauses.len() < most {
        true => json!({ "match_none": {} }),
        false => json!({ "bool": { "should": clauses, "minimum_should_match": most } }),
    }
}

#[cfg(test)]
mod tests;
