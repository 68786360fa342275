//! Templates: the texts of mails, from `server/mails`, a plain and an HTML one each; the subject is the plain one's
//! first line. Values are escaped in HTML.

use domain::mails::{Content, OutgoingMail, ReservationFacts};
use entities::money;
use minijinja::{Environment, Error, Value, context};

use crate::config::Config;

const TEMPLATES: [(&str, &str); 20] = [
    ("verify-email.txt", include_str!("../../mails/verify-email.txt")),
    ("verify-email.html", include_str!("../../mails/verify-email.html")),
    ("reset-password.txt", include_str!("../../mails/reset-password.txt")),
    ("reset-password.html", include_str!("../../mails/reset-password.html")),
    ("password-changed.txt", include_str!("../../mails/password-changed.txt")),
    ("password-changed.html", include_str!("../../mails/password-changed.html")),
    ("hold-placed.txt", include_str!("../../mails/hold-placed.txt")),
    ("hold-placed.html", include_str!("../../mails/hold-placed.html")),
    ("hold-expired.txt", include_str!("../../mails/hold-expired.txt")),
    ("hold-expired.html", include_str!("../../mails/hold-expired.html")),
    ("paid.txt", include_str!("../../mails/paid.txt")),
    ("paid.html", include_str!("../../mails/paid.html")),
    ("paid-unconfirmed.txt", include_str!("../../mails/paid-unconfirmed.txt")),
    ("paid-unconfirmed.html", include_str!("../../mails/paid-unconfirmed.html")),
    ("bought.txt", include_str!("../../mails/bought.txt")),
    ("bought.html", include_str!("../../mails/bought.html")),
    ("listing-sold.txt", include_str!("../../mails/listing-sold.txt")),
    ("listing-sold.html", include_str!("../../mails/listing-sold.html")),
    ("refunded.txt", include_str!("../../mails/refunded.txt")),
    ("refunded.html", include_str!("../../mails/refunded.html")),
];

/// What stands for the code in the addresses of the site's pages.
const CODE: &str = "{code}";

pub(super) struct Templates {
    environment: Environment<'static>,
    site: String,
    verify_url: Option<String>,
    reset_url: Option<String>,
    /// Where the site is reached, if the operator has set that.
    home: Option<String>,
}

/// A mail as it is read.
pub(super) struct Written {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

impl Templates {
    pub(super) fn new(config: &Config) -> Self {
        let mut environment = Environment::new();
        for (name, text) in TEMPLATES {
            environment.add_template(name, text).expect("the templates of the program are well formed");
        }

        Self {
            environment,
            site: config.site_name().to_owned(),
            verify_url: page_of_code(config, config.mail.verify_url.as_ref(), "verify"),
            reset_url: page_of_code(config, config.mail.reset_url.as_ref(), "reset"),
            home: config.http.public_url.clone(),
        }
    }

    pub(super) fn write(&self, mail: &OutgoingMail) -> Result<Written, Error> {
        let template = name(&mail.content);
        let of_code = |url: &Option<String>, code: &String| {
            context! { code, link => url.as_ref().map(|url| url.replace(CODE, code)) }
        };
        let of_content = match &mail.content {
            Content::VerifyEmail { code } => of_code(&self.verify_url, code),
            Content::ResetPassword { code } => of_code(&self.reset_url, code),
            Content::PasswordChanged => context! {},
            Content::HoldPlaced(facts) | Content::HoldExpired(facts) | Content::PaidUnconfirmed(facts) => {
                of_reservation(facts)
            }
            Content::Bought(facts) | Content::ListingSold(facts) => of_reservation(facts),
            Content::Paid { facts, passes } => context! { count => passes.len(), ..of_reservation(facts) },
            Content::Refunded { facts, amount_minor } => {
                context! { amount => amount(*amount_minor), ..of_reservation(facts) }
            }
        };
        let values =
            context! { name => &mail.name, email => &mail.to, site => &self.site, home => &self.home, ..of_content };
        let text = self.environment.get_template(&format!("{template}.txt"))?.render(&values)?;
        let html = self.environment.get_template(&format!("{template}.html"))?.render(&values)?;
        let (subject, text) = text.split_once('\n').unwrap_or((template, &text));

        Ok(Written { subject: subject.to_owned(), text: text.trim_start().to_owned(), html })
    }
}

/// The page that takes a code: the one that the settings name, or else the site's own, if it has pages and knows its address.
fn page_of_code(config: &Config, named: Option<&String>, page: &str) -> Option<String> {
    let home = config.http.public_url.as_deref().filter(|_| config.web.storefront);
    named.cloned().or_else(|| Some(format!("{}/{page}?code={CODE}", home?.trim_end_matches('/'))))
}

/// The name of a mail's templates.
pub(super) fn name(content: &Content) -> &'static str {
    match content {
        Content::VerifyEmail { .. } => "verify-email",
        Content::ResetPassword { .. } => "reset-password",
        Content::PasswordChanged => "password-changed",
        Content::HoldPlaced(_) => "hold-placed",
        Content::HoldExpired(_) => "hold-expired",
        Content::Paid { .. } => "paid",
        Content::PaidUnconfirmed(_) => "paid-unconfirmed",
        Content::Bought(_) => "bought",
        Content::ListingSold(_) => "listing-sold",
        Content::Refunded { .. } => "refunded",
    }
}

