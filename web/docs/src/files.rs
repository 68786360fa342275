//! The files that are part of the program, by their paths from the root of the repository.
//!
//! Texts are packed together, which makes a third of them, and unpacked when one is asked for first.

use std::{io::Read as _, ops::Range, sync::LazyLock};

use flate2::read::GzDecoder;

include!(concat!(env!("OUT_DIR"), "/files.rs"));

const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/texts.gz"));

/// A file: its path, and its text.
pub(crate) type Text = (&'static str, &'static str);

static UNPACKED: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    GzDecoder::new(PACKED).read_to_string(&mut text).expect("the build packed texts");
    text
});

/// Documents.
pub(crate) fn pages() -> Vec<Text> {
    texts_at(PAGES_AT)
}

/// Other texts that pages lead to.
pub(crate) fn texts() -> Vec<Text> {
    texts_at(TEXTS_AT)
}

fn texts_at(places: &'static [(&'static str, Range<usize>)]) -> Vec<Text> {
    places.iter().map(|(file, at)| (*file, &UNPACKED[at.clone()])).collect()
}
