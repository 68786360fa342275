//! The gateway: what the edge asks of the program. It knows the caller by their access token, and answers by the
//! schema.
//!
//! Invariant: an error leaves with a stable code, and none with an internal text: what the schema's own errors did not
//! name is masked, and its id leads to the log.

use std::{panic::AssertUnwindSafe, sync::Arc, time::SystemTime};

use async_graphql::Response;
use axum::http::{HeaderMap, HeaderName, StatusCode, header::ACCEPT, request::Parts};
use book::patience;
use domain::{App, accounts::standing};
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use resolvers::{
    captcha,
    context::Requester,
    cookies::{self, Cookies},
    finder::Finder,
    models::{ClientCountry, Models},
};
use schema::{RefusalCache, ResponseCache, Schema, SharedRendering};
use security::{Admission, ClientHeaders, RequestContext, Security};
use subscriptions::hub::Hub;
use tracing::{Instrument, Span};
use transport::{
    document::Prepared,
    encode,
    error_docs::ErrorDocs,
    gateway::{CachedResult, Caller, Gateway, Payload, Refusal, Watch},
    request_id::RequestId,
};

use self::{
    answering::{Answer, annotated, answer, is_hold_request, parsed, public},
    caller_context::CallerContext,
    identity::Identified,
    meters::{Meters, Outcome},
    subscribing::Starting,
};
use crate::config::{Config, accounts::SameSite};

mod answering;
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
    error_docs: ErrorDocs,
    country_header: Option<HeaderName>,
}

impl Matchday {
    /// Make it after the metrics recorder is installed, which its meters are resolved from.
    pub(crate) fn new(
        app: Arc<App>,
        hub: Arc<Hub>,
        models: Arc<Models>,
        finder: Arc<Finder>,
        security: Arc<Security>,
        config: &Config,
    ) -> Self {
        let captchas = Arc::clone(&security.captcha) as captcha::Shared;
        let schema = schema::build(Arc::clone(&app), Arc::clone(&hub), Arc::clone(&models), finder, Some(captchas));
        let bytes_max = config.transport.documents.max_answer_bytes;
        Self {
            answers: Arc::new(ResponseCache::new(Arc::clone(&app), schema.clone(), models, bytes_max)),
            refusals: Arc::new(RefusalCache::new(Arc::clone(&app))),
            shared_rendering: Arc::new(SharedRendering::new(Arc::clone(&app), schema.clone(), hub, bytes_max)),
            bytes_max,
            error_docs: ErrorDocs::at(config.edge().http.error_docs.as_deref()),
            meters: Arc::default(),
            country_header: config.transport.connections.country_header(),
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

    /// The country that a proxy names; of others the server has taken the header away.
    fn country(&self, headers: &HeaderMap) -> Option<ClientCountry> {
        ClientCountry::of(headers.get(self.country_header.as_ref()?)?.to_str().ok()?)
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
            context: Arc::new(CallerContext {
                context,
                request,
                cookies,
                signed_by,
                country: self.country(&parts.headers),
            }),
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
        let (cached, outcome) = if let Some(question) = public(operation, &parsed, &caller) {
            (self.answers.find(&question)?, Outcome::Ok)
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
        let (meters, kind, error_docs) = (Arc::clone(&self.meters), operation.kind(), self.error_docs.clone());
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
            let answering = answer(&schema, &answers, &refusals, &error_docs, &caller, &admission, &operation);
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
