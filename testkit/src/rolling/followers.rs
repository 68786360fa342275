//! Followers: clients who each follow one match, and come back by themselves when their connection is gone.
//!
//! They do as npm's graphql-ws and graphql-sse: what the server says is over (`complete`, an error, a code that those
//! take for fatal) is over; after anything else they wait as long as those, connect again, and ask for what is newer than
//! what they have.

use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use rand::Rng;
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tokio_tungstenite::{
    client_async_with_config,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::HeaderValue,
        protocol::{CloseFrame, WebSocketConfig},
    },
};

use crate::{
    rolling::{
        exchange::{Connection, connect},
        truth::{State, Truth},
    },
    wait::PATIENCE,
};

const DOCUMENT: &str = "subscription ($matchNumbers: [Int!], $since: [VersionInput!]) {
    availability(matchNumbers: $matchNumbers, since: $since) {
        matchNumber version categories { category available pending sellable status } } }";

/// Each follower of this number has an event stream, the others have sockets.
const STREAMS: usize = 10;

/// Pause between two who come for the first time.
const ARRIVAL: Duration = Duration::from_millis(2);

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How long the server may take to close a connection that it said goodbye on.
const GOODBYE: Duration = Duration::from_secs(5);

/// Bytes that are read of a socket at once: there are thousands of them.
const BUFFER: usize = 4 * 1024;

/// How often is looked.
const LOOK: Duration = Duration::from_millis(5);

/// Codes below 2000 with which clients connect again (graphql-ws does so after 1000, too, which others take for the end), and
/// those from 4000 with which they do not.
const PASSING: [u16; 6] = [1001, 1005, 1006, 1012, 1013, 1014];
const FATAL: [u16; 8] = [4004, 4005, 4400, 4401, 4406, 4409, 4429, 4500];

/// A crowd of followers. Dropped, they are gone.
pub struct Followers {
    crowd: Vec<Arc<Follower>>,
    notes: Arc<Mutex<Notes>>,
    _tasks: JoinSet<()>,
}

/// What became of followers.
#[derive(Debug, Default)]
pub struct Notes {
    /// Why subscriptions were over for their clients.
    pub ended: Vec<String>,
    /// Why connections could not be made.
    pub refused: Vec<String>,
    /// How connections went that clients came back from, and how many.
    pub gone: BTreeMap<String, usize>,
    /// From the end of each of them until its client was let in again.
    pub away: Vec<Duration>,
}

/// How long it took until followers were told what was true at some moment.
#[derive(Debug)]
pub struct Reached {
    pub times: Vec<Duration>,
    /// Those who were not in time.
    pub missing: usize,
}

struct Follower {
    /// Of the balancer.
    address: SocketAddr,
    from: IpAddr,
    has_stream: bool,
    match_number: i64,
    told: Mutex<Option<State>>,
    notes: Arc<Mutex<Notes>>,
}

/// How a connection ended, as its client sees it.
#[derive(Debug)]
enum End {
    /// There was none.
    Refused(String),
    /// The client comes back.
    Gone(String),
    /// The client gives up, or thinks that all is said.
    Over(String),
}

impl Followers {
    /// Lets `count` followers come, who follow the first `matches` matches in turn; each is told its first state.
    ///
    /// # Errors
    ///
    /// Not all were told theirs in time; what they noticed is said.
    pub async fn come(address: SocketAddr, count: usize, matches: i64) -> Result<Self, String> {
        let notes = Arc::<Mutex<Notes>>::default();
        let numbers = (1..=matches).cycle();
        let crowd: Vec<Arc<Follower>> = (0..count)
            .zip(numbers)
            .map(|(number, match_number)| {
                Arc::new(Follower {
                    address,
                    from: own_address(number),
                    has_stream: number % STREAMS == STREAMS - 1,
                    match_number,
                    told: Mutex::default(),
                    notes: Arc::clone(&notes),
                })
            })
            .collect();
        let mut tasks = JoinSet::new();
        for follower in &crowd {
            tasks.spawn(Arc::clone(follower).follow());
            sleep(ARRIVAL).await;
        }
        let followers = Self { crowd, notes, _tasks: tasks };
        let anything = HashMap::new();
        match followers.reach(&anything, Instant::now(), PATIENCE).await {
            Reached { missing: 0, .. } => Ok(followers),
            Reached { missing, .. } => Err(format!("{missing} followers are told nothing: {:?}", followers.notes())),
        }
    }

