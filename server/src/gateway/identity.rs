//! The caller, as far as their token and what the program knows of them tells: at the beginning of a request or a connection,
//! and once more before something is changed in their name.

use std::sync::Arc;

use async_graphql::{Error, Pos, Response};
use axum::http::{HeaderMap, StatusCode};
use book::store;
use domain::{
    App,
    accounts::{self, AccountError, SignedBy, Viewer, standing},
};
use error_codes::{Code, sentence};
use resolvers::{cookies, error::ApiError};
use transport::{document::Prepared, gateway::Refusal};

use super::{caller_context::CallerContext, masking::MASK, tokens};

/// When to try again while the keys of the identity provider are not known: they are asked for again and again.
const PROVIDER_AGAIN_SECONDS: u32 = 5;

/// When to try again while the database is away.
const DATABASE_AGAIN_SECONDS: u32 = 1;

/// What a token says of the caller.
#[derive(Default)]
pub(super) struct Identified {
    pub(super) viewer: Option<Viewer>,
    pub(super) signed_by: Option<SignedBy>,
    /// Why it says nothing, where it is over.
    pub(super) over: Option<Arc<Refusal>>,
}

/// The caller: by `token`, or else by the cookie that a browser sends by itself.
pub(super) async fn of(app: &App, headers: &HeaderMap, token: Option<&str>) -> Result<Identified, Refusal> {
    let cookie = tokens::of_cookie(headers, cookies::ACCESS);
    let Some(shown) = token.or(cookie) else {
        return Ok(Identified::default());
    };
    match accounts::identify(app, shown).await {
        Ok((viewer, signed_by)) => {
            Ok(Identified { viewer: Some(viewer), signed_by: Some(signed_by), ..Identified::default() })
        }
        // Clients send it with whatever they ask for, also with what gets them the next one.
        Err(error @ (AccountError::ExpiredToken | AccountError::EndedSession)) if token.is_some() => {
            Ok(Identified { over: Some(Arc::new(refusal(error))), ..Identified::default() })
        }
        // A browser forgets it at that moment, so this one was sent just before: whose socket it opens comes back, with the
        // next one or as nobody, and is not taken for nobody's without being told.
        Err(error @ AccountError::ExpiredToken) if token.is_none() => {
            let come_back = Refusal { status: StatusCode::FORBIDDEN, ..refusal(error) };
            Ok(Identified { over: Some(Arc::new(come_back)), ..Identified::default() })
        }
        // A browser sends it whatever it asks for, also to sign in again.
        Err(AccountError::InvalidToken | AccountError::EndedSession) if token.is_none() => Ok(Identified::default()),
        Err(error) => Err(refusal(error)),
    }
}

/// Looks again whether a viewer is still who they were a moment ago, before anything is changed in their name: by the database,
/// so that a token whose session was just ended, wherever that was, buys, sells and changes nothing.
pub(super) async fn confirm(app: &App, caller: &CallerContext, operation: &Prepared) -> Result<(), Box<Response>> {
    let Some(viewer) = caller.context.requester.viewer else {
        return Ok(());
    };
    if !security::is_confirmed(operation) {
        return Ok(());
    }
    match standing::confirm(app, viewer).await {
        Ok(now) if now.role == viewer.role => Ok(()),
        Ok(_) => Err(turned_away(ApiError::new(Code::FORBIDDEN, "your role has just changed; send the request again"))),
        Err(error) => Err(turned_away(error.into())),
    }
}

/// An operation that was refused before it ran.
fn turned_away(error: ApiError) -> Box<Response> {
    Box::new(Response::from_errors(vec![Error::from(error).into_server_error(Pos::default())]))
}

fn refusal(error: AccountError) -> Refusal {
    let refused =
        |status, code, retry_after| Refusal { status, code, message: sentence(&error.to_string()), retry_after };
    match error {
        AccountError::InvalidToken | AccountError::ExpiredToken | AccountError::EndedSession => {
            tokens::unauthenticated(&sentence(&error.to_string()))
        }
        AccountError::Disabled => refused(StatusCode::FORBIDDEN, Code::FORBIDDEN, None),
        AccountError::ProviderAway => {
            refused(StatusCode::SERVICE_UNAVAILABLE, Code::SERVICE_UNAVAILABLE, Some(PROVIDER_AGAIN_SECONDS))
        }
        AccountError::Away => {
            refused(StatusCode::SERVICE_UNAVAILABLE, Code::SERVICE_UNAVAILABLE, Some(DATABASE_AGAIN_SECONDS))
        }
        AccountError::Store(ref cause) if store::is_transient(cause) => {
            tracing::error!(error = %cause, "the database is unavailable, so callers can't be identified");
            refusal(AccountError::Away)
        }
        error => {
            tracing::error!(%error, "a token could not be checked");
            Refusal {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                code: Code::INTERNAL,
                message: MASK.to_owned(),
                retry_after: None,
            }
        }
    }
}
