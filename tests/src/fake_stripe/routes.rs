//! The server: who asks, what for and under which key, and where that goes wrong.

use std::{convert::Infallible, future::pending, sync::Arc, sync::atomic::Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, Response,
    body::Incoming,
    header,
    http::{HeaderMap, request::Parts},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinSet};

use super::{
    Fault, Inner, KEY, Stage,
    form::Form,
    lock,
    shown::{Reply, Trouble},
};

/// What is asked of Stripe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Open,
    Confirm,
    Find,
    Capture,
    Cancel,
    Refund,
    Refunds,
    Disputes,
    Search,
}

/// Nothing comes back: the connection ends.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is broken off")
    }
}

impl std::error::Error for Broken {}

/// Serves until it is dropped, and everybody who is connected with it.
pub(super) async fn serve(listener: TcpListener, inner: Arc<Inner>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        if inner.is_away.load(Ordering::SeqCst) {
            continue;
        }
        let inner = Arc::clone(&inner);
        connections.spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&inner), request));
            // Whoever asked notices that it broke; that is what it broke for.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// A request that somebody may make.
struct Asked {
    call: Call,
    /// Which payment it is about, by Stripe's name.
    id: String,
    head: Parts,
    text: String,
}

/// What was done, before anybody is told.
struct Done {
    reply: Reply,
    /// The key that it was done under, and whether it is answered so again.
    key: Option<(String, bool)>,
}

async fn answer(inner: Arc<Inner>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Broken> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let Some((call, id)) = route(&head.method, head.uri.path()) else {
        return Ok(told(&Trouble::unknown_route(head.uri.path()).reply()));
    };
    lock(&inner.seen).push(call);
    let fault = planned(&inner, call);
    match fault {
        Some(Fault::Status(status)) => return Ok(told(&Trouble::failure(status).reply())),
        Some(Fault::Silence) => match pending::<Infallible>().await {},
        Some(Fault::Reset) => return Err(Broken),
        _ => {}
    }
    let text = if head.method == Method::GET { head.uri.query().unwrap_or_default().to_owned() } else { text(&body) };
    let asked = Asked { call, id, head, text };
    let done = grant(&inner, &asked, fault).unwrap_or_else(|trouble| Done { reply: trouble.reply(), key: None });
    hold_back(&inner, call).await;
    if let Some((key, is_kept)) = &done.key {
        let mut keys = lock(&inner.keys);
        if *is_kept { keys.keep(key, &done.reply) } else { keys.forget(key) }
    }
    match fault {
        Some(Fault::SilenceAfter) => match pending::<Infallible>().await {},
        Some(Fault::ResetAfter) => Err(Broken),
        Some(Fault::GarbageAfter) => Ok(Response::new(Full::new(Bytes::from("<html>all is well</html>")))),
        _ => Ok(told(&done.reply)),
    }
}

fn route(method: &Method, path: &str) -> Option<(Call, String)> {
    let parts: Vec<&str> = path.strip_prefix("/v1/")?.split('/').collect();
    let (call, id) = match (method.as_str(), &parts[..]) {
        ("POST", ["payment_intents"]) => (Call::Open, ""),
        ("GET", ["payment_intents", "search"]) => (Call::Search, ""),
        ("GET", ["payment_intents", id]) => (Call::Find, *id),
        ("POST", ["payment_intents", id, "confirm"]) => (Call::Confirm, *id),
        ("POST", ["payment_intents", id, "capture"]) => (Call::Capture, *id),
        ("POST", ["payment_intents", id, "cancel"]) => (Call::Cancel, *id),
        ("POST", ["refunds"]) => (Call::Refund, ""),
        ("GET", ["refunds"]) => (Call::Refunds, ""),
        ("GET", ["disputes"]) => (Call::Disputes, ""),
        _ => return None,
    };
    Some((call, id.to_owned()))
}

fn planned(inner: &Inner, call: Call) -> Option<Fault> {
    let mut faults = lock(&inner.faults);
    let index = faults.iter().position(|(planned, _)| *planned == call)?;
    Some(faults.remove(index).1)
}

