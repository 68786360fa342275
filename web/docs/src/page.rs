//! The frame of every page: its head, the search, the way around the documents, and what comes before and after.

use kit::{assets, layout};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    SEARCH,
    address::ROOT,
    markdown::Heading,
    search::{self, Answer},
    site::{GROUPS, Page, SITE},
    view::{Addresses, of_markdown},
};

/// Headings of a page at least, and how deep, that are listed beside it.
const LISTED_MIN: usize = 3;
const LISTED_LEVELS: std::ops::RangeInclusive<u8> = 2..=3;
/// Headings of a page that are listed at most: longer lists have the upper level alone.
const LISTED_MAX: usize = 60;

/// A list of pages says as much of each.
const SUMMARY_MAX: usize = 200;

struct Frame<'a> {
    title: &'a str,
    description: &'a str,
    /// The number of the document that is shown.
    current: Option<usize>,
    contents: Vec<&'a Heading>,
    question: &'a str,
    main: Markup,
}

/// A document.
pub(crate) fn document(addresses: &Addresses, number: usize) -> String {
    let page = &SITE.pages[number];
    let main = html! {
        (PreEscaped(addresses.html(page)))
        (turns(addresses, number))
    };
    framed(
        addresses,
        &Frame {
            title: page.title(),
            description: &summary(page),
            current: Some(number),
            contents: contents(&page.outline.headings),
            question: "",
            main,
        },
    )
}

/// What was found.
pub(crate) fn results(addresses: &Addresses, question: &str, answer: &Answer) -> String {
    let title = if question.is_empty() { "Search".to_owned() } else { format!("Search for “{question}”") };
    let main = html! {
        h1 { (title) }
        @if answer.words.is_empty() {
            p { "Search for words, an error’s code such as SOLD_OUT, a setting’s name, or a field of the schema." }
        } @else {
            @if answer.pages.is_empty() {
                div.empty {
                    h2 { "No page has “" (question) "”" }
                    p { "Search for other words, an error’s code such as SOLD_OUT, a setting’s name, or a field of the schema." }
                    p { a.button.quiet href=(addresses.path(ROOT)) { "All documents" } }
                }
            } @else {
                p.muted role="status" { (count(answer)) }
            }
            @if let Some(suggestion) = &answer.suggestion {
                p { "Did you mean " a href=(asked(addresses, suggestion)) { (suggestion) } "?" }
            }
            (found(addresses, answer))
        }
    };
    framed(
        addresses,
        &Frame {
            title: &title,
            description: "Search the documentation.",
            current: None,
            contents: Vec::new(),
            question,
            main,
        },
    )
}

/// The page of an address that leads nowhere.
pub(crate) fn not_found(addresses: &Addresses, answer: &Answer) -> String {
    let question = answer.words.join(" ");
    let main = html! {
        h1 { "There is no such page" }
        p { "The address may be mistyped, or the page has moved. Search for it, or look at " a href=(addresses.path(ROOT)) { "all documents" } "." }
        (ask_again(addresses, &question))
        @if !answer.pages.is_empty() {
            h2 { "Pages with these words" }
            (found(addresses, answer))
        }
    };
    framed(
        addresses,
        &Frame {
            title: "There is no such page",
            description: "The documentation has no page at this address.",
            current: None,
            contents: Vec::new(),
            question: "",
            main,
        },
    )
}

fn framed(addresses: &Addresses, frame: &Frame<'_>) -> String {
    let asset = |name: &str| addresses.path(&format!("{ROOT}/assets/{name}"));
    let markup = html! {
        (DOCTYPE)
        html lang="en" dir="ltr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (frame.title) " · Matchday docs" }
                meta name="description" content=(frame.description);
                meta name="color-scheme" content="light dark";
                link rel="icon" href=(asset("icon.svg")) type="image/svg+xml";
                @if let Some(number) = frame.current {
                    link rel="alternate" type="text/markdown" href=(addresses.path(&of_markdown(&SITE.pages[number].path)));
                }
                link rel="stylesheet" href=(asset(assets::DOCS_STYLE.0));
                script type="module" src=(asset(assets::DOCS_SCRIPT.0)) {}
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                (top(addresses, frame.question))
                div.wrap.docs.with-toc[!frame.contents.is_empty()] {
                    (tree(addresses, frame.current))
                    @if !frame.contents.is_empty() { (table_of_contents(&frame.contents)) }
                    main.prose #main tabindex="-1" { (frame.main) }
                }
                (foot(addresses, frame.current))
            }
        }
    };
    markup.into_string()
}

fn top(addresses: &Addresses, question: &str) -> Markup {
    html! {
        header.top {
            div.wrap {
                a.brand href=(addresses.path(ROOT)) { (layout::our_mark()) "Matchday docs" }
                form.seek role="search" action=(addresses.path(SEARCH)) {
                    label.hidden for="q" { "Search the documentation" }
                    input #q type="search" name="q" value=(question) maxlength=(search::QUESTION_MAX) placeholder="Search";
                    button { "Search" }
                }
                nav aria-label="This program" {
                    @if let Some(path) = addresses.graphiql() { a href=(path) { "GraphiQL" } }
                    @if let Some(path) = addresses.schema() { a href=(path) { "Schema" } }
                    @if addresses.options.has_shop { a href=(addresses.path("/")) { "Shop" } }
                }
            }
        }
    }
}