    /// What has become of them since this was asked last.
    pub fn notes(&self) -> Notes {
        std::mem::take(&mut lock(&self.notes))
    }

    /// Waits until everybody was told what was true when it was `asked` for, or something newer.
    pub async fn reach(&self, truth: &Truth, asked: Instant, patience: Duration) -> Reached {
        let mut waiting: Vec<&Arc<Follower>> = self.crowd.iter().collect();
        let mut times = Vec::new();
        loop {
            let took = asked.elapsed();
            waiting.retain(|follower| {
                let is_there = follower.knows(truth);
                if is_there {
                    times.push(took);
                }
                !is_there
            });
            if waiting.is_empty() || took > patience {
                return Reached { times, missing: waiting.len() };
            }
            sleep(LOOK).await;
        }
    }

    /// Those who were told last of anything but this, as long as nothing changes.
    pub fn wrong(&self, truth: &Truth) -> Vec<String> {
        let wrong =
            self.crowd.iter().filter(|follower| lock(&follower.told).as_ref() != truth.get(&follower.match_number));
        wrong
            .map(|follower| {
                let (told, number) = (lock(&follower.told), follower.match_number);
                format!("of match {number} {told:?} was told and {:?} is true", truth.get(&number))
            })
            .collect()
    }
}

impl Follower {
    async fn follow(self: Arc<Self>) {
        let (mut retries, mut left) = (0, None::<Instant>);
        loop {
            let mut let_in = false;
            let mut welcome = || {
                let_in = true;
                if let Some(left) = left.take() {
                    lock(&self.notes).away.push(left.elapsed());
                }
            };
            let end = match self.has_stream {
                true => self.by_stream(&mut welcome).await,
                false => self.by_socket(&mut welcome).await,
            };
            if let_in {
                retries = 0;
            }
            left = left.or_else(|| Some(Instant::now()));
            match end {
                End::Over(why) => {
                    lock(&self.notes).ended.push(why);
                    return;
                }
                End::Refused(why) => lock(&self.notes).refused.push(why),
                End::Gone(how) => *lock(&self.notes).gone.entry(how).or_default() += 1,
            }
            sleep(wait(retries)).await;
            retries += 1;
        }
    }