/// Does what is asked for, once a key.
fn grant(inner: &Inner, asked: &Asked, fault: Option<Fault>) -> Result<Done, Trouble> {
    let form = Form::parse(&asked.text)?;
    authorise(asked)?;
    let value = |name: &str| text_of(&asked.head.headers, name);
    let key = match value("idempotency-key") {
        _ if asked.head.method == Method::GET || asked.call == Call::Confirm => None,
        "" => return Err(Trouble::invalid("", "Idempotency-Key", "is not given, and ours always is")),
        key => Some(key.to_owned()),
    };
    if let Some(key) = &key {
        let same = format!("{} {}", asked.head.uri.path(), asked.text);
        if let Some(reply) = lock(&inner.keys).take(key, &same)? {
            return Ok(Done { reply, key: None });
        }
    }
    let begun = |status| Err(Trouble::failure(status).begun());
    let done = match fault {
        Some(Fault::Kept(status)) => begun(status),
        _ => perform(inner, asked, &form),
    };
    let done = match (done, fault) {
        (Ok(_), Some(Fault::KeptAfter(status))) => begun(status),
        (done, _) => done,
    };
    Ok(match done {
        Ok(body) => Done { reply: Reply { status: 200, body }, key: key.map(|key| (key, true)) },
        Err(trouble) => Done { reply: trouble.reply(), key: key.map(|key| (key, trouble.was_begun)) },
    })
}

fn authorise(asked: &Asked) -> Result<(), Trouble> {
    let headers = &asked.head.headers;
    let key = text_of(headers, "authorization").strip_prefix("Bearer ").unwrap_or_default();
    let is_browser = asked.call == Call::Confirm && key.starts_with("pk_test_");
    if key != KEY && !is_browser {
        return Err(Trouble::unauthorised());
    }
    if text_of(headers, "stripe-version").is_empty() {
        return Err(Trouble::invalid("", "Stripe-Version", "is not given, and our types are of one version"));
    }
    let is_form = text_of(headers, "content-type").starts_with("application/x-www-form-urlencoded");
    if asked.head.method == Method::POST && !asked.text.is_empty() && !is_form {
        return Err(Trouble::invalid("", "Content-Type", "is not that of a form"));
    }
    Ok(())
}

fn perform(inner: &Inner, asked: &Asked, form: &Form) -> Result<Value, Trouble> {
    let mut books = lock(&inner.books);
    let id = &asked.id;
    match asked.call {
        Call::Open => books.create(form),
        Call::Confirm => books.confirm(id, form),
        Call::Find => form.only(&[]).and_then(|()| books.find(id)),
        Call::Capture => {
            form.only(&["amount_to_capture"])?;
            let amount = form.number("amount_to_capture")?;
            books.capture(id, amount)
        }
        Call::Cancel => {
            form.only(&["cancellation_reason"])?;
            let reasons = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];
            if form.text("cancellation_reason").is_some_and(|reason| !reasons.contains(&reason)) {
                return Err(Trouble::invalid("", "cancellation_reason", "is none that Stripe knows"));
            }
            books.cancel(id)
        }
        Call::Refund => books.refund(form),
        Call::Refunds => books.list(form),
        Call::Disputes => books.list_disputes(form),
        Call::Search => books.search(form),
    }
}

async fn hold_back(inner: &Inner, call: Call) {
    let held = {
        let mut held = lock(&inner.held);
        let index = held.iter().position(|(of, _)| *of == call);
        index.map(|index| held.remove(index).1)
    };
    if let Some(stage) = held {
        stage.send_replace(Stage::Done);
        // Nobody who waits for the answer is left where the test has ended.
        let _ = stage.subscribe().wait_for(|stage| *stage == Stage::Answered).await;
    }
}

fn told(reply: &Reply) -> Response<Full<Bytes>> {
    let response = Response::builder().status(reply.status).header(header::CONTENT_TYPE, "application/json");
    response.body(Full::new(Bytes::from(reply.body.to_string()))).expect("the parts of the answer are well formed")
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).into_owned()
}
