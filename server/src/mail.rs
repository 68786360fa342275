//! The mailer: how mails leave the program. Through SMTP where a server is configured, else into a folder and the log.

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{
    accounts::emails,
    mails::{Content, DeliveryError, Mailer, OutgoingMail},
};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Attachment, Mailbox, MultiPart,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
    transport::smtp,
};

use kit::theme::Theme;
use mails::CODE;
use resolvers::ids::NodeId;

use crate::{
    config::Config,
    data_dir::DataDir,
    failure::Failure,
    passes::{Printer, Unprinted},
};

/// How long a server may take for a step of the exchange; all of them are far below the first wait of a mail.
const PATIENCE: Duration = Duration::from_secs(10);

/// The mailer of this program.
///
/// # Errors
///
/// The settings name no server or sender, the folder can't be made, or the operator's colours can't be used.
pub(crate) fn mailer(config: &Config, data_dir: &DataDir, printer: &Arc<Printer>) -> Result<Arc<dyn Mailer>, Failure> {
    let folder = config.web.overrides.as_deref();
    let theme = folder.map(Theme::read).transpose().map_err(Failure::Overrides)?.unwrap_or_default();
    let writer = Writer {
        from: sender(&config.mail.from)?,
        texts: mails::Writer::new(site(config, &theme)),
        printer: Arc::clone(printer),
    };
    let Some(url) = &config.mail.smtp_url else {
        return Ok(Arc::new(Folder { writer, path: data_dir.mails()? }));
    };
    let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose())
        .map_err(|error| Failure::Mail(format!("MATCHDAY_MAIL_SMTP_URL: {error}")))?
        .timeout(Some(PATIENCE))
        .build();

    Ok(Arc::new(Smtp { writer, server }))
}

/// What mails say of the site, and where they lead to.
fn site(config: &Config, theme: &Theme) -> mails::Site {
    let home = config.http.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
    let has_pages = config.web.storefront;
    // The page that the settings name, or else the site's own, if it has pages and knows its address.
    let page_of_code = |named: Option<&String>, page: &str| {
        let own = || Some(format!("{}/{page}?code={CODE}", home.as_ref().filter(|_| has_pages)?));
        named.cloned().or_else(own)
    };
    mails::Site {
        name: config.site_name().to_owned(),
        locale: config.web.locale(),
        verify_url: page_of_code(config.mail.verify_url.as_ref(), "verify"),
        reset_url: page_of_code(config.mail.reset_url.as_ref(), "reset"),
        transfer_url: page_of_code(config.mail.transfer_url.as_ref(), "tickets/accept"),
        has_pages,
        support: config.web.support.clone(),
        colours: mails::Colours {
            band: theme.light("band"),
            on_band: theme.light("on-band"),
            band_line: theme.light("band-mark"),
            accent: theme.light("accent"),
            on_accent: theme.light("on-accent"),
        },
        reservation_id: |id| async_graphql::ID::from(NodeId::Reservation(id)).to_string(),
        home,
    }
}

/// Whom mails are from; its domain may be written in any script.
fn sender(from: &str) -> Result<Mailbox, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::Mail(format!("MATCHDAY_MAIL_FROM: {error}"));
    let from: Mailbox = from.parse().map_err(|error| wrong(&error))?;
    // An address of this machine, such as tickets@localhost, has no other form.
    let email = emails::on_the_wire(from.email.as_ref()).unwrap_or_else(|| from.email.to_string());
    Ok(Mailbox::new(from.name, email.parse().map_err(|error| wrong(&error))?))
}

/// Writes mails as messages.
struct Writer {
    from: Mailbox,
    texts: mails::Writer,
    printer: Arc<Printer>,
}

impl Writer {
    async fn message(&self, mail: &OutgoingMail) -> Result<(Message, String), DeliveryError> {
        let permanent = |error: &dyn std::fmt::Display| DeliveryError::Permanent(error.to_string());
        let written = self.texts.write(mail);
        let address =
            emails::on_the_wire(&mail.to).ok_or_else(|| permanent(&"not an address that mail can be sent to"))?;
        let address: Address = address.parse().map_err(|error| permanent(&error))?;
        let text = MultiPart::alternative_plain_html(written.text.clone(), written.html);
        let body = match self.attached(mail).await? {
            Some(pdf) => {
                let pdf = Attachment::new("tickets.pdf".to_owned()).body(pdf, pdf_type());
                MultiPart::mixed().multipart(text).singlepart(pdf)
            }
            None => text,
        };
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(mail.name.clone(), address))
            .subject(written.subject)
            .date_now()
            .message_id(None)
            .header(AutoSubmitted)
            .multipart(body)
            .map_err(|error| permanent(&error))?;

