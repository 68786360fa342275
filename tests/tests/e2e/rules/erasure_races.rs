//! A deletion and what its owner does at the same moment: one of both is as if it had been first.

use std::{sync::Arc, time::Duration};

use domain::{
    App,
    accounts::{
        self, AccountError,
        deletion::{self, Proof},
    },
    resale::Subject,
};
use entities::{category::Category, reservation::Status, ticket_transfer, user};
use sea_orm::EntityTrait;
use tests::{Backend, Fan, TestApp, both, offer, sites::PRICE};

use super::erasure::{PASSWORD, address, deletes, person, to_come};

both! {
    no_hold_is_left_of_an_account_that_is_deleted_as_it_is_placed,
    no_payment_is_begun_for_an_account_that_is_deleted_meanwhile,
    a_gift_that_is_accepted_as_its_taker_leaves_has_one_holder,
    nothing_is_offered_by_a_seller_who_leaves,
    of_two_deletions_one_is_done,
    no_session_and_no_name_outlives_a_deletion,
}

/// As often as each race is run.
const ROUNDS: usize = 6;

async fn is_erased(app: &TestApp, fan: &Fan) -> bool {
    let row = user::Entity::find_by_id(fan.viewer.user_id).one(&app.db).await.expect("accounts can be read");
    row.expect("the row stays").erased_at.is_some()
}

/// A person at an instance that is not the one which deletes them, where there are two.
async fn elsewhere(app: &TestApp, fan: &Fan) -> (Fan, Option<tests::Instance>) {
    match app.backend {
        Backend::Sqlite => (fan.clone(), None),
        Backend::Postgres => {
            let other = app.another().await;
            (fan.at(&Arc::clone(&other.app)), Some(other))
        }
    }
}

async fn no_hold_is_left_of_an_account_that_is_deleted_as_it_is_placed(app: &TestApp) {
    to_come(app, 1).await;
    to_come(app, 2).await;
    for round in 0..ROUNDS {
        let ana = person(app, &format!("ana{round}@example.com"), "Ana").await;
        let (there, other) = elsewhere(app, &ana).await;
        let (number, deleted) = (i32::try_from(round % 2).expect("it is small") + 1, deletes(app, &ana));

        let (deleted, held) = tokio::join!(deleted, async {
            // Passwords take a moment: holds are asked for until one is refused.
            let mut last = there.hold(number, Category::One, 1).await;
            for _ in 0..200 {
                if last.is_err() || is_erased(app, &ana).await {
                    break;
                }
                let held = last.expect("it was held");
                there.cancel(held.id).await.ok();
                last = there.hold(number, Category::One, 1).await;
            }
            last
        });

        deleted.expect("a hold does not stand in the way");
        let live = app.reservations().await.into_iter().filter(|row| row.user_id == ana.viewer.user_id);
        assert_eq!(live.filter(|row| row.status.is_live()).count(), 0, "{held:?}");
        if let Some(mut other) = other {
            other.stop().await;
        }
    }
}

async fn no_payment_is_begun_for_an_account_that_is_deleted_meanwhile(app: &TestApp) {
    to_come(app, 1).await;
    for round in 0..ROUNDS {
        let ana = person(app, &format!("ana{round}@example.com"), "Ana").await;
        let (there, other) = elsewhere(app, &ana).await;
        let hold = ana.holds(1, Category::One, 1).await;
        let wait = Duration::from_millis(u64::try_from(round).expect("it is small") * 25);

        let (deleted, paid) = tokio::join!(deletes(app, &ana), async {
            tokio::time::sleep(wait).await;
            there.pay_with(hold.id, tests::bank::PAYS, None).await
        });

        let row = app.reservation(hold.id).await;
        match &deleted {
            Ok(_) => assert!(paid.is_err() && row.status == Status::Cancelled, "{paid:?} {row:?}"),
            Err(AccountError::NotSettled(_)) => assert!(row.status == Status::Reserved, "{paid:?} {row:?}"),
            Err(error) => panic!("{error}"),
        }
        assert_eq!(is_erased(app, &ana).await, deleted.is_ok());
        if let Some(mut other) = other {
            other.stop().await;
        }
    }
}

