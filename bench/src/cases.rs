//! The cases, one file a subject.

pub(crate) mod check_ins;
pub(crate) mod differential;
pub(crate) mod documents;
pub(crate) mod everyone;
pub(crate) mod fanout;
pub(crate) mod holds;
pub(crate) mod peer;
pub(crate) mod queries;
pub(crate) mod recommend;
pub(crate) mod recommended;
pub(crate) mod records;
pub(crate) mod refusals;
pub(crate) mod roll;
pub(crate) mod search;
pub(crate) mod security;
pub(crate) mod size;
pub(crate) mod storefront;
pub(crate) mod tracing;
pub(crate) mod whole_way;
