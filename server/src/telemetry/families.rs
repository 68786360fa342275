//! The families of metrics, and what each tells: the help that `/metrics` gives.
//!
//! Invariant: every family that the program has stands here; a test reads the sources for it.

use metrics::{counter, describe_counter, describe_gauge, describe_histogram};

/// What a family is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A counter without labels. It begins at 0 with the program, so that its first increment shows as an increase.
    PlainCounter,
    Counter,
    Gauge,
    Histogram,
}

use Kind::{Counter, Gauge, Histogram, PlainCounter};

#[rustfmt::skip]
/// Kinds, names, labels, and what each tells.
pub(crate) const FAMILIES: &[(Kind, &str, &[&str], &str)] = &[
    (PlainCounter, "matchday_accounts_deleted_total", &[], "Accounts that were deleted."),
    (Counter, "matchday_answers_total", &["from"], "Queries that were answered, by where the answer came from."),
    (PlainCounter, "matchday_api_failures_total", &[], "Requests of pages and browsers that a storefront's API did not answer."),
    (PlainCounter, "matchday_availability_conflated_total", &[], "States that a follower skipped because a newer one came first."),
    (Gauge, "matchday_availability_documents", &[], "Distinct subscriptions that are rendered once each."),
    (Histogram, "matchday_availability_encode_seconds", &[], "Time to execute and encode one state for one distinct subscription."),
    (Gauge, "matchday_availability_followers", &[], "Followers of availability."),
    (PlainCounter, "matchday_bookings_failures_total", &[], "Bookings for analytics that the broker did not accept."),
    (Gauge, "matchday_bookings_oldest_seconds", &[], "How long the oldest booking for analytics has waited for the broker."),
    (PlainCounter, "matchday_bookings_published_total", &[], "Bookings for analytics that the broker accepted."),
    (Gauge, "matchday_build_info", &["version", "revision", "site"], "Always 1; its labels name the version, the revision and the site."),
    (PlainCounter, "matchday_captcha_fallbacks_total", &[], "Captchas remembered in this process because Redis did not answer."),
    (PlainCounter, "matchday_captcha_provider_failures_total", &[], "Calls of the captcha provider that failed."),
    (Counter, "matchday_check_ins_total", &["outcome"], "Tickets shown at gates, by outcome."),
    (Gauge, "matchday_connections", &[], "Open connections."),
    (Gauge, "matchday_connections_max", &[], "Connections that may be open, within the system's limit of open files."),
    (PlainCounter, "matchday_connections_refused_total", &[], "Connections closed because their address had too many."),
    (Gauge, "matchday_database_connections", &["state"], "Connections of the pool, by state."),
    (Gauge, "matchday_database_connections_max", &[], "Connections that the pool may have."),
    (Gauge, "matchday_database_writable", &[], "1 while the last write was accepted."),
    (Histogram, "matchday_database_write_wait_seconds", &[], "Time until a write began: the wait for a connection, and on SQLite for its turn."),
    (Gauge, "matchday_deficit_tickets", &[], "Tickets that were sold beyond the stock, by all sites together."),
    (Histogram, "matchday_desk_batch_seconds", &[], "Time that a lane took for a batch, to the last answer."),
    (Histogram, "matchday_desk_batch_size", &[], "Requests decided in one transaction."),
    (PlainCounter, "matchday_desk_batches_split_total", &[], "Batches that failed as a whole and were decided one by one."),
    (PlainCounter, "matchday_desk_refused_total", &[], "Requests refused because their lane was full."),
    (Histogram, "matchday_desk_wait_seconds", &[], "Time that the first request of a batch waited in its lane."),
    (Gauge, "matchday_desk_waiting", &[], "Requests that wait in the fullest lane."),
    (Gauge, "matchday_desk_waiting_max", &[], "Requests that may wait in a lane."),
    (Counter, "matchday_documents_rejected_total", &["code", "limit"], "Documents refused before anything ran, by code and limit."),
    (Histogram, "matchday_event_to_socket_seconds", &["transport"], "Time from an event to the connection that takes it, by transport."),
    (Histogram, "matchday_feed_delay_seconds", &[], "Time from a commit to the feed's record of it."),
    (Gauge, "matchday_feed_following", &[], "1 while the availability topic is followed."),
    (PlainCounter, "matchday_feed_foreign_records_total", &[], "Availability records of other sites, which are skipped."),
    (PlainCounter, "matchday_feed_gaps_total", &[], "Gaps in the availability topic, after which the database was read again."),
    (Gauge, "matchday_feed_record_age_seconds", &[], "How long ago the feed brought a record; absent until the first."),
    (PlainCounter, "matchday_feed_restarts_total", &[], "Starts of the feed after it failed."),
    (PlainCounter, "matchday_feed_unreadable_total", &[], "Availability records that could not be read."),
    (PlainCounter, "matchday_foreign_ends_early_total", &[], "Ends of other sites' holds that were read before the holds."),
    (PlainCounter, "matchday_foreign_holds_ended_total", &[], "Holds of other sites that expired unresolved."),
    (PlainCounter, "matchday_foreign_sales_unknown_category_total", &[], "Sales of other sites for a category that their match lacks."),
    (PlainCounter, "matchday_holds_expired_total", &[], "Holds that ended unpaid."),
    (PlainCounter, "matchday_holds_oversold_total", &[], "Holds cancelled because another site sold their tickets."),
    (PlainCounter, "matchday_holds_refused_early_total", &[], "Holds refused from memory, without a transaction."),
    (Counter, "matchday_holds_total", &["outcome"], "Requests for holds, by outcome: placed, repeated, or the code of the refusal."),
    (Histogram, "matchday_http_answer_seconds", &["status"], "Time to the header of an answer, by the class of its status."),
    (Counter, "matchday_http_answers_total", &["status"], "Answers by the class of their status."),
    (Counter, "matchday_inbox_records_total", &["outcome"], "Kafka records that were processed, by outcome."),
    (PlainCounter, "matchday_inbox_retries_total", &[], "Batches of records that are applied again because the database was away."),
    (PlainCounter, "matchday_internal_errors_total", &[], "Errors whose text was hidden from a client."),
    (Gauge, "matchday_kafka_connected", &[], "1 while a broker answers."),
    (Gauge, "matchday_kafka_lag", &["topic"], "Records not read yet, by topic."),
    (Counter, "matchday_kafka_lost_records_total", &["topic"], "Records that were gone before they were read, by topic."),
    (PlainCounter, "matchday_lake_completed_rows_total", &[], "Rows that the lake lacked and was given from the database."),
    (PlainCounter, "matchday_lake_failures_total", &[], "Attempts to write the lake that failed."),
    (Counter, "matchday_lake_files_total", &["table"], "Files written to the lake, by table."),
    (Gauge, "matchday_lake_lag", &["topic"], "Records that the writer of the lake has not read yet, by topic."),
    (Counter, "matchday_lake_lost_records_total", &["topic"], "Records that were gone before the lake had them, by topic."),
    (Counter, "matchday_lake_rows_total", &["table"], "Rows written to the lake, by table."),
    (Counter, "matchday_lake_unreadable_total", &["topic"], "Records that could not be read for the lake, by topic."),
    (Gauge, "matchday_lake_waiting_seconds", &[], "How long rows that were read have waited for their file."),
    (PlainCounter, "matchday_late_requests_total", &[], "Changes rolled back because their client had given up."),
    (Counter, "matchday_limits_decisions_total", &["outcome"], "Decisions about limits, by outcome."),
    (Gauge, "matchday_limits_fallback", &[], "1 while this instance limits by itself because Redis does not answer."),
    (PlainCounter, "matchday_limits_fallbacks_total", &[], "Times this instance began to limit by itself because Redis did not answer."),
    (PlainCounter, "matchday_limits_unsettled_total", &[], "Charges whose remainder was not returned."),
    (PlainCounter, "matchday_log_lines_lost_total", &[], "Log lines that could not be written."),
    (Counter, "matchday_mails_total", &["outcome"], "Mails that were processed, by outcome."),
    (Gauge, "matchday_master_list_age_seconds", &[], "How long ago this instance applied a record of the master list; absent until the first."),
    (Gauge, "matchday_matches_on_sale", &[], "Matches whose sale is not over."),
    (Gauge, "matchday_migrations", &["kind"], "Steps of the tables that are missing, or of a newer program, by kind."),
    (PlainCounter, "matchday_models_refused_total", &[], "Times that a model for recommendations in the lake was found that could not be used."),
    (Counter, "matchday_oidc_fetches_total", &["outcome"], "Fetches of the identity provider's keys, by outcome."),
    (Gauge, "matchday_oidc_keys", &[], "Keys of the identity provider that are known."),
    (Counter, "matchday_operations_total", &["type", "outcome"], "Queries and mutations that were answered, by type and outcome: ok, refused for the client to act on, or failed here."),
    (Counter, "matchday_orders_total", &["outcome"], "Orders of listings, by outcome: placed, repeated, or the code of the refusal."),
    (Gauge, "matchday_outbox_backlog", &[], "Events that wait for the broker."),
    (Gauge, "matchday_outbox_oldest_seconds", &[], "How long the oldest of them has waited."),
    (Gauge, "matchday_parked_sales", &[], "Sales of other sites that wait for matches that are not known."),
    (PlainCounter, "matchday_parked_sales_given_up_total", &[], "Parked sales that waited for too long."),
    (PlainCounter, "matchday_parked_sales_refused_total", &[], "Sales that found no room to be parked."),
    (Gauge, "matchday_payment_troubles", &["kind"], "Payments that need attention, by kind; `reconciliation` lists the newest of them."),
    (PlainCounter, "matchday_payments_impossible_total", &[], "Events of the payment provider that contradict what is known."),
    (PlainCounter, "matchday_payments_kept_total", &[], "Payments that the keeper processed."),
    (Counter, "matchday_payments_total", &["state"], "Payments that reached a state, by state."),
    (PlainCounter, "matchday_payments_unreachable_total", &[], "Calls of the payment provider that were not answered."),
    (Gauge, "matchday_payouts_due", &[], "Payouts to sellers that are due."),
    (Gauge, "matchday_payouts_oldest_due_seconds", &[], "How long the oldest of them has been due."),
    (Counter, "matchday_payouts_total", &["outcome"], "Payouts to sellers, by outcome."),
    (Gauge, "matchday_ready", &["part"], "1 while /readyz says that the part is ready, by part."),
    (PlainCounter, "matchday_redis_failures_total", &[], "Commands that Redis did not answer."),
    (PlainCounter, "matchday_refunds_refused_total", &[], "Refunds that the payment provider refused."),
    (PlainCounter, "matchday_relay_failures_total", &[], "Events that the broker did not accept."),
    (Gauge, "matchday_relay_leader", &[], "1 while this instance publishes the outbox."),
    (PlainCounter, "matchday_relay_published_total", &[], "Events that the broker accepted."),
    (Histogram, "matchday_relay_round_seconds", &[], "Time from handing events to the broker to its last answer about them."),
    (Histogram, "matchday_relay_round_size", &[], "Events published in one round."),
    (PlainCounter, "matchday_runtime_busy_seconds_total", &[], "Time that the threads of the runtime were at work, all together."),
    (Gauge, "matchday_runtime_tasks", &[], "Tasks of the runtime that are alive."),
    (Gauge, "matchday_runtime_waiting", &[], "Tasks that wait for any thread of the runtime."),
    (Gauge, "matchday_runtime_workers", &[], "Threads of the runtime."),
    (Counter, "matchday_security_decisions_total", &["decision", "detail"], "Decisions about who is answered, by decision and detail."),
    (PlainCounter, "matchday_sign_ins_throttled_total", &[], "Password attempts refused without checking the password."),
    (Counter, "matchday_socket_closes_total", &["code"], "Ends of sockets, by code."),
    (Counter, "matchday_socket_deliveries_total", &["transport"], "Results handed to long-lived connections, by transport."),
    (Gauge, "matchday_socket_operations", &["transport"], "Operations that run on long-lived connections, by transport."),
    (Gauge, "matchday_sockets", &["transport"], "Long-lived connections, by transport."),
    (PlainCounter, "matchday_sockets_stalled_total", &[], "Long-lived connections closed because the client read nothing."),
    (Counter, "matchday_subscriptions_ended_total", &["transport", "reason"], "Subscriptions that ended, by transport and reason."),
    (Counter, "matchday_subscriptions_started_total", &["transport"], "Subscriptions that began, by transport."),
    (Counter, "matchday_task_restarts_total", &["task"], "Starts of a task after it failed, by task."),
    (Gauge, "matchday_tickets", &["state"], "Tickets of the matches on sale, by state: sellable or held."),
    (Counter, "matchday_trace_spans_dropped_total", &["reason"], "Spans that no collector accepted, by reason."),
    (PlainCounter, "matchday_trace_spans_sent_total", &[], "Spans that the collector accepted."),
    (Counter, "matchday_trainings_total", &["result"], "Trainings of the model for recommendations, by result."),
    (PlainCounter, "matchday_webhooks_refused_total", &[], "Webhooks refused because of a missing or wrong signature."),
    (Counter, "matchday_webhooks_total", &["outcome"], "Webhooks that were accepted, by outcome."),
    (PlainCounter, "process_cpu_seconds_total", &[], "Processor time that this process has used."),
    (Gauge, "process_max_fds", &[], "Descriptors that this process may open."),
    (Gauge, "process_open_fds", &[], "Descriptors that are open."),
    (Gauge, "process_resident_memory_bytes", &[], "Memory of this process that is in use."),
    (Gauge, "process_start_time_seconds", &[], "When this process began, in seconds since 1970."),
    (Gauge, "process_threads", &[], "Threads of this process."),
    (Gauge, "process_virtual_memory_bytes", &[], "Memory that this process has reserved."),
];

