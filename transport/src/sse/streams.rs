//! Streams of single connection mode: reserved, opened once, and gone with their response.
//!
//! Invariant: a token is in the map while its stream is reserved or open. Reservations that nobody opens end by
//! themselves and are bounded in number, so nobody fills the map.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;
use uuid::Uuid;

use crate::streaming::{feed::Shared, places::Place};

#[derive(Default)]
pub(crate) struct Streams {
    by_token: Arc<Mutex<HashMap<Uuid, Entry>>>,
}

struct Entry {
    user: Option<String>,
    shared: Arc<Shared>,
    /// `None` once the stream was opened.
    reserved: Option<Reserved>,
}

struct Reserved {
    until: Instant,
    place: Option<Place>,
}

/// An open stream; dropping it forgets the token and ends what runs on it.
pub(crate) struct Open {
    by_token: Arc<Mutex<HashMap<Uuid, Entry>>>,
    token: Uuid,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum OpenError {
    Unknown,
    AlreadyOpen,
}

impl Streams {
    /// Ends the reservations that were not opened in time; they give their places back.
    pub(crate) fn forget_stale(&self, now: Instant) {
        self.lock().retain(|_, entry| entry.reserved.as_ref().is_none_or(|reserved| reserved.until > now));
    }

    /// `None` where `max` reservations wait to be opened.
    pub(crate) fn reserve(
        &self,
        user: Option<String>,
        place: Option<Place>,
        until: Instant,
        max: usize,
    ) -> Option<Uuid> {
        let mut streams = self.lock();
        if streams.values().filter(|entry| entry.reserved.is_some()).count() >= max {
            return None;
        }
        let token = Uuid::new_v4();
        let reserved = Some(Reserved { until, place });
        streams.insert(token, Entry { user, shared: Arc::default(), reserved });

        Some(token)
    }

    /// Opens a reserved stream. The place it was reserved with passes to the caller.
    pub(crate) fn open(
        &self,
        token: Uuid,
        user: Option<&str>,
    ) -> Result<(Open, Arc<Shared>, Option<Place>), OpenError> {
        let mut streams = self.lock();
        let entry = streams.get_mut(&token).filter(|entry| entry.user.as_deref() == user);
        let entry = entry.ok_or(OpenError::Unknown)?;
        let reserved = entry.reserved.take().ok_or(OpenError::AlreadyOpen)?;
        let open = Open { by_token: Arc::clone(&self.by_token), token };

        Ok((open, Arc::clone(&entry.shared), reserved.place))
    }

    /// The operations of a reserved or open stream, for the user it belongs to.
    pub(crate) fn find(&self, token: Uuid, user: Option<&str>) -> Option<Arc<Shared>> {
        let streams = self.lock();
        let entry = streams.get(&token).filter(|entry| entry.user.as_deref() == user)?;
        Some(Arc::clone(&entry.shared))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Entry>> {
        self.by_token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let entry = self.by_token.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.token);
        if let Some(entry) = entry {
            drop(entry.shared.lock().take_all());
        }
    }
}
