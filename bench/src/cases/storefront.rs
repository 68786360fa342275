//! The shop: its pages against a handler that has their bytes and against Next.js, its forms against the API that they
//! ask, and how soon an open page shows a change.

use std::{env, fs, net::SocketAddr, path::PathBuf};

use serde_json::json;
use uuid::Uuid;

use crate::{
    Backend, Effort, Outcome,
    edge::{
        self, Cores,
        children::{self, NEXT_SITE, Rival, Server},
        exchange::{COMPRESSED, Exchange, visit},
        requests::{self, CONNECTIONS, Expected, Load, Pace},
        sale::Fans,
    },
    figures::{Comparison, Row, Target},
    site::{self, MATCHES},
};

mod forms;
mod paint;

/// The list of matches in English.
const HOME: &str = "/en/";

/// The same as Next.js has it.
const NEXT_HOME: &str = "/en";

const MATCH: &str = "/en/matches/1";

/// Takes the bytes as they are.
const PLAIN: &str = "identity";

/// What is measured, where, and how many look on.
#[derive(clap::Args, Clone, Copy)]
pub(crate) struct Setting {
    /// Only this; all of it unless told.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Other pages that are open while one paints changes.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pages: u32,
    /// Lets server and client run on any core instead of one each.
    #[arg(long)]
    unpinned: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// A kept page against a bare handler of the same bytes.
    Bare,
    /// A kept page against the same list by Next.js.
    Next,
    /// Pages for a visitor with a session.
    Session,
    /// Holds by a form against holds by the API.
    Reserve,
    /// From a record in Kafka to the painted page.
    Paint,
}