/// Gives each family its help.
pub(super) fn describe() {
    for &(kind, name, _, help) in FAMILIES {
        match kind {
            PlainCounter => {
                describe_counter!(name, help);
                counter!(name).increment(0);
            }
            Counter => describe_counter!(name, help),
            Gauge => describe_gauge!(name, help),
            Histogram => describe_histogram!(name, help),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::Path,
    };

    use super::*;

    /// Families by what they are and their names, with their labels.
    type Named = BTreeMap<(Kind, String), BTreeSet<String>>;

    /// Names of the labels in what follows the name, up to the end of the macro.
    fn labels(rest: &str) -> Vec<String> {
        let mut depth = 1;
        let end = rest.find(|letter| {
            depth += i32::from(letter == '(') - i32::from(letter == ')');
            depth == 0
        });
        let parts: Vec<&str> = rest[..end.unwrap_or(rest.len())].split("=>").map(str::trim_end).collect();
        let before_arrows = parts.iter().take(parts.len().saturating_sub(1));
        let name = |part: &&str| Some(part.strip_suffix('"')?.rsplit_once('"')?.1.to_owned());
        before_arrows.filter_map(name).collect()
    }

    /// The families that these sources name, with what each is.
    fn named(folder: &Path, found: &mut Named) {
        for entry in fs::read_dir(folder).expect("sources can be read") {
            let path = entry.expect("sources can be read").path();
            if path.is_dir() {
                named(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("sources are text");
                for (opening, kind) in [("counter!(", Counter), ("gauge!(", Gauge), ("histogram!(", Histogram)] {
                    for used in text.split(opening).skip(1) {
                        let quoted = used.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
                        let Some((name, rest)) = quoted else { continue };
                        if name.starts_with("matchday_") || name.starts_with("process_") {
                            let is_plain = kind == Counter && rest.trim_start().starts_with(')');
                            let kind = if is_plain { PlainCounter } else { kind };
                            found.entry((kind, name.to_owned())).or_default().extend(labels(rest));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn every_family_of_the_sources_is_listed_and_every_listed_one_is_in_the_sources() {
        let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in the house");
        let mut found = Named::new();
        for folder in fs::read_dir(house).expect("the house can be read") {
            let folder = folder.expect("the house can be read").path();
            let is_program = !["bench", "testkit", "tests"].iter().any(|other| folder.ends_with(other));
            if is_program && folder.join("Cargo.toml").is_file() {
                named(&folder.join("src"), &mut found);
            }
        }

        let labels = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect();
        let listed: Named =
            FAMILIES.iter().map(|(kind, name, of, _)| ((*kind, (*name).to_owned()), labels(of))).collect();

        assert_eq!(found, listed);
    }

    #[test]
    fn names_keep_the_conventions_and_help_is_a_sentence() {
        for (kind, name, _, help) in FAMILIES {
            let is_counter = matches!(kind, Counter | PlainCounter);
            assert_eq!(is_counter, name.ends_with("_total"), "{name}: counters and no others end in _total");
            for reserved in ["_sum", "_count", "_bucket"] {
                assert!(!name.ends_with(reserved), "{name}: {reserved} is a histogram's");
            }
            for small in ["_milliseconds", "_minutes", "_kilobytes", "_ms"] {
                assert!(!name.contains(small), "{name}: units are seconds and bytes");
            }
            assert!(help.ends_with('.') && help.len() > 10, "{name}: {help}");
        }
        assert!(FAMILIES.is_sorted_by_key(|(_, name, ..)| *name));
    }
}
