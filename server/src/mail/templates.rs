//! Templates: the texts of mails, from `server/mails`, a plain and an HTML one each; the subject is the plain one's
//! first line. Values are escaped in HTML.

use domain::mails::{Content, Letter};
use minijinja::{Environment, Error, context};

use crate::config::Config;

const TEMPLATES: [(&str, &str); 6] = [
    ("verify-email.txt", include_str!("../../mails/verify-email.txt")),
    ("verify-email.html", include_str!("../../mails/verify-email.html")),
    ("reset-password.txt", include_str!("../../mails/reset-password.txt")),
    ("reset-password.html", include_str!("../../mails/reset-password.html")),
    ("password-changed.txt", include_str!("../../mails/password-changed.txt")),
    ("password-changed.html", include_str!("../../mails/password-changed.html")),
];

/// What stands for the code in the addresses of the site's pages.
const CODE: &str = "{code}";

pub(super) struct Templates {
    environment: Environment<'static>,
    site: String,
    verify_url: Option<String>,
    reset_url: Option<String>,
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
            site: config.client_id.clone(),
            verify_url: config.mail.verify_url.clone(),
            reset_url: config.mail.reset_url.clone(),
        }
    }

    pub(super) fn write(&self, letter: &Letter) -> Result<Written, Error> {
        let (template, code, url) = match &letter.content {
            Content::VerifyEmail { code } => ("verify-email", Some(code), &self.verify_url),
            Content::ResetPassword { code } => ("reset-password", Some(code), &self.reset_url),
            Content::PasswordChanged => ("password-changed", None, &None),
        };
        let link = url.as_ref().zip(code).map(|(url, code)| url.replace(CODE, code));
        let values = context! { name => &letter.name, email => &letter.to, site => &self.site, code, link };
        let text = self.environment.get_template(&format!("{template}.txt"))?.render(&values)?;
        let html = self.environment.get_template(&format!("{template}.html"))?.render(&values)?;
        let (subject, text) = text.split_once('\n').unwrap_or((template, &text));

        Ok(Written { subject: subject.to_owned(), text: text.trim_start().to_owned(), html })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(content: Content) -> Letter {
        Letter { to: "ana@example.com".to_owned(), name: Some("<b>Ana & Co</b>".to_owned()), content }
    }

    #[test]
    fn a_mail_gives_the_code_and_where_to_take_it_and_escapes_what_a_fan_typed() {
        let mut config = Config::default();
        let content = Content::ResetPassword { code: "c-0_de".to_owned() };

        let bare = Templates::new(&config).write(&letter(content.clone())).expect("it can be written");
        assert!(bare.subject.contains("password") && !bare.subject.contains('\n'));
        assert!(bare.text.contains("c-0_de") && bare.text.contains("<b>Ana & Co</b>"), "{}", bare.text);
        assert!(bare.html.contains("c-0_de") && !bare.html.contains("<b>Ana"), "{}", bare.html);
        assert!(bare.html.contains("&lt;b&gt;Ana &amp; Co"), "{}", bare.html);

        config.mail.reset_url = Some("https://shop.example/reset?code={code}".to_owned());
        let linked = Templates::new(&config).write(&letter(content)).expect("it can be written");
        assert!(linked.text.contains("https://shop.example/reset?code=c-0_de"), "{}", linked.text);
        assert!(linked.html.contains("shop.example"), "{}", linked.html);
    }

    #[test]
    fn every_mail_can_be_written() {
        let templates = Templates::new(&Config::default());
        for content in [Content::VerifyEmail { code: "code".to_owned() }, Content::PasswordChanged] {
            let written = templates.write(&letter(content)).expect("it can be written");
            for part in [&written.subject, &written.text, &written.html] {
                assert!(!part.is_empty() && !part.contains("{{") && !part.contains("none"), "{part}");
            }
        }
    }
}
