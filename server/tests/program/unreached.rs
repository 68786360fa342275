//! Services that do not answer at the start: named once on the screen and in the log, and once more when they are back.

use std::{fs, net::TcpListener};

use testkit::way::Way;

use crate::serving::{Folder, Serving, text};

#[expect(clippy::disallowed_methods, reason = "tests are told by variables where their services are")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kafka_and_redis_that_do_not_answer_are_named_once_and_redis_again_when_it_is_back() {
    let redis = std::env::var("REDIS_URL").expect("REDIS_URL is not set, and this test needs a real Redis");
    let way = Way::to(&redis).await;
    way.cut();
    let folder = Folder::new();
    let mut command = folder.matchday();
    // No program listens on the port of the discard protocol.
    command.env("REDIS_URL", &way.url).env("KAFKA_BROKERS", "127.0.0.1:9");

    let program = Serving::run(&folder, command);
    way.mend();
    folder.logged(&["INFO", "Redis answers"]);
    folder.logged(&["WARN", "Kafka at 127.0.0.1:9 does not answer"]);

    for told in
        ["Kafka does not answer yet; retrying (KAFKA_BROKERS).", "Redis does not answer yet; retrying (REDIS_URL)."]
    {
        assert_eq!(program.screen.matches(told).count(), 1, "{told}: {}", program.screen);
    }
    let log = fs::read_to_string(folder.0.join("log")).expect("the log is text");
    for told in ["Redis answers", "Kafka at 127.0.0.1:9 does not answer; retrying (KAFKA_BROKERS)"] {
        assert_eq!(log.matches(told).count(), 1, "{told}: {log}");
    }
}

#[test]
fn the_wait_for_a_database_is_said_when_it_begins_and_what_became_of_it_when_it_ends() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = silent.local_addr().expect("it is bound");
    let folder = Folder::new();
    let mut command = folder.matchday();
    command
        .env("DATABASE_URL", format!("postgres://ana:hunter2@{address}/matchday"))
        .env("MATCHDAY_DATABASE_CONNECT_TIMEOUT_SECONDS", "2");

    let ended = command.output().expect("the program can be started");

    let told = text(&ended.stderr);
    let waits = told.find(&format!("waiting up to 2 s for the database at {address}")).expect(&told);
    let fails = told.find("the database cannot be reached").expect(&told);
    assert!(waits < fails && told.contains("DATABASE_URL sets its address"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    assert_eq!(ended.status.code(), Some(1), "{told}");
}
