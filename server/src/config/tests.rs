use super::*;

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load_env(pairs: &[(&str, &str)]) -> Result<Loaded, Problems> {
    load_from(None, &variables(pairs))
}

/// What is said about `setting`, with the advice.
fn complaint(problems: &Problems, setting: &str) -> String {
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
    assert_eq!(loaded.config.kafka.security_protocol.as_deref(), Some("SASL_PLAINTEXT"));
    assert_eq!(loaded.config.kafka.sasl_password.expect("it is set").expose(), "0123");
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
    assert!(complaint(&problems, "DATABASE_URL").contains("no Postgres address"));
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
fn an_identity_provider_is_accepted_whole_and_by_public_keys_only() {
    let fine = [("MATCHDAY_OIDC_ISSUER", "https://login.example.com/realm"), ("MATCHDAY_OIDC_AUDIENCES", "a, b")];
    let loaded = load_env(&fine).expect("nothing more is needed");
    assert_eq!(loaded.config.oidc.audiences, ["a", "b"]);

    for (setting, value, complained_of, told) in [
        ("MATCHDAY_OIDC_ISSUER", "login.example.com", "MATCHDAY_OIDC_ISSUER", "is no web address"),
        ("MATCHDAY_OIDC_JWKS_URL", "http://login.example.com/keys", "MATCHDAY_OIDC_JWKS_URL", "in the clear"),
        ("MATCHDAY_OIDC_AUDIENCES", ",", "MATCHDAY_OIDC_AUDIENCES", "its other customers"),
        ("MATCHDAY_OIDC_ALGORITHMS", "RS256,HS256", "MATCHDAY_OIDC_ALGORITHMS", "\"HS256\" signs nothing"),
        ("MATCHDAY_OIDC_ALGORITHMS", "none", "MATCHDAY_OIDC_ALGORITHMS", "\"none\" signs nothing"),
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
fn production_runs_on_services_and_a_strong_secret() {
    let loaded = load_env(PRODUCTION).expect("everything that production needs is set");

    assert!(!loaded.config.migrates_at_start());
}

#[test]
fn production_names_every_embedded_part_and_missing_secret() {
    let problems = load_env(&[("ENV", "prod")]).expect_err("nothing that production needs is set");

    let settings: Vec<&str> = problems.0.iter().map(|problem| problem.setting.as_str()).collect();
    assert_eq!(
        settings,
        ["DATABASE_URL", "KAFKA_BROKERS", "REDIS_URL", "MATCHDAY_MAIL_SMTP_URL", "MATCHDAY_JWT_SECRET"]
    );
}

#[test]
fn production_refuses_each_weak_secret() {
    let weak = [
        ("tiny-one", "shorter than 32 bytes"),
        ("changeme-changeme-changeme-changeme-123", "known default"),
        ("your-256-bit-secret-your-256-bit-secret", "known default"),
        ("abababababababababababababababababab", "too few different"),
    ];

    for (secret, why) in weak {
        let mut pairs = PRODUCTION.to_vec();
        pairs.push(("MATCHDAY_JWT_SECRET", secret));
        let problems = load_env(&pairs).expect_err("the secret is weak");
        assert!(complaint(&problems, "MATCHDAY_JWT_SECRET").contains(why), "{secret}: {problems}");
        assert!(!problems.to_string().contains(secret), "the report repeats the secret");
    }
}

#[test]
fn kafka_security_must_fit_together() {
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let cases: &[Case<'_>] = &[
        (&[("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")], "KAFKA_BROKERS", "unset, but its security is set"),
        (
            &[("KAFKA_BROKERS", "kafka:9092"), ("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")],
            "KAFKA_SASL_PASSWORD",
            "signs in with it",
        ),
        (&[("KAFKA_BROKERS", "kafka:9092"), ("KAFKA_SASL_USERNAME", "ana")], "KAFKA_SECURITY_PROTOCOL", "SASL_SSL"),
        (
            &[("KAFKA_BROKERS", "kafka:9092"), ("KAFKA_SSL_CA_LOCATION", "/nowhere.pem")],
            "KAFKA_SSL_CA_LOCATION",
            "no file",
        ),
        (&[("KAFKA_BROKERS", "kafka")], "KAFKA_BROKERS", "host:port"),
        (&[("MATCHDAY_KAFKA_INSTANCE_ID", "pod 1")], "MATCHDAY_KAFKA_INSTANCE_ID", "no name"),
        (
            &[("MATCHDAY_KAFKA_TICKET_SALES_TOPIC_PREFIX", "a b")],
            "MATCHDAY_KAFKA_TICKET_SALES_TOPIC_PREFIX",
            "no topic name",
        ),
    ];

    for (pairs, setting, why) in cases {
        let problems = load_env(pairs).expect_err("these do not fit");
        assert!(complaint(&problems, setting).contains(why), "{pairs:?}: {problems}");
    }
}

#[test]
fn stripe_takes_real_money_in_production_and_nowhere_else() {
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let (live, secret) = (("STRIPE_SECRET_KEY", "sk_live_abc"), ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET));
    let production: &[Case<'_>] = &[
        (&[("STRIPE_SECRET_KEY", "sk_test_abc"), secret], "STRIPE_SECRET_KEY", "a key of test mode in ENV=prod"),
        (&[("STRIPE_SECRET_KEY", "pk_live_abc"), secret], "STRIPE_SECRET_KEY", "no secret key"),
        (&[live], "STRIPE_WEBHOOK_SECRET", "unset"),
        (&[live, ("STRIPE_WEBHOOK_SECRET", "whsec_short")], "STRIPE_WEBHOOK_SECRET", "shorter than 32 bytes"),
        (&[live, secret, ("STRIPE_API_BASE", "http://stripe.example")], "STRIPE_API_BASE", "in clear text"),
    ];
    let dev: &[Case<'_>] = &[
        (&[live], "STRIPE_SECRET_KEY", "a key of live mode in ENV=dev"),
        (&[("STRIPE_SECRET_KEY", "rk_live_abc")], "STRIPE_SECRET_KEY", "a key of live mode"),
        (&[("STRIPE_SECRET_KEY", "sk_test_a b")], "STRIPE_SECRET_KEY", "no secret key"),
        (&[("STRIPE_API_BASE", "stripe.example")], "STRIPE_API_BASE", "no web address"),
        (&[("STRIPE_API_BASE", "https://stripe.example/v1")], "STRIPE_API_BASE", "no web address of a host"),
        (&[("MATCHDAY_STRIPE_TIMEOUT_SECONDS", "0")], "MATCHDAY_STRIPE_TIMEOUT_SECONDS", "1 to 60"),
    ];

    for (base, cases) in [(PRODUCTION, production), (&[], dev)] {
        for (pairs, setting, why) in cases {
            let problems = load_env(&[base, pairs].concat()).expect_err("these do not fit");
            assert!(complaint(&problems, setting).contains(why), "{pairs:?}: {problems}");
        }
    }
    let restricted = ("STRIPE_SECRET_KEY", "rk_live_abc");
    for (base, pairs) in [(PRODUCTION, [restricted, secret]), (&[], [("STRIPE_SECRET_KEY", "sk_test_abc"), secret])] {
        let config = load_env(&[base, &pairs].concat()).expect("a key of the right mode").config;
        assert!(matches!(config.payments(), Payments::Stripe(_)));
    }
    assert!(matches!(load_env(&[]).expect("nothing is set").config.payments(), Payments::Play));
    assert!(matches!(load_env(PRODUCTION).expect("it is right").config.payments(), Payments::None));
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
    ]);
    let config = load_env(&pairs).expect("all of it is right").config;

    for shown in [format!("{config:?}"), serde_json::to_string(&config).expect("a config serialises")] {
        for secret in ["hunter2", "kX7mQ2", "kafka-pa55word", "sk_live_abc", WEBHOOK_SECRET] {
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
fn variables_of_the_repositorys_scripts_are_no_settings_and_no_mistakes() {
    load_env(&[("MATCHDAY_SERVICES_PORT", "17430"), ("MATCHDAY_BIN", "/somewhere")])
        .expect("they are not ours to judge");
}

#[test]
fn production_hides_the_schema_unless_it_is_told_to_show_it() {
    let dev = load_env(&[]).expect("nothing is set").config;
    assert!(dev.shows_schema() && dev.suggests_names());

    let production = load_env(PRODUCTION).expect("everything that production needs is set").config;
    assert!(!production.shows_schema() && !production.suggests_names());

    let mut pairs = PRODUCTION.to_vec();
    pairs.extend([("MATCHDAY_INTROSPECTION", "true"), ("MATCHDAY_SUGGESTIONS", "true")]);
    let told = load_env(&pairs).expect("these are flags").config;
    assert!(told.shows_schema() && told.suggests_names());
}

#[test]
fn captchas_that_nobody_can_solve_and_signs_that_nobody_knows_are_refused() {
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let provider = ("MATCHDAY_CAPTCHA_PROVIDER", "siteverify");
    let elsewhere = ("MATCHDAY_CAPTCHA_VERIFY_URL", "http://captcha.example.com/siteverify");
    let cases: &[Case<'_>] = &[
        (&[provider], "MATCHDAY_CAPTCHA_SITE_KEY", "unset"),
        (&[provider], "MATCHDAY_CAPTCHA_SECRET", "unset"),
        (&[provider, elsewhere], "MATCHDAY_CAPTCHA_VERIFY_URL", "in the clear"),
        (&[("MATCHDAY_BOTS_WEIGHTS", "isTall=5")], "bots.weights, bots.free", "no sign"),
        (&[("MATCHDAY_BOTS_FREE", "noAccept=5")], "bots.weights, bots.free", "none of which some are free"),
        (&[("MATCHDAY_BOTS_CAPTCHA_SCORE", "101")], "bots.captcha_score", "beyond bots.block_score"),
        (&[("MATCHDAY_BOTS_PROTECTED", "signIn,solveCaptcha")], "bots.protected", "how a captcha is solved"),
    ];

    for (pairs, setting, why) in cases {
        let problems = load_env(pairs).expect_err("nobody could go on");
        assert!(complaint(&problems, setting).contains(why), "{pairs:?}: {problems}");
    }
    let one = load_env(&[("MATCHDAY_BOTS_WEIGHTS", "noAccept=0")]).expect("it is a sign").config;
    assert_eq!(one.bots.weights.get("noAccept"), Some(&0));
    assert_eq!(one.bots.weights.get("declaredCrawler"), Some(&60), "who sets one weight keeps the others");
}
