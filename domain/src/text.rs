//! Texts that people and programs send: how long each kind may be, and which characters it may have.
//!
//! No database sees a NUL, and no person a character that hides or reorders others: a reader of a name, a title or an
//! email sees all of it, in its order.

/// A kind of text, with what its limit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of a person, shown to others.
    Name,
    /// Of a listing.
    Title,
    /// Of a listing; the only kinds with lines are this one and reasons.
    Description,
    /// Why tickets are given back.
    RefundReason,
    /// Why a rule about an address was made.
    RuleReason,
    Email,
    /// Only its length is judged here, and that it has no NUL: what else it may be is for `accounts` to say.
    Password,
    /// An idempotency key, or what a device calls itself and its scans.
    Key,
    /// What a list is narrowed down by.
    Search,
    /// What is typed into a search, or pasted: nobody is shown it, and what has no meaning in it finds nothing.
    Query,
    /// An id, a cursor, a code, or anything else of one line.
    Line,
    /// A token, or what a captcha's widget gives.
    Token,
}

impl Kind {
    /// The most characters that one may have, white space around it aside.
    pub const fn most(self) -> usize {
        match self {
            Self::Name | Self::Title | Self::Search => 100,
            Self::Description | Self::Line => 1_000,
            Self::RefundReason => 200,
            Self::RuleReason => 500,
            Self::Email => 254,
            Self::Password => 1_024,
            Self::Key => 128,
            Self::Query => 10_000,
            Self::Token => 8_192,
        }
    }

    fn has_lines(self) -> bool {
        matches!(self, Self::Description | Self::RefundReason | Self::RuleReason)
    }

    /// Whether people write it, in any script.
    fn is_prose(self) -> bool {
        matches!(self, Self::Name | Self::Title | Self::Search) || self.has_lines()
    }
}

/// What is wrong with a text; it goes on where a sentence has named it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("must have at most {0} characters")]
    TooLong(usize),
    #[error("must not contain the control character U+{0:04X}")]
    Control(u32),
    #[error("must not contain the invisible character U+{0:04X}")]
    Invisible(u32),
}

/// Whether a text is one of its kind, be it empty.
///
/// # Errors
///
/// It is too long, or has a character that its kind may not have.
pub fn check(kind: Kind, text: &str) -> Result<(), Problem> {
    // Each character takes a byte or more, so a long text is refused without being read.
    let most = kind.most();
    if text.len() > 4 * most || text.trim().chars().count() > most {
        return Err(Problem::TooLong(most));
    }
    if matches!(kind, Kind::Password | Kind::Query) {
        return if text.contains('\0') { Err(Problem::Control(0)) } else { Ok(()) };
    }
    let mut before = None;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let is_line = kind.has_lines() && matches!(character, '\n' | '\t');
        if (character.is_control() || is_separator(character)) && !is_line {
            return Err(Problem::Control(character.into()));
        }
        let is_needed = || kind.is_prose() && joins(before, character, rest.clone().next());
        if is_invisible(character) && !is_needed() {
            return Err(Problem::Invisible(character.into()));
        }
        before = Some(character);
    }
    Ok(())
}

/// Line and paragraph separators: line breaks that are not control characters.
fn is_separator(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}')
}

/// Characters without a shape of their own, and those that reorder what is around them.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// Whether an invisible character is needed where it stands: between letters of a script that joins them, between
/// pictures that make one, or in the flag of a part of a country.
fn joins(before: Option<char>, character: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    match character {
        '\u{200c}' => is_joining(before) && after.is_some_and(is_joining),
        '\u{200d}' => {
            is_joining(before) && after.is_none_or(|after| is_joining(after) || after == ' ')
                || is_picture(before) && after.is_some_and(is_picture)
        }
        // A black flag, followed by the tags that say whose it is.
        '\u{e0020}'..='\u{e007f}' => before == '\u{1f3f4}' || matches!(before, '\u{e0020}'..='\u{e007e}'),
        // Variants of Mongolian letters.
        '\u{180b}'..='\u{180d}' => matches!(before, '\u{1820}'..='\u{18aa}'),
        _ => false,
    }
}

/// Letters and marks of scripts in which a joiner changes how a word is written: Arabic and its kin, Mongolian, and those
/// of India and its neighbours.
fn is_joining(character: char) -> bool {
    matches!(
        character,
        '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{f00}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{1820}'..='\u{18aa}' | '\u{1a20}'..='\u{1aaf}' | '\u{1b00}'..='\u{1c4f}' | '\u{a840}'..='\u{a8ff}'
            | '\u{a980}'..='\u{a9df}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{11000}'..='\u{11fff}'
    )
}

/// Emoji, their colours and what turns a sign into one.
fn is_picture(character: char) -> bool {
    matches!(
        character,
        '\u{2190}'..='\u{21ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Kind; 12] = [
        Kind::Name,
        Kind::Title,
        Kind::Description,
        Kind::RefundReason,
        Kind::RuleReason,
        Kind::Email,
        Kind::Password,
        Kind::Key,
        Kind::Search,
        Kind::Query,
        Kind::Line,
        Kind::Token,
    ];

    #[test]
    fn no_kind_of_text_has_a_nul_or_more_characters_than_its_limit() {
        for kind in ALL {
            assert_eq!(check(kind, "a\0b"), Err(Problem::Control(0)), "{kind:?}");
            assert_eq!(check(kind, &"é".repeat(kind.most())), Ok(()), "{kind:?}");
            for long in ["é".repeat(kind.most() + 1), "x".repeat(900_000)] {
                assert_eq!(check(kind, &long), Err(Problem::TooLong(kind.most())), "{kind:?}");
            }
        }
    }

    /// Kinds whose characters are all the same to us.
    const OPAQUE: [Kind; 2] = [Kind::Password, Kind::Query];

    #[test]
    fn lines_are_for_descriptions_and_reasons_alone() {
        for kind in ALL.into_iter().filter(|kind| !OPAQUE.contains(kind)) {
            let may = matches!(kind, Kind::Description | Kind::RefundReason | Kind::RuleReason);
            assert_eq!(check(kind, "two\nlines").is_ok(), may, "{kind:?}");
            for control in ['\r', '\u{1b}', '\u{7f}', '\u{85}', '\u{2028}'] {
                let problem = Problem::Control(control.into());
                assert_eq!(check(kind, &format!("a{control}b")), Err(problem), "{kind:?}");
            }
        }
    }

    #[test]
    fn what_hides_or_reorders_is_refused_in_every_script() {
        for hidden in
            ["\u{202e}moc", "\u{200b}", "\u{200f}", "\u{2066}x\u{2069}", "\u{feff}", "\u{ad}", "\u{3164}", "\u{e0041}"]
        {
            for kind in ALL.into_iter().filter(|kind| !OPAQUE.contains(kind)) {
                assert!(matches!(check(kind, &format!("known{hidden}")), Err(Problem::Invisible(_))), "{kind:?}");
            }
        }
        for between in ["a\u{200c}b", "a\u{200d}b", "\u{200d}a", "a\u{200d}"] {
            assert!(check(Kind::Name, between).is_err(), "{between:?}");
        }
    }

    #[test]
    fn names_are_written_as_their_scripts_need() {
        for name in [
            "Zoë O'Neill-Łukasz",
            "علی\u{200c}رضا",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "श्री\u{200d}",
            "👩\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}\u{200d}🔥",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "山田太郎",
            "שלום",
        ] {
            assert_eq!(check(Kind::Name, name), Ok(()), "{name:?}");
        }
        assert!(check(Kind::Email, "علی\u{200c}رضا@example.com").is_err(), "an email is compared, not read");
    }
}
