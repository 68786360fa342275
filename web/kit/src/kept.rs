//! Pages that are the same for everybody, kept for as long as what they show is true.
//!
//! Whether it is, the API says: each visitor is asked for there, with the tag of what the page was made of. Invariant: a page
//! is made once for a change, and at most once in [`PACE`] however many changes there are; what a visitor gets meanwhile is
//! the one before, which their browser brings up to date by the version in it.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use graphql_client::GraphQLQuery;
use quick_cache::{Weighter, sync::Cache};
use sha2::{Digest, Sha256};

use crate::{
    answer::{self, Keeping, Shown},
    api::{self, Refusal},
    layout::{self, Page},
    locale::Locale,
    visit::{Kit, Visit},
};

/// A page that everybody sees alike: kept for visitors without a session, made for one who has one.
pub async fn public<Q: GraphQLQuery>(
    kit: &Kit,
    pages: &KeptPages,
    parts: &Parts,
    locale: Locale,
    path: String,
    variables: Q::Variables,
    make: impl FnOnce(&Visit<'_>, &Q::ResponseData) -> Option<Page>,
) -> Response
where
    Q::Variables: Clone,
{
    let key = format!("{locale}{path}");
    let mut visit = Visit::begin(kit, parts, locale, path).await;
    if visit.has_session() {
        match visit.ask::<Q>(variables.clone()).await {
            Ok(data) => {
                return match make(&visit, &data) {
                    Some(page) => answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser),
                    None => answer::refused(&mut visit, &Refusal::not_found()),
                };
            }
            // A visitor whose session has ended elsewhere still sees what every visitor sees.
            Err(refusal) if answer::shown(&refusal.code) == Shown::SignIn => visit.forget_session(),
            Err(refusal) => return answer::refused(&mut visit, &refusal),
        }
    }

    let kept = pages.find(&key);
    let question = kept.as_ref().map_or_else(|| question::<Q>(variables), |kept| kept.question.clone());
    let asked = api::revalidation(parts, question.clone(), kept.as_ref().map(|kept| &kept.answer_tag));
    let response = kit.api.ask(asked).await;
    let now = Instant::now();
    if let Some(kept) = kept {
        if response.status() == StatusCode::NOT_MODIFIED {
            return kept.answer(parts);
        }
        // A refusal is answered as one, also where there is a page: it may be meant for this visitor.
        if response.headers().contains_key(header::ETAG) && !KeptPages::may_replace(&kept, now) {
            return kept.answer(parts);
        }
    }
    match api::data::<Q::ResponseData>(&response).map(|data| make(&visit, &data)) {
        Ok(Some(page)) => {
            let html = layout::html(&visit, &page).into_string();
            let mut headers = HeaderMap::new();
            kit.theme.guard(&mut headers, page.needs);
            headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(locale.tag()));
            let tag = response.headers().get(header::ETAG);
            pages.keep(key, question, tag.cloned(), html, headers, now).answer(parts)
        }
        Ok(None) => {
            pages.0.remove(&key);
            answer::refused(&mut visit, &Refusal::not_found())
        }
        Err(refusal) => {
            // An answer that cannot be shown takes the place of none that could.
            if response.headers().contains_key(header::ETAG) {
                pages.0.remove(&key);
            }
            answer::refused(&mut visit, &refusal)
        }
    }
}

/// The address by which a document is asked by GET.
fn question<Q: GraphQLQuery>(variables: Q::Variables) -> Uri {
    let body = Q::build_query(variables);
    let variables = serde_json::to_string(&body.variables).expect("variables are JSON");
    let mut query = form_urlencoded::Serializer::new("/graphql?".to_owned());
    query.append_pair("query", body.query).append_pair("operationName", body.operation_name);
    query.append_pair("variables", &variables);
    query.finish().parse().expect("it is an address")
}

/// A page is not made anew more often than this.
pub const PACE: Duration = Duration::from_millis(100);

/// Bytes of all kept pages together: an address has as many forms as a client likes to make up, each with a page of its own.
const BYTES: u64 = 32 * 1024 * 1024;

/// A page of the usual size, with its compressed forms.
const USUAL_BYTES: u64 = 64 * 1024;

/// What is kept, by path, query and language.
pub struct KeptPages(Cache<String, Arc<Kept>, ByBytes>);

#[derive(Clone)]
struct ByBytes;

