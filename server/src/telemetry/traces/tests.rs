#![expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]

use axum::{Router, http::StatusCode, response::IntoResponse, routing::post};
use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use settings::secret::SecretUrl;
use tokio::net::TcpListener;

use super::*;

/// A program that sends to `address`, and what ends its spans.
fn sending(address: &str, queue: usize) -> (Sending, SdkTracerProvider) {
    let endpoint = Some(SecretUrl::new(format!("http://{address}")));
    let config = Otel { endpoint, max_queue_size: queue, ..Otel::default() };
    let (ended, queue) = mpsc::channel(config.max_queue_size);
    let sending = Sending {
        queue,
        gathered: Vec::new(),
        ready: None,
        resource: (&resource(&config, "here")).into(),
        collector: Collector::new(&config).expect("one is named"),
        batch: 4,
        delay: Duration::from_millis(1),
        patience: Duration::from_millis(50),
        is_away: false,
    };
    (sending, SdkTracerProvider::builder().with_span_processor(Ended(ended)).build())
}

fn end(spans: usize, provider: &SdkTracerProvider) {
    for _ in 0..spans {
        provider.tracer("tests").start("a span").end();
    }
}

/// A collector that answers so, at its address.
async fn answering<A: IntoResponse + Clone + Send + Sync + 'static>(answer: A) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    let routes = Router::new().route("/v1/traces", post(move || std::future::ready(answer.clone())));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

#[tokio::test]
async fn what_finds_no_room_is_dropped_and_what_no_collector_takes_is_given_up() {
    // No program listens there.
    let (mut sending, provider) = sending("127.0.0.1:1", 6);

    end(10, &provider);
    assert_eq!(sending.queue.len(), 6);
    sending.round().await;

    assert!(sending.ready.is_none() && sending.is_away);
    assert_eq!(sending.queue.len(), 2, "a batch of four is gone, and the others wait");
    assert!(!sending.send_once().await);
    assert_eq!((sending.abandon(), sending.has_some()), (2, false));
}

#[tokio::test]
async fn a_batch_is_tried_again_where_that_may_help_and_not_where_it_is_refused() {
    for (status, untaken) in [
        (StatusCode::BAD_REQUEST, Untaken::Refused),
        (StatusCode::UNAUTHORIZED, Untaken::Refused),
        (StatusCode::SERVICE_UNAVAILABLE, Untaken::Unreached),
        (StatusCode::TOO_MANY_REQUESTS, Untaken::Unreached),
    ] {
        let (mut sending, provider) = sending(&answering(status).await, 4);
        end(1, &provider);
        sending.gather().await;
        sending.make_ready();

        assert_eq!(sending.try_ready().await, Err(untaken), "{status}");
        assert!(sending.ready.is_some(), "{status}: it is the round that drops it");
    }
}

#[tokio::test]
async fn a_stop_in_the_middle_of_a_round_loses_no_span() {
    let taken = answering(StatusCode::OK).await;
    let (mut sending, provider) = sending(&taken, 4);
    sending.delay = Duration::from_secs(600);
    end(1, &provider);

    assert!(timeout_at(Instant::now() + Duration::from_millis(20), sending.round()).await.is_err());
    assert!(sending.has_some());

    assert!(sending.send_once().await);
    assert!(!sending.has_some());
}

#[tokio::test]
async fn a_collector_says_how_many_spans_it_rejects() {
    let partial_success = Some(ExportTracePartialSuccess { rejected_spans: 3, error_message: String::new() });
    let answer = ExportTraceServiceResponse { partial_success }.encode_to_vec();
    let (sending, _) = sending(&answering(answer).await, 4);

    assert_eq!(sending.collector.take(Bytes::new()).await.ok(), Some(3));
}
