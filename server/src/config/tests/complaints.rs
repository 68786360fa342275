//! What is wrong is told by the name that the user wrote, with what would be right.

use settings::row::Kind;

use super::*;

/// Complaints of a file, by the key that it was written under.
fn of_file(text: &str) -> Problems {
    with_file(text, |path| load_from(Some(path), &[])).expect_err("the file is wrong")
}

#[test]
fn a_setting_of_the_file_is_named_by_its_key_and_the_file() {
    let problems = of_file(
        "client_id = \"a site\"\nsite_name = \"\"\n[http]\nbind = \"8000\"\npublic_url = \"x\"\n[admin]\nbind = \"1\"\n\
         [worker]\nbind = \"2\"\n[accounts]\njwt_secret = \"short\"\n[bots]\nprotected = [\"reserv\"]\n\
         [transport.http.cors]\nallowed_origins = [\"shop\"]\n[transport.connections]\ntrusted_proxies = [\"me\"]\n",
    );
    assert!(complaint(&problems, "transport.connections.trusted_proxies (").contains("me"), "{problems}");

    let problems = of_file(
        "client_id = \"a site\"\nsite_name = \"\"\n[http]\nbind = \"8000\"\npublic_url = \"x\"\n[admin]\nbind = \"1\"\n\
         [worker]\nbind = \"2\"\n[accounts]\njwt_secret = \"short\"\n[bots]\nprotected = [\"reserv\"]\n\
         [transport.http.cors]\nallowed_origins = [\"shop\"]\n",
    );
    for key in [
        "client_id",
        "site_name",
        "http.bind",
        "http.public_url",
        "admin.bind",
        "worker.bind",
        "accounts.jwt_secret",
        "bots.protected",
        "transport.http.cors.allowed_origins",
    ] {
        let found = problems.0.iter().filter(|problem| problem.setting.starts_with(&format!("{key} (")));
        assert_eq!(found.filter(|problem| problem.setting.contains(".toml, line ")).count(), 1, "{key}: {problems}");
    }
    assert_eq!(problems.0.len(), 9, "{problems}");
}

#[test]
fn a_variable_that_wins_over_the_file_is_the_one_that_is_named() {
    let both = |path: &Path| load_from(Some(path), &variables(&[("MATCHDAY_BIND", "9000")]));
    let problems = with_file("[http]\nbind = \"8000\"\n", both).expect_err("neither is an address");

    assert!(complaint(&problems, "MATCHDAY_BIND").contains("9000"), "{problems}");
    assert_eq!(problems.0.len(), 1);
}

#[test]
fn a_name_in_a_list_or_a_table_is_one_that_there_is() {
    for (variable, value, key, text, right) in [
        ("MATCHDAY_BOTS_PROTECTED", "signIn,reserv", "bots.protected", "[\"reserv\"]", "did you mean reserve?"),
        (
            "MATCHDAY_TRANSPORT_DOCUMENTS_FIELD_COSTS",
            "Mutation.resrve=5",
            "transport.documents.field_costs",
            "{ \"Mutation.resrve\" = 5 }",
            "did you mean Mutation.reserve?",
        ),
        (
            "MATCHDAY_TRANSPORT_DOCUMENTS_FIELD_COSTS",
            "categoris=5",
            "transport.documents.field_costs",
            "{ categoris = 5 }",
            "did you mean categories?",
        ),
        (
            "MATCHDAY_TRANSPORT_DOCUMENTS_LIST_SIZES",
            "Query.matches=5",
            "transport.documents.list_sizes",
            "{ \"Query.matches\" = 5 }",
            "did you mean matches?",
        ),
        ("MATCHDAY_LIMITS_CAPACITY", "signin=5", "limits.capacity", "{ signin = 5 }", "signIn"),
        ("MATCHDAY_LIMITS_REFILL", "signin=5", "limits.refill", "{ signin = 5 }", "signIn"),
    ] {
        let problems = load_env(&[(variable, value)]).expect_err("there is no such name");
        assert!(complaint(&problems, variable).contains(right), "{problems}");

        let (section, name) = key.rsplit_once('.').expect("it has a section");
        let problems = of_file(&format!("[{section}]\n{name} = {text}\n"));
        assert!(complaint(&problems, &format!("{key} (")).contains(right), "{problems}");
    }
    let known = [
        ("MATCHDAY_BOTS_PROTECTED", "reserve,listingsChanged,matches"),
        ("MATCHDAY_TRANSPORT_DOCUMENTS_FIELD_COSTS", "Mutation.reserve=5,categories=1,Match.categories=2,ofType=1"),
        ("MATCHDAY_TRANSPORT_DOCUMENTS_LIST_SIZES", "categories=5,types=9"),
    ];
    load_env(&known).expect("these are names of the schema");
}

