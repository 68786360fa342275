use std::collections::BTreeSet;

use super::*;

mod complaints;
mod pages;
mod production;
mod selling;
mod tracing;

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load_env(pairs: &[(&str, &str)]) -> Result<Loaded, Problems> {
    load_from(None, &variables(pairs))
}

/// What is said about `setting`, with the advice. All that is said has the form of its place.
fn complaint(problems: &Problems, setting: &str) -> String {
    for Problem { setting, wrong, right } in &problems.0 {
        // A name of capitals stays one.
        let mut letters = wrong.chars();
        let is_sentence =
            letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
        assert!(!wrong.ends_with('.') && !is_sentence, "{setting}: {wrong}");
        assert!(right.ends_with(['.', '?']), "{setting}: {right}");
    }
    let of_setting = problems.0.iter().filter(|problem| problem.setting.starts_with(setting));
    of_setting.map(|problem| format!("{} / {}", problem.wrong, problem.right)).collect::<Vec<_>>().join("; ")
}

fn with_file<T>(text: &str, then: impl FnOnce(&Path) -> T) -> T {
    let path = std::env::temp_dir().join(format!("matchday-config-{}.toml", uuid::Uuid::now_v7()));
    std::fs::write(&path, text).expect("the temporary folder is writable");
    let result = then(&path);
    std::fs::remove_file(&path).expect("the file was just written");
    result
}

const PRODUCTION: &[(&str, &str)] = &[
    ("ENV", "prod"),
    ("DATABASE_URL", "postgres://ana:hunter2@db/matchday"),
    ("REDIS_URL", "redis://cache:6379"),
    ("KAFKA_BROKERS", "kafka-1:9092,kafka-2:9092"),
    ("MATCHDAY_JWT_SECRET", "kX7mQ2vT9pLw4RzB8nYc3HsD6fGj1AeU"),
    ("MATCHDAY_MAIL_SMTP_URL", "smtps://ana:hunter2@mail.example.com"),
];

const WEBHOOK_SECRET: &str = "whsec_Q4nT8vXw2LbR7yJm5KcZ9dHs3GfAe6Pu";

#[test]
fn nothing_needs_to_be_set() {
    let loaded = load_env(&[]).expect("the defaults are valid");

    assert_eq!(loaded.config.http.bind, "127.0.0.1:8000");
    assert_eq!(loaded.config.holds.seconds, 900);
    assert!(loaded.config.is_database_embedded() && loaded.config.is_kafka_embedded());
    assert!(loaded.config.migrates_at_start());
    assert!(loaded.sources.is_empty());
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let text = "client_id = \"from-file\"\n[holds]\nseconds = 60\nforeign_seconds = 120\n";

    let loaded = with_file(text, |path| load_from(Some(path), &variables(&[("MATCHDAY_HOLD_SECONDS", "30")])))
        .expect("both sources are right");

    assert_eq!(loaded.config.holds.seconds, 30);
    assert_eq!(loaded.config.holds.foreign_seconds, 120);
    assert_eq!(loaded.config.client_id, "from-file");
    assert_eq!(loaded.config.holds.purchase_cap, 6);
    assert_eq!(loaded.sources["holds.seconds"], "MATCHDAY_HOLD_SECONDS");
    assert!(loaded.sources["client_id"].ends_with(".toml"));
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let loaded = load_env(&[("DATABASE_URL", ""), ("MATCHDAY_HOLD_SECONDS", "")]).expect("nothing is set");

    assert!(loaded.config.is_database_embedded());
}

