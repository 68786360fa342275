//! The role `key`: the keys that sign access tokens, or tickets, beside a running program or without one.

use std::path::Path;

use domain::keyring::{self, Listed, Purpose, Stage};
use entities::signing_key::Algorithm;

use crate::{cli::Key, failure::Failure, output, resources};

/// Changes, lists or ends the keys of a purpose.
///
/// # Errors
///
/// The database does not answer; for `retire`, there is no such key.
pub async fn keys<P: Purpose>(settings: Option<&Path>, task: &Key) -> Result<(), Failure> {
    let config = super::load(settings)?;
    let app = resources::beside(&config).await?;
    match task {
        Key::Rotate { now } => {
            let made = keyring::rotate::<P>(&app, *now).await?;
            tracing::info!(kid = made.kid, signed = P::SIGNED, "signing key created");
        }
        Key::List => {}
        Key::Retire { kid } if keyring::retire::<P>(&app, kid).await? => {}
        Key::Retire { kid } => return Err(Failure::NoKey(kid.clone())),
    }
    show(&keyring::list::<P>(&app).await?)
}

/// Columns with a header; a key that has no end yet has a dash for it.
fn show(listed: &[Listed]) -> Result<(), Failure> {
    let width = listed.iter().map(|key| key.kid.len()).max().unwrap_or_default();
    output::line(row(width, ["KEY", "ALGORITHM", "STATE", "FROM", "UNTIL"]))?;
    Ok(listed.iter().try_for_each(|key| output::line(shown(width, key)))?)
}

fn shown(width: usize, key: &Listed) -> String {
    let algorithm = match key.algorithm {
        Algorithm::EdDsa => "EdDSA",
        Algorithm::Hs256 => "HS256",
    };
    let stage = match key.stage {
        Stage::Announced => "announced",
        Stage::Signing => "signing",
        Stage::Verifying => "verifying",
        Stage::Ended => "ended",
    };
    let at = |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let until = key.ends_at.map_or_else(|| "-".to_owned(), at);
    row(width, [&key.kid, algorithm, stage, &at(key.signs_from), &until])
}

fn row(width: usize, [key, algorithm, state, from, until]: [&str; 5]) -> String {
    format!("{key:<width$}  {algorithm:<9}  {state:<9}  {from:<20}  {until}")
}