impl Setting {
    fn has(self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

pub(crate) async fn storefront(setting: Setting, effort: Effort) -> Outcome<Vec<Row>> {
    let (cores, pages) = (Cores::new(setting.unpinned), usize::try_from(setting.pages)?);
    edge::allow_sockets(pages.max(CONNECTIONS))?;
    children::build()?;
    let mut rows = Vec::new();
    if [Part::Bare, Part::Next, Part::Session].into_iter().any(|part| setting.has(part)) {
        rows.extend(pages_a_second(setting, effort, cores).await?);
    }
    if [Part::Reserve, Part::Paint].into_iter().any(|part| setting.has(part)) {
        let template = site::template(Backend::Postgres).await?;
        if setting.has(Part::Reserve) {
            let fans = Fans::sign_in(&template).await?;
            rows.extend(forms::compare(&template, &fans, effort, cores).await?);
        }
        if setting.has(Part::Paint) {
            rows.extend(paint::changes(&template, pages, effort).await?);
        }
        template.remove().await?;
    }
    Ok(rows)
}

/// Of one program, on the embedded parts and the bundled matches, that Next.js asks, too.
async fn pages_a_second(setting: Setting, effort: Effort, cores: Cores) -> Outcome<Vec<Row>> {
    let server = cores.client(move || Server::matchday(cores))?;
    let address = server.address;
    let ours = async || cores.client(move || asked(address, "matchday", HOME, COMPRESSED, effort.seconds));
    let mut rows = Vec::new();
    if setting.has(Part::Bare) {
        let answer = RecordedAnswer::of(address)?;
        let comparison = Comparison {
            title: "The list of matches for visitors without a session, Brotli",
            unit: "pages/s",
            ours: "matchday, kept",
            rival: "bare axum handler returning the same bytes and headers",
            target: Target::AtLeast(0.9),
        };
        let bare = Rival::BarePage(answer.0.clone());
        let rival = async || {
            let bare = bare.clone();
            cores.client(move || {
                let server = Server::rival(&bare, cores)?;
                asked(server.address, "bare", HOME, COMPRESSED, effort.seconds)
            })
        };
        rows.push(comparison.row(effort, &ours, rival).await?);
    }
    if setting.has(Part::Next) {
        let origin = format!("http://{address}");
        children::install(NEXT_SITE)?;
        children::build_next(&origin)?;
        let next = Rival::NextSite(origin);
        let compared = [
            ("The same against Next.js as it comes, which compresses by gzip", COMPRESSED),
            ("The same against Next.js that leaves compression to a proxy", PLAIN),
        ];
        for (title, coding) in compared {
            let comparison = Comparison {
                title,
                unit: "pages/s",
                ours: "matchday, kept, Brotli",
                rival: "Next.js, static page, revalidated",
                target: Target::AtLeast(20.0),
            };
            let rival = async || {
                let next = next.clone();
                cores.client(move || {
                    let server = Server::rival(&next, cores)?;
                    has_all(server.address)?;
                    asked(server.address, "Next.js", NEXT_HOME, coding, effort.seconds)
                })
            };
            rows.push(comparison.row(effort, &ours, rival).await?);
        }
    }
    if setting.has(Part::Session) {
        let token = cores.client(move || sign_up(address))?;
        for (title, path) in [("The list of matches with a session", HOME), ("A match with a session", MATCH)] {
            let mut runs = Vec::new();
            for _ in 0..effort.rounds {
                let request = visit(path, COMPRESSED, Some(&token));
                runs.push(cores.client(move || sent(address, "matchday", &request, effort.seconds))?);
            }
            rows.push(Row::alone(title, "pages/s", &runs, Target::Stated));
        }
    }
    drop(server);
    Ok(rows)
}

/// The same page again and again, for a visitor without a session.
fn asked(address: SocketAddr, name: &str, path: &str, accept_encoding: &str, seconds: u64) -> Outcome<f64> {
    sent(address, name, &visit(path, accept_encoding, None), seconds)
}

fn sent(address: SocketAddr, name: &str, request: &[u8], seconds: u64) -> Outcome<f64> {
    const LEAST: usize = 5_000;

    let load = Load { connections: CONNECTIONS, pace: Pace::Closed, seconds };
    let ask = |_, text: &mut Vec<u8>| text.extend_from_slice(request);
    let done = requests::send(address, load, ask, Expected::Length(LEAST))?;
    println!("    {name}: {}", done.latencies);
    Ok(done.rate)
}

/// A fan's token.
fn sign_up(address: SocketAddr) -> Outcome<String> {
    const SIGN_UP: &str = "mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken } }";

    let input = json!({ "input": { "email": "fan@example.com", "password": "correct horse battery" } });
    let data = Exchange::connect(address)?.execute(None, SIGN_UP, &input)?;
    Ok(data["signUp"]["accessToken"].as_str().ok_or("no token")?.to_owned())
}

/// Fails where the page of Next.js does not show every match and what is left of it.
fn has_all(address: SocketAddr) -> Outcome {
    let answer = Exchange::connect(address)?.send(&visit(NEXT_HOME, PLAIN, None))?;
    let html = String::from_utf8(answer.body)?;
    let shown = html.matches("<article").count();
    if shown == usize::try_from(MATCHES)? && html.contains("left") {
        return Ok(());
    }
    Err(format!("Next.js answers with {} and {shown} matches", answer.status).into())
}

/// The kept page as the program answers with it, in a file that ends with this.
struct RecordedAnswer(PathBuf);

impl RecordedAnswer {
    fn of(address: SocketAddr) -> Outcome<Self> {
        let answer = Exchange::connect(address)?.send(&visit(HOME, COMPRESSED, None))?;
        let head = std::str::from_utf8(&answer.head)?;
        if answer.status != 200 || !head.contains("content-encoding: br") {
            return Err(format!("the page is answered with {head}").into());
        }
        let path = env::temp_dir().join(format!("matchday-bench-{}.http", Uuid::new_v4()));
        fs::write(&path, [answer.head, answer.body].concat())?;
        Ok(Self(path))
    }
}

impl Drop for RecordedAnswer {
    fn drop(&mut self) {
        // The system clears its temporary files as well.
        let _ = fs::remove_file(&self.0);
    }
}
