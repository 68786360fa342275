//! What production must not run on.

use gateways::Settings;

use super::*;

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
        ("changeme-changeme-changeme-changeme-123", "well-known example"),
        ("your-256-bit-secret-your-256-bit-secret", "well-known example"),
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
fn production_refuses_proxies_that_are_everybody_and_secrets_that_are_phrases() {
    let with = |name: &'static str, value: &'static str| {
        let kept = PRODUCTION.iter().filter(|(known, _)| *known != name).copied();
        load_env(&kept.chain([(name, value)]).collect::<Vec<_>>())
    };
    let proxies = "MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES";

    for everybody in ["0.0.0.0/0", "10.0.0.0/8,::/0", "0.0.0.0/1,128.0.0.0/1", "10.0.0.0/7", "2000::/3", "2001::/15"] {
        let problems = with(proxies, everybody).expect_err("everybody is no proxy");
        assert!(complaint(&problems, proxies).contains("so wide"), "{everybody}");
    }
    for phrase in [
        "correct horse battery staple correct",
        "sunshine-Sunshine-sunshine-42!",
        "aZ3k9Qx1vB7maZ3k9Qx1vB7maZ3k9Qx1vB7m",
        "CorrectHorseBatteryStapleCorrect",
        "matchdaymatchdaymatchday12345678",
    ] {
        let problems = with("MATCHDAY_JWT_SECRET", phrase).expect_err("it is a phrase");
        let said = complaint(&problems, "MATCHDAY_JWT_SECRET");
        assert!(said.contains("repeated words") || said.contains("shorter"), "{phrase}: {said}");
    }
    assert!(with(proxies, "10.0.0.0/8,2001::/16,192.0.2.1").is_ok());
    assert!(with("MATCHDAY_JWT_SECRET", "3q2-7wWk_0Pf-9aZxR5tYb-mN1cVd8-sLhGj4KuQe").is_ok());
}

#[test]
fn stripe_takes_real_money_in_production_and_nowhere_else() {
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let (live, secret) = (("STRIPE_SECRET_KEY", "sk_live_abc"), ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET));
    let production: &[Case<'_>] = &[
        (&[("STRIPE_SECRET_KEY", "sk_test_abc"), secret], "STRIPE_SECRET_KEY", "a key of test mode in ENV=prod"),
        (&[("STRIPE_SECRET_KEY", "pk_live_abc"), secret], "STRIPE_SECRET_KEY", "not a secret key"),
        (&[live], "STRIPE_WEBHOOK_SECRET", "unset"),
        (&[live, ("STRIPE_WEBHOOK_SECRET", "whsec_short")], "STRIPE_WEBHOOK_SECRET", "shorter than 32 bytes"),
        (&[live, secret, ("STRIPE_API_BASE", "http://stripe.example")], "STRIPE_API_BASE", "unencrypted"),
    ];
    let dev: &[Case<'_>] = &[
        (&[live], "STRIPE_SECRET_KEY", "a key of live mode in ENV=dev"),
        (&[("STRIPE_SECRET_KEY", "rk_live_abc")], "STRIPE_SECRET_KEY", "a key of live mode"),
        (&[("STRIPE_SECRET_KEY", "sk_test_a b")], "STRIPE_SECRET_KEY", "not a secret key"),
        (&[("STRIPE_API_BASE", "stripe.example")], "STRIPE_API_BASE", "not the web address"),
        (&[("STRIPE_API_BASE", "https://stripe.example/v1")], "STRIPE_API_BASE", "not the web address of a host"),
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
        assert!(matches!(config.gateway(), Settings::Stripe(_)));
    }
    assert!(matches!(load_env(&[]).expect("nothing is set").config.gateway(), Settings::Sandbox(_)));
    assert!(matches!(load_env(PRODUCTION).expect("it is right").config.gateway(), Settings::Closed));
}
