//! The program: see [`server::program`].

use std::process::ExitCode;

/// Spares the hot path the system allocator's locks.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    server::program::main()
}
