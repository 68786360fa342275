//! What a request asks for: `application/x-www-form-urlencoded`, with nested names such as `metadata[order]`.

use std::collections::BTreeMap;

use super::shown::Trouble;

/// The fields of a request by their flat names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    pub(super) fn parse(text: &str) -> Result<Self, Trouble> {
        let mut fields = BTreeMap::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| Trouble::invalid("", pair, "is no field"))?;
            let (name, value) = (decoded(name)?, decoded(value)?);
            if fields.insert(name.clone(), value).is_some() {
                return Err(Trouble::invalid("", &name, "is given twice"));
            }
        }
        Ok(Self(fields))
    }

    /// Refuses fields that have none of these names; one that ends in `[]` allows a map.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Trouble> {
        let is_known = |name: &str| {
            known.iter().any(|known| match known.strip_suffix("[]") {
                Some(map) => entry(name, map).is_some(),
                None => *known == name,
            })
        };
        match self.0.keys().find(|name| !is_known(name)) {
            Some(name) => Err(Trouble::invalid("parameter_unknown", name, "is unknown")),
            None => Ok(()),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, Trouble> {
        let number = |text: &String| text.parse().map_err(|_| Trouble::invalid("", name, "is no integer"));
        self.0.get(name).map(number).transpose()
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Trouble> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Trouble::invalid("", name, "is no boolean")),
        }
    }

    pub(super) fn map(&self, name: &str) -> BTreeMap<String, String> {
        let entries = self.0.iter().filter_map(|(field, value)| Some((entry(field, name)?.to_owned(), value.clone())));
        entries.collect()
    }
}

/// What stands in the brackets of `map[…]`.
fn entry<'a>(field: &'a str, map: &str) -> Option<&'a str> {
    field.strip_prefix(map)?.strip_prefix('[')?.strip_suffix(']').filter(|name| !name.is_empty())
}

fn decoded(text: &str) -> Result<String, Trouble> {
    let wrong = || Trouble::invalid("", text, "is not encoded rightly");
    let (mut bytes, mut rest) = (Vec::new(), text.bytes());
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().ok_or_else(wrong)?, rest.next().ok_or_else(wrong)?];
                let digits = std::str::from_utf8(&digits).map_err(|_| wrong())?;
                u8::from_str_radix(digits, 16).map_err(|_| wrong())?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}
