//! Recommendations as clients ask for them: what ten take of the processor against ten matches, both executed, and how long a visitor and a
//! fan wait.

use serde_json::json;

use crate::{
    Backend, Effort, Outcome,
    cases::queries::Setting,
    cpu,
    edge::{
        Cores,
        children::{self, Server},
        exchange::{Exchange, post},
        requests::{self, CONNECTIONS, Expected, Load, Pace},
        sale::Sale,
    },
    figures::{Comparison, Latencies, Target},
    site,
};

const FACTS: &str =
    "matchNumber homeTeam awayTeam dateUtc location categories { category price { amount } sellable status }";

/// Questions a second of which the times are told: a tenth of what a core answers.
const PACE: f64 = 500.0;

const SIGN_UP: &str = "mutation { signUp(input: { email: \"fan@example.com\", password: \"correct horse battery\", country: \"PE\" }) \
     { accessToken } }";
const RESERVE: &str = "mutation ($match: Int!) { reserve(input: { matchNumber: $match, category: 1, quantity: 1 }) { reservation { id } } }";

pub(crate) async fn recommended(setting: Setting, effort: Effort) -> Outcome {
    let cores = setting.cores()?;
    children::build()?;
    let matches = format!("matches(first: 10) {{ nodes {{ {FACTS} }} }}");
    let recommendations = format!(
        "recommendations(first: 10, country: \"PE\") {{ nodes {{ match {{ {FACTS} }} becauseOf {{ kind team country }} }} }}"
    );
    let fields = [recommendations.clone(), matches];
    let asked = |name: &'static str, field: String| {
        cores.client(move || {
            let server = Server::matchday(cores)?;
            executed(&server, name, &field, effort.seconds)
        })
    };
    Comparison {
        title: "Ten recommendations for a country, executed: every text different",
        unit: "requests/s of processor time",
        ours: "recommendations(first: 10)",
        rival: "matches(first: 10)",
        target: Target::AtLeast(0.9),
    }
    .run(effort, async || asked("recommendations", fields[0].clone()), async || asked("matches", fields[1].clone()))
    .await?;

    let field = recommendations.clone();
    let visitors = cores.client(move || waited(Server::matchday(cores)?.address, None, &field, effort.seconds))?;
    println!("\nA visitor waits, {PACE} questions/s, no text twice: {visitors}");
    let template = site::template(Backend::Postgres).await?;
    let sale = Sale::open(&template, Cores::Shared).await?;
    let (address, field) = (sale.server.address, recommendations.replace(", country: \"PE\"", ""));
    let fans = cores.client(move || {
        let mut exchange = Exchange::connect(address)?;
        let data = exchange.execute(None, SIGN_UP, &json!({}))?;
        let token = data["signUp"]["accessToken"].as_str().ok_or("no token")?.to_owned();
        for number in [1, 2] {
            exchange.execute(Some(&token), RESERVE, &json!({ "match": number }))?;
        }
        waited(address, Some(&token), &field, effort.seconds)
    })?;
    println!("A signed-in fan with two holds waits, on Postgres, {PACE} questions/s: {fans}; to reach: p99 ≤ 10 ms");
    sale.close(2).await?;
    template.remove().await
}

/// Requests a second of the server's processor time.
#[expect(clippy::cast_precision_loss, reason = "seconds of one run")]
fn executed(server: &Server, name: &str, field: &str, seconds: u64) -> Outcome<f64> {
    let before = cpu::of_server(server.id());
    let done = requests::run(server.address, seconds, 1_000, |number, text| {
        text.extend_from_slice(&question(number, None, field))
    })?;
    let spent = cpu::of_server(server.id()).saturating_sub(before);
    println!("    {name}: {}", done.latencies);
    Ok(done.begun as f64 / spent.as_secs_f64())
}

fn waited(address: std::net::SocketAddr, token: Option<&str>, field: &str, seconds: u64) -> Outcome<Latencies> {
    let load = Load { connections: CONNECTIONS, pace: Pace::Open(PACE), seconds };
    let asked = |number, text: &mut Vec<u8>| text.extend_from_slice(&question(number, token, field));
    Ok(requests::send(address, load, asked, Expected::Length(1_000))?.latencies)
}

fn question(number: u64, token: Option<&str>, field: &str) -> Vec<u8> {
    post(token, &json!({ "query": format!("query Q{number} {{ {field} }}") }).to_string())
}
