//! Close codes of sockets.

use transport::websocket::close;

use super::markdown;

/// The version of npm's graphql-ws whose rules are told.
const GRAPHQL_WS: &str = "6.4.2";

pub(super) fn page() -> String {
    let mut text = markdown::opened(
        "Close codes",
        "Every code that Matchday closes a WebSocket with: the reason that the close frame says, when it is sent, whether \
         npm's graphql-ws connects again by itself, and what a client does.",
    );
    let rows: Vec<[String; 5]> = (close::codes().into_iter())
        .map(|close| {
            let retries = if close::is_retried_by_graphql_ws(close.code) { "yes" } else { "no" };
            [
                close.code.to_string(),
                close.reason.to_owned(),
                close.when.to_owned(),
                retries.to_owned(),
                close.client.to_owned(),
            ]
        })
        .collect();
    text.push_str("\n## All codes\n\n");
    text.push_str(&markdown::table(["Code", "Reason", "When", "graphql-ws retries", "What a client does"], &rows));
    text.push_str(&format!(
        "\n\"graphql-ws retries\" is what the client of graphql-ws {GRAPHQL_WS} does with a close of this code: it connects and \
         subscribes again, up to `retryAttempts` times (5 by default). Apollo Client and urql over graphql-ws do the same. \
         After a close that it does not retry, each subscription ends with the close event as its error.\n\n\
         A socket also ends without a close frame, if the client neither sends nor accepts anything for longer than the \
         limits `transport.sockets.ping_timeout_ms` and `transport.sockets.write_timeout_ms`. Clients see the code 1006 then; \
         graphql-ws retries it.\n\n\
         Event streams and multipart subscriptions have no close codes. They break off if the instance shuts down, the token \
         expires, or the session or the role changes, so that clients ask again; if the address is blocked, they end in order.\n\n\
         Next: [Live data](../guides/live.md), [Sessions](../guides/sessions.md), [Errors](errors.md).\n"
    ));
    text
}
