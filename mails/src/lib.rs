//! Mails as they are read: a subject, a plain text and a page, in the reader's language, at the venue's time.
//!
//! How they leave the program is the mailer's; what they are of, `domain::mails` says.

mod fixture;
mod gift;
mod html;
mod letter;
mod order;
mod part;
#[cfg(test)]
mod tests;
mod text;

use domain::mails::{Content, OutgoingMail};
use jiff::tz::TimeZone;
use localization::{
    locale::Locale,
    words::{Catalogue, Words},
};
use uuid::Uuid;

/// Fluent files, by language.
const WORDS: &[(Locale, &str)] = localization::sources!["mails"];

/// What stands for the code in the addresses of the site's pages.
pub const CODE: &str = "{code}";

/// What mails say of the site, and where they lead to.
pub struct Site {
    pub name: String,
    /// The language of readers who have chosen none.
    pub locale: Locale,
    /// Where visitors reach the site, without a slash at its end, if the operator has set that.
    pub home: Option<String>,
    /// Whether there are the storefront's pages at `home`.
    pub has_pages: bool,
    /// Pages that take a code, which stands where these have [`CODE`].
    pub verify_url: Option<String>,
    pub reset_url: Option<String>,
    pub transfer_url: Option<String>,
    /// Where fans write to the site's staff.
    pub support: Option<String>,
    pub colours: Colours,
    /// What clients call a reservation.
    pub reservation_id: fn(Uuid) -> String,
}

/// The colours of what is the site's own in a mail, `#rrggbb` each. Those of text are the same everywhere.
pub struct Colours {
    /// Of the band that names the site, its text and the line below it.
    pub band: String,
    pub on_band: String,
    pub band_line: String,
    /// Of buttons, and their text.
    pub accent: String,
    pub on_accent: String,
}

impl Site {
    /// A page of the storefront.
    fn page(&self, locale: Locale, path: &str) -> Option<String> {
        let home = self.home.as_ref().filter(|_| self.has_pages)?;
        Some(format!("{home}/{locale}{path}"))
    }

    /// The same, or where the site is reached if it has none.
    fn page_or_home(&self, locale: Locale, path: &str) -> Option<String> {
        self.page(locale, path).or_else(|| self.home.clone())
    }
}

/// Writes mails.
pub struct Writer {
    site: Site,
    catalogue: Catalogue,
}

/// A mail as it is read.
#[derive(Debug)]
pub struct Written {
    /// On one line.
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Writer {
    #[must_use]
    pub fn new(site: Site) -> Self {
        // Every time in a mail is in the zone of its match.
        Self { site, catalogue: Catalogue::new(WORDS, TimeZone::UTC) }
    }

    #[must_use]
    pub fn write(&self, mail: &OutgoingMail) -> Written {
        let words = self.words(mail);
        let letter = letter::of(&self.site, words, mail);
        let html = html::write(&self.site, words, &letter).into_string();

        Written { subject: plain(&letter.subject).replace(['\r', '\n'], " "), text: text::write(words, &letter), html }
    }

    fn words(&self, mail: &OutgoingMail) -> Words<'_> {
        let chosen = mail.locale.as_deref().and_then(Locale::of_tag);
        self.catalogue.of(chosen.unwrap_or(self.site.locale))
    }
}

/// The name of a kind of mails, as their files in the data folder are called by.
#[must_use]
pub fn name(content: &Content) -> &'static str {
    match content {
        Content::VerifyEmail { .. } => "verify-email",
        Content::ResetPassword { .. } => "reset-password",
        Content::PasswordChanged => "password-changed",
        Content::AccountDeleted => "account-deleted",
        Content::HoldPlaced(_) => "hold-placed",
        Content::HoldExpired(_) => "hold-expired",
        Content::Paid { .. } => "paid",
        Content::PaidUnconfirmed(_) => "paid-unconfirmed",
        Content::Bought(_) => "bought",
        Content::ListingSold(_) => "listing-sold",
        Content::Refunded { .. } => "refunded",
        Content::TicketOffered { .. } => "ticket-offered",
        Content::TicketAccepted(_) => "ticket-accepted",
    }
}

/// Without the marks that isolate a name from the text around it.
fn plain(text: &str) -> String {
    text.replace(['\u{2068}', '\u{2069}'], "")
}