        Ok((message, written.text))
    }

    /// The tickets that a mail brings, as a PDF.
    async fn attached(&self, mail: &OutgoingMail) -> Result<Option<Vec<u8>>, DeliveryError> {
        let Content::Paid { passes, .. } = &mail.content else { return Ok(None) };
        match self.printer.print(passes.clone()).await {
            Ok(pdf) => Ok(Some(pdf)),
            Err(error @ (Unprinted::Busy | Unprinted::Failed(_))) => Err(DeliveryError::Transient(error.to_string())),
        }
    }
}

/// Says that a program wrote the mail (RFC 3834): no vacation responder answers it.
#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

impl AutoSubmitted {
    const VALUE: &str = "auto-generated";
}

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(value: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        if value == Self::VALUE { Ok(Self) } else { Err("it is written as auto-generated alone".into()) }
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), Self::VALUE.to_owned())
    }
}

fn pdf_type() -> ContentType {
    ContentType::parse("application/pdf").expect("it is the name of a type")
}

struct Smtp {
    writer: Writer,
    server: AsyncSmtpTransport<Tokio1Executor>,
}

#[async_trait]
impl Mailer for Smtp {
    async fn deliver(&self, mail: &OutgoingMail) -> Result<(), DeliveryError> {
        let (message, _) = self.writer.message(mail).await?;
        self.server.send(message).await.map(drop).map_err(|error: smtp::Error| match error.is_permanent() {
            true => DeliveryError::Permanent(error.to_string()),
            false => DeliveryError::Transient(error.to_string()),
        })
    }
}

/// For one machine: the developer who runs the program reads the mail.
struct Folder {
    writer: Writer,
    path: PathBuf,
}

#[async_trait]
impl Mailer for Folder {
    async fn deliver(&self, mail: &OutgoingMail) -> Result<(), DeliveryError> {
        let (message, text) = self.writer.message(mail).await?;
        let name = mails::name(&mail.content);
        // The time in a version 7 id puts the files in order.
        let file = self.path.join(format!("{}-{name}.eml", uuid::Uuid::now_v7()));
        tokio::fs::write(&file, message.formatted())
            .await
            .map_err(|error| DeliveryError::Transient(format!("{}: {error}", file.display())))?;
        tracing::info!(to = mail.to, file = %file.display(), text, "mail stored, not sent");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_leads_to_the_sites_own_pages_where_it_has_any_and_to_named_ones_first() {
        let mut config = Config::default();
        let site = |config: &Config| site(config, &Theme::default());
        let page = |config: &Config| site(config).verify_url;
        assert_eq!(page(&config), None, "without an address there is no link");

        config.http.public_url = Some("https://tickets.example/".to_owned());
        assert_eq!(page(&config).as_deref(), Some("https://tickets.example/verify?code={code}"));
        assert_eq!(site(&config).reset_url.as_deref(), Some("https://tickets.example/reset?code={code}"));
        config.web.storefront = false;
        assert_eq!(page(&config), None, "the site has no pages");
        config.mail.verify_url = Some("https://shop.example/v/{code}".to_owned());
        config.web.storefront = true;
        assert_eq!(page(&config).as_deref(), Some("https://shop.example/v/{code}"));
    }

    #[test]
    fn what_an_account_may_be_opened_with_can_be_put_into_a_mail_in_ascii() {
        for email in [
            "fan@example.com",
            "Fan.Of+tickets@Example.Com",
            "o'brien_{1}@mail.example.co.uk",
            "!#$%&'*+-/=?^_`{|}~@example.com",
            "fan@münchen.example",
            "fan@例え.テスト",
            "fan@مثال.إختبار",
            &format!("{}@{}.example", "a".repeat(64), "b".repeat(63)),
        ] {
            let wire = emails::on_the_wire(email).unwrap_or_else(|| panic!("{email} can be sent to"));
            let address: Address = wire.parse().unwrap_or_else(|error| panic!("{email}: {error}"));
            let message = Message::builder()
                .from(sender("Tickets <tickets@bücher.example>").expect("it is a sender"))
                .to(Mailbox::new(Some("Ana Ñandú, 山田 & Co".to_owned()), address))
                .header(AutoSubmitted)
                .body(String::new())
                .unwrap_or_else(|error| panic!("{email}: {error}"));
            let envelope = message.envelope();
            assert!(envelope.to().iter().chain(envelope.from()).all(|one| one.to_string().is_ascii()), "{email}");
            let written = message.formatted();
            assert!(written.is_ascii(), "{}", String::from_utf8_lossy(&written));
            assert!(String::from_utf8_lossy(&written).contains("Auto-Submitted: auto-generated"));
        }
    }
}
