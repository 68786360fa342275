//! Visitors: so many requests a second, each sent when its time has come, whatever became of those before it.
//!
//! They do as browsers: a connection is used again as long as the server keeps it open and has not announced its end. They
//! repeat nothing, though browsers would: what an orderly stop leaves without an answer is to be seen.

use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rand::Rng;
use serde_json::{Value, json};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep_until, timeout},
};

use crate::rolling::exchange::{Connection, connect};

const LIST: &str = "query Matches { matches(first: 100) { nodes { matchNumber version
    categories { category price { amount currency } sellable status } } } }";

const MATCH: &str = "query Match($number: Int!) { match(matchNumber: $number) { matchNumber version homeTeam awayTeam
    categories { category price { amount currency } sellable status } } }";

const RESERVE: &str = "mutation Reserve($input: ReserveInput!) { reserve(input: $input) {
    reservation { id status expiresAt } } }";

const CANCEL: &str = "mutation Cancel($input: CancelReservationInput!) { cancelReservation(input: $input) {
    reservation { id status } } }";

/// Connections that are opened before the first request; each takes its turn.
const CONNECTIONS: usize = 64;

/// Requests that may be under way: with more, site and machine are too slow for the rate.
const UNDER_WAY_MAX: usize = 4_000;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Failures that are told word by word.
const TOLD: usize = 20;

/// Visitors who ask until they leave.
pub struct Visitors {
    site: Arc<Visited>,
    task: JoinHandle<()>,
}

/// What was asked in some time, and what came of it.
#[derive(Debug, Default)]
pub struct Visits {
    pub answered: usize,
    pub holds: usize,
    pub cancelled: usize,
    pub failed: usize,
    /// Those whose time came when too many had no answer yet.
    pub unsent: usize,
    /// The first of what failed, and why.
    pub failures: Vec<String>,
    /// From the moment at which each request was due to its last byte.
    pub times: Vec<Duration>,
}

struct Visited {
    address: SocketAddr,
    /// Tokens of fans.
    fans: Vec<String>,
    matches: u32,
    idle: Mutex<VecDeque<Connection>>,
    /// Reservations that may be cancelled, and whose they are.
    held: Mutex<Vec<(usize, String)>>,
    visits: Mutex<Visits>,
    is_over: AtomicBool,
}

/// A request, and what makes its answer right.
#[derive(Debug)]
enum Ask {
    List,
    Match { number: u32 },
    Reserve { fan: usize, number: u32, category: u32 },
    Cancel { fan: usize, reservation: String },
}