/// What mails say of a reservation.
fn of_reservation(ReservationFacts { reservation, match_facts }: &ReservationFacts) -> Value {
    context! {
        home_team => &match_facts.home_team,
        away_team => &match_facts.away_team,
        kick_off => match_facts.date_utc.format("%A, %-d %B %Y, %H:%M UTC").to_string(),
        venue => &match_facts.location,
        category => reservation.category.number(),
        quantity => reservation.quantity,
        returned => reservation.returned,
        total => amount(reservation.unit_price_minor * i64::from(reservation.quantity)),
        until => reservation.expires_at.format("%-d %B %Y, %H:%M UTC").to_string(),
    }
}

fn amount(minor: i64) -> String {
    format!("{} {}", money::to_decimal(minor), money::CURRENCY)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::DateTime;
    use entities::{
        category::Category,
        matches,
        reservation::{self, Status},
    };
    use uuid::Uuid;

    use super::*;

    fn mail(content: Content) -> OutgoingMail {
        OutgoingMail { to: "ana@example.com".to_owned(), name: Some("<b>Ana & Co</b>".to_owned()), content }
    }

    #[test]
    fn a_mail_gives_the_code_and_where_to_take_it_and_escapes_what_a_fan_typed() {
        let mut config = Config::default();
        let content = Content::ResetPassword { code: "c-0_de".to_owned() };

        let bare = Templates::new(&config).write(&mail(content.clone())).expect("it can be written");
        assert!(bare.subject.contains("password") && !bare.subject.contains('\n'));
        assert!(bare.text.contains("c-0_de") && bare.html.contains("c-0_de"), "{} {}", bare.text, bare.html);
        let changed = Templates::new(&config).write(&mail(Content::PasswordChanged)).expect("it can be written");
        assert!(changed.text.contains("<b>Ana & Co</b>"), "{}", changed.text);
        assert!(changed.html.contains("&lt;b&gt;Ana &amp; Co") && !changed.html.contains("<b>Ana"), "{}", changed.html);

        config.mail.reset_url = Some("https://shop.example/reset?code={code}".to_owned());
        let linked = Templates::new(&config).write(&mail(content)).expect("it can be written");
        assert!(linked.text.contains("https://shop.example/reset?code=c-0_de"), "{}", linked.text);
        assert!(linked.html.contains("shop.example"), "{}", linked.html);
    }

    #[test]
    fn a_mail_leads_to_the_sites_own_pages_where_it_has_any_and_to_named_ones_first() {
        let mut config = Config::default();
        let link = |config: &Config| {
            let content = Content::VerifyEmail { code: "c0de".to_owned() };
            Templates::new(config).write(&mail(content)).expect("it can be written").text
        };
        assert!(!link(&config).contains("http"), "without an address there is no link");

        config.http.public_url = Some("https://tickets.example/".to_owned());
        assert!(link(&config).contains("https://tickets.example/verify?code=c0de"));
        config.web.storefront = false;
        assert!(!link(&config).contains("/verify"), "the site has no pages");
        config.mail.verify_url = Some("https://shop.example/v/{code}".to_owned());
        config.web.storefront = true;
        assert!(link(&config).contains("https://shop.example/v/c0de"));
    }

    fn facts() -> ReservationFacts {
        let at = DateTime::from_timestamp(1_668_960_000, 0).expect("it is a time");
        ReservationFacts {
            reservation: reservation::Model {
                id: Uuid::nil(),
                user_id: Uuid::nil(),
                match_number: 1,
                category: Category::Two,
                quantity: 2,
                unit_price_minor: 7_500,
                status: Status::Pending,
                cancel_reason: None,
                created_at: at,
                expires_at: at,
                version: 1,
                idempotency_key: None,
                listing_id: None,
                returned: 0,
                extensions: 0,
                ended_at: None,
            },
            match_facts: matches::Model {
                match_number: 1,
                round_number: 1,
                date_utc: at,
                location: "Al <Bayt>".to_owned(),
                home_team: "Qatar & Co".to_owned(),
                away_team: "Ecuador".to_owned(),
                group_name: None,
                version: 1,
                closed: false,
            },
        }
    }

    #[test]
    fn a_mail_about_a_reservation_says_of_what_and_until_when() {
        let mut config = Config::default();
        config.http.public_url = Some("https://tickets.example".to_owned());

        let written = Templates::new(&config).write(&mail(Content::HoldPlaced(facts()))).expect("it can be written");

        assert_eq!(written.subject, "Yours until 20 November 2022, 16:00 UTC: Qatar & Co v Ecuador");
        for part in ["Al <Bayt>", "Category 2, 2 tickets, 150.00 USD", "https://tickets.example"] {
            assert!(written.text.contains(part), "{part} is missing: {}", written.text);
        }
        assert!(
            written.html.contains("Qatar &amp; Co v Ecuador") && !written.html.contains("<Bayt>"),
            "{}",
            written.html
        );
    }

    fn returned(returned: i32) -> ReservationFacts {
        let facts = facts();
        ReservationFacts { reservation: reservation::Model { returned, ..facts.reservation }, ..facts }
    }

    #[test]
    fn a_mail_of_a_refund_says_for_how_many_tickets_and_how_much_of_what_was_paid() {
        let templates = Templates::new(&Config::default());
        for (tickets, minor, parts) in [
            (1, 7_500, ["1 of your 2 tickets was given back", "2, 1 ticket, 75.00 USD", "75.00 USD of the 150.00 USD"]),
            (2, 15_000, ["your 2 tickets were given back", "2, 2 tickets, 150.00 USD", "150.00 USD of the 150.00"]),
        ] {
            let content = Content::Refunded { facts: returned(tickets), amount_minor: minor };
            let written = templates.write(&mail(content)).expect("it can be written");
            for part in parts {
                assert!(written.text.contains(part), "{part} is missing: {}", written.text);
                assert!(written.html.contains(part), "{part} is missing: {}", written.html);
            }
        }
    }

    #[test]
    fn mails_call_the_site_by_its_name_and_say_what_a_fan_does_with_a_code() {
        let mut config = Config { client_id: "shop-7".to_owned(), ..Config::default() };
        config.site_name = Some("Cup Tickets".to_owned());
        let code = || "c0de".to_owned();
        for content in [Content::VerifyEmail { code: code() }, Content::ResetPassword { code: code() }] {
            let written = Templates::new(&config).write(&mail(content)).expect("it can be written");
            let whole = format!("{}{}{}", written.subject, written.text, written.html);
            assert!(whole.contains("Cup Tickets") && written.text.contains("nter this code"), "{whole}");
            for word in ["shop-7", "resetPassword", "verifyEmail", "Ana"] {
                assert!(!whole.contains(word), "{word}: {whole}");
            }
        }
    }

    /// Walks all contents: a new one has no place here until it is written below as well.
    fn following(content: &Content) -> Option<Content> {
        let code = || "code".to_owned();
        Some(match content {
            Content::VerifyEmail { .. } => Content::ResetPassword { code: code() },
            Content::ResetPassword { .. } => Content::PasswordChanged,
            Content::PasswordChanged => Content::HoldPlaced(facts()),
            Content::HoldPlaced(_) => Content::HoldExpired(facts()),
            Content::HoldExpired(_) => Content::Paid { facts: facts(), passes: Vec::new() },
            Content::Paid { .. } => Content::PaidUnconfirmed(facts()),
            Content::PaidUnconfirmed(_) => Content::Bought(facts()),
            Content::Bought(_) => Content::ListingSold(facts()),
            Content::ListingSold(_) => Content::Refunded { facts: returned(2), amount_minor: 15_000 },
            Content::Refunded { .. } => return None,
        })
    }

    #[test]
    fn every_mail_can_be_written() {
        let templates = Templates::new(&Config::default());
        let first = Content::VerifyEmail { code: "code".to_owned() };
        let mut used = BTreeSet::new();
        for content in std::iter::successors(Some(first), following) {
            used.extend(["txt", "html"].map(|ending| format!("{}.{ending}", name(&content))));
            let written = templates.write(&mail(content)).expect("it can be written");
            for part in [&written.subject, &written.text, &written.html] {
                assert!(!part.is_empty() && !part.contains("{{") && !part.contains("none"), "{part}");
            }
        }
        assert_eq!(used, TEMPLATES.map(|(name, _)| name.to_owned()).into(), "each template is of one mail");
    }
}
