//! The data folder: the embedded database, the secret made for it, and the lock that keeps a second program out.
//!
//! What visitors trust the site with is for its operator's eyes, whichever other users the machine has.
//!
//! Invariant: at most one program uses the embedded database of a folder; the system drops the lock with the process,
//! so a crash leaves none behind.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use rand::{TryRngCore, rngs::OsRng};
use settings::secret::Secret;

use crate::{config::Config, failure::Failure};

const LOCK: &str = "lock";
const DATABASE: &str = "matchday.db";
const JWT_SECRET: &str = "jwt-secret";
/// By how many weeks the bundled matches are moved.
const WEEKS: &str = "calendar-weeks";
const MAILS: &str = "mails";
const EMBEDDED_BROKER: &str = "kafka-address";

/// An open data folder.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    _lock: Option<File>,
}

impl DataDir {
    /// Opens the folder, making it where there is none, and locks it if the embedded database is in it.
    ///
    /// # Errors
    ///
    /// The folder cannot be used, or another program uses it.
    pub(crate) fn open(config: &Config) -> Result<Self, Failure> {
        let path = config.data_dir.clone();
        let unusable = |error| Failure::DataDir { path: path.clone(), error };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(unusable)?;
        let lock = if config.is_database_embedded() { Some(lock(&path)?) } else { None };
        if lock.is_some() {
            make_database_private(&path.join(DATABASE)).map_err(unusable)?;
        }

        Ok(Self { path, _lock: lock })
    }

    /// The folder of a program that may be running: what two programs may change at once is not locked.
    ///
    /// # Errors
    ///
    /// There is no such folder.
    pub(crate) fn beside(config: &Config) -> Result<Self, Failure> {
        let path = config.data_dir.clone();
        if config.is_database_embedded() {
            let database = path.join(DATABASE);
            fs::metadata(&database).map_err(|error| Failure::DataDir { path: database, error })?;
            return Ok(Self { path, _lock: None });
        }
        Self::open(config)
    }

    /// The folder with an embedded database in it, which no program may be running on, whatever database is set now.
    ///
    /// # Errors
    ///
    /// There is no such database, or a program uses it.
    pub(crate) fn of_embedded(config: &Config) -> Result<Self, Failure> {
        let path = config.data_dir.clone();
        let database = path.join(DATABASE);
        fs::metadata(&database).map_err(|error| Failure::DataDir { path: database, error })?;
        let lock = lock(&path)?;
        Ok(Self { path, _lock: Some(lock) })
    }

    /// Where the embedded database lies.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// The secret of this folder, made at its first use; only its owner may read it.
    pub(crate) fn jwt_secret(&self) -> Result<Secret, Failure> {
        let random = || {
            let mut bytes = [0_u8; 32];
            OsRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
            Ok(hex::encode(bytes))
        };
        self.kept(JWT_SECRET, random).map(Secret::new)
    }

    /// Where that secret lies.
    pub(crate) fn secret_file(&self) -> PathBuf {
        self.path.join(JWT_SECRET)
    }

    /// By how many weeks the dates of the bundled master list are moved for this folder, if that was decided.
    pub(crate) fn weeks(&self) -> Result<Option<u16>, Failure> {
        let path = self.path.join(WEEKS);
        match fs::read_to_string(&path) {
            Ok(text) => self.read_weeks(&text).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::DataDir { path, error }),
        }
    }

    /// Keeps `weeks`, unless another number was kept before: that one stands.
    pub(crate) fn keep_weeks(&self, weeks: u16) -> Result<u16, Failure> {
        let kept = self.kept(WEEKS, || Ok(weeks.to_string()))?;
        self.read_weeks(&kept)
    }

    fn read_weeks(&self, text: &str) -> Result<u16, Failure> {
        let wrong = |error| Failure::DataDir {
            path: self.path.join(WEEKS),
            error: io::Error::new(io::ErrorKind::InvalidData, error),
        };
        text.trim().parse().map_err(wrong)
    }

    /// What a file of this folder says, made at its first use; only its owner may read it.
    fn kept(&self, name: &str, make: impl FnOnce() -> io::Result<String>) -> Result<String, Failure> {
        let path = self.path.join(name);
        let unusable = |error| Failure::DataDir { path: path.clone(), error };
        match fs::read_to_string(&path) {
            Ok(kept) => return Ok(kept.trim().to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unusable(error)),
        }
        let made = make().map_err(unusable)?;

        // Written aside and linked into place, so that of two programs the later one reads the whole of it.
        let aside = self.path.join(format!("{name}-{}", std::process::id()));
        write_private(&aside, &made).map_err(unusable)?;
        let linked = fs::hard_link(&aside, &path);
        fs::remove_file(&aside).map_err(unusable)?;
        match linked {
            Ok(()) => Ok(made),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::read_to_string(&path).map(|kept| kept.trim().to_owned()).map_err(unusable)
            }
            Err(error) => Err(unusable(error)),
        }
    }

    /// Where mails are kept that nothing sends, made at its first use.
    pub(crate) fn mails(&self) -> Result<PathBuf, Failure> {
        let path = self.path.join(MAILS);
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o700)))
            .map(|()| path.clone())
            .map_err(|error| Failure::DataDir { path, error })
    }

    /// Notes where the embedded broker listens, for `matchday masterlist publish`.
    pub(crate) fn note_broker(&self, bootstrap: &str) -> Result<(), Failure> {
        let path = self.path.join(EMBEDDED_BROKER);
        fs::write(&path, bootstrap).map_err(|error| Failure::DataDir { path, error })
    }

    /// Forgets the embedded broker, which is about to end.
    pub(crate) fn forget_broker(&self) {
        if let Err(error) = fs::remove_file(self.path.join(EMBEDDED_BROKER)) {
            tracing::debug!(%error, "the note of the embedded broker is gone already");
        }
    }
}

