//! Matches: the list of what is on sale, in its order, through every filter, a page at a time.

use book::{
    master_list::MasterListMatch,
    match_state::Availability,
    outbox::TicketAction::{Pending, Reserved},
};
use chrono::Duration;
use domain::{
    matches,
    view::page::{self, Cursor, Filter, Window},
};
use entities::category::Category;
use tests::{
    TestApp, both,
    sites::{given, kick_off, sale},
};

both! {
    pages_follow_one_another_in_the_order_of_kick_off_then_number,
    the_last_page_comes_first_where_it_is_asked_for_and_keeps_the_order,
    a_window_between_two_cursors_holds_what_is_between_them,
    every_filter_lets_through_what_it_names,
    the_view_shows_what_other_instances_commit_within_a_sweep,
    a_match_that_this_instance_has_not_heard_of_is_found,
}

/// Twelve matches; the kick-offs of each three are one.
async fn fixtures(app: &TestApp) {
    for number in (1..=12).rev() {
        app.give(fixture(number)).await;
    }
}

fn fixture(number: i32) -> MasterListMatch {
    let mut list = given(number, &[(Category::One, 2), (Category::Two, 1)]);
    // Later numbers kick off earlier, so that the one order is not the other.
    list.date_utc = kick_off(10 - (number - 1) / 3);
    list.round_number = 1 + number / 7;
    list.home_team = format!("Home {number}");
    list.away_team = "Côte d'Ivoire".to_owned();
    list.group = (number <= 6).then(|| "B".to_owned());
    list.location = if number % 2 == 0 { "Even Park" } else { "Odd Park" }.to_owned();
    list
}

const ORDER: [i32; 12] = [10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3];

const ALL: Window = Window { after: None, before: None, limit: 100, from_end: false };

fn numbers(app: &TestApp, filter: &Filter, window: Window) -> (Vec<i32>, bool) {
    let page = page::page(&app.view, filter, window);
    let numbers = page.items.iter().map(|state| state.match_number).collect();
    (numbers, page.more)
}

fn cursor(app: &TestApp, number: i32) -> Cursor {
    let state = app.view.get(number).expect("the match is shown");
    Cursor::from(&*state)
}

async fn pages_follow_one_another_in_the_order_of_kick_off_then_number(app: &TestApp) {
    fixtures(app).await;
    let everything = Filter::default();

    assert_eq!(numbers(app, &everything, ALL), (ORDER.to_vec(), false));
    for limit in [1, 2, 5, 12] {
        let mut window = Window { limit, ..ALL };
        let mut walked = Vec::new();
        loop {
            let (page, more) = numbers(app, &everything, window);
            assert!(page.len() <= limit);
            window.after = page.last().map(|number| cursor(app, *number));
            walked.extend(page);
            if !more {
                break;
            }
        }
        assert_eq!(walked, ORDER, "{limit} a page");
    }
}

async fn the_last_page_comes_first_where_it_is_asked_for_and_keeps_the_order(app: &TestApp) {
    fixtures(app).await;
    let mut window = Window { limit: 5, from_end: true, ..ALL };

    let mut pages = Vec::new();
    loop {
        let (page, more) = numbers(app, &Filter::default(), window);
        window.before = page.first().map(|number| cursor(app, *number));
        pages.push(page);
        if !more {
            break;
        }
    }

    assert_eq!(pages, [ORDER[7..].to_vec(), ORDER[2..7].to_vec(), ORDER[..2].to_vec()]);
}

async fn a_window_between_two_cursors_holds_what_is_between_them(app: &TestApp) {
    fixtures(app).await;
    let between = Window { after: Some(cursor(app, 11)), before: Some(cursor(app, 5)), ..ALL };

    assert_eq!(numbers(app, &Filter::default(), between), (vec![12, 7, 8, 9, 4], false));
    let gone = Cursor { date_utc: kick_off(8) + Duration::minutes(1), match_number: 99 };
    let after = Window { after: Some(gone), ..ALL };
    assert_eq!(numbers(app, &Filter::default(), after).0, ORDER[6..], "a cursor need not be a match that exists");
}

