//! The judgement on a whole configuration: what single values cannot show, and what production must not run on.

use std::collections::HashSet;

use super::{
    Config, Env,
    bots::Bots,
    captcha::Provider,
    limits::{BY_COST, Limits},
    oidc,
    problem::Problem,
    secret::Secret,
};
use crate::fetch;

/// Fields that nobody is asked for a captcha for.
const CAPTCHA_FIELDS: [&str; 2] = ["captchaChallenge", "solveCaptcha"];

/// Bytes of a signing secret, at least: the width of HMAC-SHA-256.
const SECRET_BYTES_MIN: usize = 32;

/// Secrets that stand in examples everywhere, and so are known to everybody.
const KNOWN_SECRETS: [&str; 6] = ["changeme", "change-me", "change_me", "your-256-bit-secret", "example", "0123456789"];

/// Everything that is wrong with `config` as a whole.
pub(super) fn problems(config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    general(config, &mut problems);
    mail(config, &mut problems);
    kafka(config, &mut problems);
    stripe(config, &mut problems);
    limits(config, &mut problems);
    bots(config, &mut problems);
    captcha(config, &mut problems);
    oidc::problems(&config.oidc, &mut problems);
    if config.env == Env::Prod {
        production(config, &mut problems);
    }
    problems
}

fn general(config: &Config, problems: &mut Vec<Problem>) {
    let mut wrong = |setting: &str, wrong: String, right: &str| problems.push(Problem::new(setting, wrong, right));

    for (setting, bind) in [("MATCHDAY_BIND", &config.http.bind), ("MATCHDAY_WORKER_BIND", &config.worker.bind)] {
        if !is_host_and_port(bind) {
            wrong(setting, format!("{bind:?} is no address"), "write host:port, such as 127.0.0.1:8000 or [::1]:8000.");
        }
    }
    if let Some(url) = &config.http.public_url
        && (!(url.starts_with("https://") || url.starts_with("http://")) || url.contains(['?', '#', ' ']))
    {
        let right = "write https://host, or leave it unset for links that begin with their path.";
        wrong("MATCHDAY_PUBLIC_URL", format!("{url:?} is no web address"), right);
    }
    if !is_name(&config.client_id) {
        wrong(
            "CLIENT_ID",
            format!("{:?} is no name of a site", config.client_id),
            "use 1 to 64 letters, digits, - _ or .",
        );
    }
    if let Some(url) = &config.database.url
        && !matches!(url.scheme().as_str(), "postgres" | "postgresql")
    {
        let right = "write postgres://user:password@host/name, or leave it unset for SQLite in the data folder.";
        wrong("DATABASE_URL", format!("{url:?} is no Postgres address"), right);
    }
    if let Some(url) = &config.redis.url
        && !matches!(url.scheme().as_str(), "redis" | "rediss")
    {
        wrong("REDIS_URL", format!("{url:?} is no Redis address"), "write redis://host:6379, or rediss:// for TLS.");
    }
    if !is_name(&config.redis.key_prefix) {
        wrong(
            "MATCHDAY_REDIS_KEY_PREFIX",
            format!("{:?} is no prefix", config.redis.key_prefix),
            "use 1 to 64 letters, digits, - _ or .",
        );
    }
    if let Err(error) = tracing_subscriber::EnvFilter::try_new(&config.log.filter) {
        wrong("RUST_LOG", format!("{:?}: {error}", config.log.filter), "write directives, such as info,kafka=debug.");
    }
}

