//! Variables of a valid document: what their values are judged by.

use std::sync::Arc;

use async_graphql::Value;

/// What is known of a variable once its document is found valid.
#[derive(Debug, Default)]
pub(super) struct Variable {
    /// Whose rules its texts follow.
    pub(super) places: Vec<Arc<str>>,
    /// As `extensions.field` names it: where it is used first.
    pub(super) field: String,
    /// Whether it is a whole argument there.
    pub(super) is_argument: bool,
    pub(super) default: Option<Value>,
    /// Whether a place that it is used at has a default of its own, which counts where the variable has no value.
    pub(super) is_optional_where_used: bool,
    /// Whether null can't stand at a place that it is used at.
    pub(super) is_required_where_used: bool,
}
