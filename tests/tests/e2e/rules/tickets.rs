//! Tickets: one a seat once its money is ours, none before, and codes that a gate verifies by the published key alone.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    accounts::keys::AccessTokens,
    audit,
    gateway::Status as AtBank,
    keyring,
    tickets::{self, Filter, keys::TicketCodes},
};
use entities::{
    category::Category,
    payment::State,
    reservation,
    ticket::{self, Status},
    user,
};
use ring::signature::{ED25519, UnparsedPublicKey};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, SqlErr};
use tests::{
    Fan, TestApp,
    bank::{ASKS, Call, DECLINES, Fault, PAYS},
    both, sites,
};
use uuid::Uuid;

use super::payments::{TURN, held, keep, payment, tell};

both! {
    a_paid_reservation_has_a_ticket_a_seat_in_its_holders_name_then,
    nobody_has_tickets_before_their_money_is_taken,
    whichever_way_money_comes_it_is_taken_for_tickets_once,
    a_seat_has_one_ticket,
    a_fan_finds_their_tickets_and_nobody_elses,
    a_code_is_verified_by_the_published_key_alone,
    keys_change_and_tickets_stay_good_unless_theirs_is_retired,
    the_audit_sees_tickets_that_are_missing_and_ones_that_nobody_paid,
}

pub(super) async fn of_reservation(app: &TestApp, id: Uuid) -> Vec<ticket::Model> {
    tickets::of_reservations(&app.db, &[id]).await.expect("tickets can be read")
}

/// A fan with two tickets.
pub(super) async fn ticketed(app: &TestApp) -> (Fan, reservation::Model, Vec<ticket::Model>) {
    let (ana, hold) = held(app, 20).await;
    let paid = ana.pay_with(hold.id, PAYS, None).await.expect("the card pays");
    let tickets = of_reservation(app, hold.id).await;
    (ana, paid.reservation, tickets)
}

pub(super) async fn code(app: &TestApp, row: &ticket::Model) -> String {
    tickets::code(app, row).await.expect("tickets can be signed").expect("it is valid")
}

async fn a_paid_reservation_has_a_ticket_a_seat_in_its_holders_name_then(app: &TestApp) {
    let (ana, hold, tickets) = ticketed(app).await;
    let renamed = user::ActiveModel {
        id: Set(ana.viewer.user_id),
        display_name: Set(Some("Another".to_owned())),
        ..Default::default()
    };
    renamed.update(&app.db).await.expect("a fan can be renamed");

    assert_eq!(tickets.iter().map(|ticket| ticket.seat).collect::<Vec<_>>(), [1, 2]);
    for ticket in &tickets {
        assert_eq!((ticket.status, ticket.version), (Status::Valid, 1));
        assert_eq!((ticket.user_id, ticket.reservation_id), (ana.viewer.user_id, hold.id));
        assert_eq!((ticket.match_number, ticket.category), (1, Category::One));
        assert_eq!((ticket.price_minor, ticket.origin_id, ticket.used_at), (sites::PRICE, None, None));
        assert_eq!(ticket.issued_at, ticket.changed_at);
    }
    assert_eq!(tickets, of_reservation(app, hold.id).await);
    assert_eq!(tickets[0].holder_name.as_deref(), Some("ana"));
    assert_ne!(code(app, &tickets[0]).await, code(app, &tickets[1]).await);
}

async fn nobody_has_tickets_before_their_money_is_taken(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    let has = async || of_reservation(app, hold.id).await.len();

    ana.pay_with(hold.id, DECLINES, None).await.expect_err("the card is refused");
    assert_eq!(has().await, 0);
    app.bank.fail(Call::Capture, Fault::Before);
    let paid = ana.pay_with(hold.id, PAYS, None).await.expect("it is under way");
    assert_eq!((paid.payment.state, has().await), (State::Confirmed, 0), "authorised, and not ours yet");

    app.move_clock(TURN);
    keep(app).await;
    assert_eq!((payment(app, hold.id).await.state, has().await), (State::Captured, 2));
}

