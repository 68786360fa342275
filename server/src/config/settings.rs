//! The list of settings: each one's place in `matchday.toml`, its environment name, its kind and what it means.
//!
//! The edge keeps its own section; its keys are listed from its defaults.
//!
//! Invariant: the list names every key of [`Config`](super::Config) and nothing else; a test compares the two.

use std::sync::LazyLock;

/// One setting, as a user meets it.
#[derive(Debug)]
pub struct Setting {
    /// Its key in `matchday.toml`, sections before the dot.
    pub path: String,
    /// The one environment variable that sets it.
    pub env: String,
    pub kind: Kind,
    pub help: &'static str,
}

/// What a setting's value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    OneOf(&'static [&'static str]),
    /// A whole number in these bounds, both included.
    Number(u64, u64),
    Flag,
    /// Texts: an array in the file, parted by commas in the environment.
    List,
    /// Whole numbers by name: a table in the file, `name=1,other=2` in the environment.
    Numbers,
}

impl Kind {
    /// The right kind of value in words, for error messages.
    pub fn wanted(self) -> String {
        match self {
            Kind::Text => "a text".to_owned(),
            Kind::OneOf(names) => format!("one of {}", names.join(", ")),
            Kind::Number(low, high) => format!("a whole number from {low} to {high}"),
            Kind::Flag => "true or false".to_owned(),
            Kind::List => "a list of texts".to_owned(),
            Kind::Numbers => "whole numbers by name".to_owned(),
        }
    }
}

/// Where the settings file lies; it is no setting of the file itself.
pub const CONFIG_ENV: &str = "MATCHDAY_CONFIG";

