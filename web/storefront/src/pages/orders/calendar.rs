//! The match of an order, or of a ticket, as a file for calendars (RFC 5545).

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use kit::{answer, api::Refusal, t_plain, visit::Visit};

use super::{IdInPath, entry, is_id, not_shown, path_of, path_of_ticket};
use crate::{
    Shop,
    documents::{
        orders::{OrderCalendar, order_calendar as document},
        tickets::{TicketCalendar, ticket_calendar as of_one},
    },
    pages::{Wanted, facts},
};

/// How long a match takes, with its break and what is added.
const LENGTH: SignedDuration = SignedDuration::from_mins(120);

/// Octets of a line at most, without its end (RFC 5545, 3.1).
const LINE: usize = 75;

/// What a calendar is told.
struct Event<'a> {
    /// Never another one for the same order or ticket, so that a file that is opened again changes the entry that there is.
    uid: String,
    /// Grows with the match's own version: a calendar takes the newer of two.
    sequence: i64,
    made_at: Timestamp,
    starts_at: Timestamp,
    summary: String,
    description: String,
    place: &'a str,
    url: String,
}

/// What the file is of: tickets of a match.
struct Going<'a> {
    /// Of the order, or of the ticket that another fan gave.
    id: &'a str,
    /// What people call the order by.
    reference: Option<&'a str>,
    /// The page of it.
    path: String,
    tickets: i64,
    category: i64,
    number: i64,
    version: i64,
    starts_at: Timestamp,
    home: &'a str,
    away: &'a str,
    place: &'a str,
}

/// What a document was answered of it.
macro_rules! going {
    ($row:expr, $path:expr, $tickets:expr) => {
        Going {
            id: &$row.id,
            reference: None,
            path: $path,
            tickets: $tickets,
            category: $row.category,
            number: $row.match_.match_number,
            version: $row.match_.version,
            starts_at: $row.match_.date_utc,
            home: &$row.match_.home_team,
            away: &$row.match_.away_team,
            place: &$row.match_.location,
        }
    };
}

pub(super) async fn of_order(
    axum::extract::State(shop): State<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    parts: Parts,
) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    visit.path = path_of(&id);
    if !is_id(&id) {
        return answer::refused(&mut visit, &Refusal::not_found());
    }
    let data = match visit.ask::<OrderCalendar>(document::Variables { id }).await {
        Ok(data) => data,
        Err(refusal) => return not_shown(&mut visit, &refusal),
    };
    let paid = data.reservation.filter(|row| row.status == document::ReservationStatus::RESERVED);
    match paid.map(|row| (kept(&row), row)) {
        Some((tickets, row)) if tickets > 0 => {
            let path = path_of(&row.id);
            let reference = Some(row.reference.as_str());
            file(&mut visit, &Going { reference, ..going!(row, path, tickets) }, data.now)
        }
        _ => answer::refused(&mut visit, &Refusal::not_found()),
    }
}

/// Tickets that are the buyer's still; of another site this one knows none.
fn kept(row: &document::OrderCalendarReservation) -> i64 {
    let gone = row.tickets.iter().filter(|ticket| ticket.status == document::TicketStatus::TRANSFERRED).count();
    row.quantity_left - i64::try_from(gone).unwrap_or_default()
}

/// The same of a ticket that another fan gave.
pub(super) async fn of_ticket(
    axum::extract::State(shop): State<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    parts: Parts,
) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    visit.path = path_of_ticket(&id);
    if !visit.has_session() {
        return answer::refused(&mut visit, &Refusal::unauthenticated());
    }
    match visit.ask::<TicketCalendar>(of_one::Variables { id }).await {
        Ok(of_one::ResponseData { node: Some(of_one::TicketCalendarNode::Ticket(row)), now })
            if matches!(row.status, of_one::TicketStatus::VALID | of_one::TicketStatus::LISTED) =>
        {
            let path = path_of_ticket(&row.id);
            file(&mut visit, &going!(row, path, 1), now)
        }
        Ok(_) => answer::refused(&mut visit, &Refusal::not_found()),
        Err(refusal) => not_shown(&mut visit, &refusal),
    }
}