/// Where the embedded broker of the program that uses this folder listens, if one runs.
pub(crate) fn embedded_broker(config: &Config) -> Option<String> {
    // A program that was killed left its note behind, but not its lock.
    if config.is_database_embedded() && lock(&config.data_dir).is_ok() {
        return None;
    }
    fs::read_to_string(config.data_dir.join(EMBEDDED_BROKER)).ok()
}

fn lock(folder: &Path) -> Result<File, Failure> {
    let path = folder.join(LOCK);
    let unusable = |error| Failure::DataDir { path: path.clone(), error };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::DataDirInUse(folder.to_path_buf())),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

/// Makes the file before `SQLite` does, which gives its other files the permissions of this one.
fn make_database_private(database: &Path) -> io::Result<()> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(database)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    for suffix in ["-wal", "-shm"] {
        let mut beside = database.as_os_str().to_owned();
        beside.push(suffix);
        match fs::set_permissions(&beside, fs::Permissions::from_mode(0o600)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn config() -> Config {
        let data_dir = std::env::temp_dir().join(format!("matchday-data-{}", uuid::Uuid::now_v7()));
        Config { data_dir, ..Config::default() }
    }

    #[test]
    fn a_second_program_on_the_same_folder_is_refused_until_the_first_ends() {
        let config = config();
        let first = DataDir::open(&config).expect("nobody uses the folder");

        let refused = DataDir::open(&config).expect_err("the folder is in use");
        assert!(matches!(&refused, Failure::DataDirInUse(path) if *path == config.data_dir));
        assert!(refused.to_string().contains("MATCHDAY_DATA_DIR"));

        drop(first);
        DataDir::open(&config).expect("nobody uses the folder any more");
        fs::remove_dir_all(&config.data_dir).expect("the folder is ours");
    }

    #[test]
    fn in_a_folder_that_everybody_may_read_the_database_and_the_mails_are_private() {
        let config = config();
        let open = fs::Permissions::from_mode(0o755);
        let readable = fs::Permissions::from_mode(0o644);
        fs::create_dir_all(config.data_dir.join(MAILS)).expect("the temporary folder is writable");
        for folder in [config.data_dir.clone(), config.data_dir.join(MAILS)] {
            fs::set_permissions(folder, open.clone()).expect("the folder is ours");
        }
        for file in ["matchday.db", "matchday.db-wal"] {
            fs::write(config.data_dir.join(file), "").expect("the folder is ours");
            fs::set_permissions(config.data_dir.join(file), readable.clone()).expect("the file is ours");
        }

        let folder = DataDir::open(&config).expect("nobody uses the folder");
        folder.mails().expect("the folder is writable");

        for (name, private) in [("matchday.db", 0o600), ("matchday.db-wal", 0o600), (MAILS, 0o700)] {
            let mode = fs::metadata(config.data_dir.join(name)).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, private, "{name}");
        }
        drop(folder);
        fs::remove_dir_all(&config.data_dir).expect("the folder is ours");
    }

    #[test]
    fn the_secret_is_made_once_and_private() {
        let config = config();
        let folder = DataDir::open(&config).expect("nobody uses the folder");

        let made = folder.jwt_secret().expect("the folder is writable");
        let found = folder.jwt_secret().expect("the secret is there");

        assert_eq!(made, found);
        assert_eq!(made.expose().len(), 64);
        let mode = fs::metadata(config.data_dir.join(JWT_SECRET)).expect("it was written").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(&config.data_dir).expect("it is a folder").count(),
            3,
            "the lock, the database and the secret"
        );
        fs::remove_dir_all(&config.data_dir).expect("the folder is ours");
    }
}
