//! Passes: tickets as PDFs to print, for the holder of a link, and for the mail that confirms a payment.
//!
//! Writing a PDF takes a core for some milliseconds: it is done off the async threads, by few at a time, and a client
//! that would wait behind too many is sent away at once. Mails have a turn of their own, so that no crowd of downloads
//! keeps them back. A page is drawn from the buckets of its address, one at a time, and is kept for who asks again.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::{
    App,
    tickets::{
        self, Pass,
        links::{self, Link, LinkError},
    },
};
use jiff::tz::TimeZone;
use localization::{locale::Locale, words::Catalogue};
use print::{
    page::{self, Unprintable},
    text::Fonts,
};
use security::{Security, address::named_if_known};
use serde::Deserialize;
use tokio::sync::Semaphore;

use self::{kept::Kept, lines::Lines};

mod kept;
mod lines;

/// PDFs written at the same time, and those that may wait for their turn.
const AT_ONCE: usize = 2;
const WAITING: usize = 64;

/// Units that a link costs: what it leads to is looked up, and written where it is not kept.
const LINK_UNITS: u64 = 300;
const WRITING_UNITS: u64 = 10_000;

/// Seconds after which a client that was sent away may ask again.
const RETRY: HeaderValue = HeaderValue::from_static("2");

/// What writes tickets as PDFs.
pub(crate) struct Printer {
    site: String,
    catalogue: Catalogue,
    /// The language of holders who have chosen none.
    locale: Locale,
    fonts: Fonts,
    mails: Lane,
    pages: Lane,
}

/// PDFs of one kind, that wait for none of another.
struct Lane {
    turns: Semaphore,
    places: Semaphore,
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unprinted {
    #[error("too many tickets wait to be printed")]
    Busy,
    #[error("{0}")]
    Failed(String),
}

impl Printer {
    pub(crate) fn new(site: String, locale: Locale) -> Arc<Self> {
        let lane = |at_once| Lane { turns: Semaphore::new(at_once), places: Semaphore::new(at_once + WAITING) };
        // Every time on a ticket is in the zone of its venue.
        let catalogue = Catalogue::new(page::WORDS, TimeZone::UTC);
        Arc::new(Self { site, catalogue, locale, fonts: Fonts::read(), mails: lane(1), pages: lane(AT_ONCE) })
    }

    /// Writes tickets as one PDF, a page each, for a mail.
    pub(crate) async fn print(self: &Arc<Self>, passes: Vec<Pass>) -> Result<Vec<u8>, Unprinted> {
        self.write(&self.mails, passes).await
    }

    /// Writes a ticket as a PDF, for the clients that wait for it.
    async fn print_page(self: &Arc<Self>, pass: Pass) -> Result<Vec<u8>, Unprinted> {
        self.write(&self.pages, vec![pass]).await
    }

    async fn write(self: &Arc<Self>, lane: &Lane, passes: Vec<Pass>) -> Result<Vec<u8>, Unprinted> {
        let failed = |error: &dyn std::fmt::Display| Unprinted::Failed(error.to_string());
        let _place = lane.places.try_acquire().map_err(|_| Unprinted::Busy)?;
        let _turn = lane.turns.acquire().await.map_err(|error| failed(&error))?;
        let printer = Arc::clone(self);
        let written = tokio::task::spawn_blocking(move || printer.draw(&passes)).await;
        written.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
    }

