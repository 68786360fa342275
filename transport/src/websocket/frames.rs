//! Frames of RFC 6455: the heads of those the server sends, and the messages in those that a client sends.
//!
//! It knows bytes only, no connection. Invariant: a reader keeps at most one message of the size allowed and the frame
//! that goes on with it, and nothing while no frame is under way.

const FIN: u8 = 0x80;
const RESERVED: u8 = 0x70;
const OPCODE: u8 = 0x0F;
const MASKED: u8 = 0x80;
/// The first opcode of control frames, which are never fragmented.
const CONTROL: u8 = 0x8;
const CONTROL_BYTES_MAX: u64 = 125;

const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xA;

/// What the server sends: whole messages, unmasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Text = TEXT,
    Close = CLOSE,
    Ping = PING,
    Pong = PONG,
}

/// What precedes the payload of a frame.
pub(super) struct Head {
    bytes: [u8; Self::BYTES_MAX],
    length: usize,
}

impl Head {
    const BYTES_MAX: usize = 10;

    pub(super) fn new(kind: Kind, payload: usize) -> Self {
        let mut bytes = [0; Self::BYTES_MAX];
        bytes[0] = FIN | kind as u8;
        let length = match (u8::try_from(payload), u16::try_from(payload)) {
            (Ok(short @ ..=125), _) => {
                bytes[1] = short;
                2
            }
            (_, Ok(middle)) => {
                bytes[1] = 126;
                bytes[2..4].copy_from_slice(&middle.to_be_bytes());
                4
            }
            _ => {
                bytes[1] = 127;
                bytes[2..].copy_from_slice(&(payload as u64).to_be_bytes());
                Self::BYTES_MAX
            }
        };
        Self { bytes, length }
    }
}

impl AsRef<[u8]> for Head {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// What a client sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    Text(String),
    Binary,
    Ping(Vec<u8>),
    Pong,
    /// Its goodbye, with the code it gave.
    Close(Option<u16>),
}

/// How a client broke the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Violation {
    Protocol,
    NotUtf8,
    /// The frame is thrown away as it comes, and what follows it can be read.
    TooLarge,
}

/// Finds messages in what a client sends, however it is cut into frames and packets.
pub(super) struct Reader {
    message_bytes_max: usize,
    /// A frame that is not whole yet.
    received: Vec<u8>,
    /// A message whose last fragment has not come yet.
    message: Option<Box<Fragments>>,
    /// Bytes of a frame too large that are still to come.
    unwanted: u64,
    /// The protocol was broken, so that it is not known where the next frame begins.
    broken: bool,
}

struct Fragments {
    opcode: u8,
    payload: Vec<u8>,
}

/// The head of a client's frame.
struct FrameHeader {
    is_last: bool,
    opcode: u8,
    length: u64,
    mask: [u8; 4],
    /// Bytes of the head itself.
    size: usize,
}

impl Reader {
    pub(super) fn new(message_bytes_max: usize) -> Self {
        Self { message_bytes_max, received: Vec::new(), message: None, unwanted: 0, broken: false }
    }

    /// Takes what came in; ask for messages until there is none before giving more.
    pub(super) fn take(&mut self, received: &[u8]) {
        if self.broken {
            return;
        }
        let unwanted = usize::try_from(self.unwanted).unwrap_or(usize::MAX).min(received.len());
        self.unwanted -= unwanted as u64;
        self.received.extend_from_slice(&received[unwanted..]);
    }

    /// The next message that is whole.
    pub(super) fn next(&mut self) -> Result<Option<Message>, Violation> {
        let message = self.find();
        if message == Err(Violation::Protocol) {
            *self = Self { broken: true, ..Self::new(self.message_bytes_max) };
        }
        message
    }

