//! Who a socket speaks for: decided once by its init, and again by each renewal.
//!
//! Invariant: a socket has one user and role for its whole life; only the end of their token moves. Where they are not what
//! they were, it closes with 4403, and its client comes back as whom it is by then.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use axum::http::StatusCode;
use error_codes::Code;
use futures_util::{FutureExt, future::BoxFuture};
use serde_json::{Map, Value};

use crate::{
    gateway::{Caller, Refusal},
    websocket::{
        close::Close,
        connection::{Connection, End},
        protocol,
    },
};

/// Renewals one after the other that are refused, after which a socket is closed.
const REFUSED_RENEWALS_MAX: u8 = 3;

/// A caller who is being looked up.
pub(super) struct Identifying {
    pub(super) purpose: Purpose,
    outcome: BoxFuture<'static, Result<Caller, Refusal>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Init,
    Renewal,
}

impl Connection {
    pub(super) fn poll_identity(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        let Some(identifying) = &mut self.identifying else {
            return Ok(false);
        };
        let Poll::Ready(outcome) = identifying.outcome.poll_unpin(cx) else {
            return Ok(false);
        };
        let purpose = identifying.purpose;
        self.identifying = None;
        match purpose {
            Purpose::Init => self.admit(outcome)?,
            Purpose::Renewal => self.renew(outcome)?,
        }

        Ok(true)
    }

    fn admit(&mut self, outcome: Result<Caller, Refusal>) -> Result<(), End> {
        let caller = outcome.map_err(|refusal| {
            if let Some(message) = self.dialect.init_refused(&refusal, &self.streaming.error_docs) {
                self.reply(message);
            }
            End::Close(Close::refused(&refusal))
        })?;
        let claim = self.streaming.claim_user(&caller);
        self.user_claim = claim.map_err(|_full| End::Close(Close::TOO_MANY_CONNECTIONS))?;
        self.let_in(caller);
        self.reply(self.dialect.ack());

        Ok(())
    }

    fn let_in(&mut self, caller: Caller) {
        self.timers.expire_at(caller.expires_at, self.streaming.gateway.now());
        self.watch = self.streaming.gateway.watch(&caller);
        self.caller = Some(caller);
    }

    /// Only the same user may go on. What began with another role ends, and with it the socket: its client begins anew what
    /// it may.
    fn renew(&mut self, outcome: Result<Caller, Refusal>) -> Result<(), End> {
        let (user, role) = self.caller.as_ref().map_or((None, None), |caller| (caller.user.clone(), caller.role));
        let renewed = outcome.and_then(|caller| if caller.user == user { Ok(caller) } else { Err(other_user()) });
        match renewed {
            Ok(caller) => {
                let is_as_before = caller.role == role;
                self.refused_renewals = 0;
                self.let_in(caller);
                self.reply(protocol::renewed(Ok(()), &self.streaming.error_docs));
                if is_as_before { Ok(()) } else { Err(End::Close(Close::REVOKED)) }
            }
            Err(refusal) => {
                self.reply(protocol::renewed(Err(&refusal), &self.streaming.error_docs));
                // What can't be judged now is not the client's fault.
                self.refused_renewals += u8::from(refusal.status.is_client_error());
                if self.refused_renewals < REFUSED_RENEWALS_MAX {
                    Ok(())
                } else {
                    Err(End::Close(Close::refused(&refusal)))
                }
            }
        }
    }

    /// A session that cookies keep can't be renewed: the socket knows those that it was opened with.
    pub(super) fn ask_to_renew(&mut self, payload: Map<String, Value>) {
        if payload.get("authorization").is_some_and(Value::is_null) {
            self.reply(protocol::renewed(Err(&no_token()), &self.streaming.error_docs));
        } else {
            self.identify(Purpose::Renewal, payload);
        }
    }

    pub(super) fn init(&mut self, payload: Map<String, Value>) -> Result<(), End> {
        if self.caller.is_some() || self.identifying.is_some() {
            return Err(End::Close(Close::TOO_MANY_INITS));
        }
        self.timers.init_received();
        self.identify(Purpose::Init, payload);

        Ok(())
    }

    pub(super) fn identify(&mut self, purpose: Purpose, payload: Map<String, Value>) {
        let (streaming, parts) = (Arc::clone(&self.streaming), Arc::clone(&self.parts));
        let outcome = async move { streaming.gateway.identify_socket(&parts, &payload).await };
        self.identifying = Some(Identifying { purpose, outcome: outcome.boxed() });
    }
}

fn no_token() -> Refusal {
    Refusal {
        status: StatusCode::BAD_REQUEST,
        code: Code::BAD_USER_INPUT,
        message: "Send the token: a session in cookies is renewed by opening a new connection.".to_owned(),
        retry_after: None,
    }
}

fn other_user() -> Refusal {
    Refusal {
        status: StatusCode::FORBIDDEN,
        code: Code::FORBIDDEN,
        message: "A renewed token must belong to the same user.".to_owned(),
        retry_after: None,
    }
}
