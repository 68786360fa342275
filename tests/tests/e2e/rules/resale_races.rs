//! Who is first: buyers after one listing, money that comes late, and everything else that meets at one listing.

use std::{sync::atomic::Ordering, time::Duration};

use domain::{
    desk::error::{HoldError, OrderRefused, PaymentRefused},
    gateway::Status as AtBank,
    payments::PaymentError,
    resale::{Change, ResaleError, Subject},
    tickets::gate::Outcome,
};
use entities::{
    category::Category,
    listing::State as Listing,
    payment::State,
    reservation::{CancelReason, Status},
    ticket,
};
use futures_util::future::join_all;
use sea_orm::{ActiveValue::Set, EntityTrait};
use tests::{
    TestApp,
    bank::{ASKS, Call, Fault, PAYS},
    both, offer, price,
    sites::PRICE,
};

use super::{
    payments::{TURN, keep, payment, tell},
    resale::{code, listing, offered, scanned, ticket},
};

both! {
    a_hundred_who_race_for_a_listing_leave_one_order_and_one_payment,
    an_order_at_the_moment_of_its_withdrawal_or_edit_is_whole_or_not_there,
    a_check_in_at_the_moment_of_the_offer_leaves_one_of_the_two,
    late_money_has_the_listing_again_if_it_is_as_it_was_and_goes_back_if_not,
    money_that_was_taken_for_a_listing_that_is_gone_is_refunded,
    a_sale_that_is_undone_leaves_the_listing_open_and_the_ticket_its_sellers,
    who_pays_last_for_one_order_is_not_sold_it_twice,
    who_pays_for_a_ticket_that_is_no_ticket_any_more_pays_nothing,
}

async fn a_hundred_who_race_for_a_listing_leave_one_order_and_one_payment(app: &TestApp) {
    let (_, offered) = offered(app).await;
    let begun = app.bank.begun();
    let fans = app.fans(100).await;

    let answers = join_all(fans.iter().map(|fan| fan.order(offered.id))).await;

    let orders: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    let [order] = orders[..] else { panic!("{} orders", orders.len()) };
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(matches!(refused, ResaleError::Listing(OrderRefused::Locked { .. })), "{refused}");
    }
    let buyer = fans.iter().find(|fan| fan.viewer.user_id == order.user_id).expect("a fan has ordered");
    // They press the button again and again.
    let paid = join_all((0..10).map(|_| buyer.pay_with(order.id, PAYS, Some("k")))).await;
    assert!(paid.iter().any(Result::is_ok), "{paid:?}");

    assert_eq!(app.bank.begun(), begun + 1);
    assert_eq!(app.bank.taken(payment(app, order.id).await.id), PRICE);
    assert_eq!(listing(app, offered.id).await.order_id, Some(order.id));
    assert!(buyer.ticket_of(order.id).await.is_some());
}

async fn an_order_at_the_moment_of_its_withdrawal_or_edit_is_whole_or_not_there(app: &TestApp) {
    let (seller, mut offered) = offered(app).await;
    let ben = app.fan("ben").await;
    for round in 0..12 {
        let (id, ticket_id) = (offered.id, offered.ticket_id.expect("it is one of ours"));
        let edit = Change { version: offered.version, price: Some(price(PRICE - 100 - round)), ..Change::default() };
        let (ordered, withdrawn, edited) = if round % 2 == 0 {
            let (ordered, withdrawn) = tokio::join!(ben.order(id), seller.withdraw(id));
            (ordered, withdrawn.is_ok(), false)
        } else {
            let (edited, ordered) = tokio::join!(seller.change(id, edit), ben.order(id));
            (ordered, false, edited.is_ok())
        };

        let row = listing(app, id).await;
        match &ordered {
            Ok(order) if withdrawn => {
                assert_eq!(app.reservation(order.id).await.cancel_reason, Some(CancelReason::Withdrawn));
                assert_eq!(row.state, Listing::Withdrawn);
                assert_eq!(ticket(app, ticket_id).await.status, ticket::Status::Valid);
            }
            Ok(order) => {
                assert_eq!((row.state, row.order_id), (Listing::Locked, Some(order.id)));
                assert_eq!(order.unit_price_minor, row.price_minor, "the price of the moment at which it was placed");
                ben.cancel(order.id).await.expect("it can be given up");
            }
            Err(refused) => {
                assert!(withdrawn, "{refused}");
                assert_eq!(row.state, Listing::Withdrawn);
                assert_eq!(ticket(app, ticket_id).await.status, ticket::Status::Valid);
            }
        }
        assert!(round % 2 == 0 || ordered.is_ok(), "an edit keeps nobody from ordering; edited: {edited}");
        let row = listing(app, id).await;
        offered = if row.state == Listing::Withdrawn { seller.offers(ticket_id, PRICE).await } else { row };
    }
}

