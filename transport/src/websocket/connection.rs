//! One socket: reads words, runs operations, writes results, and ends for one reason.
//!
//! Invariant: an operation is polled only while the socket can take a message and no reply waits. So a stalled client
//! queues nothing: its subscriptions keep only what changed, and it gets the newest state when it comes back.

use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
};

use axum::http::request::Parts;
use bytes::Bytes;
use futures_util::FutureExt;

use crate::{
    document::RawRequest,
    gateway::Caller,
    operation::{Operation, Output},
    operations::{Operations, Slot, Turn},
    streaming::{Streaming, doors::Door, meters::Raised, places::Place},
    websocket::{
        close::Close,
        connection::{
            drain::Drain,
            identity::{Identifying, Purpose},
            parting::{unreadable, unwritable},
        },
        frames::{Heard, Kind},
        protocol::{self, Dialect, Word},
        socket::Socket,
        timers::{Due, Timers},
    },
};

mod drain;
mod identity;
pub(super) mod parting;

/// Messages written at most before the client is listened to again.
const WRITES: usize = 16;

/// Replies that may wait for the socket before it is read no further.
const REPLIES_MAX: usize = 16;
const REPLY_BYTES_MAX: usize = 16 * 1024;

pub(crate) struct Connection {
    streaming: Arc<Streaming>,
    dialect: Dialect,
    parts: Arc<Parts>,
    socket: Socket,
    caller: Option<Caller>,
    _address_place: Option<Place>,
    user_place: Option<Place>,
    _counted: Raised,
    identifying: Option<Identifying>,
    operations: Operations,
    replies: VecDeque<Reply>,
    timers: Timers,
    drain: Drain,
    door: Arc<Door>,
}

/// A message that belongs to no operation's results.
struct Reply {
    kind: Kind,
    payload: Bytes,
}

/// How a socket ended.
enum End {
    /// We close it, saying why.
    Close(Close),
    /// The client says goodbye, with this code.
    Left(Option<u16>),
    /// Its connection broke.
    Gone,
    /// It takes nothing or says nothing, so there is nobody to say goodbye to.
    Stalled,
}

impl Connection {
    pub(crate) fn new(
        streaming: Arc<Streaming>,
        dialect: Dialect,
        parts: Parts,
        socket: Socket,
        address_place: Option<Place>,
    ) -> Box<Self> {
        let door = streaming.door(&parts);
        Box::new(Self {
            timers: Timers::new(&streaming.limits),
            drain: Drain::new(&door.leaving),
            door,
            _counted: Raised::new(&streaming.meters.websocket.connections),
            streaming,
            dialect,
            parts: Arc::new(parts),
            socket,
            caller: None,
            _address_place: address_place,
            user_place: None,
            identifying: None,
            operations: Operations::default(),
            replies: VecDeque::new(),
        })
    }

    pub(crate) async fn run(mut self: Box<Self>) {
        let end = poll_fn(|cx| match self.poll_end(cx) {
            Ok(()) => Poll::Pending,
            Err(end) => Poll::Ready(end),
        })
        .await;

        // Boxed, so that parting takes no room while the socket lives.
        self.part(end).boxed().await;
    }

    /// Does all that can be done now; `Err` says how the socket ended.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        let draining = self.drain.poll_begun(cx);
        if draining {
            if self.door.is_expelled() {
                return Err(End::Close(Close::EXPELLED));
            }
            self.timers.drain_within(self.streaming.limits.drain_timeout());
            for id in self.operations.end_subscriptions() {
                self.reply(self.dialect.complete(&id));
            }
        }
        while self.poll_writes(cx)? | self.poll_identity(cx)? | self.poll_read(cx)? {}
        if draining && self.operations.is_empty() {
            return Err(End::Close(Close::GOING_AWAY));
        }
        while let Poll::Ready(due) = self.timers.poll_due(cx) {
            self.keep_time(due)?;
            while self.poll_writes(cx)? {}
        }

