//! Money and numbers as a language writes them. Amounts stay decimal text until they are shown: no digit is lost.

use crate::locale::Locale;

/// Writes an amount with its currency: `$75.00`, `75,00 $`.
#[must_use]
pub fn money(amount: &str, currency: &str, locale: Locale) -> String {
    signed(&decimal(amount, 2, locale), currency, locale)
}

/// The same without the decimals of a whole amount, for lists: `$75`.
#[must_use]
pub fn money_short(amount: &str, currency: &str, locale: Locale) -> String {
    let (_, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let places = if fraction.bytes().all(|digit| digit == b'0') { 0 } else { 2 };
    signed(&decimal(amount, places, locale), currency, locale)
}

/// `amount` times `count`, exactly; both as decimal text.
#[must_use]
pub fn times(amount: &str, count: u32) -> String {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let places = u32::try_from(fraction.len()).unwrap_or(0);
    let digits: i128 = format!("{whole}{fraction}").parse().unwrap_or(0);
    let product = digits * i128::from(count);
    let unit = 10_i128.pow(places);
    if places == 0 {
        return product.to_string();
    }
    format!("{}.{:0width$}", product / unit, (product % unit).abs(), width = fraction.len())
}

fn signed(number: &str, currency: &str, locale: Locale) -> String {
    let symbol = match currency {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" => "¥",
        other => other,
    };
    match locale {
        Locale::English if symbol.len() == 3 && symbol == currency => format!("{symbol}\u{a0}{number}"),
        Locale::English => format!("{symbol}{number}"),
        Locale::Spanish | Locale::French => format!("{number}\u{a0}{symbol}"),
        // A left-to-right run within the text, whatever stands around it.
        Locale::Arabic => format!("\u{200e}{number}\u{a0}{symbol}"),
    }
}

/// Writes a decimal number with so many places. What is cut is zero: amounts have the places of their currency.
fn decimal(amount: &str, places: usize, locale: Locale) -> String {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let whole = grouped(whole, locale);
    if places == 0 {
        return whole;
    }
    let point = match locale {
        Locale::English | Locale::Arabic => '.',
        Locale::Spanish | Locale::French => ',',
    };
    format!("{whole}{point}{fraction:0<places$}")
}

/// Groups the digits of a whole number, as CLDR has it: Spanish from five digits on.
#[must_use]
pub fn grouped(whole: &str, locale: Locale) -> String {
    let (separator, from) = match locale {
        Locale::English | Locale::Arabic => (",", 4),
        Locale::Spanish => (".", 5),
        Locale::French => ("\u{202f}", 4),
    };
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    if digits.len() < from {
        return whole.to_owned();
    }
    let first = digits.len() % 3;
    let mut grouped = String::from(sign);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 3 == first {
            grouped.push_str(separator);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_its_readers_write_it() {
        for (locale, expected, short) in [
            (Locale::English, "$1,234.50", "$75"),
            (Locale::Spanish, "1234,50\u{a0}$", "75\u{a0}$"),
            (Locale::French, "1\u{202f}234,50\u{a0}$", "75\u{a0}$"),
            (Locale::Arabic, "\u{200e}1,234.50\u{a0}$", "\u{200e}75\u{a0}$"),
        ] {
            assert_eq!(money("1234.5", "USD", locale), expected);
            assert_eq!(money_short("75.00", "USD", locale), short);
        }
        assert_eq!(money("12345.00", "CHF", Locale::English), "CHF\u{a0}12,345.00");
        assert_eq!(money_short("0.50", "EUR", Locale::English), "€0.50");
    }

    #[test]
    fn a_product_is_exact() {
        assert_eq!(times("75.00", 2), "150.00");
        assert_eq!(times("0.10", 3), "0.30");
        assert_eq!(times("75", 2), "150");
    }
}
