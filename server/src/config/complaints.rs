//! Complaints: what is wrong with a setting, by the name that it was given under.

use figment::Figment;
use settings::problem::Problem;

use super::{catalog, lines::Lines};

/// A value that its kind allows and its setting does not.
pub(super) fn unread(error: &figment::Error) -> Problem {
    // An item of a list is named by its place, which is no part of the setting.
    let names = error.path.iter().filter(|name| name.parse::<usize>().is_err());
    let path = names.cloned().collect::<Vec<_>>().join(".");
    match &error.kind {
        figment::error::Kind::UnknownVariant(given, known) => {
            Problem::new(path, format!("{given:?} is not valid"), format!("write one of {}.", known.join(", ")))
        }
        kind => Problem::new(path, kind.to_string(), "`matchday --help` shows what it can be."),
    }
}

/// A problem by the name that its setting was given under: the variable, or the key with its file and line.
pub(super) fn located(problem: Problem, figment: &Figment, lines: &Lines) -> Problem {
    let setting = catalog::by_env(&problem.setting).or_else(|| catalog::by_path(&problem.setting));
    let source = setting.and_then(|setting| Some((setting, figment.find_metadata(&setting.path)?)));
    match source {
        Some((setting, source)) if source.name == setting.env => Problem { setting: setting.env.clone(), ..problem },
        Some((setting, source)) => Problem { setting: lines.named(&setting.path, &source.name), ..problem },
        None => problem,
    }
}
