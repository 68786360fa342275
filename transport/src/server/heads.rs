//! Heads: what the bytes of an HTTP/1 connection say that its parser forgives.
//!
//! A line that ends in a bare LF and a request with both `Content-Length` and `Transfer-Encoding` are read differently by
//! different programs, which is how a request is smuggled past a proxy. The parser takes both and does not say so.
//! Invariant: it follows every request that the parser answers, by its length or by its chunks, as strictly as the parser
//! does: what it can't follow ends the connection there.

use memchr::memchr;

/// Bytes of a line that are looked at: a name and the largest length.
const LOOKED_AT: usize = 64;

/// Bytes that end a line.
const LINE_END: u64 = 2;

const PREFACE: &[u8] = b"PRI * HTTP/2.0";

#[derive(Debug, Default)]
pub(super) struct Heads {
    at: At,
    line: Line,
    head: Head,
    /// Heads that came whole.
    seen: u64,
    /// The first that is not to be answered.
    bad: Option<u64>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before a request's first line.
    #[default]
    Start,
    Head,
    Body(u64),
    /// Before the size of a chunk, which comes on a line.
    Size,
    /// Within a chunk, and the end of its line.
    Chunk(u64),
    /// Behind the last chunk.
    Trailers,
    /// What is spoken is not HTTP/1, or the parser does not follow it either.
    Off,
}

/// The line that is coming in: what it begins with, and what it ended with so far.
#[derive(Debug)]
struct Line {
    start: [u8; LOOKED_AT],
    length: usize,
    last: u8,
}

impl Default for Line {
    fn default() -> Self {
        Self { start: [0; LOOKED_AT], length: 0, last: 0 }
    }
}

/// What the lines of a head have said so far.
#[derive(Debug, Default, Clone, Copy)]
struct Head {
    has_bare_line: bool,
    has_length: bool,
    /// None also where it can't be read.
    length: Option<u64>,
    is_encoded: bool,
}

impl Heads {
    /// Notes what came in.
    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        loop {
            match self.at {
                At::Off => return,
                At::Body(left) | At::Chunk(left) => {
                    let is_chunk = matches!(self.at, At::Chunk(_));
                    let here = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                    if left > here {
                        self.at = if is_chunk { At::Chunk(left - here) } else { At::Body(left - here) };
                        return;
                    }
                    bytes = &bytes[usize::try_from(left).unwrap_or(bytes.len())..];
                    self.at = if is_chunk { At::Size } else { At::Start };
                }
                At::Start | At::Head | At::Size | At::Trailers => {
                    let Some(end) = memchr(b'\n', bytes) else {
                        self.line.add(bytes);
                        return;
                    };
                    let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
                    match self.at {
                        // Most lines come whole, and need no copy.
                        At::Start | At::Head if self.line.length == 0 => {
                            let last = line.last().copied().unwrap_or_default();
                            self.end_line(text(line, line.len(), last), last != b'\r');
                        }
                        _ => {
                            self.line.add(line);
                            self.end_kept_line();
                        }
                    }
                    bytes = rest;
                }
            }
            if bytes.is_empty() {
                return;
            }
        }
    }

    /// Nothing that comes from now on is HTTP/1.
    pub(super) fn leave(&mut self) {
        self.at = At::Off;
    }

    /// Whether the request of this number, the first being 0, is not to be answered.
    pub(super) fn is_bad(&self, number: u64) -> bool {
        self.bad == Some(number)
    }

    fn end_kept_line(&mut self) {
        match self.at {
            At::Size => self.end_size(),
            At::Trailers => self.end_trailer(),
            _ => {
                let line = std::mem::take(&mut self.line);
                self.end_line(line.text(), line.last != b'\r');
            }
        }
    }

    /// A line of a head has ended; of its text what is looked at.
    fn end_line(&mut self, text: &[u8], is_bare: bool) {
        if self.at == At::Start {
            if text.is_empty() {
                return;
            }
            if text == PREFACE {
                return self.leave();
            }
            self.at = At::Head;
            self.head = Head::default();
        } else if text.is_empty() {
            self.head.has_bare_line |= is_bare;
            return self.end_head();
        } else if let Some(value) = value(text, b"content-length") {
            self.head.has_length = true;
            self.head.length = std::str::from_utf8(value).ok().and_then(|value| value.trim().parse().ok());
        } else if value(text, b"transfer-encoding").is_some() {
            self.head.is_encoded = true;
        }
        self.head.has_bare_line |= is_bare;
    }

    fn end_head(&mut self) {
        let Head { has_bare_line, has_length, length, is_encoded } = self.head;
        let has_odd_length = has_length && (is_encoded || length.is_none());
        if has_bare_line || has_odd_length {
            self.bad.get_or_insert(self.seen);
        }
        self.seen += 1;
        self.at = if is_encoded { At::Size } else { At::Body(length.unwrap_or(0)) };
    }

    fn end_size(&mut self) {
        let line = std::mem::take(&mut self.line);
        let digits = line.text().split(|byte| !byte.is_ascii_hexdigit()).next().unwrap_or_default();
        let size = std::str::from_utf8(digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
        self.at = match size {
            Some(0) => At::Trailers,
            Some(size) => At::Chunk(size.saturating_add(LINE_END)),
            None => At::Off,
        };
    }

    /// A trailer's line ends with CR and LF; a bare LF is part of it.
    fn end_trailer(&mut self) {
        if self.line.last != b'\r' {
            return self.line.add(b"\n");
        }
        if std::mem::take(&mut self.line).length == 1 {
            self.at = At::Start;
        }
    }
}

