//! Where OpenSearch is, and who asks it.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderValue, Uri};

/// The address of a node or of what stands before several, and the credentials for it. Its credentials are not shown.
#[derive(Clone)]
pub struct Address {
    /// Without a slash at its end.
    pub(crate) base: String,
    pub(crate) authorization: Option<HeaderValue>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("is not a web address")]
    Malformed,
    #[error("has a password, and is unencrypted and not on this machine")]
    ClearPassword,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (scheme, rest) = text.split_once("://").ok_or(AddressError::Malformed)?;
        let (place, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (credentials, host) = match place.rsplit_once('@') {
            Some((credentials, host)) => (Some(credentials), host),
            None => (None, place),
        };
        let base = format!("{scheme}://{host}{}", path.trim_end_matches('/'));
        let uri: Uri = base.parse().map_err(|_| AddressError::Malformed)?;
        if uri.query().is_some() {
            return Err(AddressError::Malformed);
        }
        // Clusters on private networks often speak without TLS; then nothing may be read there that opens them.
        match fetch::address(&base) {
            Ok(_) => {}
            Err(fetch::AddressError::Clear) if credentials.is_none() => {}
            Err(fetch::AddressError::Clear) => return Err(AddressError::ClearPassword),
            Err(fetch::AddressError::Malformed) => return Err(AddressError::Malformed),
        }
        let authorization = credentials.map(basic).transpose()?;
        Ok(Self { base, authorization })
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

fn basic(credentials: &str) -> Result<HeaderValue, AddressError> {
    let (user, password) = credentials.split_once(':').ok_or(AddressError::Malformed)?;
    let decoded = |text| percent_decoded(text).ok_or(AddressError::Malformed);
    let encoded = STANDARD.encode([decoded(user)?, b":".to_vec(), decoded(password)?].concat());
    let mut value = HeaderValue::from_str(&format!("Basic {encoded}")).map_err(|_| AddressError::Malformed)?;
    value.set_sensitive(true);
    Ok(value)
}

fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut digit = || char::from(bytes.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        decoded.push(if byte == b'%' { digit()? * 16 + digit()? } else { byte });
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_parted_from_what_opens_it() {
        let address: Address = "https://ana:h%40nter2@search.example.com:9200/listings/".parse().expect("an address");

        assert_eq!(format!("{address:?}"), "https://search.example.com:9200/listings");
        let authorization = address.authorization.expect("there is a password");
        assert_eq!(authorization.to_str().expect("text"), format!("Basic {}", STANDARD.encode("ana:h@nter2")));
        assert_eq!(format!("{authorization:?}"), "Sensitive");
    }

    #[test]
    fn passwords_go_by_tls_or_stay_on_this_machine() {
        let read = |text: &str| text.parse::<Address>().map(|address| address.base);
        for fine in ["http://opensearch:9200", "http://ana:x@127.0.0.1:9200", "https://ana:x@opensearch"] {
            assert!(read(fine).is_ok(), "{fine}");
        }
        assert_eq!(read("http://ana:x@opensearch:9200"), Err(AddressError::ClearPassword));
        for malformed in ["", "opensearch:9200", "redis://opensearch", "http://", "https://ana@host", "https://h/?a=b"]
        {
            assert_eq!(read(malformed), Err(AddressError::Malformed), "{malformed}");
        }
    }
}