async fn a_gift_that_is_accepted_as_its_taker_leaves_has_one_holder(app: &TestApp) {
    to_come(app, 1).await;
    for round in 0..ROUNDS {
        let giver = app.fan(&format!("giver{round}")).await;
        let ana = person(app, &format!("ana{round}@example.com"), "Ana").await;
        let gift = giver.buys(1, Category::One).await;
        let code = super::transfers::offered(app, &giver, gift.id, &format!("ana{round}@example.com")).await;
        let wait = Duration::from_millis(u64::try_from(round).expect("it is small") * 25);

        let (deleted, accepted) = tokio::join!(deletes(app, &ana), async {
            tokio::time::sleep(wait).await;
            ana.accept(&code).await
        });

        let holder = super::resale::ticket(app, gift.id).await.user_id;
        match &deleted {
            Ok(_) => assert!(accepted.is_err() && holder == giver.viewer.user_id, "{accepted:?}"),
            Err(AccountError::NotSettled(_)) => {
                assert!(accepted.is_ok() && holder == ana.viewer.user_id, "{accepted:?}")
            }
            Err(error) => panic!("{error}"),
        }
        let rows = ticket_transfer::Entity::find().all(&app.db).await.expect("transfers can be read");
        assert!(rows.iter().all(|row| !row.recipient.starts_with("ana")), "{rows:?}");
    }
}

async fn nothing_is_offered_by_a_seller_who_leaves(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    for round in 0..ROUNDS {
        let ana = person(app, &format!("ana{round}@example.com"), "Ana").await;
        let (there, other) = elsewhere(app, &ana).await;
        let bought = ana.buys(1, Category::One).await;
        let wait = Duration::from_millis(u64::try_from(round).expect("it is small") * 25);

        let (deleted, offered) = tokio::join!(deletes(app, &ana), async {
            tokio::time::sleep(wait).await;
            there.offer(offer(Subject::Ticket(bought.id), PRICE)).await
        });

        assert!(deleted.is_ok() != offered.is_ok(), "{deleted:?} {offered:?}");
        assert_eq!(is_erased(app, &ana).await, deleted.is_ok());
        if let Some(mut other) = other {
            other.stop().await;
        }
    }
}

async fn of_two_deletions_one_is_done(app: &TestApp) {
    let ana = person(app, "ana@example.com", "Ana").await;
    let (one, other) = tokio::join!(deletes(app, &ana), deletes(app, &ana));

    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let late = one.and(other).expect_err("one came too late");
    assert!(matches!(late, AccountError::InvalidToken), "{late}");
}

async fn no_session_and_no_name_outlives_a_deletion(app: &TestApp) {
    for round in 0..ROUNDS {
        let email = format!("ana{round}@example.com");
        let ana = person(app, &email, "Ana").await;
        let change = || accounts::ProfileChange { display_name: Some(Some("Anna".to_owned())), ..Default::default() };
        let app_ref: &App = app;
        let proof = Proof { password: Some(PASSWORD.to_owned()), kept_token: None };

        let (deleted, signed_in, named) = tokio::join!(
            deletion::delete(app_ref, ana.viewer, Some(address()), proof),
            accounts::sign_in(app_ref, Some(address()), &email, PASSWORD.to_owned()),
            async {
                let mut named = accounts::update_profile(app_ref, ana.viewer, change()).await;
                for _ in 0..50 {
                    if named.is_err() {
                        break;
                    }
                    named = accounts::update_profile(app_ref, ana.viewer, change()).await;
                }
                named
            }
        );

        deleted.expect("nothing stands in the way");
        if let Ok(session) = signed_in {
            let shown = accounts::refresh(app, &session.refresh_token).await;
            assert!(shown.is_err(), "a session outlives its account");
        }
        let row = user::Entity::find_by_id(ana.viewer.user_id).one(&app.db).await.expect("accounts can be read");
        assert_eq!(row.and_then(|row| row.display_name), None, "{named:?}");
    }
}
