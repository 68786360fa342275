//! Security: what it costs to charge and to judge a request, against the same request with all of that switched off.
//!
//! The server is busy all the time, so what a request costs is the time between two answers. The program is started anew
//! for each run, and the sides take turns, as in every case.

use crate::{
    Effort, Outcome,
    cases::queries::{self, Setting},
    edge::{
        Cores,
        children::{self, Server},
        redis::Redis,
        requests::Done,
    },
    figures::{Comparison, Row, Spread, Target},
};

/// All that looks at who asks and how much.
const OFF: [(&str, &str); 2] = [("MATCHDAY_LIMITS_ENABLED", "false"), ("MATCHDAY_BOTS_ENABLED", "false")];

/// Calls for a request at most; a little above one, for what is settled when nobody asks.
const ROUND_TRIPS: f64 = 1.05;

pub(crate) async fn security(setting: Setting, effort: Effort) -> Outcome {
    let cores = setting.cores()?;
    children::build()?;
    compare("All matches, cached, in process: charged and judged, or not", cores, effort, None).await?;
    let redis = Redis::start()?;
    compare("The same with limits on Redis", cores, effort, Some(&redis)).await?;
    Ok(())
}

async fn compare(title: &'static str, cores: Cores, effort: Effort, redis: Option<&Redis>) -> Outcome {
    let place: Vec<(&'static str, String)> = redis.iter().map(|redis| ("REDIS_URL", redis.url())).collect();
    let mut off = place.clone();
    off.extend(OFF.map(|(name, value)| (name, value.to_owned())));
    let (mut costs, mut shares, mut calls) = (Vec::new(), Vec::new(), Vec::new());
    let (mut secured, mut plain) = (0.0, 0.0);
    println!("\n{title}");
    let mut pairs = Vec::new();
    for round in 0..effort.rounds {
        for side in 0..2 {
            if (round + side) % 2 == 0 {
                let before = redis.map(Redis::scripts).transpose()?;
                let done = run(cores, "secured", effort.seconds, &place)?;
                if let (Some(before), Some(redis)) = (before, redis) {
                    calls.push(ratio(redis.scripts()? - before, done.begun));
                }
                secured = done.rate;
            } else {
                plain = run(cores, "switched off", effort.seconds, &off)?.rate;
            }
        }
        let cost = 1e6 / secured - 1e6 / plain;
        println!("  round {}: {secured:.0} against {plain:.0} requests/s: {cost:.2} µs a request", round + 1);
        costs.push(cost);
        shares.push(100.0 * cost * secured / 1e6);
        pairs.push((secured, plain));
    }
    let comparison = Comparison {
        title,
        unit: "requests/s",
        ours: "secured",
        rival: "switched off",
        target: Target::AtLeast(if redis.is_some() { 0.1 } else { 0.7 }),
    };
    comparison.conclude(&pairs);
    println!("  security costs {} µs a request, {} % of it", Spread::of(&costs), Spread::of(&shares));
    if !calls.is_empty() {
        Row::alone("Round trips to Redis", "a request", &calls, Target::AtMost(ROUND_TRIPS));
    }
    Ok(())
}

fn run(cores: Cores, name: &'static str, seconds: u64, settings: &[(&'static str, String)]) -> Outcome<Done> {
    let settings = settings.to_vec();
    cores.client(move || {
        let server = Server::with(cores, &settings)?;
        server.wait_for("/readyz")?;
        queries::asked_often(server.address, name, seconds)
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of one run are far below 2^52")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
