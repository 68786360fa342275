//! Other sites: what they say they hold and sell of the shared stock, and what that does to ours.

use std::time::Duration;

use book::{
    match_state::Availability,
    outbox::TicketAction::{self, Cancelled, Pending, Reserved},
};
use domain::{desk::error::HoldError, foreign::Sale, inbox::Message};
use entities::{
    category::Category,
    early_end, foreign_hold,
    reservation::{CancelReason, Status},
};
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};
use tests::{
    TestApp, both,
    sites::{apply, given, referring, sale},
};

const MINUTE: Duration = Duration::from_secs(60);
const THERE: Option<&str> = Some("there");

both! {
    another_site_holds_sells_and_gives_back,
    what_another_site_holds_can_not_be_held_here,
    a_sale_that_was_never_held_takes_only_from_what_is_available,
    a_sale_beyond_its_hold_takes_what_the_hold_had,
    nobody_gives_back_what_another_site_holds,
    sites_without_a_name_share_one_account,
    what_the_master_list_says_is_pending_belongs_to_nobody_in_particular,
    a_hold_is_resolved_by_the_name_that_its_site_gave_it,
    the_oldest_hold_is_resolved_first_where_none_is_named,
    what_is_named_in_one_batch_leaves_the_rest_in_its_order,
    a_hold_that_nobody_resolves_ends_after_its_time,
    our_newest_unpaid_holds_give_way_to_a_sale_elsewhere,
    a_hold_that_gives_way_does_so_as_a_whole,
    what_is_paid_never_gives_way_and_the_deficit_is_recorded,
    what_is_sold_beyond_the_last_ticket_is_recorded_and_stays_recorded,
    more_held_elsewhere_than_there_is_leaves_nothing_to_sell_and_never_less,
    a_category_that_was_never_given_can_not_be_sold,
    a_sale_that_is_told_as_cancelled_frees_what_its_site_still_holds,
    a_hold_whose_end_was_read_first_opens_nothing,
    an_end_that_was_read_first_is_kept_for_the_hold_of_its_name_and_site_alone,
    what_an_early_end_took_from_another_hold_is_not_taken_twice,
    ends_whose_holds_never_come_are_forgotten,
}

async fn hear(app: &TestApp, action: TicketAction, quantity: i32, sender: Option<&str>) {
    app.hear(sale(action, 1, Category::One, quantity, sender)).await;
}

/// Available, held here, held elsewhere.
async fn counts(app: &TestApp) -> (i32, i32, i32) {
    let counts = app.counts(1, Category::One).await;
    (counts.available, counts.held, counts.foreign_pending)
}

async fn another_site_holds_sells_and_gives_back(app: &TestApp) {
    app.stock(1, Category::One, 20).await;

    hear(app, Pending, 2, THERE).await;
    assert_eq!(counts(app).await, (20, 0, 2));
    hear(app, Reserved, 2, THERE).await;
    assert_eq!(counts(app).await, (18, 0, 0));
    hear(app, Pending, 1, THERE).await;
    assert_eq!(counts(app).await, (18, 0, 1));
    hear(app, Cancelled, 1, THERE).await;
    assert_eq!(counts(app).await, (18, 0, 0));

    assert_eq!(app.counts(1, Category::One).await.foreign_sold, 2);
}

async fn what_another_site_holds_can_not_be_held_here(app: &TestApp) {
    app.stock(1, Category::One, 2).await;
    let ana = app.fan("ana").await;
    hear(app, Pending, 2, THERE).await;

    let meanwhile = ana.hold(1, Category::One, 1).await;
    hear(app, Cancelled, 2, THERE).await;
    ana.holds(1, Category::One, 1).await;

    assert!(matches!(meanwhile, Err(HoldError::TemporarilyUnavailable { available: 2, sellable: 0 })), "{meanwhile:?}");
}

async fn a_sale_that_was_never_held_takes_only_from_what_is_available(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let held = app.fan("ana").await.holds(1, Category::One, 2).await;
    hear(app, Pending, 1, Some("elsewhere")).await;

    hear(app, Reserved, 2, THERE).await;

    assert_eq!(counts(app).await, (18, 2, 1));
    assert_eq!(app.reservation(held.id).await, held);
}

