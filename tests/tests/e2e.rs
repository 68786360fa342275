//! Matchday's one end-to-end test binary: a file a noun.
//!
//! `rules` asks the domain itself, on both databases; everything beside it asks a running program from the outside.

#![expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]

mod e2e {
    mod accounts;
    mod address_rules;
    mod analytics;
    mod answers;
    mod attacks;
    mod backups;
    mod bots;
    mod captcha;
    mod closing;
    mod contract;
    mod cookies;
    mod copy_database;
    mod crashes;
    mod cross_site;
    mod docs;
    mod documents;
    mod edge;
    mod error_docs;
    #[cfg(debug_assertions)]
    mod fault_points;
    mod gate;
    mod house;
    mod inputs;
    mod instances;
    mod kafka;
    #[cfg(feature = "kafka-tls")]
    mod kafka_tls;
    mod killed_payers;
    mod limits;
    mod lists;
    mod live;
    mod mail;
    mod market;
    mod matches;
    mod metrics;
    mod migrations;
    mod operation;
    mod payments;
    mod personal_data;
    mod provider;
    mod provider_sign_in;
    mod recommendations;
    mod refunds;
    mod refusals;
    mod resale;
    mod reservations;
    mod restarts;
    mod rights;
    mod rolls;
    mod search;
    mod security_events;
    mod selections;
    mod side_by_side;
    mod site;
    mod standing;
    mod statements;
    mod storefront;
    mod stripe;
    mod subscriptions;
    mod ticket_transfers;
    mod tickets;
    mod touts;
    mod tracing;
    mod two_sites;
    mod visitors_only;

    mod rules {
        mod accounts;
        mod address_rules;
        mod analytics;
        mod attempts;
        mod cap;
        mod closing;
        mod crowd;
        mod desk;
        mod erasure;
        mod erasure_obstacles;
        mod erasure_races;
        mod exports;
        mod extensions;
        mod freezing;
        mod gate;
        mod guards;
        mod history;
        mod hostage;
        mod inbox;
        mod kept_market;
        mod keys;
        mod large_accounts;
        mod late_payments;
        mod leases;
        mod mailboxes;
        mod mails;
        mod mails_about;
        mod matches;
        mod measures;
        mod model;
        mod movements;
        mod other_sites;
        mod outbox;
        mod parked_sales;
        mod payments;
        mod profile;
        mod provider;
        mod provider_forms;
        mod random;
        mod reconciliation;
        mod refund_races;
        mod refunds;
        mod resale;
        mod resale_copies;
        mod resale_races;
        mod resale_random;
        mod resale_terms;
        mod reservations;
        mod sessions;
        mod standing;
        mod tickets;
        mod tokens;
        mod transfer_races;
        mod transfer_terms;
        mod transfers;
    }
}
