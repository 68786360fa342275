//! Whether a new model may be published: only where it foresees the newest choices better than what it would replace, and than what
//! needs no model.

use std::fmt;

use super::evaluation::{Lead, Outcome, lead};

/// Fans of a window that are enough to judge by.
pub(crate) const FEWEST_FANS: usize = 100;

/// What becomes of a trained model.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    Publish,
    /// Why not.
    Refuse(Vec<String>),
}

impl Verdict {
    pub fn is_publish(&self) -> bool {
        *self == Self::Publish
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Publish => f.write_str("better than all that it was compared with"),
            Self::Refuse(reasons) => f.write_str(&reasons.join("; ")),
        }
    }
}

/// One of those that a model is compared with.
pub(crate) struct Rival<'a> {
    pub(crate) name: &'a str,
    /// Of the same choices as the model's.
    pub(crate) outcomes: &'a [Outcome],
    /// Choices before this second were seen by it, so that they don't count.
    pub(crate) unseen_from: i64,
}

pub(crate) fn judge(ours: &[Outcome], rivals: &[Rival<'_>]) -> (Verdict, Vec<Lead>) {
    let (mut reasons, mut leads) = (Vec::new(), Vec::new());
    for rival in rivals {
        let unseen = |outcome: &&Outcome| outcome.at >= rival.unseen_from;
        let one: Vec<Outcome> = ours.iter().filter(unseen).copied().collect();
        let other: Vec<Outcome> = rival.outcomes.iter().filter(unseen).copied().collect();
        let mut fans: Vec<u64> = one.iter().map(|outcome| outcome.fan).collect();
        fans.sort_unstable();
        fans.dedup();
        if fans.len() < FEWEST_FANS {
            reasons.push(format!(
                "{} fans chose since {} was trained, and {FEWEST_FANS} are needed to compare",
                fans.len(),
                rival.name
            ));
            continue;
        }
        let lead = lead(rival.name, &one, &other);
        for (of, mean, at_least) in [
            ("NDCG@10", lead.ndcg, lead.ndcg_at_least),
            ("log-likelihood", lead.log_likelihood, lead.log_likelihood_at_least),
        ] {
            // NaN is not better either.
            if at_least.is_nan() || at_least < 0.0 {
                reasons.push(format!(
                    "its {of} is not surely above that of {}: {mean:+.4}, at least {at_least:+.4}",
                    rival.name
                ));
            }
        }
        leads.push(lead);
    }
    (if reasons.is_empty() { Verdict::Publish } else { Verdict::Refuse(reasons) }, leads)
}
