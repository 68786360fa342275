//! The commands about the lake, and about the model that is learned from it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct Train {
    /// Print how the model compares with its rivals, and publish nothing
    #[arg(long)]
    pub evaluate: bool,
    /// Take the counts that another engine wrote by `analytics/sql/counts.sql`, instead of reading the lake
    #[arg(long, value_name = "DIR")]
    pub counts: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum ModelTask {
    /// List the models, newest first
    List,
    /// Show a model's origin, weights and evaluation
    Show {
        /// The model in use if not given
        #[arg(value_name = "VERSION")]
        version: Option<String>,
    },
    /// Have every program use this model from now on
    Use {
        /// A version of `matchday model list`, or `prior`
        #[arg(value_name = "VERSION")]
        version: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum LakeTask {
    /// List the tables with their files, rows, bytes and dates, and count the erasures
    Status,
    /// Write what the database has and the lake lacks, and mark the erasures of the last 60 days; also beside a running program
    Rebuild,
    /// Merge files and carry out erasures now, as it is done every hour
    Compact,
}
