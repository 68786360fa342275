//! What is wrong with an input: everything at once, field by field, so that a form is mended in one go.

/// What is wrong with one field of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// By its name in the input, such as `price.amount`.
    pub field: &'static str,
    /// What it must be: a sentence that has named the field goes on with it, and one of its own begins with it.
    pub problem: String,
}

impl FieldError {
    pub(crate) fn new(field: &'static str, problem: impl Into<String>) -> Self {
        Self { field, problem: problem.into() }
    }
}

/// What is wrong of all that was judged, in its order.
pub(crate) fn all_right(judged: impl IntoIterator<Item = Result<(), FieldError>>) -> Result<(), Vec<FieldError>> {
    let errors: Vec<FieldError> = judged.into_iter().filter_map(Result::err).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// All that is wrong in one sentence.
pub(crate) fn sentence(errors: &[FieldError]) -> String {
    let each: Vec<String> = errors.iter().map(|error| format!("`{}` {}", error.field, error.problem)).collect();
    each.join("; ")
}
