//! Vectors of the standards, and of OpenSSL for the algorithms that they have none of.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    crypto::{sign, verify},
    jwk::Jwk,
};
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Vectors {
    good: Vec<Vector>,
    /// Good, but for their keys of 1024 bits.
    weak: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    alg: Algorithm,
    jwk: Jwk,
    message: String,
    signature: String,
}

impl Vector {
    fn key(&self) -> DecodingKey {
        DecodingKey::from_jwk(&self.jwk).expect("it is a key")
    }

    fn verifies(&self, message: &str, signature: &str) -> bool {
        verify(signature, message.as_bytes(), &self.key(), self.alg).expect("the key is of the algorithm's family")
    }
}

fn vectors() -> Vectors {
    install();
    serde_json::from_str(include_str!("vectors.json")).expect("they are vectors")
}

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("it is base64url")
}

#[test]
fn signatures_by_every_algorithm_that_a_provider_may_use_are_verified() {
    let good = vectors().good;

    for vector in &good {
        assert!(vector.verifies(&vector.message, &vector.signature), "{:?}", vector.alg);
    }
    for name in crate::accounts::provider::ALGORITHMS {
        assert!(good.iter().any(|vector| format!("{:?}", vector.alg) == name), "{name} has a vector");
    }
}

#[test]
fn whatever_is_changed_of_a_signature_or_of_what_it_signs_it_is_refused() {
    for vector in vectors().good {
        let (right, at_end) = (bytes(&vector.signature), vector.message.len() - 1);
        let changed = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut signature = right.clone();
            change(&mut signature);
            URL_SAFE_NO_PAD.encode(signature)
        };
        for at in 0..right.len() {
            let flipped = changed(&|signature| signature[at] ^= 1 << (at % 8));
            assert!(!vector.verifies(&vector.message, &flipped), "{:?}, byte {at}", vector.alg);
        }
        for (what, signature) in [
            ("empty", String::new()),
            ("shorter", changed(&|signature| signature.truncate(right.len() - 1))),
            ("longer", changed(&|signature| signature.push(0))),
            ("behind a zero", changed(&|signature| signature.insert(0, 0))),
            ("of zeros", changed(&|signature| signature.fill(0))),
        ] {
            assert!(!vector.verifies(&vector.message, &signature), "{:?}, {what}", vector.alg);
        }
        assert!(!vector.verifies(&vector.message[..at_end], &vector.signature), "{:?}", vector.alg);
        assert!(!vector.verifies("", &vector.signature), "{:?}", vector.alg);
    }
}

#[test]
fn a_key_verifies_by_no_algorithm_but_what_it_signed_with_and_by_none_of_another_family() {
    let good = vectors().good;

    for vector in &good {
        let key = vector.key();
        for other in good.iter().map(|other| other.alg).filter(|other| *other != vector.alg) {
            let verified = verify(&vector.signature, vector.message.as_bytes(), &key, other);
            match key.family() == other.family() {
                true => assert!(matches!(verified, Ok(false)), "{:?} as {other:?}: {verified:?}", vector.alg),
                false => {
                    let error = verified.expect_err("the key is of another family");
                    assert_eq!(error.kind(), &ErrorKind::InvalidKeyFormat, "{:?} as {other:?}", vector.alg);
                }
            }
        }
    }
}

#[test]
fn another_key_of_the_same_family_verifies_nothing() {
    let good = vectors().good;

    for (one, other) in good.iter().flat_map(|one| good.iter().map(move |other| (one, other))) {
        if one.key().family() == other.key().family() && one.jwk != other.jwk {
            let stranger = verify(&one.signature, one.message.as_bytes(), &other.key(), one.alg);
            assert!(matches!(stranger, Ok(false)), "{:?} by a key for {:?}: {stranger:?}", one.alg, other.alg);
        }
    }
}

#[test]
fn rsa_keys_below_2048_bits_verify_nothing() {
    for vector in vectors().weak {
        assert!(!vector.verifies(&vector.message, &vector.signature), "{:?}", vector.alg);
    }
}

#[test]
fn what_we_sign_is_what_others_sign_by_the_same_key() {
    // The private part of the key of RFC 8037, A.1, in the form of RFC 5958.
    let seed = bytes("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
    let public = bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    let head = hex::decode("3051020101300506032b657004220420").expect("it is hexadecimal");
    let document = [&head[..], &seed[..], &[0x81, 0x21, 0], &public[..]].concat();
    let own = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512, Algorithm::EdDSA];

    for vector in vectors().good {
        let key = match (vector.alg, &serde_json::to_value(&vector.jwk).expect("it is JSON")["k"]) {
            (Algorithm::EdDSA, _) => EncodingKey::from_ed_der(&document),
            (_, serde_json::Value::String(secret)) => EncodingKey::from_secret(&bytes(secret)),
            _ => continue,
        };
        for algorithm in own {
            let signed = sign(vector.message.as_bytes(), &key, algorithm).ok();
            assert_eq!(signed.is_some(), algorithm.family() == vector.alg.family(), "{algorithm:?}");
            assert_eq!(signed.as_ref() == Some(&vector.signature), algorithm == vector.alg, "{algorithm:?}");
        }
    }
}

#[test]
fn nothing_is_signed_by_what_no_key_of_ours_is_for_nor_by_a_broken_key() {
    install();
    let tried = |algorithm, key: &EncodingKey| sign(b"a text", key, algorithm).map_err(errors::Error::into_kind);

    for algorithm in [Algorithm::RS256, Algorithm::PS512] {
        assert_eq!(tried(algorithm, &EncodingKey::from_rsa_der(b"a key")), Err(ErrorKind::InvalidAlgorithm));
    }
    assert_eq!(tried(Algorithm::ES256, &EncodingKey::from_ec_der(b"a key")), Err(ErrorKind::InvalidAlgorithm));
    assert_eq!(tried(Algorithm::EdDSA, &EncodingKey::from_ed_der(b"a key")), Err(ErrorKind::InvalidEddsaKey));
    assert_eq!(tried(Algorithm::EdDSA, &EncodingKey::from_secret(b"a key")), Err(ErrorKind::InvalidKeyFormat));
}
