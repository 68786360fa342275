//! The role `migrate`: the tables, forwards, backwards, and as they stand.

use std::path::Path;

use crate::{
    cli::Migrate,
    data_dir::DataDir,
    database::{self, Steps},
    failure::Failure,
    output,
};

/// Changes the tables or tells how they stand.
///
/// # Errors
///
/// The database does not answer or refuses; for `status`, a step is missing.
pub async fn migrate(settings: Option<&Path>, step: &Migrate) -> Result<(), Failure> {
    let config = super::load(settings)?;
    let data_dir = DataDir::open(&config)?;
    let (db, _) = database::connect(&config, &data_dir).await?;
    match step {
        Migrate::Up { steps } => database::up(&db, *steps).await?,
        Migrate::Down { steps } => database::down(&db, *steps).await?,
        Migrate::Status => {}
    }
    let Steps { applied, missing, unknown } = Steps::of(&db).await?;
    for (state, names) in [("applied", applied), ("missing", missing.clone()), ("newer", unknown)] {
        for name in names {
            output::line(format!("{state:<7}  {name}"))?;
        }
    }
    match step {
        Migrate::Status if !missing.is_empty() => Err(Failure::Unmigrated(missing.len())),
        _ => Ok(()),
    }
}
