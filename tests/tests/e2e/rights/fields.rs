//! To whom fields below the roots are shown. Each field that is reached is in exactly one list of the reference, so that a
//! new one fails until its author has thought about who may see it.

use std::collections::BTreeMap;

use server::reference::rights::{ADMINS, EVERYBODYS, Fields, LEADING, ONE_PERSONS, OWN, STEWARDS};
use tests::contract::Contract;

const LISTS: [Fields; 6] = [EVERYBODYS, OWN, ONE_PERSONS, STEWARDS, ADMINS, LEADING];

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

#[test]
fn every_field_that_is_reached_is_in_exactly_one_list() {
    let contract = Contract::printed();
    let below_roots = contract.reached_from(ROOTS).into_iter().filter(|of| !ROOTS.contains(of));
    let reached = below_roots.flat_map(|of| contract.fields(of).iter().map(move |field| (of, field.name.as_str())));

    let listed = LISTS.iter().flat_map(|list| list.iter());
    let listed = listed.flat_map(|(of, fields)| fields.split_whitespace().map(move |field| (*of, field)));
    let mut lists: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    listed.for_each(|field| *lists.entry(field).or_default() += 1);

    let expected: BTreeMap<(&str, &str), usize> = reached.map(|field| (field, 1)).collect();
    let wrong = |one: &BTreeMap<(&str, &str), usize>, other: &BTreeMap<(&str, &str), usize>| {
        let wrong = one.iter().filter(|(field, count)| other.get(*field) != Some(*count));
        wrong.map(|((of, field), _)| format!("{of}.{field}")).collect::<Vec<_>>()
    };
    assert_eq!(wrong(&expected, &lists), [""; 0], "these are in no list, or in several");
    assert_eq!(wrong(&lists, &expected), [""; 0], "these are listed, and not there");
}
