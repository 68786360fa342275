//! The crowd: many subscribers on one thread, each a socket that speaks graphql-transport-ws.
//!
//! Invariant: what a subscriber is told is compared byte for byte with what was sent; a message too many, too few or
//! different ends the run.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use bench::changes::DOCUMENT;
use mio::{Events, Interest, Poll, Token};
use serde_json::{Value, json};

use crate::Outcome;

/// How long a change may take to reach everybody.
const PATIENCE: Duration = Duration::from_secs(20);

/// After so many have joined, those who are there already answer the server's pings.
const JOINED_AT_ONCE: usize = 500;

/// Bytes read at once.
const BUFFER: usize = 64 * 1_024;

const TEXT: u8 = 0x81;
const PING: u8 = 0x89;
const MASKED: u8 = 0x80;
const PONG: u8 = 0x8A;

/// Subscribers that are all told of the same.
pub(crate) struct Crowd {
    poll: Poll,
    events: Events,
    subscribers: Vec<Subscriber>,
    buffer: Vec<u8>,
}

struct Subscriber {
    stream: mio::net::TcpStream,
    /// The beginning of a frame whose end has not come yet.
    rest: Vec<u8>,
}

impl Crowd {
    /// Connects `count` subscribers one after the other, and waits for what each is told first.
    pub(crate) fn join(address: SocketAddr, count: usize) -> Outcome<Self> {
        Self::of(count, || subscribe(address, DOCUMENT))
    }

    /// The same of those who ask for `subscription` and know already what is true now.
    pub(crate) fn join_knowing(address: SocketAddr, count: usize, subscription: &Value) -> Outcome<Self> {
        Self::of(count, || {
            let mut stream = open(address)?;
            say(&mut stream, &message(subscription))?;
            Ok(stream)
        })
    }

    fn of(count: usize, mut subscriber: impl FnMut() -> Outcome<TcpStream>) -> Outcome<Self> {
        let mut crowd = Self {
            poll: Poll::new()?,
            events: Events::with_capacity(1_024),
            subscribers: Vec::with_capacity(count),
            buffer: vec![0; BUFFER],
        };
        for number in 0..count {
            let stream = subscriber()?;
            stream.set_nonblocking(true)?;
            let mut stream = mio::net::TcpStream::from_std(stream);
            crowd.poll.registry().register(&mut stream, Token(number), Interest::READABLE)?;
            crowd.subscribers.push(Subscriber { stream, rest: Vec::new() });
            if number % JOINED_AT_ONCE == 0 {
                crowd.idle(Duration::from_millis(1))?;
            }
        }
        Ok(crowd)
    }

    pub(crate) fn len(&self) -> usize {
        self.subscribers.len()
    }

    /// Waits until everybody was told `expected`; returns when each was, since `sent`.
    ///
    /// It never sleeps meanwhile: who sends over loopback would pay for waking it, which no server pays for clients that
    /// are elsewhere, and the slower server the more often.
    pub(crate) fn deliver(&mut self, expected: &[u8], sent: Instant, times: &mut Vec<Duration>) -> Outcome {
        let end = sent + PATIENCE;
        let (mut missing, mut wrong) = (self.subscribers.len(), 0);
        while missing > 0 {
            if Instant::now() > end {
                return Err(format!("{missing} of {} were told nothing", self.subscribers.len()).into());
            }
            self.turn(Duration::ZERO, |message| {
                if message == expected {
                    times.push(sent.elapsed());
                    missing = missing.wrapping_sub(1);
                } else {
                    wrong += 1;
                }
            })?;
            if wrong > 0 {
                return Err(format!("{wrong} subscribers were told something else").into());
            }
        }
        Ok(())
    }

    /// Reads on until `is_over` and nothing more comes; returns how many messages everybody was told, together.
    pub(crate) fn listen(&mut self, is_over: &AtomicBool) -> Outcome<u64> {
        const QUIET: Duration = Duration::from_millis(100);

        let mut told = 0;
        loop {
            let before = told;
            let was_over = is_over.load(Ordering::Relaxed);
            self.turn(QUIET, |_| told += 1)?;
            if was_over && told == before {
                return Ok(told);
            }
        }
    }

    /// Answers pings for a while in which nothing is to be told.
    pub(crate) fn idle(&mut self, time: Duration) -> Outcome {
        let end = Instant::now() + time;
        let mut told = 0_u64;
        while Instant::now() < end {
            self.turn(end.saturating_duration_since(Instant::now()), |_| told += 1)?;
        }
        if told > 0 { Err(format!("{told} messages came unasked").into()) } else { Ok(()) }
    }

