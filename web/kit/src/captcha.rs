//! Captchas on the way of a form: the page that asks for one keeps all that was posted, and sends it again with the solution.
//!
//! Also a password is kept, in a field that is not shown: the page answers the very request that brought it, over the same
//! connection and to that browser alone, and no store keeps it. Asked for it again, people who sign in behind a crowded
//! address would type it twice each time, and mistype it more often, which costs them waits.

use axum::http::Uri;
use maud::{Markup, html};
use serde_json::{Value, json};

use crate::{form::Form, layout::Page, policy::Needs, t, t_plain, visit::Visit};

/// Shows the API a solution; the browser keeps what it earns.
pub(crate) const SOLVE_CAPTCHA: &str =
    "mutation SolveCaptcha($input: SolveCaptchaInput!) { solveCaptcha(input: $input) { expiresAt } }";

/// The fields that solutions come in: ours, and those that the widgets of providers add.
const FIELDS: [&str; 4] = ["captcha", "cf-turnstile-response", "h-captcha-response", "g-recaptcha-response"];

/// Providers whose widget fits under a policy that names hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widget {
    Turnstile,
    HCaptcha,
}

impl Widget {
    /// The widget that belongs to the address at which a provider judges. None of one that is not known here, such as
    /// `reCAPTCHA`, whose script writes styles into the page and so would open its policy.
    #[must_use]
    pub fn of_judge(url: &str) -> Option<Self> {
        match url.parse::<Uri>().ok()?.host()? {
            "challenges.cloudflare.com" => Some(Self::Turnstile),
            "hcaptcha.com" | "api.hcaptcha.com" => Some(Self::HCaptcha),
            _ => None,
        }
    }

    const fn script(self) -> &'static str {
        match self {
            Self::Turnstile => "https://challenges.cloudflare.com/turnstile/v0/api.js",
            Self::HCaptcha => "https://js.hcaptcha.com/1/api.js",
        }
    }
}

/// What solves a captcha, where a form brings it.
pub(crate) fn solution(form: &Form) -> Option<String> {
    FIELDS.into_iter().find_map(|field| form.filled(field))
}

/// Asks the API to judge a solution.
pub(crate) fn solved(payload: String) -> Value {
    let variables = json!({"input": {"payload": payload, "cookies": true}});
    json!({"query": SOLVE_CAPTCHA, "operationName": "SolveCaptcha", "variables": variables})
}

/// Fields of a form that are not sent again.
pub(crate) const fn not_again() -> &'static [&'static str] {
    &FIELDS
}

/// The challenge of a refusal, as a form that sends what was posted once it is solved.
pub(crate) fn ask(visit: &Visit<'_>, challenge: &Value) -> Markup {
    let words = visit.words;
    let kept = visit.posted.map(|form| form.hidden(&FIELDS));
    html! {
        @if visit.tried_captcha {
            p.notice.warn role="alert" { (t!(words, "captcha-again")) }
        }
        form.stack method="post" action=(visit.link(&visit.path)) {
            @if let Some(kept) = kept { (kept) }
            (task(visit, challenge))
        }
        div.small.muted {
            p { (t!(words, "captcha-else")) }
            ul.bullets {
                li { (t!(words, "captcha-else-script")) }
                li { (t!(words, "captcha-else-wait")) }
                // Whoever was about to sign in, or to open an account, would come back to the same check.
                @if !visit.has_session() && !visit.posted.is_some_and(Form::has_secrets) {
                    li { a href=(sign_in(visit)) { (t!(words, "captcha-else-sign-in")) } }
                }
                li { (t!(words, "captcha-else-network")) }
            }
        }
    }
}

/// The way to sign in and come back.
pub(crate) fn sign_in(visit: &Visit<'_>) -> String {
    let next: String = form_urlencoded::byte_serialize(visit.link(&visit.path).as_bytes()).collect();
    visit.link(&format!("/sign-in?next={next}"))
}

fn task(visit: &Visit<'_>, challenge: &Value) -> Markup {
    let words = visit.words;
    let go_on = t!(words, "captcha-go-on");
    let altcha = &challenge["altcha"];
    let text = |name: &str| altcha[name].as_str().unwrap_or_default();
    if altcha.is_object() {
        // A second one waits for a hand: a page that sends itself again and again would never end.
        let sends_itself = !visit.tried_captcha;
        return html! {
            md-captcha data-algorithm=(text("algorithm")) data-challenge=(text("challenge")) data-salt=(text("salt"))
                data-maxnumber=(altcha["maxnumber"]) data-signature=(text("signature")) data-submit[sends_itself] {
                input type="hidden" name=(FIELDS[0]) data-solution;
                p data-progress { (t!(words, "captcha-needs-script")) }
                progress data-bar max="100" value="0" hidden aria-label=(t!(words, "captcha-progress")) {}
            }
            p { button.button disabled data-captcha-act { (go_on) } }
        };
    }
    let Some((widget, key)) = visit.kit.site.captcha.zip(challenge["siteKey"].as_str()) else {
        return html! { p.notice.warn { (t!(words, "captcha-unknown")) } };
    };
    html! {
        @match widget {
            Widget::Turnstile => div.cf-turnstile data-sitekey=(key) data-language=(visit.locale())
                data-response-field-name=(FIELDS[0]) {},
            Widget::HCaptcha => div.h-captcha data-sitekey=(key) data-hl=(visit.locale()) {},
        }
        noscript { p.notice.warn { (t!(words, "captcha-needs-script")) } }
        script src=(widget.script()) async defer {}
        p { button.button { (go_on) } }
    }
}

/// What a page that asks needs of the browser.
pub(crate) fn equip(visit: &Visit<'_>, challenge: &Value, page: &mut Page) {
    let words = visit.words;
    page.script_words = Some(json!({
        "captchaWorking": t_plain!(words, "captcha-working", n = "{n}"),
        "captchaDone": words.say("captcha-done"),
        "captchaFailed": words.say("captcha-did-not"),
    }));
    if let Some(widget) = visit.kit.site.captcha.filter(|_| challenge["siteKey"].is_string()) {
        page.needs = Needs::Captcha(widget);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_widget_is_known_by_who_judges_it() {
        for (judge, widget) in [
            ("https://challenges.cloudflare.com/turnstile/v0/siteverify", Some(Widget::Turnstile)),
            ("https://api.hcaptcha.com/siteverify", Some(Widget::HCaptcha)),
            ("https://www.google.com/recaptcha/api/siteverify", None),
            ("https://challenges.cloudflare.com.evil.example/", None),
            ("", None),
        ] {
            assert_eq!(Widget::of_judge(judge), widget, "{judge}");
        }
    }

    #[test]
    fn a_solution_is_found_in_whatever_field_a_widget_puts_it() {
        for (form, expected) in [
            (&b"captcha=a&email=b"[..], Some("a")),
            (b"captcha=&h-captcha-response=c", Some("c")),
            (b"cf-turnstile-response=d", Some("d")),
            (b"email=b", None),
        ] {
            assert_eq!(solution(&Form::of_query(form)).as_deref(), expected);
        }
    }
}
