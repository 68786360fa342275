//! Requests: what the desk is asked for, and who waits for the answer.

use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

use book::patience;
use entities::reservation;
use spans::Origin;
use tokio::sync::oneshot;

use super::{decision::Decision, error::HoldError, needs::Needs};
use crate::faults;

/// A kind of request: what it needs to be read under the locks, and how it is decided.
pub(crate) trait Request: Debug + Send + 'static {
    /// Why it is refused.
    type Refused: From<HoldError> + Debug + Send + 'static;

    /// Whether it binds a client, who must not be told meanwhile that it did not happen. What the clock or the payment
    /// provider has decided happens however late, and so does what only gives tickets back.
    const BINDS_CLIENT: bool;

    /// As what a fault point names it, where one does.
    const FAULT: Option<faults::Request> = None;

    /// Says what it needs to be read, once the matches are locked.
    fn needs(&self, needs: &mut Needs);

    /// Decides it, after those that came before it. What a refusal has changed is kept: a hold that is found overdue ends.
    fn decide(&self, decision: &mut Decision<'_>) -> Answer<Self>;
}

/// The reservation as it is after the decision, or why it is refused.
pub(crate) type Answer<R> = Result<reservation::Model, <R as Request>::Refused>;

/// A request of any kind in its lane.
pub(super) trait Pending: Debug + Send {
    fn match_number(&self) -> i32;

    /// Since when a client waits, where it is one that is told in vain after a while.
    fn since(&self) -> Option<Instant>;

    /// When it was handed in.
    fn handed_in(&self) -> Instant;

    /// The span in which it waits, where that is traced.
    fn origin(&self) -> Option<&Origin>;

    /// Whether its asker went away.
    fn is_abandoned(&self) -> bool;

    fn fault(&self) -> Option<faults::Request>;

    fn needs(&self, needs: &mut Needs);

    /// Decides it, and keeps the answer until [`Self::answer`].
    fn decide(&mut self, decision: &mut Decision<'_>);

    /// Sends the answer; its decision is committed.
    fn answer(self: Box<Self>);

    /// Answers that nothing was decided.
    fn refuse(self: Box<Self>, why: HoldError);
}

/// A request with its answer, and who waits for it.
#[derive(Debug)]
struct Waiting<R: Request> {
    match_number: i32,
    request: R,
    handed_in: Instant,
    since: Option<Instant>,
    origin: Option<Origin>,
    decided: Option<Answer<R>>,
    asker: oneshot::Sender<Answer<R>>,
}

/// A request to be handed in, and where its answer comes out; it waits in the span of `origin`.
pub(super) fn waiting<R: Request>(
    match_number: i32,
    request: R,
    origin: Option<Origin>,
) -> (Box<dyn Pending>, oneshot::Receiver<Answer<R>>) {
    let (asker, answered) = oneshot::channel();
    let since = if R::BINDS_CLIENT { patience::since() } else { None };

    let waiting = Waiting { match_number, request, handed_in: Instant::now(), since, origin, decided: None, asker };
    (Box::new(waiting), answered)
}

/// Takes those out whose clients have given up: a hold that its buyer believes refused would keep tickets from others.
pub(super) fn dismiss_late(pending: &mut Vec<Box<dyn Pending>>, patience: Duration) {
    for late in pending.extract_if(.., |one| patience::is_over(one.since(), patience)) {
        late.refuse(HoldError::Unavailable);
    }
}

impl<R: Request> Pending for Waiting<R> {
    fn match_number(&self) -> i32 {
        self.match_number
    }

    fn since(&self) -> Option<Instant> {
        self.since
    }

    fn handed_in(&self) -> Instant {
        self.handed_in
    }

    fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    fn is_abandoned(&self) -> bool {
        self.asker.is_closed()
    }

    fn fault(&self) -> Option<faults::Request> {
        R::FAULT
    }

    fn needs(&self, needs: &mut Needs) {
        self.request.needs(needs);
    }

    fn decide(&mut self, decision: &mut Decision<'_>) {
        self.decided = Some(self.request.decide(decision));
    }

    fn answer(self: Box<Self>) {
        let answer = self.decided.unwrap_or_else(|| Err(HoldError::Unavailable.into()));
        // An asker who left after the commit finds the reservation in their list.
        let _ = self.asker.send(answer);
    }

    fn refuse(self: Box<Self>, why: HoldError) {
        let _ = self.asker.send(Err(why.into()));
    }
}
