//! Lists of networks, as people publish them: one a line, with comments after `#` or `;`, or each an object in JSON with
//! its network as `cidr`.

use std::fmt;

use serde_json::Value;

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
        let named = if line.trim_start().starts_with('{') {
            object(line)
        } else {
            let written = line.split(['#', ';']).next().unwrap_or_default().trim();
            Ok(Some(written.to_owned()).filter(|written| !written.is_empty()))
        };
        let Some(named) = named.transpose() else { continue };
        match named.and_then(|written| network(&written)) {
            Ok(network) => report.networks.push(network),
            Err(message) => report.problems.push(Problem { line: number + 1, message }),
        }
    }
    report
}

/// The network of an object; none where it is about the list itself.
fn object(line: &str) -> Result<Option<String>, String> {
    let object: Value = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
    match &object["cidr"] {
        Value::String(network) => Ok(Some(network.clone())),
        Value::Null if object["type"] == "metadata" => Ok(None),
        _ => Err("an object gives its network as \"cidr\", such as {\"cidr\": \"192.0.2.0/24\"}".to_owned()),
    }
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
    fn lists_of_json_objects_are_read_too() {
        let text = "{\"cidr\":\"1.10.16.0/20\",\"sblid\":\"SBL256894\",\"rir\":\"apnic\"}\n{\"cidr\":\"2001:db8::/32\"}\n\
                    {\"type\":\"metadata\",\"timestamp\":1764000000,\"records\":2}\n{\"ip\":\"192.0.2.1\"}\n{\"cidr\":\n";

        let report = read(text);

        assert_eq!(shown(&report), ["1.10.16.0/20", "2001:db8::/32"]);
        let told: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert!(told[0].starts_with("line 4: an object gives its network as \"cidr\""), "{told:?}");
        assert!(told[1].starts_with("line 5: not JSON"), "{told:?}");
        assert_eq!(told.len(), 2);
    }

    #[test]
    fn each_wrong_line_is_named_with_what_would_be_right() {
        let report = read("10.0.0.0/8\n10.0.0.1-10.0.0.9\n# fine\n0.0.0.0/1\nexample.com\n");

        assert_eq!(shown(&report), ["10.0.0.0/8"]);
        let told: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("line 2: \"10.0.0.1-10.0.0.9\" is not a network: write 192.0.2.0/24"), "{told:?}");
        assert!(told[1].starts_with("line 4: \"0.0.0.0/1\" is too wide: the prefix must have at least 8 bits"));
        assert!(told[2].starts_with("line 5: \"example.com\" is not a network"), "{told:?}");
    }
}
