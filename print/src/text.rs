//! Text on a page: put in order by the Unicode algorithm for two directions (UAX 9), shaped, measured, and made to fit.
//! Letters that one font lacks are taken from the next.

use std::ops::Range;

use harfrust::{Direction, ShapeOptions, UnicodeBuffer};
use krilla::{
    color::rgb,
    geom::Point,
    num::NormalizedF32,
    paint::{Fill, FillRule, Stroke},
    surface::Surface,
    text::{GlyphId, KrillaGlyph},
};
use unicode_bidi::{BidiInfo, Level};
use unicode_normalization::char::is_combining_mark;

use super::fonts::{Face, Family, UNKNOWN, Weight};

/// A text that is too wide gets smaller down to this part of its size, then shorter.
const LEAST: f32 = 0.6;

/// Letters of a text at most; nothing that is printed has more.
const MOST_LETTERS: usize = 300;

/// How much of its size a font that has no bold one is drawn thicker by.
const THICKER: f32 = 0.028;

/// Joins or parts the letters beside it: fonts need not have it.
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) weight: Weight,
    /// In points.
    pub(super) size: f32,
    pub(super) color: rgb::Color,
}

/// The fonts, by their weight.
pub struct Fonts([Family; 2]);

/// A line that fits, in the order in which it is drawn.
pub(super) struct Line<'a> {
    pub(super) text: String,
    runs: Vec<Run<'a>>,
    style: Style,
    /// In points.
    pub(super) width: f32,
    /// Whether a part of it runs from right to left.
    pub(super) turns: bool,
}

/// Letters in a row that one font has and that run one way.
struct Run<'a> {
    place: Range<usize>,
    face: &'a Face,
    glyphs: Vec<KrillaGlyph>,
    /// In ems.
    width: f32,
}

impl Fonts {
    pub fn read() -> Self {
        Self([Family::of(Weight::Regular), Family::of(Weight::Bold)])
    }

    /// The text as it can be printed, on one line: signs that no font has are left out, and letters that none has stand as
    /// boxes. None where more than half of its letters would, or where it has none.
    pub(super) fn printable(&self, text: &str) -> Option<String> {
        let family = &self.0[Weight::Regular as usize];
        let (mut printed, mut boxes) = (0_usize, 0_usize);
        let mut kept = String::new();
        for letter in text.chars().take(MOST_LETTERS) {
            let is_drawn = family.find(letter).is_some() && !is_hidden(letter);
            match letter {
                _ if letter.is_whitespace() => kept.push(' '),
                _ if JOINERS.contains(&letter) => kept.push(letter),
                _ if is_drawn => {
                    printed += usize::from(letter.is_alphanumeric());
                    kept.push(letter);
                }
                _ if letter.is_alphanumeric() => {
                    boxes += 1;
                    kept.push(UNKNOWN);
                }
                _ => {}
            }
        }
        // What joins letters joins nothing at the end of a word, where a sign was left out.
        let words = kept.split(' ').map(|word| word.trim_matches(JOINERS)).filter(|word| !word.is_empty());
        let words = words.collect::<Vec<_>>().join(" ");
        (printed > 0 && printed >= boxes).then_some(words)
    }

    /// The text as one line, at most `width` wide: smaller if need be, then shorter.
    pub(super) fn line(&self, text: &str, width: f32, style: Style) -> Line<'_> {
        let text: String = text.chars().take(MOST_LETTERS).collect();
        let line = self.laid(text, style, None);
        if line.width <= width {
            return line;
        }
        let smaller = Style { size: style.size * (width / line.width).max(LEAST), ..style };
        let line = self.laid(line.text, smaller, None);
        if line.width <= width + 0.01 {
            return line;
        }
        let (text, mut fits) = (line.text, self.laid("…".to_owned(), smaller, None));
        let ends: Vec<usize> = ends(&text).collect();
        let (mut shortest, mut longest) = (0, ends.len());
        while shortest < longest {
            let middle = usize::midpoint(shortest, longest);
            let shorter = self.laid(format!("{}…", text[..ends[middle]].trim_end()), smaller, None);
            if shorter.width <= width {
                (shortest, fits) = (middle + 1, shorter);
            } else {
                longest = middle;
            }
        }
        fits
    }

    /// Words as lines, each at most `width` wide. All run the way that the whole text does, whatever a line begins with.
    pub(super) fn lines(&self, text: &str, width: f32, style: Style, is_rtl: bool) -> Vec<Line<'_>> {
        let base = if is_rtl { Level::rtl() } else { Level::ltr() };
        let laid = |line: String| self.laid(line, style, Some(base));
        let (mut lines, mut line) = (Vec::new(), String::new());
        for word in text.split(' ') {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if line.is_empty() || laid(longer.clone()).width <= width {
                line = longer;
                continue;
            }
            lines.push(laid(line));
            line = word.to_owned();
        }
        lines.push(laid(line));
        lines
    }

    /// The text in the order in which it is drawn; where no direction is given, its first letter says it.
    fn laid(&self, text: String, style: Style, base: Option<Level>) -> Line<'_> {
        let family = &self.0[style.weight as usize];
        let ordered = BidiInfo::new(&text, base);
        let mut runs = Vec::new();
        for paragraph in &ordered.paragraphs {
            let (levels, places) = ordered.visual_runs(paragraph, paragraph.range.clone());
            for place in places {
                let level = levels[place.start];
                let mut parts = by_font(family, &text, place);
                if level.is_rtl() {
                    parts.reverse();
                }
                runs.extend(parts.into_iter().map(|(place, font)| shape(&text, place, family.face(font), level)));
            }
        }
        let width = runs.iter().map(|run| run.width).sum::<f32>() * style.size;
        let turns = ordered.has_rtl();

        Line { text, runs, style, width, turns }
    }
}

