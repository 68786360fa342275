//! What pages need that stand on nothing but an API elsewhere.

use super::*;

fn of_pages(pairs: &[(&str, &str)]) -> Result<Loaded, Problems> {
    load_as(Purpose::Pages, None, &variables(pairs))
}

#[test]
fn pages_on_their_own_need_an_api_and_none_of_its_parts() {
    let missing = of_pages(&[("ENV", "prod")]).expect_err("there is no API");
    let settings: Vec<&str> = missing.0.iter().map(|problem| problem.setting.as_str()).collect();
    assert_eq!(settings, ["MATCHDAY_WEB_API_URL"]);
    assert!(complaint(&missing, "MATCHDAY_WEB_API_URL").contains("such as http://10.0.0.7:8000"), "{missing}");

    for url in ["http://10.0.0.7:8000", "https://api.example", "http://127.0.0.1:8000/api/"] {
        assert!(of_pages(&[("ENV", "prod"), ("MATCHDAY_WEB_API_URL", url)]).is_ok(), "{url}");
    }
}

#[test]
fn what_is_not_the_address_of_an_api_is_refused() {
    for url in ["api.example", "ftp://api.example", "http://", "https://api.example/?a=b", "https://ana@api.example"] {
        for refused in [of_pages(&[("MATCHDAY_WEB_API_URL", url)]), load_env(&[("MATCHDAY_WEB_API_URL", url)])] {
            let problems = refused.expect_err("nothing is asked there");
            let told = complaint(&problems, "MATCHDAY_WEB_API_URL");
            assert!(told.contains("is not the address of an API"), "{url}: {problems}");
        }
    }
}

#[test]
fn pages_on_their_own_are_judged_by_what_is_theirs() {
    let wrong = [("MATCHDAY_WEB_API_URL", "http://10.0.0.7:8000"), ("MATCHDAY_WEB_LOCALES", "de")];
    let problems = of_pages(&wrong).expect_err("no page speaks it");

    assert!(complaint(&problems, "MATCHDAY_WEB_LOCALES").contains("not a language"), "{problems}");
}