async fn a_check_in_at_the_moment_of_the_offer_leaves_one_of_the_two(app: &TestApp) {
    let (seller, _) = offered(app).await;
    for round in 0..5 {
        let bought = seller.buys(1, Category::One).await;
        let code = code(app, &bought).await;

        let nonce = round.to_string();
        let (admitted, listed) =
            tokio::join!(scanned(app, code, &nonce), seller.offer(offer(Subject::Ticket(bought.id), PRICE)));

        let row = ticket(app, bought.id).await;
        let is_inside = admitted == Outcome::Admitted;
        assert!(is_inside != listed.is_ok(), "{admitted:?} {listed:?}");
        let expected = if is_inside { ticket::Status::Used } else { ticket::Status::Listed };
        assert_eq!(row.status, expected);
    }
}

async fn late_money_has_the_listing_again_if_it_is_as_it_was_and_goes_back_if_not(app: &TestApp) {
    let (seller, mut offered) = offered(app).await;
    for (number, meanwhile) in ["nothing", "an edit", "an order", "a withdrawal"].into_iter().enumerate() {
        let (ben, cleo) = (app.fan(&format!("ben {number}")).await, app.fan(&format!("cleo {number}")).await);
        let order = ben.orders(offered.id).await;
        let paid = ben.pay_with(order.id, ASKS, None).await.expect("it waits");
        app.bank.is_away.store(true, Ordering::SeqCst);
        app.advance(app.settings.resale.hold + app.settings.payment_grace).await;
        assert_eq!(app.reservation(order.id).await.cancel_reason, Some(CancelReason::Expired));
        let row = listing(app, offered.id).await;
        assert_eq!(row.state, Listing::Open);
        let edit = Change { version: row.version, price: Some(price(PRICE - 1)), ..Change::default() };
        match meanwhile {
            "an edit" => drop(seller.change(offered.id, edit).await.expect("nobody is buying it")),
            "an order" => drop(cleo.orders(offered.id).await),
            "a withdrawal" => drop(seller.withdraw(offered.id).await.expect("nobody is buying it")),
            _ => {}
        }
        app.bank.is_away.store(false, Ordering::SeqCst);
        app.bank.consent(paid.payment.id);

        app.move_clock(TURN);
        tell(app, &format!("event {number}"), paid.payment.id).await;
        keep(app).await;

        let (row, payment) = (app.reservation(order.id).await, payment(app, order.id).await);
        let is_sold = meanwhile == "nothing";
        let expected = if is_sold { (Status::Reserved, State::Captured) } else { (Status::Cancelled, State::Voided) };
        assert_eq!((row.status, payment.state), expected, "{meanwhile}");
        assert_eq!(app.bank.taken(payment.id), if is_sold { PRICE } else { 0 }, "{meanwhile}");
        assert_eq!(ben.ticket_of(order.id).await.is_some(), is_sold, "{meanwhile}");
        app.advance(app.settings.resale.hold).await;
        let bought = seller.buys(1, Category::One).await;
        offered = seller.offers(bought.id, PRICE).await;
    }
    assert_eq!(app.bank.reserved(), 0);
}

async fn money_that_was_taken_for_a_listing_that_is_gone_is_refunded(app: &TestApp) {
    let (seller, offered) = offered(app).await;
    let ben = app.fan("ben").await;
    let order = ben.orders(offered.id).await;
    let paid = ben.pay_with(order.id, ASKS, None).await.expect("it waits");
    app.bank.is_away.store(true, Ordering::SeqCst);
    app.advance(app.settings.resale.hold + app.settings.payment_grace).await;
    app.bank.is_away.store(false, Ordering::SeqCst);
    seller.withdraw(offered.id).await.expect("nobody is buying it");
    app.bank.set(paid.payment.id, AtBank::Captured);

    tell(app, "1", paid.payment.id).await;
    keep(app).await;

    assert_eq!(payment(app, order.id).await.state, State::Refunded);
    assert_eq!(app.bank.taken(paid.payment.id), 0);
    let mine = ticket(app, offered.ticket_id.expect("it is one of ours")).await;
    assert_eq!((mine.status, mine.user_id), (ticket::Status::Valid, seller.viewer.user_id));
}

