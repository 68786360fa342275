//! Input: a request's body or query string, from bytes to the parameters of one operation or of a batch.

use axum::{
    BoxError,
    body::{Bytes, HttpBody},
    extract::Query,
    http::{HeaderMap, StatusCode, Uri, header},
};
use bytes::BytesMut;
use error_codes::Code;
use http_body_util::BodyExt;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    document::{Prepared, RawRequest},
    http::{
        accept::{is_utf8, split_unquoted},
        failure::Failure,
    },
    limited_body::BodyError,
};

pub(crate) enum Input {
    /// One operation that was sent before in the same bytes.
    Known(Prepared),
    Single {
        raw: Box<RawRequest>,
        /// The bytes it was read from: the body, or the address.
        sent: Bytes,
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

/// Reads a whole body, which a [`LimitedBody`](crate::limited_body::LimitedBody) bounds in size and time already.
pub(crate) async fn read<B>(mut body: B) -> Result<Bytes, Failure>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    let mut pieces: Vec<Bytes> = Vec::new();
    let mut first = Bytes::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unread(&*error.into()))?;
        match frame.into_data() {
            Ok(piece) if first.is_empty() => first = piece,
            Ok(piece) => pieces.push(piece),
            // Trailers say nothing to us.
            Err(_) => {}
        }
    }
    // Most bodies come in one piece, and need no copy.
    if pieces.is_empty() {
        return Ok(first);
    }
    let length = pieces.iter().fold(first.len(), |sum, piece| sum + piece.len());
    let mut whole = BytesMut::with_capacity(length);
    for piece in std::iter::once(first).chain(pieces) {
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

fn unread(error: &(dyn std::error::Error + 'static)) -> Failure {
    match BodyError::of(error) {
        Some(large @ BodyError::TooLarge(_)) => {
            Failure::new(StatusCode::PAYLOAD_TOO_LARGE, Code::PAYLOAD_TOO_LARGE, large.to_string())
        }
        Some(late @ BodyError::TooLate(_)) => {
            Failure::new(StatusCode::REQUEST_TIMEOUT, Code::REQUEST_TIMEOUT, late.to_string())
        }
        _ => Failure::bad_request("The body ended early."),
    }
}

/// Bytes of a body whose values are not counted: they can't be many.
const FEW_VALUES_BYTES: usize = 64 * 1024;

/// Values of a body: each takes many times its text in memory, before anything can be said of it.
const VALUES_MAX: usize = 20_000;

/// Refuses a body that would take too much memory to be read. Commas part values; those of a document count too.
fn check_values(body: &[u8]) -> Result<(), Failure> {
    let is_long = body.len() > FEW_VALUES_BYTES;
    if is_long && body.iter().filter(|&&byte| byte == b',').count() > VALUES_MAX {
        return Err(Failure::bad_request(format!("The body has more than {VALUES_MAX} values.")));
    }
    Ok(())
}

/// Parses a body: an object is one operation, an array is a batch of at most `max_batch`.
pub(crate) fn parse(body: Bytes, max_batch: usize) -> Result<Input, Failure> {
    check_values(&body)?;
    let text = std::str::from_utf8(&body).map_err(|_| Failure::bad_request("The body is not valid UTF-8."))?;
    if !text.trim_start().starts_with('[') {
        return Ok(Input::Single { raw: Box::new(object(text)?), sent: body });
    }

    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| malformed(&error))?;
    if items.is_empty() {
        return Err(Failure::bad_request("The batch is empty."));
    }
    if items.len() > max_batch {
        let message = format!("The batch has too many operations: {} found, {max_batch} allowed.", items.len());
        return Err(Failure::new(StatusCode::BAD_REQUEST, Code::BATCH_TOO_LARGE, message));
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

/// Reads one operation's parameters from a path and its query, where `variables` and `extensions` are JSON.
pub(crate) fn address(address: &str) -> Result<Input, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Parameters {
        query: Option<String>,
        document_id: Option<String>,
        operation_name: Option<String>,
        variables: Option<String>,
        extensions: Option<String>,
    }

    let uri: Uri = address.parse().map_err(|_| Failure::bad_request("The query string is malformed."))?;
    let Query(parameters) = Query::<Parameters>::try_from_uri(&uri)
        .map_err(|error| Failure::bad_request(format!("The query string is malformed: {error}.")))?;

    let raw = RawRequest {
        query: parameters.query,
        document_id: parameters.document_id,
        operation_name: parameters.operation_name.filter(|name| !name.is_empty()),
        variables: json("variables", parameters.variables.as_deref())?,
        extensions: json("extensions", parameters.extensions.as_deref())?,
        from: None,
    };
    let sent = Bytes::copy_from_slice(address.as_bytes());
    complete(raw).map(|raw| Input::Single { raw: Box::new(raw), sent })
}

fn json<T: DeserializeOwned + Default>(name: &str, text: Option<&str>) -> Result<T, Failure> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(T::default());
    };
    let value: Option<T> = serde_json::from_str(text).map_err(|error| {
        Failure::bad_request(format!("The parameter `{name}` is not a JSON object: {}.", kind(&error)))
    })?;
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
    Failure::bad_request(format!("The body is not a GraphQL request in JSON: {}.", kind(error)))
}

/// What is wrong and where, without the value, which may be a password.
fn kind(error: &serde_json::Error) -> String {
    if !error.is_data() {
        return error.to_string();
    }
    let (line, column) = (error.line(), error.column());
    format!(
        "a value at line {line} column {column} has the wrong type: `query`, `documentId` and `operationName` take a string, \
         `variables` and `extensions` an object"
    )
}
