//! What a mail says, part by part, before it is a text or a page.

use domain::mails::{Content, OutgoingMail, ReservationFacts, TransferFacts};
use localization::{t, words::Words};

use crate::{CODE, Site, gift::Gift, order::Order, part::Part};

/// A mail in its parts, from top to bottom.
pub(crate) struct Letter {
    pub(crate) subject: String,
    pub(crate) parts: Vec<Part>,
}

/// Writes the parts of one letter.
struct Pen<'a> {
    site: &'a Site,
    words: Words<'a>,
    letter: Letter,
}

pub(crate) fn of(site: &Site, words: Words<'_>, mail: &OutgoingMail) -> Letter {
    let mut pen = Pen { site, words, letter: Letter { subject: String::new(), parts: Vec::new() } };
    pen.paragraph(match &mail.name {
        Some(name) => t!(words, "mail-hello", name = name.as_str()),
        None => t!(words, "mail-hello-unnamed"),
    });
    match &mail.content {
        Content::VerifyEmail { code } => pen.code("verify-email", site.verify_url.as_deref(), code),
        Content::ResetPassword { code } => pen.code("reset-password", site.reset_url.as_deref(), code),
        Content::PasswordChanged => pen.password_changed(&mail.to),
        Content::AccountDeleted => pen.account_deleted(),
        Content::HoldPlaced(facts) => pen.hold_placed(facts),
        Content::HoldExpired(facts) => pen.hold_expired(facts),
        Content::Paid { facts, passes } => pen.paid(facts, passes.len()),
        Content::PaidUnconfirmed(facts) => pen.paid_unconfirmed(facts),
        Content::Bought(facts) => pen.bought(facts),
        Content::ListingSold(facts) => pen.listing_sold(facts),
        Content::Refunded { facts, amount_minor } => pen.refunded(facts, *amount_minor),
        Content::TicketOffered { facts, code, giver_email } => pen.ticket_offered(facts, code, giver_email.as_deref()),
        Content::TicketAccepted(facts) => pen.ticket_accepted(facts),
    }
    pen.letter
}

