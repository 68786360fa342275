//! The harness: an app over a database of its own, fans, other sites, a clock that a test moves.
//!
//! A test says what happens in the words of the product, and on which databases: `both!` runs it on SQLite and on a real
//! Postgres. Each test has a database to itself. Finishing an app checks the invariants, whatever the test was about.
//!
//! Invariant: nothing is skipped. Where a service is missing, the test fails and names the command that brings it up.

#![expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]
#![expect(clippy::missing_panics_doc, reason = "panicking is how a harness says that a test failed")]

mod app;
pub mod bank;
pub mod broker;
pub mod browser;
pub mod captcha;
pub mod checks;
pub mod client;
pub mod contract;
pub mod contract_changes;
mod database;
mod declared;
pub mod exemplars;
pub mod fake_stripe;
mod fans;
pub mod mailer;
pub mod otlp;
pub mod own_broker;
pub mod pages;
pub mod program;
pub mod provider;
pub mod question;
pub mod raw;
pub mod secrets;
pub mod site;
pub mod sites;
pub mod socket;
pub mod sql;
pub mod storefront;
pub mod stripe_mock;
pub mod wording;

pub use app::{Instance, TestApp};
pub use database::{Backend, Database};
pub use fans::{Fan, offer, price};
pub use site::{Site, World};

/// Runs each test, an `async fn(&TestApp)` of the same module, on SQLite and on Postgres, and checks the invariants after.
#[macro_export]
macro_rules! both {
    ($($name:ident),+ $(,)?) => { $(
        mod $name {
            use $crate::{Backend, TestApp};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let app = TestApp::start(Backend::Sqlite).await;
                super::$name(&app).await;
                app.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let app = TestApp::start(Backend::Postgres).await;
                super::$name(&app).await;
                app.finish().await;
            }
        }
    )+ };
}
