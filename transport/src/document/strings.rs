//! Values of string tokens: escapes resolved, block strings freed of their indentation.

/// Resolves the escapes of a quoted string; `None` where one is malformed.
pub(super) fn unescape(raw: &str) -> Option<String> {
    let Some(first) = raw.find('\\') else {
        return Some(raw.to_owned());
    };

    let mut value = String::with_capacity(raw.len());
    value.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while let Some(escape) = rest.strip_prefix('\\') {
        let kind = escape.chars().next()?;
        rest = &escape[kind.len_utf8()..];
        value.push(match kind {
            '"' | '\\' | '/' => kind,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => unicode(&mut rest)?,
            _ => return None,
        });

        let next = rest.find('\\').unwrap_or(rest.len());
        value.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Some(value)
}

/// What follows `\u`: four digits, two such escapes as a surrogate pair, or digits in braces.
fn unicode(rest: &mut &str) -> Option<char> {
    if let Some(braced) = rest.strip_prefix('{') {
        let (digits, after) = braced.split_once('}')?;
        *rest = after;
        return char::from_u32(hex(digits)?);
    }

    let first = four_digits(rest)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first);
    }
    *rest = rest.strip_prefix("\\u")?;
    let second = four_digits(rest)?;
    if !(0xDC00..0xE000).contains(&second) {
        return None;
    }
    char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))
}

fn four_digits(rest: &mut &str) -> Option<u32> {
    let digits = rest.get(..4)?;
    *rest = &rest[4..];
    hex(digits)
}

fn hex(digits: &str) -> Option<u32> {
    let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

/// The value of a block string, by the specification's `BlockStringValue`.
pub(super) fn block(raw: &str) -> String {
    let raw = raw.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = raw.split('\n').collect();
    let indent = |line: &&str| line.bytes().position(|byte| byte != b' ' && byte != b'\t');
    let common = lines.iter().skip(1).filter_map(indent).min().unwrap_or(0);

    let first = lines.iter().position(|line| indent(line).is_some()).unwrap_or(lines.len());
    let end = lines.iter().rposition(|line| indent(line).is_some()).map_or(first, |last| last + 1);
    let cut = |(index, line): (usize, &&str)| match index {
        0 => (*line).to_owned(),
        // A blank line may be shorter than the indentation of the others.
        _ => line.get(common..).unwrap_or_default().to_owned(),
    };
    let lines: Vec<String> = lines.iter().enumerate().take(end).skip(first).map(cut).collect();
    lines.join("\n").replace("\\\"\"\"", "\"\"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_mean_what_the_specification_says() {
        assert_eq!(unescape(r#"a\n\"\\\/\u0041"#).as_deref(), Some("a\n\"\\/A"));
        assert_eq!(unescape(r"\uD83C\uDFC0 \u{1F3C0}").as_deref(), Some("🏀 🏀"));
    }

    #[test]
    fn malformed_escapes_have_no_value() {
        for raw in [r"\x", r"\u12", r"\u{}", r"\u{110000}", r"\uD83C", r"\uD83C\u0041", r"\uDFC0", r"\u+123", r"\u123é"]
        {
            assert_eq!(unescape(raw), None, "{raw}");
        }
    }

    #[test]
    fn block_strings_lose_their_indentation_and_their_blank_ends() {
        assert_eq!(block("\n    a\n      b\n\n    c\n  "), "a\n  b\n\nc");
        assert_eq!(block("line 1\r\n   line 2\r     line 3"), "line 1\nline 2\n  line 3");
        assert_eq!(block("say \\\"\"\"hi\\\"\"\""), "say \"\"\"hi\"\"\"");
        assert_eq!(block("\r\r\n\n"), "");
    }
}
