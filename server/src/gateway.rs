//! The gateway: what the edge asks of the program. It knows who is asking by their access token, and answers by the
//! schema.
//!
//! Invariant: an error leaves with a stable code, and none with an internal text: what the schema's own errors did not
//! name is masked, and its id leads to the log.

use std::{
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context as TaskContext, Poll},
    time::SystemTime,
};

use async_graphql::{Response, parser::types::OperationType};
use axum::{
    body::Bytes,
    http::{StatusCode, header::ACCEPT, request::Parts},
};
use domain::{
    App,
    accounts::{self, AccountError},
};
use futures_util::{
    FutureExt, Stream, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use resolvers::{
    captcha,
    context::{self, Asking, Refused},
    cookies::{self, Cookies},
    limits::Standings,
};
use schema::{Answered, Answers, Asked, Live, Refusals, Rendered, Schema};
use subscriptions::hub::Hub;
use tracing::{Instrument, Span};
use transport::{
    document::Prepared,
    encode,
    gateway::{Caller, Gateway, Kept, Noted, Payload, Refusal},
    request_id::RequestId,
};

use self::{
    known::Known,
    masking::{INTERNAL, MASK, Masking},
};
use crate::{
    config::{Config, sections::SameSite},
    security::{self, Admitted, Security, Visit, bots::Seen},
};

mod known;
mod masking;
mod tokens;

/// When to try again while the keys of the identity provider are not known: they are asked for again and again.
const PROVIDER_AGAIN_SECONDS: u32 = 5;

/// The program behind the edge.
pub(crate) struct Matchday {
    app: Arc<App>,
    schema: Schema,
    masking: Masking,
    /// Public queries, answered once for all.
    answers: Arc<Answers<Kept>>,
    /// Wishes that cannot be granted, refused once for all.
    refusals: Arc<Refusals<Kept>>,
    /// Availability, rendered once for all.
    live: Arc<Live>,
    security: Arc<Security>,
    same_site: SameSite,
}

impl Matchday {
    pub(crate) fn new(app: Arc<App>, hub: Arc<Hub>, security: Arc<Security>, config: &Config) -> Self {
        let schema = schema::build(Arc::clone(&app), Arc::clone(&hub));
        Self {
            answers: Arc::new(Answers::new(Arc::clone(&app), schema.clone())),
            refusals: Arc::new(Refusals::new(Arc::clone(&app))),
            live: Arc::new(Live::new(Arc::clone(&app), schema.clone(), hub)),
            masking: Masking { suggests: config.suggests_names() },
            same_site: config.accounts.cookies_same_site,
            security,
            app,
            schema,
        }
    }

    /// What cookies were sent, where the answer can set others: its headers must reach the browser.
    fn cookies(&self, parts: &Parts) -> Option<Cookies> {
        let accepted = parts.headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
        let may_stream = accepted.into_iter().any(|line| line.contains("event-stream") || line.contains("multipart"));
        let is_plain = !may_stream && !parts.uri.path().ends_with("/stream");
        is_plain.then(|| Cookies {
            same_site: self.same_site.into(),
            refresh: tokens::of_cookie(&parts.headers, cookies::REFRESH).map(ToOwned::to_owned),
        })
    }

    /// Says who asks, once the address is admitted.
    async fn caller(
        &self,
        parts: &Parts,
        token: Option<&str>,
        (seen, pass): (Seen, Option<String>),
        cookies: Option<Cookies>,
    ) -> Result<Caller, Refusal> {
        let viewer = match (token, tokens::of_cookie(&parts.headers, cookies::ACCESS)) {
            (Some(token), _) => Some(accounts::authenticate(&self.app, token).await.map_err(refusal)?),
            (None, Some(token)) => match accounts::authenticate(&self.app, token).await {
                Ok(viewer) => Some(viewer),
                // A browser sends it whatever it asks for, also to sign in again.
                Err(AccountError::InvalidToken | AccountError::ExpiredToken) => None,
                Err(error) => return Err(refusal(error)),
            },
            (None, None) => None,
        };
        let asking = Asking { viewer, address: security::address(parts) };
        let visit = Visit { asking, seen, pass };
        let request = parts.extensions.get::<RequestId>().cloned();

        Ok(Caller {
            user: viewer.map(|viewer| viewer.user_id.to_string()),
            expires_at: viewer.map(|viewer| SystemTime::from(viewer.expires_at)),
            context: Arc::new(Known { visit, request, cookies }),
        })
    }
}

impl Gateway for Matchday {
    fn identify<'a>(&'a self, request: &'a Parts) -> BoxFuture<'a, Result<Caller, Refusal>> {
        async {
            self.security.admit(security::address(request))?;
            let headers = &request.headers;
            let token = tokens::of_header(headers)?;
            let signs = (Seen::of_request(headers), known::pass(headers));
            self.caller(request, token, signs, self.cookies(request)).await
        }
        .boxed()
    }

    fn identify_socket<'a>(
        &'a self,
        upgrade: &'a Parts,
        payload: &'a serde_json::Map<String, serde_json::Value>,
    ) -> BoxFuture<'a, Result<Caller, Refusal>> {
        async {
            self.security.admit(security::address(upgrade))?;
            let headers = &upgrade.headers;
            let token = match tokens::of_payload(payload)? {
                None => tokens::of_header(headers)?,
                token => token,
            };
            let signs = (Seen::of_socket(headers), known::pass_of_socket(headers, payload));
            self.caller(upgrade, token, signs, None).await
        }
        .boxed()
    }

    /// Charged like any other. Where Redis decides that, there is something to wait for, and the answer is executed's.
    fn kept(&self, caller: &Caller, operation: &Prepared) -> Option<Payload> {
        if !self.security.charges_now() {
            return None;
        }
        let (asked, known) = (asked(operation), Known::of(caller));
        let kept = if is_public(operation, &asked) {
            self.answers.kept(&asked)
        } else if is_wish(operation, &asked, known.visit.asking) {
            self.refusals.find(&asked)
        } else {
            None
        }?;
        match self.security.charge_now(&known.visit, operation)? {
            Ok(admitted) => Some(noted(kept, admitted)),
            Err(refused) => Some(Payload::Response(refused)),
        }
    }

    /// Runs for as long as the client is there: one that leaves before its mutation is decided has changed nothing, and
    /// one that leaves after it finds the change made.
    fn execute(&self, caller: &Caller, operation: Prepared) -> BoxFuture<'static, Payload> {
        let (schema, answers, refusals) = (self.schema.clone(), Arc::clone(&self.answers), Arc::clone(&self.refusals));
        let (known, masking) = (Known::of(caller), self.masking);
        let id = known.id();
        let (span, security) = (span(&id), Arc::clone(&self.security));
        async move {
            let admitted = match security.charge(&known.visit, &operation).await {
                Ok(admitted) => admitted,
                Err(refused) => return Payload::Response(refused),
            };
            let captchas = Arc::clone(&security.captcha) as captcha::Shared;
            let answering = answer(&schema, &answers, &refusals, &known, captchas, &admitted, &operation);
            let executed = AssertUnwindSafe(answering).catch_unwind().await;
            security.note(known.visit.asking, &admitted.deeds);
            match executed.unwrap_or_else(|_| Payload::Response(Box::new(masking::panicked(&id)))) {
                Payload::Response(response) => {
                    let mut response = masking.mask(*response, &id);
                    if let Some(told) = admitted.finish(0) {
                        told.add_to(&mut response);
                    }
                    Payload::Response(Box::new(response))
                }
                Payload::Kept(kept) => noted(kept, admitted),
                encoded => encoded,
            }
        }
        .instrument(span)
        .boxed()
    }

    fn subscribe(&self, caller: &Caller, operation: Prepared) -> BoxStream<'static, Payload> {
        let known = Known::of(caller);
        let (live, schema) = (Arc::clone(&self.live), self.schema.clone());
        let starting = Starting { live, schema, masking: self.masking, asking: known.visit.asking, id: known.id() };
        let begun = move |admitted: Result<Admitted, Box<Response>>, operation| match admitted {
            // Dropped, it pays for all of what was reserved: nobody knows how long they will listen.
            Ok(_admitted) => starting.start(operation),
            Err(refused) => stream::once(std::future::ready(Payload::Response(refused))).boxed(),
        };
        match self.security.charge_now(&known.visit, &operation) {
            Some(admitted) => begun(admitted, operation),
            None => {
                let security = Arc::clone(&self.security);
                // Boxed, so that the stream does not keep its room for as long as it lives.
                let charging = async move { begun(security.charge(&known.visit, &operation).await, operation) }.boxed();
                stream::once(charging).flatten().boxed()
            }
        }
    }
}

