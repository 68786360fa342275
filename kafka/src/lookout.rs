//! The lookout: whether others do the work that this instance leaves to them.
//!
//! An instance that serves visitors alone publishes nothing and reads no partition of the group. What it commits is to be
//! told by others, so it says whether there are any. Invariant: it joins no group and takes no lease.

use std::{convert::Infallible, sync::Arc};

use domain::App;
use futures_util::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::{
    clients::{self, Backoff, Consumer, Context, DropOffRuntime},
    config::Config,
    consumer,
    error::Error,
    relay,
    status::Status,
};

/// No embedded broker is looked at from here.
const EMBEDDED_FETCH_WAIT: &str = "5";

/// Tells `status` of the work of others until `shutdown`.
pub async fn run(app: Arc<App>, config: Config, status: Arc<Status>, shutdown: CancellationToken) -> Result<(), Error> {
    config.check()?;
    status.others(|_| {});
    let look = async { tokio::join!(relay::others::watch(&app, &status), readers(&app, &config, &status)) };
    shutdown.run_until_cancelled(look).await;
    status.stop();

    Ok(())
}

/// Looks at who reads, by one client after the other.
async fn readers(app: &App, config: &Config, status: &Arc<Status>) -> Infallible {
    let mut backoff = Backoff::default();
    loop {
        let error = match session(app, config, status).await {
            Ok(never) => match never {},
            Err(error) => error,
        };
        status.not_consuming();
        status.starts_again("lookout", config, &error);
        tokio::time::sleep(backoff.next()).await;
    }
}

async fn session(app: &App, config: &Config, status: &Arc<Status>) -> Result<Infallible, Error> {
    let context = Context::new("lookout", Arc::clone(status));
    let consumer: Consumer = clients::consumer_config(config, EMBEDDED_FETCH_WAIT)?.create_with_context(context)?;
    let consumer = DropOffRuntime::new(consumer);
    // It has no partitions, so nothing comes but what the client has to say.
    let said = async {
        let mut stream = consumer.stream();
        while stream.next().await.is_some() {}
        Err(Error::Stopped)
    };
    tokio::select! {
        ended = said => ended,
        ended = consumer::others::watch(app, config, status, &consumer) => ended,
    }
}
