//! What is wrong with a configuration: all of it at once, each with what would be right.

use std::fmt;

/// One wrong setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The setting as the user wrote it: an environment name, or a key and its file.
    pub setting: String,
    /// In lower case, without a full stop: it follows the setting.
    pub wrong: String,
    /// What to do about it: a sentence, whose capital it gets where it is shown.
    pub right: String,
}

impl Problem {
    pub fn new(setting: impl Into<String>, wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self { setting: setting.into(), wrong: wrong.into(), right: right.into() }
    }
}

/// Everything that is wrong with a configuration; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        writeln!(f, "{count} {} wrong:", if count == 1 { "setting is" } else { "settings are" })?;
        for Problem { setting, wrong, right } in &self.0 {
            let mut letters = right.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase).collect::<String>();
            write!(f, "\n  {setting}: {wrong}\n      {first}{}\n", letters.as_str())?;
        }
        write!(f, "\n`matchday config` shows what is in force, `matchday --help` lists every setting.")
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_problem_has_its_place_what_is_wrong_and_a_sentence_with_what_is_right() {
        let one =
            Problem::new("holds.seconds (matchday.toml, line 3)", "\"ten\" is not valid", "write a whole number.");
        let other = Problem::new("MATCHDAY_BIND", "\"8000\" is not an address", "write host:port.");

        let shown = Problems(vec![one.clone(), other]).to_string();

        assert!(shown.starts_with("2 settings are wrong:\n"), "{shown}");
        assert!(shown.contains(
            "\n  holds.seconds (matchday.toml, line 3): \"ten\" is not valid\n      Write a whole number.\n"
        ));
        assert!(shown.contains("\n  MATCHDAY_BIND: \"8000\" is not an address\n      Write host:port.\n"), "{shown}");
        assert!(Problems(vec![one]).to_string().starts_with("1 setting is wrong:\n"));
    }
}
