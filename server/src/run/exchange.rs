//! The exchange with Kafka as tasks that are kept running: the embedded broker, topics, relay, consumer.

use std::{sync::Arc, time::Duration};

use domain::App;
use kafka::Status;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    broker::Exchange, calendar, config::Config, data_dir::DataDir, failure::Failure, resources::Resources,
    supervise::Supervisor,
};

/// How long after a broker did not answer the topics are seen to again.
const TOPICS_RETRY: Duration = Duration::from_secs(1);

/// How long Kafka may take to give what is new in the master list, before what is known is judged.
const ANSWER: Duration = Duration::from_secs(2);

/// How often it is looked whether the first master list is in.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How long after it was told of one commit an instance that publishes is told of the next.
const TELL_AGAIN: Duration = Duration::from_millis(5);

/// Keeps the exchange running.
pub(super) fn keep(supervisor: &Supervisor, resources: &Resources, config: &Config, stop: CancellationToken) {
    if let Some(redis) = resources.redis.clone() {
        let (app, channel) = (Arc::clone(&resources.app), channel(config));
        supervisor.keep("outbox-news", move |stop| {
            let (app, redis, channel) = (Arc::clone(&app), redis.clone(), channel.clone());
            async move {
                stop.run_until_cancelled(redis.listen(&channel, || app.wake.committed_elsewhere())).await;
            }
        });
    }
    let (app, exchange, status) =
        (Arc::clone(&resources.app), Arc::clone(&resources.exchange), Arc::clone(&resources.status));
    supervisor.keep("relay", move |stop| {
        let (app, status) = (Arc::clone(&app), Arc::clone(&status));
        Arc::clone(&exchange).run(stop, |config, stop| kafka::relay::run(app, config, status, stop))
    });
    let (app, exchange, status) =
        (Arc::clone(&resources.app), Arc::clone(&resources.exchange), Arc::clone(&resources.status));
    supervisor.keep("consumer", move |stop| {
        let (app, status) = (Arc::clone(&app), Arc::clone(&status));
        Arc::clone(&exchange).run(stop, |config, stop| kafka::consumer::run(app, config, status, stop))
    });
    let (app, exchange, status) =
        (Arc::clone(&resources.app), Arc::clone(&resources.exchange), Arc::clone(&resources.status));
    supervisor.keep("booking-relay", move |stop| {
        let (app, status) = (Arc::clone(&app), Arc::clone(&status));
        Arc::clone(&exchange).run(stop, |config, stop| kafka::relay::bookings::run(app, config, status, stop))
    });
    let exchange = Arc::clone(&resources.exchange);
    if exchange.is_embedded() {
        supervisor.keep_vital("embedded-broker", run_broker(exchange, Arc::clone(&resources.data_dir), stop));
    } else {
        supervisor.keep("topics", move |stop| {
            Arc::clone(&exchange).run(stop, |config, stop| async move {
                ensure_topics(config, stop).await;
                Ok::<(), kafka::Error>(())
            })
        });
    }
}

/// Leaves the exchange to others: looks whether they see to it, and tells them what there is to publish.
///
/// Where they are not told, without Redis or while it is away, they find it by themselves a tenth of a second later.
pub(super) fn leave_to_others(supervisor: &Supervisor, resources: &Resources, config: &Config) {
    let (app, exchange, status) =
        (Arc::clone(&resources.app), Arc::clone(&resources.exchange), Arc::clone(&resources.status));
    supervisor.keep("lookout", move |stop| {
        let (app, status) = (Arc::clone(&app), Arc::clone(&status));
        Arc::clone(&exchange).run(stop, |config, stop| kafka::lookout::run(app, config, status, stop))
    });
    if let Some(redis) = resources.redis.clone() {
        let (app, channel) = (Arc::clone(&resources.app), channel(config));
        supervisor.keep("outbox-news", move |stop| {
            let (app, redis, channel) = (Arc::clone(&app), redis.clone(), channel.clone());
            async move {
                let telling = async {
                    loop {
                        app.wake.outbox().await;
                        redis.publish(&channel).await;
                        // What is committed meanwhile is told in one.
                        sleep(TELL_AGAIN).await;
                    }
                };
                stop.run_until_cancelled(telling).await;
            }
        });
    }
}

/// Where instances that leave the outbox to others say that there is something in it.
fn channel(config: &Config) -> String {
    format!("{}:{}:outbox", config.redis.key_prefix, config.client_id)
}

/// Has matches shown only once the first master list is in, where it comes by brokers that are not this program's own; and
/// warns where nothing of it is still to come.
pub(super) fn await_list(supervisor: &Supervisor, resources: &Resources) {
    let is_embedded = resources.exchange.is_embedded();
    if !is_embedded {
        resources.app.view.await_list();
    }
    let (app, status, topic) =
        (Arc::clone(&resources.app), Arc::clone(&resources.status), resources.exchange.master_list());
    supervisor.keep("first-master-list", move |stop| {
        let (app, status, topic) = (Arc::clone(&app), Arc::clone(&status), topic.clone());
        async move {
            let heard = async {
                if !is_embedded {
                    hear_list(&app, &status, &topic).await;
                    has_read(&status, &topic).await;
                }
                calendar::warn(&app).await;
            };
            stop.run_until_cancelled(heard).await;
            stop.cancelled().await;
        }
    });
}

/// Resolves once matches are known, or the master list turned out to name none.
async fn hear_list(app: &App, status: &Status, topic: &str) {
    while app.view.awaits_list() {
        if status.has_read(topic) {
            app.view.list_heard();
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// Resolves once the topic was read to its end, or Kafka has not answered for a while.
pub(super) async fn has_read(status: &Status, topic: &str) {
    let read = async {
        while !status.has_read(topic) {
            sleep(LOOK_AGAIN).await;
        }
    };
    // What the database knows is judged then.
    let _ = timeout(ANSWER, read).await;
}

/// Starts the embedded broker and notes where it is. It cannot be started again: its records would be gone.
async fn run_broker(exchange: Arc<Exchange>, data_dir: Arc<DataDir>, stop: CancellationToken) -> Result<(), Failure> {
    let address = exchange.start().await?;
    data_dir.note_broker(&address)?;
    stop.cancelled().await;

    Ok(())
}

/// Sees to it that our topics exist, as soon as a broker answers.
async fn ensure_topics(config: kafka::Config, stop: CancellationToken) {
    let ensured = async {
        while let Err(error) = kafka::setup::ensure(&config).await {
            tracing::debug!(%error, "topics could not be created or checked yet");
            sleep(TOPICS_RETRY).await;
        }
    };
    stop.run_until_cancelled(ensured).await;
    stop.cancelled().await;
}