        Ok(())
    }

    /// Writes what there is, up to a bound; whether there may be more.
    fn poll_writes(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        for _ in 0..WRITES {
            if !self.poll_write(cx)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Hands at most one message to the socket: a reply, or the result of the operation whose turn it is.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        match self.socket.poll_ready(cx) {
            Poll::Ready(Ok(())) => self.timers.took(),
            Poll::Ready(Err(error)) => return Err(unwritable(&error)),
            Poll::Pending => {
                self.timers.stalled();
                return Ok(false);
            }
        }
        if let Some(reply) = self.replies.pop_front() {
            if reply.kind == Kind::Ping {
                self.timers.pinged();
            }
            return self.send(cx, reply);
        }

        let message = match self.operations.poll_turn(cx) {
            Poll::Pending => return Ok(false),
            Poll::Ready(Turn::Ended(slot)) => self.dialect.complete(&slot.id),
            Poll::Ready(Turn::Output(slot, Output::Next(payload))) => {
                let body = self.streaming.meters.websocket.deliver(payload);
                self.socket
                    .send(cx, Kind::Text, slot.prefix.as_bytes(), body, b"}")
                    .map_err(|error| unwritable(&error))?;
                return Ok(true);
            }
            Poll::Ready(Turn::Output(slot, Output::Refused(errors))) => {
                let (message, id) = (self.dialect.error(&slot.id, &errors), slot.id.clone());
                self.operations.remove(&id);
                message
            }
        };
        self.send(cx, Reply { kind: Kind::Text, payload: message })
    }

    fn send(&mut self, cx: &mut Context<'_>, reply: Reply) -> Result<bool, End> {
        self.socket.send(cx, reply.kind, &[], reply.payload, &[]).map_err(|error| unwritable(&error))?;
        Ok(true)
    }

    fn reply(&mut self, text: Bytes) {
        self.replies.push_back(Reply { kind: Kind::Text, payload: text });
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        if self.must_not_read() {
            return Ok(false);
        }
        match self.socket.poll_next(cx) {
            Poll::Pending => Ok(false),
            Poll::Ready(Err(error)) => Err(unreadable(&error)),
            Poll::Ready(Ok(heard)) => {
                self.timers.heard();
                self.hear(heard)?;
                Ok(true)
            }
        }
    }

    fn must_not_read(&self) -> bool {
        let waiting: usize = self.replies.iter().map(|reply| reply.payload.len()).sum();
        if self.replies.len() >= REPLIES_MAX || waiting >= REPLY_BYTES_MAX {
            return true;
        }

        // Legacy clients send operations right behind their init, and a renewal must not be overtaken by another: both
        // wait in the connection. Otherwise a second init must be seen while the first is decided.
        let overtakes =
            |identifying: &Identifying| self.dialect == Dialect::Legacy || identifying.purpose == Purpose::Renewal;
        self.identifying.as_ref().is_some_and(overtakes)
    }

    fn hear(&mut self, heard: Heard) -> Result<(), End> {
        match heard {
            Heard::Text(text) => match self.dialect.read(&text) {
                Ok(word) => self.heed(word),
                Err(malformed) => Err(End::Close(Close::malformed(malformed))),
            },
            Heard::Binary => Err(End::Close(Close::BINARY)),
            Heard::Close(code) => Err(End::Left(code)),
            Heard::Ping(payload) => {
                self.replies.push_back(Reply { kind: Kind::Pong, payload: payload.into() });
                Ok(())
            }
            Heard::Pong => Ok(()),
        }
    }

    fn heed(&mut self, word: Word) -> Result<(), End> {
        match word {
            Word::Init(payload) => self.init(payload),
            Word::Ping(Some(payload)) if self.caller.is_some() && payload.contains_key("authorization") => {
                self.identify(Purpose::Renewal, payload);
                Ok(())
            }
            Word::Ping(payload) => {
                self.reply(protocol::pong(payload.as_ref()));
                Ok(())
            }
            Word::Pong => Ok(()),
            Word::Subscribe { id, request } => self.subscribe(id, request),
            Word::Complete { id } => {
                if self.operations.remove(&id) && self.dialect == Dialect::Legacy {
                    self.reply(self.dialect.complete(&id));
                }
                Ok(())
            }
            Word::Terminate => Err(End::Close(Close::NORMAL)),
        }
    }

    fn subscribe(&mut self, id: String, request: RawRequest) -> Result<(), End> {
        let caller = self.caller.as_ref().ok_or(End::Close(Close::UNAUTHORIZED))?;
        if self.operations.contains(&id) {
            match self.dialect {
                Dialect::TransportWs => return Err(End::Close(Close::duplicate(&id))),
                // Legacy servers let the newer operation take the place of the older.
                Dialect::Legacy => self.operations.remove(&id),
            };
        }
        if self.operations.len() >= self.streaming.limits.operations_per_connection_max {
            return Err(End::Close(Close::TOO_MANY_OPERATIONS));
        }
        let places = self.streaming.take_operation_places(&self.parts, caller);
        self.operations.add(Slot {
            prefix: self.dialect.next_prefix(&id),
            id: id.into(),
            operation: Operation::start(&self.streaming, caller, request),
            _places: places.map_err(|_full| End::Close(Close::TOO_MANY_OPERATIONS))?,
            _counted: Raised::new(&self.streaming.meters.websocket.operations),
        });

        Ok(())
    }

    fn keep_time(&mut self, due: Due) -> Result<(), End> {
        match due {
            Due::Init => Err(End::Close(Close::INIT_TIMEOUT)),
            Due::Expired => Err(End::Close(Close::EXPIRED)),
            Due::Drained => Err(End::Close(Close::GOING_AWAY)),
            Due::Silent | Due::Stalled => Err(End::Stalled),
            Due::Ping => {
                // Whatever still waits unsent needs no further ping behind it.
                if self.replies.is_empty() {
                    self.replies.push_back(Reply { kind: Kind::Ping, payload: Bytes::new() });
                    if self.dialect == Dialect::Legacy && self.caller.is_some() {
                        self.reply(protocol::KEEP_ALIVE);
                    }
                }
                Ok(())
            }
        }
    }
}