/// A subscription that may start.
struct Starting {
    live: Arc<Live>,
    schema: Schema,
    masking: Masking,
    asking: Asking,
    id: String,
}

impl Starting {
    fn start(self, operation: Prepared) -> BoxStream<'static, Payload> {
        let Self { live, schema, masking, asking, id } = self;
        if let Some(shared) = live.join(&asked(&operation)) {
            return shared.map(|Rendered { bytes, since }| Payload::Pushed { bytes, since }).boxed();
        }
        let span = span(&id);
        let request = context::attach(asked(&operation).request(), asking);
        let responses = AssertUnwindSafe(schema.execute_stream(request)).catch_unwind();
        let payload = move |response: Result<Response, _>| {
            let mut response = response.unwrap_or_else(|_| masking::panicked(&id));
            schema::complete(&mut response, &asked(&operation));
            Payload::Response(Box::new(masking.mask(response, &id)))
        };
        InSpan { stream: responses.map(payload).boxed(), span }.boxed()
    }
}

/// A stream that logs what happens in it under its request.
struct InSpan<S> {
    stream: S,
    span: Span,
}

impl<S: Stream + Unpin> Stream for InSpan<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<S::Item>> {
        let Self { stream, span } = &mut *self;
        let _entered = span.enter();
        stream.poll_next_unpin(cx)
    }
}

