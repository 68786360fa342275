//! The role `man`: a manual page for each command, made of what its help says.

use std::{fmt::Write as _, fs, io, path::Path};

use book::clock::{Clock, SystemClock};
use chrono::NaiveDate;
use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::{
    cli::{Cli, help},
    config::catalog::SETTINGS,
    failure::Failure,
    output,
};

/// Writes all pages into `dir`.
///
/// # Errors
///
/// The folder cannot be written to.
pub fn man(dir: &Path, date: Option<NaiveDate>) -> Result<(), Failure> {
    let date = date.unwrap_or_else(|| SystemClock.now().date_naive());
    let unwritable = |path: &Path, error| Failure::Unwritable { path: path.to_path_buf(), error };
    fs::create_dir_all(dir).map_err(|error| unwritable(dir, error))?;
    let pages = pages(date)?;
    for (name, text) in &pages {
        let path = dir.join(name);
        fs::write(&path, text).map_err(|error| unwritable(&path, error))?;
    }
    Ok(output::line(output::counted(pages.len(), "manual page", "manual pages"))?)
}

/// Names of files, and their texts.
fn pages(date: NaiveDate) -> io::Result<Vec<(String, String)>> {
    let mut program = without_help_commands(Cli::command());
    program.build();
    let mut written = Vec::new();
    let mut unwritten = vec![program];
    while let Some(command) = unwritten.pop() {
        unwritten.extend(command.get_subcommands().filter(|command| !command.is_hide_set()).cloned());
        written.push(page(command, date)?);
    }
    Ok(written)
}

/// `matchday help migrate` and its like are on no page: `man matchday-migrate` is what they say.
fn without_help_commands(command: Command) -> Command {
    command.disable_help_subcommand(true).mut_subcommands(without_help_commands)
}

fn page(command: Command, date: NaiveDate) -> io::Result<(String, String)> {
    let is_program = command.get_after_long_help().is_some();
    // What the help says after the options becomes sections of their own.
    let command = command.after_help(None::<&str>).after_long_help(None::<&str>);
    let page = Man::new(command)
        .date(date.to_string())
        .source(concat!("Matchday ", env!("CARGO_PKG_VERSION")))
        .manual("Matchday's manual");
    let mut text = Vec::new();
    page.render(&mut text)?;
    // Before the values of an option the library has an empty line and then a break, of which mandoc wants one at most.
    let mut text = String::from_utf8(text).map_err(io::Error::other)?.replace("\n\n.br\n", "\n");
    if is_program {
        text.push_str(&sections());
    }
    Ok((page.get_filename(), text))
}

/// What the long help of the program says: examples, a master list, exit codes and settings.
fn sections() -> String {
    let mut text = String::new();
    for (title, lines) in
        [("EXAMPLES", help::EXAMPLES), ("MASTER LIST", help::WIRE_FORMAT), ("EXIT STATUS", help::EXIT_CODES)]
    {
        // As they stand, for they are in columns.
        write!(text, ".SH {title}\n.nf\n").expect("a String takes all text");
        lines.lines().for_each(|line| writeln!(text, "{}", plain(line)).expect("a String takes all text"));
        text.push_str(".fi\n");
    }
    text.push_str(".SH ENVIRONMENT\n");
    text.push_str("Each setting by its variable and its key in the settings file, which variables override; an empty variable is unset.\n");
    for setting in SETTINGS.iter() {
        write!(text, ".TP\n\\fB{}\\fR [{}]\n{}\n", setting.env, setting.path, plain(setting.help))
            .expect("a String takes all text");
    }
    text
}

/// A line of which nothing is an instruction, nor made prettier than a shell takes it.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for letter in line.chars() {
        match letter {
            '\\' => text.push_str("\\e"),
            '-' => text.push_str("\\-"),
            '\'' => text.push_str("\\(aq"),
            '`' => text.push_str("\\(ga"),
            '^' => text.push_str("\\(ha"),
            '~' => text.push_str("\\(ti"),
            letter => text.push(letter),
        }
    }
    if text.starts_with('.') {
        text.insert_str(0, "\\&");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn written() -> BTreeMap<String, String> {
        let date = NaiveDate::from_ymd_opt(2026, 11, 29).expect("it is a date");
        pages(date).expect("memory takes them").into_iter().collect()
    }

    /// The page of a command and those of its own, by the words of the command line.
    fn names(command: &Command, above: &str, found: &mut Vec<String>) {
        let name = format!("{above}{}", command.get_name());
        found.push(format!("{name}.1"));
        for command in command.get_subcommands() {
            names(command, &format!("{name}-"), found);
        }
    }

    #[test]
    fn every_command_has_a_page_and_every_page_is_dated() {
        let pages = written();
        let mut commands = Vec::new();
        names(&Cli::command(), "", &mut commands);
        commands.sort();

        assert_eq!(pages.keys().cloned().collect::<Vec<_>>(), commands);
        for (name, text) in &pages {
            assert!(text.lines().any(|line| line.starts_with(".TH ") && line.contains("2026")), "{name}: {text}");
            assert!(text.contains(".SH NAME") && text.contains(".SH SYNOPSIS"), "{name}");
            assert!(!text.contains("-help(1)"), "{name} sends to a page that is not there");
            assert!(!text.contains("\n\n.br\n"), "mandoc warns of {name}: {text}");
        }
    }

    #[test]
    fn the_page_of_the_program_explains_every_setting() {
        let page = &written()["matchday.1"];

        for setting in SETTINGS.iter() {
            assert!(page.contains(&setting.env), "{} is not explained", setting.env);
        }
        for section in ["EXAMPLES", "MASTER LIST", "EXIT STATUS", "ENVIRONMENT"] {
            assert!(page.contains(&format!(".SH {section}\n")), "{section} is missing");
        }
    }

    #[test]
    fn nothing_of_a_text_is_an_instruction() {
        assert_eq!(plain(".env is read"), "\\&.env is read");
        assert_eq!(plain("'a-b' \\n `c`"), "\\(aqa\\-b\\(aq \\en \\(gac\\(ga");
    }
}
