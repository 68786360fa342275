//! How an operation is answered: from what is kept for many callers, or by executing it.

use std::sync::Arc;

use async_graphql::{Response, parser::types::OperationType};
use resolvers::{
    context::{self, Refused, Requester},
    counted_actions::Action,
    limits::Standings,
    loaders::Loaders,
};
use schema::{Audience, CacheResult, ParsedOperation, PublicQuestion, RefusalCache, ResponseCache, Schema};
use security::Admission;
use transport::{
    document::Prepared,
    encode,
    error_docs::ErrorDocs,
    gateway::{AnnotatedResult, CachedResult, Payload},
};

use super::caller_context::CallerContext;

/// What an operation is answered.
pub(super) enum Answer {
    /// Still to be encoded.
    Response(Box<Response>),
    /// Without errors.
    Encoded(CachedResult),
    /// As others were refused before.
    KeptRefusal(CachedResult),
}

impl Answer {
    pub(super) fn response(response: Response) -> Self {
        Self::Response(Box::new(response))
    }
}

/// Answers from what is cached for all callers, where the operation shows all of them the same; else executes it.
pub(super) async fn answer(
    schema: &Schema,
    answers: &ResponseCache<CachedResult>,
    refusals: &RefusalCache<CachedResult>,
    error_docs: &ErrorDocs,
    caller: &CallerContext,
    admission: &Admission,
    operation: &Prepared,
) -> Answer {
    let parsed = parsed(operation);
    if let Some(question) = public(operation, &parsed, caller) {
        return match answers.answer(&question).await {
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
        if let Some(country) = caller.country {
            request = request.data(country);
        }
        request
    };
    let response = error_docs.described(collected.execute(schema, attach).await);
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

/// The question of an operation that all callers like this one are answered alike.
pub(super) fn public<'a>(
    operation: &Prepared,
    parsed: &'a ParsedOperation<'a>,
    caller: &CallerContext,
) -> Option<PublicQuestion<'a>> {
    let audience = match caller.context.requester.viewer {
        Some(_) => Audience::Users,
        None => Audience::Visitors(caller.country),
    };
    (operation.kind() == OperationType::Query).then(|| PublicQuestion::of(parsed, audience)).flatten()
}

/// Whether it is one request for tickets, by a user who may have some.
pub(super) fn is_hold_request(operation: &Prepared, parsed: &ParsedOperation<'_>, requester: Requester) -> bool {
    operation.kind() == OperationType::Mutation
        && requester.viewer.is_some()
        && RefusalCache::<CachedResult>::are_for(parsed)
}

pub(super) fn parsed(operation: &Prepared) -> ParsedOperation<'_> {
    ParsedOperation {
        text: operation.shared_text(),
        document: operation.parsed(),
        operation: operation.operation(),
        operation_name: operation.operation_name(),
        variables: operation.variables(),
    }
}

/// A cached result with what this client is told beside it.
pub(super) fn annotated(cached: CachedResult, admission: Admission) -> Payload {
    let bytes = cached.as_ref().len();
    match admission.finish(bytes) {
        Some(report) => {
            let extensions = report.extensions();
            Payload::Annotated(Box::new(AnnotatedResult { cached, headers: report.headers, extensions }))
        }
        None => Payload::Cached(cached),
    }
}