fn mail(config: &Config, problems: &mut Vec<Problem>) {
    let mut wrong = |setting: &str, wrong: String, right: &str| problems.push(Problem::new(setting, wrong, right));

    if let Some(url) = &config.mail.smtp_url
        && !matches!(url.scheme().as_str(), "smtp" | "smtps")
    {
        let right = "write smtps://user:password@host, or smtp://host:587?tls=required.";
        wrong("MATCHDAY_MAIL_SMTP_URL", format!("{url:?} is no mail server"), right);
    }
    if config.mail.from.parse::<lettre::message::Mailbox>().is_err() {
        let right = "write an address, such as Matchday <tickets@example.com>.";
        wrong("MATCHDAY_MAIL_FROM", format!("{:?} is no sender", config.mail.from), right);
    }
    for (setting, page) in
        [("MATCHDAY_MAIL_VERIFY_URL", &config.mail.verify_url), ("MATCHDAY_MAIL_RESET_URL", &config.mail.reset_url)]
    {
        if let Some(page) = page
            && !(page.contains("{code}") && (page.starts_with("https://") || page.starts_with("http://")))
        {
            let right = "write a web address with {code} where the code goes, such as https://host/page?code={code}.";
            wrong(setting, format!("{page:?} is no page that takes a code"), right);
        }
    }
}

fn kafka(config: &Config, problems: &mut Vec<Problem>) {
    let kafka = &config.kafka;
    let mut wrong = |setting: &str, wrong: String, right: &str| problems.push(Problem::new(setting, wrong, right));

    if let Some(brokers) = &kafka.brokers
        && !brokers.split(',').all(|broker| is_host_and_port(broker.trim()))
    {
        wrong("KAFKA_BROKERS", format!("{brokers:?} is no list of brokers"), "write host:port[,host:port].");
    }
    let protocol = kafka.security_protocol.as_deref().unwrap_or("PLAINTEXT");
    let signs_in = kafka.sasl_mechanism.is_some() || kafka.sasl_username.is_some() || kafka.sasl_password.is_some();
    if kafka.brokers.is_none() && (protocol != "PLAINTEXT" || signs_in) {
        wrong(
            "KAFKA_BROKERS",
            "unset, but its security is set".to_owned(),
            "name the brokers, or unset the other KAFKA_*.",
        );
    }
    if protocol.starts_with("SASL") {
        let missing = [
            ("KAFKA_SASL_USERNAME", kafka.sasl_username.is_none()),
            ("KAFKA_SASL_PASSWORD", kafka.sasl_password.is_none()),
        ];
        for (setting, _) in missing.iter().filter(|(_, is_missing)| *is_missing) {
            wrong(
                setting,
                format!("unset, but {protocol} signs in with it"),
                "set it, or take another KAFKA_SECURITY_PROTOCOL.",
            );
        }
    } else if signs_in {
        let what = format!("{protocol}, but a SASL user, password or mechanism is set");
        wrong("KAFKA_SECURITY_PROTOCOL", what, "use SASL_SSL (or SASL_PLAINTEXT), or unset KAFKA_SASL_*.");
    }
    if protocol.ends_with("SSL") && !cfg!(feature = "kafka-tls") {
        let right = "build with `cargo build --release --features kafka-tls`.";
        wrong("KAFKA_SECURITY_PROTOCOL", format!("{protocol}, but this program was built without TLS to Kafka"), right);
    }
    if let Some(file) = kafka.ssl_ca_location.as_deref().filter(|file| !file.is_file()) {
        wrong(
            "KAFKA_SSL_CA_LOCATION",
            format!("there is no file {}", file.display()),
            "name the authority's PEM file.",
        );
    }
    if let Some(id) = &kafka.instance_id
        && !is_kafka_name(id, 249)
    {
        wrong("MATCHDAY_KAFKA_INSTANCE_ID", format!("{id:?} is no name"), "use 1 to 249 letters, digits, . _ or -");
    }
    let topics = [
        ("MATCHDAY_KAFKA_MASTER_LIST_TOPIC_PREFIX", &kafka.master_list_topic_prefix),
        ("MATCHDAY_KAFKA_TICKET_SALES_TOPIC_PREFIX", &kafka.ticket_sales_topic_prefix),
        ("MATCHDAY_KAFKA_AVAILABILITY_TOPIC_PREFIX", &kafka.availability_topic_prefix),
        ("MATCHDAY_KAFKA_DEAD_LETTERS_TOPIC_PREFIX", &kafka.dead_letters_topic_prefix),
        ("MATCHDAY_KAFKA_RESALE_TOPIC_PREFIX", &kafka.resale_topic_prefix),
    ];
    let mut seen = HashSet::new();
    for (setting, topic) in topics {
        if !is_kafka_name(topic, 200) {
            wrong(setting, format!("{topic:?} is no topic name"), "use 1 to 200 letters, digits, . _ or -");
        } else if !seen.insert(topic) {
            wrong(setting, format!("{topic:?} is the name of another of our topics"), "give each its own.");
        }
    }
}

