//! Settings: what one is, what is wrong with one, and which are secret. Knows no setting itself.
//!
//! A section is one file of the crate whose part it sets: the struct, its defaults, its rows in `matchday --help`, and the
//! judgement on its values.

pub mod problem;
pub mod row;
pub mod secret;
pub mod weakness;
