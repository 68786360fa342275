//! What the settings of the edge mean, by their keys in the section `transport`: the edge itself knows no such texts.

/// The one setting of the edge that is a word out of several.
pub(super) const CSRF_PREVENTION: &str = "http.csrf_prevention";

/// Keys below `transport`, and what each means; a test compares them with the edge's own.
#[rustfmt::skip]
const HELP: &[(&str, &str)] = &[
    ("connections.max_connections", "connections that can be open at a time, sockets included; further ones wait"),
    ("connections.max_connections_per_address", "connections that one address can have open; further ones are closed at once. A trusted proxy can have any number, and this is then the number of requests at a time for each client behind it. Of IPv6 a /64 counts as one address, a /56 as four, a /48 as sixteen"),
    ("connections.trusted_proxies", "networks of proxies whose X-Forwarded-For is trusted, such as 10.0.0.0/8; without it all visitors behind a proxy share its address and its limits"),
    ("connections.trust_traceparent", "these proxies decide which requests are traced: only if they write traceparent themselves and pass on none from visitors"),
    ("connections.country_header", "header in which these proxies name a visitor's country by its ISO 3166-1 code, such as cf-ipcountry, for recommendations; the header is removed from all other requests"),
    ("connections.header_read_timeout_ms", "time for a client to send the headers of a request"),
    ("connections.body_read_timeout_ms", "time for a client to send the body of a request"),
    ("connections.keep_alive_idle_timeout_ms", "time that a connection can stay open without a request"),
    ("connections.send_timeout_ms", "time that a client can accept no byte of an answer before its connection is closed"),
    ("connections.answer_timeout_ms", "time for a request and its whole answer; event streams, multipart subscriptions and sockets have no limit"),
    ("connections.max_header_bytes", "bytes of request headers"),
    ("connections.max_http2_streams", "requests at a time on one HTTP/2 connection"),
    ("connections.shutdown_delay_seconds", "time after SIGTERM in which new connections are still accepted while /readyz is 503, so that balancers notice; 10 behind one"),
    ("connections.drain_seconds", "time for open requests and sockets to end after that"),
    ("http.max_body_bytes", "bytes of a request body"),
    ("http.max_batch", "operations in one batch; 0: no batches"),
    ("http.max_batch_cost", "cost of all operations of a batch together"),
    ("http.csrf_prevention", "which requests must prove that no form of another site sent them, by a JSON content type or a header such as apollo-require-preflight: browsers (those of browsers from other sites or with cookies), strict (all) or off"),
    ("http.compress_above_bytes", "answers with fewer bytes are not compressed"),
    ("http.cors.allowed_origins", "origins whose pages can read answers, such as https://shop.example, or * for any; none: the site's own only"),
    ("http.cors.allow_credentials", "requests of these pages can carry cookies; not together with *"),
    ("http.cors.max_age_seconds", "how long a browser can remember the permission"),
    ("documents.max_bytes", "bytes of a document"),
    ("documents.max_tokens", "tokens of a document: names, values and punctuators"),
    ("documents.max_name_bytes", "bytes of a name, such as of a field, an alias or a variable"),
    ("documents.max_nesting", "braces and brackets within each other, with fragments expanded"),
    ("documents.max_depth", "fields within fields, with fragments expanded"),
    ("documents.max_aliases", "fields with an alias, with fragments expanded"),
    ("documents.max_root_fields", "fields of the root type, with fragments expanded"),
    ("documents.max_directives", "directives, with fragments expanded"),
    ("documents.max_arguments", "arguments of one field or directive"),
    ("documents.max_selections", "fields and fragments of all operations of a document, with fragments expanded"),
    ("documents.max_cost", "cost of an operation: the cost of each field, times the page sizes around it"),
    ("documents.max_answer_bytes", "bytes of an answer, of one result of a subscription, and of all answers of a batch together"),
    ("documents.default_field_cost", "cost of a field that field_costs does not name"),
    ("documents.field_costs", "cost of fields by their name, or by Type.field for fields of Query, Mutation and Subscription; a value here leaves the others as they are"),
    ("documents.list_sizes", "assumed length of lists without page arguments, by the field's name; a value here leaves the others as they are"),
    ("documents.default_page_size", "assumed length of a list whose page argument is not a number"),
    ("documents.cached_tokens", "tokens of parsed documents that are kept for reuse, and a quarter more for whole requests; each takes up to half a kilobyte of memory; 0: none"),
    ("documents.persisted", "clients can register a document and send only its SHA-256 later (automatic persisted queries)"),
    ("documents.persisted_bytes", "bytes of registered documents in memory; the least recently used are dropped, and one address can register a sixteenth"),
    ("documents.persisted_document_bytes", "bytes of a document that clients can register; a longer one is executed and not kept"),
    ("documents.trusted_manifest", "JSON file of documents by id; if set, no other document is executed"),
    ("sockets.allowed_origins", "origins whose pages can open sockets, such as https://shop.example, or * for any; the site's own pages and clients without an origin always can"),
    ("sockets.init_timeout_ms", "time for a client to send connection_init, before 4408"),
    ("sockets.ping_interval_ms", "how often the server pings a socket"),
    ("sockets.ping_timeout_ms", "time for a client to react to a ping"),
    ("sockets.write_timeout_ms", "time that a socket can accept none of the waiting data"),
    ("sockets.close_timeout_ms", "time for the closing handshake"),
    ("sockets.drain_timeout_ms", "time for running queries and mutations to finish during a shutdown"),
    ("sockets.drain_per_second_max", "connections that are closed each second during a shutdown, so that clients reconnect at that rate"),
    ("sockets.message_bytes_max", "bytes of a client's message; a longer one closes the socket with 1009"),
    ("sockets.operations_per_connection_max", "operations at a time on one connection"),
    ("sockets.operations_per_user_max", "operations at a time of one user, on all connections"),
    ("sockets.operations_per_address_max", "operations at a time of one address, on all connections"),
    ("sockets.connections_per_user_max", "sockets and event streams that one user can have open"),
    ("sockets.connections_per_address_max", "sockets and event streams that one address can have open"),
    ("sockets.subscription_bytes_max", "memory of one subscription, for its document and its variables"),
    ("sockets.subscription_bytes_per_user_max", "memory of one user's operations on sockets and streams; of each operation 16 kB are free, as in the next two"),
    ("sockets.subscription_bytes_per_address_max", "memory of one address's operations on sockets and streams"),
    ("sockets.subscription_bytes_total_max", "memory of all operations on sockets and streams"),
    ("sockets.event_stream_keep_alive_ms", "how often an idle event stream sends a comment, so that proxies keep it open"),
    ("sockets.multipart_heartbeat_ms", "how often an idle multipart subscription sends an empty part"),
    ("sockets.event_stream_reservations_max", "event streams that can be reserved and not yet opened, of all clients"),
    ("sockets.event_stream_reservations_per_address_max", "event streams of one address that can be reserved and not yet opened; the oldest is dropped"),
    ("sockets.event_stream_reservation_ms", "how long a reserved event stream waits to be opened"),
];

/// What a setting of the edge means; its key without `transport`.
pub(super) fn help(key: &str) -> Option<&'static str> {
    HELP.iter().find(|(known, _)| *known == key).map(|(_, help)| *help)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::catalog::SETTINGS;

    #[test]
    fn every_setting_of_the_edge_is_explained_and_nothing_else_is() {
        let of_edge = SETTINGS.iter().filter_map(|setting| setting.path.strip_prefix("transport."));
        let explained: BTreeSet<&str> = HELP.iter().map(|(key, _)| *key).collect();

        assert_eq!(of_edge.collect::<BTreeSet<_>>(), explained);
        assert_eq!(explained.len(), HELP.len(), "a key is there twice");
    }
}
