use parquet::errors::ParquetError;

/// Why the lake did not do what was asked of it.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    #[error("the lake's address {url} {problem}")]
    Location { url: String, problem: String },
    /// The store can't hold a lake, and why.
    #[error("the lake's store {0}")]
    Unfit(String),
    #[error("the lake's store: {0}")]
    Store(#[from] object_store::Error),
    /// What was given can't be written down.
    #[error("{0}")]
    Invalid(String),
    #[error("the file {file} of the lake {problem}")]
    File { file: String, problem: String },
    #[error("files of the lake were replaced again and again while they were read")]
    Restless,
    #[error("rows could not be written as Parquet: {0}")]
    Encoding(#[from] ParquetError),
    #[error("the model {version} {problem}")]
    Model { version: String, problem: String },
}

impl LakeError {
    /// Whether it says that a file is not there (any more).
    pub(super) const fn is_missing(&self) -> bool {
        matches!(self, Self::Store(object_store::Error::NotFound { .. }))
    }
}
