//! Secrets: what no log may show of what clients sent and were given, and the logs of whole programs that are looked
//! through for them.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    sync::mpsc,
    task::JoinHandle,
};

/// Shorter ones would be found by chance.
const SHORTEST: usize = 8;

/// Lines of a log that are kept to be shown.
const SHOWN: usize = 20;

static KNOWN: Mutex<Option<HashSet<String>>> = Mutex::new(None);

/// Says that this is a password, a token or the like, which no log may show from now on.
pub fn learn(secret: &str) {
    if secret.len() >= SHORTEST {
        known().get_or_insert_default().insert(secret.to_owned());
    }
}

fn known() -> MutexGuard<'static, Option<HashSet<String>>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The secret that a line shows.
fn shown(line: &str) -> Option<String> {
    known().iter().flatten().find(|secret| line.contains(&**secret)).cloned()
}

/// What a program writes, looked through when it has ended.
pub struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Log {
    /// Reads what is written, and hands each line of the first on as well.
    pub fn of(
        output: impl AsyncRead + Unpin + Send + 'static,
        errors: impl AsyncRead + Unpin + Send + 'static,
    ) -> (Self, mpsc::UnboundedReceiver<String>) {
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let (sender, receiver) = mpsc::unbounded_channel();
        let readers = vec![
            tokio::spawn(read(output, Arc::clone(&lines), Some(sender))),
            tokio::spawn(read(errors, Arc::clone(&lines), None)),
        ];
        (Self { lines, readers }, receiver)
    }

    /// Waits for the last line, once the program has ended, and looks through all of them.
    ///
    /// # Panics
    ///
    /// When a line shows a secret.
    pub async fn finish(mut self) {
        for reader in self.readers.drain(..) {
            reader.await.expect("a log is read to its end");
        }
        self.check();
    }

    /// The lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn check(&self) {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let telling: Vec<_> = lines.iter().filter(|line| shown(line).is_some()).take(SHOWN).collect();
        assert!(telling.is_empty(), "the log shows what must stay secret: {telling:#?}");
    }
}

/// A program that is killed with its test is looked at too, as far as it has been read.
impl Drop for Log {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.check();
        }
    }
}

async fn read(
    from: impl AsyncRead + Unpin,
    lines: Arc<Mutex<Vec<String>>>,
    hear: Option<mpsc::UnboundedSender<String>>,
) {
    let mut from = BufReader::new(from).lines();
    while let Ok(Some(line)) = from.next_line().await {
        if let Some(hear) = &hear {
            // Whoever waited for a line may have it and be gone.
            let _ = hear.send(line.clone());
        }
        lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    #[should_panic(expected = "must stay secret")]
    async fn a_log_that_shows_a_secret_fails_its_test() {
        learn("a-secret-of-this-test-alone");
        let (log, _lines) = Log::of(&b"started\nfound a-secret-of-this-test-alone\n"[..], &b""[..]);
        log.finish().await;
    }

    #[tokio::test]
    async fn a_log_without_secrets_passes() {
        learn("another-secret-of-this-test");
        let (log, _lines) = Log::of(&b"started\n"[..], &b"another secret\n"[..]);
        log.finish().await;
    }
}