#[test]
fn a_text_that_looks_like_a_number_stays_a_text() {
    let loaded = load_env(&[
        ("CLIENT_ID", "42"),
        ("KAFKA_BROKERS", "kafka:9092"),
        ("KAFKA_SECURITY_PROTOCOL", "sasl_plaintext"),
        ("KAFKA_SASL_USERNAME", "1"),
        ("KAFKA_SASL_PASSWORD", "0123"),
    ])
    .expect("these are texts");

    assert_eq!(loaded.config.client_id, "42");
    assert_eq!(loaded.config.kafka.exchange.security_protocol.as_deref(), Some("SASL_PLAINTEXT"));
    assert_eq!(loaded.config.kafka.exchange.sasl_password.expect("it is set").expose(), "0123");
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let text = "[http]\nbnd = \"x\"\n[holds]\nseconds = \"soon\"\nhttp = 1\n";

    let problems = with_file(text, |path| {
        load_from(
            Some(path),
            &variables(&[
                ("MATCHDAY_HOLDSECONDS", "5"),
                ("MATCHDAY_BIND", "nowhere"),
                ("DATABASE_URL", "mysql://db/matchday"),
                ("MATCHDAY_KAFKA_PARTITIONS", "0"),
                ("ENV", "staging"),
            ]),
        )
    })
    .expect_err("all of this is wrong");

    assert!(complaint(&problems, "http.bnd").contains("http.bind"));
    assert!(complaint(&problems, "holds.seconds").contains("a whole number from 1 to 86400"));
    assert!(complaint(&problems, "holds.http").contains("no such setting"));
    assert!(complaint(&problems, "MATCHDAY_HOLDSECONDS").contains("did you mean MATCHDAY_HOLD_SECONDS?"));
    assert!(complaint(&problems, "MATCHDAY_BIND").contains("host:port"));
    assert!(complaint(&problems, "DATABASE_URL").contains("not a Postgres address"));
    assert!(complaint(&problems, "MATCHDAY_KAFKA_PARTITIONS").contains("from 1 to 1000"));
    assert!(complaint(&problems, "ENV").contains("dev, prod"));
    assert_eq!(problems.0.len(), 8);
}

#[test]
fn a_named_file_must_exist_and_be_toml() {
    let missing = load_from(Some(Path::new("/nowhere/matchday.toml")), &[]).expect_err("there is no such file");
    assert!(complaint(&missing, "/nowhere/matchday.toml").contains("cannot be read"));

    let by_variable = load_env(&[("MATCHDAY_CONFIG", "/nowhere/else.toml")]).expect_err("there is no such file");
    assert!(complaint(&by_variable, "/nowhere/else.toml").contains("cannot be read"));

    let broken = with_file("[holds]\nseconds = = 1\n", |path| load_from(Some(path), &[])).expect_err("that is no TOML");
    assert!(broken.0[0].wrong.contains("line 2"));
}

#[test]
fn mail_settings_that_lead_nowhere_are_refused() {
    let problems = load_env(&[
        ("MATCHDAY_MAIL_SMTP_URL", "mail.example.com:25"),
        ("MATCHDAY_MAIL_FROM", "nobody"),
        ("MATCHDAY_MAIL_RESET_URL", "https://shop.example/reset"),
    ])
    .expect_err("each of them is wrong");

    for setting in ["MATCHDAY_MAIL_SMTP_URL", "MATCHDAY_MAIL_FROM", "MATCHDAY_MAIL_RESET_URL"] {
        assert!(!complaint(&problems, setting).is_empty());
    }
}

#[test]
fn origins_that_no_browser_sends_are_refused() {
    let (cors, sockets) =
        ("MATCHDAY_TRANSPORT_HTTP_CORS_ALLOWED_ORIGINS", "MATCHDAY_TRANSPORT_SOCKETS_ALLOWED_ORIGINS");
    for wrong in ["https://shop.example/", "shop.example", "[\"https://shop.example\"]", "https://shop.example/app"] {
        let problems = load_env(&[(cors, wrong), (sockets, wrong)]).expect_err(wrong);
        for setting in [cors, sockets] {
            assert!(complaint(&problems, setting).contains("https://tickets.example"), "{wrong}: {problems}");
        }
    }
    let cookies = ("MATCHDAY_TRANSPORT_HTTP_CORS_ALLOW_CREDENTIALS", "true");
    let problems = load_env(&[(cors, "*"), cookies]).expect_err("no page of any site may send cookies");
    assert!(complaint(&problems, cors).contains("name the origins"), "{problems}");

    let right = load_env(&[(cors, "https://shop.example,http://localhost:3000"), cookies, (sockets, "*")]);
    assert!(right.is_ok());
}

#[test]
fn the_public_address_may_open_sockets_and_is_come_to_by_tls_alone_in_production() {
    let edge = |pairs: &[(&str, &str)]| load_env(pairs).map(|loaded| loaded.config.edge());
    let secure = [("MATCHDAY_PUBLIC_URL", "https://tickets.example")];

    let in_dev = edge(&secure).expect("the settings are right");
    assert_eq!(in_dev.sockets.allowed_origins, ["https://tickets.example"]);
    assert!(!in_dev.http.is_secure, "an address that is tried out is not remembered for years");
    let mut in_prod = load_env(&secure).expect("the settings are right").config;
    in_prod.env = Env::Prod;
    assert!(in_prod.edge().http.is_secure);
}

