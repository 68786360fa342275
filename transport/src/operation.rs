//! Operations: one document a client runs over a long-lived connection, from its text to its last result.
//!
//! An operation is prepared, then executed once (query, mutation) or streamed (subscription). It does nothing unless
//! polled, so a connection that can take no more pulls no more. Invariant: `Refused` is the first and only output of an
//! operation that never ran; everything else is `Next`.

use std::{
    future::pending,
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use async_graphql::{Response, ServerError, Value, parser::types::OperationType};
use axum::http::request::Parts;
use futures_util::{Stream, StreamExt, future::BoxFuture, stream::BoxStream};

use crate::{
    document::{Prepared, RawRequest, Rejection},
    encode,
    gateway::{self, Caller, Payload},
    streaming::{
        self, Memory, Streaming,
        meters::{Lifetime, Reason, Subscriptions, Transport},
    },
    traced,
};

/// A running operation: a stream of its outputs, which ends when it does. Dropping it ends it.
pub(crate) struct Operation {
    state: State,
    subscription: bool,
}

pub(crate) enum Output {
    Next(Payload),
    /// The operation never ran.
    Refused(Vec<ServerError>),
}

enum State {
    Refused(Rejection),
    Preparing(BoxFuture<'static, Result<Running, Vec<ServerError>>>),
    Running(Running),
    Ended,
}

enum Running {
    Once { result: BoxFuture<'static, Payload>, _memory: Memory },
    Stream { results: BoxStream<'static, Payload>, told: Told, lifetime: Lifetime, _memory: Memory },
}

/// What a subscription has told last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Result,
    Errors,
}

impl Operation {
    /// Begins with what a client sent over a connection of this kind that was there before.
    pub(crate) fn start(
        streaming: &Arc<Streaming>,
        transport: &Transport,
        parts: &Parts,
        caller: &Caller,
        request: RawRequest,
    ) -> Self {
        let (streaming, caller) = (Arc::clone(streaming), caller.clone());
        let subscriptions = Arc::clone(&transport.subscriptions);
        let from = streaming::address(parts);
        let request = RawRequest { from, ..request };
        let preparing = async move {
            let bytes = request.bytes();
            let prepared = streaming.documents.prepare(request).await;
            let prepared = gateway::charged(&*streaming.gateway, &caller, prepared, bytes).await;
            if streaming.drain.is_cancelled() {
                // An error would be the last word of it; unanswered, it is asked for again on another connection.
                pending::<()>().await;
            }
            run(&streaming, &subscriptions, from, &caller, prepared, true).map_err(Rejection::into_errors)
        };

        Self { state: State::Preparing(Box::pin(preparing)), subscription: false }
    }

    /// Begins with a document that is already prepared, or already refused, and came with the request of the connection.
    pub(crate) fn prepared(
        streaming: &Streaming,
        transport: &Transport,
        parts: &Parts,
        caller: &Caller,
        prepared: Result<Prepared, Rejection>,
    ) -> Self {
        match run(streaming, &transport.subscriptions, streaming::address(parts), caller, prepared, false) {
            Ok(running) => {
                Self { subscription: matches!(running, Running::Stream { .. }), state: State::Running(running) }
            }
            Err(rejection) => Self { state: State::Refused(rejection), subscription: false },
        }
    }

    /// Whether this is known to be a subscription, which ends at once with the right to it; the others are let finish.
    pub(crate) fn is_subscription(&self) -> bool {
        self.subscription
    }

    /// Whether it may be broken off so that its client begins it again elsewhere: a subscription, or what has not begun.
    pub(crate) fn may_begin_again(&self) -> bool {
        matches!(self.state, State::Preparing(_) | State::Running(Running::Stream { .. }))
    }

    /// Notes why it is about to be dropped, where it is a subscription that runs.
    pub(crate) fn ends_because(&mut self, reason: Reason) {
        if let State::Running(Running::Stream { lifetime, .. }) = &mut self.state {
            lifetime.note(reason);
        }
    }
}

impl Stream for Operation {
    type Item = Output;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Output>> {
        if let State::Preparing(preparing) = &mut self.state {
            match ready!(preparing.as_mut().poll(cx)) {
                Ok(running) => {
                    self.subscription = matches!(running, Running::Stream { .. });
                    self.state = State::Running(running);
                }
                Err(errors) => {
                    self.state = State::Ended;
                    return Poll::Ready(Some(Output::Refused(errors)));
                }
            }
        }
        let running = match &mut self.state {
            State::Running(running) => running,
            State::Refused(rejection) => {
                let errors = rejection.clone().into_errors();
                self.state = State::Ended;
                return Poll::Ready(Some(Output::Refused(errors)));
            }
            State::Preparing(_) | State::Ended => return Poll::Ready(None),
        };

        let (output, last) = match running {
            Running::Once { result, .. } => match ready!(result.as_mut().poll(cx)) {
                Payload::Response(response) if !encode::was_executed(&response) => {
                    (Output::Refused(response.errors), true)
                }
                payload => (Output::Next(payload), true),
            },
            Running::Stream { results, told, lifetime, .. } => match ready!(results.poll_next_unpin(cx)) {
                Some(Payload::Response(response)) if *told == Told::Nothing && never_began(&response) => {
                    lifetime.note(Reason::Error);
                    (Output::Refused(response.errors), true)
                }
                Some(payload) => {
                    *told = Told::by(&payload);
                    (Output::Next(payload), false)
                }
                None => {
                    lifetime.note(if *told == Told::Errors { Reason::Error } else { Reason::Completed });
                    self.state = State::Ended;
                    return Poll::Ready(None);
                }
            },
        };
        if last {
            self.state = State::Ended;
        }

        Poll::Ready(Some(output))
    }
}

impl Told {
    fn by(payload: &Payload) -> Self {
        match payload {
            Payload::Response(response) if !response.errors.is_empty() => Self::Errors,
            _ => Self::Result,
        }
    }
}

/// Whether a subscription could not even begin: async-graphql gives such an error the root field's path.
fn never_began(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.len() <= 1)
}

fn run(
    streaming: &Streaming,
    subscriptions: &Arc<Subscriptions>,
    from: Option<IpAddr>,
    caller: &Caller,
    prepared: Result<Prepared, Rejection>,
    on_socket: bool,
) -> Result<Running, Rejection> {
    let prepared = prepared?;
    let held = prepared.held_bytes();
    match prepared.kind() {
        OperationType::Subscription => {
            streaming.check_subscription_bytes(held)?;
            let memory = streaming.claim_bytes(from, caller, held)?;
            let traced = traced::beginning(&prepared, on_socket);
            let _entered = traced.as_ref().map(spans::Span::enter);
            let results = streaming.gateway.subscribe(caller, prepared);
            Ok(Running::Stream { results, told: Told::Nothing, lifetime: subscriptions.begin(), _memory: memory })
        }
        // It is executed when its connection asks for bytes, and kept until then.
        OperationType::Query | OperationType::Mutation => {
            let memory = streaming.claim_bytes(from, caller, held)?;
            let traced = traced::executing(&prepared, on_socket);
            Ok(Running::Once { result: traced(streaming.gateway.execute(caller, prepared)), _memory: memory })
        }
    }
}