async fn a_sale_beyond_its_hold_takes_what_the_hold_had(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    hear(app, Pending, 1, THERE).await;

    hear(app, Reserved, 2, THERE).await;

    assert_eq!(counts(app).await, (18, 0, 0));
}

async fn nobody_gives_back_what_another_site_holds(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    hear(app, Pending, 2, THERE).await;
    app.fan("ana").await.holds(1, Category::One, 2).await;

    hear(app, Cancelled, 2, Some("elsewhere")).await;
    hear(app, Cancelled, 2, None).await;

    assert_eq!(counts(app).await, (20, 2, 2));
}

async fn sites_without_a_name_share_one_account(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    hear(app, Pending, 2, None).await;
    hear(app, Pending, 2, None).await;
    hear(app, Pending, 1, THERE).await;

    hear(app, Cancelled, 2, None).await;
    hear(app, Reserved, 1, None).await;

    assert_eq!(counts(app).await, (19, 0, 2));
}

async fn what_the_master_list_says_is_pending_belongs_to_nobody_in_particular(app: &TestApp) {
    let mut list = given(1, &[(Category::One, 20)]);
    list.categories[0].pending = 3;
    app.give(list).await;
    assert_eq!(counts(app).await, (20, 0, 3));

    hear(app, Reserved, 2, THERE).await;
    assert_eq!(counts(app).await, (18, 0, 3));
    hear(app, Reserved, 2, None).await;
    assert_eq!(counts(app).await, (16, 0, 1));

    app.advance(app.settings.foreign_hold).await;
    assert_eq!(counts(app).await, (16, 0, 0));
}

async fn a_hold_is_resolved_by_the_name_that_its_site_gave_it(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    for name in ["first", "second", "third"] {
        let pending = sale(Pending, 1, Category::One, 1, THERE);
        app.hear(referring(pending, name)).await;
    }

    let cancelled = sale(Cancelled, 1, Category::One, 1, THERE);
    app.hear(referring(cancelled, "second")).await;

    assert_eq!(references(app).await, ["first", "third"]);
    assert_eq!(counts(app).await, (20, 0, 2));
}

async fn the_oldest_hold_is_resolved_first_where_none_is_named(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    for name in ["first", "second", "third"] {
        let pending = sale(Pending, 1, Category::One, 1, THERE);
        app.hear(referring(pending, name)).await;
    }

    hear(app, Reserved, 1, THERE).await;
    let unknown = sale(Reserved, 1, Category::One, 1, THERE);
    app.hear(referring(unknown, "never heard of")).await;

    assert_eq!(references(app).await, ["third"]);
    assert_eq!(counts(app).await, (18, 0, 1));
}

async fn what_is_named_in_one_batch_leaves_the_rest_in_its_order(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let said = [
        (Pending, 2, Some("first")),
        (Pending, 2, Some("second")),
        (Cancelled, 1, Some("second")),
        (Cancelled, 2, None),
    ];

    let batch = said.map(|(action, quantity, reference)| {
        let sale = sale(action, 1, Category::One, quantity, THERE);
        app.next(Message::Sale(Sale { reference: reference.map(str::to_owned), ..sale }))
    });
    apply(app, &batch).await;

    assert_eq!(references(app).await, ["second"]);
    assert_eq!(counts(app).await, (20, 0, 1));
}

async fn references(app: &TestApp) -> Vec<String> {
    foreign_hold::Entity::find()
        .order_by_asc(foreign_hold::Column::Id)
        .all(&app.db)
        .await
        .expect("holds of other sites can be read")
        .into_iter()
        .filter_map(|hold| hold.reference)
        .collect()
}

async fn a_hold_that_nobody_resolves_ends_after_its_time(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    hear(app, Pending, 2, THERE).await;
    app.advance(20 * MINUTE).await;
    hear(app, Pending, 1, THERE).await;
    hear(app, Pending, 2, None).await;
    assert_eq!(counts(app).await, (20, 0, 5));

    app.advance(11 * MINUTE).await;
    assert_eq!(counts(app).await, (20, 0, 3));
    app.advance(20 * MINUTE).await;
    assert_eq!(counts(app).await, (20, 0, 0));

    hear(app, Reserved, 2, THERE).await;
    assert_eq!(counts(app).await, (18, 0, 0));
}