const DAY: u64 = 24 * 3_600;
const PROTOCOLS: &[&str] = &["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"];
const MECHANISMS: &[&str] = &["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];

/// Every setting, in the order `--help` and `matchday config` show them.
pub static SETTINGS: LazyLock<Vec<Setting>> = LazyLock::new(|| {
    let ours =
        OURS.iter().map(|&(path, env, kind, help)| Setting { path: path.to_owned(), env: env.to_owned(), kind, help });
    ours.chain(edge()).collect()
});

/// The settings of the edge, `transport` by name, as its defaults spell them.
fn edge() -> Vec<Setting> {
    let defaults = serde_json::to_value(transport::config::Config::default())
        .expect("a struct of numbers, flags and texts serialises");
    let mut settings = Vec::new();
    visit("transport", &defaults, &mut |path, value| {
        let kind = match value {
            serde_json::Value::Bool(_) => Kind::Flag,
            serde_json::Value::Number(_) => Kind::Number(0, u64::from(u32::MAX)),
            serde_json::Value::Array(_) => Kind::List,
            serde_json::Value::Object(_) => Kind::Numbers,
            _ => Kind::Text,
        };
        let env = match path {
            "transport.connections.drain_seconds" => "MATCHDAY_DRAIN_SECONDS".to_owned(),
            _ => format!("MATCHDAY_{}", path.replace('.', "_").to_ascii_uppercase()),
        };
        settings.push(Setting { path: path.to_owned(), env, kind, help: "a limit of the edge" });
    });
    settings
}

/// Tables of numbers by name, each one setting.
const TABLES: [&str; 6] = [
    "limits.capacity",
    "limits.refill",
    "bots.weights",
    "bots.free",
    "transport.documents.field_costs",
    "transport.documents.list_sizes",
];

/// Calls `leaf` with the path and value of everything in `value` that is not a section.
pub(super) fn visit(prefix: &str, value: &serde_json::Value, leaf: &mut impl FnMut(&str, &serde_json::Value)) {
    match value {
        serde_json::Value::Object(fields) if !TABLES.contains(&prefix) => {
            for (name, value) in fields {
                match prefix {
                    "" => visit(name, value, leaf),
                    _ => visit(&format!("{prefix}.{name}"), value, leaf),
                }
            }
        }
        _ => leaf(prefix, value),
    }
}

#[rustfmt::skip]
static OURS: &[(&str, &str, Kind, &str)] = &[
    ("env", "ENV", Kind::OneOf(&["dev", "prod"]), "dev, or prod: refuses embedded parts and weak secrets; ends every topic's name"),
    ("client_id", "CLIENT_ID", Kind::Text, "this site's name to the other sites; never shared by two sites"),
    ("data_dir", "MATCHDAY_DATA_DIR", Kind::Text, "folder of the embedded database, the lock and generated secrets"),
    ("http.bind", "MATCHDAY_BIND", Kind::Text, "address of the GraphQL endpoint; port 0 takes a free one"),
    ("http.public_url", "MATCHDAY_PUBLIC_URL", Kind::Text, "where visitors reach the site, such as https://tickets.example; unset: links to tickets begin with their path"),
    ("graphql.introspection", "MATCHDAY_INTROSPECTION", Kind::Flag, "answer queries for the schema itself; unset: in dev only"),
    ("graphql.suggestions", "MATCHDAY_SUGGESTIONS", Kind::Flag, "name fields like the one misspelt in errors; unset: in dev only"),
    ("worker.bind", "MATCHDAY_WORKER_BIND", Kind::Text, "address of `matchday worker`'s health and metrics"),
    ("database.url", "DATABASE_URL", Kind::Text, "postgres://user:password@host/name; unset: SQLite in the data folder"),
    ("database.max_connections", "MATCHDAY_DATABASE_MAX_CONNECTIONS", Kind::Number(2, 1_000), "size of the connection pool"),
    ("database.connect_timeout_seconds", "MATCHDAY_DATABASE_CONNECT_TIMEOUT_SECONDS", Kind::Number(1, 300), "longest wait for a connection"),
    ("database.migrate", "MATCHDAY_MIGRATE", Kind::Flag, "bring the tables up to date at start; unset: in dev only"),
    ("redis.url", "REDIS_URL", Kind::Text, "redis://[:password@]host[:port], or rediss:// for TLS; unset: none"),
    ("redis.timeout_milliseconds", "MATCHDAY_REDIS_TIMEOUT_MILLISECONDS", Kind::Number(10, 60_000), "longest wait for an answer of Redis"),
    ("redis.key_prefix", "MATCHDAY_REDIS_KEY_PREFIX", Kind::Text, "begins every key of ours; give each site its own where they share a Redis"),
    ("redis.document_seconds", "MATCHDAY_REDIS_DOCUMENT_SECONDS", Kind::Number(60, 366 * DAY), "life of a document that a client registered, after its last use"),
    ("kafka.brokers", "KAFKA_BROKERS", Kind::Text, "host:port[,host:port]; unset: an embedded broker"),
    ("kafka.security_protocol", "KAFKA_SECURITY_PROTOCOL", Kind::OneOf(PROTOCOLS), "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"),
    ("kafka.sasl_mechanism", "KAFKA_SASL_MECHANISM", Kind::OneOf(MECHANISMS), "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"),
    ("kafka.sasl_username", "KAFKA_SASL_USERNAME", Kind::Text, "user at the brokers"),
    ("kafka.sasl_password", "KAFKA_SASL_PASSWORD", Kind::Text, "password at the brokers"),
    ("kafka.ssl_ca_location", "KAFKA_SSL_CA_LOCATION", Kind::Text, "file of the authority that signed the brokers' certificates"),
    ("kafka.instance_id", "MATCHDAY_KAFKA_INSTANCE_ID", Kind::Text, "this instance's own lasting name, such as a StatefulSet's pod name: restarted, it takes its partitions back at once"),
    ("kafka.master_list_topic_prefix", "MATCHDAY_KAFKA_MASTER_LIST_TOPIC_PREFIX", Kind::Text, "master-list topic without -<env>"),
    ("kafka.ticket_sales_topic_prefix", "MATCHDAY_KAFKA_TICKET_SALES_TOPIC_PREFIX", Kind::Text, "ticket-sales topic without -<env>"),
    ("kafka.availability_topic_prefix", "MATCHDAY_KAFKA_AVAILABILITY_TOPIC_PREFIX", Kind::Text, "our availability topic without -<env>"),
    ("kafka.dead_letters_topic_prefix", "MATCHDAY_KAFKA_DEAD_LETTERS_TOPIC_PREFIX", Kind::Text, "our dead-letter topic without -<env>"),
    ("kafka.resale_topic_prefix", "MATCHDAY_KAFKA_RESALE_TOPIC_PREFIX", Kind::Text, "our topic of listings and orders without -<env>"),
    ("kafka.partitions", "MATCHDAY_KAFKA_PARTITIONS", Kind::Number(1, 1_000), "partitions of topics that we create"),
    ("kafka.replication", "MATCHDAY_KAFKA_REPLICATION", Kind::Number(1, 15), "replicas of topics that we create"),
    ("kafka.bundled_master_list", "MATCHDAY_KAFKA_BUNDLED_MASTER_LIST", Kind::Flag, "give an embedded broker the World Cup 2022 master list"),
    ("accounts.jwt_secret", "MATCHDAY_JWT_SECRET", Kind::Text, "seals the keys that sign access tokens, 32 bytes or more; unset in dev: made once, kept in the data folder"),
    ("accounts.token_algorithm", "MATCHDAY_ACCOUNTS_TOKEN_ALGORITHM", Kind::OneOf(&["EdDSA", "HS256"]), "what new keys sign access tokens with; EdDSA has public keys, /.well-known/jwks.json"),
    ("accounts.access_token_seconds", "MATCHDAY_ACCOUNTS_ACCESS_TOKEN_SECONDS", Kind::Number(30, DAY), "life of an access token"),
    ("accounts.refresh_token_seconds", "MATCHDAY_ACCOUNTS_REFRESH_TOKEN_SECONDS", Kind::Number(60, 366 * DAY), "life of a session without use"),
    ("accounts.cookies_same_site", "MATCHDAY_ACCOUNTS_COOKIES_SAME_SITE", Kind::OneOf(&["Strict", "Lax", "None"]), "which pages make browsers send the cookies of a session: those of this site, links to it too, or all"),
    ("oidc.issuer", "MATCHDAY_OIDC_ISSUER", Kind::Text, "identity provider whose tokens are accepted beside our own: `iss` of them, to the letter; unset: none"),
    ("oidc.audiences", "MATCHDAY_OIDC_AUDIENCES", Kind::List, "names of this site to the provider: one of them is in `aud` of its tokens"),
    ("oidc.jwks_url", "MATCHDAY_OIDC_JWKS_URL", Kind::Text, "where the provider's keys are; unset: where <issuer>/.well-known/openid-configuration says"),
    ("oidc.algorithms", "MATCHDAY_OIDC_ALGORITHMS", Kind::List, "what the provider's tokens may be signed by: RS256 to RS512, PS256 to PS512, ES256, ES384, EdDSA"),
    ("oidc.role_claim", "MATCHDAY_OIDC_ROLE_CLAIM", Kind::Text, "claim that says what somebody may do, such as roles or /realm_access/roles; unset: `matchday user promote` says"),
    ("oidc.admin_values", "MATCHDAY_OIDC_ADMIN_VALUES", Kind::List, "what that claim says of admins; without one of these and the next somebody is a customer"),
    ("oidc.steward_values", "MATCHDAY_OIDC_STEWARD_VALUES", Kind::List, "what that claim says of stewards"),
    ("oidc.refresh_seconds", "MATCHDAY_OIDC_REFRESH_SECONDS", Kind::Number(1, DAY), "how often the provider's keys are fetched"),
    ("oidc.unknown_key_seconds", "MATCHDAY_OIDC_UNKNOWN_KEY_SECONDS", Kind::Number(1, 3_600), "how often tokens of unknown keys make us fetch them, at most"),
    ("oidc.skew_seconds", "MATCHDAY_OIDC_SKEW_SECONDS", Kind::Number(0, 300), "how far the provider's clock and ours may differ"),
    ("mail.smtp_url", "MATCHDAY_MAIL_SMTP_URL", Kind::Text, "smtps://user:password@host, or smtp://host?tls=required; unset: mails are kept in the data folder"),
    ("mail.from", "MATCHDAY_MAIL_FROM", Kind::Text, "sender of mails, such as Matchday <tickets@example.com>"),
    ("mail.verify_url", "MATCHDAY_MAIL_VERIFY_URL", Kind::Text, "page that confirms an email, {code} in it; unset: the mail gives the code alone"),
    ("mail.reset_url", "MATCHDAY_MAIL_RESET_URL", Kind::Text, "page that takes another password, {code} in it; unset: the mail gives the code alone"),
    ("mail.holds", "MATCHDAY_MAIL_HOLDS", Kind::Flag, "mail fans of holds that they placed, or that expired; who pays is mailed the tickets in any case"),
    ("holds.seconds", "MATCHDAY_HOLD_SECONDS", Kind::Number(1, DAY), "time to pay for reserved tickets"),
    ("holds.payment_grace_seconds", "MATCHDAY_HOLDS_PAYMENT_GRACE_SECONDS", Kind::Number(0, DAY), "how long after that a hold is kept for a payment that the gateway can't be asked about"),
    ("holds.foreign_seconds", "MATCHDAY_HOLDS_FOREIGN_SECONDS", Kind::Number(1, 7 * DAY), "time until another site's unresolved hold ends"),
    ("holds.purchase_cap", "MATCHDAY_HOLDS_PURCHASE_CAP", Kind::Number(1, 1_000), "tickets one buyer may have of one match"),
    ("refunds.owner_allowed", "MATCHDAY_REFUNDS_OWNER_ALLOWED", Kind::Flag, "let owners give valid tickets back for their price by themselves; admins always can"),
    ("refunds.owner_cutoff_hours", "MATCHDAY_REFUNDS_OWNER_CUTOFF_HOURS", Kind::Number(0, 8_784), "how long before kick-off owners can't any more; unset: 48 in prod, no end in dev, whose bundled matches were played in 2022"),
    ("resale.enabled", "MATCHDAY_RESALE_ENABLED", Kind::Flag, "let fans sell tickets to fans"),
    ("resale.outside_tickets", "MATCHDAY_RESALE_OUTSIDE_TICKETS", Kind::Flag, "let them offer tickets that were issued elsewhere"),
    ("resale.hold_seconds", "MATCHDAY_RESALE_HOLD_SECONDS", Kind::Number(1, DAY), "time to pay for an ordered listing"),
    ("resale.price_cap_percent", "MATCHDAY_RESALE_PRICE_CAP_PERCENT", Kind::Number(1, 10_000), "highest price of a listing, in hundredths of what the category cost at first"),
    ("resale.fee_percent", "MATCHDAY_RESALE_FEE_PERCENT", Kind::Number(0, 50), "what the site keeps of a price, in hundredths"),
    ("resale.after_kick_off", "MATCHDAY_RESALE_AFTER_KICK_OFF", Kind::Flag, "go on when a match has begun; unset: in dev only, for the bundled matches are over"),
    ("limits.enabled", "MATCHDAY_LIMITS_ENABLED", Kind::Flag, "limit how much anybody may ask for"),
    ("limits.fallback_share_percent", "MATCHDAY_LIMITS_FALLBACK_SHARE_PERCENT", Kind::Number(1, 100), "what an instance grants of each limit by itself while Redis is away"),
    ("limits.redis_timeout_milliseconds", "MATCHDAY_LIMITS_REDIS_TIMEOUT_MILLISECONDS", Kind::Number(1, 10_000), "longest wait for Redis before an instance limits by itself"),
    ("limits.buckets_max", "MATCHDAY_LIMITS_BUCKETS_MAX", Kind::Number(1_000, 10_000_000), "callers that an instance which limits by itself tells apart"),
    ("limits.period_seconds", "MATCHDAY_LIMITS_PERIOD_SECONDS", Kind::Number(1, DAY), "time in which limits.refill comes back"),
    ("limits.capacity", "MATCHDAY_LIMITS_CAPACITY", Kind::Numbers, "tokens of a full bucket: anonymous, customer, steward, admin, address by cost; signIn, signUp, reserve, payReservation by calls"),
    ("limits.refill", "MATCHDAY_LIMITS_REFILL", Kind::Numbers, "tokens that come back every period, by the same names"),
    ("bots.enabled", "MATCHDAY_BOTS_ENABLED", Kind::Flag, "ask those for a captcha who show signs of a bot, and turn the worst away"),
    ("bots.captcha_score", "MATCHDAY_BOTS_CAPTCHA_SCORE", Kind::Number(1, 1_000_000), "points from which a captcha is asked for"),
    ("bots.block_score", "MATCHDAY_BOTS_BLOCK_SCORE", Kind::Number(1, 1_000_000), "points from which no captcha helps"),
    ("bots.period_seconds", "MATCHDAY_BOTS_PERIOD_SECONDS", Kind::Number(60, DAY), "time in which as much is forgiven as is free"),
    ("bots.protected", "MATCHDAY_BOTS_PROTECTED", Kind::List, "root fields that are protected"),
    ("bots.crawlers", "MATCHDAY_BOTS_CRAWLERS", Kind::List, "words that end a name by which crawlers call themselves"),
    ("bots.weights", "MATCHDAY_BOTS_WEIGHTS", Kind::Numbers, "points by sign: declaredCrawler, absurdUserAgent, contradiction, noUserAgent, noAccept; for each beyond the free ones: unpaidHoldsOfUser, unpaidHoldsOfAddress, accountsOfAddress; 0 switches it off"),
    ("bots.free", "MATCHDAY_BOTS_FREE", Kind::Numbers, "how many weigh nothing: unpaidHoldsOfUser, unpaidHoldsOfAddress, accountsOfAddress"),
    ("captcha.provider", "MATCHDAY_CAPTCHA_PROVIDER", Kind::OneOf(&["altcha", "siteverify"]), "altcha: proofs of work, by this program; siteverify: Turnstile, hCaptcha, reCAPTCHA"),
    ("captcha.max_number", "MATCHDAY_CAPTCHA_MAX_NUMBER", Kind::Number(1_000, 100_000_000), "altcha: the largest number to be found; half as many tries on average"),
    ("captcha.challenge_seconds", "MATCHDAY_CAPTCHA_CHALLENGE_SECONDS", Kind::Number(10, DAY), "altcha: time to solve a challenge"),
    ("captcha.pass_seconds", "MATCHDAY_CAPTCHA_PASS_SECONDS", Kind::Number(60, DAY), "how long nobody is asked again who has solved one"),
    ("captcha.site_key", "MATCHDAY_CAPTCHA_SITE_KEY", Kind::Text, "siteverify: the public key for the provider's widget"),
    ("captcha.secret", "MATCHDAY_CAPTCHA_SECRET", Kind::Text, "siteverify: the secret key"),
    ("captcha.verify_url", "MATCHDAY_CAPTCHA_VERIFY_URL", Kind::Text, "siteverify: the provider's address, such as https://challenges.cloudflare.com/turnstile/v0/siteverify"),
    ("captcha.timeout_milliseconds", "MATCHDAY_CAPTCHA_TIMEOUT_MILLISECONDS", Kind::Number(10, 60_000), "siteverify: longest wait for the provider"),
    ("security.events_days", "MATCHDAY_SECURITY_EVENTS_DAYS", Kind::Number(1, 3_650), "how long security events are kept"),
    ("stripe.secret_key", "STRIPE_SECRET_KEY", Kind::Text, "sk_test_… in dev, sk_live_… in prod; unset: dev takes play money, prod takes none"),
    ("stripe.webhook_secret", "STRIPE_WEBHOOK_SECRET", Kind::Text, "whsec_…: what events at /webhooks/stripe are signed by; unset in dev: the sandbox makes its own, Stripe is not heard but asked"),
    ("stripe.api_base", "STRIPE_API_BASE", Kind::Text, "https://host[:port] that is asked instead of Stripe's own; http:// in dev only"),
    ("stripe.timeout_seconds", "MATCHDAY_STRIPE_TIMEOUT_SECONDS", Kind::Number(1, 60), "longest that one call of Stripe may take, all its tries together"),
    ("log.filter", "RUST_LOG", Kind::Text, "tracing directives, such as info,kafka=debug"),
    ("log.format", "MATCHDAY_LOG_FORMAT", Kind::OneOf(&["auto", "pretty", "json"]), "auto is pretty on a terminal and JSON elsewhere"),
];

/// The setting at this key of the file.
pub fn by_path(path: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.path == path)
}

