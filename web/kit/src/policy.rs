//! What pages may do in a browser: nothing but what this origin serves, and no script but its own files.

use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use sha2::{Digest, Sha256};

use crate::{assets, captcha::Widget};

/// What a page needs beside its own origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// Stripe's script, frames and API, where a card is taken.
    Stripe,
    /// A provider's widget, where it asks a captcha.
    Captcha(Widget),
}

static PAGES: LazyLock<HeaderValue> = LazyLock::new(|| policy(Needs::Nothing));
static STRIPE: LazyLock<HeaderValue> = LazyLock::new(|| policy(Needs::Stripe));
static TURNSTILE: LazyLock<HeaderValue> = LazyLock::new(|| policy(Needs::Captcha(Widget::Turnstile)));
static HCAPTCHA: LazyLock<HeaderValue> = LazyLock::new(|| policy(Needs::Captcha(Widget::HCaptcha)));

fn policy(needs: Needs) -> HeaderValue {
    use base64::{Engine, engine::general_purpose::STANDARD};

    let style = STANDARD.encode(Sha256::digest(assets::STYLE.as_bytes()));
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
        "default-src 'none'; script-src 'self'{script}; worker-src 'self'; style-src 'self' 'sha256-{style}'{styles}; \
         connect-src 'self'{connections};{frames} img-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'{types}"
    );
    HeaderValue::from_str(&policy).expect("a policy is text")
}

/// Other sites hear from which one a visitor comes, and not from which page.
const REFERRERS: HeaderValue = HeaderValue::from_static("strict-origin-when-cross-origin");

/// Puts a page's guards into the headers of its answer.
pub fn guard(headers: &mut HeaderMap, needs: Needs) {
    let policy = match needs {
        Needs::Nothing => &*PAGES,
        Needs::Stripe => &*STRIPE,
        Needs::Captcha(Widget::Turnstile) => &*TURNSTILE,
        Needs::Captcha(Widget::HCaptcha) => &*HCAPTCHA,
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    headers.insert(header::REFERRER_POLICY, REFERRERS);
    let opener = if needs == Needs::Stripe { "same-origin-allow-popups" } else { "same-origin" };
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static(opener));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), interest-cohort=()"),
    );
}

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
        let named = |needs| {
            let mut headers = HeaderMap::new();
            guard(&mut headers, needs);
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
