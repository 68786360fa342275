//! Colours, and how far two of them stand apart.

use std::fmt;

/// A colour of sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour([u8; 3]);

impl Colour {
    /// Reads `#rrggbb`.
    pub(super) fn of(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let mut parts = [0; 3];
        hex::decode_to_slice(digits, &mut parts).ok()?;
        Some(Self(parts))
    }

    /// This colour with so many hundredths of another, as `color-mix(in srgb, …)` mixes them.
    pub(super) fn mixed(self, percent: u16, other: Self) -> Self {
        let mut parts = self.0;
        for (part, other) in parts.iter_mut().zip(other.0) {
            let mixed = (u16::from(*part) * (100 - percent) + u16::from(other) * percent + 50) / 100;
            *part = u8::try_from(mixed).expect("it lies between two that fit");
        }
        Self(parts)
    }

    /// The contrast ratio of WCAG 2.2, from 1 to 21.
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// The relative luminance of WCAG 2.2, from 0 to 1.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_six_digits_and_nothing_else() {
        assert_eq!(Colour::of("#7A1fa2").map(|colour| colour.to_string()).as_deref(), Some("#7a1fa2"));
        for wrong in ["", "7a1fa2", "#7a1", "#7a1fa2ff", "#7a1fag", "red", "#é1fa2"] {
            assert_eq!(Colour::of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_contrast_is_that_of_the_guidelines() {
        let contrast = |one, other| Colour::of(one).zip(Colour::of(other)).map(|(one, other)| one.contrast(other));
        for (one, other, expected) in
            [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#ffffff", "#767676", 4.54)]
        {
            let found = contrast(one, other).expect("these are colours");
            assert!((found - expected).abs() < 0.005, "{one} {other}: {found}");
        }
    }
}