fn is_kafka_name(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// A key of test mode takes no money, and one of live mode takes real money from who only tries something out.
fn stripe(config: &Config, problems: &mut Vec<Problem>) {
    let stripe = &config.stripe;
    let mut wrong = |setting: &str, wrong: &str, right: &str| problems.push(Problem::new(setting, wrong, right));

    let (mode, other) = if config.env == Env::Prod { ("live", "test") } else { ("test", "live") };
    if let Some(key) = stripe.secret_key.as_ref().map(Secret::expose) {
        let is_of = |mode: &str| ["sk", "rk"].iter().any(|kind| key.starts_with(&format!("{kind}_{mode}_")));
        let right = format!("give sk_{mode}_… or rk_{mode}_… of Stripe's dashboard.");
        if is_of(other) {
            wrong("STRIPE_SECRET_KEY", &format!("a key of {other} mode in ENV={}", config.env.as_str()), &right);
        } else if !is_of(mode) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            wrong("STRIPE_SECRET_KEY", "no secret key of Stripe", &right);
        }
    }
    if let Some(base) = &stripe.api_base {
        let host = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
        let host = host.map(|host| host.strip_suffix('/').unwrap_or(host)).unwrap_or_default();
        let is_host =
            !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
        if !is_host {
            let right = "write https://host or https://host:port, or leave it unset for Stripe's own.";
            wrong("STRIPE_API_BASE", &format!("{base:?} is no web address of a host"), right);
        } else if config.env == Env::Prod && base.starts_with("http://") {
            wrong("STRIPE_API_BASE", "in clear text, and ENV=prod sends a key there", "write https://.");
        }
    }
    if config.env == Env::Prod && stripe.secret_key.is_some() {
        let right = "give the endpoint's signing secret, whsec_…, of Stripe's dashboard.";
        match &stripe.webhook_secret {
            None => wrong("STRIPE_WEBHOOK_SECRET", "unset, and ENV=prod hears what Stripe tells", right),
            Some(secret) => {
                if let Some(weakness) = weakness(secret.expose()) {
                    wrong("STRIPE_WEBHOOK_SECRET", weakness, right);
                }
            }
        }
    }
}

/// A bucket must hold what one request may ask for, or that request is refused forever.
fn limits(config: &Config, problems: &mut Vec<Problem>) {
    let mut wrong = |setting: &str, wrong: String, right: &str| problems.push(Problem::new(setting, wrong, right));

    for name in config.limits.unknown() {
        let right =
            format!("the buckets are {}.", Limits::default().capacity.into_keys().collect::<Vec<_>>().join(", "));
        wrong("limits.capacity, limits.refill", format!("{name:?} is no bucket"), &right);
    }
    if let Err((name, error)) = config.limits.policies() {
        wrong("limits.capacity, limits.refill", format!("{name}: {error}"), "give other numbers.");
    }
    let largest = config.transport.documents.max_cost.max(config.transport.http.max_batch_cost);
    let too_small =
        BY_COST.iter().filter(|name| config.limits.capacity.get(**name).is_some_and(|size| *size < largest));
    for name in too_small {
        let right = format!("give {largest} or more: as much as transport.http.max_batch_cost lets one request cost.");
        wrong("limits.capacity", format!("{name} holds less than one request may cost"), &right);
    }
}

