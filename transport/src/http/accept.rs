//! Content negotiation: what a client's `Accept` allows an answer to be.

use axum::http::{HeaderMap, HeaderValue, header};

/// The best media types a client accepts, for one result and for a stream of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) result: Option<Media>,
    pub(crate) stream: Option<Stream>,
}

/// Media types of one result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphqlResponse,
    /// `application/json`: a well-formed request is answered with 200, whatever became of it.
    Json,
}

/// Media types of many results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Events,
    Multipart,
}

impl Media {
    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// How much a client wants a media type, in thousandths, and how exactly it said so.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Preference {
    exactness: u8,
    quality: u16,
}

impl Accepted {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(header::ACCEPT).iter();
        let (first, more) = (values.next(), values.next().is_some());
        if !more && first.is_none_or(is_plain) {
            return Self { result: Some(Media::Json), stream: None };
        }
        let values = headers.get_all(header::ACCEPT).iter();

        let (mut graphql, mut json, mut events, mut multipart) =
            (Preference::default(), Preference::default(), Preference::default(), Preference::default());
        let ranges = values.filter_map(|value| value.to_str().ok()).flat_map(|value| split_unquoted(value, ','));
        for range in ranges.filter_map(Range::parse) {
            match range.media.as_str() {
                "*/*" => range.prefer(1, [&mut graphql, &mut json]),
                "application/*" => range.prefer(2, [&mut graphql, &mut json]),
                "application/graphql-response+json" => range.prefer(3, [&mut graphql]),
                "application/json" => range.prefer(3, [&mut json]),
                "text/event-stream" => range.prefer(3, [&mut events]),
                "multipart/mixed" if range.subscription_spec => range.prefer(3, [&mut multipart]),
                _ => {}
            }
        }
        Self { result: best_result(graphql, json), stream: best_stream(events, multipart) }
    }
}

/// What most clients say, and what needs no weighing.
fn is_plain(value: &HeaderValue) -> bool {
    matches!(value.as_bytes(), b"application/json" | b"*/*")
}

/// Legacy clients say `*/*` and expect `application/json`; the newer type goes to who asks for it by name.
fn best_result(graphql: Preference, json: Preference) -> Option<Media> {
    let named = graphql.exactness == 3;
    if graphql.quality > json.quality || (graphql.quality == json.quality && named && graphql.quality > 0) {
        Some(Media::GraphqlResponse)
    } else {
        (json.quality > 0).then_some(Media::Json)
    }
}

fn best_stream(events: Preference, multipart: Preference) -> Option<Stream> {
    match (events.quality, multipart.quality) {
        (0, 0) => None,
        (events, multipart) if multipart > events => Some(Stream::Multipart),
        _ => Some(Stream::Events),
    }
}

/// One media range of an `Accept` header.
struct Range {
    media: String,
    quality: u16,
    subscription_spec: bool,
}

impl Range {
    /// `None` where it is malformed or asks for a charset other than UTF-8.
    fn parse(text: &str) -> Option<Self> {
        let mut pieces = split_unquoted(text, ';').map(str::trim);
        let media = pieces.next().filter(|media| media.contains('/'))?.to_ascii_lowercase();
        let mut range = Self { media, quality: 1000, subscription_spec: false };
        for piece in pieces {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => range.quality = quality(value)?,
                "charset" if !is_utf8(value) => return None,
                "subscriptionspec" => range.subscription_spec = true,
                _ => {}
            }
        }
        Some(range)
    }

    /// The most exact range decides for a media type; of equal ones, the first.
    fn prefer<const N: usize>(&self, exactness: u8, preferences: [&mut Preference; N]) {
        for preference in preferences {
            if exactness > preference.exactness {
                *preference = Preference { exactness, quality: self.quality };
            }
        }
    }
}

pub(crate) fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// A quality value in thousandths: `0`, `0.` and up to three digits, or `1`, `1.000`.
fn quality(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }

    let thousandths = format!("{fraction:0<3}").parse::<u16>().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// Splits at `separator`, but not within double quotes.
pub(crate) fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |character| {
        quoted ^= character == '"';
        character == separator && !quoted
    })
}
