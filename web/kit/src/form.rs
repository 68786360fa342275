//! Forms: what browsers post, and how their fields are printed, with what was wrong beside each.

use axum::{body::to_bytes, extract::Request, http::request::Parts};
use maud::{Markup, html};

use crate::{t, words::Words};

/// Bytes of a posted form at most: the longest has a text of 1,000 characters.
const LARGEST: usize = 64 * 1024;

/// Fields that are not printed again, but where a form is sent on as it is.
const SECRETS: [&str; 3] = ["password", "currentPassword", "newPassword"];

/// What a form holds, field by field.
#[derive(Debug, Clone, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a posted form.
    ///
    /// # Errors
    ///
    /// The body is larger than any form of ours, or breaks off.
    pub async fn posted(request: Request) -> Result<(Parts, Self), axum::Error> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST).await?;
        Ok((parts, Self::of_query(&body)))
    }

    /// Reads the query of an address, or the body of a form.
    #[must_use]
    pub fn of_query(query: &[u8]) -> Self {
        Self(form_urlencoded::parse(query).into_owned().collect())
    }

    /// A field's text without the spaces around it; empty where there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.exact(name).trim()
    }

    /// A field's text as it was typed: passwords may begin with a space. The last one, where there are several of a name.
    #[must_use]
    pub fn exact(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, text)| text.as_str()).unwrap_or_default()
    }

    /// All texts of a field that may be there several times: boxes that are ticked.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, text)| text.trim())
    }

    /// A field's text, where there is any.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
    }

    /// A whole number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name).parse().ok()
    }

    /// Names an attempt: the key that the form was printed with.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        self.filled("idempotencyKey")
    }

    /// The fields as hidden ones of a form that sends them again, but those named.
    #[must_use]
    pub(crate) fn hidden(&self, without: &[&str]) -> Markup {
        html! {
            @for (name, value) in self.0.iter().filter(|(name, _)| !without.contains(&name.as_str())) {
                input type="hidden" name=(name) value=(value);
            }
        }
    }

    /// Whether it holds a password.
    #[must_use]
    pub(crate) fn has_secrets(&self) -> bool {
        SECRETS.iter().any(|name| !self.exact(name).is_empty())
    }
}

/// What is wrong with a posted form: a text for each field that can be mended, in the order of the page.
#[derive(Debug, Clone, Default)]
pub struct Mistakes(Vec<(&'static str, String)>);

impl Mistakes {
    /// `field` names the field that is to be mended; a page that has none of the name is meant as a whole.
    pub fn add(&mut self, field: &'static str, text: impl Into<String>) {
        self.0.push((field, text.into()));
    }

    #[must_use]
    pub fn of(field: &'static str, text: impl Into<String>) -> Self {
        Self(vec![(field, text.into())])
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field.
    #[must_use]
    pub fn at(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == field).map(|(_, text)| text.as_str())
    }

    /// What is read first on a page that comes back: what is wrong, with the way to each field that is.
    #[must_use]
    pub fn summary(&self, words: Words<'_>) -> Markup {
        html! {
            @if !self.is_empty() {
                div.notice.bad role="alert" tabindex="-1" autofocus {
                    h2 { (t!(words, "mistakes", n = self.0.len())) }
                    ul {
                        @for (field, text) in &self.0 {
                            li { @if field.is_empty() { (text) } @else { a href=(format!("#{field}")) { (text) } } }
                        }
                    }
                }
            }
        }
    }
}

/// A field of text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Field<'a> {
    pub name: &'a str,
    pub label: &'a str,
    /// As `type` of an input has it.
    pub kind: &'a str,
    pub value: &'a str,
    /// What browsers fill in by themselves: `email`, `current-password`, …
    pub autocomplete: &'a str,
    pub hint: Option<&'a str>,
    pub error: Option<&'a str>,
    pub is_required: bool,
    /// Characters at least and at most.
    pub length: Option<(u32, u32)>,
    /// Whether it is read from left to right in every language: an address, a code.
    pub is_code: bool,
}

impl Field<'_> {
    #[must_use]
    pub fn html(&self) -> Markup {
        let of = |part: &str| format!("{}-{part}", self.name);
        let described = described(self.name, self.hint, self.error);
        html! {
            div.ask {
                label for=(self.name) { (self.label) }
                @if let Some(text) = self.hint { p.hint id=(of("hint")) { (text) } }
                @if let Some(text) = self.error { p.wrong id=(of("error")) { (text) } }
                input.field #(self.name) name=(self.name) type=(self.kind) value=[(!self.value.is_empty()).then_some(self.value)]
                    autocomplete=(self.autocomplete) required[self.is_required] dir=[self.is_code.then_some("ltr")]
                    autocapitalize=[self.is_code.then_some("none")] spellcheck=[self.is_code.then_some("false")]
                    minlength=[self.length.map(|(least, _)| least)] maxlength=[self.length.map(|(_, most)| most)]
                    aria-invalid=[self.error.map(|_| "true")] aria-describedby=[described];
            }
        }
    }
}

