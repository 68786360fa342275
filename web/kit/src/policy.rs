//! What pages may do in a browser: nothing but what this origin serves, and no script but its own files.

use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::captcha::Widget;

/// What a page needs beside its own origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// Stripe's script, frames and API, where a card is taken.
    Stripe,
    /// A provider's widget, where it asks a captcha.
    Captcha(Widget),
}

/// The policies of pages with one style sheet, by what they need.
#[derive(Debug, Clone)]
pub(crate) struct Policies {
    pages: HeaderValue,
    stripe: HeaderValue,
    turnstile: HeaderValue,
    hcaptcha: HeaderValue,
}

impl Policies {
    /// Those under which this sheet is in force.
    pub(crate) fn of(style_sheet: &str) -> Self {
        let style = format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(style_sheet.as_bytes())));
        let policy = |needs| policy(needs, &style);
        Self {
            pages: policy(Needs::Nothing),
            stripe: policy(Needs::Stripe),
            turnstile: policy(Needs::Captcha(Widget::Turnstile)),
            hcaptcha: policy(Needs::Captcha(Widget::HCaptcha)),
        }
    }

    /// Puts a page's guards into the headers of its answer.
    pub(crate) fn guard(&self, headers: &mut HeaderMap, needs: Needs) {
        let policy = match needs {
            Needs::Nothing => &self.pages,
            Needs::Stripe => &self.stripe,
            Needs::Captcha(Widget::Turnstile) => &self.turnstile,
            Needs::Captcha(Widget::HCaptcha) => &self.hcaptcha,
        };
        insert(headers, policy, needs);
    }
}

/// Puts the guards of a page into the headers of its answer whose style sheet is a file of this origin.
pub fn guard_page(headers: &mut HeaderMap) {
    static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy(Needs::Nothing, ""));
    insert(headers, &POLICY, Needs::Nothing);
}

fn insert(headers: &mut HeaderMap, policy: &HeaderValue, needs: Needs) {
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    headers.insert(header::REFERRER_POLICY, REFERRERS);
    let opener = if needs == Needs::Stripe { "same-origin-allow-popups" } else { "same-origin" };
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static(opener));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), interest-cohort=()"),
    );
}

/// `style` allows the style sheet that is in the pages, where one is.
fn policy(needs: Needs, style: &str) -> HeaderValue {
    let (script, frames, connections, styles) = match needs {
        Needs::Nothing => ("", "", "", ""),
        Needs::Stripe => (
            " https://js.stripe.com",
            " frame-src https://js.stripe.com https://hooks.stripe.com;",
            " https://api.stripe.com",
            "",
        ),
        Needs::Captcha(Widget::Turnstile) => {
            (" https://challenges.cloudflare.com", " frame-src https://challenges.cloudflare.com;", "", "")
        }
        Needs::Captcha(Widget::HCaptcha) => (
            " https://hcaptcha.com https://*.hcaptcha.com",
            " frame-src https://hcaptcha.com https://*.hcaptcha.com;",
            " https://hcaptcha.com https://*.hcaptcha.com",
            " https://hcaptcha.com https://*.hcaptcha.com",
        ),
    };
    // The scripts of others make elements of text of their own.
    let types =
        if needs == Needs::Nothing { "; require-trusted-types-for 'script'; trusted-types matchday" } else { "" };
    let policy = format!(
        "default-src 'none'; script-src 'self'{script}; worker-src 'self'; style-src 'self'{style}{styles}; \
         connect-src 'self'{connections};{frames} img-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'{types}"
    );
    HeaderValue::from_str(&policy).expect("a policy is text")
}

/// Other sites hear from which one a visitor comes, and not from which page.
const REFERRERS: HeaderValue = HeaderValue::from_static("strict-origin-when-cross-origin");

/// What is no page may do nothing at all in a browser that shows it by itself: a picture, a list for search engines, a file.
const FILES: HeaderValue =
    HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

/// Puts the guards of what is no page into the headers of its answer, unless it has those of a page.
pub fn guard_file(headers: &mut HeaderMap) {
    if headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        return;
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, FILES);
    headers.insert(header::REFERRER_POLICY, REFERRERS);
    // What says nothing of it is not to be shown to others, or later.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_the_hosts_of_what_it_needs_alone() {
        let policies = Policies::of("p{margin:0}");
        let named = |needs| {
            let mut headers = HeaderMap::new();
            policies.guard(&mut headers, needs);
            headers[header::CONTENT_SECURITY_POLICY].to_str().expect("it is text").to_owned()
        };

        let plain = named(Needs::Nothing);
        assert!(!plain.contains("https:") && !plain.contains("frame-src") && plain.contains("trusted-types matchday"));
        for (needs, host) in [
            (Needs::Stripe, "https://js.stripe.com"),
            (Needs::Captcha(Widget::Turnstile), "https://challenges.cloudflare.com"),
            (Needs::Captcha(Widget::HCaptcha), "https://*.hcaptcha.com"),
        ] {
            let policy = named(needs);
            let of = |name: &str| policy.split("; ").find(|part| part.starts_with(name)).unwrap_or_default().to_owned();
            assert!(of("script-src").contains(host) && of("frame-src").contains(host), "{needs:?}: {policy}");
            assert!(!policy.contains("unsafe") && of("form-action") == "form-action 'self'", "{needs:?}: {policy}");
        }
    }
}
