//! The role `copy-database`: from the embedded database into Postgres, by a program that is stopped.

use std::path::Path;

use domain::{accounts::keys::AccessTokens, keyring, tickets::keys::TicketCodes};

use crate::{
    config::Config,
    copying::{self, Copied},
    data_dir::DataDir,
    database::{self, Connected},
    failure::Failure,
    output, resources,
};

/// Copies what the embedded database of the data folder has into the configured Postgres.
///
/// # Errors
///
/// Nothing was copied: a program runs on the folder, the target is not empty, or a database fails.
pub async fn copy_database(settings: Option<&Path>) -> Result<(), Failure> {
    let config = super::load(settings)?;
    let Some(url) = &config.database.url else {
        let right = "Set it to an empty Postgres database on which `matchday migrate up` has run.";
        return Err(Failure::Uncopied(format!("DATABASE_URL, the target, is unset\n  {right}")));
    };
    let data_dir = DataDir::of_embedded(&config)?;
    let source = database::embedded(&data_dir).await?;
    let (target, _) = database::connect(&config, &data_dir).await?;
    copying::compare_steps(&source.0, &target).await?;
    check_secret(&config, source.clone(), &data_dir).await?;
    let Copied { rows, violations } = copying::copy(&source.0, &target).await?;

    for (table, rows) in rows.iter().filter(|(_, rows)| **rows > 0) {
        output::line(format!("{rows:>9}  {table}"))?;
    }
    let (from, into) = (data_dir.database().display().to_string(), url.redacted());
    let all = output::counted(usize::try_from(rows.values().sum::<u64>()).unwrap_or(usize::MAX), "row", "rows");
    output::line(format!("\ncopied {all} of {} tables from {from} to {into}", rows.len()))?;
    for violation in &violations {
        tracing::warn!("the audit finds in both databases: {violation}");
    }
    if violations.is_empty() {
        output::line("the audit finds no errors in the copy")?;
    }
    if config.accounts.jwt_secret.is_none() {
        let secret = data_dir.secret_file().display().to_string();
        output::line(format!(
            "set MATCHDAY_JWT_SECRET to the content of {secret} on instances with another data folder"
        ))?;
    }
    Ok(())
}

/// Sees to it that what the source has sealed opens by the secret that is set for the target.
async fn check_secret(config: &Config, source: Connected, data_dir: &DataDir) -> Result<(), Failure> {
    let app = resources::over(config, source, data_dir)?;
    let of_tokens = keyring::is_sealed_by_another_secret::<AccessTokens>(&app).await?;
    if of_tokens || keyring::is_sealed_by_another_secret::<TicketCodes>(&app).await? {
        let what = "the keys of the embedded database are encrypted with another secret than the one that is set";
        let right = format!(
            "Set MATCHDAY_JWT_SECRET to the secret that it was used with: the content of {}, unless the variable was set.",
            data_dir.secret_file().display()
        );
        return Err(Failure::Uncopied(format!("{what}\n  {right}")));
    }
    Ok(())
}
