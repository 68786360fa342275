//! Codes: what a ticket shows at the gate, signed so that a gate needs nothing but the published key.
//!
//! `docs/guides/gate.md` says what each byte is; clients are built on it, so a format is never changed, another one is added.

use uuid::Uuid;

/// The first byte of a code.
const FORMAT: u8 = 1;

/// Bytes that name a key.
pub(super) const KEY_ID: usize = 6;

/// Bytes that are signed, and those of an Ed25519 signature.
const SIGNED: usize = 1 + KEY_ID + 16 + 4;
const SIGNATURE: usize = 64;
const BYTES: usize = SIGNED + SIGNATURE;

/// RFC 4648, section 6: a QR code packs these letters closer than those of base64.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A code that is well formed; whether its signature is good is not said yet.
pub(super) struct Code {
    bytes: [u8; BYTES],
}

impl Code {
    /// What is signed for a ticket at a version.
    pub(super) fn to_sign(key: [u8; KEY_ID], ticket: Uuid, version: i32) -> [u8; SIGNED] {
        let mut bytes = [0; SIGNED];
        bytes[0] = FORMAT;
        bytes[1..7].copy_from_slice(&key);
        bytes[7..23].copy_from_slice(ticket.as_bytes());
        bytes[23..].copy_from_slice(&version.to_be_bytes());
        bytes
    }

    /// The code as a gate scans it.
    pub(super) fn written(signed: [u8; SIGNED], signature: &[u8]) -> String {
        base32(&[&signed, signature].concat())
    }

    /// Reads a code; spaces that were typed between its letters do not matter, nor does their case.
    pub(super) fn read(text: &str) -> Option<Self> {
        let bytes = from_base32(text)?.try_into().ok()?;
        Some(Self { bytes }).filter(|code| code.bytes[0] == FORMAT)
    }

    pub(super) fn key(&self) -> [u8; KEY_ID] {
        self.bytes[1..7].try_into().expect("a slice of six bytes is six bytes")
    }

    pub(super) fn ticket(&self) -> Uuid {
        Uuid::from_bytes(self.bytes[7..23].try_into().expect("a slice of sixteen bytes is sixteen bytes"))
    }

    pub(super) fn version(&self) -> i32 {
        i32::from_be_bytes(self.bytes[23..SIGNED].try_into().expect("a slice of four bytes is four bytes"))
    }

    pub(super) fn signed(&self) -> &[u8] {
        &self.bytes[..SIGNED]
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.bytes[SIGNED..]
    }
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

fn letter(value: u32) -> char {
    char::from(LETTERS[usize::try_from(value & 31).expect("five bits are a place among 32")])
}

/// `None` for what [`base32`] would not write: every code has one spelling but for case and spaces.
fn from_base32(text: &str) -> Option<Vec<u8>> {
    if text.len() > 4 * BYTES {
        return None;
    }
    let mut bytes = Vec::with_capacity(BYTES);
    let (mut held, mut bits) = (0_u32, 0);
    for typed in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = LETTERS.iter().position(|letter| *letter == typed.to_ascii_uppercase())?;
        held = held << 5 | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    (bits < 5 && held == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_the_standard() {
        // RFC 4648, section 10.
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
            assert_eq!(from_base32(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(from_base32("mz xw\n6y tb oi").as_deref(), Some(&b"foobar"[..]));
        for wrong in ["M", "MZ", "MZXW6YTBOJ", "MZXW6YT1", "MZXW6YQ=", "ÄÄ"] {
            assert_eq!(from_base32(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_says_what_was_written_into_it() {
        let (key, ticket) = ([1, 2, 3, 4, 5, 6], Uuid::now_v7());
        let text = Code::written(Code::to_sign(key, ticket, 7), &[9; SIGNATURE]);

        let code = Code::read(&text).expect("it is well formed");
        assert_eq!((code.key(), code.ticket(), code.version()), (key, ticket, 7));
        assert_eq!((code.signed(), code.signature()), (&Code::to_sign(key, ticket, 7)[..], &[9; SIGNATURE][..]));
        assert_eq!(text.len(), 146);
        let other = format!("B{}", &text[1..]);
        for wrong in ["", "AAAA", &text[2..], &format!("{text}AA"), &other, &"A".repeat(10_000)] {
            assert!(Code::read(wrong).is_none(), "{wrong}");
        }
    }
}
