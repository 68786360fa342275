//! Who comes from where, and whom they follow.

/// Shares of tickets in thousands by country of residence: the first ten are FIFA's figures of 2022 (the host's 948 capped), the others
/// follow them downwards.
pub(crate) const RESIDENTS: &str = "QA 110.0; US 147.0; SA 123.0; GB 92.0; MX 91.0; AE 66.0; AR 61.0; FR 42.0; BR 40.0; DE 38.0; IN 34.0; \
    CA 30.0; AU 27.0; ES 25.0; JP 23.0; MA 22.0; NL 20.0; CH 19.0; KW 18.0; EG 17.0; EC 16.0; CO 15.0; PL 15.0; \
    TN 14.0; PT 13.0; BE 13.0; KR 12.0; CN 12.0; LB 11.0; JO 11.0; PE 10.0; CL 10.0; UY 9.0; HR 9.0; SN 8.0; \
    GH 8.0; DK 8.0; IR 7.0; OM 7.0; IT 7.0; CR 6.0; CM 6.0; RS 6.0; SE 5.0; PK 5.0; NP 5.0; TR 5.0; NG 4.0; \
    ZA 4.0; MY 4.0";

/// How famous teams are; those that are not named have 1.
const FAME: &str = "Brazil 4.0; Argentina 4.0; France 2.5; England 2.5; Germany 2.0; Portugal 2.5; Spain 2.0; Netherlands 1.5; \
    Belgium 1.2; Croatia 1.2";

/// What the own team and one of a near country have beside their fame: so much that the prior stands against popularity on sale where it
/// stood in the worlds that the model was designed by, some 1.5 times as high for first bookings.
const OWN: f64 = 130.0;
const NEAR: f64 = 7.0;

/// Logarithms of how many fans of a country follow each team.
pub(crate) fn followers(country: &str, teams: &[String], diaspora: &[(String, f64)]) -> Vec<f64> {
    let (homes, fame) = (table(HOMES), numbers(FAME));
    let home_of = |team: &str| homes.iter().find(|(name, _)| *name == team).map_or("", |(_, country)| *country);
    let weight = |team: &String| {
        let own = home_of(team) == country;
        let near = REGIONS.iter().any(|region| region.contains(&home_of(team)) && region.contains(&country));
        let fame = fame.iter().find(|(famous, _)| famous == team).map_or(1.0, |(_, fame)| *fame);
        let abroad = diaspora.iter().find(|(of, _)| of == team).map_or(0.0, |(_, weight)| *weight);
        fame + abroad + if own { OWN } else { 0.0 } + if near && !own { NEAR } else { 0.0 }
    };
    teams.iter().map(|team| weight(team).ln()).collect()
}

const HOMES: &str = "Argentina AR; Australia AU; Belgium BE; Brazil BR; Cameroon CM; Canada CA; Costa Rica CR; Croatia HR; \
    Denmark DK; Ecuador EC; England GB; France FR; Germany DE; Ghana GH; Iran IR; Japan JP; Korea Republic KR; \
    Mexico MX; Morocco MA; Netherlands NL; Poland PL; Portugal PT; Qatar QA; Saudi Arabia SA; Senegal SN; \
    Serbia RS; Spain ES; Switzerland CH; Tunisia TN; USA US; Uruguay UY; Wales GB";

/// Of whom fans feel near; not those of CLDR.
const REGIONS: [&[&str]; 5] = [
    &["AR", "BR", "CO", "CL", "PE", "UY", "EC", "MX", "CR"],
    &["SA", "QA", "AE", "KW", "OM", "LB", "JO", "EG", "MA", "TN"],
    &["SN", "GH", "CM", "NG", "ZA"],
    &["HR", "RS", "CH", "DE", "PL"],
    &["JP", "KR", "CN", "MY"],
];

/// Names and what stands behind each.
fn table(text: &'static str) -> Vec<(&'static str, &'static str)> {
    text.split("; ").filter_map(|row| row.trim().rsplit_once(' ')).collect()
}

/// Names and numbers.
pub(crate) fn numbers(text: &'static str) -> Vec<(&'static str, f64)> {
    table(text).into_iter().filter_map(|(name, number)| Some((name, number.parse().ok()?))).collect()
}
