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
    gateway::{Caller, Watch},
    occupancy::{exits::AddressExit, gauges::GaugeGuard, quotas::Claim},
    operation::{Operation, Output},
    operations::{Operations, Slot, Turn},
    streaming::{Streaming, meters::Reason},
    websocket::{
        close::Close,
        connection::{
            close_handshake::{unreadable, unwritable},
            drain::Drain,
            identity::{Identifying, Purpose},
        },
        frames::{Kind, Message},
        protocol::{self, ClientMessage, Dialect},
        socket::Socket,
        timers::{Due, Timers},
    },
};

pub(super) mod close_handshake;
mod drain;
mod identity;

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
    _address_claim: Option<Claim>,
    user_claim: Option<Claim>,
    _gauge: GaugeGuard,
    identifying: Option<Identifying>,
    /// One after the other.
    refused_renewals: u8,
    /// Of the caller; there is none before the first, nor for whom nothing can change.
    watch: Option<Watch>,
    operations: Operations,
    replies: VecDeque<Reply>,
    timers: Timers,
    drain: Drain,
    exit: Arc<AddressExit>,
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
    /// It takes nothing or says nothing, so there is no client to say goodbye to.
    Stalled,
}

impl End {
    /// What it is to the subscriptions of the socket.
    fn reason(&self) -> Reason {
        match self {
            Self::Close(close) => close.ends_subscriptions_because(),
            Self::Left(_) | Self::Gone => Reason::ClientDisconnected,
            Self::Stalled => Reason::Stalled,
        }
    }
}

impl Connection {
    pub(crate) fn new(
        streaming: Arc<Streaming>,
        dialect: Dialect,
        parts: Parts,
        socket: Socket,
        address_claim: Option<Claim>,
    ) -> Box<Self> {
        let exit = streaming.exit(&parts);
        Box::new(Self {
            timers: Timers::new(&streaming.limits),
            drain: Drain::new(&exit.leaving),
            exit,
            _gauge: GaugeGuard::new(&streaming.meters.websocket.connections),
            streaming,
            dialect,
            parts: Arc::new(parts),
            socket,
            caller: None,
            _address_claim: address_claim,
            user_claim: None,
            identifying: None,
            refused_renewals: 0,
            watch: None,
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

        // Boxed, so that the closing handshake takes no room while the socket lives.
        self.part(end).boxed().await;
    }

    /// Does all that can be done now; `Err` says how the socket ended.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        if self.drain.poll_begun(cx) {
            if self.exit.is_evicted() {
                return Err(End::Close(Close::EVICTED));
            }
            self.timers.drain_within(self.streaming.limits.drain_timeout(), || self.exit.departure());
        }
        if self.watch.as_mut().is_some_and(|watch| watch.poll_unpin(cx).is_ready()) {
            self.watch = None;
            return Err(End::Close(Close::REVOKED));
        }
        while self.poll_writes(cx)? | self.poll_identity(cx)? | self.poll_read(cx)? {
            if self.operations.have_begun_much() {
                cx.waker().wake_by_ref();
                break;
            }
        }
        while let Poll::Ready(due) = self.timers.poll_due(cx) {
            self.keep_time(due)?;
            while self.poll_writes(cx)? {}
        }
        // Nothing is said of the subscriptions: told their end, clients would not ask for them again.
        if self.timers.may_leave() && self.operations.may_begin_again() {
            return Err(End::Close(Close::GOING_AWAY));
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
            Poll::Ready(Turn::Ended(id)) => self.dialect.complete(&id),
            Poll::Ready(Turn::Output(slot, Output::Next(payload))) => {
                let payload = self.streaming.error_docs.added(payload);
                let body = self.streaming.meters.websocket.deliver(payload);
                self.socket
                    .start_send(cx, Kind::Text, slot.prefix.as_bytes(), body, b"}")
                    .map_err(|error| unwritable(&error))?;
                return Ok(true);
            }
            Poll::Ready(Turn::Output(slot, Output::Refused(mut errors))) => {
                self.streaming.error_docs.add(&mut errors);
                let (message, id) = (self.dialect.error(&slot.id, &errors), slot.id.clone());
                self.operations.remove(&id);
                message
            }
        };
        self.send(cx, Reply { kind: Kind::Text, payload: message })
    }

