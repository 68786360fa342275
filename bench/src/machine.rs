//! The machine and the versions that figures belong to.

use std::{
    fs::{self, File},
    io::Write as _,
    process::Command,
    time::{Duration, Instant},
};

use crate::{Outcome, database};

const SYNCS: u32 = 200;

/// Says on what is measured.
pub(crate) async fn show() -> Outcome {
    let of = |file: &str, key: &str| {
        fs::read_to_string(file)
            .unwrap_or_default()
            .lines()
            .find(|line| line.starts_with(key))
            .and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    };
    let cores = std::thread::available_parallelism()?;
    println!(
        "machine   {} x {}, {} of memory, Linux {}, load {}",
        cores,
        of("/proc/cpuinfo", "model name"),
        of("/proc/meminfo", "MemTotal"),
        fs::read_to_string("/proc/sys/kernel/osrelease")?.trim(),
        fs::read_to_string("/proc/loadavg")?.trim()
    );
    println!("disk      fdatasync takes {:.0} µs (median of {SYNCS})", sync_time()?.as_secs_f64() * 1e6);
    println!(
        "matchday  {}, {}",
        version("git", &["describe", "--always", "--dirty"]),
        version("rustc", &["--version"])
    );
    println!("pgbench   {}", version("pgbench", &["--version"]));
    if database::server().is_ok() {
        let admin = database::connect(&database::server()?, 1).await?;
        let mut settings = Vec::new();
        for name in ["server_version", "synchronous_commit", "fsync", "shared_buffers", "max_connections"] {
            settings.push(format!("{name} {}", database::text(&admin, &format!("SHOW {name}")).await?));
        }
        println!("postgres  {}", settings.join(", "));
        admin.close().await?;
    }
    Ok(())
}

fn version(program: &str, arguments: &[&str]) -> String {
    Command::new(program)
        .args(arguments)
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_else(|_| format!("(no {program})"))
}

/// How long the disk takes to promise 4 KiB.
fn sync_time() -> Outcome<Duration> {
    let path = std::env::temp_dir().join(format!("matchday-bench-sync-{}", std::process::id()));
    let mut file = File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..SYNCS {
        file.write_all(&[1; 4096])?;
        let start = Instant::now();
        file.sync_data()?;
        times.push(start.elapsed());
    }
    fs::remove_file(&path)?;
    times.sort_unstable();
    Ok(times[times.len() / 2])
}