async fn every_filter_lets_through_what_it_names(app: &TestApp) {
    fixtures(app).await;
    app.hear(sale(Reserved, 1, Category::One, 2, None)).await;
    app.hear(sale(Reserved, 1, Category::Two, 1, None)).await;
    app.hear(sale(Reserved, 2, Category::One, 2, None)).await;
    app.hear(sale(Pending, 2, Category::Two, 1, None)).await;
    let let_through = |change: fn(&mut Filter)| {
        let mut filter = Filter::default();
        change(&mut filter);
        let (numbers, _) = numbers(app, &filter, ALL);
        assert_eq!(page::count(&app.view, &filter), numbers.len());
        numbers
    };

    assert_eq!(let_through(|filter| filter.team = Some(" home 7 ".into())), [7]);
    assert_eq!(let_through(|filter| filter.team = Some("CÔTE D'IVOIRE".into())), ORDER);
    assert!(let_through(|filter| filter.team = Some("Home".into())).is_empty());
    assert_eq!(let_through(|filter| filter.group = Some("b".into())), [4, 5, 6, 1, 2, 3]);
    assert_eq!(let_through(|filter| filter.round_number = Some(2)), [10, 11, 12, 7, 8, 9]);
    assert_eq!(let_through(|filter| filter.location = Some("even park".into())), [10, 12, 8, 4, 6, 2]);
    assert_eq!(let_through(|filter| filter.date_from = Some(kick_off(9))), [4, 5, 6, 1, 2, 3]);
    assert_eq!(let_through(|filter| filter.date_to = Some(kick_off(8))), [10, 11, 12, 7, 8, 9]);
    assert_eq!(let_through(|filter| filter.status = Some(Availability::SoldOut)), [1]);
    assert_eq!(let_through(|filter| filter.status = Some(Availability::TemporarilyUnavailable)), [2]);
    assert_eq!(let_through(|filter| filter.status = Some(Availability::Available)), [10, 11, 12, 7, 8, 9, 4, 5, 6, 3]);
    assert_eq!(
        let_through(|filter| {
            filter.group = Some("B".into());
            filter.location = Some("Odd Park".into());
            filter.status = Some(Availability::Available);
        }),
        [5, 3]
    );
}

async fn the_view_shows_what_other_instances_commit_within_a_sweep(app: &TestApp) {
    if app.backend == tests::Backend::Sqlite {
        // There is one instance: it shows its own commits at once.
        app.stock(1, Category::One, 20).await;
        let held = app.fan("ana").await.holds(1, Category::One, 1).await;
        assert_eq!(app.view.get(1).map(|state| state.version), Some(2));
        assert_eq!(held.version, 1);
        return;
    }
    let mut other = app.another().await;
    app.stock(1, Category::One, 20).await;
    assert!(other.view.get(1).is_none());
    assert!(!other.view.is_filled());

    let newer = other.view.sweep(&other.db).await;
    assert_eq!(newer.expect("the view can be compared").len(), 1);
    assert!(other.view.is_filled());
    let before = other.view.generation();
    let ana = app.fan("ana").await;
    ana.holds(1, Category::One, 2).await;
    let newer = other.view.sweep(&other.db).await;

    assert_eq!(newer.expect("the view can be compared").len(), 1);
    assert!(other.view.generation() > before);
    assert_eq!(other.view.all(), app.view.all());
    let stale = (*other.view.get(1).expect("the match is shown")).clone();
    ana.at(&other.app).holds(1, Category::One, 2).await;
    assert!(!other.view.show(stale), "an older state never shows again");
    assert_eq!(other.view.get(1).map(|state| state.version), Some(3));
    other.stop().await;
}

async fn a_match_that_this_instance_has_not_heard_of_is_found(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (fresh, _desk) = domain::App::new(
        app.db.clone(),
        std::sync::Arc::clone(&app.clock) as _,
        app.settings.clone(),
        domain::accounts::Keys::new(&[0; 32], String::new()),
        std::sync::Arc::clone(&app.gateway),
    );

    let found = matches::find(&fresh, 1).await;
    let nothing = matches::find(&fresh, 2).await;

    let found = found.expect("a match can be looked for");
    assert_eq!(found.as_deref(), Some(&app.state(1).await));
    assert_eq!(nothing.expect("a match can be looked for"), None);
}
