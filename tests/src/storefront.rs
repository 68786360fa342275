//! The storefront on its own, which asks the API of a site elsewhere.

use std::net::SocketAddr;

use server::{
    config::{self, Purpose},
    failure::Failure,
    shop,
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// A running storefront.
pub struct Storefront {
    pub address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<Result<(), Failure>>,
}

impl Storefront {
    /// Starts one where it listens already, in front of the API at `api`.
    pub async fn start_at(listener: TcpListener, api: SocketAddr, settings: &[(&str, &str)]) -> Self {
        let api = format!("http://{api}");
        let settings = [settings, &[("MATCHDAY_WEB_API_URL", &api)]].concat();
        let settings: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let config = config::load_as(Purpose::Pages, None, &settings).expect("the settings are right").config;
        let running = shop::start(config, listener).await.expect("the storefront starts");
        let (address, stop) = (running.address, CancellationToken::new());
        Self { address, task: tokio::spawn(running.until(stop.clone().cancelled_owned())), stop }
    }

    /// Stops in order.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.expect("the storefront does not panic").expect("the storefront ends in order");
    }
}
