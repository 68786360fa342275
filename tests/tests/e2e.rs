//! Matchday's one end-to-end test binary: a file a noun.
//!
//! `rules` asks the domain itself, on both databases; everything beside it asks a running program from the outside.

mod e2e {
    mod accounts;
    mod address_rules;
    mod answers;
    mod bots;
    mod captcha;
    mod contract;
    mod cookies;
    mod crashes;
    mod edge;
    #[cfg(debug_assertions)]
    mod fault_points;
    mod gate;
    mod house;
    mod instances;
    mod kafka;
    #[cfg(feature = "kafka-tls")]
    mod kafka_tls;
    mod killed_payers;
    mod limits;
    mod lists;
    mod live;
    mod mail;
    mod matches;
    mod migrations;
    mod payments;
    mod provider;
    mod refunds;
    mod refusals;
    mod resale;
    mod reservations;
    mod restarts;
    mod rights;
    mod security_events;
    mod stripe;
    mod subscriptions;
    mod tickets;

    mod rules {
        mod accounts;
        mod address_rules;
        mod cap;
        mod crowd;
        mod desk;
        mod gate;
        mod guards;
        mod inbox;
        mod keys;
        mod large_accounts;
        mod late_payments;
        mod leases;
        mod mails;
        mod mails_about;
        mod matches;
        mod model;
        mod other_sites;
        mod outbox;
        mod parking;
        mod payments;
        mod provider;
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
        mod tickets;
        mod tokens;
    }
}