async fn our_newest_unpaid_holds_give_way_to_a_sale_elsewhere(app: &TestApp) {
    app.stock(1, Category::One, 4).await;
    let ana = app.fan("ana").await;
    let first = ana.holds(1, Category::One, 1).await;
    let paid = ana.holds(1, Category::One, 1).await;
    let third = ana.holds(1, Category::One, 1).await;
    let newest = ana.holds(1, Category::One, 1).await;
    ana.pay(paid.id).await.expect("a hold can be paid");

    hear(app, Reserved, 2, THERE).await;

    assert_eq!(counts(app).await, (1, 1, 0));
    assert_eq!(app.reservation(first.id).await.status, Status::Pending);
    assert_eq!(app.reservation(paid.id).await.status, Status::Reserved);
    for gone in [&third, &newest] {
        let row = app.reservation(gone.id).await;
        assert_eq!(row.cancel_reason, Some(CancelReason::Oversold));
    }
    let late = ana.pay(newest.id).await;
    assert!(late.is_err(), "{late:?}");
}

async fn a_hold_that_gives_way_does_so_as_a_whole(app: &TestApp) {
    app.stock(1, Category::One, 4).await;
    let ana = app.fan("ana").await;
    let first = ana.holds(1, Category::One, 2).await;
    let second = ana.holds(1, Category::One, 2).await;

    hear(app, Reserved, 1, THERE).await;

    assert_eq!(counts(app).await, (3, 2, 0));
    assert!(app.reservation(first.id).await.status.is_live());
    let gone = app.reservation(second.id).await;
    assert_eq!(gone.cancel_reason, Some(CancelReason::Oversold));
    let late = ana.cancel(second.id).await;
    assert!(matches!(late, Err(HoldError::AlreadyCancelled(CancelReason::Oversold))), "{late:?}");
}

async fn what_is_paid_never_gives_way_and_the_deficit_is_recorded(app: &TestApp) {
    app.stock(1, Category::One, 2).await;
    let ana = app.fan("ana").await;
    let held = ana.holds(1, Category::One, 2).await;
    ana.pay(held.id).await.expect("a hold can be paid");

    hear(app, Reserved, 1, THERE).await;

    let counts = app.counts(1, Category::One).await;
    assert_eq!((counts.available, counts.sold, counts.deficit), (0, 2, 1));
    assert_eq!(app.reservation(held.id).await.status, Status::Reserved);
}

async fn what_is_sold_beyond_the_last_ticket_is_recorded_and_stays_recorded(app: &TestApp) {
    app.stock(1, Category::One, 1).await;
    let ana = app.fan("ana").await;

    hear(app, Reserved, 2, THERE).await;
    hear(app, Reserved, 2, Some("elsewhere")).await;
    hear(app, Pending, 2, THERE).await;
    hear(app, Cancelled, 2, THERE).await;

    let counts = app.counts(1, Category::One).await;
    assert_eq!((counts.available, counts.deficit), (0, 3));
    let state = app.state(1).await;
    assert_eq!(state.categories[0].available, 0);
    assert_eq!(state.availability(), Availability::SoldOut);
    let refused = ana.hold(1, Category::One, 1).await;
    assert!(matches!(refused, Err(HoldError::SoldOut(1, 1))));
}

async fn more_held_elsewhere_than_there_is_leaves_nothing_to_sell_and_never_less(app: &TestApp) {
    app.stock(1, Category::One, 1).await;
    hear(app, Pending, 2, THERE).await;
    hear(app, Pending, 2, Some("elsewhere")).await;

    let category = app.state(1).await.categories[0].clone();

    assert_eq!((category.available, category.pending), (1, 4));
    assert_eq!(category.sellable(), 0);
    assert_eq!(category.availability(), Availability::TemporarilyUnavailable);
}