    /// Follows by graphql-transport-ws until the socket ends.
    async fn by_socket(&self, welcome: &mut impl FnMut()) -> End {
        let mut request = match format!("ws://{}/graphql", self.address).into_client_request() {
            Ok(request) => request,
            Err(error) => return End::Over(error.to_string()),
        };
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
        let config = WebSocketConfig::default().read_buffer_size(BUFFER).write_buffer_size(0);
        let opening = async {
            let stream = connect(self.from, self.address).await?;
            client_async_with_config(request, stream, Some(config)).await
        };
        let mut socket = match timeout(HANDSHAKE, opening).await {
            Ok(Ok((socket, _))) => socket,
            Ok(Err(Error::Http(answer))) => return End::Refused(format!("a socket: status {}", answer.status())),
            Ok(Err(error)) => return End::Refused(format!("a socket: {error}")),
            Err(_) => return End::Refused(format!("a socket: not open within {HANDSHAKE:?}")),
        };
        let mut say = Some(json!({ "type": "connection_init" }));
        loop {
            if let Some(message) = say.take()
                && let Err(error) = socket.send(Message::text(message.to_string())).await
            {
                return End::Gone(format!("a socket broke: {error}"));
            }
            match socket.next().await {
                Some(Ok(Message::Text(text))) => match self.answer(&text, welcome) {
                    Ok(answer) => say = answer,
                    Err(why) => return End::Over(why),
                },
                Some(Ok(Message::Close(frame))) => {
                    // Its answer is sent while the end is read; browsers wait for that, and not for ever.
                    let rest = async { while let Some(Ok(_)) = socket.next().await {} };
                    let _ = timeout(GOODBYE, rest).await;
                    return closed(frame.as_ref());
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return closed(None),
            }
        }
    }

    /// What is said to a message of graphql-transport-ws; an error where it ends the subscription.
    fn answer(&self, text: &str, welcome: &mut impl FnMut()) -> Result<Option<Value>, String> {
        let message: Value = serde_json::from_str(text).map_err(|error| format!("{text}: {error}"))?;
        match message["type"].as_str() {
            Some("connection_ack") => {
                welcome();
                Ok(Some(json!({ "id": "1", "type": "subscribe", "payload": self.question() })))
            }
            Some("next") => self.hear(&message["payload"]).map(|()| None),
            Some("ping") => Ok(Some(json!({ "type": "pong" }))),
            Some("pong") => Ok(None),
            _ => Err(format!("a socket was told {text}")),
        }
    }

    /// Follows by an event stream until it ends.
    async fn by_stream(&self, welcome: &mut impl FnMut()) -> End {
        let body = self.question().to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: {}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let opening = async {
            let mut connection = Connection::new(connect(self.from, self.address).await?);
            connection.send(request.as_bytes()).await?;
            let head = connection.head().await?;
            std::io::Result::Ok((connection, head))
        };
        let mut connection = match timeout(HANDSHAKE, opening).await {
            Ok(Ok((connection, head))) if head.status == 200 => connection,
            Ok(Ok((_, head))) => return End::Refused(format!("a stream: status {}", head.status)),
            Ok(Err(error)) => return End::Refused(format!("a stream: {error}")),
            Err(_) => return End::Refused(format!("a stream: no answer within {HANDSHAKE:?}")),
        };
        welcome();
        let mut text = String::new();
        loop {
            match connection.chunk().await {
                Ok(Some(chunk)) => text.push_str(&String::from_utf8_lossy(&chunk)),
                // graphql-sse takes it for the end of what it asked for.
                Ok(None) => return End::Over("a stream ended in order".to_owned()),
                Err(error) => return End::Gone(format!("a stream broke off ({})", error.kind())),
            }
            while let Some((event, rest)) = text.split_once("\n\n") {
                if let Err(why) = self.hear_event(event) {
                    return End::Over(why);
                }
                text = rest.to_owned();
            }
        }
    }

    fn hear_event(&self, event: &str) -> Result<(), String> {
        match event.strip_prefix("event: next\ndata: ") {
            Some(data) => self.hear(&serde_json::from_str(data).map_err(|error| format!("{event}: {error}"))?),
            None if event.starts_with(':') => Ok(()),
            None => Err(format!("a stream was told {event}")),
        }
    }

    /// Asks for what is newer than what was told.
    fn question(&self) -> Value {
        let number = self.match_number;
        let known = lock(&self.told).as_ref().map(|told| json!({ "matchNumber": number, "version": told.version }));
        let since: Vec<Value> = known.into_iter().collect();
        json!({ "query": DOCUMENT, "variables": { "matchNumbers": [number], "since": since } })
    }

    fn hear(&self, result: &Value) -> Result<(), String> {
        let state = State::read(&result["data"]["availability"]);
        let state = state.filter(|_| result.get("errors").is_none()).ok_or_else(|| format!("was told {result}"))?;
        let mut told = lock(&self.told);
        if let Some(told) = told.as_ref().filter(|told| told.version > state.version) {
            return Err(format!("was told version {} after version {}", state.version, told.version));
        }
        *told = Some(state);
        Ok(())
    }

    /// Whether it was told of its match what is true, or something newer; of a match of which nothing is said, anything.
    fn knows(&self, truth: &Truth) -> bool {
        let known = truth.get(&self.match_number).map_or(0, |state| state.version);
        lock(&self.told).as_ref().is_some_and(|told| told.version >= known)
    }
}

/// What a client makes of a close, or of a connection that ended without one.
fn closed(frame: Option<&CloseFrame>) -> End {
    let code = frame.map_or(1006, |frame| frame.code.into());
    let is_fatal = (1000..2000).contains(&code) && !PASSING.contains(&code) || FATAL.contains(&code);
    let how = match frame {
        Some(frame) => format!("a socket was closed with {code} ({})", frame.reason),
        None => "a socket was cut".to_owned(),
    };
    if is_fatal { End::Over(how) } else { End::Gone(how) }
}

/// How long both libraries wait unless told otherwise.
fn wait(retries: u32) -> Duration {
    let doubled = Duration::from_secs(1).saturating_mul(2_u32.saturating_pow(retries));
    doubled + Duration::from_millis(rand::rng().random_range(300..3_000))
}

/// An address of this machine for each of some thousands.
fn own_address(number: usize) -> IpAddr {
    let low = |part: usize| u8::try_from(part % 250 + 1).unwrap_or(u8::MAX);
    IpAddr::from([127, 1, low(number / 250), low(number)])
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
