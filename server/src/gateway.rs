//! The gateway: what the edge asks of the program. It knows the caller by their access token, and answers by the
//! schema.
//!
//! Invariant: an error leaves with a stable code, and none with an internal text: what the schema's own errors did not
//! name is masked, and its id leads to the log.

use std::{panic::AssertUnwindSafe, sync::Arc, time::SystemTime};

use async_graphql::{Response, parser::types::OperationType};
use axum::http::{StatusCode, header::ACCEPT, request::Parts};
use book::patience;
use domain::{App, accounts::standing};
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use resolvers::{
    captcha,
    context::{self, Refused, Requester},
    cookies::{self, Cookies},
    counted_actions::Action,
    limits::Standings,
    loaders::Loaders,
};
use schema::{CacheResult, ParsedOperation, RefusalCache, ResponseCache, Schema, SharedRendering};
use security::{Admission, ClientHeaders, RequestContext, Security};
use subscriptions::hub::Hub;
use tracing::{Instrument, Span};
use transport::{
    document::Prepared,
    encode,
    gateway::{AnnotatedResult, CachedResult, Caller, Gateway, Payload, Refusal, Watch},
    request_id::RequestId,
};

use self::{
    caller_context::CallerContext,
    identity::Identified,
    meters::{Meters, Outcome},
    subscribing::Starting,
};
use crate::config::{Config, accounts::SameSite};

mod caller_context;
mod identity;
mod masking;
mod meters;
mod subscribing;
pub(crate) mod tokens;

/// The program behind the edge.
pub(crate) struct Matchday {
    app: Arc<App>,
    schema: Schema,
    /// Public queries, answered once for all.
    answers: Arc<ResponseCache<CachedResult>>,
    /// Wishes that cannot be granted, refused once for all.
    refusals: Arc<RefusalCache<CachedResult>>,
    /// Availability, rendered once for all.
    shared_rendering: Arc<SharedRendering>,
    security: Arc<Security>,
    meters: Arc<Meters>,
    same_site: SameSite,
    /// Of an answer.
    bytes_max: usize,
}

impl Matchday {
    /// Make it after the metrics recorder is installed, which its meters are resolved from.
    pub(crate) fn new(app: Arc<App>, hub: Arc<Hub>, security: Arc<Security>, config: &Config) -> Self {
        let captchas = Arc::clone(&security.captcha) as captcha::Shared;
        let schema = schema::build(Arc::clone(&app), Arc::clone(&hub), Some(captchas));
        let bytes_max = config.transport.documents.max_answer_bytes;
        Self {
            answers: Arc::new(ResponseCache::new(Arc::clone(&app), schema.clone(), bytes_max)),
            refusals: Arc::new(RefusalCache::new(Arc::clone(&app))),
            shared_rendering: Arc::new(SharedRendering::new(Arc::clone(&app), schema.clone(), hub, bytes_max)),
            bytes_max,
            meters: Arc::default(),
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

    /// Lets an admitted address have its token judged; it pays for one that is none.
    async fn identified(
        &self,
        parts: &Parts,
        judging: impl Future<Output = Result<Caller, Refusal>>,
    ) -> Result<Caller, Refusal> {
        let address = security::address::of_request(parts);
        self.security.admit(address)?;
        let judged = judging.await;
        if judged.as_ref().is_err_and(|refusal| refusal.status == StatusCode::UNAUTHORIZED) {
            self.security.charge_refusal(Requester { viewer: None, address }, 0).await?;
        }
        judged
    }

    /// Identifies the caller, once the address is admitted.
    async fn caller(
        &self,
        parts: &Parts,
        token: Option<&str>,
        (headers, pass): (ClientHeaders, Option<String>),
        cookies: Option<Cookies>,
    ) -> Result<Caller, Refusal> {
        let Identified { viewer, signed_by, over } = identity::of(&self.app, &parts.headers, token).await?;
        let requester = Requester { viewer, address: security::address::of_request(parts) };
        let context = RequestContext { requester, headers, pass };
        let request = parts.extensions.get::<RequestId>().cloned();

        Ok(Caller {
            user: viewer.map(|viewer| viewer.user_id.to_string()),
            expires_at: viewer.map(|viewer| SystemTime::from(viewer.expires_at)),
            role: viewer.map(|viewer| security::role(viewer.role)),
            over,
            context: Arc::new(CallerContext { context, request, cookies, signed_by }),
        })
    }
}

impl Gateway for Matchday {
    fn now(&self) -> SystemTime {
        self.app.clock.now().into()
    }

    fn identify<'a>(&'a self, request: &'a Parts) -> BoxFuture<'a, Result<Caller, Refusal>> {
        async {
            let headers = &request.headers;
            let judging = async {
                let token = tokens::of_header(headers)?;
                let signs = (ClientHeaders::of_request(headers), caller_context::pass(headers));
                let caller = self.caller(request, token, signs, self.cookies(request)).await?;
                // A browser sends a cookie whatever it asks for, also to sign in again.
                Ok(Caller { over: caller.over.filter(|_| token.is_some()), ..caller })
            };
            self.identified(request, judging).await
        }
        .boxed()
    }

    fn identify_socket<'a>(
        &'a self,
        upgrade: &'a Parts,
        payload: &'a serde_json::Map<String, serde_json::Value>,
    ) -> BoxFuture<'a, Result<Caller, Refusal>> {
        async {
            let headers = &upgrade.headers;
            let judging = async {
                let token = match tokens::of_payload(payload)? {
                    None => tokens::of_header(headers)?,
                    token => token,
                };
                let signs = (ClientHeaders::of_socket(headers), caller_context::pass_of_socket(headers, payload));
                let caller = self.caller(upgrade, token, signs, None).await?;
                // What opens a session has no need of a socket.
                caller.over.as_deref().map_or(Ok(()), |refusal| Err(refusal.clone()))?;
                Ok(caller)
            };
            self.identified(upgrade, judging).await
        }
        .boxed()
    }

