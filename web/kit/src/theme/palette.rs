//! The palette: the colours of the style sheet, and those that an operator chose in their place.
//!
//! Invariant: whatever is seen together is told apart, by the contrast that WCAG 2.2 AA asks for. A palette that does not hold
//! it is refused when the program starts.

use std::{collections::BTreeMap, fmt::Write as _};

use toml::{Table, Value};

use super::colour::Colour;
use crate::assets;

/// What an operator may choose, as the style sheet names it; a hyphen is an underscore in their file.
const CHOSEN: [&str; 14] = [
    "accent",
    "on-accent",
    "band",
    "on-band",
    "band-mark",
    "band-focus",
    "paper",
    "sheet",
    "sunk",
    "line",
    "edge",
    "ink",
    "muted",
    "focus",
];

/// What is made of others where it is seen.
const SOFT: &str = "accent-soft";
const SOFT_PERCENT: u16 = 14;
const POINTED_AT: &str = "accent under the pointer";
const POINTED_AT_PERCENT: u16 = 12;

const SCHEMES: [&str; 2] = ["light", "dark"];

/// Contrast that texts, and that signs, lines of forms and the focus need on what they stand on.
const OF_TEXTS: f64 = 4.5;
const OF_SIGNS: f64 = 3.0;

const GROUNDS: [&str; 3] = ["paper", "sheet", "sunk"];

/// Texts with what they stand on, beside those on all of [`GROUNDS`].
const TEXTS: [(&str, &str); 16] = [
    ("pitch", "pitch-soft"),
    ("amber", "amber-soft"),
    ("red", "red-soft"),
    ("sky", "sky-soft"),
    ("ink", "pitch-soft"),
    ("ink", "amber-soft"),
    ("ink", "red-soft"),
    ("ink", "sky-soft"),
    ("ink", SOFT),
    ("muted", "pitch-soft"),
    ("muted", SOFT),
    ("on-accent", "accent"),
    ("on-accent", POINTED_AT),
    ("on-band", "band"),
    ("paper", "ink"),
    ("paper", "amber"),
];
const ON_ALL_GROUNDS: [&str; 6] = ["ink", "muted", "pitch", "amber", "red", "sky"];

const SIGNS: [(&str, &str); 9] = [
    ("fill-good", "track"),
    ("fill-good", "sheet"),
    ("fill-few", "track"),
    ("fill-few", "sheet"),
    ("accent", "paper"),
    ("accent", "sheet"),
    ("focus", SOFT),
    ("band-mark", "band"),
    ("band-focus", "band"),
];
const SIGNS_ON_ALL_GROUNDS: [&str; 2] = ["edge", "focus"];

/// Colours by their names in the style sheet, light and dark.
type Colours = BTreeMap<String, [Colour; 2]>;

/// The colours of a site.
#[derive(Debug, Clone)]
pub(super) struct Palette {
    colours: Colours,
    /// Puts what differs from ours into the style sheet.
    pub(super) rule: String,
}

impl Default for Palette {
    /// Ours.
    fn default() -> Self {
        Self { colours: of_sheet(assets::STYLE), rule: String::new() }
    }
}

impl Palette {
    /// A colour of the light scheme by its name in the style sheet.
    pub(super) fn light(&self, name: &str) -> Colour {
        self.colours[name][0]
    }
}