async fn a_sale_that_is_undone_leaves_the_listing_open_and_the_ticket_its_sellers(app: &TestApp) {
    let (seller, offered) = offered(app).await;
    let (ben, cleo) = (app.fan("ben").await, app.fan("cleo").await);
    let order = ben.orders(offered.id).await;
    app.bank.fail(Call::Capture, Fault::Before);
    let paid = ben.pay_with(order.id, PAYS, None).await.expect("it is under way");
    assert_eq!(paid.reservation.status, Status::Reserved);
    assert_eq!(listing(app, offered.id).await.state, Listing::Sold);
    let ticket_id = offered.ticket_id.expect("it is one of ours");
    assert_eq!(
        ticket(app, ticket_id).await.status,
        ticket::Status::Listed,
        "nothing is handed over before the capture"
    );
    assert_eq!(ben.ticket_of(order.id).await, None);

    app.bank.set(paid.payment.id, AtBank::Cancelled);
    app.move_clock(TURN);
    keep(app).await;

    let row = app.reservation(order.id).await;
    assert_eq!((row.status, row.cancel_reason), (Status::Cancelled, Some(CancelReason::PaymentFailed)));
    assert_eq!(listing(app, offered.id).await.state, Listing::Open);
    let next = cleo.orders(offered.id).await;
    cleo.pay_with(next.id, PAYS, None).await.expect("the card pays");
    assert_eq!(ticket(app, ticket_id).await.status, ticket::Status::Transferred);
    keep(app).await;
    assert_eq!(app.bank.paid_to(seller.viewer.user_id), offered.price_minor - offered.fee_minor);
}

async fn who_pays_last_for_one_order_is_not_sold_it_twice(app: &TestApp) {
    let (_, offered) = offered(app).await;
    let ben = app.fan("ben").await;
    let order = ben.orders(offered.id).await;
    let first = ben.pay_with(order.id, ASKS, None).await.expect("it waits");
    app.bank.is_away.store(true, Ordering::SeqCst);
    app.advance(app.settings.resale.hold + app.settings.payment_grace).await;
    app.bank.is_away.store(false, Ordering::SeqCst);
    let again = ben.orders(offered.id).await;
    ben.pay_with(again.id, PAYS, None).await.expect("the card pays");
    app.bank.consent(first.payment.id);

    app.move_clock(Duration::from_secs(600));
    keep(app).await;

    assert_eq!(payment(app, order.id).await.state, State::Voided);
    assert_eq!(app.bank.taken(first.payment.id), 0);
    assert_eq!(app.reservation(order.id).await.status, Status::Cancelled);
    assert_eq!(listing(app, offered.id).await.order_id, Some(again.id));
    let refused = ben.pay_with(again.id, PAYS, Some("again")).await.expect_err("it is paid");
    assert!(matches!(refused, PaymentError::Refused(PaymentRefused::Hold(HoldError::AlreadyPaid))), "{refused}");
}

async fn who_pays_for_a_ticket_that_is_no_ticket_any_more_pays_nothing(app: &TestApp) {
    let (seller, offered) = offered(app).await;
    let ben = app.fan("ben").await;
    let order = ben.orders(offered.id).await;
    let ticket_id = offered.ticket_id.expect("it is one of ours");
    let turned = |status| ticket::ActiveModel { id: Set(ticket_id), status: Set(status), ..Default::default() };
    let turn = async |status| {
        ticket::Entity::update(turned(status)).exec(&app.db).await.expect("a ticket can be turned");
    };
    turn(ticket::Status::Refunded).await;

    let refused = ben.pay_with(order.id, PAYS, None).await.expect_err("there is nothing to be had");

    assert!(matches!(refused, PaymentError::Void), "{refused}");
    assert_eq!(app.bank.taken(payment(app, order.id).await.id), 0);
    assert_eq!(app.bank.reserved(), 0);
    assert_eq!(ben.ticket_of(order.id).await, None);
    ben.cancel(order.id).await.expect("it can be given up");
    turn(ticket::Status::Listed).await;
    seller.withdraw(offered.id).await.expect("nobody is buying it");
}