    fn find(&mut self) -> Result<Option<Message>, Violation> {
        while let Some(frame) = FrameHeader::of(&self.received)? {
            if let Some(message) = match self.payload(&frame)? {
                Some(payload) => self.on_frame(&frame, payload)?,
                None => return Ok(None),
            } {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    /// Cuts a frame's payload out, once all of it is there. One that is too large is refused by its announcement.
    fn payload(&mut self, frame: &FrameHeader) -> Result<Option<Vec<u8>>, Violation> {
        let before = if frame.is_control() { 0 } else { self.message.as_ref().map_or(0, |begun| begun.payload.len()) };
        let Some(length) =
            usize::try_from(frame.length).ok().filter(|length| before + length <= self.message_bytes_max)
        else {
            let received = std::mem::take(&mut self.received);
            self.unwanted = frame.length;
            self.take(&received[frame.size..]);
            return Err(Violation::TooLarge);
        };
        let Some(payload) = self.received[frame.size..].get_mut(..length) else {
            return Ok(None);
        };
        for (byte, mask) in payload.iter_mut().zip(frame.mask.iter().cycle()) {
            *byte ^= mask;
        }
        let payload = payload.to_vec();
        let end = frame.size + length;
        if end == self.received.len() {
            // Most clients say little and rarely: between two messages they take no memory.
            self.received = Vec::new();
        } else {
            self.received.drain(..end);
        }
        Ok(Some(payload))
    }

    fn on_frame(&mut self, frame: &FrameHeader, payload: Vec<u8>) -> Result<Option<Message>, Violation> {
        let message = match (frame.opcode, self.message.take()) {
            (CLOSE, _) => return Ok(Some(Message::Close(goodbye(&payload)?))),
            (PING, begun) => {
                self.message = begun;
                return Ok(Some(Message::Ping(payload)));
            }
            (PONG, begun) => {
                self.message = begun;
                return Ok(Some(Message::Pong));
            }
            (opcode @ (TEXT | BINARY), None) => Fragments { opcode, payload },
            (CONTINUATION, Some(mut begun)) => {
                begun.payload.extend_from_slice(&payload);
                *begun
            }
            _ => return Err(Violation::Protocol),
        };
        match message.opcode {
            _ if !frame.is_last => {
                self.message = Some(Box::new(message));
                Ok(None)
            }
            TEXT => {
                String::from_utf8(message.payload).map(|text| Some(Message::Text(text))).or(Err(Violation::NotUtf8))
            }
            _ => Ok(Some(Message::Binary)),
        }
    }
}

impl FrameHeader {
    /// `None` until the whole head is there.
    fn of(received: &[u8]) -> Result<Option<Self>, Violation> {
        let &[first, second, ref rest @ ..] = received else {
            return Ok(None);
        };
        let (is_last, opcode) = (first & FIN != 0, first & OPCODE);
        let (short, long) = match second & !MASKED {
            126 => (0, 2),
            127 => (0, 8),
            short => (u64::from(short), 0),
        };
        let is_known = matches!(opcode, CONTINUATION | TEXT | BINARY | CLOSE | PING | PONG);
        let is_whole_control = opcode < CONTROL || (is_last && long == 0 && short <= CONTROL_BYTES_MAX);
        if first & RESERVED != 0 || second & MASKED == 0 || !is_known || !is_whole_control {
            return Err(Violation::Protocol);
        }
        let Some((length, rest)) = rest.split_at_checked(long) else {
            return Ok(None);
        };
        let Some(mask) = rest.first_chunk() else {
            return Ok(None);
        };
        let length = length.iter().fold(short, |length, byte| length << 8 | u64::from(*byte));

        Ok(Some(Self { is_last, opcode, length, mask: *mask, size: 2 + long + mask.len() }))
    }

    fn is_control(&self) -> bool {
        self.opcode >= CONTROL
    }
}

/// The code of a close frame, which may have none.
fn goodbye(payload: &[u8]) -> Result<Option<u16>, Violation> {
    match payload {
        [] => Ok(None),
        [high, low, reason @ ..] => match u16::from_be_bytes([*high, *low]) {
            code @ (1000..=1003 | 1007..=1014 | 3000..=4999) => {
                std::str::from_utf8(reason).map(|_| Some(code)).or(Err(Violation::NotUtf8))
            }
            _ => Err(Violation::Protocol),
        },
        [_] => Err(Violation::Protocol),
    }
}

#[cfg(test)]
mod tests;
