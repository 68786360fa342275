//! Tickets as they are shown at a gate: the code large and dark on white, and beside it whose and for what it is.

use jiff::Timestamp;
use kit::{t, t_plain, visit::Visit};
use maud::{Markup, PreEscaped, html};

use super::{
    entry::{self, Match},
    path_of_ticket,
};

/// A ticket, whichever document asked for it.
pub(super) struct Ticket<'a> {
    pub(super) id: &'a str,
    pub(super) seat: i64,
    pub(super) category: i64,
    pub(super) standing: Standing,
    pub(super) qr: Option<&'a str>,
    pub(super) pass_url: Option<&'a str>,
    pub(super) holder_name: Option<&'a str>,
    pub(super) used_at: Option<Timestamp>,
    /// The email that it is offered or was given to, and until when it can be accepted.
    pub(super) given_to: Option<(&'a str, Timestamp)>,
}

/// How a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Valid,
    /// Valid, and offered to somebody for nothing.
    Offered,
    Frozen,
    Listed,
    Used,
    Refunded,
    Sold,
    Given,
}

impl Standing {
    /// Its part of the messages' keys, and the shape of its sign.
    pub(super) fn sign(self) -> (&'static str, &'static str) {
        match self {
            Self::Valid | Self::Offered => ("valid", "tag good"),
            Self::Frozen => ("frozen", "tag bad"),
            Self::Listed => ("listed", "tag few"),
            Self::Used => ("used", "tag"),
            Self::Refunded => ("refunded", "tag"),
            Self::Sold => ("transferred", "tag"),
            Self::Given => ("given", "tag"),
        }
    }
}

/// How a ticket stands that a document was answered.
macro_rules! standing_of_ticket {
    ($document:ident, $row:expr) => {{
        use $crate::pages::orders::tickets::Standing;

        let transfer = $row.transfer.as_ref().map(|transfer| &transfer.state);
        let is_given = transfer == Some(&$document::TicketTransferState::ACCEPTED);
        let is_offered = transfer == Some(&$document::TicketTransferState::PENDING);
        match $row.status {
            $document::TicketStatus::VALID if $row.frozen_at.is_some() => Standing::Frozen,
            $document::TicketStatus::VALID if is_offered => Standing::Offered,
            $document::TicketStatus::VALID => Standing::Valid,
            $document::TicketStatus::LISTED => Standing::Listed,
            $document::TicketStatus::USED => Standing::Used,
            $document::TicketStatus::REFUNDED => Standing::Refunded,
            $document::TicketStatus::TRANSFERRED if is_given => Standing::Given,
            $document::TicketStatus::TRANSFERRED | $document::TicketStatus::Other(_) => Standing::Sold,
        }
    }};
}

/// A ticket that a document was answered, of a category.
macro_rules! ticket {
    ($document:ident, $row:expr, $category:expr) => {
        $crate::pages::orders::tickets::Ticket {
            id: &$row.id,
            seat: $row.seat,
            category: $category,
            standing: $crate::pages::orders::tickets::standing_of_ticket!($document, $row),
            qr: $row.qr.as_deref(),
            pass_url: $row.pass_url.as_deref(),
            holder_name: $row.holder_name.as_deref(),
            used_at: $row.used_at,
            given_to: $row.transfer.as_ref().map(|transfer| (transfer.to.as_str(), transfer.until)),
        }
    };
}

pub(super) use {standing_of_ticket, ticket};

/// What is known of a ticket from its order, or from its match alone.
pub(super) struct Around<'a> {
    pub(super) known: &'a Match<'a>,
    /// Its name, such as "Ticket 1 of 2".
    pub(super) name: String,
    /// What was paid for it, where the visitor paid: an amount and its currency.
    pub(super) price: Option<(&'a str, &'a str)>,
    /// Whether this site lets it be given to others.
    pub(super) can_be_given: bool,
}

