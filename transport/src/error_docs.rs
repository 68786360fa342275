//! Where errors are explained: `extensions.docs`, the address of an error's code on a page that has a section for each.

use std::sync::Arc;

use async_graphql::{Response, ServerError, Value};
use error_codes::Code;

use crate::gateway::Payload;

/// The page of errors; none where visitors have no address to reach it by.
#[derive(Debug, Clone, Default)]
pub struct ErrorDocs(Option<Arc<str>>);

impl ErrorDocs {
    #[must_use]
    pub fn at(page: Option<&str>) -> Self {
        Self(page.map(Into::into))
    }

    /// Has each error that has a code name its section. Nothing is done twice.
    pub fn add(&self, errors: &mut [ServerError]) {
        let Some(page) = &self.0 else { return };
        for extensions in errors.iter_mut().filter_map(|error| error.extensions.as_mut()) {
            let Some(Value::String(code)) = extensions.get("code").filter(|_| extensions.get("docs").is_none()) else {
                continue;
            };
            let address = section(page, code);
            extensions.set("docs", address);
        }
    }

    /// A response whose errors name their sections: before it is measured, and before it is kept for others.
    #[must_use]
    pub fn described(&self, mut response: Response) -> Response {
        self.add(&mut response.errors);
        response
    }

    /// The section of a code.
    pub(crate) fn of(&self, code: Code) -> Option<String> {
        self.0.as_ref().map(|page| section(page, code.as_str()))
    }

    /// A result whose errors name their sections. What is encoded already has none, or had them before.
    pub(crate) fn added(&self, mut payload: Payload) -> Payload {
        if let Payload::Response(response) = &mut payload {
            self.add(&mut response.errors);
        }
        payload
    }
}

/// As anchors of Markdown's headings are written.
fn section(page: &str, code: &str) -> String {
    let mut address = String::with_capacity(page.len() + 1 + code.len());
    address.push_str(page);
    address.push('#');
    address.extend(code.chars().map(|letter| letter.to_ascii_lowercase()));
    address
}

#[cfg(test)]
mod tests {
    use async_graphql::ErrorExtensionValues;

    use super::*;

    fn with_docs(page: Option<&str>, code: Option<&str>) -> Option<Value> {
        let mut error = ServerError::new("it failed", None);
        let mut extensions = ErrorExtensionValues::default();
        code.into_iter().for_each(|code| extensions.set("code", code));
        error.extensions = Some(extensions);
        let mut errors = [error, ServerError::new("without a code", None)];

        ErrorDocs::at(page).add(&mut errors);
        let once = errors.clone();
        ErrorDocs::at(page).add(&mut errors);

        assert_eq!(once, errors, "it is not done twice");
        assert_eq!(errors[1].extensions, None);
        errors[0].extensions.as_ref()?.get("docs").cloned()
    }

    #[test]
    fn an_error_with_a_code_names_its_section_of_the_page() {
        let page = Some("https://tickets.example/docs/reference/errors");

        let named = with_docs(page, Some("SOLD_OUT"));

        assert_eq!(named, Some("https://tickets.example/docs/reference/errors#sold_out".into()));
        assert_eq!(with_docs(page, None), None);
        assert_eq!(with_docs(None, Some("SOLD_OUT")), None, "there is no page");
    }
}
