//! Tokens of a GraphQL document, read one at a time.
//!
//! Invariant: each byte of the document is looked at a bounded number of times, and no more than `max_tokens` tokens
//! come out, so reading costs the same whatever the document says. No name is longer than `max_name_bytes`: an alias is
//! repeated in an answer for each item of the lists around it.

use std::fmt;

use async_graphql::Pos;

use crate::{config, document::Rejection};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// One of `! $ & ( ) : = @ [ ] { | }`.
    Punctuator(char),
    Spread,
    Name(&'a str),
    Number(&'a str),
    /// What stands between the quotes, escapes not yet resolved.
    String(&'a str),
    /// What stands between the triple quotes.
    BlockString(&'a str),
    End,
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Punctuator(character) => write!(f, "`{character}`"),
            Self::Spread => f.write_str("`...`"),
            Self::Name(text) | Self::Number(text) => write!(f, "`{:.64}`", text),
            Self::String(_) | Self::BlockString(_) => f.write_str("a string"),
            Self::End => f.write_str("the end of the document"),
        }
    }
}

/// A token and where it starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) token: Token<'a>,
    pub(super) pos: Pos,
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: usize,
    max_tokens: usize,
    max_name_bytes: usize,
    line: usize,
    /// The byte at which the line starts, moved on for every byte that is not a character of its own.
    column_zero: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, limits: &config::Documents) -> Self {
        let (max_tokens, max_name_bytes) = (limits.max_tokens, limits.max_name_bytes);
        Self { text, at: 0, tokens: 0, max_tokens, max_name_bytes, line: 1, column_zero: 0 }
    }

    pub(super) fn next(&mut self) -> Result<Placed<'a>, Rejection> {
        self.skip_ignored();
        let pos = self.pos();
        let Some(first) = self.peek(0) else {
            return Ok(Placed { token: Token::End, pos });
        };
        self.tokens += 1;
        if self.tokens > self.max_tokens {
            return Err(Rejection::limit("tokens", self.tokens, self.max_tokens));
        }

        let token = match first {
            b'!' | b'$' | b'&' | b'(' | b')' | b':' | b'=' | b'@' | b'[' | b']' | b'{' | b'|' | b'}' => {
                self.at += 1;
                Token::Punctuator(char::from(first))
            }
            b'_' | b'A'..=b'Z' | b'a'..=b'z' => self.name(pos)?,
            b'-' | b'0'..=b'9' => self.number()?,
            b'.' if self.rest().starts_with("...") => {
                self.at += 3;
                Token::Spread
            }
            b'"' if self.rest().starts_with("\"\"\"") => self.block_string()?,
            b'"' => self.string()?,
            _ => return Err(self.unexpected_character()),
        };
        Ok(Placed { token, pos })
    }

    /// Tokens read so far.
    pub(super) fn tokens(&self) -> usize {
        self.tokens
    }

    /// Skips white space, commas, comments and byte order marks, and counts lines.
    fn skip_ignored(&mut self) {
        const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b',' => self.at += 1,
                b'\n' => self.line_break(1),
                b'\r' if self.peek(1) == Some(b'\n') => self.line_break(2),
                b'\r' => self.line_break(1),
                b'#' => {
                    self.take_while(|byte| byte != b'\n' && byte != b'\r');
                }
                _ if self.text.as_bytes()[self.at..].starts_with(BYTE_ORDER_MARK) => {
                    self.at += BYTE_ORDER_MARK.len();
                    self.column_zero += BYTE_ORDER_MARK.len() - 1;
                }
                _ => return,
            }
        }
    }

    fn name(&mut self, pos: Pos) -> Result<Token<'a>, Rejection> {
        let name = self.take_while(is_name);
        if name.len() > self.max_name_bytes {
            return Err(Rejection::limit("name_bytes", name.len(), self.max_name_bytes).at(pos));
        }
        Ok(Token::Name(name))
    }

    fn number(&mut self) -> Result<Token<'a>, Rejection> {
        let start = self.at;
        self.at += usize::from(self.peek(0) == Some(b'-'));
        if self.peek(0) == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek(0) == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek(0) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(0), Some(b'+' | b'-')));
            self.digits()?;
        }
        if self.peek(0).is_some_and(|byte| byte == b'.' || is_name(byte)) {
            return Err(self.unexpected_character());
        }
        Ok(Token::Number(&self.text[start..self.at]))
    }

    fn digits(&mut self) -> Result<(), Rejection> {
        if self.take_while(|byte| byte.is_ascii_digit()).is_empty() {
            return Err(self.unexpected_character());
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Token<'a>, Rejection> {
        self.at += 1;
        let start = self.at;
        loop {
            self.take_while(|byte| !matches!(byte, b'"' | b'\\' | b'\n' | b'\r'));
            match self.peek(0) {
                Some(b'"') => break,
                // The escape itself is checked when it is resolved; here it must only not end the string.
                Some(b'\\') if self.peek(1).is_some_and(|byte| byte.is_ascii_graphic()) => self.at += 2,
                Some(_) => return Err(self.unexpected_character()),
                None => return Err(self.unterminated()),
            }
        }

        let content = &self.text[start..self.at];
        self.at += 1;
        self.column_zero += wide_bytes(content);
        Ok(Token::String(content))
    }

    fn block_string(&mut self) -> Result<Token<'a>, Rejection> {
        self.at += 3;
        let start = self.at;
        let mut line_start = start;
        loop {
            self.take_while(|byte| !matches!(byte, b'"' | b'\\' | b'\n' | b'\r'));
            match self.peek(0) {
                Some(b'"') if self.rest().starts_with("\"\"\"") => break,
                Some(b'\\') if self.rest().starts_with("\\\"\"\"") => self.at += 4,
                Some(b'\n' | b'\r') => {
                    self.line_break(if self.rest().starts_with("\r\n") { 2 } else { 1 });
                    line_start = self.at;
                }
                Some(_) => self.at += 1,
                None => return Err(self.unterminated()),
            }
        }

        let content = &self.text[start..self.at];
        self.column_zero += wide_bytes(&self.text[line_start..self.at]);
        self.at += 3;
        Ok(Token::BlockString(content))
    }

    fn line_break(&mut self, bytes: usize) {
        self.at += bytes;
        self.line += 1;
        self.column_zero = self.at;
    }

    fn take_while(&mut self, keep: impl Fn(u8) -> bool) -> &'a str {
        let rest = &self.text.as_bytes()[self.at..];
        let length = rest.iter().position(|&byte| !keep(byte)).unwrap_or(rest.len());
        let taken = &self.text[self.at..self.at + length];
        self.at += length;
        taken
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Lines and columns count from 1, columns in characters.
    fn pos(&self) -> Pos {
        Pos { line: self.line, column: self.at - self.column_zero + 1 }
    }

    fn unexpected_character(&self) -> Rejection {
        match self.rest().chars().next() {
            Some(character) => {
                Rejection::syntax(format!("Unexpected character {}.", character.escape_debug()), self.pos())
            }
            None => Rejection::syntax("Unexpected end of the document.", self.pos()),
        }
    }

    fn unterminated(&self) -> Rejection {
        Rejection::syntax("Unterminated string.", self.pos())
    }
}

fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// Bytes that continue a character of more than one byte.
fn wide_bytes(text: &str) -> usize {
    text.len() - text.chars().count()
}
