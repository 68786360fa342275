//! Proofs of work in the form of ALTCHA's widget (its protocol 1, which its versions 1 to 3 speak): a salt, and the
//! digest of the salt with a number that the client has to find.
//!
//! The challenge is signed, and nothing of it is kept: the signature says that it was ours, the salt when it ends.
//! Invariant: what is signed has one spelling, so that a solution can't be sent twice as two.

use std::str::FromStr;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use resolvers::captcha::{AltchaChallenge, CaptchaError, LEVEL_MAX};
use ring::{
    digest::{SHA256, digest},
    hmac,
};
use serde::Deserialize;

use super::Solved;

const ALGORITHM: &str = "SHA-256";

/// Bytes of a payload at most; the widget's are far smaller.
const LONGEST: usize = 4_096;

/// Random bytes of a salt.
const SALT_BYTES: usize = 16;

/// Ends the salt, so that none of its digits can be taken for the number's.
const END: char = '&';

pub(super) struct Altcha {
    pub(super) key: hmac::Key,
    /// The largest number of the lowest level.
    pub(super) max_number: u64,
    pub(super) life: TimeDelta,
}

/// What the widget sends, in base64.
#[derive(Deserialize)]
struct Payload {
    algorithm: String,
    challenge: String,
    number: u64,
    salt: String,
    signature: String,
}

impl Altcha {
    /// Each level is twice the work of the one below. The salt says which it is, so it is signed.
    pub(super) fn challenge(&self, level: u32, now: DateTime<Utc>) -> AltchaChallenge {
        let random: [u8; SALT_BYTES] = rand::random();
        let salt = format!("{}?expires={}&level={level}{END}", hex::encode(random), (now + self.life).timestamp());
        let maxnumber = self.max_number.saturating_mul(1 << level.min(LEVEL_MAX));
        let number = rand::rng().random_range(0..=maxnumber);
        let challenge = hex::encode(digest(&SHA256, format!("{salt}{number}").as_bytes()));
        let signature = hex::encode(hmac::sign(&self.key, challenge.as_bytes()));

        AltchaChallenge { algorithm: ALGORITHM, challenge, maxnumber, salt, signature }
    }

    pub(super) fn judge(&self, payload: &str, now: DateTime<Utc>) -> Result<Solved, CaptchaError> {
        let payload = read(payload).ok_or(CaptchaError::Wrong)?;
        let found = digest(&SHA256, format!("{}{}", payload.salt, payload.number).as_bytes());
        let claimed = hex::decode(&payload.challenge).map_err(|_| CaptchaError::Wrong)?;
        let signature = hex::decode(&payload.signature).map_err(|_| CaptchaError::Wrong)?;
        // Both are of what the client sent, so no time says what it does not know.
        if found.as_ref() != claimed {
            return Err(CaptchaError::Wrong);
        }
        // The digest is signed as the challenge spells it.
        hmac::verify(&self.key, hex::encode(found).as_bytes(), &signature).map_err(|_| CaptchaError::Wrong)?;
        if payload.algorithm != ALGORITHM || !payload.salt.ends_with(END) {
            return Err(CaptchaError::Wrong);
        }
        let until = parameter(&payload.salt, "expires=").and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let until = until.ok_or(CaptchaError::Wrong)?;
        if until <= now {
            return Err(CaptchaError::Expired);
        }
        let level = parameter(&payload.salt, "level=").ok_or(CaptchaError::Wrong)?;

        Ok(Solved { digest: found.as_ref().try_into().map_err(|_| CaptchaError::Wrong)?, until, level })
    }
}

fn read(payload: &str) -> Option<Payload> {
    let json = STANDARD.decode(payload).ok().filter(|_| payload.len() <= LONGEST)?;
    serde_json::from_slice(&json).ok()
}