#[test]
fn an_identity_provider_is_accepted_whole_and_by_public_keys_only() {
    let fine = [("MATCHDAY_OIDC_ISSUER", "https://login.example.com/realm"), ("MATCHDAY_OIDC_AUDIENCES", "a, b")];
    let loaded = load_env(&fine).expect("nothing more is needed");
    assert_eq!(loaded.config.oidc.audiences, ["a", "b"]);

    for (setting, value, complained_of, told) in [
        ("MATCHDAY_OIDC_ISSUER", "login.example.com", "MATCHDAY_OIDC_ISSUER", "is not a web address"),
        ("MATCHDAY_OIDC_JWKS_URL", "http://login.example.com/keys", "MATCHDAY_OIDC_JWKS_URL", "unencrypted"),
        ("MATCHDAY_OIDC_AUDIENCES", ",", "MATCHDAY_OIDC_AUDIENCES", "its other clients"),
        ("MATCHDAY_OIDC_ALGORITHMS", "RS256,HS256", "MATCHDAY_OIDC_ALGORITHMS", "\"HS256\" is not an accepted"),
        ("MATCHDAY_OIDC_ALGORITHMS", "none", "MATCHDAY_OIDC_ALGORITHMS", "\"none\" is not an accepted"),
        ("MATCHDAY_OIDC_ALGORITHMS", ",", "MATCHDAY_OIDC_ALGORITHMS", "empty"),
        ("MATCHDAY_OIDC_ADMIN_VALUES", "boss", "MATCHDAY_OIDC_ROLE_CLAIM", "a claim and its values"),
        ("MATCHDAY_OIDC_ROLE_CLAIM", "roles", "MATCHDAY_OIDC_ROLE_CLAIM", "a claim and its values"),
    ] {
        let mut pairs = fine.to_vec();
        pairs.retain(|(name, _)| *name != setting);
        pairs.push((setting, value));
        let problems = load_env(&pairs).expect_err(value);
        assert!(complaint(&problems, complained_of).contains(told), "{setting}={value}: {problems}");
    }
    let problems = load_env(&[("MATCHDAY_OIDC_AUDIENCES", "a")]).expect_err("there is no issuer");
    assert!(complaint(&problems, "MATCHDAY_OIDC_ISSUER").contains("unset"));
}

#[test]
fn browsers_sign_in_at_a_provider_that_can_send_them_back() {
    let fine = [
        ("MATCHDAY_OIDC_ISSUER", "https://login.example.com/realm"),
        ("MATCHDAY_OIDC_AUDIENCES", "a"),
        ("MATCHDAY_OIDC_CLIENT_ID", "tickets"),
        ("MATCHDAY_OIDC_CLIENT_SECRET", "s3cr3t"),
        ("MATCHDAY_PUBLIC_URL", "https://tickets.example/"),
    ];
    let config = load_env(&fine).expect("nothing more is needed").config;
    let client = config.oidc.client(&config.http).expect("browsers may sign in");
    assert_eq!(client.redirect_uri, "https://tickets.example/auth/callback");
    assert_eq!((client.scopes.join(" ").as_str(), client.name.as_str()), ("openid profile email", "login.example.com"));

    for (setting, value, complained_of, told) in [
        ("MATCHDAY_OIDC_ISSUER", None, "MATCHDAY_OIDC_ISSUER", "unset"),
        ("MATCHDAY_OIDC_CLIENT_ID", None, "MATCHDAY_OIDC_CLIENT_ID", "its secret is set"),
        ("MATCHDAY_PUBLIC_URL", None, "MATCHDAY_PUBLIC_URL", "unset"),
        ("MATCHDAY_OIDC_SCOPES", Some("email"), "MATCHDAY_OIDC_SCOPES", "without openid"),
        ("MATCHDAY_OIDC_SCOPES", Some("openid,a b"), "MATCHDAY_OIDC_SCOPES", "not a scope"),
        ("MATCHDAY_OIDC_NAME", Some(" "), "MATCHDAY_OIDC_NAME", "empty"),
    ] {
        let mut pairs = fine.to_vec();
        pairs.retain(|(name, _)| *name != setting);
        pairs.extend(value.map(|value| (setting, value)));
        let problems = load_env(&pairs).expect_err("this does not fit");
        assert!(complaint(&problems, complained_of).contains(told), "{setting}={value:?}: {problems}");
    }
}

