//! The program: one line a role.

use std::{process::ExitCode, time::Duration};

use clap::Parser;
use server::{
    cli::{Cli, Role},
    roles,
};

/// Spares the hot path the system allocator's locks.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long the end waits for threads that are closing clients of a broker that does not answer.
const CLOSING: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("matchday: no threads to run on: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(run(cli));
    runtime.shutdown_timeout(CLOSING);

    code
}

async fn run(cli: Cli) -> ExitCode {
    let settings = cli.config.as_deref();
    let done = match cli.role.unwrap_or(Role::Serve) {
        Role::Serve => roles::serve(settings).await,
        Role::Worker => roles::worker(settings).await,
        Role::Migrate { step } => roles::migrate(settings, &step).await,
        Role::Schema => roles::schema(),
        Role::Masterlist { task } => roles::masterlist(settings, &task).await,
        Role::Key { tickets: false, task } => roles::keys(settings, &task).await,
        Role::Key { tickets: true, task } => roles::ticket_keys(settings, &task).await,
        Role::User { task } => roles::users(settings, &task).await,
        Role::Address { task } => roles::addresses(settings, &task).await,
        Role::Config => roles::config(settings),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("matchday: {failure}");
            failure.exit_code()
        }
    }
}
