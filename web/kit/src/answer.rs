//! Answers: a page with its headers, or the page that says why there is none and what helps.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{Markup, html};

use crate::{
    api::Refusal,
    captcha,
    layout::{self, Page},
    policy::Needs,
    refusal, t,
    visit::Visit,
};

/// What becomes of a visitor whom the API refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// They sign in first, and come back.
    SignIn,
    /// A page of its own, with this status.
    Page(u16),
    /// On the form that was posted, with this status; on a page of its own where no form was.
    Form(u16),
}

/// What becomes of each error code. A test holds it against all codes that there are.
pub const REFUSALS: &[(&str, Shown)] = &[
    ("BAD_REQUEST", Shown::Page(500)),
    ("BATCH_TOO_LARGE", Shown::Page(500)),
    ("CSRF_PREVENTED", Shown::Page(403)),
    ("METHOD_NOT_ALLOWED", Shown::Page(500)),
    ("NOT_ACCEPTABLE", Shown::Page(500)),
    ("PAYLOAD_TOO_LARGE", Shown::Page(413)),
    ("REQUEST_TIMEOUT", Shown::Page(408)),
    ("UNSUPPORTED_MEDIA_TYPE", Shown::Page(500)),
    ("BAD_USER_INPUT", Shown::Form(422)),
    ("DOCUMENT_NOT_TRUSTED", Shown::Page(500)),
    ("GRAPHQL_PARSE_FAILED", Shown::Page(500)),
    ("GRAPHQL_VALIDATION_FAILED", Shown::Page(500)),
    ("INTROSPECTION_DISABLED", Shown::Page(500)),
    ("PERSISTED_QUERY_NOT_FOUND", Shown::Page(500)),
    ("PERSISTED_QUERY_NOT_SUPPORTED", Shown::Page(500)),
    ("QUERY_TOO_COMPLEX", Shown::Page(500)),
    ("BLOCKED", Shown::Page(403)),
    ("CAPTCHA_FAILED", Shown::Page(403)),
    ("CAPTCHA_REQUIRED", Shown::Page(403)),
    ("EMAIL_NOT_VERIFIED", Shown::Page(403)),
    ("FORBIDDEN", Shown::Page(403)),
    ("RATE_LIMITED", Shown::Page(429)),
    ("REAUTHENTICATION_REQUIRED", Shown::Form(403)),
    ("UNAUTHENTICATED", Shown::SignIn),
    ("ACCOUNT_NOT_SETTLED", Shown::Form(409)),
    ("CONFLICT", Shown::Form(409)),
    ("EXTENSION_REFUSED", Shown::Form(409)),
    ("HOLD_EXPIRED", Shown::Form(410)),
    ("IDEMPOTENCY_KEY_REUSED", Shown::Form(409)),
    ("NOT_FOUND", Shown::Page(404)),
    ("PAYMENT_FAILED", Shown::Form(422)),
    ("PURCHASE_LIMIT", Shown::Form(422)),
    ("SALE_CLOSED", Shown::Form(409)),
    ("SOLD_OUT", Shown::Form(409)),
    ("TEMPORARILY_UNAVAILABLE", Shown::Form(409)),
    ("INTERNAL", Shown::Page(500)),
    ("SERVICE_UNAVAILABLE", Shown::Page(503)),
];

/// What becomes of a visitor by an error code; of an unknown one, as of `INTERNAL`.
#[must_use]
pub fn shown(code: &str) -> Shown {
    REFUSALS.iter().find(|(known, _)| *known == code).map_or(Shown::Page(500), |(_, shown)| *shown)
}

/// Who may keep a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// The visitor's browser, to show it again by "back".
    Browser,
    /// No cache: it shows a ticket or takes money.
    Nobody,
}

/// A page as it is sent.
pub fn page(visit: &mut Visit<'_>, status: StatusCode, page: &Page, keeping: Keeping) -> Response {
    let mut response = (status, layout::html(visit, page)).into_response();
    let headers = response.headers_mut();
    let kept = match keeping {
        Keeping::Browser => "private, no-cache",
        Keeping::Nobody => "no-store",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    visit.kit.theme.guard(headers, page.needs);
    finish(visit, response)
}

/// Sends the browser on to a path of this site, which it asks for by GET.
pub fn see_other(visit: &mut Visit<'_>, path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    let mut response = (StatusCode::SEE_OTHER, headers).into_response();
    visit.kit.theme.guard(response.headers_mut(), Needs::Nothing);
    finish(visit, response)
}

/// The answer with the cookies that were set on the way to it.
fn finish(visit: &mut Visit<'_>, mut response: Response) -> Response {
    let locale = HeaderValue::from_static(visit.locale().tag());
    response.headers_mut().insert(header::CONTENT_LANGUAGE, locale);
    for cookie in visit.take_cookies() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The page that says why the API refused, and what helps.
pub fn refused(visit: &mut Visit<'_>, refusal: &Refusal) -> Response {
    let status = match shown(&refusal.code) {
        Shown::SignIn => {
            if let Some(undecided) = visit.take_undecided() {
                return refused(visit, &undecided);
            }
            let path = captcha::sign_in(visit);
            return see_other(visit, &path);
        }
        Shown::Page(status) | Shown::Form(status) => status,
    };
    let status = StatusCode::from_u16(status).expect("the table has statuses");
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(code = refusal.code, message = refusal.message, "a page got no answer");
    }
    let framed = refusal::page(visit, refusal);
    let mut response = page(visit, status, &framed, Keeping::Nobody);
    if let Some(seconds) = refusal.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The page for a request that no page answers: by its status, as far as it has words of its own.
pub fn no_page(visit: &mut Visit<'_>, status: StatusCode) -> Response {
    let code = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            let framed = refusal::method(visit);
            return page(visit, status, &framed, Keeping::Nobody);
        }
        StatusCode::NOT_FOUND => "NOT_FOUND",
        StatusCode::FORBIDDEN => "CSRF_PREVENTED",
        StatusCode::PAYLOAD_TOO_LARGE => "PAYLOAD_TOO_LARGE",
        StatusCode::REQUEST_TIMEOUT => "REQUEST_TIMEOUT",
        _ => "INTERNAL",
    };
    refused(visit, &Refusal { code: code.to_owned(), message: status.to_string(), ..Refusal::default() })
}

/// What a refusal means to its reader, in words.
#[must_use]
pub fn why(visit: &Visit<'_>, refusal: &Refusal) -> Markup {
    let words = visit.words;
    html! {
        p { (t!(words, &message(refusal, "text"))) }
        @if let Some(seconds) = refusal.retry_after {
            p { (t!(words, "try-again-in", seconds = seconds)) }
        }
        @if let (Shown::Page(500), Some(id)) = (shown(&refusal.code), &refusal.request_id) {
            p.small.muted { (t!(words, "request-id")) " " code { bdi { (id) } } }
        }
    }
}

/// The key of what is said of a code: `refusal-sold-out-title`.
pub(crate) fn message(refusal: &Refusal, part: &str) -> String {
    let code = if shown(&refusal.code) == Shown::Page(500) { "internal" } else { refusal.code.as_str() };
    format!("refusal-{}-{part}", code.to_lowercase().replace('_', "-"))
}
