//! Tickets as they are shown at a gate: the code large and dark on white, and beside it whose and for what it is.

use kit::{t, t_plain, visit::Visit};
use maud::{Markup, PreEscaped, html};

use super::entry::{self, match_of};
use crate::documents::orders::order_page as document;

type Order = document::OrderPageReservation;
type Ticket = document::OrderPageReservationTickets;

pub(super) fn all(visit: &Visit<'_>, order: &Order) -> Markup {
    html! {
        @if !order.tickets.is_empty() {
            div.tickets { @for ticket in &order.tickets { (stub(visit, order, ticket)) } }
        }
    }
}

fn stub(visit: &Visit<'_>, order: &Order, ticket: &Ticket) -> Markup {
    let words = visit.words;
    let known = match_of!(order);
    let (key, class) = standing(ticket);
    let name = t_plain!(words, "ticket-of", n = ticket.seat, all = order.quantity);
    let code =
        ticket.qr.as_deref().and_then(|svg| picture(svg, &t_plain!(words, "ticket-code", ticket = name.as_str())));
    let (id, shown) = (format!("ticket-{}", ticket.seat), format!("show-{}", ticket.seat));
    html! {
        article.stub.across id=(id) tabindex="-1" aria-labelledby=(format!("{id}-name")) {
            div.part.stack {
                div.row.spread {
                    h2 id=(format!("{id}-name")) { (name) }
                    span class=(class) { (t!(words, &format!("ticket-{key}"))) }
                }
                div { p { b { (known.names(words)) } } (known.when_and_where(words)) }
                dl.facts.small {
                    dt { (t!(words, "ticket-category")) } dd { (t!(words, "category", n = order.category)) }
                    @if let Some(holder) = &ticket.holder_name { dt { (t!(words, "ticket-holder")) } dd { bdi { (holder) } } }
                    dt { (t!(words, "ticket-price")) } dd { (entry::amount(&ticket.price.amount, &ticket.price.currency, words)) }
                    @if let Some(used_at) = ticket.used_at {
                        dt { (t!(words, "ticket-used-at")) } dd { (entry::moment(used_at, known.zone(), words)) }
                    }
                }
                @if code.is_some() { (acts(visit, ticket, &name, &shown)) }
            }
            div.tear {}
            div.part {
                @if let Some(code) = code {
                    md-full {
                        div.qr id=(shown) tabindex="-1" {
                            (code)
                            p.what { b { (known.names(words)) } br; (name) " · " (t!(words, "category", n = order.category)) }
                            a.button.quiet.close href=(format!("#{id}")) { (t!(words, "ticket-close")) }
                        }
                    }
                } @else {
                    div.notice {
                        p { (t!(words, &format!("ticket-{key}-text"))) }
                        @if ticket.status == document::TicketStatus::LISTED {
                            p { a href=(visit.link("/sales")) { (t!(words, "ticket-offers")) } }
                        }
                    }
                }
            }
        }
    }
}

fn acts(visit: &Visit<'_>, ticket: &Ticket, name: &str, shown: &str) -> Markup {
    let words = visit.words;
    html! {
        div.row.noprint {
            a.button.quiet href=(format!("#{shown}")) aria-label=(t_plain!(words, "ticket-full-of", ticket = name)) {
                (t!(words, "ticket-full"))
            }
            @if let Some(pass) = &ticket.pass_url {
                a.button.quiet href=(pass) aria-label=(t_plain!(words, "ticket-pdf-of", ticket = name)) { (t!(words, "ticket-pdf")) }
            }
            a.button.quiet href=(visit.link(&format!("/sell/{}", ticket.id)))
                aria-label=(t_plain!(words, "ticket-sell-of", ticket = name)) { (t!(words, "ticket-sell")) }
        }
    }
}

