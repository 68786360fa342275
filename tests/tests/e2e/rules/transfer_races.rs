//! Who is first: whoever accepts a ticket, and everything else that turns it at the same moment.

use domain::tickets::{gate::Outcome, transfers::TransferError};
use entities::{category::Category, ticket::Status};
use futures_util::future::join_all;
use tests::{Fan, TestApp, both, offer, sites::PRICE};
use uuid::Uuid;

use super::{
    resale::{code, scanned, ticket},
    transfers::offered,
};

both! {
    a_ticket_that_is_taken_back_as_it_is_accepted_has_one_holder,
    a_gate_at_the_moment_of_the_acceptance_lets_one_person_in,
    a_ticket_that_is_sold_or_given_back_as_it_is_accepted_has_one_fate,
    of_accounts_that_race_for_a_ticket_one_has_it,
    a_fan_who_accepts_many_at_once_has_no_more_than_they_may,
    two_who_offer_a_ticket_at_once_offer_it_to_one_reader,
}

/// As often as each race is run.
const ROUNDS: usize = 8;

/// A fan with a ticket that is offered, and the code that accepts it.
async fn round(app: &TestApp, number: usize) -> (Fan, Uuid, String) {
    let giver = app.fan(&format!("giver{number}")).await;
    let bought = giver.buys(1, Category::One).await;
    let invitation = offered(app, &giver, bought.id, "reader@example.com").await;
    (giver, bought.id, invitation)
}

async fn a_ticket_that_is_taken_back_as_it_is_accepted_has_one_holder(app: &TestApp) {
    app.stock(1, Category::One, 40).await;
    for number in 0..ROUNDS {
        let (giver, id, invitation) = round(app, number).await;
        let taker = app.fan(&format!("taker{number}")).await;

        let (accepted, taken_back) = tokio::join!(taker.accept(&invitation), giver.take_back(id));

        assert!(accepted.is_ok() != taken_back.is_ok(), "{accepted:?} {taken_back:?}");
        let holder = if accepted.is_ok() { &taker } else { &giver };
        assert_eq!(ticket(app, id).await.user_id, holder.viewer.user_id);
    }
}

async fn a_gate_at_the_moment_of_the_acceptance_lets_one_person_in(app: &TestApp) {
    app.stock(1, Category::One, 40).await;
    for number in 0..ROUNDS {
        let (giver, id, invitation) = round(app, number).await;
        let taker = app.fan(&format!("taker{number}")).await;
        let (shown, nonce) = (code(app, &ticket(app, id).await).await, number.to_string());

        let (accepted, outcome) = tokio::join!(taker.accept(&invitation), scanned(app, shown, &nonce));

        let row = ticket(app, id).await;
        let expected = match outcome {
            Outcome::Admitted => (giver.viewer.user_id, Status::Used, false),
            Outcome::Transferred => (taker.viewer.user_id, Status::Valid, true),
            other => panic!("{other:?}"),
        };
        assert_eq!((row.user_id, row.status, accepted.is_ok()), expected, "{accepted:?}");
    }
}

async fn a_ticket_that_is_sold_or_given_back_as_it_is_accepted_has_one_fate(app: &TestApp) {
    app.stock(1, Category::One, 40).await;
    for number in 0..2 * ROUNDS {
        let (giver, id, invitation) = round(app, number).await;
        let taker = app.fan(&format!("taker{number}")).await;
        let reservation_id = ticket(app, id).await.reservation_id;

        let (accepted, is_gone, status) = if number % 2 == 0 {
            let listing = giver.offer(offer(domain::resale::Subject::Ticket(id), PRICE));
            let (accepted, listed) = tokio::join!(taker.accept(&invitation), listing);
            (accepted, listed.is_ok(), Status::Listed)
        } else {
            let (accepted, refunded) = tokio::join!(taker.accept(&invitation), giver.refund(reservation_id, None));
            (accepted, refunded.is_ok(), Status::Refunded)
        };

        let row = ticket(app, id).await;
        assert!(accepted.is_ok() != is_gone, "{accepted:?}, {row:?}");
        let expected = match is_gone {
            true => (giver.viewer.user_id, status),
            false => (taker.viewer.user_id, Status::Valid),
        };
        assert_eq!((row.user_id, row.status), expected);
    }
}

async fn of_accounts_that_race_for_a_ticket_one_has_it(app: &TestApp) {
    app.stock(1, Category::One, 40).await;
    let (_, id, invitation) = round(app, 0).await;
    let fans = app.fans(20).await;

    let answers = join_all(fans.iter().map(|fan| fan.accept(&invitation))).await;

    let winners: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    let [row] = winners[..] else { panic!("{} have it", winners.len()) };
    assert_eq!(row, &ticket(app, id).await);
    let refused = answers.iter().filter_map(|answer| answer.as_ref().err());
    assert!(refused.into_iter().all(|refused| matches!(refused, TransferError::Over)));
    let winner = fans.iter().find(|fan| fan.viewer.user_id == row.user_id).expect("one of them has it");
    let again = join_all((0..5).map(|_| winner.accept(&invitation))).await;
    assert!(again.iter().all(|answer| answer.as_ref().is_ok_and(|again| again == row)), "{again:?}");
}

async fn a_fan_who_accepts_many_at_once_has_no_more_than_they_may(app: &TestApp) {
    app.stock(1, Category::One, 40).await;
    let taker = app.fan("taker").await;
    let mut invitations = Vec::new();
    for number in 0..9 {
        invitations.push(round(app, number).await.2);
    }

    let answers = join_all(invitations.iter().map(|code| taker.accept(code))).await;

    let beyond = answers.iter().filter(|answer| matches!(answer, Err(TransferError::PurchaseLimit { has: 6, cap: 6 })));
    assert_eq!((answers.iter().filter(|answer| answer.is_ok()).count(), beyond.count()), (6, 3), "{answers:?}");
}

async fn two_who_offer_a_ticket_at_once_offer_it_to_one_reader(app: &TestApp) {
    app.stock(1, Category::One, 40).await;
    for number in 0..ROUNDS {
        let giver = app.fan(&format!("giver{number}")).await;
        let id = giver.buys(1, Category::One).await.id;

        let answers = tokio::join!(giver.give(id, "one@example.com"), giver.give(id, "other@example.com"));

        assert!(answers.0.is_ok() != answers.1.is_ok(), "{answers:?}");
        let refused = answers.0.and(answers.1).expect_err("one is refused");
        assert!(matches!(refused, TransferError::Offered { .. }), "{refused}");
    }
}