impl Pen<'_> {
    fn subject(&mut self, text: impl Into<String>) {
        self.letter.subject = text.into();
    }

    fn paragraph(&mut self, text: impl Into<String>) {
        self.letter.parts.push(Part::Paragraph(text.into()));
    }

    fn note(&mut self, text: impl Into<String>) {
        self.letter.parts.push(Part::Note(text.into()));
    }

    /// Leads on to a page, where there is one.
    fn link(&mut self, label: &str, url: Option<String>) {
        let label = t!(self.words, label).into_owned();
        self.letter.parts.extend(url.map(|url| Part::Link { label, url }));
    }

    /// Leads to the page of an order.
    fn order(&mut self, label: &str, order: &Order<'_>) {
        let id = (self.site.reservation_id)(order.row.id);
        self.link(label, self.site.page_or_home(self.words.locale, &format!("/orders/{id}")));
    }

    /// A code to be taken to a page, or to be typed where there is none to lead to.
    fn code(&mut self, kind: &str, page: Option<&str>, code: &str) {
        let words = self.words;
        let of_site = |part: &str| t!(words, &format!("{kind}-{part}"), site = self.site.name.as_str());
        let (subject, text) = (of_site("subject"), of_site("text"));
        self.subject(subject);
        self.paragraph(text);
        self.way(&format!("{kind}-link"), page, code);
        self.note(t!(words, &format!("{kind}-note")));
    }

    /// The page that takes a code, or the code itself where there is none.
    fn way(&mut self, label: &str, page: Option<&str>, code: &str) {
        if let Some(page) = page {
            self.link(label, Some(page.replace(CODE, code)));
        } else {
            self.paragraph(t!(self.words, "mail-enter-code", site = self.site.name.as_str()));
            self.letter.parts.push(Part::Code(code.to_owned()));
            self.link("mail-open-site", self.site.home.clone());
        }
    }

    fn password_changed(&mut self, email: &str) {
        let (words, site) = (self.words, self.site.name.as_str());
        self.subject(t!(words, "password-changed-subject", site = site));
        self.paragraph(t!(words, "password-changed-text", site = site, email = email));
        self.paragraph(t!(words, "password-changed-warning"));
        self.link("password-changed-link", self.site.page(words.locale, "/forgotten"));
    }

    fn account_deleted(&mut self) {
        let (words, site) = (self.words, self.site.name.as_str());
        self.subject(t!(words, "account-deleted-subject", site = site));
        self.paragraph(t!(words, "account-deleted-text", site = site));
        self.paragraph(t!(words, "account-deleted-kept"));
        self.note(t!(words, "account-deleted-note"));
    }

    fn hold_placed(&mut self, facts: &ReservationFacts) {
        let (words, order) = (self.words, Order::of(facts, self.words));
        let (site, quantity) = (self.site.name.as_str(), order.row.quantity);
        self.subject(t!(words, "hold-placed-subject", until = order.until(), fixture = order.fixture()));
        self.paragraph(t!(words, "hold-placed-text", n = quantity, site = site));
        self.letter.parts.push(order.bought());
        self.paragraph(t!(words, "hold-placed-until", until = order.until()));
        self.order("hold-placed-link", &order);
        self.note(t!(words, "hold-placed-note"));
    }

    fn hold_expired(&mut self, facts: &ReservationFacts) {
        let (words, order) = (self.words, Order::of(facts, self.words));
        let (site, quantity) = (self.site.name.as_str(), order.row.quantity);
        self.subject(t!(words, "hold-expired-subject", fixture = order.fixture()));
        self.paragraph(t!(words, "hold-expired-text", n = quantity, site = site, until = order.until()));
        self.letter.parts.push(order.bought());
        self.paragraph(t!(words, "hold-expired-again"));
        let page = format!("/matches/{}", facts.match_facts.match_number);
        self.link("hold-expired-link", self.site.page_or_home(words.locale, &page));
    }

    fn paid(&mut self, facts: &ReservationFacts, tickets: usize) {
        let (words, order) = (self.words, Order::of(facts, self.words));
        self.subject(t!(words, "paid-subject", n = tickets, fixture = order.fixture()));
        self.paragraph(t!(words, "paid-text", n = tickets));
        self.letter.parts.push(order.bought());
        self.paragraph(t!(words, "paid-gate"));
        self.order("mail-open-order", &order);
    }

    fn paid_unconfirmed(&mut self, facts: &ReservationFacts) {
        let (words, order) = (self.words, Order::of(facts, self.words));
        let (site, quantity) = (self.site.name.as_str(), order.row.quantity);
        self.subject(t!(words, "paid-unconfirmed-subject", fixture = order.fixture()));
        self.paragraph(t!(words, "paid-unconfirmed-text"));
        self.letter.parts.push(order.bought());
        self.paragraph(t!(words, "paid-unconfirmed-sign-in", n = quantity, site = site));
        self.order("mail-open-order", &order);
        self.note(t!(words, "paid-unconfirmed-note"));
    }

    fn bought(&mut self, facts: &ReservationFacts) {
        let (words, order) = (self.words, Order::of(facts, self.words));
        self.subject(t!(words, "bought-subject", fixture = order.fixture()));
        self.paragraph(t!(words, "bought-text"));
        self.letter.parts.push(order.ticket());
        self.order("mail-open-order", &order);
        self.note(t!(words, "bought-note", site = self.site.name.as_str()));
    }

    fn listing_sold(&mut self, facts: &ReservationFacts) {
        let (words, order) = (self.words, Order::of(facts, self.words));
        self.subject(t!(words, "listing-sold-subject", fixture = order.fixture()));
        self.paragraph(t!(words, "listing-sold-text", site = self.site.name.as_str()));
        self.letter.parts.push(order.ticket());
        self.paragraph(t!(words, "listing-sold-gate"));
        self.paragraph(t!(words, "listing-sold-payout"));
        self.link("listing-sold-link", self.site.page_or_home(words.locale, "/sales"));
    }

    fn refunded(&mut self, facts: &ReservationFacts, minor: i64) {
        let (words, order) = (self.words, Order::of(facts, self.words));
        let (returned, quantity) = (order.row.returned, order.row.quantity);
        let amount = order.amount(minor);
        let is_whole = returned == quantity;
        self.subject(t!(words, "refunded-subject", fixture = order.fixture()));
        self.paragraph(match is_whole {
            true => t!(words, "refunded-all", n = quantity),
            false => t!(words, "refunded-some", returned = returned, n = quantity),
        });
        self.letter.parts.push(order.facts(Some(returned), &amount));
        let site = self.site.name.as_str();
        self.paragraph(t!(words, "refunded-money", amount = amount, total = order.total(), site = site));
        self.order("mail-open-order", &order);
        self.note(t!(words, if is_whole { "refunded-gate" } else { "refunded-gate-others" }));
    }

    fn ticket_offered(&mut self, facts: &TransferFacts, code: &str, giver: Option<&str>) {
        let (words, site, gift) = (self.words, self.site.name.as_str(), Gift::of(facts, self.words));
        self.subject(t!(words, "ticket-offered-subject", fixture = gift.fixture()));
        self.paragraph(match giver {
            Some(giver) => t!(words, "ticket-offered-text", giver = giver, site = site),
            None => t!(words, "ticket-offered-text-unnamed", site = site),
        });
        self.letter.parts.push(gift.ticket());
        self.way("ticket-offered-link", self.site.transfer_url.as_deref(), code);
        self.paragraph(t!(words, "ticket-offered-until", until = gift.until(), site = site));
        self.note(t!(words, "ticket-offered-note"));
    }

    fn ticket_accepted(&mut self, facts: &TransferFacts) {
        let (words, gift) = (self.words, Gift::of(facts, self.words));
        self.subject(t!(words, "ticket-accepted-subject", fixture = gift.fixture()));
        self.paragraph(t!(words, "ticket-accepted-text", to = facts.transfer.recipient.as_str()));
        self.letter.parts.push(gift.ticket());
        self.paragraph(t!(words, "ticket-accepted-gate"));
        self.link("ticket-accepted-link", self.site.page_or_home(words.locale, "/orders"));
        self.note(t!(words, "ticket-accepted-note"));
    }
}
