//! What was sold out when a fan chose: the model has no reason to think that the fan did not want it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Counter, Counts, Settings,
    cells::Cells,
    choices::{Design, design},
    learned::Learned,
};
use crate::rows::{Booking, BookingStatus, Channel, MatchOnSale, OnSale};

/// Matches of teams of which none is nearer to anybody than another.
const TEAMS: [[&str; 2]; 3] = [["Qatar", "Ecuador"], ["Denmark", "Tunisia"], ["Japan", "Germany"]];

/// The hour in which the sale begins.
const HOUR: i64 = 463_000;

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(HOUR * 3_600 + minute * 60, 0).expect("it is a time")
}

/// A match from a minute on.
fn state(match_number: i32, version: i32, minute: i64, sellable: bool) -> MatchOnSale {
    let [home, away] = TEAMS[usize::try_from(match_number - 1).expect("matches count from 1")];
    MatchOnSale {
        match_number,
        version,
        at: at(minute),
        round_number: 1,
        kick_off: at(60 * 24 * (30 + i64::from(match_number))),
        venue: "Lusail Stadium".to_owned(),
        home_team: home.to_owned(),
        away_team: away.to_owned(),
        group: None,
        closed: false,
        categories: [Some(OnSale { sellable, price_minor: 7_500 }), None, None],
    }
}

/// All three matches from the first minute on.
fn all_on_sale() -> Vec<MatchOnSale> {
    (1..=3).map(|number| state(number, 1, 0, true)).collect()
}

/// What a fan takes in a minute, as `(fan, match, minute)`.
fn counted(states: Vec<MatchOnSale>, taken: impl IntoIterator<Item = (u32, i32, i64)>) -> Counts {
    let mut counter = Counter::new();
    states.into_iter().for_each(|state| counter.on_sale(state));
    for (number, (fan, match_number, minute)) in (1_u128..).zip(taken) {
        counter.booking(&Booking {
            reservation_id: Uuid::from_u128(number),
            version: 2,
            at: at(minute),
            placed_at: at(minute),
            subject: Some(Uuid::from_u128(u128::from(fan) + 1_000_000)),
            country: None,
            match_number,
            category: 1,
            quantity: 1,
            returned: 0,
            status: BookingStatus::Reserved,
            cancel_reason: None,
            unit_price_minor: 7_500,
            channel: Channel::Stock,
        });
    }
    counter.finish()
}

/// What each fan could choose from, and what they took.
fn choice_sets(counts: &Counts) -> Vec<(Vec<i32>, i32)> {
    let cells = Cells::new(counts);
    let numbers = &cells.timeline.numbers;
    let (mut of_all, mut sets) = (Design::default(), Vec::new());
    design(&cells, &Learned::of(numbers.clone()), (HOUR, HOUR + 24), 1.0, 1_000, &mut of_all, |slots| {
        if !slots.is_empty() {
            sets.push(slots.iter().map(|slot| numbers[*slot]).collect::<Vec<i32>>());
        }
    });
    let taken = |(set, choice): (Vec<i32>, &super::choices::Chosen)| {
        assert_eq!(choice.rows, set.len());
        let taken = set[choice.chosen];
        (set, taken)
    };
    sets.into_iter().zip(&of_all.choices).map(taken).collect()
}

#[test]
fn what_was_sold_out_when_a_fan_chose_is_not_what_they_passed_over() {
    let closed = MatchOnSale { closed: true, ..state(2, 2, 180, true) };
    let states = [all_on_sale(), vec![state(3, 2, 60, false), state(3, 3, 120, true), closed]].concat();

    let counts = counted(states, [(1, 1, 30), (2, 1, 90), (3, 1, 150), (4, 1, 200)]);

    let sets = choice_sets(&counts);
    assert_eq!(sets, [(vec![1, 2, 3], 1), (vec![1, 2], 1), (vec![1, 2, 3], 1), (vec![1, 3], 1)]);
}

#[test]
fn what_was_not_on_sale_yet_is_not_what_a_fan_passed_over() {
    let states = vec![state(1, 1, 0, true), state(2, 1, 0, true), state(3, 1, 60, true)];

    let sets = choice_sets(&counted(states, [(1, 1, 30), (2, 1, 90)]));

    assert_eq!(sets, [(vec![1, 2], 1), (vec![1, 2, 3], 1)]);
}

#[test]
fn who_takes_the_last_ticket_chose_among_all_that_was_on_sale_until_then() {
    let states = [all_on_sale(), vec![state(3, 2, 90, false)]].concat();

    let sets = choice_sets(&counted(states, [(1, 3, 90), (2, 1, 91)]));

    assert_eq!(sets, [(vec![1, 2, 3], 3), (vec![1, 2], 1)]);
}

#[test]
fn a_booking_of_what_was_sold_out_or_of_the_only_match_left_is_no_choice() {
    let states = [all_on_sale(), vec![state(3, 2, 60, false), state(2, 2, 120, false)]].concat();

    assert_eq!(choice_sets(&counted(states, [(1, 3, 90), (2, 1, 150)])), []);
}

#[test]
fn a_match_is_no_less_wanted_for_having_been_sold_out_while_another_was_not() {
    // As many take the first match as the second, a few the third; in the second half the second is taken by nobody.
    let half = |first: i64| {
        (0..300_i64).map(move |number| {
            let match_number = [1, 2, 1, 2, 1, 2, 1, 2, 3][usize::try_from(number % 9).expect("it is small")];
            (match_number, first + number)
        })
    };
    let taken: Vec<_> = half(0).chain(half(300).filter(|(match_number, _)| *match_number != 2)).collect();
    let taken: Vec<_> = (0..).zip(taken).map(|(fan, (match_number, minute))| (fan, match_number, minute)).collect();
    let rates = |states: Vec<MatchOnSale>| {
        let counts = counted(states, taken.iter().copied());
        let learned = Cells::new(&counts).learn(HOUR + 24, &Settings::default());
        let rate = |number: i32| learned.rates[learned.slot(number).expect("it was booked")];
        [rate(1), rate(2)]
    };

    let [first, second] = rates([all_on_sale(), vec![state(2, 2, 300, false)]].concat());
    assert!((first - second).abs() < 0.1, "{first} {second}");

    // Had it been on sale all the time, nobody would have wanted it any more.
    let [first, second] = rates(all_on_sale());
    assert!(first - second > 0.4, "{first} {second}");
}
