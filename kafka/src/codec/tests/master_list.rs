//! Master-list records and files.

use book::master_list::MasterListMatch;
use entities::category::Category;
use insta::assert_snapshot;
use serde_json::json;

use super::*;

fn read_list(document: &Value) -> Result<Vec<MasterListMatch>, String> {
    match read_from(&topics().master_list, &[], document.to_string().as_bytes()) {
        Message::MasterList(matches) => Ok(matches),
        Message::Unreadable { reason, .. } => Err(reason),
        other => panic!("{other:?}"),
    }
}

pub(super) fn opening_match() -> Value {
    json!({
        "matchNumber": 1, "roundNumber": 1, "dateUtc": "2022-11-20T16:00:00Z", "location": "Al Bayt Stadium",
        "availability": {
            "category1": {"available": 20, "pending": 0, "price": 75},
            "category2": {"available": 20, "pending": 3, "price": 125},
            "category3": {"available": 20, "pending": 0, "price": 195},
        },
        "homeTeam": "Qatar", "awayTeam": "Ecuador", "group": "A",
    })
}

fn problems(text: &str) -> String {
    master_list_lines(text).problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_master_list_record_is_read_whole() {
    let read = read_list(&opening_match()).expect("it is valid");

    assert_snapshot!(format!("{read:#?}"), @r#"
    [
        MasterListMatch {
            match_number: 1,
            round_number: 1,
            date_utc: 2022-11-20T16:00:00Z,
            location: "Al Bayt Stadium",
            home_team: "Qatar",
            away_team: "Ecuador",
            group: Some(
                "A",
            ),
            categories: [
                MasterListCategory {
                    category: One,
                    available: 20,
                    pending: 0,
                    price_minor: 7500,
                },
                MasterListCategory {
                    category: Two,
                    available: 20,
                    pending: 3,
                    price_minor: 12500,
                },
                MasterListCategory {
                    category: Three,
                    available: 20,
                    pending: 0,
                    price_minor: 19500,
                },
            ],
        },
    ]
    "#);
}

#[test]
fn a_master_list_comes_as_a_match_an_array_or_a_body() {
    let one = opening_match();
    let two = with(one.clone(), "/matchNumber", Some(json!(2)));
    let numbers = |document: Value| -> Vec<i32> {
        read_list(&document).expect("it is valid").iter().map(|given| given.match_number).collect()
    };

    assert_eq!(numbers(one.clone()), [1]);
    assert_eq!(numbers(json!([one, two])), [1, 2]);
    assert_eq!(numbers(json!({"meta": {"action": "MATCH"}, "body": one})), [1]);
    assert_eq!(numbers(json!({"body": [two, one]})), [2, 1]);
}

#[test]
fn what_other_sites_add_to_a_master_list_is_left_alone() {
    let knockout = with(opening_match(), "/group", None);
    let more = with(with(knockout, "/stadium", Some(json!({"roof": true}))), "/availability/category2", None);
    let fewer_and_whole = with(more, "/availability/category3/price", Some(json!(195.0)));

    let read = read_list(&fewer_and_whole).expect("it is valid");

    assert_eq!(read[0].group, None);
    let categories: Vec<_> = read[0].categories.iter().map(|given| (given.category, given.price_minor)).collect();
    assert_eq!(categories, [(Category::One, 7_500), (Category::Three, 19_500)]);
}

#[test]
fn a_wrong_master_list_record_is_refused_with_what_would_be_right() {
    let wrong = [
        ("/matchNumber", None),
        ("/matchNumber", Some(json!("1"))),
        ("/matchNumber", Some(json!(0))),
        ("/matchNumber", Some(json!(100_001))),
        ("/matchNumber", Some(json!(1.5))),
        ("/matchNumber", Some(json!(1e300))),
        ("/roundNumber", Some(json!(null))),
        ("/dateUtc", Some(json!("20 November 2022"))),
        ("/dateUtc", Some(json!("+262142-01-01T00:00:00Z"))),
        ("/location", Some(json!("Al\u{0}Bayt"))),
        ("/location", Some(json!("  "))),
        ("/homeTeam", Some(json!("x".repeat(101)))),
        ("/awayTeam", Some(json!(["Ecuador"]))),
        ("/group", Some(json!("A\nB"))),
        ("/availability", None),
        ("/availability", Some(json!({"category4": {}}))),
        ("/availability/category1", Some(json!(20))),
        ("/availability/category1/available", Some(json!(-1))),
        ("/availability/category2/pending", Some(json!(1_000_001))),
        ("/availability/category3/price", Some(json!(75.5))),
    ];
    let refused =
        wrong.map(|(pointer, value)| read_list(&with(opening_match(), pointer, value)).expect_err("it is refused"));

    assert_snapshot!(refused.join("\n"), @r#"
    matchNumber: expected a whole number from 1 to 100000, found nothing
    matchNumber: expected a whole number from 1 to 100000, found "1"
    matchNumber: expected a whole number from 1 to 100000, found 0
    matchNumber: expected a whole number from 1 to 100000, found 100001
    matchNumber: expected a whole number from 1 to 100000, found 1.5
    matchNumber: expected a whole number from 1 to 100000, found 1e+300
    roundNumber: expected a whole number from 1 to 1000, found null
    dateUtc: expected a date and time in RFC 3339, such as 2022-11-20T16:00:00Z, found "20 November 2022"
    dateUtc: expected a date and time in RFC 3339, such as 2022-11-20T16:00:00Z, found "+262142-01-01T00:00:00Z"
    location: expected text of 1 to 200 characters without control characters, found "Al\0Bayt"
    location: expected text of 1 to 200 characters without control characters, found "  "
    homeTeam: expected text of 1 to 100 characters without control characters, found "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"… (101 characters)
    awayTeam: expected text of 1 to 100 characters without control characters, found an array of 1
    group: expected null or text of 1 to 50 characters without control characters, found "A\nB"
    availability: expected an object, found nothing
    availability: expected category1, category2 or category3, found an object
    availability.category1: expected an object, found 20
    availability.category1.available: expected a whole number from 0 to 1000000, found -1
    availability.category2.pending: expected a whole number from 0 to 1000000, found 1000001
    availability.category3.price: expected a whole number from 0 to 1000000, found 75.5
    "#);
    let second = json!([opening_match(), with(opening_match(), "/availability/category1/price", None)]);
    assert_snapshot!(read_list(&second).expect_err("it is refused"), @"[1].availability.category1.price: expected a whole number from 0 to 1000000, found nothing");
    assert_snapshot!(read_list(&json!([])).expect_err("it is refused"), @"the record: expected 1 to 1000 matches, found an array of 0");
    assert_snapshot!(read_list(&json!("match 1")).expect_err("it is refused"), @r#"the record: expected an object, found "match 1""#);
}

#[test]
fn a_master_list_record_reads_back_as_it_was_written() {
    let given = read_list(&opening_match()).expect("it is valid");

    let (key, payload) = master_list_record(&given[0]).expect("matches can be written");

    assert_eq!(key, "1");
    assert_snapshot!(payload, @r#"{"matchNumber":1,"roundNumber":1,"dateUtc":"2022-11-20T16:00:00Z","location":"Al Bayt Stadium","availability":{"category1":{"available":20,"pending":0,"price":75},"category2":{"available":20,"pending":3,"price":125},"category3":{"available":20,"pending":0,"price":195}},"homeTeam":"Qatar","awayTeam":"Ecuador","group":"A"}"#);
    assert_eq!(read_list(&serde_json::from_str(&payload).expect("it is JSON")), Ok(given));
}

#[test]
fn a_master_list_file_is_one_match_a_line_or_an_array_or_a_single_match() {
    let (one, two) = (opening_match(), with(opening_match(), "/matchNumber", Some(json!(2))));
    let lines = format!("\u{feff}{one}\r\n\n{two}\n");
    let array = serde_json::to_string_pretty(&json!([one, two])).expect("it is JSON");
    let alone = serde_json::to_string_pretty(&one).expect("it is JSON");

    for (text, matches) in [(lines, 2), (array, 2), (alone, 1)] {
        let report = master_list_lines(&text);
        assert!(report.is_good(), "{:?}", report.problems);
        assert_eq!(report.matches.len(), matches);
    }
}

#[test]
fn every_wrong_line_of_a_master_list_file_is_named() {
    let good = opening_match();
    let text = [
        good.to_string(),
        "{\"matchNumber\": 2,".to_owned(),
        with(good.clone(), "/availability/category1/price", Some(json!("75"))).to_string(),
        good.to_string(),
        json!([good]).to_string(),
        with(good, "/matchNumber", Some(json!(5))).to_string(),
    ];

    let report = master_list_lines(&text.join("\n"));

    assert_eq!(report.matches.iter().map(|given| given.match_number).collect::<Vec<_>>(), [1, 5]);
    assert_snapshot!(problems(&text.join("\n")), @r#"
    line 2: not JSON: EOF while parsing a value at column 18
    line 3: availability.category1.price: expected a whole number from 0 to 1000000, found "75"
    line 4: matchNumber: 1 is on line 1 already; each match must occur once
    line 5: the record: expected one match, found an array of 1
    "#);
}

#[test]
fn a_wrong_element_of_an_array_is_named_by_its_first_line() {
    let wrong = with(opening_match(), "/homeTeam", None);
    let text = serde_json::to_string_pretty(&json!([opening_match(), wrong])).expect("it is JSON");

    assert_snapshot!(problems(&text), @"line 28: homeTeam: expected text of 1 to 100 characters without control characters, found nothing");
    assert_snapshot!(problems("[\n{},\n"), @"line 3: not a JSON array: EOF while parsing a value at line 3 column 0");
    assert_snapshot!(problems(" \n"), @"line 1: the file contains no match; expected a JSON array, or one match a line");
}
