//! The languages that pages are written in, and which of them a visitor reads.

use std::fmt;

/// A language that every page is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Locale {
    English,
    Spanish,
    French,
    Arabic,
}

impl Locale {
    pub const ALL: [Self; 4] = [Self::English, Self::Spanish, Self::French, Self::Arabic];

    /// Its tag (BCP 47), which paths begin with.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::Arabic => "ar",
        }
    }

    /// The language of a tag, such as `fr`.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.tag() == tag)
    }

    /// What its readers call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Spanish => "Español",
            Self::French => "Français",
            Self::Arabic => "العربية",
        }
    }

    /// Whether it is written from right to left.
    #[must_use]
    pub const fn is_rtl(self) -> bool {
        matches!(self, Self::Arabic)
    }

    /// `ltr` or `rtl`, as the attribute `dir` has it.
    #[must_use]
    pub const fn direction(self) -> &'static str {
        if self.is_rtl() { "rtl" } else { "ltr" }
    }

    /// The one of `offered` that an `Accept-Language` header likes best (RFC 9110, 12.5.4), or the first.
    ///
    /// # Panics
    ///
    /// Where none is offered.
    #[must_use]
    pub fn negotiated(accepted: &str, offered: &[Self]) -> Self {
        let mut best = (0.0, offered[0]);
        for range in accepted.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0_f32), |weight| weight.parse().ok());
            let language = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
            let found = offered.iter().find(|locale| locale.tag() == language);
            if let (Some(weight), Some(found)) = (weight, found)
                && weight > best.0
            {
                best = (weight, *found);
            }
        }
        best.1
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_gets_the_language_that_they_like_best_of_those_that_there_are() {
        let offered = Locale::ALL;
        for (accepted, expected) in [
            ("", Locale::English),
            ("de", Locale::English),
            ("fr-CA, en;q=0.8", Locale::French),
            ("de, ar;q=0.7, es;q=0.9", Locale::Spanish),
            ("AR-qa", Locale::Arabic),
            ("fr;q=0, en", Locale::English),
            ("fr;q=x, es", Locale::Spanish),
        ] {
            assert_eq!(Locale::negotiated(accepted, &offered), expected, "{accepted:?}");
        }
        assert_eq!(Locale::negotiated("en", &[Locale::Arabic]), Locale::Arabic);
    }
}