/// A ticket, with what its holder can do with it.
pub(super) fn stub(visit: &Visit<'_>, ticket: &Ticket<'_>, around: &Around<'_>) -> Markup {
    let (words, known, name) = (visit.words, around.known, around.name.as_str());
    let (key, class) = ticket.standing.sign();
    let code = ticket.qr.and_then(|svg| picture(svg, &t_plain!(words, "ticket-code", ticket = name)));
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
                    dt { (t!(words, "ticket-category")) } dd { (t!(words, "category", n = ticket.category)) }
                    @if let Some(holder) = ticket.holder_name { dt { (t!(words, "ticket-holder")) } dd { bdi { (holder) } } }
                    @if let Some((amount, currency)) = around.price {
                        dt { (t!(words, "ticket-price")) } dd { (entry::amount(amount, currency, words)) }
                    }
                    @if let Some(used_at) = ticket.used_at {
                        dt { (t!(words, "ticket-used-at")) } dd { (entry::moment(used_at, known.zone(), words)) }
                    }
                }
                @if code.is_some() { (acts(visit, ticket, around, &shown)) }
                @if ticket.standing == Standing::Offered { (offered(visit, ticket, around)) }
            }
            div.tear {}
            div.part {
                @if let Some(code) = code {
                    md-full {
                        div.qr id=(shown) tabindex="-1" {
                            (code)
                            p.what { b { (known.names(words)) } br; (name) " · " (t!(words, "category", n = ticket.category)) }
                            a.button.quiet.close href=(format!("#{id}")) { (t!(words, "ticket-close")) }
                        }
                    }
                } @else {
                    div.notice {
                        p { (t!(words, &format!("ticket-{key}-text"), to = ticket.given_to.map_or("", |(to, _)| to))) }
                        @if ticket.standing == Standing::Listed {
                            p { a href=(visit.link("/sales")) { (t!(words, "ticket-offers")) } }
                        }
                    }
                }
            }
        }
    }
}

fn acts(visit: &Visit<'_>, ticket: &Ticket<'_>, around: &Around<'_>, shown: &str) -> Markup {
    let (words, name) = (visit.words, around.name.as_str());
    html! {
        div.row.noprint {
            a.button.quiet href=(format!("#{shown}")) aria-label=(t_plain!(words, "ticket-full-of", ticket = name)) {
                (t!(words, "ticket-full"))
            }
            @if let Some(pass) = ticket.pass_url {
                a.button.quiet href=(pass) aria-label=(t_plain!(words, "ticket-pdf-of", ticket = name)) { (t!(words, "ticket-pdf")) }
            }
            @if around.can_be_given && ticket.standing == Standing::Valid {
                a.button.quiet href=(visit.link(&format!("{}/give", path_of_ticket(ticket.id))))
                    aria-label=(t_plain!(words, "ticket-give-of", ticket = name)) { (t!(words, "ticket-give")) }
            }
            a.button.quiet href=(visit.link(&format!("/sell/{}", ticket.id)))
                aria-label=(t_plain!(words, "ticket-sell-of", ticket = name)) { (t!(words, "ticket-sell")) }
        }
    }
}

/// Whom a ticket is offered to, and the way to take it back.
fn offered(visit: &Visit<'_>, ticket: &Ticket<'_>, around: &Around<'_>) -> Markup {
    let words = visit.words;
    html! {
        @if let Some((to, until)) = ticket.given_to {
            div.notice.warn.stack.tight.noprint {
                p { (t!(words, "give-pending", to = to)) }
                p.small { (t!(words, "give-pending-until")) " " (entry::moment(until, around.known.zone(), words)) }
                md-once {
                    form method="post" action=(visit.link(&format!("{}/take-back", path_of_ticket(ticket.id)))) {
                        button.button.quiet aria-label=(t_plain!(words, "give-take-back-of", ticket = around.name.as_str())) {
                            (t!(words, "give-take-back"))
                        }
                    }
                }
            }
        }
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
