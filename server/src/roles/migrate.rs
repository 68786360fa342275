//! The role `migrate`: the tables, forwards, backwards, and as they stand.

use std::path::Path;

use crate::{cli::Migrate, data_dir::DataDir, database, failure::Failure, output};

/// Changes the tables or tells how they stand.
///
/// # Errors
///
/// The database does not answer or refuses; for `status`, a step is missing.
pub async fn migrate(settings: Option<&Path>, step: &Migrate) -> Result<(), Failure> {
    let config = super::load(settings)?;
    let data_dir = DataDir::open(&config)?;
    let db = database::connect(&config, &data_dir).await?;
    match step {
        Migrate::Up { steps } => database::up(&db, *steps).await?,
        Migrate::Down { steps } => database::down(&db, *steps).await?,
        Migrate::Status => {}
    }
    let steps = database::status(&db).await?;
    for (name, is_applied) in &steps {
        output::line(format!("{}  {name}", if *is_applied { "applied" } else { "missing" }))?;
    }
    let missing = steps.iter().filter(|(_, is_applied)| !is_applied).count();
    match step {
        Migrate::Status if missing > 0 => Err(Failure::Unmigrated(missing)),
        _ => Ok(()),
    }
}
