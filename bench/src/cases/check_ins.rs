//! Check-ins: a stadium comes in, each by a ticket of their own, the whole way through HTTP and GraphQL.

use std::sync::Arc;

use domain::{
    Settings, accounts, keyring,
    tickets::{self, keys::TicketCodes},
};
use entities::ticket;
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use serde_json::json;

use crate::{
    Backend, Effort, Outcome, audit,
    cpu::Spent,
    database::Database,
    edge::{
        Cores, children,
        exchange::post,
        requests::{self, Done, Expected, Load, Pace},
        sale::Sale,
    },
    figures::{Row, Target},
    site::{self, Site},
};

/// Devices at the gates, each with one scan at a time.
const DEVICES: usize = 64;

/// Tickets of a run: more than it scans.
const TICKETS: u64 = 60_000;

const CHECK_IN: &str = "mutation CheckIn($input: CheckInInput!) { checkIn(input: $input) { \
     checkIn { outcome ticket { holderName category seat } entry { at } } } }";

/// What stewards scan, and what shows that they may.
#[derive(Clone)]
struct Crowd {
    codes: Arc<Vec<String>>,
    token: Arc<str>,
}

pub(crate) async fn check_ins(effort: Effort) -> Outcome<Row> {
    let template = site::template(Backend::Postgres).await?;
    children::build()?;
    let crowd = Crowd::enter(&template).await?;
    let mut runs = Vec::new();
    for _ in 0..effort.rounds {
        let sale = Sale::open(&template, Cores::Shared).await?;
        let done = scan(&sale, &crowd, effort).await?;
        let db = sale.database().pool().await?;
        let used = audit::count(&db, "tickets WHERE status = 'USED'").await?;
        db.close().await?;
        if used != done.begun {
            return Err(format!("{} were let in and {used} tickets are used", done.begun).into());
        }
        sale.close_untold().await?;
        runs.push(done.rate);
    }
    template.remove().await?;
    let title = "Check-ins of distinct tickets, whole way through HTTP and GraphQL, Postgres";
    Ok(Row::alone(title, "check-ins/s", &runs, Target::AtLeast(500.0)))
}

async fn scan(sale: &Sale, crowd: &Crowd, effort: Effort) -> Outcome<Done> {
    let (address, crowd) = (sale.server.address, crowd.clone());
    let load = Load { connections: DEVICES, pace: Pace::Closed, seconds: effort.seconds };
    let spent = Spent::with(sale.server.id());
    let done = tokio::task::spawn_blocking(move || {
        let admitted = |_, answer: &[u8]| match answer.windows(10).any(|window| window == br#""ADMITTED""#) {
            true => Ok(()),
            false => Err(format!("not let in: {}", String::from_utf8_lossy(answer)).into()),
        };
        let ask = |number, text: &mut Vec<u8>| crowd.show(number, text);
        requests::send(address, load, ask, Expected::Body(&mut { admitted }))
    })
    .await??;
    println!(
        "    matchday: {:.0} check-ins/s, {}; a check-in takes {}",
        done.rate,
        done.latencies,
        spent.each(done.begun)
    );
    Ok(done)
}

impl Crowd {
    /// Gives fans of `template` their tickets, and the first of them a job at the gate.
    async fn enter(template: &Database) -> Outcome<Self> {
        let site = Site::open(template, Settings::default()).await?;
        let (app, last) = (&site.app, TICKETS - 1);
        let id = |kind: &str| format!("('00000000-0000-7000-{kind}-' || lpad(to_hex(n), 12, '0'))::uuid");
        let (fan, reservation) = (format!("{}::uuid", site::fan_id_in_sql("n")), id("9000"));
        for statement in [
            format!(
                "INSERT INTO reservations (id, user_id, match_number, category, quantity, unit_price_minor, status, \
                 created_at, expires_at, version) SELECT {reservation}, {fan}, 1, 1, 1, 7500, 'RESERVED', now(), now(), 4 \
                 FROM generate_series(0, {last}) AS n"
            ),
            format!(
                "INSERT INTO payments (id, reservation_id, user_id, match_number, amount_minor, state, hold_ends_at, \
                 created_at, updated_at, attempts, next_at) SELECT {}, {reservation}, {fan}, 1, 7500, 'CAPTURED', now(), \
                 now(), now(), 0, now() FROM generate_series(0, {last}) AS n",
                id("a000")
            ),
            format!(
                "INSERT INTO tickets (id, reservation_id, seat, user_id, match_number, category, price_minor, status, \
                 version, holder_name, issued_at, changed_at) SELECT {}, {reservation}, 1, {fan}, 1, 1, 7500, 'VALID', 1, \
                 'Fan ' || n, now(), now() FROM generate_series(0, {last}) AS n",
                id("b000")
            ),
            format!(
                "UPDATE stock SET sold = {TICKETS}, available = available - {TICKETS} \
                 WHERE match_number = 1 AND category = 1"
            ),
            format!("UPDATE users SET role = 'STEWARD' WHERE id = '{}'", site::fan_id(0)),
            format!(
                "INSERT INTO sessions (token_hash, family, user_id, expires_at) VALUES \
                 (encode(sha256(convert_to('steward', 'UTF8')), 'hex'), gen_random_uuid(), '{}', now() + interval '1 day')",
                site::fan_id(0)
            ),
        ] {
            app.db.execute_unprepared(&statement).await?;
        }
        keyring::prepare::<TicketCodes>(app).await?;
        let token = accounts::refresh(app, "steward").await?.access_token.into();
        let mut codes = Vec::new();
        for row in ticket::Entity::find().all(&app.db).await? {
            codes.push(tickets::code(app, &row).await?.ok_or("a ticket is not valid")?);
        }
        app.db.execute_unprepared("VACUUM ANALYZE").await?;
        site.close().await?;
        Ok(Self { codes: Arc::new(codes), token })
    }

    /// Writes a device's request for the ticket of a number.
    fn show(&self, number: u64, text: &mut Vec<u8>) {
        let at = usize::try_from(number).unwrap_or(usize::MAX);
        // Beyond the last ticket the first comes again, which is refused and ends the run.
        let code = &self.codes[at % self.codes.len()];
        let input = json!({ "code": code, "deviceId": format!("gate-{}", at % DEVICES), "nonce": number.to_string() });
        let body = json!({ "query": CHECK_IN, "operationName": "CheckIn", "variables": { "input": input } });
        text.extend_from_slice(&post(Some(&self.token), &body.to_string()));
    }
}
