//! What the pages of matches ask.

use super::{DateTime, Decimal};

documents! {
    MatchesPage of "documents/matches/matches.graphql",
    MatchPage of "documents/matches/match.graphql",
    Recommended of "documents/matches/recommended.graphql",
    Reserve of "documents/matches/reserve.graphql",
}
