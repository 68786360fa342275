//! Signatures of webhooks, by Stripe's scheme: `t=<seconds>,v1=<HMAC-SHA-256 of "<seconds>.<body>" in hex>`.

use chrono::{DateTime, Duration, Utc};
use ring::hmac;

/// How far a signature's time may be from ours: who hears of an old event can't send it once more.
const TOLERANCE: Duration = Duration::minutes(5);

/// Signatures that a header may have; a secret that is being changed makes two.
const MOST: usize = 16;

/// Why an event is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Forged {
    #[error("the header stripe-signature is missing or can't be read")]
    Unreadable,
    #[error("the signature does not match this body and secret")]
    Wrong,
    #[error("the signature is too old or dated in the future")]
    OutOfTime,
}

/// Checks that `body`, as it came, was signed a moment ago with the secret.
pub(crate) fn verify(secret: &[u8], header: &str, body: &[u8], now: DateTime<Utc>) -> Result<(), Forged> {
    let fields = || header.split(',').filter_map(|field| field.trim().split_once('='));
    let mut times = fields().filter(|(name, _)| *name == "t");
    let (Some((_, time)), None) = (times.next(), times.next()) else { return Err(Forged::Unreadable) };
    let at = time.parse::<i64>().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let at = at.ok_or(Forged::Unreadable)?;
    let signed = signed(time, body);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let mut given = fields().filter(|(name, _)| *name == "v1").take(MOST).peekable();
    given.peek().ok_or(Forged::Unreadable)?;
    // Compared in a time that says nothing of where they differ.
    if !given.any(|(_, signature)| hex::decode(signature).is_ok_and(|tag| hmac::verify(&key, &signed, &tag).is_ok())) {
        return Err(Forged::Wrong);
    }
    if (now - at).abs() > TOLERANCE {
        return Err(Forged::OutOfTime);
    }
    Ok(())
}

/// The header of a body that is signed at `at`.
pub fn sign(secret: &[u8], at: DateTime<Utc>, body: &[u8]) -> String {
    let time = at.timestamp().to_string();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), &signed(&time, body));

    format!("t={time},v1={}", hex::encode(tag))
}

fn signed(time: &str, body: &[u8]) -> Vec<u8> {
    [time.as_bytes(), b".", body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"whsec_test_secret";
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("it is a time")
    }

    #[test]
    fn a_body_is_known_by_its_signature_for_five_minutes_both_ways() {
        let header = sign(SECRET, at(0), BODY);

        for (seconds, expected) in
            [(0, Ok(())), (300, Ok(())), (-300, Ok(())), (301, Err(Forged::OutOfTime)), (-301, Err(Forged::OutOfTime))]
        {
            assert_eq!(verify(SECRET, &header, BODY, at(seconds)), expected, "{seconds}");
        }
    }

    #[test]
    fn a_signature_by_the_rules_of_the_scheme_is_known() {
        // echo -n '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test_secret
        let header = "t=1700000000,v1=248a374f50f943a28b0f6ab50faf9a7e7e29b710fa26df9fb1618b9bf8ea9c9a";

        assert_eq!(verify(SECRET, header, BODY, at(0)), Ok(()));
        assert_eq!(sign(SECRET, at(0), BODY), header);
    }

    #[test]
    fn of_several_signatures_one_must_be_right() {
        let good = sign(SECRET, at(0), BODY);
        let (time, tag) = good.split_once(',').expect("it has two fields");

        assert_eq!(verify(SECRET, &format!("{time},v1=00ff,{tag},v0=1"), BODY, at(0)), Ok(()));
        assert_eq!(verify(SECRET, &format!("{time},v1=00ff"), BODY, at(0)), Err(Forged::Wrong));
    }

    #[test]
    fn what_is_not_signed_so_is_not_believed() {
        let good = sign(SECRET, at(0), BODY);
        let (time, tag) = good.split_once(',').expect("it has two fields");
        let other = sign(b"another secret", at(0), BODY);

        for (header, expected) in [
            ("", Forged::Unreadable),
            ("v1=00", Forged::Unreadable),
            (time, Forged::Unreadable),
            ("t=soon,v1=00", Forged::Unreadable),
            (other.as_str(), Forged::Wrong),
            (&format!("t=1700000001,{tag}"), Forged::Wrong),
            (&format!("{time},v1=zz"), Forged::Wrong),
            (&format!("{time},v1={}", &tag[3..tag.len() - 1]), Forged::Wrong),
            (&format!("{time},v0={}", &tag[3..]), Forged::Unreadable),
            (&format!("{time},{time},{tag}"), Forged::Unreadable),
        ] {
            assert_eq!(verify(SECRET, header, BODY, at(0)), Err(expected), "{header}");
        }
        assert_eq!(verify(SECRET, &good, br#"{"id":"evt_2"}"#, at(0)), Err(Forged::Wrong));
    }
}
