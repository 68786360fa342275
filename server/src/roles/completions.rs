//! The role `completions`: what a shell completes the commands and options of this program by.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{cli::Cli, failure::Failure, output};

/// Prints the script of a shell.
///
/// # Errors
///
/// Standard output is closed.
pub fn completions(shell: Shell) -> Result<(), Failure> {
    Ok(output::text(&script(shell))?)
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "matchday", &mut script);
    String::from_utf8(script).expect("scripts are made of the texts of the command line")
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn each_shell_is_told_of_the_commands_and_their_options() {
        for shell in Shell::value_variants() {
            let script = script(*shell);
            for word in ["migrate", "masterlist", "health", "live", "replace-source"] {
                assert!(script.contains(word), "{shell}: {word} is not completed");
            }
        }
    }
}
