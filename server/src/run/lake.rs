//! The lake as a task of a program whose broker is embedded: no other program can read that broker, which forgets at the end what the
//! lake has not taken. Where the brokers are real, `matchday analytics` writes it.

use std::sync::Arc;

use crate::{
    analytics::{lake, standing::Standing},
    config::Config,
    resources::Resources,
    supervise::Supervisor,
};

/// Keeps the lake written, where that is this program's to do.
pub(super) fn keep(supervisor: &Supervisor, resources: &Resources, config: &Config) -> Option<Arc<Standing>> {
    if !resources.exchange.is_embedded() {
        return None;
    }
    let standing = Standing::new(config);
    let (app, exchange) = (Arc::clone(&resources.app), Arc::clone(&resources.exchange));
    let (config, of_task) = (config.clone(), Arc::clone(&standing));
    supervisor.keep("lake", move |stop| {
        let (config, app, standing) = (config.clone(), Arc::clone(&app), Arc::clone(&of_task));
        Arc::clone(&exchange).run(stop, move |exchange, stop| lake::run(config, exchange, Some(app), standing, stop))
    });
    Some(standing)
}
