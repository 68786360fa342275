//! Words by language: Fluent's messages, with plurals and isolated names.
//!
//! Invariant: a message that is in one language is in all of them; [`differences`] is empty by test.

use std::{borrow::Cow, collections::BTreeSet};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use jiff::tz::TimeZone;
use serde_json::Value;
use unic_langid::LanguageIdentifier;

use crate::{locale::Locale, money::grouped};

/// Fluent files of a crate by language, each of them named once: `sources!["orders", …]` reads `../locales/en/orders.ftl` and
/// its kin in the other languages.
#[macro_export]
macro_rules! sources {
    ($($name:literal),+ $(,)?) => {
        &[$(
            ($crate::locale::Locale::English, include_str!(concat!("../locales/en/", $name, ".ftl"))),
            ($crate::locale::Locale::Spanish, include_str!(concat!("../locales/es/", $name, ".ftl"))),
            ($crate::locale::Locale::French, include_str!(concat!("../locales/fr/", $name, ".ftl"))),
            ($crate::locale::Locale::Arabic, include_str!(concat!("../locales/ar/", $name, ".ftl"))),
        )+]
    };
}

/// What every text needs: numbers, days and times, and what matches, teams and venues are called.
const SOURCES: &[(Locale, &str)] = crate::sources!["general", "names"];

/// What a message is told: a name and a value each.
pub type Args<'a> = FluentArgs<'a>;

/// The words of all languages, and the zone that the site's clocks show.
pub struct Catalogue {
    zone: TimeZone,
    languages: Vec<(Locale, FluentBundle<FluentResource>)>,
}

/// The words of one language, and the site's clocks beside them.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    pub locale: Locale,
    /// Of moments that belong to no venue; a match has the zone of its own.
    pub zone: &'a TimeZone,
    bundle: &'a FluentBundle<FluentResource>,
}

impl Catalogue {
    /// The words of this crate and those of `sources`, each a Fluent file in a language.
    ///
    /// # Panics
    ///
    /// Where a file is not Fluent's, or names a message twice: they are part of the program.
    #[must_use]
    pub fn new(sources: &[(Locale, &'static str)], zone: TimeZone) -> Self {
        let languages = Locale::ALL.into_iter().map(|locale| {
            let language: LanguageIdentifier = locale.tag().parse().expect("our tags are tags");
            let mut bundle = FluentBundle::new_concurrent(vec![language]);
            bundle.set_formatter(Some(match locale {
                Locale::English => |value, _| number(value, Locale::English),
                Locale::Spanish => |value, _| number(value, Locale::Spanish),
                Locale::French => |value, _| number(value, Locale::French),
                Locale::Arabic => |value, _| number(value, Locale::Arabic),
            }));
            for (_, source) in SOURCES.iter().chain(sources).filter(|(of, _)| *of == locale) {
                let resource = FluentResource::try_new((*source).to_owned())
                    .unwrap_or_else(|(_, errors)| panic!("the words in {locale} are wrong: {errors:?}"));
                bundle.add_resource(resource).unwrap_or_else(|errors| panic!("twice in {locale}: {errors:?}"));
            }
            (locale, bundle)
        });
        Self { languages: languages.collect(), zone }
    }

    /// The zone that the site's clocks show.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The words of a language.
    ///
    /// # Panics
    ///
    /// Never: there are words in every language.
    #[must_use]
    pub fn of(&self, locale: Locale) -> Words<'_> {
        let found = self.languages.iter().find(|(known, _)| *known == locale);
        Words { locale, zone: &self.zone, bundle: &found.expect("there are words in every language").1 }
    }
}

/// Numbers in a language's own groups.
fn number(value: &FluentValue<'_>, locale: Locale) -> Option<String> {
    match value {
        FluentValue::Number(number) if number.value.fract() == 0.0 => {
            Some(grouped(&format!("{:.0}", number.value), locale))
        }
        _ => None,
    }
}

impl<'a> Words<'a> {
    /// A message without values.
    #[must_use]
    pub fn say(self, key: &str) -> Cow<'a, str> {
        self.message(key, None)
    }

    /// A message with values, of which names are isolated from the text around them (Unicode's first strong isolates).
    #[must_use]
    pub fn tell(self, key: &str, args: &Args<'_>) -> Cow<'a, str> {
        self.message(key, Some(args))
    }

    /// The same without isolation, for attributes, titles and addresses.
    #[must_use]
    pub fn plain(self, key: &str, args: &Args<'_>) -> String {
        self.message(key, Some(args)).replace(['\u{2068}', '\u{2069}'], "")
    }

    /// A message that there may be, such as a translated name.
    #[must_use]
    pub fn find(self, key: &str) -> Option<Cow<'a, str>> {
        self.bundle.get_message(key)?.value().map(|_| self.message(key, None))
    }

