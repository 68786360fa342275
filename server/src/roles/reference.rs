//! The role `reference`: the pages of documentation that the program writes of itself.

use std::{fs, path::Path};

use crate::{failure::Failure, output, reference};

/// Writes all pages into `dir`, or the files of a contract.
///
/// # Errors
///
/// The folder cannot be written to.
pub fn reference(dir: &Path, is_contract: bool) -> Result<(), Failure> {
    let unwritable = |path: &Path, error| Failure::Unwritable { path: path.to_path_buf(), error };
    fs::create_dir_all(dir).map_err(|error| unwritable(dir, error))?;
    let pages = if is_contract { reference::contract() } else { reference::pages() };
    for (name, text) in &pages {
        let path = dir.join(name);
        fs::write(&path, text).map_err(|error| unwritable(&path, error))?;
    }
    Ok(output::line(output::counted(pages.len(), "file", "files"))?)
}