impl Weighter<String, Arc<Kept>> for ByBytes {
    fn weight(&self, key: &String, kept: &Arc<Kept>) -> u64 {
        let question = kept.question.path_and_query().map_or(0, |question| question.as_str().len());
        let bytes = key.len() + question + kept.plain.len() + kept.gzip.len() + kept.brotli.len();
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

/// A page, compressed as browsers take it.
pub struct Kept {
    /// By which the API is asked what the page shows.
    question: Uri,
    /// Of the API's answer that it shows.
    answer_tag: HeaderValue,
    made_at: Instant,
    is_being_replaced: AtomicBool,
    tag: HeaderValue,
    /// All that it is sent with but its coding.
    headers: HeaderMap,
    plain: Bytes,
    gzip: Bytes,
    brotli: Bytes,
}

impl Default for KeptPages {
    fn default() -> Self {
        let usual = usize::try_from(BYTES / USUAL_BYTES).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(usual, BYTES, ByBytes))
    }
}

impl KeptPages {
    /// The page of a key, as it was last made.
    #[must_use]
    fn find(&self, key: &str) -> Option<Arc<Kept>> {
        self.0.get(key)
    }

    /// Whether a page that shows what is not true any more is to be made anew by who asks: at most one does at a time.
    #[must_use]
    fn may_replace(kept: &Kept, now: Instant) -> bool {
        now.duration_since(kept.made_at) >= PACE && !kept.is_being_replaced.swap(true, Ordering::Relaxed)
    }

    /// Keeps a page, with the headers that it is sent with.
    fn keep(
        &self,
        key: String,
        question: Uri,
        answer_tag: Option<HeaderValue>,
        html: String,
        headers: HeaderMap,
        now: Instant,
    ) -> Arc<Kept> {
        let may_be_kept = answer_tag.is_some();
        let answer_tag = answer_tag.unwrap_or(HeaderValue::from_static(""));
        let kept = Arc::new(Kept::new(question, answer_tag, html, headers, now));
        if may_be_kept {
            self.0.insert(key, Arc::clone(&kept));
        }
        kept
    }
}

impl Kept {
    fn new(question: Uri, answer_tag: HeaderValue, html: String, mut headers: HeaderMap, now: Instant) -> Self {
        let digest = hex::encode(&Sha256::digest(html.as_bytes())[..16]);
        let tag = HeaderValue::from_str(&format!("W/\"{digest}\"")).expect("hexadecimal digits are text");
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::ETAG, tag.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, cookie"));
        Self {
            question,
            answer_tag,
            made_at: now,
            is_being_replaced: AtomicBool::new(false),
            tag,
            headers,
            gzip: gzip(html.as_bytes()),
            brotli: brotli(html.as_bytes()),
            plain: html.into(),
        }
    }

    /// The page for a browser: in the coding that it takes, or that it has it already.
    #[must_use]
    fn answer(&self, request: &Parts) -> Response {
        let known = request.headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|known| known.to_str().ok());
        let is_known = known.flat_map(|known| known.split(',')).any(|known| known.trim() == self.tag);
        let accepted = request.headers.get(header::ACCEPT_ENCODING).and_then(|accepted| accepted.to_str().ok());
        let (coding, body) = match accepted.unwrap_or_default() {
            accepted if takes(accepted, "br") => (Some("br"), &self.brotli),
            accepted if takes(accepted, "gzip") => (Some("gzip"), &self.gzip),
            _ => (None, &self.plain),
        };
        let mut headers = self.headers.clone();
        if is_known {
            headers.remove(header::CONTENT_TYPE);
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        if let Some(coding) = coding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        let mut response = Response::new(body.clone().into());
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

fn gzip(html: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(html).and_then(|()| encoder.finish()).expect("memory takes all").into()
}

fn brotli(html: &[u8]) -> Bytes {
    let mut encoded = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 5, size_hint: html.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &html[..], &mut encoded, &params).expect("memory takes all");
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
    fn made_up_addresses_take_no_more_memory_than_pages_may() {
        let pages = KeptPages::default();
        let html = "x".repeat(128 * 1024);

        for number in 0..1_000 {
            let tag = Some(HeaderValue::from_static("a"));
            let (key, question) = (format!("en/?{number}"), Uri::from_static("/graphql"));
            pages.keep(key, question, tag, html.clone(), HeaderMap::new(), Instant::now());
        }

        let bytes = pages.0.len() * html.len();
        assert!(u64::try_from(bytes).is_ok_and(|bytes| bytes <= BYTES), "{bytes} bytes");
        assert!(pages.find("en/?999").is_some());
    }

    #[test]
    fn a_page_is_made_anew_by_one_at_a_time_and_at_its_pace() {
        let start = Instant::now();
        let question = Uri::from_static("/graphql");
        let kept = Kept::new(question, HeaderValue::from_static("a"), "x".to_owned(), HeaderMap::new(), start);

        assert!(!KeptPages::may_replace(&kept, start + PACE / 2), "too early");
        assert!(KeptPages::may_replace(&kept, start + PACE));
        assert!(!KeptPages::may_replace(&kept, start + PACE * 2), "somebody does");
    }
}