    fn charge<'a>(&'a self, caller: &'a Caller, units: u64) -> BoxFuture<'a, Result<(), Refusal>> {
        let requester = CallerContext::of(caller).context.requester;
        async move { self.security.charge_units(requester, units).await }.boxed()
    }

    fn charge_refusal<'a>(&'a self, caller: &'a Caller, bytes: usize) -> BoxFuture<'a, Result<(), Refusal>> {
        let requester = CallerContext::of(caller).context.requester;
        async move { self.security.charge_refusal(requester, bytes).await }.boxed()
    }

    /// Charged like any other. Where Redis decides that, there is something to wait for, and the answer is executed's.
    fn cached(&self, caller: &Caller, operation: &Prepared) -> Option<Payload> {
        if !self.security.charges_now() {
            return None;
        }
        let (parsed, caller) = (parsed(operation), CallerContext::of(caller));
        let (cached, outcome) = if is_public(operation, &parsed) {
            (self.answers.find(&parsed)?, Outcome::Ok)
        } else if is_hold_request(operation, &parsed, caller.context.requester) {
            (self.refusals.find(&parsed)?, Outcome::Refused)
        } else {
            return None;
        };
        let (payload, outcome) = match self.security.charge_now(&caller.context, operation)? {
            Ok(admission) => (annotated(cached, admission), outcome),
            Err(refused) => (Payload::Response(refused), Outcome::Refused),
        };
        self.meters.answered(operation.kind(), outcome);
        Some(payload)
    }

    /// Runs for as long as the client is there: one that leaves before its mutation is decided has changed nothing, and
    /// one that leaves after it finds the change made.
    fn execute(&self, caller: &Caller, operation: Prepared) -> BoxFuture<'static, Payload> {
        let (schema, answers, refusals) = (self.schema.clone(), Arc::clone(&self.answers), Arc::clone(&self.refusals));
        let (caller, app) = (CallerContext::of(caller), Arc::clone(&self.app));
        let id = caller.id();
        let (span, security, bytes_max) = (span(&id), Arc::clone(&self.security), self.bytes_max);
        let (meters, kind) = (Arc::clone(&self.meters), operation.kind());
        async move {
            let refused = |refused: Box<Response>| {
                meters.answered(kind, Outcome::of(&refused));
                Payload::Response(refused)
            };
            let admission = match security.charge(&caller.context, &operation).await {
                Ok(admission) => admission,
                Err(response) => return refused(response),
            };
            if let Err(response) = identity::confirm(&app, &caller, &operation).await {
                return refused(response);
            }
            let answering = answer(&schema, &answers, &refusals, &caller, &admission, &operation);
            let answering = security::noting(Arc::clone(&admission.actions), answering);
            let executed = AssertUnwindSafe(patience::awaited(answering)).catch_unwind().await;
            security.note(caller.context.requester, &admission.actions);
            let (payload, outcome) = match executed.unwrap_or_else(|_| Answer::response(masking::panicked(&id))) {
                Answer::Response(response) => {
                    let (mut response, bytes) = encode::fitting(masking::mask(*response, &id), bytes_max);
                    let outcome = Outcome::of(&response);
                    if let Some(report) = admission.finish(bytes) {
                        report.add_to(&mut response);
                    }
                    (Payload::Response(Box::new(response)), outcome)
                }
                Answer::Encoded(encoded) => (annotated(encoded, admission), Outcome::Ok),
                Answer::KeptRefusal(encoded) => (annotated(encoded, admission), Outcome::Refused),
            };
            meters.answered(kind, outcome);
            payload
        }
        .instrument(span)
        .boxed()
    }

    fn subscribe(&self, caller: &Caller, operation: Prepared) -> BoxStream<'static, Payload> {
        let caller = CallerContext::of(caller);
        let (shared_rendering, schema) = (Arc::clone(&self.shared_rendering), self.schema.clone());
        let (requester, security) = (caller.context.requester, Arc::clone(&self.security));
        let starting =
            Starting { shared_rendering, schema, security, requester, id: caller.id(), bytes_max: self.bytes_max };
        let begun = move |admission: Result<Admission, Box<Response>>, operation| match admission {
            // It pays for all of what was reserved: how long it will last is unknown.
            Ok(admission) => starting.start(operation, admission.pay_all()),
            Err(response) => subscribing::refused(*response),
        };
        match self.security.charge_now(&caller.context, &operation) {
            Some(admission) => begun(admission, operation),
            None => {
                let security = Arc::clone(&self.security);
                // Boxed, so that the stream does not keep its room for as long as it lives.
                let charging =
                    async move { begun(security.charge(&caller.context, &operation).await, operation) }.boxed();
                stream::once(charging).flatten().boxed()
            }
        }
    }

    fn watch(&self, caller: &Caller) -> Option<Watch> {
        let caller = CallerContext::of(caller);
        let (viewer, signed_by) = (caller.context.requester.viewer?, caller.signed_by.clone()?);
        let right = standing::hold(&self.app, viewer, signed_by);
        Some(async move { right.over().await }.boxed())
    }

    fn needs_no_token(&self, operation: &Prepared) -> bool {
        security::opens_session(operation)
    }
}

