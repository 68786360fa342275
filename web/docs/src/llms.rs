//! What language models read: a list of all documents, and their texts in one file (llmstxt.org).

use crate::{
    page::summary,
    site::{DECISIONS, GROUPS, Page, SITE},
    view::{Addresses, of_markdown},
};

/// Bytes of the file that has the texts. What finds no room is named by its address.
const FULL_MAX: usize = 1_500_000;

/// `/llms.txt`.
pub(crate) fn list(addresses: &Addresses) -> String {
    let mut text = head(addresses);
    text.push_str(&format!(
        "Every page is Markdown at its address with `.md`. All of them in one file: {}\n",
        addresses.whole("/llms-full.txt")
    ));
    if addresses.options.has_schema {
        text.push_str(&format!(
            "The contract, with a description of each type and field: {}\n",
            addresses.whole("/schema.graphql")
        ));
    }
    for (group, of_group) in GROUPS.iter().enumerate() {
        if SITE.of_group(group).next().is_none() {
            continue;
        }
        // By the convention, what may be left out where a context is short.
        let title = if group == DECISIONS { "Optional" } else { of_group.title };
        text.push_str(&format!("\n## {title}\n\n"));
        for (_, page) in SITE.of_group(group) {
            text.push_str(&line(addresses, page));
        }
    }
    text
}

/// `/llms-full.txt`.
pub(crate) fn full(addresses: &Addresses) -> String {
    let mut text = head(addresses);
    let mut left_out = Vec::new();
    for page in &SITE.pages {
        if page.group == Some(DECISIONS) {
            left_out.push(page);
            continue;
        }
        let document =
            format!("\n---\n\nSource: {}\n\n{}\n", address(addresses, page), addresses.markdown(page).trim());
        if text.len() + document.len() > FULL_MAX {
            left_out.push(page);
        } else {
            text.push_str(&document);
        }
    }
    text.push_str("\n---\n\n# Pages that are not in this file\n\n");
    for page in left_out {
        text.push_str(&line(addresses, page));
    }
    text
}

fn head(addresses: &Addresses) -> String {
    let version = addresses.options.version;
    let about = SITE.pages.iter().find(|page| page.file == "README.md");
    let about = about.map(|page| page.outline.summary.trim().replace('\n', " ")).unwrap_or_default();
    format!("# Matchday {version}\n\n> {about}\n\n")
}

fn line(addresses: &Addresses, page: &Page) -> String {
    format!("- [{}]({}): {}\n", page.title().replace(['[', ']'], ""), address(addresses, page), summary(page))
}

fn address(addresses: &Addresses, page: &Page) -> String {
    addresses.whole(&of_markdown(&page.path))
}
