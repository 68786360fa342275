//! Settings that are allowed and seldom meant: named at the start, so that no operator finds out by an attack.

use settings::problem::Problem;
use transport::config::CsrfPrevention;

use super::{Config, Env, accounts::SameSite};

/// Links in mails and on tickets, and the cookies of visitors, need it.
const PUBLIC_URL: &str = "MATCHDAY_PUBLIC_URL";

impl Config {
    /// What operators should know about pages that ask an API elsewhere.
    pub fn warnings_of_pages(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        if self.http.public_url.is_none() {
            let what = "unset, so the API refuses sockets of these pages as those of another site";
            found.push(Problem::new(
                PUBLIC_URL,
                what,
                "set the address that visitors use, the same for the pages and the API.",
            ));
        }
        if self.env == Env::Prod {
            if self.web.asks_in_the_clear() {
                let what = "without TLS, so passwords travel in clear text to the API";
                let right = "write https://, or use a private network.";
                found.push(Problem::new("MATCHDAY_WEB_API_URL", what, right));
            }
            self.warnings_of_public_parts(&mut found);
        }
        found
    }

    /// What in production is seen by all.
    fn warnings_of_public_parts(&self, found: &mut Vec<Problem>) {
        if self.admin.bind.is_none() {
            let right = "set an address that visitors can't reach.";
            found.push(Problem::new("MATCHDAY_ADMIN_BIND", "unset, so /metrics and /readyz are public", right));
        }
        if self.http.public_url.as_ref().is_some_and(|url| url.starts_with("http://")) {
            let what = "without TLS, so links to tickets travel in clear text";
            found.push(Problem::new(PUBLIC_URL, what, "write https://."));
        }
    }

    /// What operators should know about the site.
    pub fn warnings(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        self.otel.warnings(&mut found);
        let mut warn = |setting: &str, what: &str, right: &str| found.push(Problem::new(setting, what, right));

        if !self.is_database_embedded() && self.accounts.jwt_secret.is_none() {
            warn(
                "MATCHDAY_JWT_SECRET",
                "unset, and other instances on this database don't have the secret of this data folder",
                "set the same secret on all instances of the site, and give each its own MATCHDAY_DATA_DIR and MATCHDAY_BIND.",
            );
        }
        if self.holds.longest() > self.holds.foreign_seconds {
            let what = format!(
                "so a hold can last {} s, but other sites with the same setting sell its tickets after {} s",
                self.holds.longest(),
                self.holds.foreign_seconds
            );
            warn(
                "MATCHDAY_HOLDS_EXTENSIONS",
                &what,
                "make holds shorter, or raise MATCHDAY_FOREIGN_HOLD_SECONDS on all sites.",
            );
        }
        if self.oidc.client_id.is_some() && self.accounts.cookies_same_site == SameSite::Strict {
            let right = "leave it out for Lax.";
            let what = "Strict, so fans who come back from the identity provider look signed out";
            warn("accounts.cookies_same_site", what, right);
        }
        if self.env != Env::Prod {
            return found;
        }
        let is_random =
            |secret: &str| secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte));
        if self.accounts.jwt_secret.as_ref().is_some_and(|secret| !is_random(secret.expose())) {
            let right = "use the output of `openssl rand -base64 48`.";
            warn(
                "MATCHDAY_JWT_SECRET",
                "neither base64 nor hexadecimal: it looks like a phrase, which is easier to guess",
                right,
            );
        }
        if !self.limits.enabled {
            warn("MATCHDAY_LIMITS_ENABLED", "false, so requests are not limited", "leave it out.");
        }
        if !self.bots.enabled {
            warn("MATCHDAY_BOTS_ENABLED", "false, so bots need no captcha", "leave it out.");
        }
        let http = &self.transport.http;
        if http.csrf_prevention == CsrfPrevention::Off {
            let right = "leave it out for `browsers`.";
            warn(
                "transport.http.csrf_prevention",
                "off, so pages of other sites can act in the name of your visitors",
                right,
            );
        }
        for (setting, origins) in [
            ("transport.http.cors.allowed_origins", &http.cors.allowed_origins),
            ("transport.sockets.allowed_origins", &self.transport.sockets.allowed_origins),
        ] {
            if origins.iter().any(|origin| origin == "*") {
                warn(setting, "*, so pages of every site can use this API", "name the origins of your pages.");
            }
        }
        self.warnings_of_public_parts(&mut found);
        found
    }
}

#[cfg(test)]
mod tests {
    use settings::secret::{Secret, SecretUrl};

