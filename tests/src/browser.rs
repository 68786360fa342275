//! A browser, as far as cookies go: it keeps what it is told to, and sends it as `SameSite` says.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::raw::{self, Answer, post};

const SIGN_UP: &str = "mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }";
const PASSWORD: &str = "correct horse battery staple";

/// Whose page leads a browser somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The site's own.
    Own,
    /// A bank's, a mail's, an identity provider's.
    OfAnotherSite,
}

#[derive(Debug, Clone)]
pub struct Cookie {
    pub name: String,
    pub value: String,
    /// As it was set.
    pub attributes: String,
}

/// A browser; a clone has the same cookies.
#[derive(Debug, Clone)]
pub struct Browser {
    pub address: SocketAddr,
    pub cookies: Vec<Cookie>,
}

impl Browser {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, cookies: Vec::new() }
    }

    /// Of somebody who has just signed up.
    pub async fn signed_up(address: SocketAddr) -> Self {
        let mut browser = Self::new(address);
        let input = json!({ "email": "ana@example.com", "password": PASSWORD, "cookies": true });
        let answer = browser.ask(SIGN_UP, json!({ "input": input })).await;
        assert!(answer.json()["data"]["signUp"]["user"]["id"].is_string(), "{answer:?}");
        browser
    }

    /// What it sends with a request of the site's own page.
    pub fn sends(&self) -> String {
        self.sends_from(Page::Own)
    }

    /// What it sends where a link leads.
    pub fn sends_from(&self, page: Page) -> String {
        let comes = |cookie: &&Cookie| page == Page::Own || !cookie.attributes.contains("SameSite=Strict");
        let cookies = self.cookies.iter().filter(comes);
        cookies.map(|Cookie { name, value, .. }| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// A cookie's value; empty where there is none.
    pub fn cookie(&self, name: &str) -> String {
        let found = self.cookies.iter().find(|cookie| cookie.name == name);
        found.map(|cookie| cookie.value.clone()).unwrap_or_default()
    }

    /// Asks as a script of the site's own page does.
    pub async fn ask(&mut self, document: &str, variables: Value) -> Answer {
        let body = json!({ "query": document, "variables": variables });
        let answer = post(self.address, &[("cookie", &self.sends())], &body).await;
        self.receives(&answer);
        answer
    }

    /// Follows a link to a path.
    pub async fn opens(&mut self, path: &str, page: Page) -> Answer {
        let cookie = self.sends_from(page);
        let site = if page == Page::Own { "same-origin" } else { "cross-site" };
        let headers = [
            ("cookie", cookie.as_str()),
            ("sec-fetch-site", site),
            ("sec-fetch-mode", "navigate"),
            ("accept", "text/html"),
        ];
        let answer = raw::send(self.address, &format!("GET {path}"), &headers).await;
        self.receives(&answer);
        answer
    }

    /// Keeps and forgets what an answer says.
    pub fn receives(&mut self, answer: &Answer) {
        for set in answer.headers("set-cookie") {
            let (cookie, attributes) = set.split_once("; ").expect("a cookie has attributes");
            let (name, value) = cookie.split_once('=').expect("a cookie has a value");
            self.cookies.retain(|known| known.name != name);
            if !attributes.contains("Max-Age=0;") {
                let (name, value, attributes) = (name.to_owned(), value.to_owned(), attributes.to_owned());
                self.cookies.push(Cookie { name, value, attributes });
            }
        }
    }

    pub async fn is_known(&mut self) -> bool {
        self.ask("{ me { id } }", json!({})).await.json()["data"]["me"].is_object()
    }
}
