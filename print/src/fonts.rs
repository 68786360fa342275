//! The fonts that tickets are printed with: one for each script, and which of them has a letter.
//!
//! A font is read when it is needed first. Its files and their licence lie in `print/fonts`, with how they were made.

use std::sync::OnceLock;

use harfrust::{FontRef, ShaperData};
use krilla::text::Font;
use skrifa::{MetadataProvider, charmap::Charmap};

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../fonts/noto-sans-", $name))
    };
}

/// Those to be tried first come first; the bold one beside each that has one.
const FILES: [(&[u8], Option<&[u8]>); 22] = [
    // Latin, Greek and Cyrillic.
    (file!("regular.ttf"), Some(file!("bold.ttf"))),
    (file!("arabic-regular.ttf"), Some(file!("arabic-bold.ttf"))),
    (file!("hebrew-regular.ttf"), None),
    (file!("devanagari-regular.ttf"), None),
    (file!("thai-regular.ttf"), None),
    (file!("georgian-regular.ttf"), None),
    (file!("armenian-regular.ttf"), None),
    (file!("bengali-regular.ttf"), None),
    (file!("gujarati-regular.ttf"), None),
    (file!("gurmukhi-regular.ttf"), None),
    (file!("kannada-regular.ttf"), None),
    (file!("malayalam-regular.ttf"), None),
    (file!("oriya-regular.ttf"), None),
    (file!("sinhala-regular.ttf"), None),
    (file!("tamil-regular.ttf"), None),
    (file!("telugu-regular.ttf"), None),
    (file!("ethiopic-regular.ttf"), None),
    (file!("khmer-regular.ttf"), None),
    (file!("lao-regular.ttf"), None),
    (file!("myanmar-regular.ttf"), None),
    (file!("tifinagh-regular.ttf"), None),
    // Chinese, Japanese and Korean, and the mark for what no font has.
    (file!("cjk-regular.otf"), None),
];

/// What stands for a letter that no font has.
pub(super) const UNKNOWN: char = '\u{25a1}';

#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Weight {
    #[default]
    Regular,
    Bold,
}

/// The fonts of one weight, in the order of [`FILES`].
#[derive(Default)]
pub(super) struct Family {
    fonts: [OnceLock<Face>; FILES.len()],
    weight: Weight,
}

/// A font that was read.
pub(super) struct Face {
    pub(super) font: Font,
    pub(super) shapes: FontRef<'static>,
    pub(super) shaping: ShaperData,
    /// Whether it is lighter than what was asked for: there is no bold one.
    pub(super) is_thin: bool,
    letters: Charmap<'static>,
}

impl Face {
    pub(super) fn has(&self, letter: char) -> bool {
        self.letters.map(letter).is_some()
    }
}

impl Family {
    pub(super) fn of(weight: Weight) -> Self {
        Self { weight, ..Self::default() }
    }

    pub(super) fn face(&self, index: usize) -> &Face {
        self.fonts[index].get_or_init(|| {
            let (regular, bold) = FILES[index];
            let (file, is_thin) = match self.weight {
                Weight::Regular => (regular, false),
                Weight::Bold => (bold.unwrap_or(regular), bold.is_none()),
            };
            let shapes = FontRef::new(file).expect("the bundled fonts are fonts");
            Face {
                font: Font::new(file.into(), 0).expect("the bundled fonts are fonts"),
                shaping: ShaperData::new(&shapes),
                letters: shapes.charmap(),
                shapes,
                is_thin,
            }
        })
    }

    /// The first font that has a letter.
    pub(super) fn find(&self, letter: char) -> Option<usize> {
        (0..FILES.len()).find(|index| self.face(*index).has(letter))
    }
}
