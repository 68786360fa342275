//! Entity tags: a public answer that a client already has is not sent again.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::http::answer::Answer;

/// Tags a complete answer, or empties it as 304 where the client's `If-None-Match` has the tag.
///
/// Caches may keep the answer but must ask again before each use: what is for sale changes at any moment.
pub(crate) fn revalidate(request: &HeaderMap, mut answer: Answer) -> Answer {
    if answer.status != StatusCode::OK || !answer.is_complete {
        return answer;
    }

    let tag = answer.cached.as_ref().map_or_else(|| tag(&answer.body), |cached| cached.tag(tag));
    let is_known = request.get_all(header::IF_NONE_MATCH).iter().any(|known| has(known, &tag));
    answer.headers.insert(header::ETAG, tag);
    answer.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    if is_known {
        answer.headers.remove(header::CONTENT_TYPE);
        answer.status = StatusCode::NOT_MODIFIED;
        (answer.body, answer.notes) = (Bytes::new(), Bytes::new());
    }
    answer
}

/// Weak, because a compressed answer differs in its bytes and means the same.
fn tag(body: &[u8]) -> HeaderValue {
    let digest = Sha256::digest(body);
    let (head, _) = digest.split_first_chunk::<16>().expect("a SHA-256 digest has 32 bytes");
    let tag = format!("W/\"{:032x}\"", u128::from_be_bytes(*head));
    HeaderValue::from_str(&tag).expect("a tag is made of hexadecimal digits and quotes")
}

fn has(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else {
        return false;
    };
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.split(',').any(|one| one.trim() == "*" || opaque(one) == opaque(tag))
}
