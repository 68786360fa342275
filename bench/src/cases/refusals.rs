//! Refusals: requests for a category that is sold out, against the list of matches from the same server.
//!
//! No client reserves anonymously, so each request comes with the token of another fan, which the server verifies; it
//! names no attempt (`idempotencyKey`), for a named one must be looked up. What is compared is a whole exchange: the
//! request of a client that keeps its connection, to the last byte of the answer.

use std::net::SocketAddr;

use sea_orm::ConnectionTrait as _;

use crate::{
    Backend, Effort, Outcome,
    cases::queries,
    edge::{
        self, Cores, children,
        requests::{self, CONNECTIONS, Expected, Load, Pace},
        sale::{Fans, Sale},
    },
    figures::{Comparison, Row, Target},
    site,
};

pub(crate) async fn refusals(effort: Effort, unpinned: bool) -> Outcome<Row> {
    let cores = Cores::new(unpinned);
    edge::allow_sockets(CONNECTIONS)?;
    children::build()?;
    let template = site::template(Backend::Postgres).await?;
    let fans = Fans::sign_in(&template).await?;
    let db = template.pool().await?;
    db.execute_unprepared("UPDATE stock SET given = 0, available = 0 WHERE match_number = 1 AND category = 1").await?;
    db.close().await?;
    let sale = Sale::open(&template, cores).await?;
    let address = sale.server.address;
    let row = Comparison {
        title: "Refusals of a sold-out category, signed in, to the last byte",
        unit: "requests/s",
        ours: "reserve, refused",
        rival: "matches of the same server, anonymous, cached",
        target: Target::AtLeast(1.0),
    }
    .row(
        effort,
        async || {
            let fans = fans.clone();
            cores.client(move || refused(address, &fans, effort.seconds))
        },
        async || cores.client(move || queries::asked(address, "matches", effort.seconds)),
    )
    .await?;
    sale.close(0).await?;
    template.remove().await?;
    Ok(row)
}

fn refused(address: SocketAddr, fans: &Fans, seconds: u64) -> Outcome<f64> {
    let load = Load { connections: CONNECTIONS, pace: Pace::Closed, seconds };
    let mut check = |_, answer: &[u8]| match answer.windows(10).any(|window| window == br#""SOLD_OUT""#) {
        true => Ok(()),
        false => Err(format!("not refused: {}", String::from_utf8_lossy(answer)).into()),
    };
    let ask = |number, text: &mut Vec<u8>| fans.reserve(number, 1, text);
    let done = requests::send(address, load, ask, Expected::Body(&mut check))?;
    println!("    refusals: {}", done.latencies);
    Ok(done.rate)
}
