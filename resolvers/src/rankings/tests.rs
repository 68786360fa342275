use chrono::TimeDelta;
use entities::category::Category;
use uuid::Uuid;

use super::*;

fn now() -> DateTime<Utc> {
    "2022-11-01T00:00:00Z".parse().expect("the test has it")
}

fn state(number: i32, teams: [&str; 2], hours: i64) -> MatchState {
    let category = |category| CategoryState { category, price_minor: 7_500, available: 20, pending: 0 };
    MatchState {
        match_number: number,
        round_number: 1,
        date_utc: now() + TimeDelta::hours(hours),
        location: "Lusail Stadium".to_owned(),
        home_team: teams[0].to_owned(),
        away_team: teams[1].to_owned(),
        group: None,
        version: 1,
        closed: false,
        categories: vec![category(Category::One), category(Category::Two)],
    }
}

fn four() -> Vec<MatchState> {
    vec![
        state(1, ["Qatar", "Ecuador"], 24),
        state(2, ["England", "Japan"], 48),
        state(3, ["Argentina", "Mexico"], 72),
        state(4, ["Ghana", "Wales"], 96),
    ]
}

fn shown(states: Vec<MatchState>) -> Arc<States> {
    Arc::new(States::from(states.into_iter().map(Arc::new).collect::<Vec<_>>()))
}

fn listing(match_number: i32, price_minor: i64, version: i32) -> Arc<listing::Model> {
    Arc::new(listing::Model {
        id: Uuid::from_u128(7),
        seller_id: Uuid::nil(),
        seller_name: None,
        ticket_id: None,
        match_number,
        category: Category::One,
        title: String::new(),
        description: None,
        price_minor,
        fee_minor: 0,
        state: listing::State::Open,
        version,
        order_id: None,
        locked_until: None,
        withdrawing: false,
        idempotency_key: None,
        created_at: now(),
    })
}

fn numbers(ranking: &Ranking) -> Vec<i32> {
    ranking.iter().map(|one| one.match_number).collect()
}

/// What a site with these has on offer, as it is kept and as it is prepared anew: they must agree on what is recommended.
struct Asked {
    rankings: Rankings,
    model: Arc<Model>,
}

impl Asked {
    fn new() -> Self {
        Self { rankings: Rankings::default(), model: Arc::new(Model::prior()) }
    }

    fn on_offer(&self, states: &Arc<States>, listings: &Listings, now: DateTime<Utc>) -> Arc<OnOffer> {
        let kept = self.rankings.on_offer(&self.model, states, listings, now);
        let anew = OnOffer::new(&self.model, states, listings.clone(), now);
        for country in [None, Some("EC".to_owned())] {
            assert_eq!(kept.for_country(country.clone(), 10), anew.for_country(country, 10));
        }
        kept
    }
}

#[test]
fn what_is_on_offer_is_kept_while_only_counts_change() {
    let asked = Asked::new();
    let (before, mut states) = (asked.on_offer(&shown(four()), &Listings::new(), now()), four());
    states[0].version = 2;
    states[0].categories[0].pending = 19;

    let after = asked.on_offer(&shown(states), &Listings::new(), now());

    assert!(Arc::ptr_eq(&before, &after));
    assert!(Arc::ptr_eq(&before.for_country(None, 10), &after.for_country(None, 3)), "and so is what was ranked");
}

#[test]
fn another_model_ranks_anew() {
    let mut asked = Asked::new();
    let before = asked.on_offer(&shown(four()), &Listings::new(), now());

    asked.model = Arc::new(Model::prior());

    assert!(!Arc::ptr_eq(&before, &asked.on_offer(&shown(four()), &Listings::new(), now())));
}

#[test]
fn what_is_sold_out_closed_moved_renamed_or_costs_something_else_ranks_anew() {
    let sold_out = |state: &mut MatchState| state.categories.iter_mut().for_each(|category| category.available = 0);
    let held = |state: &mut MatchState| state.categories[0].pending = 20;
    let closed = |state: &mut MatchState| state.closed = true;
    let moved = |state: &mut MatchState| state.date_utc += TimeDelta::hours(1_000);
    let renamed = |state: &mut MatchState| state.home_team = "Ecuador".to_owned();
    let dearer = |state: &mut MatchState| state.categories[0].price_minor = 9_000;
    let changes: [&dyn Fn(&mut MatchState); 6] = [&sold_out, &held, &closed, &moved, &renamed, &dearer];
    for (at, change) in changes.into_iter().enumerate() {
        let asked = Asked::new();
        let before = asked.on_offer(&shown(four()), &Listings::new(), now());
        let mut states = four();
        change(&mut states[1]);

        let after = asked.on_offer(&shown(states), &Listings::new(), now());

        assert!(!Arc::ptr_eq(&before, &after), "change {at}");
    }
    let asked = Asked::new();
    asked.on_offer(&shown(four()), &Listings::new(), now());
    for (range, left) in [(1..4, vec![2, 3, 4]), (1..3, vec![2, 3]), (1..4, vec![2, 3, 4]), (0..4, vec![1, 2, 3, 4])] {
        let others = asked.on_offer(&shown(four()[range].to_vec()), &Listings::new(), now());
        assert_eq!(numbers(&others.for_country(None, 10)), left, "a match is known, or is known no more");
    }
}