fn file(visit: &mut Visit<'_>, going: &Going<'_>, now: Timestamp) -> Response {
    let words = visit.words;
    let category = t_plain!(words, "category", n = going.category);
    let reference = going.reference.map(|reference| format!(" · {}", entry::reference_in_plain(reference, words)));
    let site = visit.kit.site.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
    let host = site.split_once("://").map_or("matchday", |(_, host)| host);
    let tickets = t_plain!(words, "tickets", n = going.tickets);
    let event = Event {
        uid: format!("{}@{host}", going.id),
        sequence: going.version,
        made_at: now,
        starts_at: going.starts_at,
        summary: facts::fixture(going.home, going.away, words),
        description: format!("{tickets} · {category}{}", reference.unwrap_or_default()),
        place: going.place,
        url: format!("{site}{}", visit.link(&going.path)),
    };
    let disposition = format!("attachment; filename=\"match-{}.ics\"", going.number);
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let mut response = (StatusCode::OK, headers, calendar(&event)).into_response();
    for cookie in visit.take_cookies() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn calendar(event: &Event<'_>) -> String {
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Matchday//Storefront//EN".to_owned(),
        "CALSCALE:GREGORIAN".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", event.uid),
        format!("DTSTAMP:{}", utc(event.made_at)),
        format!("SEQUENCE:{}", event.sequence),
        format!("DTSTART:{}", utc(event.starts_at)),
        format!("DTEND:{}", utc(event.starts_at + LENGTH)),
        format!("SUMMARY:{}", escaped(&event.summary)),
        format!("DESCRIPTION:{}", escaped(&event.description)),
        format!("LOCATION:{}", escaped(event.place)),
        format!("URL:{}", event.url),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    lines.iter().map(|line| folded(line)).collect()
}

/// `20261213T160000Z`.
fn utc(moment: Timestamp) -> String {
    moment.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Text as a value (3.3.11): what would end it or part it is escaped, and other controls are left out.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | ';' | ',' => value.extend(['\\', character]),
            '\n' => value.push_str("\\n"),
            other if other.is_control() => {}
            other => value.push(other),
        }
    }
    value
}

/// A line with its end, folded where it is long; a character is never parted.
fn folded(line: &str) -> String {
    let mut folded = String::with_capacity(line.len() + 8);
    let mut length = 0;
    for character in line.chars() {
        if length + character.len_utf8() > LINE {
            folded.push_str("\r\n ");
            length = 1;
        }
        folded.push(character);
        length += character.len_utf8();
    }
    folded.push_str("\r\n");
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event<'static> {
        let starts_at: Timestamp = "2026-12-13T16:00:00Z".parse().expect("it is a time");
        Event {
            uid: "order-1@tickets.example".to_owned(),
            sequence: 7,
            made_at: starts_at - SignedDuration::from_hours(24),
            starts_at,
            summary: "Qatar v Ecuador".to_owned(),
            description: "2 tickets · Category 1".to_owned(),
            place: "Al Bayt Stadium, Al Khor; gate 4\\5",
            url: "https://tickets.example/en/orders/order-1".to_owned(),
        }
    }

    #[test]
    fn a_calendar_file_says_when_and_where_in_utc() {
        let file = calendar(&event());
        assert!(
            file.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && file.ends_with("END:VCALENDAR\r\n"),
            "{file}"
        );
        for line in [
            "UID:order-1@tickets.example",
            "DTSTAMP:20261212T160000Z",
            "SEQUENCE:7",
            "DTSTART:20261213T160000Z",
            "DTEND:20261213T180000Z",
            "SUMMARY:Qatar v Ecuador",
            "LOCATION:Al Bayt Stadium\\, Al Khor\\; gate 4\\\\5",
        ] {
            assert!(file.contains(&format!("\r\n{line}\r\n")), "{line}: {file}");
        }
        assert_eq!(file.matches('\n').count(), file.matches("\r\n").count(), "lines end as the standard says");
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        let summary = "قطر ضد الإكوادور ".repeat(12);
        let file = calendar(&Event { summary: summary.clone(), ..event() });
        assert!(file.split("\r\n").all(|line| line.len() <= LINE), "{file}");
        assert!(file.replace("\r\n ", "").contains(&format!("\r\nSUMMARY:{summary}\r\n")), "{file}");
    }

    #[test]
    fn nothing_in_a_name_begins_a_line_of_its_own() {
        let file = calendar(&Event { summary: "A\r\nATTENDEE:mailto:x@evil.example".to_owned(), ..event() });
        assert!(file.contains("SUMMARY:A\\nATTENDEE:mailto:x@evil.example\r\n"), "{file}");
    }
}
