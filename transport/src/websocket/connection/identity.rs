//! Who a socket speaks for: decided once by its init, and again by each renewal.
//!
//! Invariant: a socket has one user for its whole life; only the end of their token moves.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use axum::http::StatusCode;
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
            Purpose::Renewal => self.renew(outcome),
        }

        Ok(true)
    }

    fn admit(&mut self, outcome: Result<Caller, Refusal>) -> Result<(), End> {
        let caller = outcome.map_err(|refusal| {
            if let Some(message) = self.dialect.init_refused(&refusal) {
                self.reply(message);
            }
            End::Close(Close::refused(&refusal))
        })?;
        let place = self.streaming.take_user_place(&caller);
        self.user_place = place.map_err(|_full| End::Close(Close::TOO_MANY_CONNECTIONS))?;
        self.timers.expire_at(caller.expires_at);
        self.caller = Some(caller);
        self.reply(self.dialect.ack());

        Ok(())
    }

    /// Only the same user may go on: running operations keep the rights they began with.
    fn renew(&mut self, outcome: Result<Caller, Refusal>) {
        let user = self.caller.as_ref().and_then(|caller| caller.user.clone());
        let renewed = outcome.and_then(|caller| if caller.user == user { Ok(caller) } else { Err(other_user()) });
        match renewed {
            Ok(caller) => {
                self.timers.expire_at(caller.expires_at);
                self.caller = Some(caller);
                self.reply(protocol::renewed(Ok(())));
            }
            Err(refusal) => self.reply(protocol::renewed(Err(&refusal))),
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

fn other_user() -> Refusal {
    Refusal {
        status: StatusCode::FORBIDDEN,
        code: "FORBIDDEN",
        message: "A renewal must name the same user.".to_owned(),
        retry_after: None,
    }
}
