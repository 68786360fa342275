//! What is wrong with a configuration: all of it at once, each with what would be right.

use std::fmt;

/// One wrong setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The setting as the user wrote it: an environment name, or a key and its file.
    pub setting: String,
    pub wrong: String,
    /// What to do about it.
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
            write!(f, "\n  {setting}: {wrong}\n      {right}\n")?;
        }
        write!(f, "\n`matchday config` shows what is in force, `matchday --help` lists every setting.")
    }
}

impl std::error::Error for Problems {}