/// An operator's colours, and ours where they chose none.
///
/// # Errors
///
/// What is wrong with their file, a line each.
pub(super) fn read(file: &str) -> Result<Palette, String> {
    let ours = of_sheet(assets::STYLE);
    let (mut all, mut wrong) = (ours.clone(), Vec::new());
    let table: Table = file.parse().map_err(|error: toml::de::Error| format!("it is not TOML: {}", error.message()))?;
    for (key, value) in &table {
        match chosen(key, value) {
            Ok((name, colours)) => {
                let of_name = all.get_mut(name).expect("the sheet has what may be chosen");
                for (colour, chosen) in of_name.iter_mut().zip(colours) {
                    *colour = chosen.unwrap_or(*colour);
                }
            }
            Err(error) => wrong.push(error),
        }
    }
    if all["accent"] != ours["accent"] {
        let soft = [0, 1].map(|scheme| all["sheet"][scheme].mixed(SOFT_PERCENT, all["accent"][scheme]));
        all.insert(SOFT.to_owned(), soft);
    }
    wrong.extend(too_close(&all));
    if !wrong.is_empty() {
        return Err(wrong.join("\n  "));
    }
    let changed = all.iter().filter(|(name, colours)| ours.get(*name) != Some(*colours));
    let mut rule = String::new();
    for (name, [light, dark]) in changed {
        write!(rule, "--{name}: light-dark({light}, {dark});").expect("a String takes all text");
    }
    // In the layer of those that it replaces, so that print still has the last word.
    let rule = if rule.is_empty() { rule } else { format!("@layer tokens{{:root{{{rule}}}}}") };
    Ok(Palette { colours: all, rule })
}

/// The colours that a style sheet defines for both schemes.
fn of_sheet(sheet: &str) -> Colours {
    let definitions = sheet.split("--").filter_map(|part| {
        let (name, rest) = part.split_once(':')?;
        let (pair, _) = rest.trim_start().strip_prefix("light-dark(")?.split_once(')')?;
        let (light, dark) = pair.split_once(',')?;
        Some((name.to_owned(), [Colour::of(light.trim())?, Colour::of(dark.trim())?]))
    });
    definitions.collect()
}

/// What a line of the file chooses: one colour for both schemes, or one for each.
fn chosen(key: &str, value: &Value) -> Result<(&'static str, [Option<Colour>; 2]), String> {
    let name = CHOSEN.into_iter().find(|name| name.replace('-', "_") == key).ok_or_else(|| {
        let names = CHOSEN.map(|name| name.replace('-', "_")).join(", ");
        format!("{key} is not a colour of the pages: these are {names}")
    })?;
    let colour = |value: &Value| {
        let colour = value.as_str().and_then(Colour::of);
        colour.ok_or_else(|| format!("{key}: {value} is not a colour: write # and six digits, such as \"#7a1fa2\""))
    };
    match value {
        Value::Table(of_schemes) => {
            if let Some(other) = of_schemes.keys().find(|scheme| !SCHEMES.contains(&scheme.as_str())) {
                return Err(format!("{key}: {other} is not a scheme: write light, dark or both"));
            }
            let of = |scheme| of_schemes.get(scheme).map(colour).transpose();
            Ok((name, [of(SCHEMES[0])?, of(SCHEMES[1])?]))
        }
        value => colour(value).map(|colour| (name, [Some(colour); 2])),
    }
}