    use super::*;

    fn named(config: &Config) -> Vec<String> {
        config.warnings().into_iter().map(|problem| problem.setting).collect()
    }

    #[test]
    fn what_weakens_production_is_named_and_what_is_for_trying_out_is_not() {
        let mut config = Config::default();
        config.admin.bind = Some("127.0.0.1:9000".to_owned());
        assert_eq!(named(&config), [""; 0]);
        config.env = Env::Prod;
        assert_eq!(named(&config), [""; 0]);

        config.admin.bind = None;
        config.limits.enabled = false;
        config.bots.enabled = false;
        config.transport.http.csrf_prevention = CsrfPrevention::Off;
        config.transport.http.cors.allowed_origins = vec!["*".to_owned()];
        config.transport.sockets.allowed_origins = vec!["*".to_owned()];
        config.http.public_url = Some("http://tickets.example".to_owned());

        let all = [
            "MATCHDAY_LIMITS_ENABLED",
            "MATCHDAY_BOTS_ENABLED",
            "transport.http.csrf_prevention",
            "transport.http.cors.allowed_origins",
            "transport.sockets.allowed_origins",
            "MATCHDAY_ADMIN_BIND",
            "MATCHDAY_PUBLIC_URL",
        ];
        assert_eq!(named(&config), all);
        config.env = Env::Dev;
        assert_eq!(named(&config), [""; 0]);
    }

    #[test]
    fn pages_on_their_own_are_warned_of_what_is_theirs() {
        let named = |config: &Config| {
            let problems = config.warnings_of_pages();
            problems.into_iter().map(|problem| problem.setting).collect::<Vec<_>>()
        };
        let mut config = Config::default();
        config.web.api_url = Some("http://10.0.0.7:8000".to_owned());
        assert_eq!(named(&config), ["MATCHDAY_PUBLIC_URL"]);
        config.http.public_url = Some("https://tickets.example".to_owned());
        assert_eq!(named(&config), [""; 0]);

        config.env = Env::Prod;
        assert_eq!(named(&config), ["MATCHDAY_WEB_API_URL", "MATCHDAY_ADMIN_BIND"]);
        config.admin.bind = Some("127.0.0.1:9000".to_owned());
        config.web.api_url = Some("http://127.0.0.1:8000".to_owned());
        assert_eq!(named(&config), [""; 0]);
    }

    #[test]
    fn holds_that_outlast_what_other_sites_count_are_named() {
        let mut config = Config::default();
        assert_eq!(config.holds.longest(), config.holds.foreign_seconds);
        assert_eq!(named(&config), [""; 0]);

        config.holds.extensions = 2;
        assert_eq!(named(&config), ["MATCHDAY_HOLDS_EXTENSIONS"]);
        config.holds.extension_seconds = Some(300);
        assert_eq!(named(&config), [""; 0]);
    }

    #[test]
    fn a_secret_that_looks_like_a_phrase_is_named_in_production() {
        let mut config = Config { env: Env::Prod, ..Config::default() };
        config.admin.bind = Some("127.0.0.1:9000".to_owned());
        for (secret, expected) in [
            ("correct horse battery staple trombone", vec!["MATCHDAY_JWT_SECRET"]),
            ("kX7mQ2vT9pLw4RzB8nYc3HsD6fGj1AeU", vec![]),
            ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", vec![]),
            ("q83vEjRWeJq83v+/EjRWeJq83vEjRWeJqw==", vec![]),
        ] {
            config.accounts.jwt_secret = Some(Secret::new(secret));
            assert_eq!(named(&config), expected, "{secret}");
        }
    }

    #[test]
    fn cookies_that_stay_behind_on_the_way_back_from_the_provider_are_named() {
        let mut config = Config::default();
        config.oidc.client_id = Some("tickets".to_owned());
        assert_eq!(named(&config), [""; 0]);

        config.accounts.cookies_same_site = SameSite::Strict;
        assert_eq!(named(&config), ["accounts.cookies_same_site"]);
    }

    #[test]
    fn instances_on_one_database_are_told_that_they_need_one_secret() {
        let mut config = Config::default();
        config.database.url = Some(SecretUrl::new("postgres://ana:hunter2@db/matchday"));
        assert_eq!(named(&config), ["MATCHDAY_JWT_SECRET"]);

        config.accounts.jwt_secret = Some(Secret::new("kX7mQ2vT9pLw4RzB8nYc3HsD6fGj1AeU"));
        assert_eq!(named(&config), [""; 0]);
    }
}
