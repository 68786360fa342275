//! Requests: one thread that keeps a number of connections busy, each sending the next request when its last one is
//! answered.

use std::{
    io::{self, Read as _, Write as _},
    net::SocketAddr,
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token, net::TcpStream};

use crate::{
    Outcome,
    edge::exchange::Head,
    figures::{Latencies, rate},
};

/// Connections of one run.
pub(crate) const CONNECTIONS: usize = 32;

/// Before a run is measured it runs for this part of its time.
const WARM_UP: u32 = 5;

const BUFFER: usize = 256 * 1_024;

/// How long a single answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a run measured.
pub(crate) struct Done {
    pub(crate) rate: f64,
    pub(crate) latencies: Latencies,
}

struct Connection {
    stream: TcpStream,
    sent: Instant,
    /// What of the head has arrived; empty once it is read.
    head: Vec<u8>,
    /// Bytes of the body that are still to come, once the head is read.
    missing: Option<usize>,
}

/// Sends what `request` makes of a counter for `seconds`. Every answer must have status 200 and at least `least` bytes.
pub(crate) fn run(
    address: SocketAddr,
    seconds: u64,
    least: usize,
    mut request: impl FnMut(u64, &mut Vec<u8>),
) -> Outcome<Done> {
    let mut poll = Poll::new()?;
    let mut connections = Vec::with_capacity(CONNECTIONS);
    for number in 0..CONNECTIONS {
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry().register(&mut stream, Token(number), Interest::READABLE)?;
        connections.push(Connection { stream, sent: Instant::now(), head: Vec::new(), missing: None });
    }

    let measured = Duration::from_secs(seconds);
    let start = Instant::now() + measured / WARM_UP;
    let end = start + measured;
    let (mut counter, mut text) = (0, Vec::new());
    for connection in &mut connections {
        connection.send(&mut counter, &mut text, &mut request)?;
    }
    let (mut events, mut buffer, mut times) = (Events::with_capacity(64), vec![0; BUFFER], Vec::new());
    loop {
        if let Err(error) = poll.poll(&mut events, Some(PATIENCE))
            && error.kind() != io::ErrorKind::Interrupted
        {
            return Err(error.into());
        }
        for event in &events {
            let connection = &mut connections[event.token().0];
            while connection.receive(&mut buffer, least)? {
                let now = Instant::now();
                if now >= start && now < end {
                    times.push(now - connection.sent);
                }
                connection.send(&mut counter, &mut text, &mut request)?;
            }
        }
        if Instant::now() >= end {
            let count = u64::try_from(times.len())?;
            return Ok(Done { rate: rate(count, measured), latencies: Latencies::of(times) });
        }
        if events.is_empty() {
            return Err("the server answers no more".into());
        }
    }
}

impl Connection {
    /// Requests are short, so that the socket takes them whole.
    fn send(&mut self, counter: &mut u64, text: &mut Vec<u8>, request: &mut impl FnMut(u64, &mut Vec<u8>)) -> Outcome {
        text.clear();
        request(*counter, text);
        *counter += 1;
        self.sent = Instant::now();
        Ok(self.stream.write_all(text)?)
    }

    /// Whether a whole answer has arrived. To be asked again until it has not.
    fn receive(&mut self, buffer: &mut [u8], least: usize) -> Outcome<bool> {
        loop {
            let count = match self.stream.read(buffer) {
                Ok(0) => return Err("the server closed a connection".into()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error.into()),
            };
            let body = match self.missing {
                Some(_) => count,
                None => {
                    self.head.extend_from_slice(&buffer[..count]);
                    let Some(head) = Head::of(&self.head)? else { continue };
                    if head.status != 200 || head.length < least {
                        return Err(format!("answered with {}, {} bytes", head.status, head.length).into());
                    }
                    self.missing = Some(head.length);
                    self.head.len() - head.end
                }
            };
            self.head.clear();
            let missing = self.missing.unwrap_or_default().checked_sub(body).ok_or("an answer is too long")?;
            if missing == 0 {
                self.missing = None;
                return Ok(true);
            }
            self.missing = Some(missing);
        }
    }
}