impl Visitors {
    /// Lets fans with these tokens ask for the first `matches` matches, `rate` times a second.
    ///
    /// # Errors
    ///
    /// No instance is there to be asked.
    pub async fn come(address: SocketAddr, fans: Vec<String>, matches: u32, rate: u32) -> io::Result<Self> {
        let mut idle = VecDeque::new();
        for _ in 0..CONNECTIONS {
            idle.push_back(open(address).await?);
        }
        let site = Arc::new(Visited {
            address,
            fans,
            matches,
            idle: Mutex::new(idle),
            held: Mutex::default(),
            visits: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let task = tokio::spawn(visit(Arc::clone(&site), rate));
        Ok(Self { site, task })
    }

    /// What has been asked since this was asked last.
    pub fn visits(&self) -> Visits {
        std::mem::take(&mut lock(&self.site.visits))
    }

    /// Asks nothing further, and waits for the answers.
    pub async fn leave(&mut self) {
        self.site.is_over.store(true, Ordering::Relaxed);
        (&mut self.task).await.expect("visitors do not panic, and leave once");
    }
}

async fn visit(site: Arc<Visited>, rate: u32) {
    let begun = Instant::now();
    let mut under_way = JoinSet::new();
    for number in 0_u32.. {
        let due = begun + Duration::from_secs(1).saturating_mul(number) / rate;
        sleep_until(due).await;
        if site.is_over.load(Ordering::Relaxed) {
            break;
        }
        while let Some(ended) = under_way.try_join_next() {
            ended.expect("a visit does not panic");
        }
        if under_way.len() < UNDER_WAY_MAX {
            let site = Arc::clone(&site);
            under_way.spawn(async move { site.visit(number, due).await });
        } else {
            lock(&site.visits).unsent += 1;
        }
    }
    while let Some(ended) = under_way.join_next().await {
        ended.expect("a visit does not panic");
    }
}

impl Visited {
    async fn visit(&self, number: u32, due: Instant) {
        let ask = self.choose(number);
        let answered = match timeout(PATIENCE, self.exchange(&self.request(&ask))).await {
            Ok(Ok((200, body))) => self.judge(&ask, &body),
            Ok(Ok((status, body))) => Err(format!("status {status}, {}", String::from_utf8_lossy(&body))),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no answer within {PATIENCE:?}")),
        };
        match answered {
            Ok(()) => {
                let mut visits = lock(&self.visits);
                visits.answered += 1;
                visits.times.push(due.elapsed());
            }
            Err(why) => self.failed(format!("{ask:?}: {why}")),
        }
    }

    fn failed(&self, why: String) {
        let mut visits = lock(&self.visits);
        visits.failed += 1;
        if visits.failures.len() < TOLD {
            visits.failures.push(why);
        }
    }

    /// Of ten requests five are for a match, one is for all of them, two hold a ticket and two give one back.
    fn choose(&self, number: u32) -> Ask {
        let at = rand::rng().random_range(1..=self.matches);
        match number % 10 {
            0 => Ask::List,
            1 | 4 => {
                let fan = rand::rng().random_range(0..self.fans.len());
                Ask::Reserve { fan, number: at, category: 1 + number / 10 % 3 }
            }
            3 | 8 => match lock(&self.held).pop() {
                Some((fan, reservation)) => Ask::Cancel { fan, reservation },
                None => Ask::Match { number: at },
            },
            _ => Ask::Match { number: at },
        }
    }

    fn request(&self, ask: &Ask) -> Vec<u8> {
        let (query, fan, variables) = match ask {
            Ask::List => (LIST, None, json!({})),
            Ask::Match { number } => (MATCH, None, json!({ "number": number })),
            Ask::Reserve { fan, number, category } => {
                let key = format!("{:032x}", rand::random::<u128>());
                let input =
                    json!({ "matchNumber": number, "category": category, "quantity": 1, "idempotencyKey": key });
                (RESERVE, Some(fan), json!({ "input": input }))
            }
            Ask::Cancel { fan, reservation } => {
                (CANCEL, Some(fan), json!({ "input": { "reservationId": reservation } }))
            }
        };
        let token = fan.map(|fan| format!("authorization: Bearer {}\r\n", self.fans[*fan])).unwrap_or_default();
        let body = json!({ "query": query, "variables": variables }).to_string();
        format!(
            "POST /graphql HTTP/1.1\r\nhost: {}\r\nuser-agent: testkit\r\naccept: application/graphql-response+json\r\n\
             content-type: application/json\r\n{token}content-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .into_bytes()
    }

    /// Sends a request, once; returns the status and the body of its answer.
    async fn exchange(&self, request: &[u8]) -> io::Result<(u16, Vec<u8>)> {
        let mut connection = match self.idle() {
            Some(connection) => connection,
            None => open(self.address).await?,
        };
        connection.send(request).await?;
        let head = connection.head().await?;
        let body = connection.body(&head).await?;
        if !head.is_last {
            lock(&self.idle).push_back(connection);
        }
        Ok((head.status, body))
    }

    fn idle(&self) -> Option<Connection> {
        let mut idle = lock(&self.idle);
        loop {
            let connection = idle.pop_front()?;
            if connection.is_idle() {
                return Some(connection);
            }
        }
    }

    fn judge(&self, ask: &Ask, body: &[u8]) -> Result<(), String> {
        let told = |answer: &Value| Err(format!("answered {answer}"));
        let answer: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let data = &answer["data"];
        if answer.get("errors").is_some() {
            return told(&answer);
        }
        match ask {
            Ask::List if data["matches"]["nodes"].as_array().is_some_and(|nodes| !nodes.is_empty()) => Ok(()),
            Ask::Match { number } if data["match"]["matchNumber"] == *number => Ok(()),
            Ask::Reserve { fan, .. } => match &data["reserve"]["reservation"] {
                reservation if reservation["status"] == "PENDING" => {
                    let id = reservation["id"].as_str().unwrap_or_default().to_owned();
                    lock(&self.held).push((*fan, id));
                    lock(&self.visits).holds += 1;
                    Ok(())
                }
                _ => told(&answer),
            },
            Ask::Cancel { .. } if data["cancelReservation"]["reservation"]["status"] == "CANCELLED" => {
                lock(&self.visits).cancelled += 1;
                Ok(())
            }
            _ => told(&answer),
        }
    }
}

async fn open(address: SocketAddr) -> io::Result<Connection> {
    connect(IpAddr::from(Ipv4Addr::LOCALHOST), address).await.map(Connection::new)
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    fn site(address: SocketAddr) -> Visited {
        Visited {
            address,
            fans: Vec::new(),
            matches: 1,
            idle: Mutex::default(),
            held: Mutex::default(),
            visits: Mutex::default(),
            is_over: AtomicBool::new(false),
        }
    }

    #[tokio::test]
    async fn a_connection_is_used_again_until_its_end_is_announced() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let site = site(listener.local_addr().expect("it is bound"));
        let server = async {
            for _ in 0..2 {
                let (mut stream, _) = listener.accept().await.expect("a visitor connects");
                for header in ["", "connection: close\r\n"] {
                    stream.read_exact(&mut [0; 3]).await.expect("a visitor asks");
                    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n{header}\r\n");
                    stream.write_all(answer.as_bytes()).await.expect("a visitor reads");
                }
            }
        };
        let visitor = async {
            for _ in 0..4 {
                site.exchange(b"ask").await.expect("each request has its answer");
            }
        };

        tokio::join!(server, visitor);

        assert!(site.idle().is_none(), "the end of both was announced");
    }

    #[tokio::test]
    async fn a_request_without_an_answer_is_sent_once_and_has_failed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let site = site(listener.local_addr().expect("it is bound"));
        let server = async {
            let (mut stream, _) = listener.accept().await.expect("a visitor connects");
            stream.read_exact(&mut [0; 3]).await.expect("a visitor asks");
        };

        let ((), answered) = tokio::join!(server, site.exchange(b"ask"));

        assert!(answered.is_err());
    }
}