/// The setting of this environment variable.
pub fn by_env(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.env == name)
}

/// The environment name most like `name`.
pub fn nearest_env(name: &str) -> &'static str {
    let ours = SETTINGS.iter().map(|setting| setting.env.as_str()).filter(|env| env.starts_with("MATCHDAY_"));
    nearest(name, ours.chain([CONFIG_ENV])).unwrap_or(CONFIG_ENV)
}

/// The key of the file most like `path`.
pub fn nearest_path(path: &str) -> &'static str {
    nearest(path, SETTINGS.iter().map(|setting| setting.path.as_str())).unwrap_or("env")
}

fn nearest(name: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    candidates.min_by_key(|candidate| distance(name, candidate))
}

/// Edits that lead from one name to the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::Config;

    #[test]
    fn every_key_of_the_config_is_a_listed_setting_and_every_listed_setting_is_a_key() {
        let config = serde_json::to_value(Config::default()).expect("the config serialises");
        let mut keys = BTreeSet::new();
        visit("", &config, &mut |path, _| {
            keys.insert(path.to_owned());
        });

        let listed: BTreeSet<String> = SETTINGS.iter().map(|setting| setting.path.clone()).collect();

        assert_eq!(keys, listed);
    }

    #[test]
    fn no_two_settings_share_an_environment_name() {
        let names: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.env.as_str()).collect();

        assert_eq!(names.len(), SETTINGS.len());
    }

    #[test]
    fn a_misspelt_name_leads_to_the_nearest_right_one() {
        assert_eq!(nearest_env("MATCHDAY_HOLDSECONDS"), "MATCHDAY_HOLD_SECONDS");
        assert_eq!(nearest_env("MATCHDAY_DATADIR"), "MATCHDAY_DATA_DIR");
        assert_eq!(nearest_path("http.bnd"), "http.bind");
    }
}
