//! The settings of security, one section a file, and what the other settings mean for it.

use transport::config::Documents;

use self::{bots::Bots, captcha::Captcha, limits::Limits, retention::Retention};

pub mod bots;
pub mod captcha;
pub mod limits;
pub mod prices;
pub mod retention;

/// What security is set to.
#[derive(Debug, Clone, Copy)]
pub struct Config<'a> {
    /// The site's name among the sellers.
    pub site: &'a str,
    /// Begins every key of ours in Redis.
    pub key_prefix: &'a str,
    pub limits: &'a Limits,
    pub bots: &'a Bots,
    pub captcha: &'a Captcha,
    pub retention: &'a Retention,
    /// What fields cost, as the edge reckons with it.
    pub documents: &'a Documents,
}

impl Config<'_> {
    /// A key of the site's own in Redis.
    pub(crate) fn redis_key(&self, name: &str) -> String {
        format!("{}:{}:{name}", self.key_prefix, self.site)
    }
}
