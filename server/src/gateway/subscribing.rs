//! Subscriptions: what their results are executed from, and what they pay while they last.
//!
//! What is the same for all who listen is executed once for all and costs no client more. Everything else pays for
//! each result what the database was asked for it. Invariant: a result is executed with loaders of its own.

use std::{
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context as TaskContext, Poll},
};

use async_graphql::Response;
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use resolvers::{
    context::{self, Requester},
    counted_actions::{Action, CountedActions},
    loaders::Loaders,
};
use schema::{Collected, Rendered, Schema, SharedRendering};
use security::Security;
use tracing::Span;
use transport::{document::Prepared, encode, gateway::Payload};

use super::{masking, parsed, span};

/// A subscription that may start.
pub(super) struct Starting {
    pub(super) shared_rendering: Arc<SharedRendering>,
    pub(super) schema: Schema,
    pub(super) security: Arc<Security>,
    pub(super) requester: Requester,
    pub(super) id: String,
    /// Of each result.
    pub(super) bytes_max: usize,
}

impl Starting {
    /// `paid` is what was paid already, for all of it until its first result.
    pub(super) fn start(self, operation: Prepared, paid: u64) -> BoxStream<'static, Payload> {
        let Self { shared_rendering, schema, security, requester, id, bytes_max } = self;
        let collected = match parsed(&operation).collect() {
            Ok(collected) => collected,
            Err(refusal) => return refused(masking::mask(*refusal, &id)),
        };
        // What was sent is let go here: what is kept for as long as they listen is bounded by the fields alone.
        drop(operation);
        let collected = match shared_rendering.join(collected) {
            Ok(shared) => {
                return shared
                    .map(|Rendered { bytes, since, origin }| Payload::Broadcast { bytes, since, origin })
                    .boxed();
            }
            Err(collected) => collected,
        };
        let (span, actions, loaders) = (span(&id), Arc::<CountedActions>::default(), Arc::<Loaders>::default());
        let request =
            context::attach(collected.request(), requester).data(Arc::clone(&loaders)).data(Arc::clone(&actions));
        let responses = AssertUnwindSafe(schema.execute_stream(request)).catch_unwind();
        let responses = responses.map({
            let id = id.clone();
            move |response| response.unwrap_or_else(|_| masking::panicked(&id))
        });
        let responses = Noted { stream: responses.boxed(), span, actions: Arc::clone(&actions) };
        let pushing = Pushing { responses, collected, loaders, actions, security, requester, paid, id, bytes_max };
        stream::unfold(Some(Box::new(pushing)), async |pushing| pushing?.push().await).boxed()
    }
}

/// The stream of a subscription that does not start.
pub(super) fn refused(response: Response) -> BoxStream<'static, Payload> {
    stream::once(std::future::ready(Payload::Response(Box::new(response)))).boxed()
}

/// A subscription that is executed for one subscriber.
struct Pushing {
    responses: Noted<BoxStream<'static, Response>>,
    collected: Collected,
    /// Of the result that comes next.
    loaders: Arc<Loaders>,
    actions: Arc<CountedActions>,
    security: Arc<Security>,
    requester: Requester,
    paid: u64,
    id: String,
    bytes_max: usize,
}

impl Pushing {
    /// The next result, and what the others come from: nothing after the one that was not paid for.
    async fn push(mut self: Box<Self>) -> Option<(Payload, Option<Box<Self>>)> {
        let mut response = self.responses.next().await?;
        self.loaders.forget();
        let cost = security::price_of_statements(self.actions.take(Action::Statement));
        let owed = cost.saturating_sub(std::mem::take(&mut self.paid));
        if owed > 0
            && let Err(refused) = self.security.charge_done(self.requester, owed).await
        {
            return Some((Payload::Response(refused), None));
        }
        self.collected.complete(&mut response);
        let (response, _) = encode::fitting(masking::mask(response, &self.id), self.bytes_max);
        Some((Payload::Response(Box::new(response)), Some(self)))
    }
}

/// A stream that logs what happens in it under its request, and notes what it asks the database.
struct Noted<S> {
    stream: S,
    span: Span,
    actions: Arc<CountedActions>,
}

impl<S: Stream + Unpin> Stream for Noted<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<S::Item>> {
        let Self { stream, span, actions } = &mut *self;
        let _entered = span.enter();
        security::noting_now(actions, || stream.poll_next_unpin(cx))
    }
}
