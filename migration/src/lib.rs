//! The database's steps, one dated file each, up and down, on Postgres and on SQLite.
//!
//! Steps know no entity: they say what the schema was on their day.

pub use sea_orm_migration::{MigrationStatus, MigratorTrait};
use sea_orm_migration::{MigrationTrait, async_trait::async_trait};

mod m20261120_000001_matches;
mod m20261120_000002_accounts;
mod m20261120_000003_reservations;
mod m20261120_000004_exchange;
mod m20261120_000005_seen_events;
mod m20261121_000006_signing_keys;
mod m20261121_000007_attempts;
mod m20261121_000008_mails;
mod m20261121_000009_disabled_users;
mod m20261121_000010_event_fingerprints;
mod m20261121_000011_foreign_accounts;
mod m20261121_000020_payments;
mod m20261121_000021_address_rules;
mod m20261125_000030_tickets;
mod m20261125_000031_ticket_keys;
mod m20261125_000032_mails_about;
mod m20261125_000035_refunds;
mod m20261125_000036_sandbox_refunds;
mod m20261125_000040_resale;
mod m20261125_000045_security_events;
mod m20261125_000048_external_identities;
mod m20261125_000049_address_lists;
mod m20261128_000055_write_probe;
mod m20261128_000060_identity;
mod m20261128_000065_freed_sellers;
mod m20261128_000070_early_ends;
mod m20261128_000072_money_elsewhere;
mod m20261129_000075_refused_cards;
mod m20261129_000080_payment_gateways;
mod m20261129_000085_extensions;
mod m20261129_000090_ended_at;
mod m20261129_000092_provider_sessions;
mod m20261129_000095_closed_matches;
mod m20261129_000100_user_locale;
mod m20261129_000110_ticket_transfers;
mod m20261130_000125_traced_events;
mod m20261130_000130_analytics;
mod m20261130_000135_erased_accounts;

pub struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261120_000001_matches::Migration),
            Box::new(m20261120_000002_accounts::Migration),
            Box::new(m20261120_000003_reservations::Migration),
            Box::new(m20261120_000004_exchange::Migration),
            Box::new(m20261120_000005_seen_events::Migration),
            Box::new(m20261121_000006_signing_keys::Migration),
            Box::new(m20261121_000007_attempts::Migration),
            Box::new(m20261121_000008_mails::Migration),
            Box::new(m20261121_000009_disabled_users::Migration),
            Box::new(m20261121_000010_event_fingerprints::Migration),
            Box::new(m20261121_000011_foreign_accounts::Migration),
            Box::new(m20261121_000020_payments::Migration),
            Box::new(m20261121_000021_address_rules::Migration),
            Box::new(m20261125_000030_tickets::Migration),
            Box::new(m20261125_000031_ticket_keys::Migration),
            Box::new(m20261125_000032_mails_about::Migration),
            Box::new(m20261125_000035_refunds::Migration),
            Box::new(m20261125_000036_sandbox_refunds::Migration),
            Box::new(m20261125_000040_resale::Migration),
            Box::new(m20261125_000045_security_events::Migration),
            Box::new(m20261125_000048_external_identities::Migration),
            Box::new(m20261125_000049_address_lists::Migration),
            Box::new(m20261128_000055_write_probe::Migration),
            Box::new(m20261128_000060_identity::Migration),
            Box::new(m20261128_000065_freed_sellers::Migration),
            Box::new(m20261128_000070_early_ends::Migration),
            Box::new(m20261128_000072_money_elsewhere::Migration),
            Box::new(m20261129_000075_refused_cards::Migration),
            Box::new(m20261129_000080_payment_gateways::Migration),
            Box::new(m20261129_000085_extensions::Migration),
            Box::new(m20261129_000090_ended_at::Migration),
            Box::new(m20261129_000092_provider_sessions::Migration),
            Box::new(m20261129_000095_closed_matches::Migration),
            Box::new(m20261129_000100_user_locale::Migration),
            Box::new(m20261129_000110_ticket_transfers::Migration),
            Box::new(m20261130_000125_traced_events::Migration),
            Box::new(m20261130_000130_analytics::Migration),
            Box::new(m20261130_000135_erased_accounts::Migration),
        ]
    }
}
