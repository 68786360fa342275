//! Code in colours: comments, texts, numbers and the words of a language, by rules that are the same for all languages.

use crate::markdown::html::escape;

/// How a language is written.
struct Syntax {
    names: &'static [&'static str],
    /// What a comment begins with that goes to the end of its line.
    comments: &'static [&'static str],
    /// What a longer comment begins and ends with.
    block: Option<(&'static str, &'static str)>,
    /// What texts are between, the longer ones first.
    quotes: &'static [&'static str],
    words: &'static [&'static str],
}

const SLASHES: &[&str] = &["//"];
const HASH: &[&str] = &["#"];
const STARS: Option<(&str, &str)> = Some(("/*", "*/"));

#[rustfmt::skip]
const LANGUAGES: &[Syntax] = &[
    Syntax { names: &["ts", "tsx", "js", "jsx", "mjs", "typescript", "javascript"], comments: SLASHES, block: STARS, quotes: &["'", "\"", "`"], words: &[
        "as", "async", "await", "break", "case", "catch", "class", "const", "continue", "declare", "default", "delete", "do", "else", "export", "extends", "false", "finally", "for", "from", "function", "if", "implements", "import", "in", "instanceof", "interface", "let", "new", "null", "of", "private", "readonly", "return", "satisfies", "static", "super", "switch", "this", "throw", "true", "try", "type", "typeof", "undefined", "void", "while", "yield",
    ] },
    Syntax { names: &["json", "jsonc"], comments: SLASHES, block: None, quotes: &["\""], words: &["false", "null", "true"] },
    Syntax { names: &["graphql", "gql"], comments: HASH, block: None, quotes: &["\"\"\"", "\""], words: &[
        "directive", "enum", "extend", "false", "fragment", "implements", "input", "interface", "mutation", "null", "on", "query", "scalar", "schema", "subscription", "true", "type", "union",
    ] },
    Syntax { names: &["py", "python"], comments: HASH, block: None, quotes: &["\"\"\"", "'''", "\"", "'"], words: &[
        "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except", "False", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "None", "nonlocal", "not", "or", "pass", "raise", "return", "self", "True", "try", "while", "with", "yield",
    ] },
    Syntax { names: &["kt", "kts", "kotlin"], comments: SLASHES, block: STARS, quotes: &["\"\"\"", "\"", "'"], words: &[
        "as", "break", "by", "catch", "class", "companion", "continue", "data", "do", "else", "enum", "false", "finally", "for", "fun", "if", "import", "in", "interface", "internal", "is", "null", "object", "override", "package", "private", "return", "sealed", "suspend", "this", "throw", "true", "try", "typealias", "val", "var", "when", "while",
    ] },
    Syntax { names: &["swift"], comments: SLASHES, block: STARS, quotes: &["\"\"\"", "\""], words: &[
        "actor", "as", "async", "await", "break", "case", "catch", "class", "continue", "defer", "do", "else", "enum", "extension", "false", "for", "func", "guard", "if", "import", "in", "init", "let", "nil", "private", "protocol", "public", "return", "self", "static", "struct", "switch", "throw", "throws", "true", "try", "var", "while",
    ] },
    Syntax { names: &["rs", "rust"], comments: SLASHES, block: STARS, quotes: &["\""], words: &[
        "as", "async", "await", "break", "const", "crate", "else", "enum", "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "return", "self", "static", "struct", "trait", "true", "type", "use", "where", "while",
    ] },
    Syntax { names: &["sh", "bash", "console", "shell"], comments: HASH, block: None, quotes: &["\"", "'"], words: &[
        "case", "do", "done", "elif", "else", "esac", "exit", "export", "fi", "for", "function", "if", "in", "local", "return", "set", "then", "until", "while",
    ] },
    Syntax { names: &["sql"], comments: &["--"], block: STARS, quotes: &["'"], words: &[
        "AND", "AS", "BY", "CREATE", "DELETE", "FROM", "GRANT", "GROUP", "INSERT", "INTO", "JOIN", "LIMIT", "NOT", "NULL", "ON", "OR", "ORDER", "ROLE", "SELECT", "SET", "TABLE", "TO", "UPDATE", "VALUES", "WHERE",
    ] },
    Syntax { names: &["toml", "yaml", "yml", "ini", "env", "properties", "caddyfile", "haproxy", "nginx", "conf", "cfg", "dockerfile"], comments: HASH, block: None, quotes: &["\"", "'"], words: &["false", "null", "off", "on", "true"] },
    Syntax { names: &["css"], comments: &[], block: STARS, quotes: &["\"", "'"], words: &[] },
    Syntax { names: &["html", "xml"], comments: &[], block: Some(("<!--", "-->")), quotes: &["\""], words: &[] },
];

