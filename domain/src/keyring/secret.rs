//! The site's secret, of which every use has a key of its own.

use ring::hkdf::{HKDF_SHA256, Salt};

/// The key for a purpose, by HKDF-SHA-256. `purpose` is named by one or more parts, which are read as one text.
pub fn derived(secret: &[u8], purpose: &[&[u8]]) -> [u8; 32] {
    let mut key = [0_u8; 32];
    Salt::new(HKDF_SHA256, &[])
        .extract(secret)
        .expand(purpose, HKDF_SHA256)
        .and_then(|derived| derived.fill(&mut key))
        .expect("32 bytes are less than what HKDF can give");
    key
}

#[cfg(test)]
mod tests {
    use super::derived;

    #[test]
    fn every_purpose_and_every_secret_has_a_key_of_its_own_that_stays() {
        let key = derived(b"secret", &[b"matchday sealing 1"]);

        // RFC 5869 with an empty salt, worked out by another implementation.
        let expected = "9aa64ba10cec0ec0c3fd21661e85583a04f1ad94fc9e891350d139adbb1130ce";
        assert_eq!(hex::encode(key), expected);
        assert_ne!(key, derived(b"secret", &[b"matchday ticket links 1"]));
        assert_ne!(key, derived(b"other", &[b"matchday sealing 1"]));
        assert_eq!(key, derived(b"secret", &[b"matchday ", b"sealing 1"]));
    }
}