#[test]
fn kafka_security_must_fit_together() {
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let cases: &[Case<'_>] = &[
        (
            &[("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")],
            "KAFKA_BROKERS",
            "unset, but security settings of Kafka are set",
        ),
        (
            &[("KAFKA_BROKERS", "kafka:9092"), ("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")],
            "KAFKA_SASL_PASSWORD",
            "needs it",
        ),
        (&[("KAFKA_BROKERS", "kafka:9092"), ("KAFKA_SASL_USERNAME", "ana")], "KAFKA_SECURITY_PROTOCOL", "SASL_SSL"),
        (
            &[("KAFKA_BROKERS", "kafka:9092"), ("KAFKA_SSL_CA_LOCATION", "/nowhere.pem")],
            "KAFKA_SSL_CA_LOCATION",
            "no file",
        ),
        (&[("KAFKA_BROKERS", "kafka")], "KAFKA_BROKERS", "host:port"),
        (&[("MATCHDAY_KAFKA_INSTANCE_ID", "pod 1")], "MATCHDAY_KAFKA_INSTANCE_ID", "not a valid name"),
        (
            &[("MATCHDAY_KAFKA_TICKET_SALES_TOPIC_PREFIX", "a b")],
            "MATCHDAY_KAFKA_TICKET_SALES_TOPIC_PREFIX",
            "not a topic name",
        ),
    ];

    for (pairs, setting, why) in cases {
        let problems = load_env(pairs).expect_err("these do not fit");
        assert!(complaint(&problems, setting).contains(why), "{pairs:?}: {problems}");
    }
}

#[test]
fn a_program_without_tls_to_kafka_says_how_to_get_it() {
    let pairs = [("KAFKA_BROKERS", "kafka:9093"), ("KAFKA_SECURITY_PROTOCOL", "SSL")];

    let loaded = load_env(&pairs);

    assert_eq!(loaded.is_ok(), cfg!(feature = "kafka-tls"));
    if let Err(problems) = loaded {
        assert!(complaint(&problems, "KAFKA_SECURITY_PROTOCOL").contains("--features kafka-tls"));
    }
}

#[test]
fn a_shown_config_hides_every_secret() {
    let mut pairs = PRODUCTION.to_vec();
    pairs.extend([
        ("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT"),
        ("KAFKA_SASL_USERNAME", "ana"),
        ("KAFKA_SASL_PASSWORD", "kafka-pa55word"),
        ("STRIPE_SECRET_KEY", "sk_live_abc"),
        ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("MATCHDAY_OIDC_ISSUER", "https://login.example.com"),
        ("MATCHDAY_OIDC_AUDIENCES", "shop"),
        ("MATCHDAY_OIDC_CLIENT_ID", "shop"),
        ("MATCHDAY_OIDC_CLIENT_SECRET", "0idc-s3cr3t"),
        ("MATCHDAY_PUBLIC_URL", "https://tickets.example"),
    ]);
    let config = load_env(&pairs).expect("all of it is right").config;

    for shown in [format!("{config:?}"), serde_json::to_string(&config).expect("a config serialises")] {
        for secret in ["hunter2", "kX7mQ2", "kafka-pa55word", "sk_live_abc", WEBHOOK_SECRET, "0idc-s3cr3t"] {
            assert!(!shown.contains(secret), "{secret} is shown");
        }
    }
}

#[test]
fn the_edge_is_set_like_everything_else() {
    let loaded = load_env(&[("MATCHDAY_DRAIN_SECONDS", "3")]).expect("it is a number of seconds");

    assert_eq!(loaded.config.transport.connections.drain_seconds, 3);
}

#[test]
fn the_example_file_is_right_and_says_the_defaults() {
    let example = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../matchday.example.toml"));

    let loaded = load_from(Some(example), &[]).expect("the example is right");

    assert_eq!(
        serde_json::to_value(&loaded.config).expect("a config serialises"),
        serde_json::to_value(Config::default()).expect("a config serialises"),
    );
}

