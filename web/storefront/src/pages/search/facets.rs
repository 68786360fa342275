//! The filters of a search: what else there is to choose, each with how many results it has, and what is chosen.

use kit::{money::money_short, t, t_plain, visit::Visit, words::Words};
use maud::{Markup, html};

use super::filter::{Field, Filter, Prices, Sort};
use crate::{documents::search::search_page as document, pages::facts};

/// A value that results can be filtered by.
struct Choice {
    /// As the address has it.
    value: String,
    /// How many results it has.
    count: i64,
}

/// A field with its values, as the API counted them and as the address chooses them.
struct Facet {
    field: Field,
    choices: Vec<Choice>,
}

impl Facet {
    /// None where there is nothing to choose.
    fn of(field: Field, filter: &Filter, counted: &[document::SearchPageSearchFacets]) -> Option<Self> {
        let of_field = counted.iter().find(|facet| field_of(&facet.field) == Some(field));
        let values = of_field.map(|facet| facet.values.as_slice()).unwrap_or_default();
        let counted = values.iter().map(|counted| Choice { value: value_of(field, counted), count: counted.count });
        let mut choices: Vec<Choice> = counted.collect();
        for chosen in filter.values(field) {
            if !choices.iter().any(|choice| choice.value == chosen) {
                choices.push(Choice { value: chosen.to_owned(), count: 0 });
            }
        }
        let is_choice = choices.len() > 1 || filter.values(field).next().is_some();
        is_choice.then_some(Self { field, choices })
    }
}

fn field_of(field: &document::SearchFacetField) -> Option<Field> {
    match field {
        document::SearchFacetField::TEAM => Some(Field::Team),
        document::SearchFacetField::VENUE => Some(Field::Venue),
        document::SearchFacetField::ROUND => Some(Field::Round),
        document::SearchFacetField::GROUP => Some(Field::Group),
        document::SearchFacetField::CATEGORY => Some(Field::Category),
        document::SearchFacetField::PRICE => Some(Field::Price),
        document::SearchFacetField::AVAILABILITY => Some(Field::Availability),
        document::SearchFacetField::SOURCE => Some(Field::Source),
        document::SearchFacetField::Other(_) => None,
    }
}

fn value_of(field: Field, counted: &document::SearchPageSearchFacetsValues) -> String {
    if field != Field::Price {
        return counted.value.clone();
    }
    // Of prices it is the lowest.
    Prices::value(&counted.value, counted.price_below.as_ref().map(|price| price.amount.as_str()))
}

/// What a value is called on the page.
fn label(field: Field, value: &str, currency: &str, words: Words<'_>) -> String {
    let number = || value.parse().unwrap_or_default();
    match field {
        Field::Team => facts::team(value, words),
        Field::Venue => facts::venue(value, words),
        Field::Group => facts::stage(Some(value), 0, words),
        Field::Round => facts::stage(None, number(), words),
        Field::Category => t_plain!(words, "category", n = number()),
        Field::Price => prices(value, currency, words),
        Field::Availability => t_plain!(
            words,
            match value {
                "AVAILABLE" => "search-available",
                "SOLD_OUT" => "search-sold-out",
                "CLOSED" => "search-closed",
                _ => "search-on-hold",
            }
        ),
        Field::Source => t_plain!(words, if value == "RESALE" { "search-resale" } else { "search-stock" }),
    }
}

fn prices(value: &str, currency: &str, words: Words<'_>) -> String {
    let money = |amount: &str| money_short(amount, currency, words.locale);
    let is_something = |amount: &&str| amount.bytes().any(|digit| (b'1'..=b'9').contains(&digit));
    let Some(Prices { from, below }) = Prices::of(value) else { return value.to_owned() };
    match (from.filter(is_something), below) {
        (Some(from), Some(below)) => t_plain!(words, "search-price-between", from = money(from), below = money(below)),
        (Some(from), None) => t_plain!(words, "search-price-from", from = money(from)),
        (None, below) => t_plain!(words, "search-price-below", below = money(below.unwrap_or("0"))),
    }
}

/// The order, and a menu of values for each field: a form that the address keeps, which works without script.
pub(super) fn form(
    visit: &Visit<'_>,
    filter: &Filter,
    counted: &[document::SearchPageSearchFacets],
    currency: &str,
) -> Markup {
    let words = visit.words;
    let facets: Vec<Facet> = Field::ALL.into_iter().filter_map(|field| Facet::of(field, filter, counted)).collect();
    html! {
        details.fold open[!filter.chosen.is_empty()] {
            summary.chip { (t!(words, "search-filter")) }
            form.facets.row method="get" action=(visit.link("/search")) {
                input type="hidden" name="q" value=(filter.query);
                @if filter.sort != Sort::default() { input type="hidden" name="sort" value=(filter.sort.name()); }
                (orders(visit, filter))
                @for facet in &facets { (menu(facet, filter, currency, words)) }
            }
        }
    }
}

fn orders(visit: &Visit<'_>, filter: &Filter) -> Markup {
    let words = visit.words;
    let name = |sort: Sort| t!(words, &format!("search-sort-{}", sort.name()));
    html! {
        details.menu {
            summary.chip { span.muted { (t!(words, "search-sort")) } (name(filter.sort)) }
            ul {
                @for sort in Sort::ALL {
                    li {
                        a href=(visit.link(&filter.sorted(sort).path())) aria-current=[(sort == filter.sort).then_some("true")] {
                            (name(sort))
                        }
                    }
                }
            }
        }
    }
}

fn menu(facet: &Facet, filter: &Filter, currency: &str, words: Words<'_>) -> Markup {
    let field = facet.field;
    let name = t!(words, &format!("search-by-{}", field.name()));
    let chosen = filter.values(field).count();
    // Of ranges of prices one can hold.
    let kind = if field == Field::Price { "radio" } else { "checkbox" };
    html! {
        details.menu {
            summary.chip { (name) @if chosen > 0 { b.num { (chosen) } } }
            fieldset {
                legend.hidden { (name) }
                ul {
                    @if field == Field::Price {
                        li { label.check { input type=(kind) name=(field.name()) value="" checked[chosen == 0]; span { (t!(words, "filter-any")) } } }
                    }
                    @for choice in &facet.choices {
                        li {
                            label.check {
                                input type=(kind) name=(field.name()) value=(choice.value) checked[filter.is_chosen(field, &choice.value)];
                                span { bdi { (label(field, &choice.value, currency, words)) } " " span.muted.num { (choice.count) } }
                            }
                        }
                    }
                }
                button.button.wide { (t!(words, "search-apply")) }
            }
        }
    }
}

/// What is chosen, each with the way to go without it.
pub(super) fn chosen(visit: &Visit<'_>, filter: &Filter, currency: &str) -> Markup {
    let words = visit.words;
    html! {
        @if !filter.chosen.is_empty() {
            ul.row.tight aria-label=(t!(words, "search-chosen")) {
                @for value in &filter.chosen {
                    @let name = label(value.0, &value.1, currency, words);
                    li {
                        a.chip href=(visit.link(&filter.without(value).path())) {
                            span.hidden { (t!(words, "search-without")) " " } bdi { (name) } span aria-hidden="true" { "×" }
                        }
                    }
                }
                @if filter.chosen.len() > 1 {
                    li { a.chip href=(visit.link(&filter.unfiltered().path())) { (t!(words, "search-unfiltered")) } }
                }
            }
        }
    }
}
