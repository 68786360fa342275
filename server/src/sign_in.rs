//! Signing in at the identity provider by a browser: `/auth/sign-in` sends it there, `/auth/callback` takes it back.
//!
//! Both are plain links, so that they work without script. What went wrong is a page of a few words; nothing of what the
//! provider or a link says is repeated on it but a path of our own.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Response},
    routing::get,
};
use domain::{
    App,
    accounts::{
        AccountError,
        provider_sign_in::{self, Beginning, LIFE, Returned, SignInError},
    },
};
use resolvers::cookies;
use security::Security;
use serde::Deserialize;

use crate::gateway::tokens;

/// The browser's key while a sign-in is on its way. `Lax`, whatever the session's cookies are: the provider's page leads back here.
const BROWSER: &str = "__Host-matchday-sign-in";
const LAX: &str = "Lax";

/// Units of what this program works out alone, and of what it asks the provider for: whoever sends made-up codes has it ask
/// some hundred times a minute, as often as passwords may be tried.
const OWN_UNITS: u64 = 100;
const ASKING_UNITS: u64 = 20_000;

/// Seconds after which what is away may be tried again.
const RETRY: &str = "5";

/// What these routes need.
struct Desk {
    app: Arc<App>,
    security: Arc<Security>,
    /// Of the session's cookies.
    same_site: &'static str,
}

/// `/auth/sign-in` and `/auth/callback`.
pub(crate) fn routes(app: Arc<App>, security: Arc<Security>, same_site: &'static str) -> Router {
    Router::new()
        .route("/auth/sign-in", get(sign_in))
        .route("/auth/callback", get(callback))
        .method_not_allowed_fallback(async || guarded(StatusCode::METHOD_NOT_ALLOWED.into_response()))
        .with_state(Arc::new(Desk { app, security, same_site }))
}

#[derive(Default, Deserialize)]
struct Asked {
    /// A path to go on at.
    next: Option<String>,
    /// Whether the provider is to ask who they are, also one who is signed in there.
    anew: Option<String>,
}

async fn sign_in(State(desk): State<Arc<Desk>>, asked: Result<Query<Asked>, QueryRejection>, parts: Parts) -> Response {
    match desk.security.draw(security::address::of_request(&parts), OWN_UNITS).await {
        Ok(drawn) => drawn.pay(OWN_UNITS),
        Err(refused) => return guarded(refused),
    }
    let Asked { next, anew } = asked.map(|Query(asked)| asked).unwrap_or_default();
    let browser = tokens::of_cookie(&parts.headers, BROWSER);
    match provider_sign_in::begin(&desk.app, browser, next.as_deref(), anew.is_some()) {
        Ok(Beginning { endpoint, parameters, browser }) => {
            let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let joint = if endpoint.contains('?') { '&' } else { '?' };
            let location = format!("{endpoint}{joint}{}", fetch::form(&parameters));
            guarded(redirect(location, vec![cookies::written(BROWSER, &browser, LIFE, LAX)]))
        }
        Err(error) => refusal(&error),
    }
}

/// What the provider has the browser bring, RFC 6749, section 4.1.2, and RFC 9207.
#[derive(Default, Deserialize)]
struct Brought {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

async fn callback(
    State(desk): State<Arc<Desk>>,
    brought: Result<Query<Brought>, QueryRejection>,
    parts: Parts,
) -> Response {
    let drawn = match desk.security.draw(security::address::of_request(&parts), ASKING_UNITS).await {
        Ok(drawn) => drawn,
        Err(refused) => return guarded(refused),
    };
    let Brought { code, state, iss: issuer, error } = brought.map(|Query(brought)| brought).unwrap_or_default();
    let returned = Returned { code, state, issuer, error };
    let finished = provider_sign_in::finish(&desk.app, tokens::of_cookie(&parts.headers, BROWSER), returned).await;
    drawn.pay(if is_refused_by_us(&finished) { OWN_UNITS } else { ASKING_UNITS });
    match finished {
        Ok((session, next)) => guarded(redirect(next, cookies::of_session(&session, desk.same_site).into())),
        Err(error) => refusal(&error),
    }
}

/// Whether the provider was not asked.
fn is_refused_by_us<T>(finished: &Result<T, SignInError>) -> bool {
    use SignInError::{NotOffered, OtherIssuer, Unknown, Used};
    matches!(finished, Err(NotOffered | Unknown | Used | OtherIssuer))
}

fn redirect(location: String, cookies: Vec<String>) -> Response {
    let cookies = cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)], AppendHeaders(cookies)).into_response()
}

/// Codes and states in an address are nobody else's: nothing keeps the answer, and no page that follows hears of it.
fn guarded(response: Response) -> Response {
    let guards = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    (guards, response).into_response()
}

/// The page that says why nobody is signed in, and what helps.
fn refusal(error: &SignInError) -> Response {
    let (status, title, what) = match error {
        SignInError::NotOffered => {
            (StatusCode::NOT_FOUND, "There is no such page", "Sign in with your email and password.")
        }
        SignInError::Unknown => (
            StatusCode::BAD_REQUEST,
            "This sign-in has expired",
            "It was started in another browser or more than ten minutes ago. Start again here.",
        ),
        SignInError::Used => (
            StatusCode::BAD_REQUEST,
            "This sign-in was already used",
            "You may be signed in already. If not, start again.",
        ),
        SignInError::OtherIssuer => (
            StatusCode::BAD_REQUEST,
            "This sign-in can't be trusted",
            "The response does not come from the sign-in service that you were sent to. Start again.",
        ),
        SignInError::Refused(code) if code == "access_denied" => (
            StatusCode::FORBIDDEN,
            "You are not signed in",
            "You or the sign-in service cancelled. Nothing has changed here.",
        ),
        SignInError::Refused(_) | SignInError::Untrusted(_) => (
            StatusCode::BAD_GATEWAY,
            "You could not be signed in",
            "The sign-in service sent a response that can't be used. Start again. If it keeps happening, contact the site's staff.",
        ),
        SignInError::Account(AccountError::Disabled) => {
            (StatusCode::FORBIDDEN, "This account is disabled", "The site's staff can enable it again.")
        }
        SignInError::Away(_) | SignInError::Account(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Signing in does not work right now",
            "Nothing is wrong with your account. Try again in a moment.",
        ),
    };
    // A stranger's link alone fills no log.
    if status.is_server_error() {
        tracing::warn!(%error, "a browser could not be signed in through the identity provider");
    }
    // Relative, so that they stay below the prefix that a proxy may have put before them.
    let again = if status == StatusCode::NOT_FOUND { "" } else { "<a href=\"sign-in\">Sign in again</a> " };
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <main>\n<h1>{title}</h1>\n<p>{what}</p>\n<p>{again}<a href=\"../\">Back to the start</a></p>\n</main>\n</html>\n"
    );
    let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY));
    }
    guarded(response)
}
