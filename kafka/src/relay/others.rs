//! What others publish: whether any instance of the site does, for one that never will.

use std::{convert::Infallible, time::Duration};

use domain::{App, leases::Watch};

use super::{
    backlog::Backlog,
    database,
    leadership::{LEASE, NAME},
};
use crate::{error::Error, status::Status};

/// How often the lease is looked at; its holder renews it more often than its term ends.
const LOOK: Duration = Duration::from_secs(1);

/// Looks again and again.
pub(crate) async fn watch(app: &App, status: &Status) -> Infallible {
    let (mut leader, mut backlog) = (Watch::new(NAME, LEASE), Backlog::default());
    loop {
        if let Err(error) = look(app, status, &mut leader, &mut backlog).await {
            tracing::debug!(%error, "can't see whether an instance publishes");
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn look(app: &App, status: &Status, leader: &mut Watch, backlog: &mut Backlog) -> Result<(), Error> {
    let is_held = leader.is_held(app).await.map_err(database)?;
    status.others(|others| others.publish = is_held);
    backlog.follow(app, status).await
}
