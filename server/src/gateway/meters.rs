//! Meters of operations, resolved once so that an answer costs one atomic addition.

use async_graphql::{Response, parser::types::OperationType};
use error_codes::Code;
use metrics::{Counter, counter};

use super::masking;

/// Queries and mutations that were answered. Subscriptions are counted where they run, by the edge.
pub(super) struct Meters {
    queries: Outcomes,
    mutations: Outcomes,
}

/// Answers to one type of operation.
struct Outcomes {
    ok: Counter,
    refused: Counter,
    failed: Counter,
}

/// How an operation was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Without errors.
    Ok,
    /// With errors that are for the client to act on.
    Refused,
    /// With an error that is this site's: something broke, is away or has too much to do.
    Failed,
}

impl Default for Meters {
    fn default() -> Self {
        Self { queries: Outcomes::of("query"), mutations: Outcomes::of("mutation") }
    }
}

impl Outcomes {
    fn of(kind: &'static str) -> Self {
        let counted =
            |outcome: &'static str| counter!("matchday_operations_total", "type" => kind, "outcome" => outcome);
        Self { ok: counted("ok"), refused: counted("refused"), failed: counted("failed") }
    }
}

impl Meters {
    pub(super) fn answered(&self, kind: OperationType, outcome: Outcome) {
        let outcomes = if kind == OperationType::Mutation { &self.mutations } else { &self.queries };
        let counter = match outcome {
            Outcome::Ok => &outcomes.ok,
            Outcome::Refused => &outcomes.refused,
            Outcome::Failed => &outcomes.failed,
        };
        counter.increment(1);
    }
}

impl Outcome {
    /// Of a response whose errors have their codes.
    pub(super) fn of(response: &Response) -> Self {
        if response.errors.is_empty() {
            return Self::Ok;
        }
        let ours = [Code::INTERNAL, Code::SERVICE_UNAVAILABLE];
        let is_ours = |code: String| ours.iter().any(|known| known.as_str() == code);
        match response.errors.iter().filter_map(masking::code_of).any(is_ours) {
            true => Self::Failed,
            false => Self::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::ServerError;

    use super::*;

    fn response(codes: &[Code]) -> Response {
        let error = |code: &Code| {
            let mut error = ServerError::new("no", None);
            error.extensions.get_or_insert_default().set("code", code.as_str());
            error
        };
        Response::from_errors(codes.iter().map(error).collect())
    }

    #[test]
    fn an_answer_has_failed_where_one_of_its_errors_is_the_sites_own() {
        assert_eq!(Outcome::of(&Response::default()), Outcome::Ok);
        for code in Code::ALL {
            let is_ours = matches!(*code, Code::INTERNAL | Code::SERVICE_UNAVAILABLE);
            let expected = if is_ours { Outcome::Failed } else { Outcome::Refused };
            assert_eq!(Outcome::of(&response(&[*code])), expected, "{code:?}");
        }
        assert_eq!(Outcome::of(&response(&[Code::SOLD_OUT, Code::INTERNAL])), Outcome::Failed);
    }
}
