use std::collections::BTreeSet;

use chrono::DateTime;
use domain::mails::{ReservationFacts, TransferFacts};
use entities::{
    category::Category,
    matches,
    reservation::{self, Status},
    ticket_transfer::{self, State},
};

use super::*;

fn site() -> Site {
    Site {
        name: "Cup Tickets".to_owned(),
        locale: Locale::English,
        home: None,
        has_pages: true,
        verify_url: None,
        reset_url: None,
        transfer_url: None,
        support: None,
        colours: Colours {
            band: "#3b0a57".to_owned(),
            on_band: "#ffffff".to_owned(),
            band_line: "#d7a6f0".to_owned(),
            accent: "#7a1fa2".to_owned(),
            on_accent: "#fffffe".to_owned(),
        },
        reservation_id: |id| format!("R{}", id.simple()),
    }
}

fn at_home() -> Site {
    Site { home: Some("https://tickets.example".to_owned()), ..site() }
}

fn mail(content: Content, locale: Option<Locale>) -> OutgoingMail {
    OutgoingMail {
        to: "ana@example.com".to_owned(),
        name: Some("<b>Ana & Co</b>".to_owned()),
        locale: locale.map(|locale| locale.tag().to_owned()),
        content,
    }
}

fn written(site: Site, content: Content) -> Written {
    Writer::new(site).write(&mail(content, None))
}

fn facts() -> ReservationFacts {
    let at = DateTime::from_timestamp(1_668_960_000, 0).expect("it is a time");
    ReservationFacts {
        reservation: reservation::Model {
            id: Uuid::nil(),
            user_id: Uuid::nil(),
            match_number: 1,
            category: Category::Two,
            quantity: 2,
            unit_price_minor: 7_500,
            status: Status::Pending,
            cancel_reason: None,
            created_at: at,
            expires_at: at,
            version: 1,
            idempotency_key: None,
            listing_id: None,
            returned: 0,
            extensions: 0,
            ended_at: None,
        },
        match_facts: matches::Model {
            match_number: 1,
            round_number: 1,
            date_utc: at,
            location: "Al <Bayt>".to_owned(),
            home_team: "Qatar & Co".to_owned(),
            away_team: "Ecuador".to_owned(),
            group_name: None,
            version: 1,
            closed: false,
        },
        time_zone: "Asia/Qatar".into(),
    }
}

fn returned(returned: i32) -> ReservationFacts {
    let facts = facts();
    ReservationFacts { reservation: reservation::Model { returned, ..facts.reservation }, ..facts }
}

fn given() -> TransferFacts {
    let ReservationFacts { reservation, match_facts, time_zone } = facts();
    let transfer = ticket_transfer::Model {
        id: Uuid::nil(),
        ticket_id: Uuid::nil(),
        giver_id: Uuid::nil(),
        recipient: "c•••@example.com".to_owned(),
        ticket_version: 1,
        state: State::Pending,
        taker_id: None,
        created_at: reservation.created_at,
        expires_at: reservation.expires_at,
        ended_at: None,
    };
    TransferFacts { transfer, category: 2, match_facts, time_zone }
}

#[test]
fn a_mail_that_offers_a_ticket_says_whose_where_that_is_known_and_what_to_do() {
    let offered = |site: Site, giver: Option<&str>| {
        let giver_email = giver.map(str::to_owned);
        written(site, Content::TicketOffered { facts: given(), code: "c0de".to_owned(), giver_email }).text
    };
    let bare = offered(site(), None);
    assert!(bare.contains("A fan is giving you a ticket") && bare.contains("\n    c0de\n"), "{bare}");

    let page = Some("https://shop.example/accept?code={code}".to_owned());
    let whole = offered(Site { transfer_url: page, ..site() }, Some("ben@example.com"));
    for part in [
        "ben@example.com is giving you",
        "https://shop.example/accept?code=c0de\n",
        "until 20 November 2022, 19:00 UTC+3",
    ] {
        assert!(whole.contains(part), "{part} is missing: {whole}");
    }
}