/// A number that the salt names.
fn parameter<N: FromStr>(salt: &str, name: &str) -> Option<N> {
    let (_, parameters) = salt.split_once('?')?;
    parameters.split(END).find_map(|parameter| parameter.strip_prefix(name))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use settings::secret::Secret;

    use super::*;
    use crate::captcha::keys::Keys;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn altcha(secret: &str, site: &str) -> Altcha {
        let key = Keys::of(&Secret::new(secret), site).challenges;
        Altcha { key, max_number: 1_000, life: TimeDelta::seconds(60) }
    }

    fn ours() -> Altcha {
        altcha("a secret", "here")
    }

    /// What a client finds, before it is encoded.
    fn solution(challenge: &AltchaChallenge) -> Value {
        let is_right = |number: &u64| {
            hex::encode(digest(&SHA256, format!("{}{number}", challenge.salt).as_bytes())) == challenge.challenge
        };
        let number = (0..=challenge.maxnumber).find(is_right).expect("there is such a number");
        json!({ "algorithm": ALGORITHM, "challenge": challenge.challenge, "number": number,
                "salt": challenge.salt, "signature": challenge.signature, "took": 3 })
    }

    fn judged(solution: &Value) -> Result<(), CaptchaError> {
        ours().judge(&STANDARD.encode(solution.to_string()), NOW).map(drop)
    }

    #[test]
    fn a_challenge_of_ours_that_is_solved_in_time_is_right() {
        let solution = solution(&ours().challenge(0, NOW));
        let at = |seconds| ours().judge(&STANDARD.encode(solution.to_string()), NOW + TimeDelta::seconds(seconds));

        assert_eq!(at(59).map(|solved| solved.until), Ok(NOW + TimeDelta::seconds(60)));
        assert_eq!(at(60).map(drop), Err(CaptchaError::Expired));
    }

    #[test]
    fn whatever_is_changed_of_a_solution_makes_it_wrong() {
        let right = solution(&ours().challenge(0, NOW));
        assert_eq!(judged(&right), Ok(()));
        let changes = [
            ("number", json!(1_001)),
            ("number", json!(-1)),
            ("algorithm", json!("SHA-1")),
            ("salt", json!("0011?expires=4000000000&level=0&")),
            ("challenge", json!("00".repeat(32))),
            ("signature", json!("00".repeat(32))),
            ("signature", json!("")),
            ("signature", json!("zz")),
        ];
        for (field, value) in changes {
            let mut forged = right.clone();
            forged[field] = value;
            assert_eq!(judged(&forged), Err(CaptchaError::Wrong), "{field}: {forged}");
        }
        for nonsense in ["", "e30=", "bnVsbA==", "no base64!", &"A".repeat(LONGEST + 4)] {
            assert_eq!(ours().judge(nonsense, NOW).map(drop), Err(CaptchaError::Wrong), "{nonsense}");
        }
    }

    #[test]
    fn a_challenge_that_was_prolonged_or_made_up_is_wrong() {
        let challenge = ours().challenge(0, NOW);
        let salt = challenge.salt.replace("expires=60", "expires=4000000000");
        let prolonged = AltchaChallenge {
            challenge: hex::encode(digest(&SHA256, format!("{salt}7").as_bytes())),
            salt,
            ..challenge
        };

        assert_eq!(judged(&solution(&prolonged)), Err(CaptchaError::Wrong));
    }

    #[test]
    fn a_level_is_twice_the_work_and_can_t_be_claimed_for_less() {
        let levels = [0, 1, 5].map(|level| ours().challenge(level, NOW));
        assert_eq!(levels.each_ref().map(|challenge| challenge.maxnumber), [1_000, 2_000, 32_000]);
        let solved = |solution: &Value| ours().judge(&STANDARD.encode(solution.to_string()), NOW);
        assert_eq!(solved(&solution(&levels[2])).map(|solved| solved.level), Ok(5));

        let mut dearer = solution(&levels[0]);
        dearer["salt"] = json!(levels[0].salt.replace("level=0", "level=9"));
        assert_eq!(solved(&dearer).map(drop), Err(CaptchaError::Wrong));
    }

    #[test]
    fn digits_that_are_moved_from_the_number_to_the_salt_make_no_second_solution() {
        let (right, digits) = loop {
            let found = solution(&ours().challenge(0, NOW));
            let digits = found["number"].to_string();
            // A number that begins with 0 is spelt without it, and is another one.
            if digits.len() > 1 && !digits[1..].starts_with('0') {
                break (found, digits);
            }
        };
        let mut again = right.clone();
        again["salt"] = json!(format!("{}{}", right["salt"].as_str().expect("it is text"), &digits[..1]));
        again["number"] = json!(digits[1..].parse::<u64>().expect("it is a number"));

        assert_eq!(judged(&again), Err(CaptchaError::Wrong));
    }

    #[test]
    fn neither_another_secret_nor_another_site_of_the_same_secret_is_ours() {
        for other in [altcha("another secret", "here"), altcha("a secret", "there")] {
            assert_eq!(judged(&solution(&other.challenge(0, NOW))), Err(CaptchaError::Wrong));
        }
    }
}
