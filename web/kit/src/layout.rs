//! The frame of every page: its head, the way around the site, and what says where one is.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{assets, locale::Locale, policy::Needs, refusal, search_box, t, t_plain, visit::Visit};

/// Where in the site a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Matches,
    Resale,
    Orders,
    Account,
    /// It has the box of the search itself.
    Search,
    Elsewhere,
}

/// A page before it is framed.
pub struct Page {
    pub title: String,
    /// What a list of results or a shared link says of it; empty where nothing but what the site is.
    pub description: String,
    pub section: Section,
    pub main: Markup,
    pub needs: Needs,
    /// Whether search engines list it: what everybody sees, under one address.
    pub is_listed: bool,
    /// Structured data for search engines, as JSON.
    pub structured: Option<serde_json::Value>,
    /// What the elements of the browser's script say, by their names; none where nothing on the page is live.
    pub script_words: Option<serde_json::Value>,
}

impl Page {
    #[must_use]
    pub fn new(section: Section, title: impl Into<String>, main: Markup) -> Self {
        Self {
            title: title.into(),
            description: String::new(),
            section,
            main,
            needs: Needs::Nothing,
            is_listed: false,
            structured: None,
            script_words: None,
        }
    }
}

/// The whole document.
#[must_use]
pub fn html(visit: &Visit<'_>, page: &Page) -> Markup {
    let (words, locale, site) = (visit.words, visit.locale(), &visit.kit.site);
    html! {
        (DOCTYPE)
        html lang=(locale.tag()) dir=(locale.direction()) data-locale=[(locale == Locale::Arabic).then_some("ar-u-nu-latn")]
            data-session[visit.has_session()] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (page.title) " · " (site.name) }
                meta name="description" content=(description(visit, page));
                @if page.is_listed { (addresses(visit, page)) } @else { meta name="robots" content="noindex"; }
                meta name="color-scheme" content="light dark";
                link rel="icon" href=(visit.kit.theme.icon_path()) type="image/svg+xml";
                style { (PreEscaped(visit.kit.theme.style())) }
                @if let Some(structured) = &page.structured {
                    script type="application/ld+json" { (data(structured)) }
                }
                @if let Some(script_words) = &page.script_words {
                    script type="application/json" id="md-words" { (data(script_words)) }
                }
                script type="module" src=(assets::script_path()) {}
            }
            body {
                a.skip href="#main" { (t!(words, "skip-to-content")) }
                (top(visit, page.section))
                main #main .wrap .stack tabindex="-1" { (page.main) }
                (foot(visit))
            }
        }
    }
}

/// What a list of results or a shared link says of the page: of one without a description, what the site is.
fn description(visit: &Visit<'_>, page: &Page) -> String {
    if page.description.is_empty() {
        return t_plain!(visit.words, "site-description", site = visit.kit.site.name.as_str());
    }
    page.description.clone()
}

/// Data in an element of a script: nothing in it ends the element or begins a comment.
fn data(value: &serde_json::Value) -> PreEscaped<String> {
    PreEscaped(value.to_string().replace('<', "\\u003c"))
}

/// By which addresses search engines and shared links know the page.
fn addresses(visit: &Visit<'_>, page: &Page) -> Markup {
    let base = visit.kit.site.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
    let address = |locale: Locale| format!("{base}/{locale}{}", visit.path);
    html! {
        link rel="canonical" href=(address(visit.locale()));
        @for locale in &visit.kit.site.locales {
            link rel="alternate" hreflang=(locale.tag()) href=(address(*locale));
        }
        link rel="alternate" hreflang="x-default" href=(address(visit.kit.site.locales[0]));
        meta property="og:title" content=(page.title);
        meta property="og:description" content=(page.description);
        meta property="og:type" content="website";
        meta property="og:url" content=(address(visit.locale()));
    }
}

fn top(visit: &Visit<'_>, section: Section) -> Markup {
    let words = visit.words;
    let links = [
        (Section::Matches, "/", "nav-matches"),
        (Section::Resale, "/resale", "nav-resale"),
        (Section::Orders, "/orders", "nav-orders"),
        (Section::Account, "/account", "nav-account"),
    ];
    html! {
        header.top {
            div.wrap {
                a.brand href=(visit.link("/")) {
                    (mark(visit))
                }
                @if section != Section::Search { (search_box::in_header(visit)) }
                nav aria-label=(t!(words, "nav")) {
                    @for (of, path, key) in links {
                        a href=(visit.link(path)) aria-current=[(of == section).then_some("page")] { (t!(words, key)) }
                    }
                }
                (search_box::link(visit, section == Section::Search))
                (languages(visit))
            }
        }
    }
}

/// What stands for the site: its operator's logo, or our mark and its name.
fn mark(visit: &Visit<'_>) -> Markup {
    let name = &visit.kit.site.name;
    html! {
        @if let Some(logo) = visit.kit.theme.logo() {
            picture {
                @if let Some(dark) = logo.dark_path {
                    source srcset=(dark) media="(prefers-color-scheme: dark)";
                }
                img src=(logo.path) alt=(name) width=(logo.width) height=(logo.height);
            }
        } @else {
            (our_mark())
            bdi { (name) }
        }
    }
}

/// Our mark, drawn in the colour of the text around it.
#[must_use]
pub fn our_mark() -> Markup {
    html! {
        svg width="30" height="30" viewBox="0 0 30 30" aria-hidden="true" {
            circle cx="15" cy="15" r="13" fill="none" stroke="currentColor" stroke-width="2.5" {}
            path d="M15 2v26" stroke="currentColor" stroke-width="2.5" {}
            circle cx="15" cy="15" r="3" fill="currentColor" {}
        }
    }
}

/// The same page in other languages.
fn languages(visit: &Visit<'_>) -> Markup {
    let others: Vec<Locale> =
        visit.kit.site.locales.iter().copied().filter(|locale| *locale != visit.locale()).collect();
    html! {
        @if !others.is_empty() {
            details.menu {
                summary { span.hidden { (t!(visit.words, "languages")) ": " } (visit.locale().name()) }
                ul {
                    @for locale in others {
                        li {
                            a href=(format!("/{locale}{}", visit.path)) lang=(locale.tag()) hreflang=(locale.tag())
                                dir=(locale.direction()) { (locale.name()) }
                        }
                    }
                }
            }
        }
    }
}

fn foot(visit: &Visit<'_>) -> Markup {
    let (words, site) = (visit.words, &visit.kit.site);
    html! {
        footer {
            div.wrap.row {
                bdi { (site.name) }
                a href=(visit.link("/help")) { (t!(words, "nav-help")) }
                @for page in site.pages.of_foot(visit.locale(), &site.locales) {
                    @let is_other = page.locale != visit.locale();
                    a href=(visit.link(&format!("/pages/{}", page.name))) lang=[is_other.then_some(page.locale.tag())] {
                        (page.title)
                    }
                }
                @if site.leads_to_docs { a href="/docs" lang="en" hreflang="en" { "Matchday docs" } }
                @if let Some(address) = &site.support { (refusal::support_link(address)) }
                span { (t!(words, "prices-include-fees")) }
            }
        }
    }
}
