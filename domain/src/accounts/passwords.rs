//! Passwords: hashed with Argon2id by OWASP's parameters, off the async threads, a bounded number at once.
//!
//! What is hashed is a password in the form of RFC 8265 (`OpaqueString`), so that a letter with an accent is the same letter
//! on every keyboard. Passwords that were hashed as they were typed are known by that form too.

use std::{collections::HashSet, ops::RangeInclusive, sync::LazyLock, thread};

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{SaltString, rand_core::OsRng},
};
use tokio::sync::{Semaphore, SemaphorePermit};
use unicode_normalization::UnicodeNormalization;

use super::AccountError;
use crate::field_errors::FieldError;

// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB of memory, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

const LENGTH: RangeInclusive<usize> = 8..=128;

/// Different characters that a password has at least: one of fewer is a finger that rests on a key.
const VARIETY: usize = 4;

/// Hashes under way and waiting, at most: the last one waits some seconds.
const QUEUE: usize = 256;

/// What attackers try first.
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
            Ok(argon2()?.hash_password(prepared(&password).as_bytes(), &salt).map_err(internal)?.to_string())
        })
        .await
    }

    /// Compares with `hash`; without one the same work is done, so that the time does not tell whether there is an
    /// account.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, AccountError> {
        self.off_thread(move || {
            let prepared = prepared(&password);
            let as_typed = Some(password).filter(|password| *password != prepared);
            let forms: Vec<String> = [Some(prepared), as_typed].into_iter().flatten().collect();
            let argon2 = argon2()?;
            let Some(hash) = hash else {
                for form in forms {
                    let salt = SaltString::generate(&mut OsRng);
                    argon2.hash_password(form.as_bytes(), &salt).map_err(internal)?;
                }
                return Ok(false);
            };
            let hash = PasswordHash::new(&hash).map_err(internal)?;
            Ok(forms.iter().any(|form| argon2.verify_password(form.as_bytes(), &hash).is_ok()))
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

/// A password in the form that is hashed: RFC 8265, section 4.2, and what it leaves as it is.
fn prepared(password: &str) -> String {
    // A space of another width is typed for a space.
    let space = |character: char| if character.is_whitespace() && !character.is_control() { ' ' } else { character };
    password.chars().map(space).nfc().collect()
}

/// Whether a password may be chosen by the owner of this email: by its length, and unless an attacker would guess it.
/// Nothing else is asked of it.
pub(super) fn check(field: &'static str, password: &str, email: &str) -> Result<(), FieldError> {
    let password = prepared(password);
    let guess = password.to_lowercase();
    let is_of_email = |guess: &str| {
        let email = email.trim().to_lowercase();
        guess == email || email.split_once('@').is_some_and(|(name, _)| guess == name)
    };
    let problem = if !LENGTH.contains(&password.chars().count()) {
        format!("must have {} to {} characters", LENGTH.start(), LENGTH.end())
    } else if COMMON.contains(guess.as_str()) {
        "must not be one of the most common passwords; choose another".to_owned()
    } else if is_of_email(&guess) {
        "must not be your email address or the part before its @; choose another".to_owned()
    } else if password.chars().filter(|character| *character != ' ').collect::<HashSet<_>>().len() < VARIETY {
        format!("must have at least {VARIETY} different characters, not counting spaces")
    } else if is_repetition(&guess) {
        "must not repeat the same few characters; choose another".to_owned()
    } else {
        return Ok(());
    };
    Err(FieldError::new(field, problem))
}

/// Whether a password is one pattern, twice or more; it is as easily guessed as the pattern.
fn is_repetition(guess: &str) -> bool {
    let signs: Vec<char> = guess.chars().collect();
    (1..=signs.len() / 2).any(|unit| signs.iter().skip(unit).eq(signs.iter().take(signs.len() - unit)))
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
        for fine in ["correct horse", "pässwörter", &format!("{}!", "wxyz".repeat(31)), "ana@example.org"] {
            assert!(check("password", fine, "ana.maria@example.com").is_ok(), "{fine}");
        }
        for (wrong, told) in [
            ("seven77", "8 to 128"),
            (&"x".repeat(129), "8 to 128"),
            ("password", "most common"),
            ("PassWord", "most common"),
            ("1qaz2wsx", "most common"),
            ("zzzzzzzzzz", "4 different"),
            ("        ", "4 different"),
            ("zwzw zwzw", "4 different"),
            ("abcdabcd", "the same few"),
            ("Kite7kite7KITE", "the same few"),
            (&"wxyz".repeat(32), "the same few"),
            ("Ana.Maria@example.com", "your email"),
            ("ana.maria", "your email"),
        ] {
            let refused = check("password", wrong, "ana.maria@example.com").expect_err(wrong);
            assert!(refused.field == "password" && refused.problem.contains(told), "{wrong}: {refused:?}");
        }
        assert_eq!(COMMON.len(), 10_000);
    }

    #[test]
    fn a_password_is_the_same_in_every_form_that_a_keyboard_gives_it() {
        let composed = "p\u{e4}ssw\u{f6}rter gr\u{fc}\u{df}e";
        assert_eq!(prepared("pa\u{308}sswo\u{308}rter gru\u{308}\u{df}e"), composed);
        assert_eq!(prepared("p\u{e4}ssw\u{f6}rter\u{a0}gr\u{fc}\u{df}e"), composed);
        assert_eq!(prepared("Aa \u{1F600} \u{fb01}"), "Aa \u{1F600} \u{fb01}", "case and kind of letters stay");
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
