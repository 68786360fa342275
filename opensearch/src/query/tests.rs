//! What is asked, to the letter.

use search::store::After;

use super::*;

fn way(typos: u8, fields: u8, by: By) -> Way {
    Way { fit: FitParts { typos, looseness: 0, fields }, tells: true, by }
}

/// "hostile*" with a field's syntax in it, of which no listing has the letters, beside a name.
fn asked() -> StoredSearch {
    let near = Term::Near("title:(a OR b)".to_owned(), 1);
    StoredSearch {
        words: vec![
            vec![way(0, 0, By::Matches(vec![3, 7])), way(0, 7, By::Title(Term::Begins("bra".to_owned())))],
            vec![way(1, 7, By::Title(near.clone())), way(1, 8, By::Description(near))],
        ],
        kick_offs: vec![vec![3], vec![5, 7]],
        sort: Sort::Relevance,
        levels: Vec::new(),
        needs_telling: false,
        wanted: Wanted { matches: vec![3], categories: vec![1], price_from_minor: Some(500), price_to_minor: None },
        first: 21,
        tallies: vec![
            Tally { wanted: Wanted { matches: vec![3, 5, 7], ..Wanted::default() }, by: TallyBy::Price(&[0, 50]) },
            Tally { wanted: Wanted { matches: vec![7], ..Wanted::default() }, by: TallyBy::All },
        ],
    }
}

fn asked_for(level_asked: Level, search: &StoredSearch) -> Value {
    level(search, &level_asked, &Scale::of(search))
}

#[test]
fn a_level_is_clauses_of_constants_that_have_words_as_values() {
    let fuzzy = |field: &str| {
        json!({ "fuzzy": { field: {
            "value": "title:(a OR b)", "fuzziness": 1, "prefix_length": 1, "transpositions": true, "rewrite": "constant_score",
        } } })
    };
    let search = asked();
    let scale = Scale::of(&search);
    let constant = |filter: Value, typos: u8, fields: u8| {
        let boost = scale.of_word(FitParts { typos, looseness: 0, fields });
        json!({ "constant_score": { "filter": filter, "boost": boost } })
    };
    let kick_off = |numbers: &[i32], boost: u32| json!({ "constant_score": { "filter": { "terms": { "match": numbers } }, "boost": boost } });

    let expected = json!({
        "query": { "bool": {
            "must": [
                { "dis_max": { "queries": [
                    constant(json!({ "terms": { "match": [3, 7] } }), 0, 0),
                    constant(json!({ "prefix": { "title": { "value": "bra", "rewrite": "constant_score" } } }), 0, 7),
                ] } },
                { "dis_max": { "queries": [constant(fuzzy("title"), 1, 7), constant(fuzzy("description"), 1, 8)] } },
            ],
            "should": [kick_off(&[3], 2), kick_off(&[5, 7], 1)],
            "filter": [{ "bool": { "filter": [
                { "terms": { "match": [3] } }, { "terms": { "category": [1] } }, { "range": { "price_minor": { "gte": 500 } } },
            ] } }],
        } },
        "sort": [{ "_score": "desc" }, { "price_minor": "asc" }, { "id": "asc" }],
        "size": 21,
        "docvalue_fields": ["match"],
        "_source": false,
        "track_total_hits": false,
        "timeout": "1500ms",
    });
    assert_eq!(asked_for(Level { missing: 0, after: None }, &search), expected);
}

#[test]
fn a_page_goes_on_behind_the_rank_of_the_last_hit() {
    let fit = FitParts { typos: 1, looseness: 0, fields: 7 };
    let after = After { fit, kick_off: 1, price_minor: 900, id: Some(Uuid::from_u128(9)) };
    let score = Scale::of(&asked()).score(0, fit, 1);
    let next = |sort| asked_for(Level { missing: 0, after: Some(after) }, &StoredSearch { sort, ..asked() });

    let id = "00000000-0000-0000-0000-000000000009";
    assert_eq!(next(Sort::Relevance)["search_after"], json!([score, 900, id]));
    assert_eq!(next(Sort::Price)["search_after"], json!([900, score, id]));
    let by_price = json!([{ "price_minor": "desc" }, { "_score": "desc" }, { "id": "asc" }]);
    assert_eq!(next(Sort::PriceDescending)["sort"], by_price);
}

#[test]
fn of_hits_that_lack_a_word_none_has_all_and_one_word_tells() {
    let search = StoredSearch { needs_telling: true, ..asked() };
    let level = asked_for(Level { missing: 1, after: None }, &search);

    let bool = &level["query"]["bool"];
    assert_eq!(bool["must"][0]["bool"]["minimum_should_match"], 1);
    assert_eq!(bool["must_not"][0]["bool"]["minimum_should_match"], 2);
    assert_eq!(bool["filter"][1]["bool"]["should"].as_array().map(Vec::len), Some(4));
}

#[test]
fn a_word_that_nothing_can_have_is_found_nowhere() {
    let search = StoredSearch { words: vec![asked().words.remove(0), Vec::new()], ..asked() };

    let whole = asked_for(Level { missing: 0, after: None }, &search);
    assert_eq!(whole["query"]["bool"]["must"], json!([{ "match_none": {} }]));
    let lacking = asked_for(Level { missing: 1, after: None }, &search);
    assert_eq!(lacking["query"]["bool"]["must"][0]["bool"]["minimum_should_match"], 1);
    assert_eq!(lacking["query"]["bool"]["must_not"], json!([{ "match_none": {} }]));
}

#[test]
fn tallies_are_counted_of_what_the_words_find_whatever_is_wanted() {
    let tallies = tallies(&asked());

    assert_eq!(tallies["query"]["bool"]["filter"][0], json!({ "terms": { "match": [3, 5, 7] } }));
    assert_eq!(
        tallies["aggs"]["0"]["aggs"]["parts"],
        json!({ "range": { "field": "price_minor", "ranges": [{ "key": "0", "to": 50 }, { "key": "50", "from": 50 }] } })
    );
    assert_eq!(tallies["aggs"]["1"], json!({ "filter": { "bool": { "filter": [{ "terms": { "match": [7] } }] } } }));
}
