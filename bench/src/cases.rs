//! The cases, one file a subject.

pub(crate) mod fanout;
pub(crate) mod holds;
pub(crate) mod queries;
pub(crate) mod records;
pub(crate) mod size;