    fn message(self, key: &str, args: Option<&Args<'_>>) -> Cow<'a, str> {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(key, locale = %self.locale, "words are missing");
            return Cow::Owned(key.to_owned());
        };
        let mut errors = Vec::new();
        let said = self.bundle.format_pattern(pattern, args, &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(key, locale = %self.locale, ?errors, "words lack a value");
        }
        Cow::Owned(said)
    }
}

/// What languages differ in, of Fluent files that should say the same: messages, and the values that each names.
///
/// # Panics
///
/// Where a file is not Fluent's.
#[must_use]
pub fn differences(sources: &[(Locale, &'static str)]) -> Vec<String> {
    let said = |locale: Locale| -> BTreeSet<String> {
        let of_it = sources.iter().filter(|(of, _)| *of == locale);
        of_it.flat_map(|(_, source)| messages(source)).collect()
    };
    let english = said(Locale::English);
    let others = Locale::ALL.into_iter().filter(|locale| *locale != Locale::English);
    others
        .flat_map(|locale| {
            let theirs = said(locale);
            let missing = english.difference(&theirs).map(move |message| format!("{locale} lacks {message}"));
            let more = theirs.difference(&english).map(move |message| format!("{locale} alone has {message}"));
            missing.chain(more).collect::<Vec<_>>()
        })
        .collect()
}

/// The messages of a Fluent file, each with the values that it names.
fn messages(source: &str) -> Vec<String> {
    let mut found: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in source.lines() {
        let starts = line.starts_with(|first: char| first.is_ascii_lowercase());
        if let (true, Some((name, _))) = (starts, line.split_once('=')) {
            found.push((name.trim().to_owned(), BTreeSet::new()));
        }
        let Some((_, values)) = found.last_mut() else { continue };
        for value in line.split('$').skip(1) {
            let name = |c: &char| c.is_ascii_alphanumeric() || *c == '-' || *c == '_';
            values.insert(value.chars().take_while(name).collect());
        }
    }
    found.into_iter().map(|(name, values)| format!("{name} {values:?}")).collect()
}

/// A message for every plural form of the language, with `{n}` where the number stands: as the browser's script takes it.
#[must_use]
pub fn plural(words: Words<'_>, key: &str) -> Value {
    // One number of each form of each language that is written here.
    const SAMPLES: [(&str, i64); 6] = [("zero", 0), ("one", 1), ("two", 2), ("few", 3), ("many", 11), ("other", 100)];
    let forms = SAMPLES.iter().map(|(form, n)| {
        let said = crate::t_plain!(words, key, n = *n);
        ((*form).to_owned(), Value::from(said.replace(&n.to_string(), "{n}")))
    });
    Value::Object(forms.collect())
}

/// Says a message with values: `t!(words, "key", name = value, …)`.
#[macro_export]
macro_rules! t {
    ($words:expr, $key:expr) => {
        $words.say($key)
    };
    ($words:expr, $key:expr, $($name:ident = $value:expr),+ $(,)?) => {{
        let mut args = $crate::words::Args::new();
        $(args.set(stringify!($name), $value);)+
        $words.tell($key, &args)
    }};
}

/// Says a message without isolation: for attributes, titles and addresses.
#[macro_export]
macro_rules! t_plain {
    ($words:expr, $key:expr $(, $name:ident = $value:expr)* $(,)?) => {{
        #[allow(unused_mut, reason = "there may be no value")]
        let mut args = $crate::words::Args::new();
        $(args.set(stringify!($name), $value);)*
        $words.plain($key, &args)
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_languages_plural_and_groups() {
        let catalogue = Catalogue::new(&[], TimeZone::UTC);
        for (locale, n, expected) in [
            (Locale::English, 1, "1 ticket"),
            (Locale::English, 12_000, "12,000 tickets"),
            (Locale::French, 0, "0 billet"),
            (Locale::Spanish, 2, "2 entradas"),
            (Locale::Arabic, 2, "تذكرتان"),
            (Locale::Arabic, 3, "3 تذاكر"),
            (Locale::Arabic, 11, "11 تذكرة"),
        ] {
            let said = t_plain!(catalogue.of(locale), "tickets", n = n);
            assert_eq!(said, expected, "{locale} {n}");
        }
    }

    #[test]
    fn every_language_says_what_the_others_say() {
        let differences = differences(SOURCES);
        assert!(differences.is_empty(), "{differences:#?}");
    }
}
