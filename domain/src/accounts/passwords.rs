//! Passwords: hashed with Argon2id by OWASP's parameters, off the async threads, a bounded number at once.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{SaltString, rand_core::OsRng},
};
use tokio::sync::Semaphore;

use super::AccountError;

// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB of memory, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

pub(super) async fn hash(hashing: &Arc<Semaphore>, password: String) -> Result<String, AccountError> {
    off_thread(hashing, move || {
        let salt = SaltString::generate(&mut OsRng);
        Ok(argon2()?.hash_password(password.as_bytes(), &salt).map_err(internal)?.to_string())
    })
    .await
}

/// Compares with `hash`; without one the same work is done, so that the time does not tell whether there is an account.
pub(super) async fn verify(
    hashing: &Arc<Semaphore>,
    password: String,
    hash: Option<String>,
) -> Result<bool, AccountError> {
    let Some(hash) = hash else {
        self::hash(hashing, password).await?;
        return Ok(false);
    };
    off_thread(hashing, move || {
        let hash = PasswordHash::new(&hash).map_err(internal)?;
        Ok(argon2()?.verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
}

fn argon2() -> Result<Argon2<'static>, AccountError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn off_thread<T: Send + 'static>(
    hashing: &Arc<Semaphore>,
    work: impl FnOnce() -> Result<T, AccountError> + Send + 'static,
) -> Result<T, AccountError> {
    let _turn = hashing.acquire().await.map_err(internal)?;
    tokio::task::spawn_blocking(work).await.map_err(internal)?
}

fn internal(error: impl std::fmt::Display) -> AccountError {
    AccountError::Internal(format!("password hashing: {error}"))
}