/// Walks all contents: a new one has no place here until it is written below as well.
fn following(content: &Content) -> Option<Content> {
    let code = || "code".to_owned();
    Some(match content {
        Content::VerifyEmail { .. } => Content::ResetPassword { code: code() },
        Content::ResetPassword { .. } => Content::PasswordChanged,
        Content::PasswordChanged => Content::AccountDeleted,
        Content::AccountDeleted => Content::HoldPlaced(facts()),
        Content::HoldPlaced(_) => Content::HoldExpired(facts()),
        Content::HoldExpired(_) => Content::Paid { facts: facts(), passes: Vec::new() },
        Content::Paid { .. } => Content::PaidUnconfirmed(facts()),
        Content::PaidUnconfirmed(_) => Content::Bought(facts()),
        Content::Bought(_) => Content::ListingSold(facts()),
        Content::ListingSold(_) => Content::Refunded { facts: returned(1), amount_minor: 7_500 },
        Content::Refunded { .. } => {
            Content::TicketOffered { facts: given(), code: code(), giver_email: Some("ben@example.com".to_owned()) }
        }
        Content::TicketOffered { .. } => Content::TicketAccepted(given()),
        Content::TicketAccepted(_) => return None,
    })
}

fn all() -> impl Iterator<Item = Content> {
    std::iter::successors(Some(Content::VerifyEmail { code: "code".to_owned() }), following)
}

#[test]
fn every_language_says_what_the_others_say() {
    let differences = localization::words::differences(WORDS);
    assert!(differences.is_empty(), "{differences:#?}");
}

/// A message that is missing is said by its key; a value, by its name in braces.
#[test]
fn every_mail_is_written_in_every_language() {
    let writer = Writer::new(Site { support: Some("help@tickets.example".to_owned()), ..at_home() });
    let keys: BTreeSet<&str> = include_str!("../locales/en/mails.ftl")
        .lines()
        .filter_map(|line| line.split_once(" = ").map(|(key, _)| key))
        .filter(|key| key.starts_with(|first: char| first.is_ascii_lowercase()))
        .collect();
    assert!(keys.len() > 40, "{keys:?}");
    for content in all() {
        let mut subjects = BTreeSet::new();
        for locale in Locale::ALL {
            let written = writer.write(&mail(content.clone(), Some(locale)));
            for part in [&written.subject, &written.text, &written.html] {
                let missing = keys.iter().find(|key| part.contains(**key));
                assert!(missing.is_none() && !part.is_empty() && !part.contains("{ $"), "{missing:?}: {part}");
            }
            let direction = format!("<html lang=\"{locale}\" dir=\"{}\">", locale.direction());
            assert!(written.html.contains(&direction), "{}", written.html);
            assert!(!written.subject.contains(['\n', '\u{2068}', '\u{2069}']), "{}", written.subject);
            assert_eq!(written.text.contains('\u{2068}'), locale == Locale::Arabic, "{locale}: {}", written.text);
            subjects.insert(written.subject);
        }
        assert_eq!(subjects.len(), Locale::ALL.len(), "{} is translated: {subjects:?}", name(&content));
    }
}

#[test]
fn a_reader_who_has_chosen_no_language_of_ours_gets_the_sites_first() {
    let writer = Writer::new(Site { locale: Locale::French, ..site() });
    for chosen in [None, Some("xx".to_owned())] {
        let written = writer.write(&OutgoingMail { locale: chosen, ..mail(Content::PasswordChanged, None) });
        assert!(written.subject.starts_with("Votre mot de passe"), "{}", written.subject);
    }
    let chosen = writer.write(&mail(Content::PasswordChanged, Some(Locale::Spanish)));
    assert!(chosen.subject.starts_with("Se ha cambiado"), "{}", chosen.subject);
}

#[test]
fn a_mail_gives_the_code_and_where_to_take_it_and_escapes_what_a_fan_typed() {
    let content = Content::ResetPassword { code: "c-0_de".to_owned() };

    let bare = written(site(), content.clone());
    assert!(bare.subject.contains("password") && !bare.subject.contains('\n'));
    assert!(bare.text.contains("\n    c-0_de\n") && bare.html.contains("c-0_de"), "{} {}", bare.text, bare.html);
    let changed = written(site(), Content::PasswordChanged);
    assert!(changed.text.contains("<b>Ana & Co</b>"), "{}", changed.text);
    assert!(changed.html.contains("&lt;b&gt;Ana &amp; Co") && !changed.html.contains("<b>Ana"), "{}", changed.html);

    let page = Some("https://shop.example/reset?code={code}".to_owned());
    let linked = written(Site { reset_url: page, ..site() }, content);
    assert!(linked.text.contains("\n    https://shop.example/reset?code=c-0_de\n"), "{}", linked.text);
    assert!(linked.html.contains("href=\"https://shop.example/reset?code=c-0_de\""), "{}", linked.html);
}