/// Where the log says which request it is: the request's own span, or on a socket one for each operation.
///
/// As loud as an error, so that no filter lets errors through without it.
fn span(id: &str) -> Span {
    let current = Span::current();
    if current.is_none() { tracing::error_span!("graphql", request_id = id) } else { current }
}

/// What an operation is answered.
enum Answer {
    /// Still to be encoded.
    Response(Box<Response>),
    /// Without errors.
    Encoded(CachedResult),
    /// As others were refused before.
    KeptRefusal(CachedResult),
}

impl Answer {
    fn response(response: Response) -> Self {
        Self::Response(Box::new(response))
    }
}

/// Answers from what is cached for all callers, where the operation shows all of them the same; else executes it.
async fn answer(
    schema: &Schema,
    answers: &ResponseCache<CachedResult>,
    refusals: &RefusalCache<CachedResult>,
    caller: &CallerContext,
    admission: &Admission,
    operation: &Prepared,
) -> Answer {
    let parsed = parsed(operation);
    if is_public(operation, &parsed) {
        return match answers.answer(&parsed).await {
            CacheResult::Encoded(cached) => Answer::Encoded(cached),
            CacheResult::Response(response) => Answer::Response(response),
        };
    }
    let requester = caller.context.requester;
    let is_hold_request = is_hold_request(operation, &parsed, requester);
    if is_hold_request && let Some(cached) = refusals.find(&parsed) {
        return Answer::KeptRefusal(cached);
    }
    let collected = match parsed.collect() {
        Ok(collected) => collected,
        Err(refusal) => return Answer::Response(refusal),
    };
    let refused = Arc::<Refused>::default();
    let standings = Standings::new(admission.standings());
    let attach = |request| {
        let mut request = context::attach(request, requester).data(Arc::clone(&refused)).data(standings.clone());
        request = request.data(Arc::clone(&admission.actions));
        if operation.kind() == OperationType::Query {
            request = request.data(Arc::<Loaders>::default());
        }
        if let Some(cookies) = caller.cookies.clone() {
            request = request.data(cookies);
        }
        request
    };
    let response = collected.execute(schema, attach).await;
    admission.actions.add(Action::Work, security::values(&response.data));
    if response.http_headers.is_empty()
        && let Some(cached) = answers.encoded(&response)
    {
        return Answer::Encoded(cached);
    }
    if is_hold_request {
        refusals.keep(&parsed, &refused, &response, || encode::response(&response));
    }
    Answer::response(response)
}

/// Whether all callers are shown the same.
fn is_public(operation: &Prepared, parsed: &ParsedOperation<'_>) -> bool {
    operation.kind() == OperationType::Query && ResponseCache::<CachedResult>::are_for(parsed)
}

/// Whether it is one request for tickets, by a user who may have some.
fn is_hold_request(operation: &Prepared, parsed: &ParsedOperation<'_>, requester: Requester) -> bool {
    operation.kind() == OperationType::Mutation
        && requester.viewer.is_some()
        && RefusalCache::<CachedResult>::are_for(parsed)
}

fn parsed(operation: &Prepared) -> ParsedOperation<'_> {
    ParsedOperation {
        text: operation.shared_text(),
        document: operation.parsed(),
        operation: operation.operation(),
        operation_name: operation.operation_name(),
        variables: operation.variables(),
    }
}

/// A cached result with what this client is told beside it.
fn annotated(cached: CachedResult, admission: Admission) -> Payload {
    let bytes = cached.as_ref().len();
    match admission.finish(bytes) {
        Some(report) => {
            let extensions = report.extensions();
            Payload::Annotated(Box::new(AnnotatedResult { cached, headers: report.headers, extensions }))
        }
        None => Payload::Cached(cached),
    }
}
