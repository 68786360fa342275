//! Errands: sessions that the identity provider is to be asked about, handed from the requests that want them to the task that
//! asks. A client that leaves ends its request and no errand.

use entities::provider_session;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::{AccountError, Session};

/// Errands that wait, at most.
const WAITING: usize = 1_024;

/// What becomes of an errand.
pub(super) type Outcome = Result<Session, AccountError>;

/// A session to be renewed.
pub(super) struct Errand {
    pub(super) handle: String,
    pub(super) row: provider_session::Model,
    pub(super) done: oneshot::Sender<Outcome>,
}

/// The errands of this process.
pub(super) struct Errands {
    sender: mpsc::Sender<Errand>,
    pub(super) receiver: Mutex<mpsc::Receiver<Errand>>,
}

impl Default for Errands {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        Self { sender, receiver: Mutex::new(receiver) }
    }
}

impl Errands {
    /// Hands an errand over, and says what became of it.
    ///
    /// # Errors
    /// `Busy` where too many wait; `ProviderAway` where the program stops.
    pub(super) async fn done(&self, handle: String, row: provider_session::Model) -> Outcome {
        let (done, outcome) = oneshot::channel();
        self.sender.try_send(Errand { handle, row, done }).map_err(|_| AccountError::Busy)?;
        outcome.await.unwrap_or(Err(AccountError::ProviderAway))
    }
}