/// Where the log says which request it is: the request's own span, or on a socket one for each operation.
///
/// As loud as an error, so that no filter lets errors through without it.
fn span(id: &str) -> Span {
    let current = Span::current();
    if current.is_none() { tracing::error_span!("graphql", request_id = id) } else { current }
}

/// Answers by what is kept for everybody, where the operation shows everybody the same; else executes it.
async fn answer(
    schema: &Schema,
    answers: &Answers<Kept>,
    refusals: &Refusals<Kept>,
    known: &Known,
    captchas: captcha::Shared,
    admitted: &Admitted,
    operation: &Prepared,
) -> Payload {
    let asked = asked(operation);
    if is_public(operation, &asked) {
        return match answers.answer(&asked).await {
            Answered::Encoded(kept) => Payload::Kept(kept),
            Answered::Response(response) => Payload::Response(response),
        };
    }
    let asking = known.visit.asking;
    let is_wish = is_wish(operation, &asked, asking);
    if is_wish && let Some(kept) = refusals.find(&asked) {
        return Payload::Kept(kept);
    }
    let refused = Arc::<Refused>::default();
    let standings = Standings::new(admitted.standings());
    let mut request = context::attach(asked.request(), asking).data(Arc::clone(&refused)).data(standings);
    request = request.data(captchas).data(Arc::clone(&admitted.deeds));
    if let Some(cookies) = known.cookies.clone() {
        request = request.data(cookies);
    }
    let mut response = schema.execute(request).await;
    if response.errors.is_empty() && response.http_headers.is_empty() {
        return Payload::Kept(Kept::from(Bytes::from(schema::encoded(&response))));
    }
    schema::complete(&mut response, &asked);
    if is_wish {
        refusals.keep(&asked, &refused, &response, || encode::response(&response));
    }
    Payload::Response(Box::new(response))
}

/// Whether everybody is shown the same.
fn is_public(operation: &Prepared, asked: &Asked<'_>) -> bool {
    operation.kind() == OperationType::Query && Answers::<Kept>::are_for(asked)
}

/// Whether it is one wish for tickets, of somebody who may have some.
fn is_wish(operation: &Prepared, asked: &Asked<'_>, asking: Asking) -> bool {
    operation.kind() == OperationType::Mutation && asking.viewer.is_some() && Refusals::<Kept>::are_for(asked)
}

fn asked(operation: &Prepared) -> Asked<'_> {
    Asked {
        text: operation.shared_text(),
        document: operation.parsed(),
        operation: operation.operation(),
        operation_name: operation.operation_name(),
        variables: operation.variables(),
    }
}

/// A kept result with what this client is told beside it.
fn noted(kept: Kept, admitted: Admitted) -> Payload {
    let bytes = kept.as_ref().len();
    match admitted.finish(bytes) {
        Some(told) => {
            let extensions = told.extensions();
            Payload::Noted(Box::new(Noted { kept, headers: told.headers, extensions }))
        }
        None => Payload::Kept(kept),
    }
}

fn refusal(error: AccountError) -> Refusal {
    let refused = |status, code, retry_after| Refusal { status, code, message: error.to_string(), retry_after };
    match error {
        AccountError::InvalidToken | AccountError::ExpiredToken => tokens::unauthenticated(&error.to_string()),
        AccountError::Disabled => refused(StatusCode::FORBIDDEN, "FORBIDDEN", None),
        AccountError::ProviderAway => {
            refused(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", Some(PROVIDER_AGAIN_SECONDS))
        }
        error => {
            tracing::error!(%error, "a token could not be judged");
            Refusal {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                code: INTERNAL,
                message: MASK.to_owned(),
                retry_after: None,
            }
        }
    }
}
