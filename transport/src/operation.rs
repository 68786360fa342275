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
    streaming::{self, Memory, Streaming},
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
    Stream { results: BoxStream<'static, Payload>, first: bool, _memory: Memory },
}

impl Operation {
    /// Begins with what a client sent on a connection that was there before.
    pub(crate) fn start(streaming: &Arc<Streaming>, parts: &Parts, caller: &Caller, request: RawRequest) -> Self {
        let (streaming, caller) = (Arc::clone(streaming), caller.clone());
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
            run(&streaming, from, &caller, prepared, true).map_err(Rejection::into_errors)
        };

        Self { state: State::Preparing(Box::pin(preparing)), subscription: false }
    }

    /// Begins with a document that is already prepared, or already refused, and came with the request of the connection.
    pub(crate) fn prepared(
        streaming: &Streaming,
        parts: &Parts,
        caller: &Caller,
        prepared: Result<Prepared, Rejection>,
    ) -> Self {
        match run(streaming, streaming::address(parts), caller, prepared, false) {
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
            Running::Stream { results, first, .. } => match ready!(results.poll_next_unpin(cx)) {
                Some(Payload::Response(response)) if *first && never_began(&response) => {
                    (Output::Refused(response.errors), true)
                }
                Some(payload) => {
                    *first = false;
                    (Output::Next(payload), false)
                }
                None => {
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

/// Whether a subscription could not even begin: async-graphql gives such an error the root field's path.
fn never_began(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.len() <= 1)
}

fn run(
    streaming: &Streaming,
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
            Ok(Running::Stream { results: streaming.gateway.subscribe(caller, prepared), first: true, _memory: memory })
        }
        // It is executed when its connection asks for bytes, and kept until then.
        OperationType::Query | OperationType::Mutation => {
            let memory = streaming.claim_bytes(from, caller, held)?;
            let traced = traced::executing(&prepared, on_socket);
            Ok(Running::Once { result: traced(streaming.gateway.execute(caller, prepared)), _memory: memory })
        }
    }
}
