//! The role `key`: the keys that sign access tokens, or tickets, beside a running program or without one.

use std::path::Path;

use domain::{
    accounts::keys::{self, Listed, Stage},
    tickets,
};
use entities::signing_key::Algorithm;

use crate::{cli::Key, failure::Failure, output, parts};

/// Changes, lists or ends keys.
///
/// # Errors
///
/// The database does not answer; for `retire`, there is no such key.
pub async fn keys(settings: Option<&Path>, task: &Key) -> Result<(), Failure> {
    let config = super::load(settings)?;
    let app = parts::beside(&config).await?;
    match task {
        Key::Rotate { now } => {
            let made = keys::rotate(&app, *now).await?;
            tracing::info!(kid = made.kid, "a key was made");
        }
        Key::List => {}
        Key::Retire { kid } if keys::retire(&app, kid).await? => {}
        Key::Retire { kid } => return Err(Failure::NoKey(kid.clone())),
    }
    show(&keys::list(&app).await?)
}

/// Changes, lists or ends keys of tickets.
///
/// # Errors
///
/// The database does not answer; for `retire`, there is no such key.
pub async fn ticket_keys(settings: Option<&Path>, task: &Key) -> Result<(), Failure> {
    let config = super::load(settings)?;
    let app = parts::beside(&config).await?;
    match task {
        Key::Rotate { now } => {
            let made = tickets::keys::rotate(&app, *now).await?;
            tracing::info!(kid = made.kid, "a key of tickets was made");
        }
        Key::List => {}
        Key::Retire { kid } if tickets::keys::retire(&app, kid).await? => {}
        Key::Retire { kid } => return Err(Failure::NoKey(kid.clone())),
    }
    show(&tickets::keys::list(&app).await?)
}

fn show(listed: &[Listed]) -> Result<(), Failure> {
    listed.iter().try_for_each(|key| output::line(shown(key)))
}

fn shown(key: &Listed) -> String {
    let algorithm = match key.algorithm {
        Algorithm::EdDsa => "EdDSA",
        Algorithm::Hs256 => "HS256",
    };
    let stage = match key.stage {
        Stage::Announced => "announced",
        Stage::Signing => "signs",
        Stage::Verifying => "verifies",
        Stage::Ended => "ended",
    };
    let at = |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let ends = key.ends_at.map_or_else(|| "open".to_owned(), at);
    format!("{}  {algorithm}  {stage:<9}  from {}  to {ends}", key.kid, at(key.signs_from))
}
