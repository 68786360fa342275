//! Messages of the two WebSocket subprotocols, as they are read and written.
//!
//! `graphql-transport-ws` is the current one; `graphql-ws` the legacy one of subscriptions-transport-ws. A
//! `ClientMessage` is what a client may say in either; what the server says is built here, so that no other module spells
//! a message.

use async_graphql::ServerError;
use axum::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use crate::{document::RawRequest, error_docs::ErrorDocs, gateway::Refusal};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    TransportWs,
    Legacy,
}

/// What a client says.
#[derive(Debug)]
pub(crate) enum ClientMessage {
    Init(Map<String, Value>),
    Ping(Option<Map<String, Value>>),
    Pong,
    Subscribe {
        id: String,
        request: RawRequest,
    },
    Complete {
        id: String,
    },
    /// The legacy way to end the connection.
    Terminate,
}

/// Why a message can't be understood; the reason a socket closes with 4400.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("Invalid message: expected a JSON object with a type")]
    NotAMessage,
    #[error("Invalid message: unknown type")]
    UnknownType,
    #[error("Invalid message: id must be a string of 1 to 128 characters")]
    Id,
    #[error("Invalid message: payload does not fit the type")]
    Payload,
}

/// Ids travel back with every result, so a long one would be paid for again and again.
const ID_BYTES_MAX: usize = 128;

#[derive(Deserialize)]
struct Envelope<'a> {
    r#type: String,
    #[serde(default)]
    id: Option<Value>,
    #[serde(default, borrow)]
    payload: Option<&'a RawValue>,
}

impl Dialect {
    /// The name of the subprotocol, as `Sec-WebSocket-Protocol` carries it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TransportWs => "graphql-transport-ws",
            Self::Legacy => "graphql-ws",
        }
    }

    /// The first subprotocol of ours among those the client offers, the current one preferred.
    pub(crate) fn offered(headers: &HeaderMap) -> Option<Self> {
        let offers = |dialect: Self| {
            headers
                .get_all(header::SEC_WEBSOCKET_PROTOCOL)
                .iter()
                .filter_map(|value: &HeaderValue| value.to_str().ok())
                .flat_map(|value| value.split(','))
                .any(|offer| offer.trim() == dialect.name())
        };

        [Self::TransportWs, Self::Legacy].into_iter().find(|&dialect| offers(dialect))
    }

    pub(crate) fn read(self, text: &str) -> Result<ClientMessage, Malformed> {
        let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|_| Malformed::NotAMessage)?;
        match (self, envelope.r#type.as_str()) {
            (_, "connection_init") => Ok(ClientMessage::Init(optional(envelope.payload)?.unwrap_or_default())),
            (Self::TransportWs, "ping") => Ok(ClientMessage::Ping(optional(envelope.payload)?)),
            (Self::TransportWs, "pong") => optional(envelope.payload).map(|_: Option<Map<_, _>>| ClientMessage::Pong),
            (Self::TransportWs, "subscribe") | (Self::Legacy, "start") => {
                let payload = envelope.payload.ok_or(Malformed::Payload)?;
                let request = serde_json::from_str(payload.get()).map_err(|_| Malformed::Payload)?;
                Ok(ClientMessage::Subscribe { id: self.id(envelope.id)?, request })
            }
            (Self::TransportWs, "complete") | (Self::Legacy, "stop") => {
                Ok(ClientMessage::Complete { id: self.id(envelope.id)? })
            }
            (Self::Legacy, "connection_terminate") => Ok(ClientMessage::Terminate),
            _ => Err(Malformed::UnknownType),
        }
    }

    fn id(self, id: Option<Value>) -> Result<String, Malformed> {
        match id {
            Some(Value::String(id)) if (1..=ID_BYTES_MAX).contains(&id.len()) => Ok(id),
            // Old clients number their operations.
            Some(Value::Number(id)) if self == Self::Legacy => Ok(id.to_string()),
            _ => Err(Malformed::Id),
        }
    }

    pub(crate) fn ack(self) -> Bytes {
        Bytes::from_static(br#"{"type":"connection_ack"}"#)
    }

    /// What the legacy protocol says before it closes on a refused client; the current one only closes.
    pub(crate) fn init_refused(self, refusal: &Refusal, docs: &ErrorDocs) -> Option<Bytes> {
        (self == Self::Legacy).then(|| message("connection_error", None, &ErrorPayload::of(refusal, docs)))
    }

    /// Everything of a result message up to its payload; `}` closes it.
    pub(crate) fn next_prefix(self, id: &str) -> Box<str> {
        let id = quoted(id);
        match self {
            Self::TransportWs => format!(r#"{{"id":{id},"type":"next","payload":"#),
            Self::Legacy => format!(r#"{{"id":{id},"type":"data","payload":"#),
        }
        .into_boxed_str()
    }

    pub(crate) fn error(self, id: &str, errors: &[ServerError]) -> Bytes {
        match (self, errors.first()) {
            (Self::Legacy, Some(error)) => message("error", Some(id), error),
            _ => message("error", Some(id), errors),
        }
    }

    pub(crate) fn complete(self, id: &str) -> Bytes {
        format!(r#"{{"id":{},"type":"complete"}}"#, quoted(id)).into()
    }
}

pub(crate) fn pong(payload: Option<&Map<String, Value>>) -> Bytes {
    match payload {
        Some(payload) => message("pong", None, payload),
        None => Bytes::from_static(br#"{"type":"pong"}"#),
    }
}

/// Answers a renewal: the same user stays, or the old token's end stands.
pub(crate) fn renewed(outcome: Result<(), &Refusal>, docs: &ErrorDocs) -> Bytes {
    #[derive(Serialize)]
    struct Renewed<'a> {
        renewed: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<ErrorPayload<'a>>,
    }
    let error = outcome.err().map(|refusal| ErrorPayload::of(refusal, docs));

    message("pong", None, &Renewed { renewed: error.is_none(), error })
}

pub(crate) const KEEP_ALIVE: Bytes = Bytes::from_static(br#"{"type":"ka"}"#);

#[derive(Serialize)]
struct ErrorPayload<'a> {
    message: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    docs: Option<String>,
}

impl<'a> ErrorPayload<'a> {
    fn of(refusal: &'a Refusal, docs: &ErrorDocs) -> Self {
        Self { message: &refusal.message, code: refusal.code.as_str(), docs: docs.of(refusal.code) }
    }
}

fn optional(payload: Option<&RawValue>) -> Result<Option<Map<String, Value>>, Malformed> {
    match payload {
        None => Ok(None),
        Some(raw) => serde_json::from_str(raw.get()).map_err(|_| Malformed::Payload),
    }
}

fn message(r#type: &str, id: Option<&str>, payload: &(impl Serialize + ?Sized)) -> Bytes {
    #[derive(Serialize)]
    struct Message<'a, P: Serialize + ?Sized> {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        r#type: &'a str,
        payload: &'a P,
    }

    serde_json::to_vec(&Message { id, r#type, payload })
        .expect("errors and JSON maps have string keys only, so they serialise")
        .into()
}

fn quoted(id: &str) -> String {
    Value::from(id).to_string()
}
