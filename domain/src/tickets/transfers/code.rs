//! Codes: what the mail of a transfer gives its reader. None is kept: each is the transfer's id, signed by a key that is
//! derived from the site's secret, so that a mail that is sent again has the same one and a copy of the database has none.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use uuid::Uuid;

/// Bytes of the signature that a code has: none guesses 128 bits.
const TAG: usize = 16;

/// The code of a transfer, 43 letters and digits, `-` and `_`.
pub(super) fn written(key: &hmac::Key, transfer_id: Uuid) -> String {
    let tag = hmac::sign(key, transfer_id.as_bytes());
    URL_SAFE_NO_PAD.encode([transfer_id.as_bytes().as_slice(), &tag.as_ref()[..TAG]].concat())
}

/// The transfer that a code is of; none where it was not written here. White space around it does not matter.
pub(super) fn read(key: &hmac::Key, text: &str) -> Option<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
    let (id, _) = bytes.split_first_chunk::<16>()?;
    let transfer_id = Uuid::from_bytes(*id);
    // Compared by digests under another key, which tells nothing of where two differ.
    let expected = written(key, transfer_id);
    let known = hmac::sign(key, expected.as_bytes());
    hmac::verify(key, text.trim().as_bytes(), known.as_ref()).ok().map(|()| transfer_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_leads_to_its_transfer_and_no_other_text_does() {
        let key = |secret: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, secret);
        let (ours, id) = (key(b"a secret"), Uuid::now_v7());
        let code = written(&ours, id);

        assert_eq!((code.len(), read(&ours, &format!(" {code}\n"))), (43, Some(id)));
        assert_eq!(written(&ours, id), code, "it is the same each time");
        assert_eq!(read(&key(b"another"), &code), None);
        for at in 0..code.len() {
            let other = if &code[at..=at] == "A" { "B" } else { "A" };
            let forged = format!("{}{other}{}", &code[..at], &code[at + 1..]);
            assert_eq!(read(&ours, &forged), None, "{forged}");
        }
        for wrong in ["", "A", &code[1..], &format!("{code}A"), &code[..22], &"A".repeat(43)] {
            assert_eq!(read(&ours, wrong), None, "{wrong}");
        }
    }
}
