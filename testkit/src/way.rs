//! A way to a service that can be cut and mended, while the service goes on for others.

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A way to Redis.
pub struct Way {
    pub url: String,
    is_open: watch::Sender<bool>,
}

impl Way {
    /// To the Redis of an address such as `redis://user:password@host:port/0`.
    pub async fn to(real: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let (is_open, open) = watch::channel(true);
        let target = host_of(real).to_owned();
        let url = real.replacen(&target, &address.to_string(), 1);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (target, mut open) = (target.clone(), open.clone());
                tokio::spawn(async move {
                    if !*open.borrow() {
                        return;
                    }
                    let Ok(mut server) = TcpStream::connect(&target).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut client, &mut server) => {}
                        _ = open.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        Self { url, is_open }
    }

    /// Breaks every connection, and those to come.
    pub fn cut(&self) {
        self.is_open.send_replace(false);
    }

    pub fn mend(&self) {
        self.is_open.send_replace(true);
    }
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    rest.split('/').next().expect("a split has a first part")
}
