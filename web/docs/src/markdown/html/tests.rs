use super::*;
use crate::markdown::Outline;

/// A repository with one page and one picture.
struct Known;

impl Links for Known {
    fn link(&self, address: &str) -> Link {
        match address {
            "page.md" => Link::To("/docs/page".to_owned()),
            "../deploy/compose.yaml" => Link::Named("deploy/compose.yaml".to_owned()),
            _ => Link::No,
        }
    }

    fn picture(&self, address: &str) -> Option<Picture> {
        (address == "a.png").then(|| Picture { path: "/docs/a.png".to_owned(), width: 4, height: 3 })
    }
}

fn html(source: &str) -> String {
    of(source, &Outline::of(source).headings, &Known).trim().to_owned()
}

#[test]
fn html_of_a_source_is_shown_and_never_run() {
    for source in [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "[a](javascript:alert(1))",
        "![a](https://elsewhere.example/a.png)",
        "`</code><script>`",
        "```html\n</code></pre><script>\n```",
        "# <b onclick=x>",
        "<a id=\"x\" onclick=\"y\">",
        "<a id=\"x y\">",
    ] {
        let html = html(source);
        for tag in ["<script", "<img", "<b ", "onclick=\"", "href=\"javascript", "src=\"http"] {
            assert!(!html.contains(tag), "{source}: {html}");
        }
    }
}

#[test]
fn what_names_a_place_or_breaks_a_line_does_so_and_comments_are_left_out() {
    assert_eq!(html("a<br>b <a id=\"c-1\"></a>d"), "<p>a<br>b <span id=\"c-1\"></span>d</p>");
    assert_eq!(html("<!-- made by\nthe program -->\n\na <!-- b -->"), "<p>a </p>");
}

#[test]
fn a_heading_has_its_anchor_and_a_link_to_it() {
    assert_eq!(
        html("# A\n## `B_C` & d"),
        "<h1 id=\"a\">A</h1>\n<div class=\"head\"><h2 id=\"b_c--d\"><code>B_C</code> &amp; d</h2>\
         <a href=\"#b_c--d\" aria-label=\"Link to “B_C &amp; d”\"></a></div>"
    );
}

#[test]
fn links_lead_on_where_there_is_something_and_name_the_file_else() {
    assert_eq!(html("[a](page.md)"), "<p><a href=\"/docs/page\">a</a></p>");
    assert_eq!(html("[gone](b.md)"), "<p>gone</p>");
    for (source, shown) in [
        ("[the composition](../deploy/compose.yaml)", "the composition (<code>deploy/compose.yaml</code>)"),
        ("[`deploy/compose.yaml`](../deploy/compose.yaml)", "<code>deploy/compose.yaml</code>"),
        ("[compose.yaml](../deploy/compose.yaml)", "<code>compose.yaml</code>"),
    ] {
        assert_eq!(html(source), format!("<p>{shown}</p>"));
    }
}

#[test]
fn a_table_scrolls_by_itself_and_an_empty_heading_is_none() {
    let html = html("| | b |\n|---|--:|\n| c | |\n");

    assert!(
        html.starts_with("<div class=\"scroll\" role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table>"),
        "{html}"
    );
    assert!(html.contains("<thead><tr><td></td><th scope=\"col\" class=\"end\">b</th></tr></thead>"), "{html}");
    assert!(html.contains("<tr><td>c</td><td class=\"end\"></td></tr>"), "{html}");
}

#[test]
fn a_block_of_code_says_what_it_is() {
    let html = html("```ts file=apollo/client.ts part=links\na\n```");

    assert!(html.contains("<figcaption><span>apollo/client.ts</span>"), "{html}");
    assert!(html.contains("<pre tabindex=\"0\"><code>"), "{html}");
    assert!(html.ends_with("a\n</code></pre></figure>"), "{html}");
}