/// Who is asked for a captcha must be able to solve one.
fn bots(config: &Config, problems: &mut Vec<Problem>) {
    let mut wrong = |setting: &str, wrong: String, right: &str| problems.push(Problem::new(setting, wrong, right));
    let known = Bots::default();

    for name in config.bots.unknown() {
        let right = format!("the signs are {}.", known.weights.keys().cloned().collect::<Vec<_>>().join(", "));
        wrong("bots.weights, bots.free", format!("{name:?} is no sign, or none of which some are free"), &right);
    }
    if config.bots.captcha_score > config.bots.block_score {
        let right = "make it no more than bots.block_score: a captcha comes before the end.";
        wrong("bots.captcha_score", format!("{} is beyond bots.block_score", config.bots.captcha_score), right);
    }
    for field in CAPTCHA_FIELDS {
        if config.bots.protected.iter().any(|protected| protected == field) {
            wrong("bots.protected", format!("{field} is how a captcha is solved"), "leave it out.");
        }
    }
}

/// A provider is asked by what it knows us by.
fn captcha(config: &Config, problems: &mut Vec<Problem>) {
    let captcha = &config.captcha;
    if captcha.provider != Provider::Siteverify {
        return;
    }
    let mut wrong = |setting: &str, wrong: String, right: &str| problems.push(Problem::new(setting, wrong, right));
    if captcha.site_key.is_none() {
        wrong("MATCHDAY_CAPTCHA_SITE_KEY", "unset".to_owned(), "give the key of the provider's widget.");
    }
    if captcha.secret.is_none() {
        wrong("MATCHDAY_CAPTCHA_SECRET", "unset".to_owned(), "give the secret that the provider gave you.");
    }
    let url = captcha.verify_url.as_deref().unwrap_or_default();
    if let Err(error) = fetch::address(url) {
        wrong("MATCHDAY_CAPTCHA_VERIFY_URL", format!("{url:?} {error}"), "give the provider's https:// address.");
    }
}

/// Production runs on shared, durable services and on secrets that nobody can guess.
fn production(config: &Config, problems: &mut Vec<Problem>) {
    let mut wrong = |setting: &str, wrong: &str, right: &str| problems.push(Problem::new(setting, wrong, right));

    if config.database.url.is_none() {
        wrong("DATABASE_URL", "unset, and ENV=prod does not run on the embedded SQLite", "give a postgres:// address.");
    }
    if config.kafka.brokers.is_none() {
        wrong(
            "KAFKA_BROKERS",
            "unset, and ENV=prod does not run on the embedded broker, which forgets everything",
            "name the brokers.",
        );
    }
    if config.redis.url.is_none() {
        wrong(
            "REDIS_URL",
            "unset, and without it a document registered at one instance of ENV=prod is unknown at the others",
            "give a redis:// address.",
        );
    }
    if config.mail.smtp_url.is_none() {
        wrong(
            "MATCHDAY_MAIL_SMTP_URL",
            "unset, and without it nobody of ENV=prod gets the mail that lets them in again",
            "give an smtps:// address.",
        );
    }
    let advice =
        "give 32 random bytes or more, such as the output of `openssl rand -base64 48`; the same on every instance.";
    match &config.accounts.jwt_secret {
        None => wrong("MATCHDAY_JWT_SECRET", "unset, and ENV=prod makes up no secrets", advice),
        Some(secret) => {
            if let Some(weakness) = weakness(secret.expose()) {
                wrong("MATCHDAY_JWT_SECRET", weakness, advice);
            }
        }
    }
}

fn weakness(secret: &str) -> Option<&'static str> {
    let lower = secret.to_ascii_lowercase();
    let distinct = secret.bytes().collect::<HashSet<_>>().len();
    if secret.len() < SECRET_BYTES_MIN {
        Some("shorter than 32 bytes")
    } else if KNOWN_SECRETS.iter().any(|known| lower.contains(known)) {
        Some("a known default that everybody can guess")
    } else if distinct < 10 {
        Some("made of too few different characters")
    } else {
        None
    }
}

fn is_host_and_port(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| {
        let is_bracketed = host.starts_with('[') && host.ends_with(']');
        let is_host = !host.is_empty() && !host.contains(['/', ' ']) && (is_bracketed || !host.contains(':'));
        is_host && port.parse::<u16>().is_ok()
    })
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}
