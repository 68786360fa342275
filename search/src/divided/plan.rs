//! Plans: what a store is asked for a request.

use std::collections::BTreeMap;

use crate::{
    cursor::Place,
    document::{Availability, DocumentId, Source},
    evidence::{Evidence, Grade},
    facets::PRICE_STEPS,
    filter::{FacetField, Filter},
    index::{
        Index,
        fixtures::{Field, Fixtures},
        text::BEGINNING_LETTERS_MIN,
    },
    lexicon::{Looseness, allowed},
    query::QueryWord,
    request::{Request, Sort},
    search::page_length,
    store::{After, By, FitParts, Level, StoredSearch, Tally, TallyBy, Term, Wanted, Way},
    typos,
};

/// The search for a request, and what each of its tallies counts for: a facet, or the total.
pub(super) fn search(
    index: &Index,
    request: &Request,
    words: &[Vec<Way>],
    needs_all: bool,
    after: Option<Place>,
) -> (StoredSearch, Vec<Option<FacetField>>) {
    let kick_offs = kick_offs(&index.fixtures);
    let wanted = wanted(&index.fixtures, &request.filter);
    let starts: Vec<i64> = kick_offs.keys().copied().collect();
    let most = u8::try_from(words.len()).unwrap_or(u8::MAX).saturating_sub(1);
    let missing = if needs_all { 0..=0 } else { 0..=most };
    let levels = match &wanted {
        Some(_) => missing.filter_map(|missing| level(missing, after, request.sort, &starts)).collect(),
        None => Vec::new(),
    };
    let (counted_for, tallies) = tallies(&index.fixtures, request).into_iter().unzip();
    let search = StoredSearch {
        words: words.to_vec(),
        kick_offs: kick_offs.into_values().collect(),
        sort: request.sort,
        levels,
        needs_telling: !needs_all,
        wanted: wanted.unwrap_or_default(),
        first: page_length(request) + 1,
        tallies,
    };
    (search, counted_for)
}

/// A word as it was typed, for a listing that has it or, of the last, what it begins.
pub(super) fn as_typed(typed: &QueryWord) -> Term {
    let text = typed.word.text.clone();
    if may_be_begun(typed) { Term::Begins(text) } else { Term::Is(text) }
}

/// The ways to have a word, the best first. One that no listing has may be another with typos less.
pub(super) fn ways(typed: &QueryWord, (evidence, fixtures): (&Evidence, &Fixtures), is_unknown: bool) -> Vec<Way> {
    let text = &typed.word.text;
    let mut ways: Vec<(Grade, By)> =
        evidence.of_matches(fixtures).into_iter().map(|(grade, of)| (grade, By::Matches(of))).collect();
    let mut add = |typos: u8, looseness: Looseness, term: Term| {
        ways.push((Grade::new(typos, looseness, Field::Title), By::Title(term.clone())));
        ways.push((Grade::new(typos, looseness, Field::Description), By::Description(term)));
    };
    if is_unknown {
        (1..=allowed(&typed.word)).for_each(|typos| add(typos, Looseness::Whole, Term::Near(text.clone(), typos)));
    } else {
        add(0, Looseness::Whole, Term::Is(text.clone()));
        if may_be_begun(typed) {
            add(0, Looseness::Part, Term::Begins(text.clone()));
        }
    }
    ways.sort_by_key(|(grade, _)| *grade);
    let way = |(grade, by): (Grade, By)| Way {
        fit: FitParts { typos: grade.typos(), looseness: grade.looseness(), fields: grade.field() },
        tells: grade.is_telling(evidence.tells_in_texts),
        by,
    };
    ways.into_iter().map(way).collect()
}

/// Which of the words of a listing a word of the query stands for, with its typos.
pub(super) fn nearest(typed: &QueryWord, may_have_typos: bool, listed: &[String]) -> Option<(String, u8)> {
    let text = &typed.word.text;
    let is_as_typed = |word: &String| word == text || (may_be_begun(typed) && word.starts_with(text.as_str()));
    if !may_have_typos || listed.iter().any(is_as_typed) {
        return None;
    }
    let most = allowed(&typed.word);
    let same_start = listed.iter().filter(|word| word.chars().next() == text.chars().next());
    let near = same_start.filter_map(|word| Some((word.clone(), typos::between(text, word, most)?)));
    near.min_by(|(one, of_one), (other, of_other)| (of_one, one).cmp(&(of_other, other)))
}

fn may_be_begun(typed: &QueryWord) -> bool {
    typed.is_last && typed.word.text.chars().count() >= BEGINNING_LETTERS_MIN
}

