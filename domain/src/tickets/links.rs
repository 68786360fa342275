//! Links: what lets a browser download a ticket, which sends no token with a download.
//!
//! A link names a ticket at a version and a time until which it works, and no other program can make one. It dies with
//! the ticket's code: what was refunded, sold on or replaced is downloaded by no old link.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entities::ticket;
use ring::hmac;
use sea_orm::{DbErr, EntityTrait};
use uuid::Uuid;

use crate::App;

/// How long a link works.
pub const LIFE: Duration = Duration::from_secs(3_600);

/// What a link asks for.
#[derive(Debug, Clone)]
pub struct Link {
    pub ticket_id: Uuid,
    pub version: i32,
    /// Seconds since 1970.
    pub until: i64,
    pub signature: String,
}

/// Why a link leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkError {
    /// We did not make it.
    Invalid,
    /// It was good once: its time is over, or its ticket is not what it was.
    Expired,
}

/// A link to a ticket, from now on; none unless it opens the gate.
pub fn make(app: &App, row: &ticket::Model) -> Option<Link> {
    if !super::opens(row) {
        return None;
    }
    let until = (app.clock.now() + LIFE).timestamp();
    let tag = hmac::sign(app.accounts.links(), &signed(row.id, row.version, until));

    Some(Link { ticket_id: row.id, version: row.version, until, signature: URL_SAFE_NO_PAD.encode(tag) })
}

/// The ticket that a link leads to.
///
/// # Errors
/// Inside, why the link leads nowhere: it was not signed here, or it is over. Outside, the database's.
pub async fn follow(app: &App, link: &Link) -> Result<Result<ticket::Model, LinkError>, DbErr> {
    let signed = signed(link.ticket_id, link.version, link.until);
    let tag = URL_SAFE_NO_PAD.decode(&link.signature).unwrap_or_default();
    if hmac::verify(app.accounts.links(), &signed, &tag).is_err() {
        return Ok(Err(LinkError::Invalid));
    }
    if link.until < app.clock.now().timestamp() {
        return Ok(Err(LinkError::Expired));
    }
    let row = ticket::Entity::find_by_id(link.ticket_id).one(&app.db).await?;
    let row = row.filter(|row| super::opens(row) && row.version == link.version);

    Ok(row.ok_or(LinkError::Expired))
}

fn signed(ticket_id: Uuid, version: i32, until: i64) -> Vec<u8> {
    [ticket_id.as_bytes().as_slice(), &version.to_be_bytes(), &until.to_be_bytes()].concat()
}
