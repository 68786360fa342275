//! A store that speaks S3, of a test's own: moto, a Python package.

use std::{process::Stdio, sync::Arc};

use analytics::lake::{Location, S3Settings};
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use object_store::ObjectStore;
use testkit::{
    ports::free_ports,
    wait::{PATIENCE, eventually},
};
use tokio::process::{Child, Command};
use uuid::Uuid;

const BUCKET: &str = "matchday";

/// A real server. Dropped, it is killed.
pub(crate) struct Moto {
    port: u16,
    _process: Child,
}

impl Moto {
    pub(crate) async fn start() -> Self {
        let program = std::env::var("MOTO_SERVER").expect(
            "MOTO_SERVER is not set, and this test needs a store that speaks S3: run scripts/test, or first \
             `scripts/services install-moto` and `eval \"$(scripts/services env)\"`",
        );
        let port = free_ports(1);
        let process = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("moto is installed; `scripts/services install-moto` does it");
        let moto = Self { port, _process: process };
        eventually(PATIENCE, "moto makes a bucket", || moto.makes_bucket()).await;
        moto
    }

    async fn makes_bucket(&self) -> bool {
        let request = http::Request::put(format!("{}/{BUCKET}", self.endpoint())).body(Full::default());
        let answer = client().request(request.expect("it is a request")).await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A place of its own in the bucket.
    pub(crate) fn location(&self) -> Location {
        let s3 = S3Settings {
            endpoint: Some(self.endpoint()),
            access_key_id: Some("key".to_owned()),
            secret_access_key: Some("a-secret-word".to_owned()),
            ..S3Settings::default()
        };
        Location { url: format!("s3://{BUCKET}/lake/{}", Uuid::new_v4()), s3 }
    }

    pub(crate) async fn bucket(&self) -> Arc<dyn ObjectStore> {
        self.location().store(client()).expect("it is a location")
    }
}

pub(crate) fn client() -> Client<HttpConnector, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).build_http()
}