    fn turn(&mut self, wait: Duration, mut told: impl FnMut(&[u8])) -> Outcome {
        if let Err(error) = self.poll.poll(&mut self.events, Some(wait)) {
            return if error.kind() == io::ErrorKind::Interrupted { Ok(()) } else { Err(error.into()) };
        }
        for event in &self.events {
            self.subscribers[event.token().0].read(&mut self.buffer, &mut told)?;
        }
        Ok(())
    }
}

impl Subscriber {
    /// Reads until nothing is left; a short read has emptied the socket.
    fn read(&mut self, buffer: &mut [u8], told: &mut impl FnMut(&[u8])) -> Outcome {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return Err("the server closed a socket".into()),
                Ok(count) => {
                    self.take(&buffer[..count], told)?;
                    if count < buffer.len() {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn take(&mut self, received: &[u8], told: &mut impl FnMut(&[u8])) -> Outcome {
        if self.rest.is_empty() {
            let left = frames(received, &mut self.stream, told)?;
            self.rest.extend_from_slice(&received[received.len() - left..]);
        } else {
            let mut whole = std::mem::take(&mut self.rest);
            whole.extend_from_slice(received);
            let left = frames(&whole, &mut self.stream, told)?;
            self.rest.extend_from_slice(&whole[whole.len() - left..]);
        }
        Ok(())
    }
}

/// Takes whole frames; returns how many bytes of the last one are left.
fn frames(mut received: &[u8], answers: &mut impl io::Write, told: &mut impl FnMut(&[u8])) -> Outcome<usize> {
    while let Some((kind, payload, rest)) = frame(received) {
        match kind {
            TEXT => told(payload),
            PING => {
                // Masked with zeros, as a client must, and so with nothing.
                let length = u8::try_from(payload.len())?;
                let mut pong = vec![PONG, MASKED | length, 0, 0, 0, 0];
                pong.extend_from_slice(payload);
                answers.write_all(&pong)?;
            }
            other => return Err(format!("an unexpected frame of kind {other:#x}").into()),
        }
        received = rest;
    }
    Ok(received.len())
}

fn frame(received: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[kind, short], rest) = received.split_first_chunk()?;
    let (length, rest) = match short {
        126 => rest.split_first_chunk().map(|(length, rest)| (u64::from(u16::from_be_bytes(*length)), rest))?,
        127 => rest.split_first_chunk().map(|(length, rest)| (u64::from_be_bytes(*length), rest))?,
        short => (u64::from(short), rest),
    };
    let length = usize::try_from(length).ok()?;
    let (payload, rest) = rest.split_at_checked(length)?;
    Some((kind, payload, rest))
}

/// A socket that has been told its first state.
fn subscribe(address: SocketAddr, document: &str) -> Outcome<TcpStream> {
    let mut stream = open(address)?;
    say(&mut stream, &message(&json!({ "query": document })))?;
    let first = hear(&mut stream)?;
    if !first.windows(14).any(|window| window == br#""availability""#) {
        return Err(format!("a subscription was answered with {}", String::from_utf8_lossy(&first)).into());
    }
    Ok(stream)
}

fn message(subscription: &Value) -> String {
    json!({ "id": "1", "type": "subscribe", "payload": subscription }).to_string()
}

/// A socket that was let in.
pub(crate) fn open(address: SocketAddr) -> Outcome<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(
        b"GET /graphql HTTP/1.1\r\nhost: matchday\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
          sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
          sec-websocket-protocol: graphql-transport-ws\r\n\r\n",
    )?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    if !head.starts_with(b"HTTP/1.1 101") {
        return Err(format!("no socket: {}", String::from_utf8_lossy(&head)).into());
    }
    say(&mut stream, r#"{"type":"connection_init"}"#)?;
    let ack = hear(&mut stream)?;
    if !ack.windows(14).any(|window| window == b"connection_ack") {
        return Err(format!("not let in: {}", String::from_utf8_lossy(&ack)).into());
    }
    Ok(stream)
}

/// Sends a text message.
pub(crate) fn say(stream: &mut TcpStream, text: &str) -> Outcome {
    let mut frame = vec![TEXT];
    match u8::try_from(text.len()) {
        Ok(length) if length < 126 => frame.push(MASKED | length),
        _ => {
            frame.push(MASKED | 126);
            frame.extend(u16::try_from(text.len())?.to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    Ok(stream.write_all(&frame)?)
}

/// Receives one frame, byte by byte so that nothing of the next is taken.
fn hear(stream: &mut TcpStream) -> Outcome<Vec<u8>> {
    let mut head = [0; 2];
    stream.read_exact(&mut head)?;
    let length = match head[1] {
        126 => {
            let mut length = [0; 2];
            stream.read_exact(&mut length)?;
            usize::from(u16::from_be_bytes(length))
        }
        short => usize::from(short),
    };
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload)?;
    Ok(payload)
}