async fn whichever_way_money_comes_it_is_taken_for_tickets_once(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    for (name, late) in [("in time", false), ("after the hold's end", true)] {
        let fan = app.fan(name).await;
        let hold = fan.holds(1, Category::One, 2).await;
        let paid = fan.pay_with(hold.id, ASKS, None).await.expect("it waits");
        if late {
            app.bank.is_away.store(true, std::sync::atomic::Ordering::SeqCst);
            app.advance(app.settings.hold + app.settings.payment_grace + TURN).await;
            app.bank.is_away.store(false, std::sync::atomic::Ordering::SeqCst);
        }
        // Somebody captured it at the gateway's own pages: no step of ours came before.
        app.bank.set(paid.payment.id, AtBank::Captured);
        for event in ["1", "2", "3"] {
            tell(app, &format!("{name} {event}"), paid.payment.id).await;
            keep(app).await;
        }
        app.move_clock(TURN);
        keep(app).await;

        assert_eq!(payment(app, hold.id).await.state, State::Captured, "{name}");
        assert_eq!(of_reservation(app, hold.id).await.len(), 2, "{name}");
    }
}

async fn a_seat_has_one_ticket(app: &TestApp) {
    let (.., tickets) = ticketed(app).await;

    let again = ticket::Model { id: Uuid::now_v7(), ..tickets[0].clone() };
    let twice = ticket::Entity::insert(again.into_active_model().reset_all()).exec_without_returning(&app.db).await;

    let refused = twice.expect_err("the database refuses it");
    assert!(matches!(refused.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))), "{refused}");
}

async fn a_fan_finds_their_tickets_and_nobody_elses(app: &TestApp) {
    let (ana, _, tickets) = ticketed(app).await;
    let ben = app.fan("ben").await;
    let his = ben.holds(1, Category::One, 1).await;
    ben.pay_with(his.id, PAYS, None).await.expect("the card pays");

    let of = |status| Filter { status: Some(status), ..Filter::default() };
    let all = tickets::of_fan(app, ana.viewer, Filter::default(), None, 10).await.expect("tickets can be listed");
    let mut ids: Vec<Uuid> = tickets.iter().map(|ticket| ticket.id).collect();
    ids.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!((all.items.iter().map(|row| row.id).collect::<Vec<_>>(), all.more), (ids.clone(), false));
    let first = tickets::of_fan(app, ana.viewer, of(Status::Valid), None, 1).await.expect("they can be listed");
    assert_eq!((first.items[0].id, first.more), (ids[0], true));
    let rest = tickets::of_fan(app, ana.viewer, Filter::default(), Some(ids[0]), 1).await.expect("they can be listed");
    assert_eq!((rest.items[0].id, rest.more), (ids[1], false));
    let used = tickets::of_fan(app, ana.viewer, of(Status::Used), None, 10).await.expect("they can be listed");
    assert_eq!(used.items, []);
    let found = async |fan: &Fan| tickets::find(app, fan.viewer, ids[0]).await.expect("tickets can be read");
    assert_eq!((found(&ana).await.map(|row| row.id), found(&ben).await), (Some(ids[0]), None));
}

/// What a gate makes of a code, with nothing but the published keys: as `docs/guides/gate.md` has it.
fn verified(jwks: &serde_json::Value, code: &str) -> Option<(Uuid, u32)> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = code.chars().map(|letter| format!("{:05b}", letters.find(letter).expect("a letter"))).collect();
    let bytes: Vec<u8> = (0..91).map(|at| u8::from_str_radix(&bits[at * 8..at * 8 + 8], 2).expect("bits")).collect();
    assert_eq!((code.len(), bytes[0]), (146, 1));
    let kid = URL_SAFE_NO_PAD.encode(&bytes[1..7]);
    let key = jwks["keys"].as_array().expect("keys are listed").iter().find(|key| key["kid"] == kid.as_str())?;
    assert_eq!((&key["kty"], &key["crv"]), (&"OKP".into(), &"Ed25519".into()));
    let public = URL_SAFE_NO_PAD.decode(key["x"].as_str().expect("a key is text")).expect("it is base64url");
    UnparsedPublicKey::new(&ED25519, public).verify(&bytes[..27], &bytes[27..]).ok()?;
    let version = u32::from_be_bytes(bytes[23..27].try_into().expect("four bytes"));
    Some((Uuid::from_slice(&bytes[7..23]).expect("sixteen bytes"), version))
}

