//! Log lines on their way to standard error, which may be slow, closed or full without the program noticing.
//!
//! A thread of its own writes them. Invariant: logging never waits, fails or panics; a line that can't be written is lost
//! and counted.

use std::{
    io::{self, Write, stderr},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::Duration,
};

use serde_json::{Map, Value};
use tracing_subscriber::fmt::MakeWriter;

/// Lines that wait for a slow reader at most.
const WAITING: usize = 8_192;
/// Bytes of a line. Of a longer one each field is cut, so that it is still read by whatever reads the others.
const LINE_BYTES: usize = 16 * 1024;
/// Bytes of a field of a line that is too long.
const FIELD_BYTES: usize = 2 * 1024;
/// How long the program's end waits for a reader that takes nothing.
const PATIENCE: Duration = Duration::from_secs(1);

static LOST: AtomicU64 = AtomicU64::new(0);
static QUEUE: OnceLock<Option<SyncSender<Job>>> = OnceLock::new();

enum Job {
    Line(Vec<u8>),
    /// To be answered when everything before it is written.
    Flush(SyncSender<()>),
}

/// Hands lines over to the thread that writes them.
#[derive(Clone, Copy)]
pub(super) struct Lines;

impl Lines {
    pub(super) fn open() -> Self {
        QUEUE.get_or_init(|| {
            let (queue, lines) = sync_channel(WAITING);
            // Without a thread lines are written where they arise.
            thread::Builder::new().name("log".to_owned()).spawn(move || write_all(&lines)).ok().map(|_| queue)
        });
        Self
    }
}

/// How many lines were lost so far.
pub(super) fn lost() -> u64 {
    LOST.load(Ordering::Relaxed)
}

/// Waits until what was logged is written, but not for ever.
pub fn flush() {
    let Some(Some(queue)) = QUEUE.get() else { return };
    let (done, written) = sync_channel(1);
    if queue.try_send(Job::Flush(done)).is_ok() {
        // There is no log left to say that time is up.
        let _ = written.recv_timeout(PATIENCE);
    }
}

fn write_all(lines: &Receiver<Job>) {
    for job in lines {
        match job {
            Job::Line(line) => write_now(&line),
            Job::Flush(done) => drop(done.try_send(())),
        }
    }
}

fn write_now(line: &[u8]) {
    if stderr().lock().write_all(line).is_err() {
        LOST.fetch_add(1, Ordering::Relaxed);
    }
}

fn within_bounds(line: &[u8]) -> Vec<u8> {
    if line.len() <= LINE_BYTES {
        return line.to_vec();
    }
    let Ok(mut fields) = serde_json::from_slice::<Map<String, Value>>(line) else {
        let text = String::from_utf8_lossy(line);
        return format!("{}...\n", start_of(&text, LINE_BYTES)).into_bytes();
    };
    fields.values_mut().for_each(shorten);
    let mut cut = Value::Object(fields.clone()).to_string();
    if cut.len() > LINE_BYTES {
        fields.retain(|name, _| ["timestamp", "level", "target"].contains(&name.as_str()));
        fields.insert("message".to_owned(), format!("a log line of {} bytes was left out", line.len()).into());
        cut = Value::Object(fields).to_string();
    }
    cut.push('\n');
    cut.into_bytes()
}

fn shorten(field: &mut Value) {
    match field {
        Value::String(text) if text.len() > FIELD_BYTES => *text = format!("{}...", start_of(text, FIELD_BYTES)),
        Value::Array(fields) => fields.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}

fn start_of(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let cut = within_bounds(line);
        match QUEUE.get() {
            Some(Some(queue)) => {
                if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = queue.try_send(Job::Line(cut)) {
                    LOST.fetch_add(1, Ordering::Relaxed);
                }
            }
            _ => write_now(&cut),
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &[u8]) -> Value {
        assert!(line.len() <= LINE_BYTES + 8 && line.ends_with(b"\n"), "{}", line.len());
        serde_json::from_slice(line).expect("a line of JSON stays one")
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_to_a_line_that_can_be_read() {
        let short = b"{\"message\":\"as it is\"}\n";
        assert_eq!(within_bounds(short), short);

        let long = serde_json::json!({ "level": "WARN", "message": "refused", "error": "é".repeat(LINE_BYTES) });
        let cut = read(&within_bounds(format!("{long}\n").as_bytes()));
        assert_eq!((&cut["level"], &cut["message"]), (&"WARN".into(), &"refused".into()));
        assert!(cut["error"].as_str().is_some_and(|error| error.starts_with("éé") && error.ends_with("é...")));

        let many: Map<String, Value> = (0..2_000).map(|number| (format!("field-{number}"), "é".into())).collect();
        let mut many = Value::Object(many);
        many["level"] = "WARN".into();
        let cut = read(&within_bounds(format!("{many}\n").as_bytes()));
        assert_eq!(cut["level"], "WARN");
        assert!(cut["message"].as_str().is_some_and(|message| message.contains("bytes was left out")), "{cut}");

        let text = within_bounds(format!("x{}\n", "é".repeat(LINE_BYTES)).as_bytes());
        assert!(String::from_utf8(text).expect("it is UTF-8").ends_with("é...\n"));
    }
}
