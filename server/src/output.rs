//! Standard output: what a role was asked for, and nothing else.

use std::{
    fmt::Display,
    io::{self, Write},
};

use crate::failure::Failure;

/// Prints a line.
pub(crate) fn line(line: impl Display) -> Result<(), Failure> {
    write(format_args!("{line}\n"))
}

/// Prints a text as it is.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    write(format_args!("{text}"))
}

/// A reader that has seen enough, as `head` does, is no failure.
fn write(what: std::fmt::Arguments<'_>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_fmt(what).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