#[test]
fn mails_call_the_site_by_its_name_and_say_what_a_fan_does_with_a_code() {
    let code = || "c0de".to_owned();
    for content in [Content::VerifyEmail { code: code() }, Content::ResetPassword { code: code() }] {
        let written = Writer::new(site()).write(&OutgoingMail { name: None, ..mail(content, None) });
        let whole = format!("{}{}{}", written.subject, written.text, written.html);
        assert!(written.subject.contains("Cup Tickets") && written.text.contains("Enter this code"), "{whole}");
        for word in ["resetPassword", "verifyEmail", "Ana"] {
            assert!(!whole.contains(word), "{word}: {whole}");
        }
    }
}

#[test]
fn a_mail_about_a_reservation_says_of_what_and_until_when_at_the_venues_time() {
    let written = written(at_home(), Content::HoldPlaced(facts()));

    assert_eq!(written.subject, "Yours until 20 November 2022, 19:00 UTC+3: Qatar & Co v Ecuador");
    for part in [
        "Al <Bayt>",
        "Sunday, 20 November 2022, 19:00 UTC+3",
        "Category 2, 2 tickets, $150.00",
        "Pay by 20 November 2022, 19:00 UTC+3.",
        "https://tickets.example/en/orders/R00000000000000000000000000000000",
    ] {
        assert!(written.text.contains(part), "{part} is missing: {}", written.text);
    }
    let html = &written.html;
    assert!(html.contains("Qatar &amp; Co") && !html.contains("<Bayt>"), "{html}");
}

#[test]
fn a_mail_is_in_the_readers_words_throughout() {
    let mut facts = facts();
    (facts.match_facts.home_team, facts.match_facts.location) = ("Qatar".to_owned(), "Al Bayt Stadium".to_owned());
    let writer = Writer::new(at_home());
    for (locale, parts) in [
        (
            Locale::Spanish,
            ["Catar – Ecuador", "domingo, 20 de noviembre de 2022, 19:00 UTC+3", "2 entradas", "/es/orders/"],
        ),
        (Locale::French, ["Qatar – Équateur", "dimanche 20 novembre 2022, 19:00 UTC+3", "2 billets", "/fr/orders/"]),
        (Locale::Arabic, ["قطر × الإكوادور", "الأحد 20 نوفمبر 2022", "تذكرتان", "/ar/orders/"]),
    ] {
        let written = writer.write(&mail(Content::HoldPlaced(facts.clone()), Some(locale)));
        let text = plain(&written.text);
        for part in parts {
            assert!(text.contains(part), "{locale}: {part} is missing: {text}");
        }
    }
}

#[test]
fn without_pages_or_an_address_a_mail_leads_nowhere_or_to_the_site() {
    let sold = Content::ListingSold(facts());
    assert!(!written(site(), sold.clone()).text.contains("http"));
    assert!(written(at_home(), sold.clone()).text.contains("    https://tickets.example/en/sales\n"));
    let elsewhere = written(Site { has_pages: false, ..at_home() }, sold);
    assert!(elsewhere.text.contains("    https://tickets.example\n"), "{}", elsewhere.text);
}

#[test]
fn a_mail_of_a_refund_says_for_how_many_tickets_and_how_much_of_what_was_paid() {
    for (tickets, minor, parts) in [
        (1, 7_500, ["1 of your 2 tickets was refunded", "2, 1 ticket, $75.00", "$75.00 of the $150.00"]),
        (2, 15_000, ["Your 2 tickets were refunded", "2, 2 tickets, $150.00", "$150.00 of the $150.00"]),
    ] {
        let written = written(site(), Content::Refunded { facts: returned(tickets), amount_minor: minor });
        for part in parts {
            assert!(written.text.contains(part), "{part} is missing: {}", written.text);
            assert!(plain(&written.html).contains(part), "{part} is missing: {}", written.html);
        }
    }
}

#[test]
fn staff_is_written_to_by_mail_or_on_a_page() {
    for (support, link) in [
        ("help@tickets.example", "href=\"mailto:help@tickets.example\""),
        ("https://tickets.example/contact", "href=\"https://tickets.example/contact\""),
    ] {
        let site = Site { support: Some(support.to_owned()), ..site() };
        let written = written(site, Content::PasswordChanged);
        assert!(written.html.contains(link), "{}", written.html);
    }
}

#[test]
fn the_band_and_the_buttons_are_in_the_sites_colours() {
    let mail = written(
        Site { reset_url: Some("https://shop.example/r/{code}".to_owned()), ..site() },
        Content::ResetPassword { code: "c0de".to_owned() },
    );

    for part in ["background:#3b0a57;color:#ffffff;border-bottom:4px solid #d7a6f0", "background:#7a1fa2;color:#fffffe"]
    {
        assert!(mail.html.contains(part), "{part} is missing: {}", mail.html);
    }
}
