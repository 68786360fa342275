//! Which offers the address asks for, and the form that writes it.

use std::collections::BTreeSet;

use kit::{
    amount::{self, Wrong},
    form::Form,
    locale::Locale,
    t, t_plain, teams,
    visit::Visit,
    words::Words,
};
use maud::{Markup, html};

use crate::pages::facts;

/// The order of the list, by its name in the address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Sort {
    #[default]
    Cheapest,
    Dearest,
    Newest,
    Oldest,
}

impl Sort {
    const ALL: [Self; 4] = [Self::Cheapest, Self::Dearest, Self::Newest, Self::Oldest];

    fn name(self) -> &'static str {
        match self {
            Self::Cheapest => "cheapest",
            Self::Dearest => "dearest",
            Self::Newest => "newest",
            Self::Oldest => "oldest",
        }
    }
}

/// A price as it stands in the address.
#[derive(Debug, Default)]
struct Bound {
    typed: String,
    read: Option<String>,
    wrong: bool,
}

impl Bound {
    fn of(typed: &str, locale: Locale) -> Self {
        match amount::parse(typed, locale) {
            Ok(read) => Self { typed: typed.to_owned(), read: Some(read), wrong: false },
            Err(Wrong::Missing) => Self::default(),
            Err(_) => Self { typed: typed.to_owned(), read: None, wrong: true },
        }
    }
}

/// What the address asks for.
#[derive(Default)]
pub(super) struct Filter {
    pub(super) match_number: Option<i64>,
    pub(super) team: Option<String>,
    pub(super) category: Option<i64>,
    pub(super) sort: Sort,
    pub(super) after: Option<String>,
    from: Bound,
    to: Bound,
}

/// A match that there may be offers of.
pub(super) struct Choice<'a> {
    pub(super) number: i64,
    pub(super) home: &'a str,
    pub(super) away: &'a str,
}

impl Filter {
    pub(super) fn of(query: &str, locale: Locale) -> Self {
        let form = Form::of_query(query.as_bytes());
        let sort = form.text("sort");
        Self {
            match_number: form.number("match"),
            team: form.filled("team"),
            category: form.number("category").filter(|category| (1..=3).contains(category)),
            sort: Sort::ALL.into_iter().find(|known| known.name() == sort).unwrap_or_default(),
            after: form.filled("after"),
            from: Bound::of(form.text("from"), locale),
            to: Bound::of(form.text("to"), locale),
        }
    }

    /// Whether it lets all offers through, in whichever order.
    pub(super) fn is_empty(&self) -> bool {
        let Self { match_number, team, category, sort: _, after: _, from, to } = self;
        match_number.is_none() && team.is_none() && category.is_none() && from.typed.is_empty() && to.typed.is_empty()
    }

    pub(super) fn price_min(&self) -> Option<&str> {
        self.from.read.as_deref()
    }

    pub(super) fn price_max(&self) -> Option<&str> {
        self.to.read.as_deref()
    }

    /// The numbers of the matches that it is about; none where it is about all.
    pub(super) fn numbers(&self, matches: &[Choice<'_>]) -> Vec<i64> {
        let of_team = |known: &&Choice<'_>| {
            let plays = |team: &String| {
                known.home.to_lowercase() == team.to_lowercase() || known.away.to_lowercase() == team.to_lowercase()
            };
            self.team.as_ref().is_none_or(plays)
        };
        if self.match_number.is_none() && self.team.is_none() {
            return Vec::new();
        }
        let wanted = |number: i64| self.match_number.is_none_or(|wanted| wanted == number);
        matches.iter().filter(of_team).map(|known| known.number).filter(|number| wanted(*number)).collect()
    }

