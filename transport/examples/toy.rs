//! A small server that speaks every protocol of the edge over a toy schema: `cargo run -p transport --example toy`.
//!
//! It prints its URL and serves until it is interrupted. `BIND` names another address than a free port of this machine.

#![expect(clippy::disallowed_methods, reason = "an example is told its address by the environment")]

use std::{env, sync::Arc};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use transport::{Edge, config::Config, server};

#[path = "../tests/toy/gateway.rs"]
mod gateway;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut config = Config::default();
    // Whoever tries this server out is one address.
    config.sockets.connections_per_address_max = config.connections.max_connections;
    let config = Arc::new(config);
    let (world, shutdown) = (gateway::world::World::new(), CancellationToken::new());
    world.release();
    let toy = Arc::new(gateway::Toy::new(world));
    let edge =
        Edge::new(toy, Arc::clone(&config), gateway::contract(), shutdown.clone()).map_err(std::io::Error::other)?;
    let listener = TcpListener::bind(env::var("BIND").as_deref().unwrap_or("127.0.0.1:0")).await?;
    println!("http://{}", listener.local_addr()?);

    let served = server::serve(listener, edge.routes(), &config.connections, shutdown.clone());
    let interrupted = async {
        tokio::signal::ctrl_c().await?;
        shutdown.cancel();
        Ok(())
    };
    tokio::join!(served, interrupted).1
}
