//! Passes: what a solved captcha is worth, for some minutes, to whoever solved it.
//!
//! A pass is a time and a signature over it and over whose it is: the user, or the address while nobody is signed in.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use resolvers::{captcha::Pass, context::Asking};

use crate::security::of_whom;

pub(super) struct Passes {
    pub(super) key: hmac::Key,
    pub(super) life: Duration,
}

impl Passes {
    pub(super) fn issue(&self, asking: Asking, now: DateTime<Utc>) -> Pass {
        let expires_at = now + self.life;
        let seconds = expires_at.timestamp();
        let whose = owners(asking).next().unwrap_or_default();
        let signature = hmac::sign(&self.key, signed(seconds, &whose).as_bytes());

        Pass { text: format!("{seconds}.{}", URL_SAFE_NO_PAD.encode(signature)), expires_at }
    }

    /// Whether a pass is theirs, and not over.
    pub(super) fn is_good(&self, pass: &str, asking: Asking, now: DateTime<Utc>) -> bool {
        let read = pass.split_once('.').and_then(|(seconds, signature)| {
            Some((seconds.parse::<i64>().ok()?, URL_SAFE_NO_PAD.decode(signature).ok()?))
        });
        let Some((seconds, signature)) = read else { return false };
        let is_signed = |whose: String| hmac::verify(&self.key, signed(seconds, &whose).as_bytes(), &signature).is_ok();
        seconds > now.timestamp() && owners(asking).any(is_signed)
    }
}

fn signed(seconds: i64, whose: &str) -> String {
    format!("{seconds} {whose}")
}

/// Whose a pass of theirs may be, the narrowest first.
fn owners(asking: Asking) -> impl Iterator<Item = String> {
    let user = asking.viewer.map(|viewer| format!("user {}", viewer.user_id));
    let address = asking.address.map_or_else(|| "unknown".to_owned(), of_whom);
    user.into_iter().chain([format!("address {address}")])
}

#[cfg(test)]
mod tests {
    use domain::accounts::Viewer;
    use entities::user::Role;
    use uuid::Uuid;

    use super::*;
    use crate::{captcha::keys::Keys, config::secret::Secret};

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn passes(secret: &str) -> Passes {
        Passes { key: Keys::of(&Secret::new(secret), "here").passes, life: Duration::from_secs(60) }
    }

    fn asking(user: Option<Uuid>, address: &str) -> Asking {
        let viewer = user.map(|user_id| Viewer {
            user_id,
            role: Role::Customer,
            session: None,
            expires_at: DateTime::UNIX_EPOCH,
        });
        Asking { viewer, address: Some(address.parse().expect("it is an address")) }
    }

    #[test]
    fn a_pass_is_good_for_whoever_earned_it_until_its_end() {
        let (passes, ana, ben) = (passes("a secret"), Some(Uuid::now_v7()), Some(Uuid::now_v7()));
        let is_good = |pass: &Pass, asking| passes.is_good(&pass.text, asking, NOW + Duration::from_secs(59));

        let of_ana = passes.issue(asking(ana, "192.0.2.1"), NOW);
        assert!(is_good(&of_ana, asking(ana, "198.51.100.7")), "a user takes theirs along");
        assert!(!is_good(&of_ana, asking(ben, "192.0.2.1")) && !is_good(&of_ana, asking(None, "192.0.2.1")));

        let of_home = passes.issue(asking(None, "2001:db8::1"), NOW);
        assert!(is_good(&of_home, asking(None, "2001:db8::ffff")) && is_good(&of_home, asking(ana, "2001:db8::1")));
        assert!(!is_good(&of_home, asking(None, "2001:db8:0:1::1")));
        assert!(!passes.is_good(&of_home.text, asking(None, "2001:db8::1"), NOW + Duration::from_secs(60)));
    }

    #[test]
    fn a_pass_that_is_prolonged_forged_or_of_another_secret_is_none() {
        let (passes, home) = (passes("a secret"), asking(None, "192.0.2.1"));
        let (seconds, signature) = {
            let text = passes.issue(home, NOW).text;
            let (seconds, signature) = text.split_once('.').expect("it has two parts");
            (seconds.to_owned(), signature.to_owned())
        };
        assert!(passes.is_good(&format!("{seconds}.{signature}"), home, NOW));

        let foreign = super::tests::passes("another secret").issue(home, NOW).text;
        for forged in [format!("9{seconds}.{signature}"), format!("{seconds}."), seconds, String::new(), foreign] {
            assert!(!passes.is_good(&forged, home, NOW), "{forged}");
        }
    }
}
