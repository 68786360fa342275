//! Requests: one thread that keeps a number of connections busy, each with one request at a time.
//!
//! The next request is sent when the last one is answered, or when its time has come, however many wait before it.

use std::{
    collections::VecDeque,
    io::{self, Read as _, Write as _},
    net::SocketAddr,
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token, net::TcpStream};
use rand::Rng as _;

use crate::{
    Outcome,
    edge::exchange::{Chunks, Head},
    figures::{Latencies, rate},
};

/// Connections of one run, unless it says otherwise.
pub(crate) const CONNECTIONS: usize = 32;

/// Before a run is measured it runs for this part of its time.
const WARM_UP: u32 = 5;

const BUFFER: usize = 256 * 1_024;

/// How long a single answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) pace: Pace,
    /// Seconds that are measured.
    pub(crate) seconds: u64,
}

/// When the next request is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// When the last one of its connection is answered.
    Closed,
    /// So many a second, at moments as random as pgbench's: times count from the moment, not from the sending.
    Open(f64),
}

/// What an answer must be.
pub(crate) enum Expected<'a> {
    /// At least so many bytes, which nobody looks at.
    Length(usize),
    /// Whatever this takes, given the number of the request and the whole body.
    Body(&'a mut dyn FnMut(u64, &[u8]) -> Outcome),
}

/// What a run measured.
pub(crate) struct Done {
    pub(crate) rate: f64,
    pub(crate) latencies: Latencies,
    /// With those of the warm-up and of the end.
    pub(crate) begun: u64,
}

/// Sends what `request` makes of a counter for `seconds`. Every answer must have status 200 and at least `least` bytes.
pub(crate) fn run(
    address: SocketAddr,
    seconds: u64,
    least: usize,
    request: impl FnMut(u64, &mut Vec<u8>),
) -> Outcome<Done> {
    let load = Load { connections: CONNECTIONS, pace: Pace::Closed, seconds };
    send(address, load, request, Expected::Length(least))
}

/// Sends what `request` makes of a counter as `load` says. Every answer must have status 200 and be as expected; all
/// are waited for.
pub(crate) fn send(
    address: SocketAddr,
    load: Load,
    request: impl FnMut(u64, &mut Vec<u8>),
    mut expected: Expected<'_>,
) -> Outcome<Done> {
    let mut poll = Poll::new()?;
    let mut connections = Vec::with_capacity(load.connections);
    for number in 0..load.connections {
        connections.push(Connection::open(address, &poll, Token(number))?);
    }
    let measured = Duration::from_secs(load.seconds);
    let begun = Instant::now();
    let start = begun + measured / WARM_UP;
    let end = start + measured;
    let mut requests = Requests { make: request, text: Vec::new(), next: 0 };
    let mut schedule = Schedule { pace: load.pace, next: begun, waiting: VecDeque::new() };
    // In turn, so that none waits for its first request until the server cuts it.
    let mut idle: VecDeque<usize> = (0..connections.len()).collect();
    let (mut events, mut buffer, mut times) = (Events::with_capacity(256), vec![0; BUFFER], Vec::new());
    let mut count = 0;
    loop {
        let now = Instant::now();
        while let Some(&number) = idle.front() {
            let Some(due) = schedule.due(now, end) else { break };
            idle.pop_front();
            connections[number].send(due, &mut requests)?;
        }
        if now >= end && schedule.waiting.is_empty() && idle.len() == connections.len() {
            return Ok(Done { rate: rate(count, measured), latencies: Latencies::of(times), begun: requests.next });
        }
        let wait = if idle.is_empty() { PATIENCE } else { schedule.wait(now, end) };
        match poll.poll(&mut events, Some(wait)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error.into()),
            _ if events.is_empty() && wait == PATIENCE => return Err("the server answers no more".into()),
            _ => {}
        }
        for event in &events {
            let connection = &mut connections[event.token().0];
            while connection.receive(&mut buffer, &mut expected)? {
                let now = Instant::now();
                let counts = match load.pace {
                    Pace::Closed => now >= start && now < end,
                    Pace::Open(_) => connection.due >= start,
                };
                if counts {
                    times.push(now - connection.due);
                }
                count += u64::from(now >= start && now < end);
                match schedule.due(now, end) {
                    Some(due) => connection.send(due, &mut requests)?,
                    None => {
                        idle.push_back(event.token().0);
                        break;
                    }
                }
            }
        }
    }
}

