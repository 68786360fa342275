//! What is known of the exchange, and shown as metrics.

use metrics_exporter_prometheus::PrometheusBuilder;

use super::*;

#[test]
fn brokers_that_do_not_answer_are_logged_once_a_minute_and_anew_after_they_did() {
    let (status, start) = (Status::new(), Instant::now());
    let logs_after = |seconds: u64| status.logs_away(start + Duration::from_secs(seconds));

    assert_eq!([0, 5, 59, 60, 61, 119, 120].map(logs_after), [true, false, false, true, false, false, true]);
    status.broker_answered();
    assert_eq!([121, 122].map(logs_after), [true, false]);
}

#[test]
fn lag_is_summed_over_the_partitions_of_a_topic_and_never_negative() {
    let status = Status::new();
    status.reading([(("sales".to_owned(), 0), 5, 5), (("sales".to_owned(), 1), 0, 0), (("list".to_owned(), 0), 3, 3)]);
    status.set_end("sales", 0, 9);
    status.set_end("sales", 1, 2);
    status.set_end("list", 0, 1);
    status.set_position("sales", 1, 1);

    let lag = status.report().lag;

    assert_eq!(lag, BTreeMap::from([("list".to_owned(), 0), ("sales".to_owned(), 5)]));
}

#[test]
fn a_topic_whose_partitions_others_have_taken_over_is_told_as_behind_by_nothing() {
    let (status, recorder) = (Status::new(), PrometheusBuilder::new().build_recorder());
    let told = || {
        metrics::with_local_recorder(&recorder, || status.measure());
        recorder.handle().render().lines().filter(|line| line.starts_with("matchday_kafka_lag{")).collect::<String>()
    };

    status.reading([(("sales".to_owned(), 0), 5, 9)]);
    assert_eq!(told(), r#"matchday_kafka_lag{topic="sales"} 4"#);
    status.unassigned();
    assert_eq!(told(), r#"matchday_kafka_lag{topic="sales"} 0"#);
    assert!(status.report().lag.is_empty(), "readiness says that others read it");
}

#[test]
fn a_topic_is_read_once_all_that_its_partitions_held_is_applied() {
    let status = Status::new();
    assert!(!status.has_read("list"), "nobody has said who reads it");

    status.reading([(("list".to_owned(), 0), 3, 3), (("list".to_owned(), 1), 0, 2)]);
    assert!(!status.has_read("list"));
    status.set_position("list", 1, 2);
    assert!(status.has_read("list"));
    assert!(status.has_read("sales"), "other instances have its partitions");

    status.unassigned();
    assert!(!status.has_read("list"), "the group may give us any of it");
}

#[test]
fn an_error_is_remembered_after_the_broker_answers_again() {
    let status = Status::new();
    status.broker_away("connection refused");
    status.broker_answered();

    let report = status.report();

    assert!(report.connected);
    assert_eq!(report.last_error.as_deref(), Some("connection refused"));
}