#[test]
fn a_listing_that_comes_goes_or_changes_ranks_anew() {
    let asked = Asked::new();
    let mut states = four();
    states[1].categories.iter_mut().for_each(|category| category.available = 0);
    let states = shown(states);
    assert_eq!(states.gone, [2]);
    let offered = |price, version| Listings::from([(2, listing(2, price, version))]);
    let ranked = |listings: &Listings| numbers(&asked.on_offer(&states, listings, now()).for_country(None, 10));

    assert_eq!(ranked(&Listings::new()), [1, 3, 4]);
    assert_eq!(ranked(&offered(7_000, 1)), [1, 2, 3, 4]);
    let before = asked.on_offer(&states, &offered(7_000, 1), now());
    assert!(Arc::ptr_eq(&before, &asked.on_offer(&states, &offered(7_000, 1), now())));
    assert!(!Arc::ptr_eq(&before, &asked.on_offer(&states, &offered(6_000, 2), now())), "a price is changed");
    assert_eq!(ranked(&Listings::new()), [1, 3, 4], "it is gone");
}

#[test]
fn a_match_that_begins_is_recommended_no_more_from_that_instant_on() {
    let (asked, states) = (Asked::new(), shown(four()));
    let at = |now| asked.on_offer(&states, &Listings::new(), now);
    let (kick_off, instant) = (now() + TimeDelta::hours(24), TimeDelta::microseconds(1));

    let before = at(now());
    assert_eq!(before.until(), Some(kick_off));
    assert!(Arc::ptr_eq(&before, &at(kick_off - instant)));
    assert_eq!(numbers(&at(kick_off).for_country(None, 10)), [2, 3, 4]);
    assert!(Arc::ptr_eq(&at(kick_off), &at(kick_off + TimeDelta::hours(1))));
    assert_eq!(numbers(&at(now() + TimeDelta::hours(90)).for_country(None, 10)), [4]);
    let over = at(now() + TimeDelta::hours(96));
    assert_eq!((numbers(&over.for_country(None, 10)), over.until()), (vec![], None));
    assert_eq!(numbers(&at(now()).for_country(None, 10)), [1, 2, 3, 4], "a clock that was set back is right again");
}

#[test]
fn each_country_has_its_ranking_and_as_much_of_it_as_was_asked_for() {
    let offer = Asked::new().on_offer(&shown(four()), &Listings::new(), now());
    let of = |country: &str, first| offer.for_country(Some(country.to_owned()), first);

    assert_eq!(numbers(&of("GH", 1)), [4]);
    assert_eq!(of("EC", 4)[0].because_of[0].team.as_deref(), Some("Ecuador"));
    assert_eq!(numbers(&of("GH", 4)).len(), 4, "more than before");
    assert!(Arc::ptr_eq(&of("GH", 100), &of("GH", 50)), "there are no more");
}

#[test]
fn whoever_asks_for_every_country_makes_no_more_be_kept_than_the_bound() {
    let offer = Asked::new().on_offer(&shown(four()), &Listings::new(), now());
    let letters = || b'A'..=b'Z';
    for code in letters().flat_map(|one| letters().map(move |other| [one, other])) {
        offer.for_country(Some(String::from_utf8_lossy(&code).into_owned()), 100);

        assert!(lock(&offer.ranked).len() <= COUNTRIES);
    }
}

#[test]
fn what_a_fan_holds_changes_nothing_of_what_visitors_are_recommended() {
    let offer = Asked::new().on_offer(&shown(four()), &Listings::new(), now());
    let held = model::Held { match_number: 1, category: 1, price_minor: 7_500 };

    let of_fan = offer.for_fan(&Fan { country: None, held: vec![held] }, &Listings::new(), 10);

    assert!(!numbers(&of_fan).contains(&1));
    assert_eq!(numbers(&offer.for_country(None, 10)), [1, 2, 3, 4]);
}
