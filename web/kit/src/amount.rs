//! Amounts that people type, and sums of amounts: decimal text in, decimal text out, and no float between.

use crate::locale::Locale;

/// Digits before the decimals at most: no ticket costs more, and every sum of amounts fits.
const MOST_DIGITS: usize = 12;

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    Missing,
    /// It has letters, two signs of decimals, groups of other than three digits, or too many digits.
    NotAnAmount,
    /// More than two decimals.
    TooPrecise,
    /// Zero or less.
    NotPositive,
}

/// Reads an amount as the readers of a language write it: with its groups and its decimal sign, in Arabic also with
/// Arabic digits. The decimal sign of other languages is taken too where it can mean nothing else: three digits after a
/// sign may be a group, one or two are decimals.
///
/// # Errors
///
/// [`Wrong`], of which [`example`] shows what would be right.
pub fn parse(text: &str, locale: Locale) -> Result<String, Wrong> {
    let text: String = text.chars().filter(|c| !is_mark(*c)).map(western).collect();
    if text.trim().is_empty() {
        return Err(Wrong::Missing);
    }
    let text = without_currency(text.trim());
    if text.starts_with(['-', '\u{2212}']) {
        return Err(Wrong::NotPositive);
    }
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return Err(Wrong::NotAnAmount);
    }
    let (group, point) = match locale {
        Locale::English | Locale::Arabic => (',', '.'),
        Locale::Spanish => ('.', ','),
        Locale::French => (' ', ','),
    };
    let (whole, decimals) = match text.rfind(['.', ',']) {
        Some(at) => {
            let (whole, rest) = text.split_at(at);
            let (sign, rest) = (text[at..].chars().next().unwrap_or(point), &rest[1..]);
            match rest.len() {
                3 if sign == group => (text, ""),
                0..=2 => (whole, rest),
                _ if sign == point => return Err(all_digits(rest).map_or(Wrong::NotAnAmount, |()| Wrong::TooPrecise)),
                _ => return Err(Wrong::NotAnAmount),
            }
        }
        None => (text, ""),
    };
    let whole = ungrouped(whole, group).ok_or(Wrong::NotAnAmount)?;
    all_digits(decimals).ok_or(Wrong::NotAnAmount)?;
    let whole = whole.trim_start_matches('0');
    if whole.len() > MOST_DIGITS {
        return Err(Wrong::NotAnAmount);
    }
    if whole.is_empty() && decimals.bytes().all(|digit| digit == b'0') {
        return Err(Wrong::NotPositive);
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    Ok(if decimals.is_empty() { whole.to_owned() } else { format!("{whole}.{decimals}") })
}

/// An amount as a field that [`parse`] reads shows it: `82.50`, `82,50`.
#[must_use]
pub fn typed(amount: &str, locale: Locale) -> String {
    let (whole, decimals) = amount.split_once('.').unwrap_or((amount, ""));
    let point = match locale {
        Locale::English | Locale::Arabic => '.',
        Locale::Spanish | Locale::French => ',',
    };
    if decimals.bytes().all(|digit| digit == b'0') { whole.to_owned() } else { format!("{whole}{point}{decimals:0<2}") }
}

/// What [`parse`] takes in a language, for those who wrote something else.
#[must_use]
pub fn example(locale: Locale) -> String {
    typed("82.50", locale)
}

/// An amount in hundredths of its unit; none where the text has more decimals, or is no amount.
#[must_use]
pub fn hundredths(amount: &str) -> Option<i64> {
    let (whole, decimals) = amount.split_once('.').unwrap_or((amount, ""));
    let kept = decimals.trim_end_matches('0');
    if kept.len() > 2 {
        return None;
    }
    format!("{whole}{kept:0<2}").parse().ok()
}

/// Hundredths of a unit as an amount: `77.90`.
#[must_use]
pub fn of_hundredths(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let hundredths = hundredths.unsigned_abs();
    format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
}

/// What is left of an amount without another: of a price without its fee.
#[must_use]
pub fn minus(amount: &str, other: &str) -> Option<String> {
    Some(of_hundredths(hundredths(amount)?.checked_sub(hundredths(other)?)?))
}

/// All amounts together.
#[must_use]
pub fn sum<'a>(amounts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let sum = amounts.into_iter().try_fold(0_i64, |sum, amount| sum.checked_add(hundredths(amount)?))?;
    Some(of_hundredths(sum))
}

/// Marks of direction, which are not seen.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2066}'..='\u{2069}')
}

/// The text without a currency before or behind it: a sign, or three letters of ISO 4217.
fn without_currency(text: &str) -> &str {
    let is_letter = |c: char| c.is_ascii_uppercase();
    let text = text.trim_matches(['$', '€', '£', '¥']).trim();
    let behind = text.trim_start_matches(is_letter);
    let text = if text.len() - behind.len() == 3 { behind } else { text };
    let before = text.trim_end_matches(is_letter);
    let text = if text.len() - before.len() == 3 { before } else { text };
    text.trim()
}

