//! How a charge is taken of its bucket.

/// How a charge is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// Owed at once.
    Once,
    /// The cost is an estimate: reserved now, and owed once [`settle`](crate::settle) says how much was used.
    Estimated,
    /// As an estimate, but never refused: it counts what happens, up to the capacity.
    Counted,
}

impl Taking {
    /// Whether [`settle`](crate::settle) says what becomes of it.
    pub(crate) fn is_settled(self) -> bool {
        self != Self::Once
    }
}
