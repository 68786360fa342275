//! The form of an offer, and the page that shows the fee and the payout before it is made.

use kit::{
    amount,
    form::{Form, Mistakes},
    layout::{Page, Section},
    money::money,
    t, t_plain,
    visit::Visit,
};
use maud::{Markup, html};

use super::{
    fields::{Draft, Read},
    terms::Terms,
};

/// What is offered, as a page of the form says it.
pub(super) struct Subject<'a> {
    /// Which page the form is of: `/sell/…`.
    pub(super) path: String,
    pub(super) heading: Markup,
    pub(super) facts: Markup,
    /// Fields beside those that every offer has, and the same as hidden ones.
    pub(super) more: Markup,
    pub(super) hidden: Markup,
    /// Whether this site issued it, with a code that opens the gate.
    pub(super) has_code: bool,
    pub(super) terms: Terms,
    pub(super) currency: &'a str,
    /// What the category costs, where that is known before the form is sent.
    pub(super) face: Option<&'a str>,
}

impl Subject<'_> {
    /// What is said of a price that the site does not take.
    pub(super) fn price_refused(&self, visit: &Visit<'_>) -> String {
        self.bounds(visit, "sell-price-bounds-wrong").unwrap_or_else(|| t_plain!(visit.words, "sell-price-refused"))
    }

    /// The lowest and the highest price, in the words of a message.
    fn bounds(&self, visit: &Visit<'_>, key: &str) -> Option<String> {
        let (least, most) = self.terms.bounds(self.face?)?;
        let shown = |amount: &str| money(amount, self.currency, visit.locale());
        Some(t_plain!(visit.words, key, least = shown(&least), most = shown(&most)))
    }

    /// Whether a price is within the bounds, as far as they are known here.
    pub(super) fn allows(&self, price: &str) -> bool {
        let bounds = self.face.and_then(|face| self.terms.bounds(face));
        let Some((least, most)) = bounds else { return true };
        let (price, least, most) = (amount::hundredths(price), amount::hundredths(&least), amount::hundredths(&most));
        price >= least && price <= most
    }

    /// The form, with what was entered and what is wrong with it; `notice` stands above it.
    pub(super) fn form(&self, visit: &Visit<'_>, draft: &Draft, mistakes: &Mistakes, notice: &Markup) -> Page {
        let words = visit.words;
        let example = amount::example(words.locale);
        let hint = self.bounds(visit, "sell-price-bounds");
        let hint = hint.unwrap_or_else(|| t_plain!(words, "sell-price-hint", example = example));
        let main = html! {
            (mistakes.summary(words))
            (notice)
            nav.crumbs aria-label=(t!(words, "resale-crumbs")) { a href=(visit.link("/sell")) { (t!(words, "sell-others")) } }
            div.two {
                div.stack {
                    h1 { (self.heading) }
                    md-once {
                        form.stack method="post" action=(visit.link(&self.path)) novalidate {
                            (visit.new_key())
                            (self.more)
                            (draft.fields(visit, self.currency, &hint, mistakes))
                            button.button.wide { (t!(words, "sell-review")) }
                            p.small.muted { (t!(words, "sell-review-text")) }
                        }
                    }
                }
                aside { div.sheet.stack { (self.facts) (self.what_happens(visit)) } }
            }
        };
        self.page(visit, main)
    }

    /// What is about to be offered, with the fee and the payout. It goes on with the same key.
    pub(super) fn review(&self, visit: &Visit<'_>, read: &Read, form: &Form) -> Page {
        let words = visit.words;
        let shown = |amount: &str| money(amount, self.currency, words.locale);
        let fee = self.terms.fee(&read.price).unwrap_or_default();
        let payout = amount::minus(&read.price, &fee).unwrap_or_default();
        let main = html! {
            nav.crumbs aria-label=(t!(words, "resale-crumbs")) { a href=(visit.link("/sell")) { (t!(words, "sell-others")) } }
            div.narrow.stack {
                h1 { (t!(words, "sell-check")) }
                div.sheet.stack {
                    (self.facts)
                    dl.facts {
                        dt { (t!(words, "sell-title")) } dd { bdi { (read.title) } }
                        @if !read.description.is_empty() {
                            dt { (t!(words, "sell-description")) }
                            dd { @for line in read.description.lines() { p { bdi { (line) } } } }
                        }
                    }
                    table.sum {
                        tbody {
                            tr { th scope="row" { (t!(words, "sell-buyer-pays")) } td { (shown(&read.price)) } }
                            tr { th scope="row" { (t!(words, "sell-fee", percent = self.terms.fee_percent)) } td { (shown(&fee)) } }
                            tr { th scope="row" { (t!(words, "sell-payout")) } td { (shown(&payout)) } }
                        }
                    }
                }
                md-once {
                    form.stack method="post" action=(visit.link(&self.path)) {
                        input type="hidden" name="idempotencyKey" value=(form.key().unwrap_or_default());
                        (self.hidden)
                        @for name in ["title", "description", "price"] {
                            input type="hidden" name=(name) value=(form.text(name));
                        }
                        button.button.wide name="step" value="offer" {
                            (t!(words, "sell-act-for", price = shown(&read.price), payout = shown(&payout)))
                        }
                        button.button.quiet.wide name="step" value="edit" { (t!(words, "sell-edit")) }
                    }
                }
                @if self.has_code { p.small.muted { (t!(words, "sell-code-dies")) } }
            }
        };
        self.page(visit, main)
    }

    /// What becomes of a ticket that is offered.
    fn what_happens(&self, visit: &Visit<'_>) -> Markup {
        let words = visit.words;
        html! {
            h2 { (t!(words, "sell-what-happens")) }
            ul.stack.tight.small {
                @if self.has_code { li { (t!(words, "sell-code-dies")) } }
                li { (t!(words, if self.has_code { "sell-can-withdraw" } else { "sell-can-withdraw-outside" })) }
                li { (t!(words, "sell-paid-out")) }
            }
        }
    }

    fn page(&self, visit: &Visit<'_>, main: Markup) -> Page {
        Page::new(Section::Resale, t!(visit.words, "sell-page-title"), main)
    }
}
