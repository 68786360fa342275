//! Passes: tickets as PDFs to print, for whoever has a link, and for the mail that confirms a payment.
//!
//! Writing a PDF takes a core for some milliseconds: it is done off the async threads, by few at a time, and whoever would
//! wait behind too many is sent away at once.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::{
    App,
    tickets::{
        self, Pass,
        links::{self, Dead, Link},
    },
};
use serde::Deserialize;
use tokio::sync::Semaphore;

use self::text::Fonts;

mod page;
mod text;

/// PDFs written at the same time, and those that may wait for their turn.
const AT_ONCE: usize = 2;
const WAITING: usize = 64;

/// Seconds after which somebody who was sent away may come again.
const RETRY: HeaderValue = HeaderValue::from_static("2");

/// What writes tickets as PDFs.
pub(crate) struct Printer {
    site: String,
    fonts: Fonts,
    turns: Semaphore,
    places: Semaphore,
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unprinted {
    #[error("too many wait for theirs")]
    Busy,
    #[error("{0}")]
    Failed(String),
}

impl Printer {
    pub(crate) fn new(site: String) -> Arc<Self> {
        let (turns, places) = (Semaphore::new(AT_ONCE), Semaphore::new(AT_ONCE + WAITING));
        Arc::new(Self { site, fonts: Fonts::read(), turns, places })
    }

    /// Writes tickets as one PDF, a page each.
    pub(crate) async fn print(self: &Arc<Self>, passes: Vec<Pass>) -> Result<Vec<u8>, Unprinted> {
        let failed = |error: &dyn std::fmt::Display| Unprinted::Failed(error.to_string());
        let _place = self.places.try_acquire().map_err(|_| Unprinted::Busy)?;
        let _turn = self.turns.acquire().await.map_err(|error| failed(&error))?;
        let printer = Arc::clone(self);
        let written = tokio::task::spawn_blocking(move || page::write(&printer.fonts, &printer.site, &passes)).await;
        written.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
    }
}

/// What these routes need.
#[derive(Clone)]
struct Office {
    app: Arc<App>,
    printer: Arc<Printer>,
}

/// `/tickets/{id}.pdf`: a ticket, for whoever has a link to it.
pub(crate) fn routes(app: Arc<App>, printer: Arc<Printer>) -> Router {
    Router::new().route("/tickets/{file}", get(download)).with_state(Office { app, printer })
}

/// What stands behind the question mark of a link.
#[derive(Deserialize)]
struct Asked {
    version: i32,
    until: i64,
    signature: String,
}

async fn download(
    State(office): State<Office>,
    Path(file): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let mut response = match (file.strip_suffix(".pdf").and_then(|id| id.parse().ok()), asked) {
        (Some(ticket_id), Ok(Query(Asked { version, until, signature }))) => {
            serve(&office, &Link { ticket_id, version, until, signature }).await
        }
        _ => nothing(),
    };
    let headers = response.headers_mut();
    // Whoever has the page gets in: nobody on the way keeps it, and no page that follows hears of the link.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn serve(office: &Office, link: &Link) -> Response {
    let row = match links::follow(&office.app, link).await {
        Ok(Ok(row)) => row,
        Ok(Err(Dead::Forged)) => return nothing(),
        Ok(Err(Dead::Over)) => return over(),
        Err(error) => return failed(&error),
    };
    let name = format!("attachment; filename=\"ticket-match-{}-{}.pdf\"", row.match_number, row.seat);
    let passes = match tickets::passes(&office.app, vec![row]).await {
        Ok(passes) if passes.is_empty() => return over(),
        Ok(passes) => passes,
        Err(error) => return failed(&error),
    };
    match office.printer.print(passes).await {
        Ok(pdf) => {
            let headers = [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)];
            (headers, pdf).into_response()
        }
        Err(Unprinted::Busy) => away("many fetch their tickets right now; try again in a moment\n"),
        Err(error @ Unprinted::Failed(_)) => failed(&error),
    }
}

fn nothing() -> Response {
    (StatusCode::NOT_FOUND, "there is no such page; a ticket's `passUrl` leads to it\n").into_response()
}

fn over() -> Response {
    let told = "this link is over, or the ticket is not what it was; your tickets have new links\n";
    (StatusCode::GONE, told).into_response()
}

fn failed(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a ticket could not be printed");
    away("the ticket can't be printed right now; try again in a moment\n")
}

fn away(told: &'static str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY)], told).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_would_wait_behind_too_many_is_sent_away_at_once() {
        let printer = Printer::new("matchday".to_owned());
        let most = u32::try_from(AT_ONCE + WAITING).expect("few may wait");
        let waiting = printer.places.acquire_many(most).await.expect("the semaphore is open");

        assert!(matches!(printer.print(Vec::new()).await, Err(Unprinted::Busy)));

        drop(waiting);
        assert!(printer.print(Vec::new()).await.is_ok_and(|pdf| pdf.starts_with(b"%PDF-")));
    }
}
