//! State: what goes with a browser to the provider and comes back with it, and what only that browser and this site can make
//! of it.
//!
//! Nothing is kept of a sign-in before it ends. The browser has a random key in a cookie; `state` says where to go on and
//! until when, signed with that key; nonce and code verifier are made of both by the site's secret. Tabs share the key, so each
//! ends its own sign-in.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use rand::{TryRngCore, rngs::OsRng};
use ring::hmac;
use sha2::{Digest, Sha256};

use super::LIFE;

/// Bytes that make each state another one.
const SALT: usize = 16;
const TIME: usize = 8;

/// Characters of a path to go on at, at most.
const NEXT_LENGTH: usize = 512;

/// Where the routes of this walk are, which nobody goes on at.
const WALK: &str = "/auth/";

/// A sign-in on its way.
pub(super) struct State {
    pub(super) text: String,
    /// Where the browser goes on.
    pub(super) next: String,
    /// What the ID token must say.
    pub(super) nonce: String,
    /// What only who began it can show, RFC 7636.
    pub(super) verifier: String,
}

impl State {
    /// A new one for the browser of this key.
    pub(super) fn new(key: &hmac::Key, browser: &str, next: Option<&str>, now: DateTime<Utc>) -> Option<Self> {
        let next = next.filter(|next| is_path_of_ours(next)).unwrap_or("/");
        let mut payload = vec![0_u8; SALT];
        OsRng.try_fill_bytes(&mut payload).ok()?;
        payload.extend((now + LIFE).timestamp().to_be_bytes());
        payload.extend(next.as_bytes());
        let payload = URL_SAFE_NO_PAD.encode(payload);
        let text = format!("{payload}.{}", made(key, "state", browser, &payload));
        Some(Self::of(key, browser, text, next.to_owned()))
    }

    /// What a browser brings back, where it is the one that began it and not too late.
    pub(super) fn read(key: &hmac::Key, browser: &str, text: &str, now: DateTime<Utc>) -> Option<Self> {
        let (payload, signature) = text.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        hmac::verify(key, &message("state", browser, payload), &signature).ok()?;
        let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let (until, next) = bytes.get(SALT..)?.split_at_checked(TIME)?;
        let until = i64::from_be_bytes(until.try_into().ok()?);
        let next = String::from_utf8(next.to_vec()).ok()?;
        (now.timestamp() < until).then(|| Self::of(key, browser, text.to_owned(), next))
    }

    fn of(key: &hmac::Key, browser: &str, text: String, next: String) -> Self {
        let (nonce, verifier) = (made(key, "nonce", browser, &text), made(key, "verifier", browser, &text));
        Self { text, next, nonce, verifier }
    }

    /// What the provider is told of the verifier beforehand: `S256`.
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier))
    }
}

/// A purpose and a browser's key have no zero byte, so no two messages are the same.
fn message(purpose: &str, browser: &str, text: &str) -> Vec<u8> {
    [purpose, "\0", browser, "\0", text].concat().into_bytes()
}

fn made(key: &hmac::Key, purpose: &str, browser: &str, text: &str) -> String {
    URL_SAFE_NO_PAD.encode(hmac::sign(key, &message(purpose, browser, text)))
}

/// Whether a browser that is sent there stays at this origin, and does not begin to sign in again.
///
/// Browsers take `\\` for `/` and drop tabs and line breaks; what begins with two slashes names another host.
fn is_path_of_ours(next: &str) -> bool {
    next.starts_with('/')
        && !next.starts_with("//")
        && !next.starts_with(WALK)
        && next.len() <= NEXT_LENGTH
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(secret: &[u8]) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, secret)
    }

    fn begun(next: &str) -> State {
        State::new(&key(b"secret"), "browser", Some(next), DateTime::UNIX_EPOCH).expect("there is randomness")
    }

    #[test]
    fn a_state_is_read_by_its_own_browser_in_time_and_by_its_own_site_only() {
        let begun = begun("/en/orders?from=mail");
        let read = |secret, browser, seconds| {
            State::read(&key(secret), browser, &begun.text, DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(seconds))
        };

        let good = read(b"secret", "browser", 599).expect("it is in time");
        assert_eq!(
            (good.next.as_str(), &good.nonce, &good.verifier),
            ("/en/orders?from=mail", &begun.nonce, &begun.verifier)
        );
        assert!(read(b"secret", "browser", 600).is_none(), "too late");
        assert!(read(b"secret", "another", 0).is_none(), "another browser");
        assert!(read(b"another", "browser", 0).is_none(), "another site");
        for forged in ["", ".", "x.y", &begun.text[1..], &format!("{}A", begun.text)] {
            assert!(State::read(&key(b"secret"), "browser", forged, DateTime::UNIX_EPOCH).is_none(), "{forged}");
        }
        assert_ne!(begun.text, self::begun("/en/orders?from=mail").text);
        assert_eq!((begun.verifier.len(), begun.challenge().len()), (43, 43));
        assert_ne!(begun.verifier, begun.nonce, "what an address shows is not what only this site knows");
    }

    #[test]
    fn a_browser_goes_on_at_a_path_of_this_origin_or_at_its_root() {
        for own in ["/", "/en/matches/7?x=1#tickets", "/%5Cevil.example", "/a//b", "/authors"] {
            assert_eq!(begun(own).next, own);
        }
        let long = format!("/{}", "x".repeat(NEXT_LENGTH));
        for other in [
            "",
            "en",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "https:",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "/en\0",
            "/en\r\nx: y",
            "/é",
            "/ ",
            "/auth/sign-in",
            "/auth/callback?code=1",
            &long,
        ] {
            assert_eq!(begun(other).next, "/", "{other:?}");
        }
    }
}