/// What is seen together and not told apart, each as what an operator reads of it.
fn too_close(colours: &Colours) -> Vec<String> {
    let on_grounds = |tops: &'static [&'static str]| tops.iter().flat_map(|top| GROUNDS.map(|ground| (*top, ground)));
    let texts = TEXTS.into_iter().chain(on_grounds(&ON_ALL_GROUNDS)).map(|pair| (pair, OF_TEXTS));
    let signs = SIGNS.into_iter().chain(on_grounds(&SIGNS_ON_ALL_GROUNDS)).map(|pair| (pair, OF_SIGNS));
    let mut found = Vec::new();
    for ((top, ground), needed) in texts.chain(signs) {
        for (scheme, named) in SCHEMES.into_iter().enumerate() {
            let of = |name: &str| match name {
                POINTED_AT => colours["accent"][scheme].mixed(POINTED_AT_PERCENT, colours["ink"][scheme]),
                name => colours[name][scheme],
            };
            let (one, other) = (of(top), of(ground));
            let contrast = one.contrast(other);
            if contrast < needed {
                let [top, ground] = [top, ground].map(|name| name.replace('-', "_"));
                found.push(format!(
                    "{top} {one} on {ground} {other} has a contrast of {contrast:.2} : 1 in the {named} scheme, and needs {needed} : 1"
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(file: &str) -> Result<String, String> {
        read(file).map(|palette| palette.rule)
    }

    #[test]
    fn our_own_colours_are_told_apart() {
        let ours = of_sheet(assets::STYLE);

        assert!(CHOSEN.iter().all(|name| ours.contains_key(*name)), "{ours:?}");
        assert_eq!(too_close(&ours), [""; 0]);
        assert_eq!(rule("").as_deref(), Ok(""));
    }

    #[test]
    fn what_is_sent_apart_from_the_pages_has_the_colours_of_the_light_scheme() {
        let palette = read("accent = { light = \"#7a1fa2\", dark = \"#d7a6f0\" }\non_accent = { dark = \"#2b0a3d\" }");

        let palette = palette.expect("the colours are apart");
        assert_eq!(palette.light("accent").to_string(), "#7a1fa2");
        assert_eq!(palette.light("band").to_string(), Palette::default().light("band").to_string());
    }

    #[test]
    fn what_is_chosen_takes_the_place_of_ours_and_what_is_not_stays() {
        let file = "band = \"#3b0a57\"\naccent = { light = \"#7a1fa2\" }\n";

        let rule = rule(file).expect("the colours are apart");

        assert!(rule.contains("--band: light-dark(#3b0a57, #3b0a57);"), "{rule}");
        assert!(rule.contains("--accent: light-dark(#7a1fa2, #4fc792);"), "{rule}");
        assert!(rule.contains("--accent-soft: light-dark(#ece0f2, "), "{rule}");
        assert!(!rule.contains("paper"), "{rule}");
    }

    #[test]
    fn the_colours_that_the_documents_show_can_be_worn() {
        let shown = include_str!("../../../../docs/snippets/look/colours.toml");

        assert!(rule(shown).is_ok_and(|rule| rule.contains("--accent")), "{shown}");
    }

    #[test]
    fn colours_that_cannot_be_told_apart_are_refused_pair_by_pair() {
        let refused = rule("accent = { light = \"#ffd400\" }\nband = \"#ffd400\"").expect_err("white on yellow");

        for told in [
            "on_accent #ffffff on accent #ffd400 has a contrast of 1.43 : 1 in the light scheme, and needs 4.5 : 1",
            "accent #ffd400 on sheet #ffffff",
            "on_band #eef1f6 on band #ffd400",
            "band_mark #4fc792 on band #ffd400",
            "in the dark scheme",
        ] {
            assert!(refused.contains(told), "{told}: {refused}");
        }
    }

    #[test]
    fn a_button_is_read_under_the_pointer_too() {
        // A contrast of 4.6, of which the hundredths of ink under the pointer take some.
        let refused = rule("accent = \"#008a5e\"\non_accent = \"#000d08\"").expect_err("it is dark under the pointer");

        assert!(refused.contains("on accent under the pointer"), "{refused}");
        assert!(!refused.contains("on accent #008a5e"), "{refused}");
    }

    #[test]
    fn what_is_no_colour_is_named_with_what_would_be_one() {
        for (file, told) in [
            ("accent = \"red\"", "accent: \"red\" is not a colour: write # and six digits"),
            ("accent = 7", "accent: 7 is not a colour"),
            ("acent = \"#7a1fa2\"", "acent is not a colour of the pages: these are accent, on_accent, band"),
            ("pitch = \"#7a1fa2\"", "pitch is not a colour of the pages"),
            ("band = { night = \"#7a1fa2\" }", "band: night is not a scheme: write light, dark or both"),
            ("band = #7a1fa2", "it is not TOML"),
        ] {
            let refused = rule(file).expect_err("it is no palette");
            assert!(refused.contains(told), "{file}: {refused}");
        }
    }
}