/// Arabic digits and signs (also those of Persian keyboards) as Western ones, and every space and apostrophe as one kind.
fn western(c: char) -> char {
    let digit = |from: char| char::from_digit(u32::from(c) - u32::from(from), 10).unwrap_or(c);
    match c {
        '\u{0660}'..='\u{0669}' => digit('\u{0660}'),
        '\u{06f0}'..='\u{06f9}' => digit('\u{06f0}'),
        '\u{066b}' => '.',
        '\u{066c}' | '\u{060c}' => ',',
        '\'' | '\u{2019}' => ' ',
        space if space.is_whitespace() => ' ',
        other => other,
    }
}

/// Digits without the signs between their groups of three; a space may stand there in every language.
fn ungrouped(whole: &str, group: char) -> Option<String> {
    let mut groups = whole.split([group, ' ']);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let are_groups = rest.iter().all(|group| group.len() == 3) && (rest.is_empty() || (1..=3).contains(&first.len()));
    let digits = std::iter::once(first).chain(rest).collect::<String>();
    (are_groups && all_digits(&digits).is_some()).then_some(digits)
}

fn all_digits(text: &str) -> Option<()> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_its_language_writes_it() {
        for (locale, text, read) in [
            (Locale::English, "82.50", "82.50"),
            (Locale::English, " $1,234.5 ", "1234.5"),
            (Locale::English, "USD 1,234", "1234"),
            (Locale::English, "082", "82"),
            (Locale::English, ".50", "0.50"),
            (Locale::English, "80.", "80"),
            (Locale::Spanish, "82,50", "82.50"),
            (Locale::Spanish, "1.234,50 $", "1234.50"),
            (Locale::Spanish, "1.234", "1234"),
            (Locale::French, "82,50\u{a0}$", "82.50"),
            (Locale::French, "1\u{202f}234,50", "1234.50"),
            (Locale::Arabic, "٨٢٫٥٠", "82.50"),
            (Locale::Arabic, "١٬٢٣٤", "1234"),
            (Locale::Arabic, "\u{200e}82.50\u{a0}$", "82.50"),
            // Decimals of another language, which can be nothing else.
            (Locale::French, "82.50", "82.50"),
            (Locale::Spanish, "82.5", "82.5"),
            (Locale::English, "82,50", "82.50"),
        ] {
            assert_eq!(parse(text, locale), Ok(read.to_owned()), "{locale} {text:?}");
        }
    }

    #[test]
    fn what_may_mean_two_amounts_or_none_is_not_read() {
        for (locale, text, wrong) in [
            (Locale::English, "", Wrong::Missing),
            (Locale::English, " $ ", Wrong::NotAnAmount),
            (Locale::English, "eighty", Wrong::NotAnAmount),
            (Locale::English, "8o", Wrong::NotAnAmount),
            (Locale::English, "80 or 90", Wrong::NotAnAmount),
            (Locale::English, "80 90", Wrong::NotAnAmount),
            (Locale::English, "1,23,456", Wrong::NotAnAmount),
            (Locale::English, "1.234,50", Wrong::NotAnAmount),
            (Locale::English, "82.505", Wrong::TooPrecise),
            (Locale::French, "1.234", Wrong::NotAnAmount),
            (Locale::Spanish, "82,505", Wrong::TooPrecise),
            (Locale::English, "0", Wrong::NotPositive),
            (Locale::English, "0.00", Wrong::NotPositive),
            (Locale::English, "-5", Wrong::NotPositive),
            (Locale::English, "1e3", Wrong::NotAnAmount),
            (Locale::English, "9999999999999", Wrong::NotAnAmount),
        ] {
            assert_eq!(parse(text, locale), Err(wrong), "{locale} {text:?}");
        }
    }

    #[test]
    fn what_a_field_shows_is_read_as_what_it_was() {
        for locale in Locale::ALL {
            for (amount, read) in [("82.50", "82.50"), ("82.5", "82.50"), ("75.00", "75"), ("1234.05", "1234.05")] {
                assert_eq!(parse(&typed(amount, locale), locale).as_deref(), Ok(read), "{locale} {amount}");
            }
            assert!(parse(&example(locale), locale).is_ok(), "{locale}");
        }
    }

    #[test]
    fn sums_and_differences_lose_no_cent() {
        assert_eq!(minus("82.50", "4.13").as_deref(), Some("78.37"));
        assert_eq!(minus("0.10", "0.30").as_deref(), Some("-0.20"));
        assert_eq!(sum(["0.10", "0.20", "75"]).as_deref(), Some("75.30"));
        assert_eq!(sum([]).as_deref(), Some("0.00"));
        assert_eq!((hundredths("75.000"), hundredths("0.001"), hundredths("x")), (Some(7500), None, None));
    }
}
