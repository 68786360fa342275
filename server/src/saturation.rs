//! Saturation: how full what requests wait for is, measured when it is asked for.

use std::time::Duration;

use domain::App;
use metrics::{counter, gauge};
use sea_orm::{DatabaseConnection, DbBackend};
use tokio::runtime::Handle;

/// Refreshes the gauges of the pool of connections, of the desk's lanes and of the runtime.
pub(crate) fn measure(app: &App) {
    let (open, idle, most) = pool(&app.db);
    gauge!("matchday_database_connections", "state" => "used").set(open.saturating_sub(idle));
    gauge!("matchday_database_connections", "state" => "idle").set(idle);
    gauge!("matchday_database_connections_max").set(most);
    gauge!("matchday_database_writable").set(if app.store.health().trouble().is_none() { 1.0 } else { 0.0 });

    let (waiting, room) = app.desk_queue();
    gauge!("matchday_desk_waiting").set(number(waiting));
    gauge!("matchday_desk_waiting_max").set(number(room));

    let runtime = Handle::current().metrics();
    gauge!("matchday_runtime_workers").set(number(runtime.num_workers()));
    gauge!("matchday_runtime_tasks").set(number(runtime.num_alive_tasks()));
    gauge!("matchday_runtime_waiting").set(number(runtime.global_queue_depth()));
    let busy: Duration = (0..runtime.num_workers()).map(|worker| runtime.worker_total_busy_duration(worker)).sum();
    counter!("matchday_runtime_busy_seconds_total").absolute(busy.as_secs());
}

/// Connections that are open, those of them that wait to be used, and how many there may be.
fn pool(db: &DatabaseConnection) -> (u32, u32, u32) {
    match db.get_database_backend() {
        DbBackend::Postgres => {
            let pool = db.get_postgres_connection_pool();
            (pool.size(), number(pool.num_idle()), pool.options().get_max_connections())
        }
        _ => {
            let pool = db.get_sqlite_connection_pool();
            (pool.size(), number(pool.num_idle()), pool.options().get_max_connections())
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
