//! Help: how holds, paying, tickets, resale and refunds work on this site, and what it does for accessibility and privacy.

use kit::{
    layout::{Page, Section},
    refusal, t, t_plain,
    visit::Visit,
};
use maud::{Markup, html};

use crate::documents::site::help_page::HelpPageSite as Site;

const SECONDS_A_MINUTE: i64 = 60;

/// The cookies that the site may set, by name: what each is for, and how long it stays, are words of the page.
const COOKIES: [(&str, &str); 5] = [
    ("__Host-matchday-access", "access"),
    ("__Host-matchday-refresh", "refresh"),
    ("__Host-matchday-captcha", "captcha"),
    ("__Host-matchday-sign-in", "sign-in"),
    ("__Host-matchday-payment", "payment"),
];

/// A part of the page: its name, and its paragraphs.
type Part = (&'static str, Vec<String>);

pub(super) fn page(visit: &Visit<'_>, site: &Site) -> Page {
    let words = visit.words;
    let title = t!(words, "help-title");
    let parts = parts(visit, site);
    let main = html! {
        h1 { (title) }
        nav aria-label=(t!(words, "help-contents")) {
            ul.row {
                @for name in parts.iter().map(|(name, _)| *name).chain(["privacy"]) {
                    li { a.chip href=(format!("#{name}")) { (t!(words, &format!("help-{name}"))) } }
                }
            }
        }
        @for (name, paragraphs) in &parts {
            section.stack.tight aria-labelledby=(name) {
                h2 id=(name) { (t!(words, &format!("help-{name}"))) }
                @for paragraph in paragraphs { p { (paragraph) } }
            }
        }
        (privacy(visit, site))
        (refusal::support(visit))
    };
    let description = t_plain!(words, "help-description");
    Page { description, is_listed: true, ..Page::new(Section::Elsewhere, title.clone(), main) }
}

/// What the site does, as its settings have it.
fn parts(visit: &Visit<'_>, site: &Site) -> Vec<Part> {
    let words = visit.words;
    let minutes = t_plain!(words, "help-minutes", n = site.hold_seconds / SECONDS_A_MINUTE);
    let all = |name: &'static str, count: usize| -> Vec<String> {
        (1..=count)
            .map(|number| t!(words, &format!("help-{name}-{number}"), minutes = minutes.as_str()).into_owned())
            .collect()
    };

    let mut holds = all("holds", 4);
    holds.extend(site.extension.as_ref().map(|more| t!(words, "help-holds-more", n = more.times).into_owned()));

    let mut tickets = all("tickets", 3);
    tickets.push(t!(words, "help-tickets-most", n = site.max_tickets_per_match).into_owned());

    let resale = site.resale.as_ref().map(|terms| {
        let mut resale = all("resale", 4);
        resale.insert(1, t!(words, "help-resale-fee", percent = terms.fee_percent).into_owned());
        resale
    });

    let refunds = match &site.refunds {
        Some(terms) => match terms.cutoff_hours {
            Some(hours) => t!(words, "help-refunds-until", hours = hours),
            None => t!(words, "help-refunds-any"),
        },
        None => t!(words, "help-refunds-none"),
    };
    let refunds = [vec![refunds.into_owned()], all("refunds", 2)].concat();

    let checks = all("checks", 3).split_off(if site.captcha.is_some() { 0 } else { 2 });

    let parts = [
        Some(("holds", holds)),
        Some(("paying", all("paying", 3))),
        Some(("tickets", tickets)),
        resale.map(|resale| ("resale", resale)),
        Some(("refunds", refunds)),
        Some(("account", all("account", 3))),
        Some(("checks", checks)),
        Some(("accessibility", all("accessibility", 3))),
    ];
    parts.into_iter().flatten().collect()
}

fn privacy(visit: &Visit<'_>, site: &Site) -> Markup {
    let words = visit.words;
    let is_set = |key: &str| match key {
        "captcha" => site.captcha.is_some(),
        "sign-in" => visit.kit.site.identity_provider.is_some(),
        _ => true,
    };
    html! {
        section.stack.tight aria-labelledby="privacy" {
            h2 id="privacy" { (t!(words, "help-privacy")) }
            p { (t!(words, "help-privacy-1")) }
            p { (t!(words, "help-privacy-2")) }
            h3 { (t!(words, "help-cookies")) }
            dl.stack {
                @for (name, key) in COOKIES.into_iter().filter(|(_, key)| is_set(key)) {
                    div {
                        dt { code dir="ltr" { (name) } }
                        dd { (t!(words, &format!("help-cookie-{key}"))) }
                        dd.small.muted {
                            (t!(words, "help-cookie-life")) " " (t!(words, &format!("help-cookie-{key}-life")))
                        }
                    }
                }
            }
            p { (t!(words, "help-privacy-3")) }
        }
    }
}