async fn a_code_is_verified_by_the_published_key_alone(app: &TestApp) {
    let (.., tickets) = ticketed(app).await;
    let signed = code(app, &tickets[0]).await;
    let jwks = keyring::jwks::<TicketCodes>(app);

    assert_eq!(verified(&jwks, &signed), Some((tickets[0].id, 1)));
    let other = code(app, &tickets[1]).await;
    for at in 0..145 {
        // Each letter of another's code in its place: of the format, the key, the ticket, the version, the signature.
        let forged = format!("{}{}{}", &signed[..at], &other[at..=at], &signed[at + 1..]);
        assert!(forged == signed || verified(&jwks, &forged).is_none(), "{forged}");
    }
    assert_eq!(code(app, &tickets[0]).await, signed, "it is the same each time");
    for status in [Status::Listed, Status::Transferred, Status::Used, Status::Refunded] {
        let row = ticket::Model { status, ..tickets[0].clone() };
        assert_eq!(tickets::code(app, &row).await.expect("it can be asked for"), None, "{status:?}");
    }
}

async fn keys_change_and_tickets_stay_good_unless_theirs_is_retired(app: &TestApp) {
    let (.., tickets) = ticketed(app).await;
    let old = code(app, &tickets[0]).await;
    let (access, first) =
        (keyring::jwks::<AccessTokens>(app), keyring::list::<TicketCodes>(app).await.expect("keys can be listed"));

    let next = keyring::rotate::<TicketCodes>(app, false).await.expect("keys can be changed");
    assert_eq!(code(app, &tickets[0]).await, old, "the next key is announced first");
    assert_eq!(keyring::jwks::<TicketCodes>(app)["keys"].as_array().map(Vec::len), Some(2));
    app.move_clock(Duration::from_secs(24 * 3_600));
    let new = code(app, &tickets[0]).await;
    assert_ne!(new, old);
    app.move_clock(Duration::from_secs(300 * 24 * 3_600));
    for signed in [&old, &new] {
        assert_eq!(verified(&keyring::jwks::<TicketCodes>(app), signed), Some((tickets[0].id, 1)));
    }

    assert!(keyring::retire::<TicketCodes>(app, &first[0].kid).await.expect("a key can be retired"));
    assert!(!keyring::retire::<TicketCodes>(app, &first[0].kid).await.expect("a key can be asked for"));
    assert_eq!((verified(&keyring::jwks::<TicketCodes>(app), &old), code(app, &tickets[0]).await), (None, new.clone()));
    keyring::rotate::<TicketCodes>(app, true).await.expect("keys can be changed");
    assert_eq!(verified(&keyring::jwks::<TicketCodes>(app), &new), None, "what was stolen opens nothing");
    assert_ne!(code(app, &tickets[0]).await, new);
    assert_ne!(next.kid, first[0].kid);
    assert_eq!(keyring::jwks::<AccessTokens>(app), access, "access tokens have keys of their own");
}

async fn the_audit_sees_tickets_that_are_missing_and_ones_that_nobody_paid(app: &TestApp) {
    let (ana, hold, tickets) = ticketed(app).await;
    let unpaid = ana.holds(1, Category::One, 1).await;
    let found = async || audit::violations(&app.db).await.expect("the database can be audited").join("; ");
    assert_eq!(found().await, "");
    let set = async |change: &str| {
        app.db.execute_unprepared(&format!("UPDATE {change}")).await.expect("it can be changed");
    };

    set("tickets SET status = 'REFUNDED' WHERE seat = 2").await;
    assert!(found().await.contains(&format!("{} has 1 tickets, its payment bought 2", hold.id)), "{}", found().await);
    set("tickets SET status = 'VALID'").await;
    ana.refund(hold.id, Some(&[tickets[1].id])).await.expect("it goes back");
    assert_eq!(found().await, "", "one went back");
    set("tickets SET status = 'TRANSFERRED' WHERE seat = 1").await;
    assert_eq!(found().await, "", "one was sold on");

    let forged = ticket::Model { id: Uuid::now_v7(), reservation_id: unpaid.id, ..tickets[0].clone() };
    let forged = forged.into_active_model().reset_all().insert(&app.db).await.expect("the database takes it");
    assert!(found().await.contains(&format!("{} has 1 tickets, its payment bought 0", unpaid.id)));
    ticket::Entity::delete_by_id(forged.id).exec(&app.db).await.expect("it can be deleted");
    set("tickets SET status = 'VALID' WHERE seat = 1").await;
}
