//! Until when is sold, and by which clocks.

use std::time::Duration;

use domain::settings::SalesClose;

use super::*;

fn close_of(loaded: &Loaded) -> SalesClose {
    loaded.config.domain().sales_close
}

#[test]
fn a_sale_ends_at_kick_off_or_so_many_minutes_before_it_or_never() {
    let by_env = |value: &str| load_env(&[("MATCHDAY_SALES_CLOSE", value)]).map(|loaded| close_of(&loaded)).ok();
    let by_file = |value: &str| {
        let text = format!("[sales]\nclose = {value}\n");
        with_file(&text, |path| load_from(Some(path), &[])).map(|loaded| close_of(&loaded)).ok()
    };
    let before = |minutes: u64| Some(SalesClose::BeforeKickOff(Duration::from_secs(60 * minutes)));

    assert_eq!(load_env(&[]).map(|loaded| close_of(&loaded)).ok(), before(0));
    assert_eq!((by_env("90"), by_file("90")), (before(90), before(90)));
    assert_eq!((by_env("never"), by_file("\"never\"")), (Some(SalesClose::Never), Some(SalesClose::Never)));
    for wrong in ["soon", "-1", "40321"] {
        assert_eq!((by_env(wrong), by_file(&format!("{wrong:?}"))), (None, None), "{wrong}");
    }
    let told = load_env(&[("MATCHDAY_SALES_CLOSE", "soon")]).expect_err("it is neither");
    assert!(complaint(&told, "MATCHDAY_SALES_CLOSE").contains("a whole number from 0 to 40320, or never"), "{told}");
}

#[test]
fn venues_have_the_zone_of_the_site_or_their_own() {
    let zones = |loaded: &Loaded| {
        let zones = loaded.config.domain().time_zones;
        ["Lusail Stadium", "estadio azteca"].map(|venue| zones.of(venue).to_string())
    };
    let text = "[venues]\ntime_zone = \"America/New_York\"\n[venues.time_zones]\n\"Estadio Azteca\" = \"America/Mexico_City\"\n";
    let by_file = with_file(text, |path| load_from(Some(path), &[])).expect("they are zones");
    let by_env = load_env(&[("MATCHDAY_VENUES_TIME_ZONES", "Estadio Azteca=America/Mexico_City,Other=UTC")]);

    assert_eq!(zones(&load_env(&[]).expect("the defaults are valid")), ["Asia/Qatar", "Asia/Qatar"]);
    assert_eq!(zones(&by_file), ["America/New_York", "America/Mexico_City"]);
    assert_eq!(zones(&by_env.expect("they are zones")), ["Asia/Qatar", "America/Mexico_City"]);
    let told = load_env(&[("MATCHDAY_VENUES_TIME_ZONES", "Estadio Azteca=Mexico")]).expect_err("it is none");
    assert!(complaint(&told, "MATCHDAY_VENUES_TIME_ZONES").contains("\"Mexico\""), "{told}");
}
