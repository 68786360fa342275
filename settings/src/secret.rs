//! Secrets: values that may be used but never shown.
//!
//! Invariant: neither `Debug` nor `Serialize` of these types ever prints what must stay hidden, so a config can be
//! logged and printed whole.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

const REDACTED: &str = "[redacted]";

/// A value hidden as a whole: a key, a password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

/// An address that may carry a password: shown with its scheme, user, host and path, without password and query.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SecretUrl(String);

impl SecretUrl {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The address with its password, for the one place that connects.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What stands before `://`, in lower case; empty where there is none.
    pub fn scheme(&self) -> String {
        self.0.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase()).unwrap_or_default()
    }

    /// The address without what must stay hidden.
    pub fn redacted(&self) -> String {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return REDACTED.to_owned();
        };
        // A password may hold `?` or `/` unescaped: everything up to the last `@` counts as credentials, rather hiding
        // too much than too little.
        let (credentials, rest) = match rest.rsplit_once('@') {
            Some((credentials, rest)) => (Some(credentials), rest),
            None => (None, rest),
        };
        let user = match credentials {
            None => String::new(),
            Some(credentials) => match credentials.split_once(':') {
                Some((user, _)) => format!("{user}:{REDACTED}@"),
                None => format!("{credentials}@"),
            },
        };
        let place = match rest.split_once('?') {
            Some((place, _)) => format!("{place}?{REDACTED}"),
            None => rest.to_owned(),
        };
        format!("{scheme}://{user}{place}")
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl Serialize for SecretUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.redacted())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_to_nobody() {
        let secret = Secret::new("hunter2");

        assert_eq!(format!("{secret:?}"), "[redacted]");
        assert_eq!(serde_json::to_string(&secret).expect("a string serialises"), r#""[redacted]""#);
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn an_address_is_shown_without_its_password_and_query() {
        let cases = [
            ("postgres://ana:hunter2@db:5432/matchday", "postgres://ana:[redacted]@db:5432/matchday"),
            ("postgres://ana:hun@ter/2?@db/matchday", "postgres://ana:[redacted]@db/matchday"),
            ("postgres://ana@db/matchday?password=hunter2", "postgres://ana@db/matchday?[redacted]"),
            ("redis://:hunter2@cache:6379", "redis://:[redacted]@cache:6379"),
            ("redis://cache:6379/1", "redis://cache:6379/1"),
            ("hunter2", "[redacted]"),
        ];

        for (address, shown) in cases {
            assert_eq!(format!("{:?}", SecretUrl::new(address)), shown);
        }
    }
}
