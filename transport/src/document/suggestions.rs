//! Suggestions: which known names a misspelt one may have meant.

use std::collections::HashMap;

/// Names suggested at most.
const MOST: usize = 3;

/// Longer names are not compared: comparing takes the product of both lengths.
const LONGEST: usize = 64;

/// A sentence with the known names that are nearest to a misspelt one, and a space before it; empty where none is near.
pub(super) fn did_you_mean(name: &str, known: &[&str]) -> String {
    if name.len() > LONGEST {
        return String::new();
    }
    let threshold = name.len() * 2 / 5 + 1;
    let distances: HashMap<&str, usize> = known.iter().map(|known| (*known, distance(name, known))).collect();
    let mut near: Vec<(&str, usize)> = distances.into_iter().filter(|(_, distance)| *distance <= threshold).collect();
    near.sort_by_key(|(known, distance)| (*distance, *known));
    let near: Vec<String> = near.into_iter().take(MOST).map(|(known, _)| format!("`{known}`")).collect();
    match near.split_last() {
        None => String::new(),
        Some((last, [])) => format!(" Did you mean {last}?"),
        Some((last, others)) => format!(" Did you mean {} or {last}?", others.join(", ")),
    }
}

/// Letters to insert, remove, replace or swap with their neighbour, case aside.
fn distance(one: &str, other: &str) -> usize {
    let (one, other) = (one.to_ascii_lowercase().into_bytes(), other.to_ascii_lowercase().into_bytes());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, found) in other.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != found);
            let mut least = replaced.min(last[column + 1] + 1).min(next[column] + 1);
            if row > 0 && column > 0 && *letter == other[column - 1] && one[row - 1] == *found {
                least = least.min(before[column - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut last, next);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_are_suggested_and_far_ones_are_not() {
        let known = ["matches", "match", "me", "reservation", "node"];

        assert_eq!(did_you_mean("matchs", &known), " Did you mean `match` or `matches`?");
        assert_eq!(did_you_mean("RESERVATOIN", &known), " Did you mean `reservation`?");
        assert_eq!(did_you_mean("tickets", &known), "");
        assert_eq!(did_you_mean(&"x".repeat(LONGEST + 1), &known), "");
    }
}
