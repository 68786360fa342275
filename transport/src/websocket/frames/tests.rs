use std::io::Cursor;

use proptest::{collection::vec, prelude::*};
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;

use super::*;

const LIMIT: usize = 1_000;

/// A client's frame whose opcode and flags are `first`.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x11, 0x22, 0x44, 0x88];
    let mut frame = vec![first];
    match u16::try_from(payload.len()) {
        Ok(length @ ..=125) => frame.push(MASKED | u8::try_from(length).expect("it is short")),
        Ok(length) => {
            frame.push(MASKED | 126);
            frame.extend(length.to_be_bytes());
        }
        Err(_) => {
            frame.push(MASKED | 127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend(mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// What is heard until nothing more is there, or until it can't be understood.
fn heard(reader: &mut Reader, received: &[u8]) -> Result<Vec<Message>, Violation> {
    reader.take(received);
    std::iter::from_fn(|| reader.next().transpose()).collect()
}

fn heard_of(received: &[u8]) -> Result<Vec<Message>, Violation> {
    heard(&mut Reader::new(LIMIT), received)
}

fn text(text: &str) -> Message {
    Message::Text(text.to_owned())
}

#[test]
fn a_head_says_what_other_implementations_read() {
    for length in [0, 1, 125, 126, 65_535, 65_536, 1 << 33] {
        let head = Head::new(Kind::Text, length);

        let read = FrameHeader::parse(&mut Cursor::new(head.as_ref())).expect("it is valid").expect("it is whole");
        assert_eq!((read.0.is_final, u8::from(read.0.opcode), read.0.mask), (true, TEXT, None));
        assert_eq!(read.1, length as u64);
        assert_eq!(head.as_ref().len(), read.0.len(length as u64), "it is as short as can be");
    }
}

#[test]
fn a_message_comes_in_fragments_with_control_frames_between_them() {
    let received = [
        frame(TEXT, "gr".as_bytes()),
        frame(FIN | PING, b"still there?"),
        frame(CONTINUATION, &"ü".as_bytes()[..1]),
        frame(FIN | PONG, b""),
        frame(FIN | CONTINUATION, &"üße".as_bytes()[1..]),
        frame(FIN | BINARY, b"\xFF"),
        frame(FIN | CLOSE, b"\x03\xE8bye"),
    ];

    let expected = [
        Message::Ping(b"still there?".to_vec()),
        Message::Pong,
        text("grüße"),
        Message::Binary,
        Message::Close(Some(1000)),
    ];
    assert_eq!(heard_of(&received.concat()), Ok(expected.into()));
    assert_eq!(heard_of(&frame(FIN | CLOSE, b"")), Ok(vec![Message::Close(None)]));
}

#[test]
fn what_breaks_the_protocol_is_said_at_once_and_nothing_after_it_is_read() {
    let unmasked = vec![FIN | TEXT, 2, b'h', b'i'];
    let long_ping = frame(FIN | PING, &[0; 126]);
    let broken = [
        ("unmasked", unmasked),
        ("a reserved bit", frame(FIN | 0x40 | TEXT, b"hi")),
        ("an unknown opcode", frame(FIN | 0x3, b"hi")),
        ("an unknown control opcode", frame(FIN | 0xB, b"")),
        ("a fragmented ping", frame(PING, b"")),
        ("a long ping", long_ping),
        ("a continuation of nothing", frame(FIN | CONTINUATION, b"hi")),
        ("a message within a message", [frame(TEXT, b"a"), frame(FIN | TEXT, b"b")].concat()),
        ("half a close code", frame(FIN | CLOSE, b"\x03")),
        ("a close code that is never sent", frame(FIN | CLOSE, &1006_u16.to_be_bytes())),
        ("a close code of nobody", frame(FIN | CLOSE, &5000_u16.to_be_bytes())),
    ];

    for (what, bytes) in broken {
        let mut reader = Reader::new(LIMIT);
        assert_eq!(heard(&mut reader, &bytes), Err(Violation::Protocol), "{what}");
        assert_eq!(heard(&mut reader, &frame(FIN | TEXT, b"more")), Ok(Vec::new()), "{what}");
        assert!(reader.received.is_empty(), "{what}");
    }
}

#[test]
fn text_must_be_utf8_and_the_reason_of_a_close_too() {
    let mut reader = Reader::new(LIMIT);

    assert_eq!(heard(&mut reader, &frame(FIN | TEXT, b"\xC3")), Err(Violation::NotUtf8));
    assert_eq!(heard(&mut reader, &frame(FIN | TEXT, b"more")), Ok(vec![text("more")]));
    assert_eq!(heard_of(&frame(FIN | CLOSE, b"\x03\xE8\xC3")), Err(Violation::NotUtf8));
}

#[test]
fn a_message_too_large_is_refused_by_its_announcement_thrown_away_and_survived() {
    let mut reader = Reader::new(LIMIT);
    let large = frame(FIN | TEXT, &[b'x'; LIMIT + 1]);
    let (begin, rest) = large.split_at(20);

    assert_eq!(heard(&mut reader, begin), Err(Violation::TooLarge));
    for chunk in rest.chunks(100) {
        assert_eq!(heard(&mut reader, chunk), Ok(Vec::new()));
        assert!(reader.received.is_empty());
    }
    assert_eq!(heard(&mut reader, &frame(FIN | TEXT, &[b'x'; LIMIT])), Ok(vec![text(&"x".repeat(LIMIT))]));

    let half = vec![b'x'; LIMIT / 2 + 1];
    let fragments = [frame(TEXT, &half), frame(FIN | CONTINUATION, &half)].concat();
    assert_eq!(heard_of(&fragments), Err(Violation::TooLarge), "fragments count together");
}

#[test]
fn a_reader_keeps_no_memory_between_messages() {
    let mut reader = Reader::new(LIMIT);

    assert_eq!(
        heard(&mut reader, &[frame(FIN | TEXT, b"a"), frame(FIN | TEXT, b"b")].concat()).map(|m| m.len()),
        Ok(2)
    );

    assert_eq!(reader.received.capacity(), 0);
    assert!(reader.message.is_none());
}

proptest! {
    #[test]
    fn messages_are_heard_however_they_are_cut(
        messages in vec((".{0,40}", vec(1_usize..20, 0..4), any::<bool>()), 0..6),
        packets in vec(1_usize..30, 1..200),
    ) {
        let (mut bytes, mut expected) = (Vec::new(), Vec::new());
        for (said, fragments, pinged) in &messages {
            let mut rest = said.as_bytes();
            let mut opcode = TEXT;
            for length in fragments {
                let (fragment, after) = rest.split_at((*length).min(rest.len()));
                bytes.extend(frame(opcode, fragment));
                (rest, opcode) = (after, CONTINUATION);
                if *pinged {
                    bytes.extend(frame(FIN | PING, said.as_bytes().get(..9).unwrap_or_default()));
                    expected.push(Message::Ping(said.as_bytes().get(..9).unwrap_or_default().to_vec()));
                }
            }
            bytes.extend(frame(FIN | opcode, rest));
            expected.push(text(said));
        }

        let mut reader = Reader::new(LIMIT);
        let (mut all, mut rest) = (Vec::new(), &bytes[..]);
        for packet in packets.into_iter().chain([bytes.len()]) {
            let (packet, after) = rest.split_at(packet.min(rest.len()));
            rest = after;
            all.extend(heard(&mut reader, packet).expect("the client keeps the rules"));
        }
        prop_assert_eq!(all, expected);
        prop_assert_eq!(reader.received.capacity(), 0);
    }

    #[test]
    fn whatever_comes_is_read_or_refused_within_bounds(packets in vec(vec(any::<u8>(), 0..300), 0..40)) {
        let mut reader = Reader::new(LIMIT);
        for packet in packets {
            reader.take(&packet);
            while !matches!(reader.next(), Ok(None)) {}
            prop_assert!(reader.received.len() <= LIMIT + 14);
            prop_assert!(reader.message.as_ref().is_none_or(|begun| begun.payload.len() <= LIMIT));
        }
    }

    #[test]
    fn a_client_that_nearly_keeps_the_rules_is_read_or_refused_within_bounds(
        frames in vec((any::<u8>(), vec(any::<u8>(), 0..400)), 0..40),
    ) {
        let mut reader = Reader::new(LIMIT);
        for (first, payload) in frames {
            reader.take(&frame(first & !RESERVED, &payload));
            while !matches!(reader.next(), Ok(None)) {}
            prop_assert!(reader.received.len() <= LIMIT + 14);
            prop_assert!(reader.message.as_ref().is_none_or(|begun| begun.payload.len() <= LIMIT));
        }
    }
}
