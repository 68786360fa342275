//! The program: one line a role.
//!
//! It is a part of the library, for a future is compiled where it is first run: else each binary would compile the whole
//! program for itself.

use std::{
    fmt::Display,
    io::{Write as _, stderr},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use domain::{accounts::keys::AccessTokens, tickets::keys::TicketCodes};

use crate::{
    cli::{Cli, Role},
    roles, telemetry,
};

/// How long the end waits for threads that are closing clients of a broker that does not answer.
const CLOSING: Duration = Duration::from_secs(5);

/// Runs what the command line asks for.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(format_args!("no threads to run on: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(run(cli));
    runtime.shutdown_timeout(CLOSING);
    telemetry::flush();

    code
}

/// Says why the program ends, where standard error is read.
fn complain(why: impl Display) {
    let _ = writeln!(stderr(), "matchday: {why}");
}

async fn run(cli: Cli) -> ExitCode {
    let settings = cli.config.as_deref();
    let done = match cli.role.unwrap_or(Role::Serve { visitors_only: false }) {
        Role::Serve { visitors_only } => roles::serve(settings, visitors_only).await,
        Role::Worker => roles::worker(settings).await,
        Role::Storefront => roles::storefront(settings).await,
        Role::Analytics => roles::analytics(settings).await,
        Role::Lake { task } => roles::lake(settings, &task).await,
        Role::Train(asked) => roles::train(settings, asked).await,
        Role::Model { task } => roles::models(settings, &task).await,
        Role::Migrate { step } => roles::migrate(settings, &step).await,
        Role::CopyDatabase => roles::copy_database(settings).await,
        Role::Schema => roles::schema(),
        Role::Masterlist { task } => roles::masterlist(settings, &task).await,
        Role::Key { tickets: false, task } => roles::keys::<AccessTokens>(settings, &task).await,
        Role::Key { tickets: true, task } => roles::keys::<TicketCodes>(settings, &task).await,
        Role::User { task } => roles::users(settings, &task).await,
        Role::Address { task } => roles::addresses(settings, &task).await,
        Role::Config => roles::config(settings),
        Role::Health(asked) => roles::health(settings, &asked).await,
        Role::Man { dir, date } => roles::man(&dir, date),
        Role::Reference { dir, contract } => roles::reference(&dir, contract),
        Role::Completions { shell } => roles::completions(shell),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            telemetry::flush();
            complain(&failure);
            failure.exit_code()
        }
    }
}