/// Writes a text of a language; of one that is not known, as it is.
pub(crate) fn write(out: &mut String, language: &str, text: &str) {
    let Some(syntax) = LANGUAGES.iter().find(|syntax| syntax.names.contains(&language)) else {
        return escape(out, text);
    };
    let (mut rest, mut before) = (text, '\n');
    while let Some(first) = rest.chars().next() {
        let (length, class) = syntax.piece(rest, first, before);
        let (piece, after) = rest.split_at(length);
        match class {
            Some(class) => {
                out.push_str(&format!("<span class=\"{class}\">"));
                escape(out, piece);
                out.push_str("</span>");
            }
            None => escape(out, piece),
        }
        before = piece.chars().next_back().unwrap_or(before);
        rest = after;
    }
}

impl Syntax {
    /// How long the piece is that a text begins with, in bytes, and the class of its colour.
    fn piece(&self, rest: &str, first: char, before: char) -> (usize, Option<&'static str>) {
        // A mark inside a word, such as the one of an address, begins no comment.
        if before.is_whitespace() && self.comments.iter().any(|mark| rest.starts_with(mark)) {
            return (rest.find('\n').unwrap_or(rest.len()), Some("hc"));
        }
        if let Some((_, end)) = self.block.filter(|(begin, _)| rest.starts_with(begin)) {
            return (rest.find(end).map_or(rest.len(), |at| at + end.len()), Some("hc"));
        }
        // An apostrophe inside a word is no quote.
        if !is_of_word(before)
            && let Some(quote) = self.quotes.iter().find(|quote| rest.starts_with(**quote))
            && let Some(length) = quoted(rest, quote)
        {
            return (length, Some("hs"));
        }
        if !is_of_word(first) {
            return (first.len_utf8(), None);
        }
        let length = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
        let class = match &rest[..length] {
            word if self.words.contains(&word) => Some("hk"),
            _ if first.is_ascii_digit() && !is_of_word(before) => Some("hn"),
            _ => None,
        };
        (length, class)
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// How long a text in quotes is that `rest` begins with, in bytes; none where it does not end.
fn quoted(rest: &str, quote: &str) -> Option<usize> {
    let goes_on = quote.len() > 1 || quote == "`";
    let (mut at, mut is_escaped) = (quote.len(), false);
    for c in rest[at..].chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '\n' if !goes_on => return None,
            _ if rest[at..].starts_with(quote) => return Some(at + quote.len()),
            _ => {}
        }
        at += c.len_utf8();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coloured(language: &str, text: &str) -> String {
        let mut out = String::new();
        write(&mut out, language, text);
        out.replace("<span class=\"", "[").replace("</span>", "]").replace("\">", " ")
    }

    #[test]
    fn comments_texts_numbers_and_words_have_colours() {
        for (language, text, expected) in [
            ("ts", "const a = 'x // y'; // z", "[hk const] a = [hs &#39;x // y&#39;]; [hc // z]"),
            ("sh", "curl http://a#b '{\"c\"}' # d", "curl http://a#b [hs &#39;{&quot;c&quot;}&#39;] [hc # d]"),
            (
                "py",
                "x = \"\"\"a\nb\"\"\" if y2 else 10",
                "x = [hs &quot;&quot;&quot;a\nb&quot;&quot;&quot;] [hk if] y2 [hk else] [hn 10]",
            ),
            ("rust", "it's a 'life", "it&#39;s a &#39;life"),
            ("ts", "/* a\nb */ `${c}`", "[hc /* a\nb */] [hs `${c}`]"),
            ("text", "const 1", "const 1"),
        ] {
            assert_eq!(coloured(language, text), expected, "{language}");
        }
    }

    #[test]
    fn a_text_is_whole_whatever_it_is() {
        for text in ["'open", "\"é\\", "\\'", "/*", "\u{1f3df}'\u{1f3df}'", "\"\"\"", "#", "'\n'"] {
            for syntax in LANGUAGES {
                let (mut out, mut plain) = (String::new(), String::new());
                write(&mut out, syntax.names[0], text);
                escape(&mut plain, text);
                let mut shown = out.replace("</span>", "");
                for class in ["hc", "hk", "hn", "hs"] {
                    shown = shown.replace(&format!("<span class=\"{class}\">"), "");
                }
                assert_eq!(shown, plain, "{}", syntax.names[0]);
            }
        }
    }
}