#[test]
fn the_example_file_shows_every_setting_under_its_key_with_its_variable() {
    let example = include_str!("../../../matchday.example.toml");
    let (mut section, mut shown) = (String::new(), BTreeSet::new());
    for line in example.lines() {
        let text = line.strip_prefix("# ").unwrap_or(line);
        let path = if let Some((name, _)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
            section = format!("{name}.");
            name.to_owned()
        } else if let Some((key, _)) = text.split_once(" = ") {
            format!("{section}{key}")
        } else {
            continue;
        };
        let is_named =
            |env: &str| line.split(|end: char| !end.is_ascii_alphanumeric() && end != '_').any(|word| word == env);
        if catalog::by_path(&path).is_some_and(|setting| is_named(&setting.env)) {
            shown.insert(path);
        }
    }

    let missing: Vec<&str> =
        SETTINGS.iter().map(|setting| setting.path.as_str()).filter(|path| !shown.contains(*path)).collect();

    assert_eq!(missing, [""; 0], "name these in matchday.example.toml, with the variable in the same line");
}

#[test]
fn variables_of_the_repositorys_scripts_are_no_settings_and_no_mistakes() {
    load_env(&[("MATCHDAY_SERVICES_PORT", "17430"), ("MATCHDAY_BIN", "/somewhere")])
        .expect("they are not ours to judge");
}

#[test]
fn captchas_that_nobody_can_solve_and_signs_that_nobody_knows_are_refused() {
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let provider = ("MATCHDAY_CAPTCHA_PROVIDER", "siteverify");
    let elsewhere = ("MATCHDAY_CAPTCHA_VERIFY_URL", "http://captcha.example.com/siteverify");
    let cases: &[Case<'_>] = &[
        (&[provider], "MATCHDAY_CAPTCHA_SITE_KEY", "unset"),
        (&[provider], "MATCHDAY_CAPTCHA_SECRET", "unset"),
        (&[provider, elsewhere], "MATCHDAY_CAPTCHA_VERIFY_URL", "unencrypted"),
        (&[("MATCHDAY_BOTS_WEIGHTS", "isTall=5")], "MATCHDAY_BOTS_WEIGHTS", "not the name of a sign"),
        (&[("MATCHDAY_BOTS_FREE", "noAccept=5")], "MATCHDAY_BOTS_FREE", "not the name of a sign"),
        (&[("MATCHDAY_BOTS_DOUBLING", "noAccept=5")], "MATCHDAY_BOTS_DOUBLING", "not the name of a sign"),
        (&[("MATCHDAY_BOTS_DOUBLING", "accountsOfAddress=0")], "MATCHDAY_BOTS_DOUBLING", "without end"),
        (&[("MATCHDAY_BOTS_CAPTCHA_SCORE", "101")], "MATCHDAY_BOTS_CAPTCHA_SCORE", "above bots.block_score"),
        (
            &[("MATCHDAY_RESALE_PRICE_CAP_PERCENT", "19")],
            "resale.price_floor_percent",
            "above resale.price_cap_percent",
        ),
        (&[("MATCHDAY_BOTS_PROTECTED", "signIn,solveCaptcha")], "MATCHDAY_BOTS_PROTECTED", "how a captcha is solved"),
    ];

    for (pairs, setting, why) in cases {
        let problems = load_env(pairs).expect_err("nobody could go on");
        assert!(complaint(&problems, setting).contains(why), "{pairs:?}: {problems}");
    }
    let one = load_env(&[("MATCHDAY_BOTS_WEIGHTS", "noAccept=0")]).expect("it is a sign").config;
    assert_eq!(one.bots.weights.get("noAccept"), Some(&0));
    assert_eq!(one.bots.weights.get("declaredCrawler"), Some(&60), "who sets one weight keeps the others");
}

#[test]
fn who_sets_one_price_keeps_the_others() {
    let variables = [("MATCHDAY_TRANSPORT_DOCUMENTS_FIELD_COSTS".to_owned(), "Mutation.reserve=1".to_owned())];
    let loaded = load_from(None, &variables).expect("the setting is right");

    let costs = loaded.config.transport.documents.field_costs;
    assert_eq!(costs.get("Mutation.reserve"), Some(&1));
    assert_eq!(costs.get("Mutation.signIn"), Some(&10_000));
}