    fn send(&mut self, cx: &mut Context<'_>, reply: Reply) -> Result<bool, End> {
        self.socket.start_send(cx, reply.kind, &[], reply.payload, &[]).map_err(|error| unwritable(&error))?;
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
                self.on_message(heard)?;
                Ok(true)
            }
        }
    }

    fn must_not_read(&self) -> bool {
        let waiting: usize = self.replies.iter().map(|reply| reply.payload.len()).sum();
        if self.replies.len() >= REPLIES_MAX || waiting >= REPLY_BYTES_MAX || self.operations.are_behind() {
            return true;
        }

        // Legacy clients send operations right behind their init, and a renewal must not be overtaken by another: both
        // wait in the connection. Otherwise a second init must be seen while the first is decided.
        let overtakes =
            |identifying: &Identifying| self.dialect == Dialect::Legacy || identifying.purpose == Purpose::Renewal;
        self.identifying.as_ref().is_some_and(overtakes)
    }

    fn on_message(&mut self, heard: Message) -> Result<(), End> {
        match heard {
            Message::Text(text) => match self.dialect.read(&text) {
                Ok(message) => self.handle(message, text.len()),
                Err(malformed) => Err(End::Close(Close::malformed(malformed))),
            },
            Message::Binary => Err(End::Close(Close::BINARY)),
            Message::Close(code) => Err(End::Left(code)),
            Message::Ping(payload) => {
                self.replies.push_back(Reply { kind: Kind::Pong, payload: payload.into() });
                Ok(())
            }
            Message::Pong => Ok(()),
        }
    }

    /// Does what a message of so many bytes says.
    fn handle(&mut self, message: ClientMessage, bytes: usize) -> Result<(), End> {
        match message {
            ClientMessage::Init(payload) => self.init(payload),
            ClientMessage::Ping(Some(payload)) if self.caller.is_some() && payload.contains_key("authorization") => {
                self.ask_to_renew(payload);
                Ok(())
            }
            ClientMessage::Ping(payload) => {
                self.reply(protocol::pong(payload.as_ref()));
                Ok(())
            }
            ClientMessage::Pong => Ok(()),
            ClientMessage::Subscribe { id, request } => self.subscribe(id, request, bytes),
            ClientMessage::Complete { id } => {
                if self.operations.remove(&id) && self.dialect == Dialect::Legacy {
                    self.reply(self.dialect.complete(&id));
                }
                Ok(())
            }
            ClientMessage::Terminate => Err(End::Close(Close::NORMAL)),
        }
    }

    fn subscribe(&mut self, id: String, request: RawRequest, bytes: usize) -> Result<(), End> {
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
        let claims = self.streaming.claim_operation(&self.parts, caller);
        self.operations.add(Slot {
            prefix: self.dialect.next_prefix(&id),
            id: id.into(),
            watch: None,
            operation: Operation::start(
                &self.streaming,
                &self.streaming.meters.websocket,
                &self.parts,
                caller,
                request,
            ),
            unasked_bytes: bytes,
            _claims: claims.map_err(|_full| End::Close(Close::TOO_MANY_OPERATIONS))?,
            _gauge: GaugeGuard::new(&self.streaming.meters.websocket.operations),
        });

        Ok(())
    }

    fn keep_time(&mut self, due: Due) -> Result<(), End> {
        match due {
            Due::Init => Err(End::Close(Close::INIT_TIMEOUT)),
            Due::Expired => Err(End::Close(Close::EXPIRED)),
            Due::Drained => Err(End::Close(Close::GOING_AWAY)),
            Due::Leaving => Ok(()),
            Due::Silent | Due::Stalled => Err(End::Stalled),
            Due::Ping => {
                // The clock may have been set since.
                let expires_at = self.caller.as_ref().and_then(|caller| caller.expires_at);
                self.timers.expire_at(expires_at, self.streaming.gateway.now());
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
