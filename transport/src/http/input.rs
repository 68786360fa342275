//! Input: a request's body or query string, from bytes to the parameters of one operation or of a batch.

use std::{pin::pin, task::Poll, time::Duration};

use axum::{
    BoxError,
    body::{Bytes, HttpBody},
    extract::Query,
    http::{HeaderMap, StatusCode, Uri, header},
};
use futures_util::poll;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use tokio::time::timeout;

use crate::{
    config::Config,
    document::{Prepared, RawRequest},
    http::{
        accept::{is_utf8, split_unquoted},
        failure::Failure,
    },
};

pub(crate) enum Input {
    /// One operation that was sent before in the same bytes.
    Known(Prepared),
    Single {
        raw: Box<RawRequest>,
        /// The bytes it was read from; none where they are not to be remembered.
        body: Bytes,
    },
    Batch(Vec<RawRequest>),
}

/// A body must be JSON in UTF-8 and say so; anything else could come from a plain HTML form.
pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), Failure> {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next().and_then(|value| value.to_str().ok()), values.next()) else {
        return Err(Failure::unsupported_media_type("Send one Content-Type: application/json."));
    };

    let mut pieces = split_unquoted(value, ';').map(str::trim);
    if !pieces.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json")) {
        return Err(Failure::unsupported_media_type("The body must be application/json."));
    }
    for (name, charset) in pieces.filter_map(|piece| piece.split_once('=')) {
        if name.trim().eq_ignore_ascii_case("charset") && !is_utf8(charset.trim().trim_matches('"')) {
            return Err(Failure::unsupported_media_type("The body must be in UTF-8."));
        }
    }
    let plain = |encoding: &axum::http::HeaderValue| encoding.as_bytes().eq_ignore_ascii_case(b"identity");
    if !headers.get_all(header::CONTENT_ENCODING).iter().all(plain) {
        return Err(Failure::unsupported_media_type("The body must not be compressed."));
    }
    Ok(())
}

/// Reads a whole body, within the limits of size and time.
pub(crate) async fn read<B>(body: B, config: &Config) -> Result<Bytes, Failure>
where
    B: HttpBody<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let limit = config.http.max_body_bytes;
    let too_large = || {
        let message = format!("The body is larger than {limit} bytes.");
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
    };
    if body.size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(too_large());
    }

    let time: Duration = config.connections.body_read_timeout();
    let mut reading = pin!(Limited::new(body, limit).collect());
    // Most bodies came with their headers: nothing is to be timed.
    let read = match poll!(reading.as_mut()) {
        Poll::Ready(read) => Ok(read),
        Poll::Pending => timeout(time, reading).await,
    };
    match read {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Failure::bad_request("The body ended early.")),
        Err(_) => {
            let message = format!("The body did not arrive within {} ms.", time.as_millis());
            Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message))
        }
    }
}

/// Parses a body: an object is one operation, an array is a batch of at most `max_batch`.
pub(crate) fn parse(body: Bytes, max_batch: usize) -> Result<Input, Failure> {
    let text = std::str::from_utf8(&body).map_err(|_| Failure::bad_request("The body is not valid UTF-8."))?;
    if !text.trim_start().starts_with('[') {
        return Ok(Input::Single { raw: Box::new(object(text)?), body });
    }

    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| malformed(&error))?;
    if items.is_empty() {
        return Err(Failure::bad_request("The batch is empty."));
    }
    if items.len() > max_batch {
        let message = format!("The batch has too many operations: {} found, {max_batch} allowed.", items.len());
        return Err(Failure::new(StatusCode::BAD_REQUEST, "BATCH_TOO_LARGE", message));
    }
    items.into_iter().map(|item| object(item.get())).collect::<Result<_, _>>().map(Input::Batch)
}

/// Parses one operation's parameters, which must be a JSON object.
pub(crate) fn object(text: &str) -> Result<RawRequest, Failure> {
    if !text.trim_start().starts_with('{') {
        return Err(Failure::bad_request("An operation must be a JSON object."));
    }

    let raw: RawRequest = serde_json::from_str(text).map_err(|error| malformed(&error))?;
    complete(raw)
}

/// Reads one operation's parameters from a URL, where `variables` and `extensions` are JSON.
pub(crate) fn query_string(query: &str) -> Result<Input, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Parameters {
        query: Option<String>,
        document_id: Option<String>,
        operation_name: Option<String>,
        variables: Option<String>,
        extensions: Option<String>,
    }

    let uri = Uri::builder().path_and_query(format!("/?{query}")).build();
    let uri = uri.map_err(|_| Failure::bad_request("The query string is malformed."))?;
    let Query(parameters) = Query::<Parameters>::try_from_uri(&uri)
        .map_err(|error| Failure::bad_request(format!("The query string is malformed: {error}.")))?;

    let raw = RawRequest {
        query: parameters.query,
        document_id: parameters.document_id,
        operation_name: parameters.operation_name.filter(|name| !name.is_empty()),
        variables: json("variables", parameters.variables.as_deref())?,
        extensions: json("extensions", parameters.extensions.as_deref())?,
    };
    complete(raw).map(|raw| Input::Single { raw: Box::new(raw), body: Bytes::new() })
}

fn json<T: DeserializeOwned + Default>(name: &str, text: Option<&str>) -> Result<T, Failure> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(T::default());
    };
    let value: Option<T> = serde_json::from_str(text)
        .map_err(|error| Failure::bad_request(format!("The parameter {name} is not a JSON object: {error}.")))?;
    Ok(value.unwrap_or_default())
}

/// A request names its document by text, or by hash or id in its extensions.
fn complete(raw: RawRequest) -> Result<RawRequest, Failure> {
    if raw.query.is_none() && !raw.names_known_document() {
        return Err(Failure::bad_request("The request has no `query`."));
    }
    Ok(raw)
}

fn malformed(error: &serde_json::Error) -> Failure {
    Failure::bad_request(format!("The body is not a GraphQL request in JSON: {error}."))
}
