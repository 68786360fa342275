//! What the judged queries have to come to.

use std::collections::BTreeMap;

use crate::judged::Sums;

/// What the issue promises; `found_for_nothing` queries find something where nothing should be found.
pub(crate) fn assert_promised(sums: &BTreeMap<&'static str, Sums>, found_for_nothing: usize) {
    for (class, of_class) in sums {
        println!("{class}: {} queries, {} at 1, {} at 3", of_class.queries, of_class.at_1, of_class.at_3);
    }
    let together = |classes: &[&str]| {
        classes.iter().map(|class| sums[class]).fold(Sums::default(), |all, of| Sums {
            queries: all.queries + of.queries,
            at_1: all.at_1 + of.at_1,
            at_3: all.at_3 + of.at_3,
        })
    };
    let named = together(&["exact", "alias", "language"]);
    assert!(named.at_1 * 100 >= named.queries * 97, "{named:?}");
    let misspelt = together(&["one-typo"]);
    assert!(misspelt.at_3 * 100 >= misspelt.queries * 92, "{misspelt:?}");
    let nothing = together(&["nonsense", "absent"]);
    let found = nothing.queries - nothing.at_1;
    assert!(found <= found_for_nothing, "{found} queries find something for nonsense or for teams that do not play");
}