    /// The address of the page that goes on behind `after`.
    pub(super) fn query(&self, after: &str) -> String {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let fields = [
            ("match", self.match_number.map(|number| number.to_string())),
            ("team", self.team.clone()),
            ("category", self.category.map(|category| category.to_string())),
            ("from", text(&self.from.typed)),
            ("to", text(&self.to.typed)),
            ("sort", (self.sort != Sort::default()).then(|| self.sort.name().to_owned())),
            ("after", text(after)),
        ];
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        }
        query.finish()
    }

    /// A form that the address keeps: it works without script, and can be shared.
    pub(super) fn form(&self, visit: &Visit<'_>, matches: &[Choice<'_>]) -> Markup {
        let words = visit.words;
        let mut teams: Vec<(String, &str)> = matches
            .iter()
            .flat_map(|known| [known.home, known.away])
            .filter(|team| teams::is_known(team))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|team| (facts::team(team, words), team))
            .collect();
        teams.sort();
        html! {
            form.filters method="get" action=(visit.link("/resale")) {
                div.ask { label for="match" { (t!(words, "resale-match")) }
                    select.field #match name="match" {
                        option value="" { (t!(words, "filter-any")) }
                        @for known in matches.iter().filter(|known| teams::is_known(known.home)) {
                            option value=(known.number) selected[self.match_number == Some(known.number)] {
                                (facts::fixture(known.home, known.away, words))
                            }
                        }
                        @for known in matches.iter().filter(|known| !teams::is_known(known.home)) {
                            option value=(known.number) selected[self.match_number == Some(known.number)] {
                                (t_plain!(words, "match-number", n = known.number)) ": " (facts::fixture(known.home, known.away, words))
                            }
                        }
                    }
                }
                div.ask { label for="team" { (t!(words, "filter-team")) }
                    select.field #team name="team" {
                        option value="" { (t!(words, "filter-any")) }
                        @for (shown, team) in &teams {
                            option value=(team) selected[self.team.as_deref() == Some(*team)] { (shown) }
                        }
                    }
                }
                div.ask { label for="category" { (t!(words, "resale-category")) }
                    select.field #category name="category" {
                        option value="" { (t!(words, "filter-any")) }
                        @for category in 1..=3 {
                            option value=(category) selected[self.category == Some(category)] {
                                (t_plain!(words, "category", n = category))
                            }
                        }
                    }
                }
                (bound(&self.from, "from", "resale-from", words))
                (bound(&self.to, "to", "resale-to", words))
                div.ask { label for="sort" { (t!(words, "resale-sort")) }
                    select.field #sort name="sort" {
                        @for sort in Sort::ALL {
                            option value=(sort.name()) selected[self.sort == sort] {
                                (t!(words, &format!("resale-sort-{}", sort.name())))
                            }
                        }
                    }
                }
                button.button.quiet { (t!(words, "resale-apply")) }
                @if !self.is_empty() { a.button.quiet href=(visit.link("/resale")) { (t!(words, "filter-clear")) } }
            }
        }
    }
}

fn bound(bound: &Bound, name: &str, label: &str, words: Words<'_>) -> Markup {
    let error = format!("{name}-error");
    html! {
        div.ask {
            label for=(name) { (t!(words, label)) }
            @if bound.wrong {
                p.wrong id=(error) { (t!(words, "resale-bound-wrong", example = amount::example(words.locale))) }
            }
            input.field #(name) name=(name) type="text" inputmode="decimal" autocomplete="off" dir="ltr"
                value=[(!bound.typed.is_empty()).then_some(&bound.typed)]
                aria-invalid=[bound.wrong.then_some("true")] aria-describedby=[bound.wrong.then_some(&error)];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_what_it_can_and_says_what_it_cannot() {
        let filter =
            Filter::of("match=7&team=Qatar&category=4&from=82%2C50&to=cheap&sort=newest&after=x", Locale::French);

        assert_eq!((filter.match_number, filter.category, filter.sort), (Some(7), None, Sort::Newest));
        assert_eq!((filter.price_min(), filter.price_max()), (Some("82.50"), None));
        assert!(filter.to.wrong && !filter.from.wrong && !filter.is_empty());
        assert_eq!(filter.query("y"), "match=7&team=Qatar&from=82%2C50&to=cheap&sort=newest&after=y");
        assert!(Filter::of("sort=best&from=&after=x", Locale::English).is_empty());
    }

    #[test]
    fn a_filter_names_the_matches_that_it_is_about() {
        let known = |number, home, away| Choice { number, home, away };
        let matches = [known(1, "Qatar", "Ecuador"), known(2, "Senegal", "Qatar"), known(3, "Spain", "Japan")];
        let numbers = |query: &str| Filter::of(query, Locale::English).numbers(&matches);

        assert_eq!(numbers(""), Vec::<i64>::new());
        assert_eq!(numbers("team=qatar"), [1, 2]);
        assert_eq!(numbers("match=3"), [3]);
        assert_eq!(numbers("team=Qatar&match=2"), [2]);
    }
}
