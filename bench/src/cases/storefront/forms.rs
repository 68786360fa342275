//! Holds by the form of a page, against the mutation that the form comes to: on one program, one hold at a time, the two by
//! turns, so that whatever else the machine does falls on both.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use crate::{
    Effort, Outcome,
    database::Database,
    edge::{
        Cores,
        exchange::{Answer, Exchange},
        sale::{Fans, Sale},
    },
    figures::{Comparison, Latencies, Row, Target},
};

/// Before a run is measured it runs for this part of its time.
const WARM_UP: u32 = 5;

/// Median and 95th percentile of both.
pub(crate) async fn compare(template: &Database, fans: &Fans, effort: Effort, cores: Cores) -> Outcome<Vec<Row>> {
    let sale = Sale::open(template, cores).await?;
    let address = sale.server.address;
    let (mut medians, mut tails, mut held) = (Vec::new(), Vec::new(), 0);
    println!("\nHolds by the form of a page and by the API, by turns");
    for round in 1..=effort.rounds {
        let fans = fans.clone();
        let run = cores.client(move || hold_by_turns(address, &fans, effort.seconds))?;
        println!("  round {round}: form {}; API {}", run.form, run.api);
        medians.push((run.form.percentile(50), run.api.percentile(50)));
        tails.push((run.form.percentile(95), run.api.percentile(95)));
        held += run.held;
    }
    sale.close(held).await?;
    let row = |title, target, pairs: &[(f64, f64)]| {
        let comparison = Comparison { title, unit: "ms", ours: "by form", rival: "by the mutation of the API", target };
        comparison.conclude(pairs)
    };
    Ok(vec![
        row("A hold by the form of a page, median", Target::AtMost(1.1), &medians),
        row("The same, p95", Target::Stated, &tails),
    ])
}

struct Run {
    form: Latencies,
    api: Latencies,
    held: u64,
}

fn hold_by_turns(address: SocketAddr, fans: &Fans, seconds: u64) -> Outcome<Run> {
    let (mut page, mut client) = (Exchange::connect(address)?, Exchange::connect(address)?);
    let (mut form, mut api, mut held) = (Vec::new(), Vec::new(), 0);
    let measured = Duration::from_secs(seconds);
    let start = Instant::now() + measured / WARM_UP;
    while Instant::now() < start + measured {
        // Each goes first every other time.
        for by_form in if held % 4 == 0 { [true, false] } else { [false, true] } {
            let took = match by_form {
                true => timed(&mut page, |text| fans.reserve_by_form(held, 1, text), |answer| answer.status == 303)?,
                false => timed(&mut client, |text| fans.reserve_as_form(held, 1, text), is_held)?,
            };
            held += 1;
            if Instant::now() >= start {
                let times = if by_form { &mut form } else { &mut api };
                times.push(took);
            }
        }
    }
    Ok(Run { form: Latencies::of(form), api: Latencies::of(api), held })
}

fn timed(
    exchange: &mut Exchange,
    write: impl FnOnce(&mut Vec<u8>),
    is_held: impl FnOnce(&Answer) -> bool,
) -> Outcome<Duration> {
    let mut request = Vec::new();
    write(&mut request);
    let begun = Instant::now();
    let answer = exchange.send(&request)?;
    let took = begun.elapsed();
    if is_held(&answer) {
        return Ok(took);
    }
    Err(format!("no hold: {}{}", String::from_utf8_lossy(&answer.head), String::from_utf8_lossy(&answer.body)).into())
}

fn is_held(answer: &Answer) -> bool {
    String::from_utf8_lossy(&answer.body).contains(r#""reservation":{"id":"#)
}
