//! A visit: one request for a page, by a visitor who reads a language and may have a session.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, header, request::Parts};
use bytes::Bytes;
use graphql_client::GraphQLQuery;
use maud::{Markup, html};
use serde::Serialize;
use serde_json::json;

use crate::{
    api::{self, Answer, Api, Refusal},
    captcha::{self, Widget},
    form::Form,
    locale::Locale,
    operator_pages::OperatorPages,
    theme::Theme,
    words::{Catalogue, Words},
};

const ACCESS: &str = "__Host-matchday-access";
const REFRESH: &str = "__Host-matchday-refresh";

/// Goes on with the session of a cookie.
pub(crate) const REFRESH_SESSION: &str = "mutation RefreshSession { refreshSession(input: {}) { expiresAt } }";

/// What every page is made with.
pub struct Kit {
    pub api: Box<dyn Api>,
    pub catalogue: Catalogue,
    pub site: Site,
    pub theme: Theme,
}

/// What the site is, as its settings say.
#[derive(Debug, Clone, Default)]
pub struct Site {
    pub name: String,
    /// Where visitors reach it, such as `https://tickets.example`; unset, links name their path alone.
    pub public_url: Option<String>,
    /// The first is for those who read none of them.
    pub locales: Vec<Locale>,
    /// Whether pages lead to the documentation, which a fan has no need of.
    pub leads_to_docs: bool,
    /// Where its staff is written to: an email, or a page.
    pub support: Option<String>,
    /// Whose widget asks captchas, where a provider that is known here judges them.
    pub captcha: Option<Widget>,
    /// What pages call the identity provider that visitors may sign in at.
    pub identity_provider: Option<String>,
    /// In which trusted proxies name a visitor's country: pages differ by it.
    pub country_header: Option<HeaderName>,
    /// Pages that its operator wrote.
    pub pages: OperatorPages,
}

/// One request for a page.
pub struct Visit<'a> {
    pub kit: &'a Kit,
    pub words: Words<'a>,
    pub parts: &'a Parts,
    /// The path and query without the language, as links to the same page in another have it.
    pub path: String,
    /// What was posted, where the request is a form's.
    pub(crate) posted: Option<&'a Form>,
    /// Whether a captcha came with it, right or wrong.
    pub(crate) tried_captcha: bool,
    cookies: Option<HeaderValue>,
    set_cookies: Vec<HeaderValue>,
    has_session: bool,
    has_refreshed: bool,
    /// Why the API did not say whether the session goes on.
    undecided: Option<Box<Refusal>>,
}

impl<'a> Visit<'a> {
    /// `path` is that of the page without its language, such as `/matches/1`.
    pub async fn begin(kit: &'a Kit, parts: &'a Parts, locale: Locale, path: String) -> Self {
        let sent = cookies(&parts.headers);
        let mut visit = Self {
            kit,
            words: kit.catalogue.of(locale),
            parts,
            path,
            posted: None,
            tried_captcha: false,
            has_session: has(sent.as_ref(), ACCESS),
            cookies: sent,
            set_cookies: Vec::new(),
            has_refreshed: false,
            undecided: None,
        };
        if !visit.has_session {
            visit.refresh().await;
        }
        visit
    }

