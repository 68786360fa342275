//! Names of people, as mails call them by: no stranger is to write a page's address into a mail of this site.

use unicode_normalization::UnicodeNormalization;

use crate::text;

/// Words before a colon that lead somewhere without a slash behind it.
const SCHEMES: [&str; 5] = ["mailto", "javascript", "data", "tel", "sms"];

/// Ends of domains that programs take for an address without being told so. Two letters that begin or stand in people's
/// names, such as `de` and `la`, are none of them.
const ENDS: [&str; 34] = [
    "com", "net", "org", "info", "biz", "app", "dev", "xyz", "online", "site", "shop", "store", "top", "club", "live",
    "link", "click", "page", "web", "cloud", "vip", "win", "bet", "icu", "example", "io", "co", "ru", "cn", "tk", "uk",
    "eu", "gg", "ws",
];

/// Whether it can be shown as a person's name.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text::check(text::Kind::Name, text).is_ok() && !has_link(text)
}

/// Whether a reader, or the program that shows them a mail, may take a part of a text for the address of a page or a mailbox,
/// however its signs are written.
fn has_link(text: &str) -> bool {
    let dotted = |sign: char| if matches!(sign, '\u{3002}' | '\u{ff61}') { '.' } else { sign };
    let plain: String = text.nfkc().map(dotted).flat_map(char::to_lowercase).collect();
    plain.split_whitespace().any(is_link)
}

fn is_link(word: &str) -> bool {
    let word = word.trim_matches(|sign: char| !sign.is_alphanumeric() && sign != '/' && sign != '\\');
    let is_host = |text: &str| text.trim_matches('.').contains('.');
    let leads_on = word.split_once(':').is_some_and(|(before, after)| {
        let is_port = is_host(before) && after.starts_with(|sign: char| sign.is_ascii_digit());
        after.starts_with(['/', '\\']) || SCHEMES.contains(&before) || is_port
    });
    let is_path = word.split_once(['/', '\\', '?', '#']).is_some_and(|(host, _)| is_host(host));
    let is_mailbox = word.split_once('@').is_some_and(|(_, host)| is_host(host));
    leads_on || is_path || is_mailbox || is_domain(word)
}

/// Whether a word ends as a domain does; initials and titles before a name do not.
fn is_domain(word: &str) -> bool {
    let Some((labels, end)) = word.rsplit_once('.') else { return false };
    let label = labels.rsplit('.').next().unwrap_or_default();
    let is_known = ENDS.contains(&end) || end.starts_with("xn--");
    word.starts_with("www.") || is_known && label.chars().count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_address_of_a_page_however_it_is_written() {
        for link in [
            "https://evil.example/claim",
            "Claim at evil.example/claim now",
            "win at www.evil.example",
            "(www.evil.example)",
            "evil.example:8080",
            "https:/evil.example",
            "https:\\\\evil.example",
            "evil.example\\claim",
            "evil。example／claim",
            "ｗｗｗ．evil．example",
            "evil｡com",
            "mailto:a@evil.example",
            "a@evil.example",
            "javascript:alert(1)",
            "You won, see evil.com!",
            "EVIL.COM",
            "login.evil.co.uk",
            "bücher.xn--p1ai",
            "evil.example?claim",
        ] {
            assert!(!is_name(link), "{link}");
        }
    }

    #[test]
    fn initials_titles_and_signs_of_names_are_let_be() {
        for name in [
            "J.R.R. Tolkien",
            "J.R.R.Tolkien",
            "Dr.Müller",
            "Dr. Ing. h.c. Ana Núñez",
            "St.Pierre",
            "J.de Vries",
            "M.Com",
            "Ana/Ben",
            "Ana (she/her)",
            "@ana",
            "O'Brien-Smith: Ana",
            "モーニング娘。",
            "Mr.T",
            "Ana 2.0",
            "will.i.am",
            "Jean-Luc M. d'Or",
        ] {
            assert!(is_name(name), "{name}");
        }
    }
}
