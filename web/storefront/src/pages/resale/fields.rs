//! The fields that describe an offer, and what is wrong with them.

use kit::{
    amount::{self, Wrong},
    api::Refusal,
    form::{Field, Form, Mistakes},
    t, t_plain,
    visit::Visit,
    words::Words,
};
use maud::{Markup, html};

/// Characters of a title and of a description at most, as the contract has it.
const TITLE: usize = 100;
const DESCRIPTION: usize = 1_000;

/// What a seller entered, as they typed it.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) price: String,
}

/// The same, read: the price as decimal text.
pub(super) struct Read {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) price: String,
}

impl Draft {
    pub(super) fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        // Browsers end lines with two characters, of which the API takes one.
        Self { title: text("title"), description: text("description").replace("\r\n", "\n"), price: text("price") }
    }

    /// What the API can be asked with; everything that is wrong with what was entered is added to `mistakes`. A price that
    /// can't be read is the only thing that the API can't judge.
    pub(super) fn read(&self, mistakes: &mut Mistakes, words: Words<'_>) -> Option<Read> {
        if self.title.is_empty() {
            mistakes.add("title", t!(words, "sell-title-missing"));
        } else if self.title.chars().count() > TITLE {
            mistakes.add("title", t_plain!(words, "sell-title-long", most = TITLE));
        }
        if self.description.chars().count() > DESCRIPTION {
            mistakes.add("description", t_plain!(words, "sell-description-long", most = DESCRIPTION));
        }
        let price = amount::parse(&self.price, words.locale);
        if let Err(wrong) = &price {
            mistakes.add("price", price_text(*wrong, words));
        }
        let price = price.ok()?;
        Some(Read { title: self.title.clone(), description: self.description.clone(), price })
    }

    /// The fields, each with what is wrong with it beside it.
    pub(super) fn fields(&self, visit: &Visit<'_>, currency: &str, price_hint: &str, mistakes: &Mistakes) -> Markup {
        let words = visit.words;
        let title_hint = t!(words, "sell-title-hint");
        let title = Field {
            name: "title",
            label: &t!(words, "sell-title"),
            kind: "text",
            value: &self.title,
            autocomplete: "off",
            hint: Some(&title_hint),
            error: mistakes.at("title"),
            is_required: true,
            ..Field::default()
        };
        html! {
            (title.html())
            (self.description_field(words, mistakes.at("description")))
            (self.price_field(words, currency, price_hint, mistakes.at("price")))
        }
    }

    fn description_field(&self, words: Words<'_>, error: Option<&str>) -> Markup {
        html! {
            div.ask {
                label for="description" { (t!(words, "sell-description")) }
                p.hint #description-hint { (t!(words, "sell-description-hint", most = DESCRIPTION)) }
                @if let Some(text) = error { p.wrong #description-error { (text) } }
                textarea.field #description name="description" rows="4" aria-invalid=[error.map(|_| "true")]
                    aria-describedby=(described("description", error)) { (self.description) }
            }
        }
    }

    fn price_field(&self, words: Words<'_>, currency: &str, hint: &str, error: Option<&str>) -> Markup {
        html! {
            div.ask {
                label for="price" { (t!(words, "sell-price", currency = currency)) }
                p.hint #price-hint { (hint) }
                @if let Some(text) = error { p.wrong #price-error { (text) } }
                input.field.narrow #price name="price" type="text" inputmode="decimal" autocomplete="off" dir="ltr" required
                    value=[(!self.price.is_empty()).then_some(&self.price)] aria-invalid=[error.map(|_| "true")]
                    aria-describedby=(described("price", error));
            }
        }
    }
}

fn described(name: &str, error: Option<&str>) -> String {
    if error.is_some() { format!("{name}-hint {name}-error") } else { format!("{name}-hint") }
}

fn price_text(wrong: Wrong, words: Words<'_>) -> String {
    let example = amount::example(words.locale);
    match wrong {
        Wrong::Missing => t_plain!(words, "sell-price-missing", example = example),
        Wrong::NotAnAmount => t_plain!(words, "sell-price-wrong", example = example),
        Wrong::TooPrecise => t_plain!(words, "sell-price-precise", example = example),
        Wrong::NotPositive => t_plain!(words, "sell-price-zero"),
    }
}

/// Adds what the API says is wrong, field by field, to what was found here. `price` is what is said of a price that it does
/// not take.
pub(super) fn add_refused(mistakes: &mut Mistakes, refusal: &Refusal, price: &str, words: Words<'_>) {
    let named = refusal.fields.iter().map(String::as_str);
    // What names none is meant as a whole.
    for field in named.chain(refusal.fields.is_empty().then_some("")) {
        let (name, text) = match field {
            "title" => ("title", t_plain!(words, "sell-title-long", most = TITLE)),
            "description" => ("description", t_plain!(words, "sell-description-long", most = DESCRIPTION)),
            "price.amount" | "price.currency" | "price" => ("price", price.to_owned()),
            "outside" => ("", t_plain!(words, "sell-outside-closed")),
            "outside.category" => ("category", t_plain!(words, "sell-category-missing")),
            _ => ("", t_plain!(words, "refusal-bad-user-input-text")),
        };
        if mistakes.at(name).is_none() {
            mistakes.add(name, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use kit::locale::Locale;

    use super::*;

    #[test]
    fn everything_that_is_wrong_with_an_offer_is_named_at_once_and_once() {
        let catalogue = kit::catalogue(crate::words::SOURCES, jiff::tz::TimeZone::UTC);
        let words = catalogue.of(Locale::English);
        let draft = Draft { title: "x".repeat(TITLE + 1), description: String::new(), price: "80.555".to_owned() };
        let mut mistakes = Mistakes::default();

        let read = draft.read(&mut mistakes, words);

        assert!(read.is_none(), "the API is not asked with a price that is none");
        assert_eq!(mistakes.at("title"), Some("Write a title of 1 to 100 characters on one line."));
        assert_eq!(mistakes.at("price"), Some("Write the price with at most two decimals, such as 82.50."));

        let refusal = Refusal {
            fields: ["title", "price.amount", "description"].map(ToOwned::to_owned).into(),
            ..Refusal::default()
        };
        let mut mistakes = Mistakes::of("title", "found here");
        add_refused(&mut mistakes, &refusal, "too dear", words);
        assert_eq!((mistakes.at("title"), mistakes.at("price")), (Some("found here"), Some("too dear")));
        assert_eq!(mistakes.at("description"), Some("Shorten the details to 1,000 characters."));
        let summary = mistakes.summary(words).into_string();
        assert_eq!(summary.matches("<li>").count(), 3, "{summary}");
    }

    #[test]
    fn lines_of_a_browser_are_lines_of_the_api() {
        let draft = Draft::of(&Form::of_query(b"title=+Row+4+&description=a%0D%0Ab&price=80"));

        let read =
            draft.read(&mut Mistakes::default(), kit::catalogue(&[], jiff::tz::TimeZone::UTC).of(Locale::French));

        let read = read.expect("nothing is wrong");
        assert_eq!((read.title.as_str(), read.description.as_str(), read.price.as_str()), ("Row 4", "a\nb", "80"));
    }
}