    /// The same for a form that was posted. Where a captcha was solved before it is sent on, the API is shown that first: so
    /// every form goes through, and is asked for one by [`crate::answer::refused`], without a line of its own.
    pub async fn begin_posted(
        kit: &'a Kit,
        parts: &'a Parts,
        locale: Locale,
        path: String,
        form: &'a Form,
    ) -> Visit<'a> {
        let mut visit = Self::begin(kit, parts, locale, path).await;
        visit.posted = Some(form);
        if let Some(solution) = captcha::solution(form) {
            visit.tried_captcha = true;
            // Whether that is enough, the API says by what it answers next.
            visit.send(&captcha::solved(solution)).await;
        }
        visit
    }

    /// Takes the visitor for one without a session from now on: the API knows the one of the cookies no more.
    pub(crate) fn forget_session(&mut self) {
        self.cookies = None;
        self.has_session = false;
    }

    /// Whether the visitor has a session, as far as their cookies say: the API judges it.
    #[must_use]
    pub fn has_session(&self) -> bool {
        self.has_session
    }

    #[must_use]
    pub fn locale(&self) -> Locale {
        self.words.locale
    }

    /// A path of the site in the visitor's language.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        format!("/{}{path}", self.locale())
    }

    /// Names an attempt anew: whatever is posted with it is done once. Only for a visitor with a session: the others sign in
    /// first, and a page that is kept for everybody stays the same.
    #[must_use]
    pub fn new_key(&self) -> Markup {
        html! { @if self.has_session { input type="hidden" name="idempotencyKey" value=(uuid::Uuid::new_v4()); } }
    }

    /// Asks the API for the visitor. Where it knows their session no more, whose access token may just be over, it is asked
    /// again with the next one: what was refused for that was not done.
    ///
    /// # Errors
    ///
    /// The first error of the answer: a page shows all of what it asks for, or why it can't.
    pub async fn ask<Q: GraphQLQuery>(&mut self, variables: Q::Variables) -> Result<Q::ResponseData, Box<Refusal>> {
        let query = Q::build_query(variables);
        let response = self.send(&query).await;
        let answer = Answer::of(&response);
        if answer.is_to_a_stranger() && self.refresh().await {
            return api::data(&self.send(&query).await);
        }
        answer.data()
    }

    /// Asks for what opens a session: to be refused there says nothing of the one that there may be.
    ///
    /// # Errors
    ///
    /// As [`Visit::ask`].
    pub async fn ask_to_sign_in<Q: GraphQLQuery>(
        &mut self,
        variables: Q::Variables,
    ) -> Result<Q::ResponseData, Box<Refusal>> {
        api::data(&self.send(&Q::build_query(variables)).await)
    }

    async fn send(&mut self, body: &impl Serialize) -> Response<Bytes> {
        let response = self.kit.api.ask(api::request(self.parts, self.cookies.as_ref(), body)).await;
        self.keep(response.headers());
        response
    }

    /// The cookies that the answers so far set, for the browser.
    pub fn take_cookies(&mut self) -> Vec<HeaderValue> {
        std::mem::take(&mut self.set_cookies)
    }

    /// Goes on with a session whose access token is over, once a visit; whether it does. Where that fails the page is an
    /// anonymous visitor's, and a browser is told to forget what the API knows no more.
    async fn refresh(&mut self) -> bool {
        let may_refresh = !std::mem::replace(&mut self.has_refreshed, true)
            && has(self.cookies.as_ref(), REFRESH)
            && !is_prefetch(&self.parts.headers);
        if !may_refresh {
            return false;
        }
        let body = json!({"query": REFRESH_SESSION, "operationName": "RefreshSession"});
        let refreshed = api::data::<serde_json::Value>(&self.send(&body).await);
        self.has_session = has(self.cookies.as_ref(), ACCESS);
        self.undecided = refreshed.as_ref().err().filter(|refusal| refusal.code != "UNAUTHENTICATED").cloned();
        refreshed.is_ok()
    }

    /// Why it is not known whether the visitor has a session still: then they are not sent to sign in.
    pub(crate) fn take_undecided(&mut self) -> Option<Box<Refusal>> {
        self.undecided.take()
    }

    /// Keeps cookies that an answer sets: for the browser, and for what is asked next.
    fn keep(&mut self, headers: &HeaderMap) {
        for set in headers.get_all(header::SET_COOKIE) {
            let Some((name, value)) = set.to_str().ok().and_then(|set| set.split(';').next()?.split_once('=')) else {
                continue;
            };
            let others = self.cookies.as_ref().and_then(|cookies| cookies.to_str().ok()).unwrap_or_default();
            let others = others
                .split(';')
                .map(str::trim)
                .filter(|cookie| !cookie.is_empty() && cookie.split_once('=').is_none_or(|(known, _)| known != name));
            let mut all: Vec<String> = others.map(ToOwned::to_owned).collect();
            if !value.is_empty() {
                all.push(format!("{name}={value}"));
            }
            self.cookies = HeaderValue::from_str(&all.join("; ")).ok().filter(|cookies| !cookies.is_empty());
            let is_of_name = |set: &HeaderValue| set.as_bytes().starts_with(format!("{name}=").as_bytes());
            self.set_cookies.retain(|before| !is_of_name(before));
            self.set_cookies.push(set.clone());
        }
    }
}

/// Whether a visitor may have a session: they send a cookie of one, whatever it is worth.
#[must_use]
pub fn may_have_session(headers: &HeaderMap) -> bool {
    let sent = cookies(headers);
    has(sent.as_ref(), ACCESS) || has(sent.as_ref(), REFRESH)
}

/// All cookies in one line: HTTP/2 may send several.
fn cookies(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut lines = headers.get_all(header::COOKIE).iter();
    let first = lines.next()?;
    let Some(second) = lines.next() else { return Some(first.clone()) };
    let all: Vec<&str> = [first, second].into_iter().chain(lines).filter_map(|line| line.to_str().ok()).collect();
    HeaderValue::from_str(&all.join("; ")).ok()
}

fn has(cookies: Option<&HeaderValue>, name: &str) -> bool {
    let sent = cookies.and_then(|cookies| cookies.to_str().ok()).unwrap_or_default();
    sent.split(';')
        .filter_map(|cookie| cookie.trim().split_once('='))
        .any(|(known, value)| known == name && !value.is_empty())
}

/// Whether the browser only guesses that the page will be wanted: that must not use up a refresh token.
fn is_prefetch(headers: &HeaderMap) -> bool {
    let purpose = headers.get(HeaderName::from_static("sec-purpose"));
    purpose.is_some_and(|purpose| purpose.to_str().is_ok_and(|purpose| purpose.contains("prefetch")))
}
