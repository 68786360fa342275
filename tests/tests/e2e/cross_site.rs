//! Pages of other sites: what they can make a browser send, and that none of it acts or shows anything, whatever cookies
//! come along. `SameSite` is one more wall, and none of these leans on it.

use std::net::SocketAddr;

use serde_json::json;
use tests::{
    Site, World,
    browser::Browser,
    raw::{self, Answer},
};

const OWN: &str = "http://site";
const EVIL: &str = "https://evil.example";

const RESERVE: &str = "mutation { reserve(input: {matchNumber: 1, category: 1, quantity: 1}) { reservation { id } } }";
const ME: &str = "{ me { email } }";

/// Content types that a page sends to another site without a question before, RFC 9110 and the Fetch standard; none at all
/// among them.
const UNASKED_TYPES: [&str; 6] = [
    "",
    "text/plain",
    "text/plain;charset=application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "TEXT/PLAIN; charset=utf-8",
];
const ASKED_TYPES: [&str; 2] = ["application/json", "application/json; charset=utf-8"];

/// What a request says of the page that it was sent for.
#[derive(Debug, Clone, Copy)]
struct Page {
    /// `Sec-Fetch-Site`; older browsers do not send it.
    site: &'static str,
    /// `Origin`; a GET of a link has none.
    origin: &'static str,
}

impl Page {
    /// Whether it is, or may be, the page of another site. Where a browser says `same-origin`, an origin of `null` means that
    /// the page lets none be told.
    fn is_another_sites(self) -> bool {
        match self.site {
            "none" | "same-origin" => false,
            "" => self.origin != OWN,
            _ => true,
        }
    }
}

/// A cell of the grid: all that tells a forged request from one of the site's own page.
#[derive(Debug, Clone, Copy)]
struct Cell {
    method: &'static str,
    document: &'static str,
    accept: &'static str,
    media: &'static str,
    page: Page,
    /// A header that makes the browser ask first.
    is_asked: bool,
}

impl Cell {
    /// Whether a browser sends it to another site without a question before.
    fn is_sent_unasked(self) -> bool {
        UNASKED_TYPES.contains(&self.media) && !self.is_asked
    }

    async fn sent(self, address: SocketAddr, cookie: &str) -> Answer {
        let mut headers = vec![("cookie", cookie), ("accept", self.accept)];
        let named = [("content-type", self.media), ("sec-fetch-site", self.page.site), ("origin", self.page.origin)];
        headers.extend(named.into_iter().filter(|(_, value)| !value.is_empty()));
        headers.extend(self.is_asked.then_some(("graphql-require-preflight", "1")));
        match self.method {
            "GET" => raw::send(address, &format!("GET /graphql?query={}", raw::encoded(self.document)), &headers).await,
            method => {
                let body = json!({ "query": self.document }).to_string();
                raw::send_body(address, &format!("{method} /graphql"), &headers, &body).await
            }
        }
    }
}

fn grid() -> Vec<Cell> {
    let mut cells = Vec::new();
    for (method, document) in [("GET", ME), ("GET", RESERVE), ("POST", ME), ("POST", RESERVE)] {
        for media in UNASKED_TYPES.into_iter().chain(ASKED_TYPES) {
            for site in ["", "none", "same-origin", "same-site", "cross-site"] {
                for origin in ["", OWN, EVIL, "null"] {
                    for is_asked in [false, true] {
                        let page = Page { site, origin };
                        cells.push(Cell { method, document, accept: "*/*", media, page, is_asked });
                        if method == "GET" {
                            let accept = "text/event-stream";
                            cells.push(Cell { method, document, accept, media, page, is_asked });
                        }
                    }
                }
            }
        }
    }
    cells
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_another_sites_page_can_send_unasked_acts_or_shows_anything() {
    let site = World::embedded().with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000").start().await;
    site.on_sale(1, 1_000).await;
    let cookie = Browser::signed_up(site.address).await.sends();
    let (mut acted, mut refused) = (0, 0);

    for cell in grid() {
        let answer = cell.sent(site.address, &cookie).await;

        let has_acted = answer.body.contains("\"reservation\":{");
        let has_shown = answer.body.contains("ana@example.com");
        acted += i32::from(has_acted);
        if cell.page.is_another_sites() && cell.is_sent_unasked() {
            assert!(!has_acted && !has_shown && answer.status >= 400, "{cell:?}: {answer:?}");
            refused += 1;
        }
        let may_act = cell.method == "POST" && ASKED_TYPES.contains(&cell.media) && cell.document == RESERVE;
        assert_eq!(has_acted, may_act, "a mutation is posted as JSON: {cell:?}: {answer:?}");
        if cell.document == ME && (cell.method == "POST") {
            assert_eq!(has_shown, ASKED_TYPES.contains(&cell.media), "{cell:?}: {answer:?}");
        }
        if cell.document == ME && cell.method == "GET" {
            let is_own = matches!(cell.page.site, "same-origin" | "none");
            assert_eq!(has_shown, is_own || !cell.is_sent_unasked(), "{cell:?}: {answer:?}");
        }
    }

    assert!(refused > 300 && acted > 50, "{refused} and {acted}");
    assert_eq!(site.counts(1, 1).1, acted, "what was not answered did not act either");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_asks_before_it_sends_for_another_site_is_told_no() {
    let (_world, site) = Site::embedded().await;

    for origin in [EVIL, "null"] {
        for header in ["content-type", "graphql-require-preflight", "authorization", "x-graphql-event-stream-token"] {
            for (path, method) in [("/graphql", "POST"), ("/graphql", "GET"), ("/graphql/stream", "PUT")] {
                let asked = [
                    ("origin", origin),
                    ("access-control-request-method", method),
                    ("access-control-request-headers", header),
                ];
                let answer = raw::send(site.address, &format!("OPTIONS {path}"), &asked).await;
                assert_eq!(answer.header("access-control-allow-origin"), "", "{origin} {header} {method}: {answer:?}");
            }
        }
    }
    site.finish().await;
}
