//! Recommendations: the model, its rivals and what is true, in simulated worlds and on public data.
//!
//! The worlds are an example of the crate `analytics`, which needs little to be built; the rivals are Python packages, and the tables
//! are made there too (`bench/recommend/run.py`).

use tokio::process::Command;

use crate::Outcome;

/// What is compared.
#[derive(clap::Args, Clone)]
pub(crate) struct Setting {
    /// Simulated fans; 1,500, 12,000 and 40,000 unless told.
    #[arg(long)]
    fans: Vec<u32>,
    /// Only this; all of it unless told.
    #[arg(long, value_enum)]
    only: Option<Part>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Part {
    /// Simulated worlds.
    Worlds,
    /// MovieLens-100k and Complete Journey.
    Public,
    /// Time and memory of ranking and of training.
    Figures,
}

pub(crate) async fn recommend(setting: Setting) -> Outcome {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    run(Command::new(env!("CARGO"))
        .args(["build", "--release", "-p", "analytics", "--example", "recommend"])
        .current_dir(root))
    .await?;
    let mut command = Command::new("python3");
    command.current_dir(root).args(["bench/recommend/run.py", "target/release/examples/recommend"]);
    for fans in setting.fans {
        command.args(["--fans", &fans.to_string()]);
    }
    if let Some(part) = setting.only {
        let part = match part {
            Part::Worlds => "worlds",
            Part::Public => "public",
            Part::Figures => "figures",
        };
        command.args(["--only", part]);
    }
    run(&mut command).await
}

async fn run(command: &mut Command) -> Outcome {
    let status = command.kill_on_drop(true).status().await?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} ended with {status}").into()) }
}
