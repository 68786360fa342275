//! What rivals are told and what they are, shared by the benchmarks and by the rivals' own programs.

use std::error::Error;

pub mod changes;
pub mod peers;

pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;
