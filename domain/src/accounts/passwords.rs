//! Passwords: hashed with Argon2id by OWASP's parameters, off the async threads, a bounded number at once.

use std::{collections::HashSet, ops::RangeInclusive, sync::LazyLock, thread};

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{SaltString, rand_core::OsRng},
};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::AccountError;

// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB of memory, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

const LENGTH: RangeInclusive<usize> = 8..=128;

/// Hashes under way and waiting, at most: the last one waits some seconds.
const QUEUE: usize = 256;

/// What everybody tries first.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/common-passwords.txt").lines();
    lines.filter(|line| !line.starts_with('#')).collect()
});

/// A turn for each hash: half of the cores, so that sign-ins leave the other half to everything else.
pub(super) struct Hashing {
    turns: Semaphore,
    places: Semaphore,
}

/// A place in the queue, for one password.
pub(super) struct Place<'a> {
    hashing: &'a Hashing,
    _permit: SemaphorePermit<'a>,
}

impl Default for Hashing {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self { turns: Semaphore::new((cores / 2).max(1)), places: Semaphore::new(QUEUE) }
    }
}

impl Hashing {
    /// A place, unless all are taken.
    pub(super) fn place(&self) -> Result<Place<'_>, AccountError> {
        let permit = self.places.try_acquire().map_err(|_| AccountError::Busy)?;
        Ok(Place { hashing: self, _permit: permit })
    }
}

impl Place<'_> {
    pub(super) async fn hash(&self, password: String) -> Result<String, AccountError> {
        self.off_thread(move || {
            let salt = SaltString::generate(&mut OsRng);
            Ok(argon2()?.hash_password(password.as_bytes(), &salt).map_err(internal)?.to_string())
        })
        .await
    }

    /// Compares with `hash`; without one the same work is done, so that the time does not tell whether there is an
    /// account.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, AccountError> {
        let Some(hash) = hash else {
            self.hash(password).await?;
            return Ok(false);
        };
        self.off_thread(move || {
            let hash = PasswordHash::new(&hash).map_err(internal)?;
            Ok(argon2()?.verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AccountError> + Send + 'static,
    ) -> Result<T, AccountError> {
        let _turn = self.hashing.turns.acquire().await.map_err(internal)?;
        tokio::task::spawn_blocking(work).await.map_err(internal)?
    }
}

/// Whether a password may be chosen: by its length, and if not everybody would guess it. Nothing else is asked of it.
pub(super) fn check(field: &'static str, password: &str) -> Result<(), AccountError> {
    let problem = if !LENGTH.contains(&password.chars().count()) {
        format!("must have {} to {} characters", LENGTH.start(), LENGTH.end())
    } else if COMMON.contains(password.to_lowercase().as_str()) {
        "is one of the most common passwords; choose another".to_owned()
    } else {
        return Ok(());
    };
    Err(AccountError::Invalid { field, problem })
}

fn argon2() -> Result<Argon2<'static>, AccountError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn internal(error: impl std::fmt::Display) -> AccountError {
    AccountError::Internal(format!("password hashing: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_judged_by_its_length_and_by_how_common_it_is() {
        for fine in ["correct horse", "pässwörter", &"x".repeat(128)] {
            assert!(check("password", fine).is_ok(), "{fine}");
        }
        for (wrong, told) in [
            ("seven77", "8 to 128"),
            (&"x".repeat(129), "8 to 128"),
            ("password", "most common"),
            ("PassWord", "most common"),
            ("1qaz2wsx", "most common"),
        ] {
            let refused = check("password", wrong).expect_err(wrong).to_string();
            assert!(refused.starts_with("password ") && refused.contains(told), "{wrong}: {refused}");
        }
        assert_eq!(COMMON.len(), 10_000);
    }

    #[test]
    fn who_finds_no_place_in_the_queue_is_refused_and_not_kept_waiting() {
        let hashing = Hashing { places: Semaphore::new(1), ..Hashing::default() };
        let place = hashing.place().expect("there is one");

        assert!(matches!(hashing.place(), Err(AccountError::Busy)));
        drop(place);
        assert!(hashing.place().is_ok());
    }
}