/// A field of choices, each a value and what it is called.
#[derive(Debug, Clone, Default)]
pub struct Choice<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub autocomplete: &'a str,
    pub hint: Option<&'a str>,
    pub error: Option<&'a str>,
    /// The value that is chosen at first.
    pub value: &'a str,
    pub options: Vec<(&'a str, &'a str)>,
}

impl Choice<'_> {
    #[must_use]
    pub fn html(&self) -> Markup {
        let of = |part: &str| format!("{}-{part}", self.name);
        html! {
            div.ask {
                label for=(self.name) { (self.label) }
                @if let Some(text) = self.hint { p.hint id=(of("hint")) { (text) } }
                @if let Some(text) = self.error { p.wrong id=(of("error")) { (text) } }
                select.field #(self.name) name=(self.name) autocomplete=(self.autocomplete)
                    aria-invalid=[self.error.map(|_| "true")] aria-describedby=[described(self.name, self.hint, self.error)] {
                    @for (value, label) in &self.options {
                        option value=(value) selected[*value == self.value] { (label) }
                    }
                }
            }
        }
    }
}

/// Which texts describe a field, as `aria-describedby` names them.
fn described(name: &str, hint: Option<&str>, error: Option<&str>) -> Option<String> {
    let parts = [hint.map(|_| format!("{name}-hint")), error.map(|_| format!("{name}-error"))];
    let named: Vec<String> = parts.into_iter().flatten().collect();
    (!named.is_empty()).then(|| named.join(" "))
}

/// The path to go on to, of this site and no other: browsers read `//host` and `/\host` as other hosts.
#[must_use]
pub fn next_path(wanted: &str) -> Option<&str> {
    let is_ours = wanted.starts_with('/')
        && !wanted[1..].starts_with(['/', '\\'])
        && wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    is_ours.then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Locale;

    #[test]
    fn a_way_on_stays_on_the_site() {
        for path in ["/en/orders", "/en/matches/1?team=Qatar#categories"] {
            assert_eq!(next_path(path), Some(path));
        }
        for elsewhere in
            ["", "en", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "/a b", "/a\\b"]
        {
            assert_eq!(next_path(elsewhere), None, "{elsewhere:?}");
        }
    }

    #[test]
    fn a_form_is_read_field_by_field() {
        let form = Form::of_query(b"email=a%40b.example+&password=+x&quantity=2&empty=&ticket=1&ticket=2");
        assert_eq!((form.text("email"), form.exact("password")), ("a@b.example", " x"));
        assert_eq!((form.number("quantity"), form.filled("empty"), form.number("other")), (Some(2), None, None));
        assert_eq!((form.all("ticket").collect::<Vec<_>>(), form.text("ticket")), (vec!["1", "2"], "2"));
    }

    #[test]
    fn what_is_wrong_stands_beside_its_field_and_first_on_the_page() {
        let mistakes = Mistakes::of("email", "Enter <your> email.");
        let error = mistakes.at("email");
        let field =
            Field { name: "email", label: "Email", kind: "email", hint: Some("Your own."), error, ..Field::default() };
        let field = field.html().into_string();
        assert!(field.contains(r#"<p class="wrong" id="email-error">Enter &lt;your&gt; email.</p>"#), "{field}");
        assert!(field.contains(r#"aria-invalid="true" aria-describedby="email-hint email-error""#), "{field}");

        let catalogue = crate::catalogue(&[], jiff::tz::TimeZone::UTC);
        let summary = mistakes.summary(catalogue.of(Locale::English)).into_string();
        assert!(summary.contains(r##"<a href="#email">Enter &lt;your&gt; email.</a>"##), "{summary}");
        assert!(Mistakes::default().summary(catalogue.of(Locale::English)).into_string().is_empty());
    }

    #[test]
    fn what_was_posted_is_sent_again_with_all_that_was_in_it() {
        let form = Form::of_query(b"a=1&a=%22%3E&captcha=x&password=p");
        let hidden = form.hidden(&["captcha"]).into_string();
        let field = |name: &str, value: &str| format!(r#"<input type="hidden" name="{name}" value="{value}">"#);
        assert_eq!(hidden, [field("a", "1"), field("a", "&quot;&gt;"), field("password", "p")].concat());
        assert!(form.has_secrets() && !Form::of_query(b"a=1&password=").has_secrets());
    }
}