async fn a_category_that_was_never_given_can_not_be_sold(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let before = app.state(1).await;

    app.hear(sale(Pending, 1, Category::Three, 2, THERE)).await;
    app.hear(sale(Reserved, 1, Category::Three, 2, THERE)).await;

    assert_eq!(app.state(1).await, before);
}

/// Why nobody is told of a refund: the contract has no word for a seat that was sold and came back.
async fn a_sale_that_is_told_as_cancelled_frees_what_its_site_still_holds(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    hear(app, Pending, 2, THERE).await;
    hear(app, Reserved, 2, THERE).await;
    hear(app, Pending, 1, THERE).await;
    assert_eq!(counts(app).await, (18, 0, 1));

    hear(app, Cancelled, 2, THERE).await;

    assert_eq!(counts(app).await, (18, 0, 0), "what was sold stays sold, and what is held there could be sold here");
}

/// As a site tells them that lost the broker's answers in between: each event stands twice in the log.
async fn a_hold_whose_end_was_read_first_opens_nothing(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    for (end, sold) in [(Cancelled, 0), (Reserved, 2)] {
        let name = format!("{end:?}");
        let said = |action| {
            let sale = referring(sale(action, 1, Category::One, 2, THERE), &name);
            Sale { event_id: Some(format!("{name} {action:?}")), ..sale }
        };
        let available = counts(app).await.0 - sold;

        for action in [end, Pending, end] {
            app.hear(said(action)).await;
        }

        assert_eq!(counts(app).await, (available, 0, 0), "{end:?}");
        app.hear(referring(sale(Pending, 1, Category::One, 1, THERE), "another")).await;
        app.hear(referring(sale(Cancelled, 1, Category::One, 1, THERE), "another")).await;
        app.hear(said(Pending)).await;
        assert_eq!(counts(app).await, (available, 0, 0), "nothing is left of either, and nothing is owed: {end:?}");
    }
    assert_eq!(early_ends(app).await, 0);
}

async fn an_end_that_was_read_first_is_kept_for_the_hold_of_its_name_and_site_alone(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    app.hear(referring(sale(Cancelled, 1, Category::One, 2, THERE), "first")).await;

    for (sender, name) in [(THERE, "second"), (Some("elsewhere"), "first"), (None, "first")] {
        app.hear(referring(sale(Pending, 1, Category::One, 1, sender), name)).await;
    }
    hear(app, Pending, 1, THERE).await;

    assert_eq!(counts(app).await, (20, 0, 4));
    let batch = [Pending, Pending]
        .map(|action| app.next(Message::Sale(referring(sale(action, 1, Category::One, 2, THERE), "first"))));
    apply(app, &batch).await;
    assert_eq!(counts(app).await, (20, 0, 6), "it ended one hold, and no other of that name");
}

async fn what_an_early_end_took_from_another_hold_is_not_taken_twice(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    app.hear(referring(sale(Pending, 1, Category::One, 1, THERE), "held")).await;

    app.hear(referring(sale(Cancelled, 1, Category::One, 2, THERE), "early")).await;
    app.hear(referring(sale(Pending, 1, Category::One, 2, THERE), "early")).await;

    assert_eq!(counts(app).await, (20, 0, 1), "as many are held as there");
}

async fn ends_whose_holds_never_come_are_forgotten(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    for number in 0..12 {
        let batch: Vec<_> = (0..1_000)
            .map(|of| {
                let sale = sale(Cancelled, 1, Category::One, 2, THERE);
                app.next(Message::Sale(referring(sale, &format!("{number} {of}"))))
            })
            .collect();
        apply(app, &batch).await;
    }
    assert_eq!(early_ends(app).await, 10_000, "the newest are kept");

    app.hear(referring(sale(Pending, 1, Category::One, 2, THERE), "11 999")).await;
    app.hear(referring(sale(Pending, 1, Category::One, 2, THERE), "0 0")).await;
    assert_eq!(counts(app).await, (20, 0, 2));

    app.advance(app.settings.foreign_hold).await;
    assert_eq!((early_ends(app).await, counts(app).await), (0, (20, 0, 0)));
}

async fn early_ends(app: &TestApp) -> u64 {
    early_end::Entity::find().count(&app.db).await.expect("early ends can be counted")
}
