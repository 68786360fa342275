//! Text on a page: shaped, measured, and made to fit. Letters that one font lacks are taken from the next.
//!
//! The fonts have Latin, Greek, Cyrillic and Arabic; what none of them has is left blank.

use krilla::{
    color::rgb,
    geom::Point,
    num::NormalizedF32,
    paint::{Fill, FillRule},
    surface::Surface,
    text::{Font, GlyphId, KrillaGlyph},
};
use rustybuzz::{Face, UnicodeBuffer};

/// By [`Weight`], those to be tried first.
const FILES: [[&[u8]; 2]; 2] = [
    [include_bytes!("../../fonts/noto-sans-regular.ttf"), include_bytes!("../../fonts/noto-sans-arabic-regular.ttf")],
    [include_bytes!("../../fonts/noto-sans-bold.ttf"), include_bytes!("../../fonts/noto-sans-arabic-bold.ttf")],
];

/// A text that is too wide gets smaller down to this part of its size, then shorter.
const LEAST: f32 = 0.6;

/// Letters of a text at most; nothing that is printed has more.
const MOST_LETTERS: usize = 300;

#[derive(Debug, Clone, Copy)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) weight: Weight,
    /// In points.
    pub(super) size: f32,
    pub(super) color: rgb::Color,
}

/// The fonts, read.
pub(super) struct Fonts([[(Face<'static>, Font); 2]; 2]);

/// Letters in a row that one font has.
struct Run<'a> {
    text: &'a str,
    font: &'a Font,
    glyphs: Vec<KrillaGlyph>,
    /// In ems.
    width: f32,
}

impl Fonts {
    pub(super) fn read() -> Self {
        let read = |file: &'static [u8]| {
            let face = Face::from_slice(file, 0).expect("the bundled fonts are fonts");
            (face, Font::new(file.into(), 0).expect("the bundled fonts are fonts"))
        };
        Self(FILES.map(|files| files.map(read)))
    }

    /// Writes a line whose letters stand on `y`, at most `width` wide, and says how wide it is.
    pub(super) fn write(
        &self,
        surface: &mut Surface<'_>,
        text: &str,
        (x, y): (f32, f32),
        width: f32,
        style: Style,
    ) -> f32 {
        let (text, size) = self.fitted(text, width, style);
        surface.set_stroke(None);
        surface.set_fill(Some(fill(style.color)));
        let mut at = x;
        for run in self.runs(&text, style.weight) {
            surface.draw_glyphs(Point::from_xy(at, y), &run.glyphs, run.font.clone(), run.text, size, false);
            at += run.width * size;
        }
        at - x
    }

    /// Writes a line that ends at `x`.
    pub(super) fn write_to(&self, surface: &mut Surface<'_>, text: &str, (x, y): (f32, f32), width: f32, style: Style) {
        let (text, size) = self.fitted(text, width, style);
        let left = x - self.width(&text, style.weight) * size;
        self.write(surface, &text, (left, y), width + 1.0, Style { size, ..style });
    }

    /// Writes a line around `x`.
    pub(super) fn write_around(
        &self,
        surface: &mut Surface<'_>,
        text: &str,
        (x, y): (f32, f32),
        width: f32,
        style: Style,
    ) {
        let (text, size) = self.fitted(text, width, style);
        let half = self.width(&text, style.weight) * size / 2.0;
        self.write_to(surface, &text, (x + half, y), width + 1.0, Style { size, ..style });
    }

    /// Writes words in as many lines as they need, and says where the next line would stand.
    pub(super) fn write_words(
        &self,
        surface: &mut Surface<'_>,
        text: &str,
        (x, y): (f32, f32),
        width: f32,
        style: Style,
    ) -> f32 {
        let (mut line, mut y) = (String::new(), y);
        for word in text.split(' ') {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if line.is_empty() || self.width(&longer, style.weight) * style.size <= width {
                line = longer;
                continue;
            }
            self.write(surface, &line, (x, y), width, style);
            (line, y) = (word.to_owned(), y + style.size * 1.45);
        }
        self.write(surface, &line, (x, y), width, style);
        y + style.size * 1.45
    }

    /// The text and the size at which it is at most `width` wide.
    fn fitted(&self, text: &str, width: f32, style: Style) -> (String, f32) {
        let mut text: String = text.chars().take(MOST_LETTERS).collect();
        let wide = self.width(&text, style.weight) * style.size;
        if wide <= width {
            return (text, style.size);
        }
        let size = style.size * (width / wide).max(LEAST);
        if self.width(&text, style.weight) * size <= width + 0.01 {
            return (text, size);
        }
        while text.pop().is_some() {
            let shorter = format!("{}…", text.trim_end());
            if self.width(&shorter, style.weight) * size <= width {
                return (shorter, size);
            }
        }
        (text, size)
    }

    /// In ems.
    fn width(&self, text: &str, weight: Weight) -> f32 {
        self.runs(text, weight).iter().map(|run| run.width).sum()
    }

    fn runs<'a>(&'a self, text: &'a str, weight: Weight) -> Vec<Run<'a>> {
        let fonts = &self.0[weight as usize];
        let has = |font: usize, letter: char| fonts[font].0.glyph_index(letter).is_some();
        let (mut runs, mut begin, mut font) = (Vec::new(), 0, 0);
        for (at, letter) in text.char_indices() {
            if has(font, letter) {
                continue;
            }
            let Some(other) = (0..fonts.len()).find(|other| has(*other, letter)) else { continue };
            runs.push((&text[begin..at], font));
            (begin, font) = (at, other);
        }
        runs.push((&text[begin..], font));
        let shaped = runs.into_iter().filter(|(text, _)| !text.is_empty());
        shaped.map(|(text, font)| shape(text, &fonts[font].0, &fonts[font].1)).collect()
    }
}

pub(super) fn fill(color: rgb::Color) -> Fill {
    Fill { paint: color.into(), opacity: NormalizedF32::ONE, rule: FillRule::default() }
}

fn shape<'a>(text: &'a str, face: &Face<'_>, font: &'a Font) -> Run<'a> {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    let shaped = rustybuzz::shape(face, &[], buffer);

    // A glyph stands for the text from its cluster to the next one, whichever way the text runs.
    let mut begins: Vec<usize> = shaped.glyph_infos().iter().map(|info| at(info.cluster)).collect();
    begins.sort_unstable();
    let em = font.units_per_em();
    let in_ems = |units: i32| f32::from(i16::try_from(units).unwrap_or(i16::MAX)) / em;
    let glyphs: Vec<KrillaGlyph> = (shaped.glyph_infos().iter().zip(shaped.glyph_positions()))
        .map(|(info, position)| {
            let begin = at(info.cluster);
            let end = begins.iter().copied().find(|next| *next > begin).unwrap_or(text.len());
            KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                in_ems(position.x_advance),
                in_ems(position.x_offset),
                in_ems(position.y_offset),
                in_ems(position.y_advance),
                begin..end,
                None,
            )
        })
        .collect();
    let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();

    Run { text, font, glyphs, width }
}

