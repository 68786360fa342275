//! Clearances: what a solved captcha is worth, for some minutes, to the client that solved it. Clients call them passes.
//!
//! A pass is a time, the level of what was solved, a number that no other pass has, and a signature over these and over whose
//! it is: the user, or the address while no user is signed in. A user's is of no use to others of their address, nor the
//! address's to its users; and two of an address are used up each by itself, however close together they were earned.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use resolvers::{captcha::Clearance, context::Requester};
use ring::hmac;

use crate::address::named_if_known;

pub(super) struct ClearanceIssuer {
    pub(super) key: hmac::Key,
    pub(super) life: Duration,
}

/// A pass that is theirs, and not over.
pub(super) struct Earned {
    pub(super) level: u32,
    pub(super) until: DateTime<Utc>,
    /// Tells it from every other, however it is spelt.
    pub(super) signature: Vec<u8>,
}

impl ClearanceIssuer {
    pub(super) fn issue(&self, requester: Requester, level: u32, now: DateTime<Utc>) -> Clearance {
        let expires_at = now + self.life;
        let seconds = expires_at.timestamp();
        let nonce = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 8]>());
        let signature = hmac::sign(&self.key, signed(seconds, level, &nonce, requester).as_bytes());

        Clearance { text: format!("{seconds}.{level}.{nonce}.{}", URL_SAFE_NO_PAD.encode(signature)), expires_at }
    }

    /// What a pass of theirs is worth; none where it is not theirs, or over.
    pub(super) fn read(&self, pass: &str, requester: Requester, now: DateTime<Utc>) -> Option<Earned> {
        let (seconds, rest) = pass.split_once('.')?;
        let (level, rest) = rest.split_once('.')?;
        let (nonce, signature) = rest.split_once('.')?;
        let (seconds, level) = (seconds.parse::<i64>().ok()?, level.parse::<u32>().ok()?);
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        hmac::verify(&self.key, signed(seconds, level, nonce, requester).as_bytes(), &signature).ok()?;
        let until = DateTime::from_timestamp(seconds, 0).filter(|until| *until > now)?;

        Some(Earned { level, until, signature })
    }
}

fn signed(seconds: i64, level: u32, nonce: &str, requester: Requester) -> String {
    let whose = match (requester.viewer, requester.address) {
        (Some(viewer), _) => format!("user {}", viewer.user_id),
        (None, address) => format!("address {}", named_if_known(address)),
    };
    format!("{seconds} {level} {nonce} {whose}")
}

#[cfg(test)]
mod tests {
    use domain::accounts::Viewer;
    use entities::user::Role;
    use settings::secret::Secret;
    use uuid::Uuid;

    use super::*;
    use crate::captcha::keys::Keys;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn clearances(secret: &str) -> ClearanceIssuer {
        ClearanceIssuer { key: Keys::of(&Secret::new(secret), "here").clearances, life: Duration::from_secs(60) }
    }

    fn requester(user: Option<Uuid>, address: &str) -> Requester {
        let viewer = user.map(|user_id| Viewer {
            user_id,
            role: Role::Customer,
            session: None,
            expires_at: DateTime::UNIX_EPOCH,
            proved_at: None,
        });
        Requester { viewer, address: Some(address.parse().expect("it is an address")) }
    }

    #[test]
    fn a_pass_is_good_for_whoever_earned_it_until_its_end() {
        let (clearances, ana, ben) = (clearances("a secret"), Some(Uuid::now_v7()), Some(Uuid::now_v7()));
        let is_good = |pass: &Clearance, requester| {
            clearances.read(&pass.text, requester, NOW + Duration::from_secs(59)).is_some()
        };

        let of_ana = clearances.issue(requester(ana, "192.0.2.1"), 0, NOW);
        assert!(is_good(&of_ana, requester(ana, "198.51.100.7")), "a user takes theirs along");
        assert!(!is_good(&of_ana, requester(ben, "192.0.2.1")) && !is_good(&of_ana, requester(None, "192.0.2.1")));

        let of_home = clearances.issue(requester(None, "2001:db8::1"), 0, NOW);
        assert!(is_good(&of_home, requester(None, "2001:db8::ffff")));
        assert!(!is_good(&of_home, requester(ana, "2001:db8::1")), "whoever is signed in earns their own");
        assert!(!is_good(&of_home, requester(None, "2001:db8:0:1::1")));
        assert!(
            clearances.read(&of_home.text, requester(None, "2001:db8::1"), NOW + Duration::from_secs(60)).is_none()
        );
    }

    #[test]
    fn passes_that_are_earned_at_the_same_moment_are_two() {
        let (clearances, home) = (clearances("a secret"), requester(None, "192.0.2.1"));
        let read = |pass: &Clearance| clearances.read(&pass.text, home, NOW).expect("it is theirs").signature;
        let (one, other) = (clearances.issue(home, 1, NOW), clearances.issue(home, 1, NOW));

        assert_ne!(one.text, other.text);
        assert_ne!(read(&one), read(&other), "the one is not used up by the other");
    }

    #[test]
    fn a_pass_that_is_prolonged_forged_dearer_or_of_another_secret_is_none() {
        let (clearances, home) = (clearances("a secret"), requester(None, "192.0.2.1"));
        let text = clearances.issue(home, 3, NOW).text;
        assert_eq!(clearances.read(&text, home, NOW).map(|earned| earned.level), Some(3));
        let [seconds, _, nonce, signature] = text.split('.').collect::<Vec<_>>()[..] else {
            panic!("{text} has four parts")
        };

        let foreign = super::tests::clearances("another secret").issue(home, 3, NOW).text;
        for forged in [
            format!("9{seconds}.3.{nonce}.{signature}"),
            format!("{seconds}.4.{nonce}.{signature}"),
            format!("{seconds}.3.A{nonce}.{signature}"),
            format!("{seconds}.3..{signature}"),
            format!("{seconds}.3.{signature}"),
            format!("{seconds}.3.{nonce}."),
            seconds.to_owned(),
            String::new(),
            foreign,
        ] {
            assert!(clearances.read(&forged, home, NOW).is_none(), "{forged}");
        }
    }
}
