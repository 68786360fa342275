//! The page of a refusal: why, and what helps.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use serde_json::json;

use crate::{
    answer::{self, Shown},
    api::Refusal,
    captcha,
    form::Field,
    layout::{Page, Section},
    t, t_plain,
    visit::Visit,
};

/// The longest wait that a clock counts down; beyond it the time is said alone.
const CLOCK_MAX: u64 = 3_600;

pub(crate) fn page(visit: &Visit<'_>, refusal: &Refusal) -> Page {
    let words = visit.words;
    let title = t!(words, &answer::message(refusal, "title"));
    let main = html! {
        div.narrow.stack {
            h1 { (title) }
            (answer::why(visit, refusal))
            (help(visit, refusal))
            p { a.button.quiet href=(visit.link("/")) { (t!(words, "back-to-matches")) } }
        }
    };
    let mut page = Page::new(Section::Elsewhere, title.clone(), main);
    match refusal.code.as_str() {
        "CAPTCHA_REQUIRED" => captcha::equip(visit, &refusal.extensions["captcha"], &mut page),
        _ if refusal.retry_after.is_some() => {
            page.script_words = Some(json!({
                "minutesLeft": crate::words::plural(words, "minutes-to-wait"),
                "timeOver": words.say("wait-is-over"),
            }));
        }
        _ => {}
    }
    page
}

/// What the visitor can do about it.
fn help(visit: &Visit<'_>, refusal: &Refusal) -> Markup {
    match refusal.code.as_str() {
        "CAPTCHA_REQUIRED" => captcha::ask(visit, &refusal.extensions["captcha"]),
        "EMAIL_NOT_VERIFIED" => confirm_email(visit, &visit.link(&visit.path)),
        "RATE_LIMITED" | "SERVICE_UNAVAILABLE" | "REQUEST_TIMEOUT" => html! {
            @if let Some(seconds) = refusal.retry_after.filter(|seconds| *seconds <= CLOCK_MAX) { (clock(visit, seconds)) }
            (again(visit))
        },
        "FORBIDDEN" | "BLOCKED" => support(visit),
        "CSRF_PREVENTED" | "CAPTCHA_FAILED" => open_again(visit),
        _ if answer::shown(&refusal.code) == Shown::Page(500) => support(visit),
        // As it stands now, the page says where the form was.
        _ if visit.posted.is_some() => open_again(visit),
        _ => html! {},
    }
}

/// The wait, as a clock where there is script.
fn clock(visit: &Visit<'_>, seconds: u64) -> Markup {
    let now = Timestamp::now();
    let wait = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    let end = now.checked_add(wait).unwrap_or(Timestamp::MAX);
    html! {
        md-countdown data-now=(now) data-expires=(end) data-warn="0" {
            p.clock role="timer" data-clock {}
            p.notice.good data-over hidden { (t!(visit.words, "wait-is-over")) }
        }
    }
}

/// Sends what was posted once more, or opens the page once more. A form with a password is opened anew instead.
fn again(visit: &Visit<'_>) -> Markup {
    match visit.posted.filter(|form| !form.has_secrets()) {
        Some(form) => html! {
            md-once {
                form method="post" action=(visit.link(&visit.path)) {
                    (form.hidden(captcha::not_again()))
                    button.button { (t!(visit.words, "send-again")) }
                }
            }
        },
        None => open_again(visit),
    }
}

fn open_again(visit: &Visit<'_>) -> Markup {
    html! { p { a.button href=(visit.link(&visit.path)) { (t!(visit.words, "open-again")) } } }
}

/// Where the site's staff is written to, if that is known.
#[must_use]
pub fn support(visit: &Visit<'_>) -> Markup {
    html! {
        @if let Some(address) = &visit.kit.site.support {
            p { (t!(visit.words, "support")) " " (support_link(address)) }
        }
    }
}

/// An email or a page, as a link.
pub(crate) fn support_link(address: &str) -> Markup {
    let shown = address.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    let target = if address.contains("://") { address.to_owned() } else { format!("mailto:{address}") };
    html! { a href=(target) dir="ltr" { bdi { (shown) } } }
}

/// Takes the code that was mailed, or mails another, and then goes on to `next`.
#[must_use]
pub fn confirm_email(visit: &Visit<'_>, next: &str) -> Markup {
    let words = visit.words;
    let (label, hint) = (t!(words, "email-code"), t!(words, "email-code-hint"));
    let field = Field {
        name: "code",
        label: &label,
        kind: "text",
        autocomplete: "one-time-code",
        hint: Some(&hint),
        is_required: true,
        is_code: true,
        ..Field::default()
    };
    html! {
        form.stack method="post" action=(visit.link("/verify")) {
            input type="hidden" name="next" value=(next);
            (field.html())
            p { button.button { (t!(words, "email-confirm")) } }
        }
        form method="post" action=(visit.link("/verify/resend")) {
            input type="hidden" name="next" value=(next);
            p.small.muted { (t!(words, "email-no-code")) }
            button.link { (t!(words, "email-resend")) }
        }
    }
}

/// What was asked of a page in a way that it does not answer.
pub(crate) fn method(visit: &Visit<'_>) -> Page {
    let title = t_plain!(visit.words, "method-title");
    let main = html! {
        div.narrow.stack {
            h1 { (title) }
            p { (t!(visit.words, "method-text")) }
            p { a.button.quiet href=(visit.link("/")) { (t!(visit.words, "back-to-matches")) } }
        }
    };
    Page::new(Section::Elsewhere, title.clone(), main)
}
