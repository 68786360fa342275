//! Pages that are the same for everybody, kept for as long as what they show is true.
//!
//! Whether it is, the API says: each visitor is asked for there, with the tag of what the page was made of. Invariant: a page
//! is made once for a change, and at most once in [`PACE`] however many changes there are; what a visitor gets meanwhile is
//! the one before, which their browser brings up to date by the version in it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::Response,
};
use graphql_client::GraphQLQuery;
use quick_cache::{Weighter, sync::Cache};

use crate::{
    answer::{self, Keeping, Shown},
    api::{self, Refusal},
    kept_body::KeptBody,
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
    let nothing = |_: &Q::ResponseData| None;
    public_with::<Q, Q>(kit, pages, parts, locale, path, variables, nothing, |visit, data, _| make(visit, data)).await
}

/// The same of a page that asks for something beside where the answer says so. It is shown without what is refused.
#[expect(clippy::too_many_arguments, reason = "a page is made of a place, two questions and a maker")]
pub async fn public_with<Q: GraphQLQuery, R: GraphQLQuery>(
    kit: &Kit,
    pages: &KeptPages,
    parts: &Parts,
    locale: Locale,
    path: String,
    variables: Q::Variables,
    beside: impl Fn(&Q::ResponseData) -> Option<R::Variables>,
    make: impl FnOnce(&Visit<'_>, &Q::ResponseData, Option<&R::ResponseData>) -> Option<Page>,
) -> Response
where
    Q::Variables: Clone,
{
    let country = kit.site.country_header.as_ref().and_then(|header| parts.headers.get(header)?.to_str().ok());
    let key = format!("{locale}{path} {}", country.unwrap_or_default());
    let mut visit = Visit::begin(kit, parts, locale, path).await;
    if visit.has_session() {
        match visit.ask::<Q>(variables.clone()).await {
            Ok(data) => {
                let more = match beside(&data) {
                    Some(variables) => visit.ask::<R>(variables).await.ok(),
                    None => None,
                };
                return match make(&visit, &data, more.as_ref()) {
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
    let question = kept.as_ref().map_or_else(|| question::<Q>(variables), |kept| kept.shown.question.clone());
    let asked = api::revalidation(parts, question.clone(), kept.as_ref().map(|kept| &kept.shown.tag));
    let mut response = kit.api.ask(asked).await;
    let now = Instant::now();
    if let Some(kept) = kept {
        let is_same = response.status() == StatusCode::NOT_MODIFIED;
        if is_same && kept.shows_what_is_beside(kit, parts).await {
            return kept.body.answer(&parts.headers);
        }
        // A refusal is answered as one, also where there is a page: it may be meant for this visitor.
        if (is_same || response.headers().contains_key(header::ETAG)) && !KeptPages::may_replace(&kept, now) {
            return kept.body.answer(&parts.headers);
        }
        if is_same {
            response = kit.api.ask(api::revalidation(parts, question.clone(), None)).await;
        }
    }
    let data = api::data::<Q::ResponseData>(&response);
    let beside = match data.as_ref().ok().and_then(beside).map(self::question::<R>) {
        Some(question) => Some((question.clone(), kit.api.ask(api::revalidation(parts, question, None)).await)),
        None => None,
    };
    let more = beside.as_ref().and_then(|(_, answer)| api::data::<R::ResponseData>(answer).ok());
    match data.map(|data| make(&visit, &data, more.as_ref())) {
        Ok(Some(page)) => {
            let html = layout::html(&visit, &page).into_string();
            let mut headers = HeaderMap::new();
            kit.theme.guard(&mut headers, page.needs);
            headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(locale.tag()));
            let tag = |answer: &axum::http::Response<_>| answer.headers().get(header::ETAG).cloned();
            let shown = tag(&response).map(|tag| Asked { question, tag });
            let beside = beside.map(|(question, answer)| Some(Asked { question, tag: tag(&answer)? }));
            pages.keep(key, shown, beside, html, headers, now).answer(&parts.headers)
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
        let asked = [Some(&kept.shown), kept.beside.as_ref()].into_iter().flatten();
        let questions = asked.filter_map(|asked| Some(asked.question.path_and_query()?.as_str().len()));
        let bytes = key.len() + questions.sum::<usize>() + kept.body.bytes();
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

/// By which the API is asked what a page shows, and the tag of its answer that the page shows.
struct Asked {
    question: Uri,
    tag: HeaderValue,
}

/// A page, and what says whether it is still true.
struct Kept {
    shown: Asked,
    /// What it asked for because of that.
    beside: Option<Asked>,
    made_at: Instant,
    is_being_replaced: AtomicBool,
    body: Arc<KeptBody>,
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

    /// Keeps a page, with the headers that it is sent with; one whose answers have no tags is shown once.
    fn keep(
        &self,
        key: String,
        shown: Option<Asked>,
        beside: Option<Option<Asked>>,
        html: String,
        mut headers: HeaderMap,
        now: Instant,
    ) -> Arc<KeptBody> {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, cookie"));
        let body = Arc::new(KeptBody::new(html, headers));
        if let (Some(shown), None | Some(Some(_))) = (shown, &beside) {
            let kept = Kept::new(shown, beside.flatten(), Arc::clone(&body), now);
            self.0.insert(key, Arc::new(kept));
        }
        body
    }
}

impl Kept {
    fn new(shown: Asked, beside: Option<Asked>, body: Arc<KeptBody>, now: Instant) -> Self {
        Self { shown, beside, made_at: now, is_being_replaced: AtomicBool::new(false), body }
    }

    /// Whether the API still answers as before what the page asks beside; each visitor is asked for.
    async fn shows_what_is_beside(&self, kit: &Kit, parts: &Parts) -> bool {
        let Some(Asked { question, tag }) = &self.beside else { return true };
        let asked = api::revalidation(parts, question.clone(), Some(tag));
        kit.api.ask(asked).await.status() == StatusCode::NOT_MODIFIED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Asked {
        Asked { question: Uri::from_static("/graphql"), tag: HeaderValue::from_static("a") }
    }

    #[test]
    fn made_up_addresses_take_no_more_memory_than_pages_may() {
        let pages = KeptPages::default();
        let html = "x".repeat(128 * 1024);

        for number in 0..1_000 {
            pages.keep(format!("en/?{number}"), Some(asked()), None, html.clone(), HeaderMap::new(), Instant::now());
        }

        let bytes = pages.0.len() * html.len();
        assert!(u64::try_from(bytes).is_ok_and(|bytes| bytes <= BYTES), "{bytes} bytes");
        assert!(pages.find("en/?999").is_some());
    }

    #[test]
    fn a_page_is_made_anew_by_one_at_a_time_and_at_its_pace() {
        let start = Instant::now();
        let kept = Kept::new(asked(), None, Arc::new(KeptBody::new("x", HeaderMap::new())), start);

        assert!(!KeptPages::may_replace(&kept, start + PACE / 2), "too early");
        assert!(KeptPages::may_replace(&kept, start + PACE));
        assert!(!KeptPages::may_replace(&kept, start + PACE * 2), "somebody does");
    }
}
