//! The differential tests of the client tests, with other documents and more of them than the suite has time for.

use crate::{Outcome, edge::children};

/// Which documents, and how many.
#[derive(clap::Args, Clone, Copy)]
pub(crate) struct Documents {
    /// Where the random numbers begin: the same documents each time.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Queries; a quarter as many mutations and subscriptions.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    documents: u32,
    /// Documents that are judged and not executed; half as many sets of variables.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    judged: u32,
}

/// Ends with an error where one is answered or judged otherwise; it is printed, made as small as it goes.
pub(crate) fn differential(Documents { seed, documents, judged }: Documents) -> Outcome {
    children::build()?;
    let of_seed = ("DIFFERENTIAL_SEED", seed.to_string());
    let suites = [
        ("differential", ("DIFFERENTIAL_DOCUMENTS", documents.to_string())),
        ("validation", ("VALIDATION_DOCUMENTS", judged.to_string())),
    ];
    for (suite, count) in suites {
        children::client_tests(suite, &[of_seed.clone(), count])?;
    }
    Ok(())
}
