//! The health of the database as the writes of this instance find it: whether they are taken, and if not, why.
//!
//! A database that is read-only, full or going down answers every question and takes nothing. So what the last write came
//! to is remembered, and readiness tells it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{DbErr, sqlx};

use super::sqlx_error;

/// How long a connection is used while the database is read-only: none that was opened meanwhile may outlive that for long,
/// and opening one for each use would slow down all reads.
const USED: Duration = Duration::from_secs(2);

/// Shared by the pool of connections and all who write over it.
#[derive(Debug, Default)]
pub struct Health {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    trouble: Option<String>,
    is_read_only: bool,
    written: Option<Instant>,
    distrusted: Option<Instant>,
}

impl Health {
    /// Why writes are refused, if the last one was.
    pub fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    /// How long ago a write was taken.
    pub fn written_ago(&self) -> Option<Duration> {
        self.state().written.map(|written| written.elapsed())
    }

    /// Whether a connection of this age may be one that takes no writes any more, though the database may by now: what it
    /// was opened with, it keeps.
    pub fn distrusts(&self, age: Duration) -> bool {
        let state = self.state();
        let is_older = state.distrusted.is_some_and(|at| at.elapsed() < age);
        is_older || (state.is_read_only && age > USED)
    }

    pub fn wrote(&self) {
        let mut state = self.state();
        state.written = Some(Instant::now());
        if std::mem::take(&mut state.is_read_only) {
            state.distrusted = state.written;
        }
        if state.trouble.take().is_some() {
            tracing::info!("the database accepts writes again");
        }
    }

    /// Notes what kept a write from being taken, where that is not the write's own fault.
    pub fn failed(&self, error: &DbErr) {
        let Some(refusal) = sqlx_error(error).and_then(Refusal::of) else { return };
        let mut state = self.state();
        // Once, however many writes are refused: each look for the end of it would close every connection else.
        if refusal == Refusal::ReadOnly && !std::mem::replace(&mut state.is_read_only, true) {
            state.distrusted = Some(Instant::now());
        }
        if state.trouble.replace(error.to_string()).is_none() {
            tracing::error!(%error, "the database accepts no writes");
        }
    }

    /// The state is a set of independent facts: a panic elsewhere leaves none half-written.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a database takes no write, whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A standby, one that was made read-only, or a connection that was.
    ReadOnly,
    /// It is full, its disk fails, or it is going down.
    Other,
}

impl Refusal {
    pub(super) fn of(error: &sqlx::Error) -> Option<Self> {
        let sqlx::Error::Database(error) = error else { return None };
        let code = error.code()?;
        if code.len() == 5 {
            return match &*code {
                // Read-only transaction: it is what a standby says too.
                "25006" => Some(Self::ReadOnly),
                // SQLSTATE classes: resources, operator intervention, system error.
                _ => ["53", "57P", "58"].iter().any(|class| code.starts_with(class)).then_some(Self::Other),
            };
        }
        // SQLite, in the low byte of extended codes: READONLY, IOERR, FULL, CANTOPEN.
        match code.parse::<i32>().ok().filter(|code| *code < 10_000)? & 0xff {
            8 => Some(Self::ReadOnly),
            10 | 13 | 14 => Some(Self::Other),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{borrow::Cow, error, fmt, sync::Arc};

    use sea_orm::{
        RuntimeErr,
        sqlx::error::{DatabaseError, ErrorKind},
    };

    use super::*;

    /// What Postgres says of a write that it takes nowhere now.
    #[derive(Debug)]
    struct ReadOnly;

    impl fmt::Display for ReadOnly {
        fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
            to.write_str("read-only")
        }
    }

    impl error::Error for ReadOnly {}

    impl DatabaseError for ReadOnly {
        fn message(&self) -> &'static str {
            "read-only"
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some("25006".into())
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }

        fn as_error(&self) -> &(dyn error::Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn error::Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn error::Error + Send + Sync + 'static> {
            self
        }
    }

    fn refuse(health: &Health) {
        let refusal = sqlx::Error::Database(Box::new(ReadOnly));
        health.failed(&DbErr::Exec(RuntimeErr::SqlxError(Arc::new(refusal))));
    }

    #[test]
    fn while_writes_are_refused_a_connection_is_used_for_a_while() {
        /// How long ago the older one was opened, so that no pause of this thread matters.
        const BEFORE: Duration = Duration::from_secs(1);
        let health = Health::default();
        assert!(!health.distrusts(BEFORE));

        refuse(&health);
        assert!(health.distrusts(BEFORE), "it may be read-only or not");
        let meanwhile = Instant::now();
        refuse(&health);
        assert!(!health.distrusts(meanwhile.elapsed()), "each write that is refused closes every connection");
        assert!(health.distrusts(USED * 2), "it may have been opened before the end");

        health.wrote();
        assert!(health.distrusts(BEFORE), "it is read-only for as long as it lives");
        assert!(!health.distrusts(Instant::now().elapsed()));
        assert!(health.trouble().is_none());
    }
}
