//! Names of the headers that make a socket, in the case that RFC 6455 writes them in.
//!
//! Names of headers have no case, but clients that look these up by their letters are in use (Python's `gql` 4). The
//! server writes all names in lower case; only the answer that opens a socket is changed on its way out.

const NAMES: [&str; 4] = ["Connection", "Upgrade", "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol"];

/// The same bytes with these names in their usual case. It has as many bytes.
pub(super) fn in_usual_case(answer: &[u8]) -> Vec<u8> {
    let mut answer = answer.to_vec();
    for line in answer.split_mut(|&byte| byte == b'\n') {
        let length = line.iter().position(|&byte| byte == b':').unwrap_or(0);
        let name = &mut line[..length];
        if let Some(usual) = NAMES.iter().find(|usual| usual.as_bytes().eq_ignore_ascii_case(name)) {
            name.copy_from_slice(usual.as_bytes());
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_case_that_old_clients_look_for_and_values_stay() {
        let sent = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                     sec-websocket-accept: upgrade:\r\nsec-websocket-protocol: graphql-ws\r\nx-request-id: a\r\n\r\n";
        let usual = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
                      Sec-WebSocket-Accept: upgrade:\r\nSec-WebSocket-Protocol: graphql-ws\r\nx-request-id: a\r\n\r\n";

        assert_eq!(in_usual_case(sent), usual);
    }
}