#[test]
fn a_value_of_the_wrong_kind_is_shown_with_what_is_right_unless_it_may_be_a_secret() {
    let problems = of_file(
        "[holds]\nseconds = \"ten\"\n[accounts]\njwt_secret = 12345\n[transport.http]\ncsrf_prevention = \"on\"\n\
         [transport.cors]\nallowed_origins = []\n",
    );

    let seconds = complaint(&problems, "holds.seconds");
    assert!(seconds.contains("\"ten\"") && seconds.contains("a whole number from 1 to 86400"), "{seconds}");
    assert!(!problems.to_string().contains("12345"), "{problems}");
    let csrf = complaint(&problems, "transport.http.csrf_prevention");
    assert!(csrf.contains("\"on\"") && csrf.contains("one of off, browsers, strict"), "{csrf}");
    assert!(complaint(&problems, "transport.cors").contains("did you mean transport.http.cors?"), "{problems}");
    for word in ["off", "browsers", "strict"] {
        load_env(&[("MATCHDAY_TRANSPORT_HTTP_CSRF_PREVENTION", word)]).expect("it is a word of the edge");
    }
}

#[test]
fn every_setting_of_a_wrong_kind_is_named_with_its_line_and_what_to_write() {
    for setting in SETTINGS.iter() {
        let (section, name) = setting.path.rsplit_once('.').unwrap_or(("", &setting.path));
        let section = if section.is_empty() { "# no section".to_owned() } else { format!("[{section}]") };

        // No setting is a day.
        let problems = of_file(&format!("# some settings\n{section}\n{name} = 1979-05-27\n"));

        let found: Vec<_> = problems.0.iter().filter(|problem| problem.right.starts_with("write ")).collect();
        let [problem] = found[..] else { panic!("{problems}") };
        assert!(problem.setting.starts_with(&format!("{} (", setting.path)), "{problems}");
        assert!(problem.setting.ends_with(".toml, line 3)"), "{problems}");
        assert_eq!(problem.right, format!("write {}.", setting.kind.wanted()));
    }
}

#[test]
fn a_word_that_a_setting_does_not_know_is_shown_with_those_that_it_does() {
    for setting in SETTINGS.iter() {
        let Kind::OneOf(known) = setting.kind else { continue };

        let problems = load_env(&[(&setting.env, "nonsense")]).expect_err("it is none of them");

        let complaint = complaint(&problems, &setting.env);
        assert!(complaint.contains("\"nonsense\" is not valid"), "{complaint}");
        assert!(known.iter().all(|word| complaint.contains(word)), "{complaint}");
    }
}

#[test]
fn a_shop_stands_at_the_root_of_its_host() {
    for (url, path) in [("https://tickets.example/shop/", "\"/shop\""), ("http://127.0.0.1:8000/a/b", "\"/a/b\"")] {
        let problems = load_env(&[("MATCHDAY_PUBLIC_URL", url)]).expect_err("it has a path");
        let complaint = complaint(&problems, "MATCHDAY_PUBLIC_URL");
        assert!(complaint.contains(path) && complaint.contains("web.storefront"), "{complaint}");
        assert_eq!(problems.0.len(), 1, "{problems}");
        load_env(&[("MATCHDAY_PUBLIC_URL", url), ("MATCHDAY_WEB_STOREFRONT", "false")])
            .expect("the API may be below one");
    }
    for url in ["https://tickets.example", "https://tickets.example/", "http://[::1]:8000"] {
        load_env(&[("MATCHDAY_PUBLIC_URL", url)]).expect("it is a root");
    }
}

#[test]
fn a_secret_of_fewer_than_32_bytes_is_refused_everywhere() {
    let short = "x3-qT7_mLw9vR2zK8nYc4HsD6fGj1Ae";
    for env in ["dev", "prod"] {
        let problems = load_env(&[PRODUCTION, &[("MATCHDAY_JWT_SECRET", short), ("ENV", env)]].concat());
        let problems = problems.expect_err("it has 31 bytes");
        assert!(complaint(&problems, "MATCHDAY_JWT_SECRET").contains("shorter than 32 bytes"), "{env}: {problems}");
        assert_eq!(problems.0.len(), 1, "{env}: {problems}");
    }
    load_env(&[("MATCHDAY_JWT_SECRET", "a phrase, but one that is long enough")]).expect("dev forgives phrases");
}

#[test]
fn languages_are_codes_each_once_and_the_publishable_key_is_the_public_one_of_this_mode() {
    for (locales, why) in [
        ("english", "\"english\" is not a language of the site"),
        ("en,EN", "\"EN\""),
        ("en,pt", "\"pt\""),
        ("en,en", "twice"),
    ] {
        let problems = load_env(&[("MATCHDAY_WEB_LOCALES", locales)]).expect_err("these are no languages");
        assert!(complaint(&problems, "MATCHDAY_WEB_LOCALES").contains(why), "{locales}: {problems}");
    }
    assert!(complaint(&of_file("[web]\nlocales = []\n"), "web.locales (").contains("is empty"));
    let loaded = load_env(&[("MATCHDAY_WEB_LOCALES", "ar,en")]).expect("these are languages").config;
    assert_eq!(loaded.domain().locales, ["ar", "en"]);

    for (key, why) in [
        ("sk_test_abc", "browsers must never receive"),
        ("pk_live_abc", "of live mode in ENV=dev"),
        ("pk_abc", "not a publishable key"),
    ] {
        let problems = load_env(&[("STRIPE_PUBLISHABLE_KEY", key)]).expect_err("it is not one");
        assert!(complaint(&problems, "STRIPE_PUBLISHABLE_KEY").contains(why), "{key}: {problems}");
        assert!(!problems.to_string().contains(key), "the report repeats the key");
    }
    load_env(&[("STRIPE_PUBLISHABLE_KEY", "pk_test_abc")]).expect("it is one of test mode");
}
