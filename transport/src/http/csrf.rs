//! Cross-site request forgery: requests that a browser may have sent for another site's page without asking first.

use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use error_codes::Code;

use crate::{config::CsrfPrevention, http::failure::Failure};

/// Headers that no form and no image can set: a browser asks the server before it sends one for another site.
const PROOFS: [&str; 3] = ["apollo-require-preflight", "x-apollo-operation-name", "graphql-require-preflight"];

/// Content types that an HTML form can send.
const FORMS: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

pub(crate) fn check(parts: &Parts, prevention: CsrfPrevention) -> Result<(), Failure> {
    let asked = match prevention {
        CsrfPrevention::Off => false,
        CsrfPrevention::Browsers => may_come_from_another_site(&parts.headers),
        CsrfPrevention::Strict => true,
    };
    if !asked || is_proven(&parts.headers) {
        return Ok(());
    }

    let message = format!(
        "This request could have been forged by another site. Send Content-Type: application/json or one of the \
         headers {}.",
        PROOFS.join(", ")
    );
    Err(Failure::new(StatusCode::BAD_REQUEST, Code::CSRF_PREVENTED, message))
}

fn is_proven(headers: &HeaderMap) -> bool {
    let names_other_type = headers.get(header::CONTENT_TYPE).is_some_and(|value| {
        let media = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        !media.is_empty() && !FORMS.iter().any(|form| media.eq_ignore_ascii_case(form))
    });

    names_other_type || PROOFS.iter().any(|proof| headers.get(*proof).is_some_and(|value| !value.is_empty()))
}

/// Browsers say so in `Sec-Fetch-Site`; where they do not, an origin, a referring page or a cookie gives them away.
fn may_come_from_another_site(headers: &HeaderMap) -> bool {
    match headers.get("sec-fetch-site").map(|site| site.as_bytes()) {
        Some(b"same-origin" | b"none") => false,
        Some(_) => true,
        None => [header::ORIGIN, header::REFERER, header::COOKIE].iter().any(|name| headers.contains_key(name)),
    }
}
