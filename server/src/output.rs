//! Standard output: what a role was asked for, and nothing else.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// Prints a line.
pub(crate) fn line(line: impl Display) -> io::Result<()> {
    write(format_args!("{line}\n"))
}

/// A number and what is counted, which has a word for one and another for many.
pub(crate) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Prints a text as it is.
pub(crate) fn text(text: &str) -> io::Result<()> {
    write(format_args!("{text}"))
}

/// A reader that has seen enough, as `head` does, is no failure.
fn write(what: std::fmt::Arguments<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_fmt(what).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
