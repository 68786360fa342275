//! Tickets that are given to others: whose they are when, what ends an offer, and who may.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{
    audit,
    lookup::{self, TicketsMark},
    mails::{self, Content, OutgoingMail},
    maintenance,
    tickets::{
        self, Filter, freezing,
        gate::{self, Outcome},
        links::{self, LinkError},
        revocation::{self, Reason},
        transfers::{self, TransferError},
    },
};
use entities::{
    category::Category,
    mail::{self, Kind},
    ticket::{self, Status},
    ticket_transfer::{self, State},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use tests::{Fan, TestApp, both, mailer::TestMailer, sites::PRICE};
use uuid::Uuid;

use super::resale::{code, scanned, ticket};

both! {
    who_accepts_a_ticket_has_it_and_the_givers_code_is_dead,
    until_it_is_accepted_a_ticket_is_its_givers_and_opens_the_gate,
    what_is_taken_back_or_late_is_not_accepted,
    what_becomes_of_a_ticket_meanwhile_ends_the_offer,
    nobody_gives_what_is_not_theirs_or_not_valid,
    a_ticket_is_offered_to_one_reader_and_mailed_once,
    whether_the_email_has_an_account_changes_nothing,
    a_code_is_good_for_one_account_and_no_other_text_is_a_code,
    what_was_given_may_be_sold,
    a_mail_that_is_late_brings_its_buyer_what_is_theirs_still,
    emails_are_let_go_of_once_the_offer_is_over,
    the_audit_sees_who_holds_what_they_did_not_accept,
    the_mark_of_an_orders_tickets_tells_of_its_owners_and_of_nothing_that_others_do,
}

/// Sends what is due, and keeps it.
async fn mailed(app: &TestApp) -> Vec<OutgoingMail> {
    let mailer = TestMailer::default();
    while mails::round(app, &mailer).await.expect("mails can be looked for") > 0 {}
    mailer.empty()
}

/// Offers a ticket to an email, and reads the code there.
pub(super) async fn offered(app: &TestApp, giver: &Fan, ticket_id: Uuid, email: &str) -> String {
    giver.give(ticket_id, email).await.expect("nothing stands against it");
    let sent = mailed(app).await;
    let code = sent.iter().rev().filter(|mail| mail.to == email).find_map(|mail| match &mail.content {
        Content::TicketOffered { code, .. } => Some(code.clone()),
        _ => None,
    });
    code.expect("the reader is mailed a code")
}

/// A fan who has bought a ticket, one who reads mail, and the code that this one has.
pub(super) async fn given(app: &TestApp) -> (Fan, Fan, ticket::Model, String) {
    app.stock(1, Category::One, 40).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let bought = ana.buys(1, Category::One).await;
    let code = offered(app, &ana, bought.id, "Friend@Example.com").await;
    (ana, ben, bought, code)
}

/// The transfers of a ticket, oldest first.
pub(super) async fn transfers_of(app: &TestApp, id: Uuid) -> Vec<ticket_transfer::Model> {
    let all = ticket_transfer::Entity::find().order_by_asc(ticket_transfer::Column::Id).all(&app.db).await;
    all.expect("transfers can be read").into_iter().filter(|row| row.ticket_id == id).collect()
}

/// How the newest transfer of a ticket stands.
async fn standing(app: &TestApp, id: Uuid) -> State {
    let row = transfers_of(app, id).await.pop().expect("it was offered");
    transfers::Transfer { row, ticket: ticket(app, id).await }.state(app.now())
}

async fn ids_of(app: &TestApp, fan: &Fan, received: Option<bool>) -> Vec<Uuid> {
    let filter = Filter { received, ..Filter::default() };
    let page = tickets::of_fan(app, fan.viewer, filter, None, 10).await.expect("tickets can be listed");
    page.items.into_iter().map(|row| row.id).collect()
}

async fn who_accepts_a_ticket_has_it_and_the_givers_code_is_dead(app: &TestApp) {
    let (ana, ben, bought, invitation) = given(app).await;
    let (old_code, old_link) = (code(app, &bought).await, links::make(app, &bought).expect("it opens"));
    app.move_clock(Duration::from_secs(60));

    let accepted = ben.accept(&invitation).await.expect("nothing stands against it");
    let again = ben.accept(&invitation).await.expect("it is his");

    assert_eq!((&again, &ticket(app, bought.id).await), (&accepted, &accepted));
    assert_eq!((accepted.user_id, accepted.holder_name.as_deref()), (ben.viewer.user_id, Some("ben")));
    assert_eq!((accepted.status, accepted.version, accepted.given_version), (Status::Valid, 2, 1));
    assert_eq!(accepted.reservation_id, bought.reservation_id);
    assert!(accepted.changed_at > bought.changed_at, "devices that were offline hear of it");
    assert_eq!(standing(app, bought.id).await, State::Accepted);
    assert_eq!((ids_of(app, &ana, None).await, ids_of(app, &ben, None).await), (vec![], vec![bought.id]));
    assert_eq!((ids_of(app, &ben, Some(true)).await, ids_of(app, &ben, Some(false)).await), (vec![bought.id], vec![]));

    assert_eq!(scanned(app, old_code.clone(), "1").await, Outcome::Transferred);
    let followed = links::follow(app, &old_link).await.expect("links can be followed");
    assert_eq!(followed.err(), Some(LinkError::Expired));
    let revoked = gate::revoked(app, None, Some(1), None, 10).await.expect("revoked tickets can be read");
    let [dead] = &revoked.page.items[..] else { panic!("{revoked:?}") };
    assert_eq!((revocation::dead_version(dead), revocation::reason(dead)), (1, Reason::Transferred));
    assert_eq!(scanned(app, code(app, &accepted).await, "2").await, Outcome::Admitted);
    assert_eq!(scanned(app, old_code, "3").await, Outcome::Transferred, "it is not hers to be used twice");

    let sent = mailed(app).await;
    let [OutgoingMail { to, name, content: Content::TicketAccepted(facts), .. }] = &sent[..] else {
        panic!("{sent:?}")
    };
    assert_eq!((to.as_str(), name.as_deref()), ("ana@example.com", Some("ana")));
    assert_eq!((facts.transfer.recipient.as_str(), facts.category), ("F•••@Example.com", 1));
}

async fn until_it_is_accepted_a_ticket_is_its_givers_and_opens_the_gate(app: &TestApp) {
    let (ana, ben, bought, invitation) = given(app).await;
    assert_eq!(ticket(app, bought.id).await, bought, "an offer changes nothing of the ticket");
    assert_eq!(ids_of(app, &ana, None).await, [bought.id]);

    assert_eq!(scanned(app, code(app, &bought).await, "1").await, Outcome::Admitted);

    assert!(matches!(ben.accept(&invitation).await, Err(TransferError::Over)));
    assert_eq!(
        (ticket(app, bought.id).await.user_id, standing(app, bought.id).await),
        (ana.viewer.user_id, State::Lapsed)
    );
    assert!(matches!(ana.give(bought.id, "x@example.com").await, Err(TransferError::NotValid(Status::Used))));
}

async fn what_is_taken_back_or_late_is_not_accepted(app: &TestApp) {
    let (ana, ben, bought, invitation) = given(app).await;

    ana.take_back(bought.id).await.expect("it is hers");
    ana.take_back(bought.id).await.expect("it was taken back before");
    assert!(matches!(ben.accept(&invitation).await, Err(TransferError::Over)));
    assert_eq!(standing(app, bought.id).await, State::Cancelled);

    let second = offered(app, &ana, bought.id, "friend@example.com").await;
    assert_ne!(second, invitation);
    app.move_clock(app.settings.transfers.life - Duration::from_secs(1));
    assert_eq!(standing(app, bought.id).await, State::Pending);
    app.move_clock(Duration::from_secs(1));
    assert!(matches!(ben.accept(&second).await, Err(TransferError::Over)));
    assert_eq!(standing(app, bought.id).await, State::Lapsed);

    let third = offered(app, &ana, bought.id, "friend@example.com").await;
    assert!(matches!(ben.accept(&second).await, Err(TransferError::Over)), "a later offer brings no earlier code back");
    ben.as_admin().take_back(bought.id).await.expect("the staff may");
    assert!(matches!(ben.accept(&third).await, Err(TransferError::Over)));
    let fourth = offered(app, &ana, bought.id, "friend@example.com").await;
    ben.accept(&fourth).await.expect("it is offered");
    assert!(matches!(ana.take_back(bought.id).await, Err(TransferError::Accepted)));
}

async fn what_becomes_of_a_ticket_meanwhile_ends_the_offer(app: &TestApp) {
    let (ana, ben, bought, first) = given(app).await;
    let staff = app.fan("staff").await.as_admin();
    let is_over = async |invitation: &str, what: &str| {
        assert!(matches!(ben.accept(invitation).await, Err(TransferError::Over)), "{what}");
        let row = ticket(app, bought.id).await;
        assert_eq!((row.user_id, row.given_version), (ana.viewer.user_id, 0), "{what}");
        assert_eq!(standing(app, bought.id).await, State::Lapsed, "{what}");
    };
    let again = async || offered(app, &ana, bought.id, "friend@example.com").await;

    let listing = ana.offers(bought.id, PRICE).await;
    is_over(&first, "it is on the market").await;
    assert!(matches!(ana.give(bought.id, "x@example.com").await, Err(TransferError::NotValid(Status::Listed))));
    ana.withdraw(listing.id).await.expect("no fan is buying it");
    is_over(&first, "it was on the market").await;

    let second = again().await;
    freezing::freeze(app, staff.viewer, bought.reservation_id).await.expect("it can be frozen");
    is_over(&second, "it is frozen").await;
    assert!(matches!(ana.give(bought.id, "x@example.com").await, Err(TransferError::Frozen)));
    freezing::unfreeze(app, staff.viewer, bought.reservation_id).await.expect("it can be freed");
    is_over(&second, "it was frozen").await;

    let third = again().await;
    ana.refund(bought.reservation_id, None).await.expect("it is hers");
    is_over(&third, "it was given back").await;
}

async fn nobody_gives_what_is_not_theirs_or_not_valid(app: &TestApp) {
    let (ana, ben, bought, _) = given(app).await;

    assert!(matches!(ben.give(bought.id, "x@example.com").await, Err(TransferError::NoTicket)));
    assert!(matches!(ben.take_back(bought.id).await, Err(TransferError::NotOffered)));
    assert!(matches!(ana.give(Uuid::now_v7(), "x@example.com").await, Err(TransferError::NoTicket)));
    let other = ana.buys(1, Category::One).await;
    assert!(matches!(ana.take_back(other.id).await, Err(TransferError::NotOffered)));
    for email in ["", "x", "x@localhost", "a\u{202e}b@example.com", &format!("{}@example.com", "x".repeat(300))] {
        assert!(matches!(ana.give(other.id, email).await, Err(TransferError::Email)), "{email}");
    }
    for own in ["ana@example.com", " ANA@example.com "] {
        assert!(matches!(ana.give(other.id, own).await, Err(TransferError::OwnEmail)), "{own}");
    }
    assert_eq!(transfers_of(app, other.id).await, []);
}

async fn a_ticket_is_offered_to_one_reader_and_mailed_once(app: &TestApp) {
    let (ana, _, bought, _) = given(app).await;

    ana.give(bought.id, " friend@example.COM").await.expect("it is offered to them");
    let refused = ana.give(bought.id, "other@example.com").await.expect_err("it is offered to another");

    assert!(refused.to_string().contains("offered to F•••@Example.com"), "{refused}");
    assert_eq!(mailed(app).await, []);
    assert_eq!(transfers_of(app, bought.id).await.len(), 1);
}

async fn whether_the_email_has_an_account_changes_nothing(app: &TestApp) {
    let (ana, ben, bought, _) = given(app).await;
    let (first, second) = (ana.buys(1, Category::One).await, ana.buys(1, Category::One).await);
    mailed(app).await;

    let known = ana.give(first.id, "ben@example.com").await.expect("nothing stands against it");
    let unknown = ana.give(second.id, "nobody@example.com").await.expect("nothing stands against it");

    assert_eq!((known, unknown), (first.clone(), second.clone()));
    let rows = mail::Entity::find().order_by_asc(mail::Column::Id).all(&app.db).await.expect("mails can be read");
    assert!(rows.iter().all(|row| row.kind == Kind::TicketOffered) && rows.len() == 2, "{rows:?}");
    let sent = mailed(app).await;
    let seen = |mail: &OutgoingMail| match &mail.content {
        Content::TicketOffered { giver_email, .. } => (mail.name.clone(), giver_email.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(sent.iter().map(seen).collect::<Vec<_>>(), vec![(None, Some("ana@example.com".to_owned())); 2]);
    // Whoever has the code accepts it, whatever the email of their account.
    let of_ben = sent.iter().find(|mail| mail.to == "nobody@example.com").expect("both are mailed");
    ben.accept(tests::mailer::code(of_ben)).await.expect("he has the code");
    assert_eq!(ticket(app, bought.id).await.user_id, ana.viewer.user_id);
}

async fn a_code_is_good_for_one_account_and_no_other_text_is_a_code(app: &TestApp) {
    let (ana, ben, bought, invitation) = given(app).await;
    let cleo = app.fan("cleo").await;
    let letter = if invitation.starts_with('A') { "B" } else { "A" };
    let forged = format!("{letter}{}", &invitation[1..]);

    for wrong in ["", "x", &invitation[1..], &forged, &format!("{invitation}A")] {
        assert!(matches!(ben.accept(wrong).await, Err(TransferError::InvalidCode)), "{wrong}");
        assert_eq!(transfers::of_code(app, wrong).await.expect("codes can be read"), None);
    }
    assert!(matches!(ana.accept(&invitation).await, Err(TransferError::Own)));
    let seen = transfers::of_code(app, &invitation).await.expect("codes can be read").expect("it is one");
    assert_eq!((seen.ticket.id, seen.state(app.now())), (bought.id, State::Pending));
    ben.accept(&invitation).await.expect("nothing stands against it");
    assert!(matches!(cleo.accept(&invitation).await, Err(TransferError::Over)));
    let on = offered(app, &ben, bought.id, "cleo@example.com").await;
    cleo.accept(&on).await.expect("it is offered to her");
    assert!(matches!(ben.accept(&invitation).await, Err(TransferError::Over)), "he gave it on");
}

async fn what_was_given_may_be_sold(app: &TestApp) {
    let (_, ben, bought, invitation) = given(app).await;
    let cleo = app.fan("cleo").await;
    let accepted = ben.accept(&invitation).await.expect("nothing stands against it");

    let listing = ben.offers(accepted.id, PRICE).await;
    let order = cleo.orders(listing.id).await;
    cleo.pay(order.id).await.expect("the card pays");

    assert_eq!(ticket(app, bought.id).await.status, Status::Transferred);
    let hers = cleo.ticket_of(order.id).await.expect("she has paid");
    assert_eq!((hers.origin_id, hers.given_version, hers.version), (Some(bought.id), 0, 1));
    assert!(ids_of(app, &cleo, Some(true)).await.is_empty(), "she has paid");
}

async fn a_mail_that_is_late_brings_its_buyer_what_is_theirs_still(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let hold = ana.holds(1, Category::One, 2).await;
    ana.pay(hold.id).await.expect("a hold can be paid");
    let bought = tickets::of_reservations(&app.db, &[hold.id]).await.expect("tickets can be read");
    let due = |at: DateTime<Utc>| {
        let row = mail::ActiveModel { next_at: Set(at), ..Default::default() };
        mail::Entity::update_many().set(row).filter(mail::Column::Kind.eq(Kind::Paid)).exec(&app.db)
    };
    due(app.now() + Duration::from_secs(60)).await.expect("a mail can be put off");
    let invitation = offered(app, &ana, bought[0].id, "ben@example.com").await;
    ben.accept(&invitation).await.expect("nothing stands against it");

    due(app.now()).await.expect("a mail can be sent now");
    let sent = mailed(app).await;

    let passes = sent.iter().find_map(|mail| match &mail.content {
        Content::Paid { passes, .. } => Some(passes.iter().map(|pass| pass.ticket.id).collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(passes, Some(vec![bought[1].id]));
}

async fn emails_are_let_go_of_once_the_offer_is_over(app: &TestApp) {
    let (_, _, bought, _) = given(app).await;
    let recipient = async || transfers_of(app, bought.id).await.pop().expect("it was offered").recipient;
    maintenance::forget(app).await.expect("what is over can be let go of");
    assert_eq!(recipient().await, "Friend@Example.com");

    app.move_clock(app.settings.transfers.life);
    maintenance::forget(app).await.expect("what is over can be let go of");

    let row = transfers_of(app, bought.id).await.pop().expect("it was offered");
    assert_eq!((row.recipient.as_str(), row.state), ("F•••@Example.com", State::Lapsed));
    assert!(row.ended_at >= Some(row.expires_at));
}

async fn the_audit_sees_who_holds_what_they_did_not_accept(app: &TestApp) {
    let (_, ben, bought, invitation) = given(app).await;
    let found = async || audit::violations(&app.db).await.expect("the database can be audited").join("; ");
    let set = async |change: &str| {
        app.db.execute_unprepared(&format!("UPDATE tickets SET {change}")).await.expect("it can be changed");
    };
    set("given_version = 1, version = 2").await;
    assert!(found().await.contains(&bought.id.to_string()), "{}", found().await);
    set("given_version = 0, version = 1").await;

    ben.accept(&invitation).await.expect("nothing stands against it");
    assert_eq!(found().await, "");
    set("version = 1").await;
    assert!(found().await.contains(&bought.id.to_string()), "{}", found().await);
    set("version = 2").await;
}

/// The mark of the reservation of a ticket.
async fn mark(app: &TestApp, bought: &ticket::Model) -> TicketsMark {
    let rows = lookup::reservations(&app.db, &[bought.reservation_id]).await.expect("reservations can be read");
    let mut marks = lookup::tickets_marks(&app.db, &rows).await.expect("tickets can be read");
    marks.remove(&bought.reservation_id).expect("it has a ticket")
}

async fn the_mark_of_an_orders_tickets_tells_of_its_owners_and_of_nothing_that_others_do(app: &TestApp) {
    let (ana, ben, bought, _) = given(app).await;
    let staff = ana.as_admin().viewer;
    let mut seen = vec![mark(app, &bought).await];

    for is_frozen in [true, false] {
        app.move_clock(Duration::from_secs(60));
        let set = match is_frozen {
            true => freezing::freeze(app, staff, bought.reservation_id).await,
            false => freezing::unfreeze(app, staff, bought.reservation_id).await,
        };
        set.expect("tickets can be frozen and freed");
        seen.push(mark(app, &bought).await);
    }
    let invitation = offered(app, &ana, bought.id, "again@example.com").await;
    app.move_clock(Duration::from_secs(60));
    ben.accept(&invitation).await.expect("nothing stands against it");
    let given_away = mark(app, &bought).await;
    assert!(!seen.contains(&given_away), "it is another's");
    assert!(seen.windows(2).all(|pair| pair[0] != pair[1]), "{seen:?}");

    app.move_clock(Duration::from_secs(60));
    ben.offers(bought.id, PRICE).await;

    assert_eq!(mark(app, &bought).await, given_away, "what the other does is not the giver's to know");
}
