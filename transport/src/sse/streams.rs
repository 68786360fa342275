//! Streams of single connection mode: reserved, opened once, and gone with their response.
//!
//! A stream lives in the instance that reserved it, whose name is the first half of the token: another instance can tell a
//! client that its requests are spread over several from one whose stream is over.
//!
//! Invariant: a token is in the map while its stream is reserved or open. Reservations that no client opens end by
//! themselves and are bounded in number, so no client fills the map.

use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;
use uuid::Uuid;

use crate::{config::sockets::Sockets, document::network, feed::Shared, streaming::meters::Reason};

pub(crate) struct Streams {
    /// This instance's, new at every start.
    instance: Uuid,
    by_token: Arc<Mutex<HashMap<Uuid, Entry>>>,
}

/// What names a stream to its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    instance: Uuid,
    stream: Uuid,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.instance.simple(), self.stream.simple())
    }
}

impl FromStr for Token {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (instance, stream) = text.split_at_checked(uuid::fmt::Simple::LENGTH).unwrap_or((text, ""));
        Ok(Self { instance: instance.parse()?, stream: stream.parse()? })
    }
}

struct Entry {
    user: Option<String>,
    shared: Arc<Shared>,
    /// `None` once the stream was opened.
    reserved: Option<Reserved>,
}

struct Reserved {
    until: Instant,
    /// Whose it is, as addresses are counted.
    by: Option<IpAddr>,
}

/// An open stream; dropping it forgets the token and ends what runs on it.
pub(crate) struct Open {
    by_token: Arc<Mutex<HashMap<Uuid, Entry>>>,
    stream: Uuid,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum OpenError {
    Unknown,
    /// It was reserved at another instance.
    Elsewhere,
    AlreadyOpen,
}

impl Default for Streams {
    fn default() -> Self {
        Self { instance: Uuid::new_v4(), by_token: Arc::default() }
    }
}

impl Streams {
    /// Ends the reservations that were not opened in time; they give their places back.
    pub(crate) fn forget_stale(&self, now: Instant) {
        self.lock().retain(|_, entry| entry.reserved.as_ref().is_none_or(|reserved| reserved.until > now));
    }

    /// `None` where as many reservations wait to be opened as may. Of one address the oldest gives way, so that a
    /// client that floods a shared address with them takes no connection from its others.
    pub(crate) fn reserve(
        &self,
        user: Option<String>,
        by: Option<IpAddr>,
        until: Instant,
        limits: &Sockets,
    ) -> Option<Token> {
        let by = by.map(network);
        let mut streams = self.lock();
        let (mut all, mut own, mut oldest) = (0, 0, None);
        for (token, reserved) in streams.iter().filter_map(|(token, entry)| Some((token, entry.reserved.as_ref()?))) {
            all += 1;
            if reserved.by == by {
                own += 1;
                oldest = oldest.min(Some((reserved.until, *token))).or(Some((reserved.until, *token)));
            }
        }
        if own >= limits.event_stream_reservations_per_address_max
            && let Some((_, token)) = oldest
        {
            streams.remove(&token);
        } else if all >= limits.event_stream_reservations_max {
            return None;
        }
        let stream = Uuid::new_v4();
        let reserved = Some(Reserved { until, by });
        streams.insert(stream, Entry { user, shared: Arc::default(), reserved });

        Some(Token { instance: self.instance, stream })
    }

    /// Opens a reserved stream.
    pub(crate) fn open(&self, token: Token, user: Option<&str>) -> Result<(Open, Arc<Shared>), OpenError> {
        let stream = self.own(token)?;
        let mut streams = self.lock();
        let entry = streams.get_mut(&stream).filter(|entry| entry.user.as_deref() == user);
        let entry = entry.ok_or(OpenError::Unknown)?;
        entry.reserved.take().ok_or(OpenError::AlreadyOpen)?;
        let open = Open { by_token: Arc::clone(&self.by_token), stream };

        Ok((open, Arc::clone(&entry.shared)))
    }

    /// The operations of a reserved or open stream, for the user it belongs to.
    pub(crate) fn find(&self, token: Token, user: Option<&str>) -> Result<Arc<Shared>, OpenError> {
        let stream = self.own(token)?;
        let streams = self.lock();
        let entry = streams.get(&stream).filter(|entry| entry.user.as_deref() == user).ok_or(OpenError::Unknown)?;
        Ok(Arc::clone(&entry.shared))
    }

    fn own(&self, token: Token) -> Result<Uuid, OpenError> {
        if token.instance == self.instance { Ok(token.stream) } else { Err(OpenError::Elsewhere) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Entry>> {
        self.by_token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let entry = self.by_token.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.stream);
        if let Some(entry) = entry {
            drop(entry.shared.lock().take_all(Reason::ClientDisconnected));
        }
    }
}
