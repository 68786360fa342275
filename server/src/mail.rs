//! The post: how mails leave the house. Through SMTP where a server is configured, else into a folder and the log.

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::mails::{Content, Letter, Post, Undelivered};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp,
};

use crate::{config::Config, data_dir::DataDir, failure::Failure, mail::templates::Templates};

mod templates;

/// How long a server may take for a step of the exchange; all of them are far below the first wait of a mail.
const PATIENCE: Duration = Duration::from_secs(10);

/// The post of this program.
///
/// # Errors
///
/// The settings name no server or sender, or the folder can't be made.
pub(crate) fn post(config: &Config, data_dir: &DataDir) -> Result<Arc<dyn Post>, Failure> {
    let writer = Writer {
        from: config.mail.from.parse().map_err(|error| Failure::Mail(format!("MATCHDAY_MAIL_FROM: {error}")))?,
        templates: Templates::new(config),
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

/// Writes letters as messages.
struct Writer {
    from: Mailbox,
    templates: Templates,
}

impl Writer {
    fn message(&self, letter: &Letter) -> Result<(Message, String), Undelivered> {
        let never = |error: &dyn std::fmt::Display| Undelivered::Never(error.to_string());
        let written = self.templates.write(letter).map_err(|error| never(&error))?;
        let address: Address = letter.to.parse().map_err(|error| never(&error))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(letter.name.clone(), address))
            .subject(written.subject)
            .date_now()
            .message_id(None)
            .multipart(MultiPart::alternative_plain_html(written.text.clone(), written.html))
            .map_err(|error| never(&error))?;

        Ok((message, written.text))
    }
}

struct Smtp {
    writer: Writer,
    server: AsyncSmtpTransport<Tokio1Executor>,
}

#[async_trait]
impl Post for Smtp {
    async fn deliver(&self, letter: &Letter) -> Result<(), Undelivered> {
        let (message, _) = self.writer.message(letter)?;
        self.server.send(message).await.map(drop).map_err(|error: smtp::Error| match error.is_permanent() {
            true => Undelivered::Never(error.to_string()),
            false => Undelivered::Later(error.to_string()),
        })
    }
}

/// For one machine: whoever runs the program is who reads the mail.
struct Folder {
    writer: Writer,
    path: PathBuf,
}

#[async_trait]
impl Post for Folder {
    async fn deliver(&self, letter: &Letter) -> Result<(), Undelivered> {
        let (message, text) = self.writer.message(letter)?;
        let name = match &letter.content {
            Content::VerifyEmail { .. } => "verify-email",
            Content::ResetPassword { .. } => "reset-password",
            Content::PasswordChanged => "password-changed",
        };
        // The time in a version 7 id puts the files in order.
        let file = self.path.join(format!("{}-{name}.eml", uuid::Uuid::now_v7()));
        tokio::fs::write(&file, message.formatted())
            .await
            .map_err(|error| Undelivered::Later(format!("{}: {error}", file.display())))?;
        tracing::info!(to = letter.to, file = %file.display(), text, "a mail, kept and not sent");
        Ok(())
    }
}
