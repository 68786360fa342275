//! What rivals are told and what they are, shared by the benchmarks and by the rivals' own programs.

#![expect(
    clippy::disallowed_methods,
    reason = "a bench runs tasks, reads addresses and looks at the machine's clock by itself"
)]

use std::error::Error;

pub mod changes;
pub mod peers;

pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;
