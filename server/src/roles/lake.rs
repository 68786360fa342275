//! The role `lake`: how the lake stands, completing it, and merging its files.

use std::path::Path;

use analytics::lake::{Compacted, Status, TableStatus};
use book::clock::{Clock, SystemClock};

use crate::{
    analytics::{completion, lake},
    cli::LakeTask,
    config::Purpose,
    failure::Failure,
    output, resources,
};

/// Does what is asked of the lake.
///
/// # Errors
///
/// The lake can't be reached, or for `rebuild` the database.
pub async fn lake(settings: Option<&Path>, task: &LakeTask) -> Result<(), Failure> {
    match task {
        LakeTask::Status => {
            let config = super::load_for(Purpose::Lake, settings)?;
            show(&lake::open_for_reading(&config)?.status().await?)
        }
        LakeTask::Compact => {
            let config = super::load_for(Purpose::Lake, settings)?;
            let Compacted { files_replaced, files_written, rows_erased, .. } =
                lake::open(&config).await?.compact(SystemClock.now()).await?;
            Ok(output::line(format_args!(
                "{} replaced by {files_written}, {} without their fans now",
                output::counted(files_replaced, "file", "files"),
                output::counted(rows_erased, "row", "rows"),
            ))?)
        }
        LakeTask::Rebuild => {
            let config = super::load(settings)?;
            let app = resources::beside(&config).await?;
            let completed = completion::complete(&app, &lake::open(&config).await?).await?;
            Ok(output::line(format_args!(
                "{} and {} written, {} marked",
                output::counted(completed.bookings, "booking", "bookings"),
                output::counted(completed.matches, "match", "matches"),
                output::counted(completed.erasures, "erasure", "erasures"),
            ))?)
        }
    }
}

fn show(status: &Status) -> Result<(), Failure> {
    output::line(row(["TABLE", "FILES", "ROWS", "BYTES", "FROM", "TO"]))?;
    for table in &status.tables {
        output::line(shown(table))?;
    }
    Ok(output::line(format_args!("{} of the last 30 days", output::counted(status.erasures, "erasure", "erasures")))?)
}

fn shown(table: &TableStatus) -> String {
    let date = |date: Option<chrono::NaiveDate>| date.map_or_else(|| "-".to_owned(), |date| date.to_string());
    let counts = [table.files.to_string(), table.rows.to_string(), table.bytes.to_string()];
    let [files, rows, bytes] = counts.each_ref().map(String::as_str);
    row([table.table.name(), files, rows, bytes, &date(table.oldest), &date(table.newest)])
}

fn row([table, files, rows, bytes, from, to]: [&str; 6]) -> String {
    format!("{table:<9}{files:>8}{rows:>12}{bytes:>14}  {from:<12}{to}")
}