struct Requests<F> {
    make: F,
    text: Vec<u8>,
    next: u64,
}

struct Schedule {
    pace: Pace,
    next: Instant,
    /// Requests whose time has come while every connection was busy.
    waiting: VecDeque<Instant>,
}

impl Schedule {
    /// When the next request should have been sent, if its time has come.
    fn due(&mut self, now: Instant, end: Instant) -> Option<Instant> {
        match self.pace {
            Pace::Closed => (now < end).then_some(now),
            Pace::Open(rate) => {
                while self.next <= now && self.next < end {
                    self.waiting.push_back(self.next);
                    let part: f64 = rand::rng().random_range(f64::MIN_POSITIVE..1.0);
                    self.next += Duration::from_secs_f64(-part.ln() / rate);
                }
                self.waiting.pop_front()
            }
        }
    }

    /// How long nothing is to be sent.
    fn wait(&self, now: Instant, end: Instant) -> Duration {
        match self.pace {
            Pace::Open(_) if self.next < end => self.next.saturating_duration_since(now),
            _ => PATIENCE,
        }
    }
}

struct Connection {
    stream: TcpStream,
    /// The number of the request that is under way, and when it should have been sent.
    number: u64,
    due: Instant,
    /// What of the answer has arrived; of a body that nobody looks at and whose length is known, only the head.
    received: Vec<u8>,
    head: Option<Head>,
    chunks: Chunks,
    /// Bytes of the body that are still to come, once the head is read.
    missing: usize,
}

impl Connection {
    fn open(address: SocketAddr, poll: &Poll, token: Token) -> Outcome<Self> {
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry().register(&mut stream, token, Interest::READABLE)?;
        let (received, chunks) = (Vec::new(), Chunks::default());
        Ok(Self { stream, number: 0, due: Instant::now(), received, head: None, chunks, missing: 0 })
    }

    /// Requests are short, so that the socket takes them whole.
    fn send(&mut self, due: Instant, requests: &mut Requests<impl FnMut(u64, &mut Vec<u8>)>) -> Outcome {
        requests.text.clear();
        (requests.make)(requests.next, &mut requests.text);
        (self.number, self.due) = (requests.next, due);
        requests.next += 1;
        Ok(self.stream.write_all(&requests.text)?)
    }

    /// Whether a whole answer has arrived. To be asked again until it has not.
    fn receive(&mut self, buffer: &mut [u8], expected: &mut Expected<'_>) -> Outcome<bool> {
        loop {
            let count = match self.stream.read(buffer) {
                Ok(0) => return Err("the server closed a connection".into()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error.into()),
            };
            let mut body = count;
            let is_counted = self.head.as_ref().is_some_and(|head| !head.is_chunked);
            if !is_counted || matches!(expected, Expected::Body(_)) {
                self.received.extend_from_slice(&buffer[..count]);
            }
            if self.head.is_none() {
                let Some(head) = Head::of(&self.received)? else { continue };
                if head.status != 200 {
                    return Err(format!("answered with {}", String::from_utf8_lossy(&self.received)).into());
                }
                self.missing = head.length;
                body = self.received.len() - head.end;
                self.head = Some(head);
            }
            let Some(length) = self.length(body)? else { continue };
            let head = self.head.take().ok_or("an answer without a head")?;
            match expected {
                Expected::Length(least) if length < *least => {
                    return Err(format!("answered with {length} bytes").into());
                }
                Expected::Body(_) if head.is_chunked => return Err("an answer in chunks is not read".into()),
                Expected::Body(judge) => judge(self.number, &self.received[head.end..])?,
                Expected::Length(_) => {}
            }
            self.received.clear();
            return Ok(true);
        }
    }

    /// How long the body is, once all of it has arrived; `body` bytes of it just did.
    fn length(&mut self, body: usize) -> Outcome<Option<usize>> {
        let head = self.head.as_ref().ok_or("an answer without a head")?;
        if head.is_chunked {
            let whole = self.chunks.length(&self.received[head.end..])?;
            if whole.is_some() {
                self.chunks = Chunks::default();
            }
            return Ok(whole);
        }
        self.missing = self.missing.checked_sub(body).ok_or("an answer is too long")?;
        Ok((self.missing == 0).then_some(head.length))
    }
}