/// How a ticket stands: the key of its words, and the shape of its sign.
fn standing(ticket: &Ticket) -> (&'static str, &'static str) {
    match ticket.status {
        document::TicketStatus::VALID if ticket.frozen_at.is_some() => ("frozen", "tag bad"),
        document::TicketStatus::VALID => ("valid", "tag good"),
        document::TicketStatus::LISTED => ("listed", "tag few"),
        document::TicketStatus::USED => ("used", "tag"),
        document::TicketStatus::REFUNDED => ("refunded", "tag"),
        document::TicketStatus::TRANSFERRED | document::TicketStatus::Other(_) => ("transferred", "tag"),
    }
}

/// Elements that a code is drawn of.
const ELEMENTS: [&str; 3] = ["svg", "rect", "path"];

/// And their attributes: none of them runs, loads or dresses anything.
const ATTRIBUTES: [&str; 13] = [
    "xmlns",
    "version",
    "width",
    "height",
    "viewBox",
    "shape-rendering",
    "x",
    "y",
    "fill",
    "d",
    "fill-rule",
    "transform",
    "preserveAspectRatio",
];

/// A code as an element of the page, under the name that is read out. What is more than a drawing of shapes is not shown: it
/// comes from another program, and stands in this page as it is.
fn picture(svg: &str, label: &str) -> Option<Markup> {
    let rest = svg.trim().strip_prefix("<svg ").filter(|_| is_drawing(svg.trim()))?;
    Some(html! {
        (PreEscaped("<svg role=\"img\" aria-label=\"")) (label) (PreEscaped("\" ")) (PreEscaped(rest))
    })
}

/// Whether an SVG element is made of nothing but known shapes.
fn is_drawing(svg: &str) -> bool {
    let mut rest = svg;
    while let Some((text, after)) = rest.split_once('<') {
        let Some((tag, following)) = after.split_once('>') else { return false };
        if !text.trim().is_empty() || !is_shape(tag) {
            return false;
        }
        rest = following;
    }
    rest.trim().is_empty() && svg.ends_with("</svg>")
}

/// Whether a tag is that of a shape: `/svg`, `path d="M0 0" fill="#000"/`.
fn is_shape(tag: &str) -> bool {
    if let Some(closed) = tag.strip_prefix('/') {
        return ELEMENTS.contains(&closed.trim_end());
    }
    let tag = tag.strip_suffix('/').unwrap_or(tag).trim_end();
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    while !rest.trim_start().is_empty() {
        let Some((attribute, after)) = rest.trim_start().split_once("=\"") else { return false };
        let Some((value, following)) = after.split_once('"') else { return false };
        let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .,-+#/:%()".contains(&byte));
        if !ATTRIBUTES.contains(&attribute) || !is_plain || value.contains("url(") {
            return false;
        }
        rest = following;
    }
    ELEMENTS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = concat!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="245" height="245" viewBox="0 0 245 245" "##,
        r##"shape-rendering="crispEdges"><rect x="0" y="0" width="245" height="245" fill="#ffffff"/>"##,
        r##"<path fill="#000000" d="M20 20h5v5H20V20M25 20h5v5H25V20"/></svg>"##,
    );

    #[test]
    fn a_code_is_drawn_under_a_name() {
        let drawn = picture(CODE, "Code of \"ticket\" 1").expect("it is a drawing").into_string();
        assert!(drawn.starts_with(r#"<svg role="img" aria-label="Code of &quot;ticket&quot; 1" xmlns="#), "{drawn}");
        assert!(drawn.ends_with("</svg>"));
    }

    #[test]
    fn what_is_more_than_a_drawing_is_not_shown() {
        for (what, with) in [
            ("</svg>", "<script>alert(1)</script></svg>"),
            ("<rect ", "<rect onload=\"x\" "),
            ("<rect ", "<rect style=\"fill:red\" "),
            ("<rect ", "<image href=\"x\" "),
            ("fill=\"#ffffff\"", "fill=\"url(#a)\""),
            ("fill=\"#ffffff\"", "fill=#ffffff"),
            ("</svg>", "</svg><p>"),
            ("</svg>", "text</svg>"),
            ("<path ", "<path d=\"&quot;\" "),
            ("<svg ", "<SVG "),
        ] {
            assert!(picture(&CODE.replace(what, with), "a code").is_none(), "{with}");
        }
    }
}
