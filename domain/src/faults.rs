//! Fault points: places between a hold and its ticket, and back, at which a test has the program die as by `kill -9`.
//!
//! They are there where debug assertions are: a release has none of them, whatever its environment says.

use entities::payment::State;

/// The variable of the environment that names the point to die at.
pub const VARIABLE: &str = "DIE_AT";

/// Where the program can die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A request of this kind is decided and written, and not committed.
    Uncommitted(Request),
    /// A hold is committed, and not answered.
    Held,
    /// A payment is committed, and the gateway has not heard of it.
    Begun,
    /// The gateway has done what a payment in this state asks for, and nothing of that is written.
    Answered(State),
    /// What the gateway did for a payment in this state is settled, and nothing that follows is done.
    Settled(State),
    /// A fan's payment is given up, and the gateway has not heard of it.
    GivenUp,
    /// An event of the gateway is stored, and not processed.
    Notified,
    /// A refund is committed, and the gateway has not heard of it.
    Owed,
    /// The gateway has given money back, and nothing of that is written.
    PaidBack,
    /// A refund is done, and the fan who asked for it is not answered.
    Refunded,
}

/// What the desk decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    Place,
    Pay,
    Settle,
    Refund,
}

impl Point {
    pub const ALL: [Self; 17] = [
        Self::Uncommitted(Request::Place),
        Self::Held,
        Self::Uncommitted(Request::Pay),
        Self::Begun,
        Self::Answered(State::Created),
        Self::Uncommitted(Request::Settle),
        Self::Settled(State::Created),
        Self::Answered(State::Confirmed),
        Self::Settled(State::Confirmed),
        Self::Notified,
        Self::GivenUp,
        Self::Answered(State::Voiding),
        Self::Settled(State::Voiding),
        Self::Uncommitted(Request::Refund),
        Self::Owed,
        Self::PaidBack,
        Self::Refunded,
    ];

    /// As the environment names it.
    pub fn name(self) -> String {
        format!("{self:?}")
    }
}

/// Dies if the environment says so.
#[cfg(debug_assertions)]
#[expect(
    clippy::disallowed_methods,
    reason = "a test chooses the fault of the program that it starts, and no setting does"
)]
pub(crate) fn point(point: Point) {
    static CHOSEN: std::sync::LazyLock<Option<String>> = std::sync::LazyLock::new(|| std::env::var(VARIABLE).ok());

    if CHOSEN.as_ref().is_some_and(|chosen| *chosen == point.name()) {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub(crate) const fn point(_: Point) {}