impl Line<'_> {
    /// Draws it, its letters standing on `y`.
    pub(super) fn draw(&self, surface: &mut Surface<'_>, (x, y): (f32, f32)) {
        let Style { size, color, .. } = self.style;
        surface.set_fill(Some(fill(color)));
        let mut at = x;
        for run in &self.runs {
            let thicker = Stroke { paint: color.into(), width: size * THICKER, ..Stroke::default() };
            surface.set_stroke(run.face.is_thin.then_some(thicker));
            let text = &self.text[run.place.clone()];
            surface.draw_glyphs(Point::from_xy(at, y), &run.glyphs, run.face.font.clone(), text, size, false);
            at += run.width * size;
        }
        surface.set_stroke(None);
    }

    /// As it is read, without the signs that only put it in order.
    pub(super) fn read(&self) -> String {
        self.text.chars().filter(|letter| !only_orders(*letter)).collect()
    }

    /// Its parts from left to right, those of one direction together.
    #[cfg(test)]
    pub(super) fn drawn(&self) -> Vec<&str> {
        self.runs.iter().map(|run| self.text[run.place.clone()].trim()).filter(|part| !part.is_empty()).collect()
    }
}

pub(super) fn fill(color: rgb::Color) -> Fill {
    Fill { paint: color.into(), opacity: NormalizedF32::ONE, rule: FillRule::default() }
}

/// What is no letter of its own: it says how others look, or in which direction they run, which the algorithm finds out.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// What says in which direction others run, and is drawn itself by no font.
fn only_orders(letter: char) -> bool {
    is_hidden(letter) && !JOINERS.contains(&letter)
}

/// Where a text may be cut off: before a letter, not before what belongs to the one that stands there.
fn ends(text: &str) -> impl Iterator<Item = usize> {
    let begins = |letter: char| !is_combining_mark(letter) && !JOINERS.contains(&letter);
    text.char_indices().skip(1).filter(move |(_, letter)| begins(*letter)).map(|(at, _)| at)
}

/// The parts of a place in a text by the fonts that have them. What belongs to the letter before stays with its font.
fn by_font(family: &Family, text: &str, place: Range<usize>) -> Vec<(Range<usize>, usize)> {
    let (mut parts, mut begin, mut font) = (Vec::new(), place.start, None);
    for (at, letter) in text[place.clone()].char_indices().map(|(at, letter)| (place.start + at, letter)) {
        if only_orders(letter) {
            parts.extend(font.take().map(|font| (begin..at, font)));
            begin = at + letter.len_utf8();
            continue;
        }
        let stays = font.is_some_and(|font| {
            is_combining_mark(letter) || JOINERS.contains(&letter) || family.face(font).has(letter)
        });
        if stays {
            continue;
        }
        let other = family.find(letter).unwrap_or_default();
        if let Some(font) = font.filter(|font| *font != other) {
            parts.push((begin..at, font));
            begin = at;
        }
        font = Some(other);
    }
    parts.extend(font.map(|font| (begin..place.end, font)));
    parts
}

fn shape<'a>(text: &str, place: Range<usize>, face: &'a Face, level: Level) -> Run<'a> {
    let part = &text[place.clone()];
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(part);
    buffer.guess_segment_properties();
    buffer.set_direction(if level.is_rtl() { Direction::RightToLeft } else { Direction::LeftToRight });
    let shaped = face.shaping.shaper(&face.shapes).build().shape(buffer, ShapeOptions::new());

    // A glyph stands for the text from its cluster to the next one, whichever way the text runs.
    let mut begins: Vec<usize> = shaped.glyph_infos().iter().map(|info| at(info.cluster)).collect();
    begins.sort_unstable();
    let em = face.font.units_per_em();
    let in_ems = |units: i32| f32::from(i16::try_from(units).unwrap_or(i16::MAX)) / em;
    let glyphs: Vec<KrillaGlyph> = (shaped.glyph_infos().iter().zip(shaped.glyph_positions()))
        .map(|(info, position)| {
            let begin = at(info.cluster);
            let end = begins.iter().copied().find(|next| *next > begin).unwrap_or(part.len());
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

    Run { place, face, glyphs, width }
}

/// A place in a text, which is far shorter than what 32 bits count.
fn at(cluster: u32) -> usize {
    usize::try_from(cluster).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