impl Line {
    fn add(&mut self, bytes: &[u8]) {
        let Some(&last) = bytes.last() else { return };
        let kept = bytes.len().min(LOOKED_AT.saturating_sub(self.length));
        if kept > 0 {
            self.start[self.length..self.length + kept].copy_from_slice(&bytes[..kept]);
        }
        self.length = self.length.saturating_add(bytes.len());
        self.last = last;
    }

    /// What it begins with, without its end.
    fn text(&self) -> &[u8] {
        text(&self.start, self.length, self.last)
    }
}

/// What is looked at of a line that has so many bytes and ends with this one, of which `start` is the beginning.
fn text(start: &[u8], length: usize, last: u8) -> &[u8] {
    let ends = usize::from(last == b'\r');
    &start[..length.saturating_sub(ends).min(LOOKED_AT)]
}

fn value<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (found, rest) = line.split_at_checked(name.len())?;
    rest.strip_prefix(b":").filter(|_| found.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which requests are bad, the bytes coming in pieces of every length.
    fn bad(text: &str) -> Option<u64> {
        let mut found = None;
        for size in 1..=text.len() {
            let mut heads = Heads::default();
            for piece in text.as_bytes().chunks(size) {
                heads.read(piece);
            }
            if size > 1 {
                assert_eq!(heads.bad, found, "in pieces of {size}");
            }
            found = heads.bad;
        }
        found
    }

    #[test]
    fn a_head_that_others_would_read_differently_is_noticed() {
        let chunked = "transfer-encoding: chunked\r\n";
        assert_eq!(bad("GET / HTTP/1.1\r\nhost: a\r\n\r\n"), None);
        assert_eq!(bad("GET / HTTP/1.1\nhost: a\r\n\r\n"), Some(0));
        assert_eq!(bad("GET / HTTP/1.1\r\nhost: a\nx: b\r\n\r\n"), Some(0));
        assert_eq!(bad("GET / HTTP/1.1\r\nhost: a\r\n\n"), Some(0));
        assert_eq!(bad(&format!("POST / HTTP/1.1\r\n{chunked}Content-Length: 3\r\n\r\n")), Some(0));
        assert_eq!(bad(&format!("POST / HTTP/1.1\r\ncontent-length:3\r\n{chunked}\r\n")), Some(0));
        assert_eq!(bad(&format!("POST / HTTP/1.1\r\n{chunked}\r\n3\r\nabc\r\n")), None);
        let padded = format!("content-length:{}5\r\n", " ".repeat(70));
        assert_eq!(bad(&format!("POST / HTTP/1.1\r\n{chunked}{padded}\r\n")), Some(0));
        assert_eq!(bad(&format!("POST / HTTP/1.1\r\n{padded}{chunked}\r\n")), Some(0));
        assert_eq!(bad(&format!("POST / HTTP/1.1\r\n{padded}\r\n")), Some(0), "nobody can tell where it ends");
    }

    #[test]
    fn bodies_and_other_protocols_are_not_taken_for_heads() {
        assert_eq!(bad("POST / HTTP/1.1\r\ncontent-length: 4\r\n\r\na\n\nbGET / HTTP/1.1\r\n\r\n"), None);
        assert_eq!(bad("POST / HTTP/1.1\r\ncontent-length: 4\r\n\r\na\n\nbGET / HTTP/1.1\n\r\n"), Some(1));
        assert_eq!(bad("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\n\n\n"), None);
        assert_eq!(bad("\r\n\r\nGET / HTTP/1.1\r\n\r\n"), None);
    }

    #[test]
    fn after_a_chunked_body_it_goes_on_with_the_next_request() {
        let chunked = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
        let bodies = ["0\r\n\r\n", "4;x=y\r\na\n\nb\r\nA \r\n0123456789\r\n00\r\n\r\n", "0\r\nx: y\nz\r\n\r\n"];
        for body in bodies {
            assert_eq!(bad(&format!("{chunked}{body}GET / HTTP/1.1\r\nhost: a\r\n\r\n")), None, "{body}");
            assert_eq!(bad(&format!("{chunked}{body}GET / HTTP/1.1\nhost: a\r\n\r\n")), Some(1), "{body}");
            let both = "POST / HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n";
            assert_eq!(bad(&format!("{chunked}{body}{both}")), Some(1), "{body}");
        }
        assert_eq!(bad(&format!("{chunked}x\r\nGET / HTTP/1.1\n\n")), None, "the parser ends it there");
    }
}
