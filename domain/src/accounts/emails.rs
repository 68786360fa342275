//! Addresses: which ones a mail can go to by any mail server, and how they are written to one.
//!
//! An account without a mail that arrives has no confirmation, no tickets by mail and no way back to a lost password. So
//! what can't be sent to is refused where it is typed. The part before the `@` is ASCII, for few servers take others; a
//! domain in any script is written in ASCII (punycode, UTS 46), which each of them takes.

use std::borrow::Cow;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// Bytes of an address, and of its part before the `@`, at most (RFC 5321).
const LONGEST: usize = 254;
const LONGEST_NAME: usize = 64;

/// What the part before the `@` may have beside letters and digits (RFC 5322, dot-atom).
const SIGNS: &str = "!#$%&'*+-/=?^_`{|}~";

/// The address as a mail server is told it; none where no mail can go to it.
pub fn on_the_wire(email: &str) -> Option<String> {
    let (name, host) = email.rsplit_once('@')?;
    let host = host_in_ascii(host)?;
    let is_whole = is_mailbox(name) && name.len() + 1 + host.len() <= LONGEST;
    is_whole.then(|| format!("{name}@{host}"))
}

/// The address with its domain in the script of its readers; none where no mail can go to it.
pub(super) fn as_shown(email: &str) -> Option<String> {
    let wire = on_the_wire(email)?;
    let (name, host) = wire.split_once('@')?;
    let (host, read) = Uts46::new().to_unicode(host.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    read.ok().map(|()| format!("{name}@{host}"))
}

/// Words with dots between them, unquoted.
fn is_mailbox(name: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|sign| sign.is_ascii_alphanumeric() || SIGNS.contains(sign));
    name.len() <= LONGEST_NAME && name.split('.').all(is_word)
}

/// A host by its name, in ASCII: no address of one, and none of this network.
fn host_in_ascii(host: &str) -> Option<Cow<'_, str>> {
    let ascii = Uts46::new().to_ascii(host.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify);
    let ascii = ascii.ok()?;
    let (_, top) = ascii.rsplit_once('.')?;
    let is_top = top.len() >= 2 && top.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_top.then_some(ascii)
}

/// An email as the giver who typed it knows it again, and no other reader does: `a•••@example.com`.
#[must_use]
pub fn masked(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((name, host)) => {
            let first = name.chars().next().filter(|letter| *letter != '•').map(String::from);
            format!("{}•••@{host}", first.unwrap_or_default())
        }
        None => "•••".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_any_mail_server_takes_is_written_for_it() {
        for (email, wire) in [
            ("fan@example.com", "fan@example.com"),
            ("Fan.Of+tickets@Example.Com", "Fan.Of+tickets@example.com"),
            ("o'brien_{1}@mail.example.co.uk", "o'brien_{1}@mail.example.co.uk"),
            ("fan@münchen.example", "fan@xn--mnchen-3ya.example"),
            ("fan@MÜNCHEN.example", "fan@xn--mnchen-3ya.example"),
            ("fan@mu\u{308}nchen.example", "fan@xn--mnchen-3ya.example"),
            ("fan@例え.テスト", "fan@xn--r8jz45g.xn--zckzah"),
            ("fan@مثال.إختبار", "fan@xn--mgbh0fb.xn--kgbechtv"),
            ("a@r3---x.example.com", "a@r3---x.example.com"),
            (&format!("{}@example.com", "a".repeat(64)), &format!("{}@example.com", "a".repeat(64))),
        ] {
            assert_eq!(on_the_wire(email).as_deref(), Some(wire), "{email}");
        }
    }

    #[test]
    fn a_domain_is_shown_in_its_script() {
        for email in ["fan@xn--mnchen-3ya.example", "fan@MÜNCHEN.example", "fan@mu\u{308}nchen\u{3002}example"] {
            assert_eq!(as_shown(email).as_deref(), Some("fan@münchen.example"), "{email}");
        }
        assert_eq!(as_shown("Fan@example.com").as_deref(), Some("Fan@example.com"));
    }

    #[test]
    fn what_no_mail_can_go_to_is_none() {
        for email in [
            "",
            "fan",
            "@example.com",
            "fan@",
            "fan@localhost",
            "a..b@example.com",
            ".a@example.com",
            "a.@example.com",
            "a@example..com",
            "a@.example.com",
            "a@example.com.",
            "a,b@example.com",
            "a b@example.com",
            "a@b@example.com",
            "\"a b\"@example.com",
            "a<b>@example.com",
            "a@-.x",
            "a@-a.example",
            "a@a-.example",
            "a@exa_mple.com",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "a@[IPv6:::1]",
            "a@example.1",
            "a@example.c",
            "a@xn--a.example",
            "a\r\nbcc:b@example.com",
            "a\0@example.com",
            "a@exam\u{200b}ple .com",
            "jürgen@example.com",
            "用户@example.com",
            &format!("{}@example.com", "a".repeat(65)),
            &format!("a@{}.example", "b".repeat(64)),
            &format!("{}@{}.com", "a".repeat(64), "b.".repeat(100)),
        ] {
            assert_eq!(on_the_wire(email), None, "{email}");
        }
    }

    #[test]
    fn an_email_is_known_again_and_not_read() {
        for (email, shown) in
            [("ana@example.com", "a•••@example.com"), ("a@b.example", "a•••@b.example"), ("", "•••"), ("@x", "•••@x")]
        {
            assert_eq!(masked(email), shown);
            assert_eq!(masked(&masked(email)), masked(email));
        }
    }
}
