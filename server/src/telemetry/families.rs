//! The families of metrics, and what each tells: the help that `/metrics` gives.
//!
//! Invariant: every family that the program has stands here; a test reads the sources for it.

use metrics::{describe_counter, describe_gauge, describe_histogram};

/// What a family is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

use Kind::{Counter, Gauge, Histogram};

#[rustfmt::skip]
const FAMILIES: &[(Kind, &str, &str)] = &[
    (Counter, "matchday_answers_total", "Queries that were answered, by where the answer came from."),
    (Counter, "matchday_api_failures_total", "Requests of pages and of browsers that the API elsewhere did not answer."),
    (Counter, "matchday_availability_conflated_total", "States that a follower skipped because a newer one came first."),
    (Gauge, "matchday_availability_documents", "Distinct subscriptions that are rendered once each."),
    (Histogram, "matchday_availability_encode_seconds", "Time to execute and encode one state for one distinct subscription."),
    (Gauge, "matchday_availability_followers", "Followers of availability."),
    (Counter, "matchday_captcha_fallbacks_total", "Captchas remembered in this process because Redis did not answer."),
    (Counter, "matchday_captcha_provider_failures_total", "Calls of the captcha provider that failed."),
    (Counter, "matchday_check_ins_total", "Tickets shown at gates, by outcome."),
    (Gauge, "matchday_connections", "Open connections."),
    (Counter, "matchday_connections_refused_total", "Connections closed because their address had too many."),
    (Gauge, "matchday_database_connections", "Connections of the pool, by state."),
    (Gauge, "matchday_database_connections_max", "Connections that the pool may have."),
    (Gauge, "matchday_database_writable", "1 while the last write was taken."),
    (Histogram, "matchday_desk_batch_size", "Requests decided in one transaction."),
    (Counter, "matchday_desk_batches_split_total", "Batches that failed as a whole and were decided one by one."),
    (Counter, "matchday_desk_refused_total", "Requests refused because their lane was full."),
    (Gauge, "matchday_desk_waiting", "Requests that wait in the fullest lane."),
    (Gauge, "matchday_desk_waiting_max", "Requests that may wait in a lane."),
    (Counter, "matchday_documents_rejected_total", "Documents refused before anything ran, by code and limit."),
    (Histogram, "matchday_event_to_socket_seconds", "Time from an event to the connection that takes it, by transport."),
    (Counter, "matchday_feed_foreign_records_total", "Availability records of other sites, which were passed over."),
    (Counter, "matchday_feed_gaps_total", "Gaps in the availability topic, after which the database was read again."),
    (Counter, "matchday_feed_restarts_total", "Starts of the feed after it failed."),
    (Counter, "matchday_feed_unreadable_total", "Availability records that could not be read."),
    (Counter, "matchday_foreign_ends_early_total", "Ends of other sites' holds that were read before the holds."),
    (Counter, "matchday_foreign_holds_ended_total", "Holds of other sites that nobody resolved in time."),
    (Counter, "matchday_foreign_sales_unknown_category_total", "Sales of other sites for a category that their match lacks."),
    (Counter, "matchday_holds_expired_total", "Holds that ended unpaid."),
    (Counter, "matchday_holds_oversold_total", "Holds that gave way to a sale of another site."),
    (Counter, "matchday_holds_refused_early_total", "Holds refused from memory, without a transaction."),
    (Histogram, "matchday_http_answer_seconds", "Time to the header of an answer, by the class of its status."),
    (Counter, "matchday_http_answers_total", "Answers by the class of their status."),
    (Counter, "matchday_inbox_records_total", "Records of Kafka that were seen to, by outcome."),
    (Counter, "matchday_inbox_retries_total", "Batches of records that are applied again because the database was away."),
    (Counter, "matchday_internal_errors_total", "Errors whose text was hidden from a client."),
    (Gauge, "matchday_kafka_connected", "1 while a broker answers."),
    (Gauge, "matchday_kafka_lag", "Records not read yet, by topic."),
    (Counter, "matchday_kafka_lost_records_total", "Records that were gone before they were read, by topic."),
    (Counter, "matchday_late_requests_total", "Changes rolled back because their client had given up."),
    (Counter, "matchday_limits_decisions_total", "Decisions about limits, by outcome."),
    (Counter, "matchday_limits_fallbacks_total", "Times this instance began to limit by itself because Redis did not answer."),
    (Counter, "matchday_limits_unsettled_total", "Charges whose remainder was not given back."),
    (Counter, "matchday_log_lines_lost_total", "Log lines that could not be written."),
    (Counter, "matchday_mails_total", "Mails that were seen to, by what became of them."),
    (Counter, "matchday_oidc_fetches_total", "Fetches of the identity provider's keys, by outcome."),
    (Gauge, "matchday_outbox_backlog", "Events that wait for the broker."),
    (Gauge, "matchday_outbox_oldest_seconds", "How long the oldest of them has waited."),
    (Gauge, "matchday_parked_sales", "Sales of other sites that wait for matches that are not known."),
    (Counter, "matchday_parked_sales_given_up_total", "Parked sales that waited for too long."),
    (Counter, "matchday_parked_sales_refused_total", "Sales that found no room to be parked."),
    (Gauge, "matchday_payment_troubles", "Payments that somebody has to look at, by kind, as reconciliation lists the newest of them."),
    (Counter, "matchday_payments_impossible_total", "Events of the payment provider that contradict what is known."),
    (Counter, "matchday_payments_kept_total", "Payments that the keeper saw to."),
    (Counter, "matchday_payments_unreachable_total", "Calls of the payment provider that were not answered."),
    (Counter, "matchday_payouts_total", "Payouts to sellers, by outcome."),
    (Gauge, "matchday_ready", "1 while /readyz says that the part is ready, by part."),
    (Counter, "matchday_redis_failures_total", "Commands that Redis did not answer."),
    (Counter, "matchday_refunds_refused_total", "Refunds that the payment provider refused."),
    (Counter, "matchday_relay_failures_total", "Events that the broker did not take."),
    (Gauge, "matchday_relay_leader", "1 while this instance publishes the outbox."),
    (Counter, "matchday_relay_published_total", "Events that the broker took."),
    (Gauge, "matchday_runtime_tasks", "Tasks of the runtime that are alive."),
    (Gauge, "matchday_runtime_waiting", "Tasks that wait for any thread of the runtime."),
    (Gauge, "matchday_runtime_workers", "Threads of the runtime."),
    (Counter, "matchday_security_decisions_total", "Decisions about who is answered, by decision and detail."),
    (Counter, "matchday_sign_ins_throttled_total", "Tries of passwords that were refused unheard."),
    (Counter, "matchday_socket_closes_total", "Ends of sockets, by code."),
    (Counter, "matchday_socket_deliveries_total", "Results handed to long-lived connections, by transport."),
    (Gauge, "matchday_socket_operations", "Operations that run on long-lived connections, by transport."),
    (Gauge, "matchday_sockets", "Long-lived connections, by transport."),
    (Counter, "matchday_sockets_stalled_total", "Long-lived connections ended because they took nothing."),
    (Counter, "matchday_task_restarts_total", "Starts of a task after it failed, by task."),
    (Counter, "matchday_trace_spans_dropped_total", "Spans that no collector took, by reason."),
    (Counter, "matchday_trace_spans_sent_total", "Spans that the collector took."),
    (Gauge, "matchday_up_info", "Always 1; its labels name the version and the site."),
    (Counter, "matchday_webhooks_refused_total", "Webhooks refused because they were not signed as they must be."),
    (Counter, "matchday_webhooks_total", "Webhooks that were taken, by outcome."),
    (Counter, "process_cpu_seconds_total", "Processor time that this process has used."),
    (Gauge, "process_max_fds", "Descriptors that this process may open."),
    (Gauge, "process_open_fds", "Descriptors that are open."),
    (Gauge, "process_resident_memory_bytes", "Memory of this process that is in use."),
    (Gauge, "process_start_time_seconds", "When this process began, in seconds since 1970."),
    (Gauge, "process_threads", "Threads of this process."),
    (Gauge, "process_virtual_memory_bytes", "Memory that this process has reserved."),
];

