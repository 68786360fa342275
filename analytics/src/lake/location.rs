//! Where a lake is: a folder, or a bucket of S3 and of what speaks its language.

use std::{fmt, fs, net::IpAddr, sync::Arc, time::Duration};

use ::http::Uri;
use object_store::{
    BackoffConfig, ObjectStore, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
    prefix::PrefixStore,
};

use super::{
    LakeError,
    http::{Connector, HttpClient},
};

/// What a request is tried again for, where the store's answer allows it.
const RETRIES_MAX: usize = 4;
const RETRIED_FOR: Duration = Duration::from_secs(60);
/// The region of those who have none.
const REGION: &str = "us-east-1";

/// Where a lake is.
#[derive(Debug, Clone, Default)]
pub struct Location {
    /// A folder, as a path or as `file:///…`; or `s3://bucket` with a prefix or without one.
    pub url: String,
    pub s3: S3Settings,
}

/// How a bucket is reached. Secrets are not shown.
#[derive(Clone, Default)]
pub struct S3Settings {
    pub region: Option<String>,
    /// Of a store that is not of AWS: by TLS, or on this machine.
    pub endpoint: Option<String>,
    pub access_key_id: Option<String>,
    pub secret_access_key: Option<String>,
    pub session_token: Option<String>,
}

impl fmt::Debug for S3Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("S3Settings");
        shown.field("region", &self.region).field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Location {
    /// The store that is there, as it is: not tried, and nothing is written to it.
    ///
    /// # Errors
    /// The location is none of a store.
    pub fn store<C: HttpClient>(&self, client: C) -> Result<Arc<dyn ObjectStore>, LakeError> {
        match self.url.split_once("://") {
            Some(("s3", rest)) => self.bucket(rest, client),
            Some(("file", path)) => self.folder(self.file_path(path)?),
            Some(_) => Err(self.problem("is neither a folder nor s3://BUCKET/PREFIX")),
            None => self.folder(&self.url),
        }
    }

    fn file_path<'a>(&self, path: &'a str) -> Result<&'a str, LakeError> {
        // Of a path with other letters in it than a URL has, the path itself can be given.
        if path.starts_with('/') && !path.contains('%') {
            Ok(path)
        } else {
            Err(self.problem("is not file:///PATH without escapes; a path alone would be right, too"))
        }
    }

    fn folder(&self, path: &str) -> Result<Arc<dyn ObjectStore>, LakeError> {
        if path.is_empty() {
            return Err(self.problem("is empty: a folder or s3://BUCKET/PREFIX is needed"));
        }
        fs::create_dir_all(path).map_err(|error| self.problem(&format!("can't be used as a folder: {error}")))?;
        Ok(Arc::new(LocalFileSystem::new_with_prefix(path)?.with_fsync(true)))
    }

    fn bucket<C: HttpClient>(&self, rest: &str, client: C) -> Result<Arc<dyn ObjectStore>, LakeError> {
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(self.problem("names no bucket: s3://BUCKET/PREFIX would be right"));
        }
        let S3Settings { region, endpoint, access_key_id, secret_access_key, session_token } = &self.s3;
        let (Some(key), Some(secret)) = (access_key_id, secret_access_key) else {
            return Err(self.problem("is of a bucket, which needs an access key id and a secret access key"));
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(region.as_deref().unwrap_or(REGION))
            .with_access_key_id(key)
            .with_secret_access_key(secret)
            .with_http_connector(Connector::new(client))
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: RETRIES_MAX,
                retry_timeout: RETRIED_FOR,
            });
        if let Some(token) = session_token {
            builder = builder.with_token(token);
        }
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint.trim_end_matches('/')).with_allow_http(self.is_here(endpoint)?);
        }
        let store = builder.build()?;
        let prefix = Path::from(prefix.trim_matches('/'));
        if prefix.as_ref().is_empty() { Ok(Arc::new(store)) } else { Ok(Arc::new(PrefixStore::new(store, prefix))) }
    }

    /// Whether an endpoint is on this machine. Another one must be encrypted.
    fn is_here(&self, endpoint: &str) -> Result<bool, LakeError> {
        let uri: Uri = endpoint.parse().map_err(|_| self.problem("has an endpoint that is not a web address"))?;
        let host = uri.host().unwrap_or_default();
        let numeric = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let is_here = host.eq_ignore_ascii_case("localhost") || numeric.is_ok_and(|address| address.is_loopback());
        match uri.scheme_str() {
            Some("https") => Ok(is_here),
            Some("http") if is_here => Ok(true),
            Some("http") => Err(self.problem("has an endpoint that is unencrypted and not on this machine")),
            _ => Err(self.problem("has an endpoint that is not a web address")),
        }
    }

    fn problem(&self, problem: &str) -> LakeError {
        LakeError::Location { url: format!("{:?}", self.url), problem: problem.to_owned() }
    }
}
