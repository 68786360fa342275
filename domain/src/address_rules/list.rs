//! Lists of networks, as people publish them: one a line, with comments after `#` or `;`.

use std::fmt;

use super::network::{Network, TOO_WIDE};

/// What a list names, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order of the list.
    pub networks: Vec<Network>,
    /// In the order of the list; empty if all is well.
    pub problems: Vec<Problem>,
}

/// A line that can't be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Counted from 1.
    pub line: usize,
    /// What was found, and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// Reads a list whole.
pub fn read(text: &str) -> Report {
    let mut report = Report::default();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let written = line.split(['#', ';']).next().unwrap_or_default().trim();
        if written.is_empty() {
            continue;
        }
        match network(written) {
            Ok(network) => report.networks.push(network),
            Err(message) => report.problems.push(Problem { line: number + 1, message }),
        }
    }
    report
}

fn network(written: &str) -> Result<Network, String> {
    let network: Network = written.parse().map_err(|error: super::network::NotANetwork| error.to_string())?;
    if network.is_too_wide() { Err(format!("{written:?} {TOO_WIDE}")) } else { Ok(network) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(report: &Report) -> Vec<String> {
        report.networks.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lists_are_read_as_they_are_published() {
        let text =
            "\u{feff}; Spamhaus DROP List\n1.10.16.0/20 ; SBL256894\r\n\n# netset\n#\n192.0.2.7\n2001:db8::/32 # six\n";

        let report = read(text);

        assert_eq!(shown(&report), ["1.10.16.0/20", "192.0.2.7/32", "2001:db8::/32"]);
        assert_eq!(report.problems, []);
    }

    #[test]
    fn each_wrong_line_is_named_with_what_would_be_right() {
        let report = read("10.0.0.0/8\n10.0.0.1-10.0.0.9\n# fine\n0.0.0.0/1\nexample.com\n");

        assert_eq!(shown(&report), ["10.0.0.0/8"]);
        let told: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("line 2: \"10.0.0.1-10.0.0.9\" is no network: write 192.0.2.0/24"), "{told:?}");
        assert!(told[1].starts_with("line 4: \"0.0.0.0/1\" is too wide: the prefix must have at least 8 bits"));
        assert!(told[2].starts_with("line 5: \"example.com\" is no network"), "{told:?}");
    }
}