/// Gives each family its help.
pub(super) fn describe() {
    for &(kind, name, help) in FAMILIES {
        match kind {
            Counter => describe_counter!(name, help),
            Gauge => describe_gauge!(name, help),
            Histogram => describe_histogram!(name, help),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// The families that these sources name, with the macro that names each.
    fn named(folder: &Path, found: &mut BTreeSet<(String, String)>) {
        for entry in fs::read_dir(folder).expect("sources can be read") {
            let path = entry.expect("sources can be read").path();
            if path.is_dir() {
                named(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("sources are text");
                for kind in ["counter", "gauge", "histogram"] {
                    for used in text.split(&format!("{kind}!(")).skip(1) {
                        let name = used.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                        let is_ours = |name: &&str| name.starts_with("matchday_") || name.starts_with("process_");
                        found.extend(name.filter(is_ours).map(|name| (kind.to_owned(), name.to_owned())));
                    }
                }
            }
        }
    }

    #[test]
    fn every_family_of_the_sources_is_listed_and_every_listed_one_is_in_the_sources() {
        let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in the house");
        let mut found = BTreeSet::new();
        for folder in fs::read_dir(house).expect("the house can be read") {
            let folder = folder.expect("the house can be read").path();
            let is_program = !["bench", "testkit", "tests"].iter().any(|other| folder.ends_with(other));
            if is_program && folder.join("Cargo.toml").is_file() {
                named(&folder.join("src"), &mut found);
            }
        }

        let listed: BTreeSet<_> =
            FAMILIES.iter().map(|(kind, name, _)| (format!("{kind:?}").to_lowercase(), (*name).to_owned())).collect();

        assert_eq!(found, listed);
    }

    #[test]
    fn names_keep_the_conventions_and_help_is_a_sentence() {
        for (kind, name, help) in FAMILIES {
            assert_eq!(*kind == Counter, name.ends_with("_total"), "{name}: counters and no others end in _total");
            for reserved in ["_sum", "_count", "_bucket"] {
                assert!(!name.ends_with(reserved), "{name}: {reserved} is a histogram's");
            }
            for small in ["_milliseconds", "_minutes", "_kilobytes", "_ms"] {
                assert!(!name.contains(small), "{name}: units are seconds and bytes");
            }
            assert!(help.ends_with('.') && help.len() > 10, "{name}: {help}");
        }
        assert!(FAMILIES.is_sorted_by_key(|(_, name, _)| *name));
    }
}