/// A place in a text, which is far shorter than what 32 bits count.
fn at(cluster: u32) -> usize {
    usize::try_from(cluster).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style() -> Style {
        Style { weight: Weight::Bold, size: 20.0, color: rgb::Color::black() }
    }

    #[test]
    fn a_text_that_is_too_wide_gets_smaller_and_then_shorter() {
        let fonts = Fonts::read();
        let wide = |text: &str| fonts.width(text, Weight::Bold);

        assert_eq!(fonts.fitted("Qatar", 200.0, style()), ("Qatar".to_owned(), 20.0));
        let (text, size) = fonts.fitted("Saudi Arabia", wide("Saudi Arabia") * 15.0, style());
        assert!(text == "Saudi Arabia" && (14.9..15.1).contains(&size), "{text} {size}");
        let (text, size) = fonts.fitted(&"Llanfair".repeat(100), 100.0, style());
        assert!(text.ends_with('…') && (11.9..12.1).contains(&size) && wide(&text) * size <= 100.0, "{text} {size}");
    }

    #[test]
    fn letters_are_taken_from_the_font_that_has_them() {
        let fonts = Fonts::read();
        for text in ["Łukasz Żółć", "Анна Їжак", "Αθηνά", "محمد علي", "Ana محمد Анна"]
        {
            for run in fonts.runs(text, Weight::Regular) {
                assert!(run.glyphs.iter().all(|glyph| glyph.glyph_id.to_u32() != 0), "{}", run.text);
                assert!(run.glyphs.iter().all(|glyph| run.text.get(glyph.text_range.clone()).is_some()));
            }
        }
        assert_eq!(fonts.runs("Ana محمد Анна", Weight::Regular).len(), 3);
        assert_eq!(fonts.runs("", Weight::Regular).len(), 0);
        assert!(fonts.width("山田", Weight::Regular) > 0.0, "what no font has takes its room all the same");
    }
}