    /// In the language that the holder has chosen; passes of one PDF are of one holder.
    fn draw(&self, passes: &[Pass]) -> Result<Vec<u8>, Unprintable> {
        let chosen = passes.first().and_then(|pass| Locale::of_tag(pass.locale.as_deref()?));
        page::write(&self.fonts, self.catalogue.of(chosen.unwrap_or(self.locale)), &self.site, passes)
    }
}

/// What these routes need.
struct Office {
    app: Arc<App>,
    printer: Arc<Printer>,
    security: Arc<Security>,
    kept: Kept,
    lines: Lines,
}

/// `/tickets/{id}.pdf`: a ticket, for the holder of a link to it.
pub(crate) fn routes(app: Arc<App>, printer: Arc<Printer>, security: Arc<Security>) -> Router {
    let office = Office { app, printer, security, kept: Kept::new(), lines: Lines::default() };
    Router::new().route("/tickets/{file}", get(download)).with_state(Arc::new(office))
}

/// What stands behind the question mark of a link.
#[derive(Deserialize)]
struct Asked {
    version: i32,
    until: i64,
    signature: String,
}

async fn download(
    State(office): State<Arc<Office>>,
    Path(file): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
    parts: Parts,
) -> Response {
    let mut response = match (file.strip_suffix(".pdf").and_then(|id| id.parse().ok()), asked) {
        (Some(ticket_id), Ok(Query(Asked { version, until, signature }))) => {
            charged(&office, &parts, &Link { ticket_id, version, until, signature }).await
        }
        _ => nothing(),
    };
    let headers = response.headers_mut();
    // The bearer of the page gets in: no cache on the way keeps it, and no page that follows hears of the link.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Serves a link to a client that may still ask for so much.
async fn charged(office: &Office, parts: &Parts, link: &Link) -> Response {
    let address = security::address::of_request(parts);
    let drawn = match office.security.draw(address, LINK_UNITS + WRITING_UNITS).await {
        Ok(drawn) => drawn,
        Err(refused) => return refused,
    };
    let whose = named_if_known(address);
    let (response, is_written) = serve(office, &whose, link).await;
    drawn.pay(if is_written { LINK_UNITS + WRITING_UNITS } else { LINK_UNITS });
    response
}

/// What a link leads to, and whether a PDF was written for it.
async fn serve(office: &Office, whose: &str, link: &Link) -> (Response, bool) {
    let row = match links::follow(&office.app, link).await {
        Ok(Ok(row)) => row,
        Ok(Err(LinkError::Invalid)) => return (nothing(), false),
        Ok(Err(LinkError::Expired)) => return (over(), false),
        Err(error) => return (failed(&error), false),
    };
    let (ticket_id, match_number, seat) = (row.id, row.match_number, row.seat);
    let pass = match tickets::passes(&office.app, vec![row]).await {
        Ok(mut passes) => match passes.pop() {
            Some(pass) => pass,
            None => return (over(), false),
        },
        Err(error) => return (failed(&error), false),
    };
    let shown = |pdf: Bytes| {
        let name = format!("attachment; filename=\"ticket-match-{match_number}-{seat}.pdf\"");
        let headers = [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)];
        (headers, pdf).into_response()
    };
    if let Some(pdf) = office.kept.find(&pass) {
        return (shown(pdf), false);
    }
    // One at once of an address, and of a ticket: the second one finds what the first one had written.
    let Some(_of_address) = office.lines.turn(whose).await else { return (busy(), false) };
    let Some(_of_ticket) = office.lines.turn(&ticket_id.to_string()).await else { return (busy(), false) };
    if let Some(pdf) = office.kept.find(&pass) {
        return (shown(pdf), false);
    }
    match office.printer.print_page(pass.clone()).await {
        Ok(pdf) => {
            let pdf = Bytes::from(pdf);
            office.kept.keep(&pass, &pdf);
            (shown(pdf), true)
        }
        Err(Unprinted::Busy) => (busy(), false),
        Err(error @ Unprinted::Failed(_)) => (failed(&error), true),
    }
}

fn busy() -> Response {
    away("Too many tickets are being fetched right now. Try again in a moment.\n")
}

fn nothing() -> Response {
    (StatusCode::NOT_FOUND, "There is nothing at this path: a ticket's `passUrl` is its address.\n").into_response()
}

fn over() -> Response {
    let told = "This link has expired, or the ticket has changed. Your list of tickets has new links.\n";
    (StatusCode::GONE, told).into_response()
}

fn failed(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a ticket could not be printed");
    away("The ticket can't be printed right now. Try again in a moment.\n")
}

fn away(told: &'static str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY)], told).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_would_wait_behind_too_many_is_sent_away_at_once_and_mails_wait_for_no_page() {
        let printer = Printer::new("matchday".to_owned(), Locale::English);
        let most = u32::try_from(AT_ONCE + WAITING).expect("few may wait");
        let waiting = printer.pages.places.acquire_many(most).await.expect("the semaphore is open");

        assert!(matches!(printer.write(&printer.pages, Vec::new()).await, Err(Unprinted::Busy)));
        assert!(printer.print(Vec::new()).await.is_ok_and(|pdf| pdf.starts_with(b"%PDF-")));

        drop(waiting);
        assert!(printer.write(&printer.pages, Vec::new()).await.is_ok_and(|pdf| pdf.starts_with(b"%PDF-")));
    }
}