/// The numbers of matches by their kick-off.
fn kick_offs(fixtures: &Fixtures) -> BTreeMap<i64, Vec<i32>> {
    let mut kick_offs: BTreeMap<i64, Vec<i32>> = BTreeMap::new();
    for fixture in fixtures.all() {
        kick_offs.entry(fixture.kick_off()).or_default().push(fixture.document.number);
    }
    kick_offs
}

/// Where hits that lack so many words begin; none if all of them came before.
fn level(missing: u8, after: Option<Place>, sort: Sort, starts: &[i64]) -> Option<Level> {
    let Some(after) = after.filter(|after| after.rank.parts[0] >= i64::from(missing)) else {
        return Some(Level { missing, after: None });
    };
    if after.rank.parts[0] > i64::from(missing) {
        return None;
    }
    Some(Level { missing, after: Some(place(after, sort, starts)?) })
}

/// The place of a cursor among listings; none if they all come before. It has what was ranked after what differs as small as can be.
fn place(after: Place, sort: Sort, starts: &[i64]) -> Option<After> {
    let [typos, looseness, fields] = after.rank.fit_parts(sort);
    let fit = FitParts { typos, looseness, fields };
    let (is_listing, unsellable, start, price) = match (sort, after.rank.parts) {
        (Sort::Relevance, [_, _, is_listing, unsellable, start, price])
        | (Sort::KickOff, [_, start, _, is_listing, unsellable, price])
        | (Sort::Price | Sort::PriceDescending, [_, unsellable, price, _, is_listing, start]) => {
            (is_listing > 0, unsellable > 0, start, price)
        }
    };
    let is_by_price = matches!(sort, Sort::Price | Sort::PriceDescending);
    // Listings can be bought, so by price they come before what can't.
    if is_by_price && unsellable {
        return None;
    }
    let price_minor = if sort == Sort::PriceDescending { price.saturating_neg() } else { price };
    let kick_off = starts.partition_point(|known| *known < start);
    let is_known = starts.get(kick_off) == Some(&start);
    let before_all = After { fit, kick_off, price_minor: i64::MIN, id: None };
    Some(match (sort, after.rank.id) {
        // Of what fits alike, matches come before listings.
        (Sort::Relevance, _) if !is_listing => After { kick_off: 0, ..before_all },
        (Sort::Price | Sort::PriceDescending, _) if !is_listing => After { kick_off: 0, price_minor, ..before_all },
        (Sort::Relevance, _) if !is_known => before_all,
        (Sort::KickOff, _) if !is_known => After { fit: FitParts::default(), ..before_all },
        (Sort::Price | Sort::PriceDescending, _) if !is_known => After { price_minor, ..before_all },
        (_, DocumentId::Listing(id)) => After { price_minor, id: Some(id), ..before_all },
        (_, DocumentId::Match(_)) => before_all,
    })
}

/// The listings that a filter wants; none if it wants none.
fn wanted(fixtures: &Fixtures, filter: &Filter) -> Option<Wanted> {
    let is_available = filter.availability.is_empty() || filter.availability.contains(&Availability::Available);
    let is_resale = filter.sources.is_empty() || filter.sources.contains(&Source::Resale);
    let of = fixtures.all().iter().filter(|fixture| filter.of_match(&fixture.document).is_none());
    let matches: Vec<i32> = of.map(|fixture| fixture.document.number).collect();
    (is_available && is_resale && !matches.is_empty()).then(|| Wanted {
        matches,
        categories: filter.categories.clone(),
        price_from_minor: filter.price_from_minor,
        price_to_minor: filter.price_to_minor,
    })
}

/// What is counted: a facet as if nothing were said of its field.
fn tallies(fixtures: &Fixtures, request: &Request) -> Vec<(Option<FacetField>, Tally)> {
    let total = request.counts_total.then_some((None, request.filter.clone()));
    let facets = request.facets.iter().map(|field| (Some(*field), request.filter.without(*field)));
    let counted = total.into_iter().chain(facets).filter_map(|(field, filter)| {
        let by = match field {
            None | Some(FacetField::Availability | FacetField::Source) => TallyBy::All,
            Some(FacetField::Team | FacetField::Venue | FacetField::Round | FacetField::Group) => TallyBy::Match,
            Some(FacetField::Category) => TallyBy::Category,
            Some(FacetField::Price) => TallyBy::Price(&PRICE_STEPS),
        };
        Some((field, Tally { wanted: wanted(fixtures, &filter)?, by }))
    });
    counted.collect()
}
