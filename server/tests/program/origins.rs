//! Origins that are refused: logged once each, with the setting that would allow them.

use std::fs;

use crate::serving::{Folder, Serving};

#[test]
fn an_origin_that_is_refused_is_logged_once_with_the_setting_that_would_allow_it() {
    let folder = Folder::new();
    let program = Serving::start(&folder);
    let socket = "connection: close, upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                  sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws";
    let preflight = "connection: close\r\naccess-control-request-method: POST";

    for _ in 0..2 {
        let refused =
            program.ask(&format!("GET /graphql HTTP/1.1\r\nhost: x\r\norigin: https://a.example\r\n{socket}\r\n\r\n"));
        assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
        assert!(refused.ends_with("Pages of this origin may not open sockets here."), "{refused}");
        program
            .ask(&format!("OPTIONS /graphql HTTP/1.1\r\nhost: x\r\norigin: https://b.example\r\n{preflight}\r\n\r\n"));
    }

    for (origin, what, setting) in [
        ("https://a.example", "may not open sockets", "transport.sockets.allowed_origins would allow it"),
        ("https://b.example", "may not send requests", "transport.http.cors.allowed_origins would allow it"),
    ] {
        folder.logged(&["WARN", origin, what, setting]);
        let log = fs::read_to_string(folder.0.join("log")).expect("the log is text");
        assert_eq!(log.lines().filter(|line| line.contains(origin)).count(), 1, "{log}");
    }
}
