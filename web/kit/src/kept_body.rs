//! Bodies that are kept: compressed once, and sent in the coding that a client takes, or not at all where it has them already.

use std::io::Write;

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// A body, with the headers that it is sent with.
pub struct KeptBody {
    tag: HeaderValue,
    /// All but the coding.
    headers: HeaderMap,
    plain: Bytes,
    /// Compressed, where that is shorter.
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
}

impl KeptBody {
    /// A client may keep it where `headers` do not say otherwise, as long as it asks each time whether it is still the same.
    #[must_use]
    pub fn new(body: impl Into<Bytes>, mut headers: HeaderMap) -> Self {
        let plain: Bytes = body.into();
        let digest = hex::encode(&Sha256::digest(&plain)[..16]);
        let tag = HeaderValue::from_str(&format!("W/\"{digest}\"")).expect("hexadecimal digits are text");
        headers.insert(header::ETAG, tag.clone());
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
        headers.entry(header::VARY).or_insert(HeaderValue::from_static("accept-encoding"));
        let shorter = |coded: Bytes| (coded.len() < plain.len()).then_some(coded);
        Self { tag, headers, gzip: shorter(gzip(&plain)), brotli: shorter(brotli(&plain)), plain }
    }

    /// What it takes of memory, its compressed forms too.
    #[must_use]
    pub fn bytes(&self) -> usize {
        [Some(&self.plain), self.gzip.as_ref(), self.brotli.as_ref()].into_iter().flatten().map(Bytes::len).sum()
    }

    /// The answer to a request with these headers.
    #[must_use]
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let known = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|known| known.to_str().ok());
        let is_known = known.flat_map(|known| known.split(',')).any(|known| known.trim() == self.tag);
        let accepted = request.get(header::ACCEPT_ENCODING).and_then(|accepted| accepted.to_str().ok());
        let accepted = accepted.unwrap_or_default();
        let codings = [("br", &self.brotli), ("gzip", &self.gzip)].into_iter();
        let mut taken = codings.filter_map(|(coding, body)| Some((coding, body.as_ref()?)));
        let coded = taken.find(|(coding, _)| takes(accepted, coding));
        let mut headers = self.headers.clone();
        if is_known {
            headers.remove(header::CONTENT_TYPE);
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        if let Some((coding, _)) = coded {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        let mut response = Response::new(coded.map_or(&self.plain, |(_, body)| body).clone().into());
        *response.headers_mut() = headers;
        response
    }
}

/// Whether a coding is accepted: named, and not with a weight of zero (RFC 9110, 12.5.3).
fn takes(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|offer| {
        let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(1.0_f32);
        name.trim().eq_ignore_ascii_case(coding) && weight > 0.0
    })
}

fn gzip(body: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(body).and_then(|()| encoder.finish()).expect("memory takes all").into()
}

fn brotli(body: &[u8]) -> Bytes {
    let mut encoded = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 5, size_hint: body.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &body[..], &mut encoded, &params).expect("memory takes all");
    encoded.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_taken_where_it_is_named_and_weighs_something() {
        assert!(takes("gzip, deflate, br", "br") && takes("BR;q=0.5", "br"));
        assert!(!takes("br;q=0, gzip", "br") && !takes("", "gzip") && !takes("x-br", "br"));
    }

    #[test]
    fn a_body_that_gets_no_shorter_is_sent_as_it_is() {
        let accepting = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br"))]);
        let coding = |body: &'static str| {
            let answer = KeptBody::new(body, HeaderMap::new()).answer(&accepting);
            answer.headers().get(header::CONTENT_ENCODING).cloned()
        };

        assert_eq!(coding("a"), None);
        assert_eq!(coding(include_str!("kept_body.rs")), Some(HeaderValue::from_static("br")));
    }
}
