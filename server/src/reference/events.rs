//! Records on Kafka.

use kafka::codec::examples::{Example, examples};

use super::markdown::{self, code};

/// A topic: its prefix's setting, who writes and reads it, its key, its order, and what else is to be known of it.
struct Topic {
    title: &'static str,
    setting: &'static str,
    written_by: &'static str,
    read_by: &'static str,
    key: &'static str,
    order: &'static str,
    kept: &'static str,
    about: &'static str,
}

const TOPICS: [Topic; 6] = [
    Topic {
        title: "Master list",
        setting: "kafka.master_list_topic_prefix",
        written_by: "the organiser (`matchday masterlist publish` too)",
        read_by: "every site",
        key: "the match number",
        order: "by match; a later record of a match replaces the earlier one",
        kept: "for ever (`retention.ms=-1`), if Matchday creates the topic",
        about: "The matches and how many tickets each category has. A record is one match, an array of matches, or either of these under \
                `body`. Prices are whole units of the currency. Unknown keys are ignored.",
    },
    Topic {
        title: "Ticket sales",
        setting: "kafka.ticket_sales_topic_prefix",
        written_by: "every site",
        read_by: "every site",
        key: "`<match number>-<category>`",
        order: "by match and category: a site's records have the order of its commits",
        kept: "as the broker is set",
        about: "What a site holds, sells and gives back, for the others to count. `meta.action` is `TICKET_PENDING`, `TICKET_RESERVED` or \
                `TICKET_CANCELLED`; `quantity` is 1 or 2. The value has exactly these keys, because deployed readers refuse others: \
                everything else is a header. The sender is the header `clientId`, else `meta.clientId`, `body.clientId` or `body.id`.",
    },
    Topic {
        title: "Availability",
        setting: "kafka.availability_topic_prefix",
        written_by: "the site",
        read_by: "its own instances, and other programs that follow it",
        key: "the match number",
        order: "by match: versions only grow",
        kept: "compacted: the newest record of each match",
        about: "The whole state of a match after each change: state, not an event, so a reader keeps the newest `version`. `priceMinor` is in \
                cents. `reservations` and `listings` name what changed with it, and are left out if nothing did; `closed` is there only once \
                the sale has ended. Sites can share the topic: read only records whose header `clientId` is the site you follow.",
    },
    Topic {
        title: "Dead letters",
        setting: "kafka.dead_letters_topic_prefix",
        written_by: "the site",
        read_by: "its operator",
        key: "the record's own, at most 1,024 bytes",
        order: "none",
        kept: "as the broker is set",
        about: "Records of the first two topics that could not be applied, as they were (at most 64 KiB). The headers say why, and where the \
                record is.",
    },
    Topic {
        title: "Resale",
        setting: "kafka.resale_topic_prefix",
        written_by: "the site",
        read_by: "programs that keep copies of the market",
        key: "the listing's id, for its orders too",
        order: "by listing: versions only grow",
        kept: "for ever (`retention.ms=-1`), if Matchday creates the topic",
        about: "The whole state of a listing or an order after each change. `event` is `listing:created`, `listing:updated`, \
                `listing:locked`, `listing:unlocked`, `listing:sold`, `listing:withdrawn`, `order:created`, `order:cancelled`, \
                `order:expired` or `order:completed`. Ids are UUIDs, prices are in cents.",
    },
    Topic {
        title: "Bookings",
        setting: "kafka.bookings_topic_prefix",
        written_by: "the site",
        read_by: "the site's analytics (`matchday analytics`), and programs that count its sales",
        key: "the reservation's id; of an erasure the pseudonym",
        order: "by reservation: versions only grow",
        kept: "28 days, dated by the broker (`message.timestamp.type=LogAppendTime`), if Matchday creates the topic",
        about: "The whole state of a reservation or an order after each change, with no person in it. `subject` is a random pseudonym of the \
                fan and `country` is their account's; both are null if the fan objects or has left. `status` and `cancelReason` are words of \
                the GraphQL API, `channel` is `STOCK` or `RESALE`, `unitPriceMinor` is in cents. A record `{\"erased\": …}` names a pseudonym: \
                programs that keep copies remove it from them, also from what they read later in other partitions. Keep the topic for 30 \
                days at most. Sites can share the topic: read only records whose header `clientId` is the site you follow.",
    },
];

pub(super) fn page() -> String {
    let topics = kafka::Config::default().topics();
    let examples = examples(&topics).expect("events of numbers and texts can be written");
    let mut text = markdown::opened(
        "Events on Kafka",
        "Every topic that Matchday reads or writes, with an example of each record as the program writes it.",
    );
    text.push_str(
        "\n## Headers\n\n\
         | Header | What it says |\n|---|---|\n\
         | `clientId` | the site that sent the record (`CLIENT_ID`) |\n\
         | `eventId` | the message's own id; the same if the message is sent twice, so that it counts once |\n\
         | `reservationId` | the hold that a sale belongs to |\n\
         | `traceparent` | the span of the sending, if the site is traced |\n\n\
         Records are published at least once, in the order of their commits within a key, and only for changes that are committed. \
         Times are RFC 3339 in UTC. Within a major version keys are added and never removed or changed: ignore those that you do not \
         know. See [Versioning](versioning.md).\n",
    );
    for (topic, name) in TOPICS.iter().zip(topics.all()) {
        text.push_str(&section(topic, name, &examples));
    }
    text.push_str(
        "\nNext: [Metrics](metrics.md), [Settings](settings.md#kafka), [Several instances](../run/instances.md).\n",
    );
    text
}

/// A record a line.
pub(super) fn contract() -> String {
    let examples = examples(&kafka::Config::default().topics()).expect("events of numbers and texts can be written");
    examples.iter().map(|example| format!("{}\n", example.kept())).collect()
}

fn section(topic: &Topic, name: &str, examples: &[Example]) -> String {
    let Topic { title, setting, written_by, read_by, key, order, kept, about } = topic;
    let mut text = format!(
        "\n## {title}\n\n{about}\n\n\
         - Name: {} in `dev` ([`{setting}`](settings.md#{}) and `-<env>`)\n\
         - Written by: {written_by}\n- Read by: {read_by}\n- Key: {key}\n- Order: {order}\n- Kept: {kept}\n",
        code(name),
        setting.replace('.', "")
    );
    for Example { title, record } in examples.iter().filter(|example| example.record.topic == name) {
        let headers = record.headers.iter().map(|(name, value)| code(&format!("{name}: {value}")));
        let key = record.key.as_deref().map(|key| code(&String::from_utf8_lossy(key)));
        let is_json = serde_json::from_slice::<serde_json::Value>(&record.payload).is_ok();
        let (language, shown) = (if is_json { "json" } else { "text" }, String::from_utf8_lossy(&record.payload));
        text.push_str(&format!(
            "\n### {title}\n\nKey {}, {}:\n\n```{language}\n{shown}\n```\n",
            key.unwrap_or_else(|| "none".to_owned()),
            if record.headers.is_empty() {
                "no headers".to_owned()
            } else {
                format!("headers {}", markdown::listed(headers))
            }
        ));
    }
    text
}
