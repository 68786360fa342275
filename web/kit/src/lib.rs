//! What the pages of Matchday are made of: languages, money and times in them, layout and forms, and how a page asks the
//! API.
//!
//! Invariant: nothing here knows more of Matchday than a client does, which is `schema.graphql`.

pub mod amount;
pub mod answer;
pub mod api;
pub mod assets;
pub mod captcha;
pub mod countries;
pub mod form;
pub mod kept;
pub mod layout;
pub mod locale;
pub mod money;
pub mod operator_pages;
pub mod policy;
pub mod refusal;
pub mod theme;
pub mod times;
pub mod visit;
pub mod words;

/// What the kit itself asks the API, for a manifest of trusted documents.
pub const DOCUMENTS: &[&str] = &[visit::REFRESH_SESSION, captcha::SOLVE_CAPTCHA];
