//! Search: our engines by the judged queries, beside what sites use otherwise.
//!
//! Our own are an example of the crate `opensearch`, which needs little to be built; the rivals are npm packages, Postgres and OpenSearch as it
//! is usually set up, asked by `bench/search/run.mjs`.

use tokio::process::Command;

use crate::Outcome;

/// What is asked for.
#[derive(clap::Args, Clone)]
pub(crate) struct Setting {
    /// Listings of the market in which time is measured.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    listings: u32,
}

pub(crate) async fn search(setting: Setting) -> Outcome {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    run(Command::new(env!("CARGO"))
        .args(["build", "--release", "-p", "opensearch", "--example", "beside"])
        .current_dir(root))
    .await?;
    run(Command::new("npm").args(["ci", "--silent"]).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/search")))
        .await?;
    run(Command::new("node")
        .args(["bench/search/run.mjs", "target/release/examples/beside", &setting.listings.to_string()])
        .current_dir(root))
    .await
}

async fn run(command: &mut Command) -> Outcome {
    let status = command.kill_on_drop(true).status().await?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} ended with {status}").into()) }
}