/// All documents.
fn tree(addresses: &Addresses, current: Option<usize>) -> Markup {
    let link = |number: usize, page: &Page| {
        html! {
            li {
                a href=(addresses.path(&page.path)) aria-current=[(current == Some(number)).then_some("page")] { (page.title()) }
            }
        }
    };
    html! {
        nav.side.tree aria-label="Documents" tabindex="0" {
            details {
                summary { "All documents" }
                ul {
                    @for (number, page) in SITE.pages.iter().enumerate().filter(|(_, page)| page.group.is_none()) { (link(number, page)) }
                }
                @for (group, of_group) in GROUPS.iter().enumerate() {
                    @if SITE.of_group(group).next().is_some() {
                        p.part { (of_group.title) }
                        ul aria-label=(of_group.title) { @for (number, page) in SITE.of_group(group) { (link(number, page)) } }
                    }
                }
            }
        }
    }
}

/// The headings of a page that are listed beside it.
fn contents(headings: &[Heading]) -> Vec<&Heading> {
    let listed: Vec<&Heading> = headings.iter().filter(|heading| LISTED_LEVELS.contains(&heading.level)).collect();
    let upper = || listed.iter().copied().filter(|heading| heading.level == *LISTED_LEVELS.start()).collect();
    match listed.len() {
        0..LISTED_MIN => Vec::new(),
        LISTED_MIN..=LISTED_MAX => listed,
        _ => upper(),
    }
}

fn table_of_contents(contents: &[&Heading]) -> Markup {
    html! {
        nav.side.toc aria-label="On this page" tabindex="0" {
            p.part.on-desk { "On this page" }
            details {
                summary { "On this page" }
                ul {
                    @for Heading { level, text, id } in contents {
                        li.deeper[level > LISTED_LEVELS.start()] {
                            a href=(format!("#{id}")) { @for part in text.split_inclusive('_') { (part) wbr; } }
                        }
                    }
                }
            }
        }
    }
}

/// The documents before and after.
fn turns(addresses: &Addresses, number: usize) -> Markup {
    let before = number.checked_sub(1).and_then(|number| SITE.pages.get(number));
    let after = SITE.pages.get(number + 1);
    html! {
        nav.turn aria-label="Previous and next page" {
            @if let Some(page) = before { a rel="prev" href=(addresses.path(&page.path)) { span { "Previous" } (page.title()) } }
            @if let Some(page) = after { a rel="next" href=(addresses.path(&page.path)) { span { "Next" } (page.title()) } }
        }
    }
}

fn foot(addresses: &Addresses, current: Option<usize>) -> Markup {
    html! {
        footer {
            div.wrap.row {
                span { "Matchday " (addresses.options.version) }
                @if let Some(number) = current {
                    a href=(addresses.path(&of_markdown(&SITE.pages[number].path))) { "This page as Markdown" }
                }
                a href=(addresses.path("/llms.txt")) { "llms.txt" }
            }
        }
    }
}

fn ask_again(addresses: &Addresses, question: &str) -> Markup {
    html! {
        form.again role="search" aria-label="Search again" action=(addresses.path(SEARCH)) {
            label.hidden for="again" { "Words to search for" }
            input #again type="search" name="q" value=(question) maxlength=(search::QUESTION_MAX);
            button.button { "Search" }
        }
    }
}

fn asked(addresses: &Addresses, question: &str) -> String {
    let search = addresses.path(SEARCH) + "?";
    let end = search.len();
    form_urlencoded::Serializer::for_suffix(search, end).append_pair("q", question).finish()
}

fn count(answer: &Answer) -> String {
    let shown = answer.pages.len();
    let pages = match (answer.total, shown) {
        (1, _) => "1 page".to_owned(),
        (total, shown) if total > shown => format!("{total} pages, the likeliest {shown} of them"),
        (total, _) => format!("{total} pages"),
    };
    if answer.is_partial { format!("No part of a page has all of these words. Some have: {pages}.") } else { pages }
}

fn found(addresses: &Addresses, answer: &Answer) -> Markup {
    html! {
        @if !answer.pages.is_empty() {
            ul.found {
                @for found in &answer.pages {
                    @let page = &SITE.pages[found.page];
                    li {
                        h2 { a href=(addresses.path(&page.path)) { (page.title()) } }
                        @if let Some(group) = page.group { p.small.muted { (GROUPS[group].title) } }
                        @for part in &found.parts {
                            @if let Some(heading) = part.heading.map(|heading| &page.outline.headings[heading]) {
                                h3 { a href=(format!("{}#{}", addresses.path(&page.path), heading.id)) { (heading.text) } }
                            }
                            p.small {
                                @for (piece, is_meant) in &part.excerpt {
                                    @if *is_meant { mark { (piece) } } @else { (piece) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What a list says of a page: its first paragraph, or as much of it as there is room for.
pub(crate) fn summary(page: &Page) -> String {
    let summary = page.outline.summary.trim();
    if summary.is_empty() {
        return format!("{} in the documentation of Matchday.", page.title());
    }
    let Some((end, _)) = summary.char_indices().nth(SUMMARY_MAX) else { return summary.to_owned() };
    let cut = summary[..end].rfind(char::is_whitespace).unwrap_or(end);
    format!("{} …", summary[..cut].trim_end_matches([',', '.', ';', ':']))
}
