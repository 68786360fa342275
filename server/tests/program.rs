//! The program from the outside: its binary, its exit codes, its output, its signals.

use std::{fs, net::TcpListener, path::Path, process::Stdio, time::Instant};

use serving::{DEADLINE, Folder, Serving, text};

#[path = "program/errors.rs"]
mod errors;
#[path = "program/files.rs"]
mod files;
#[path = "program/health.rs"]
mod health;
#[path = "program/keys.rs"]
mod keys;
#[path = "program/logging.rs"]
mod logging;
#[path = "program/manual.rs"]
mod manual;
#[path = "program/metrics.rs"]
mod metrics;
#[path = "program/origins.rs"]
mod origins;
#[path = "program/serving.rs"]
mod serving;
#[path = "program/unreached.rs"]
mod unreached;

#[test]
fn one_command_opens_the_whole_world_cup_and_a_second_start_publishes_nothing_twice() {
    let folder = Folder::new();
    let mut first = Serving::start(&folder);
    first.ready();
    let matches = "{ matches(first: 1) { totalCount nodes { categories { price { amount } sellable } } } }";
    let answer = first.query(matches);
    assert!(answer.contains("\"totalCount\":64") && answer.contains("\"75.00\""), "{answer}");
    assert!(first.screen.contains("Not durable") && first.screen.contains("/graphiql"), "{}", first.screen);
    assert!(first.get("/metrics").contains("matchday_inbox_records_total{outcome=\"applied\"} 64"));

    assert_eq!(first.signal("KILL"), None);
    let mut second = Serving::start(&folder);
    second.ready();

    assert!(second.query(matches).contains("\"totalCount\":64"));
    assert!(!second.get("/metrics").contains("matchday_inbox_records_total{outcome=\"applied\"} 64"));
    assert_eq!(second.signal("TERM"), Some(0));
}

#[test]
fn the_screen_and_the_log_say_when_matches_are_played_and_that_none_is_to_come() {
    let (soon, over) = (Folder::new(), Folder::new());
    let played = Serving::start(&soon);
    let kept = fs::read_to_string(soon.0.join("data/calendar-weeks")).expect("the folder keeps by how much");
    let told = format!("the World Cup 2022, {kept} weeks later");
    assert!(played.screen.contains(&told) && !played.screen.contains("No match is to come"), "{}", played.screen);

    let mut command = over.matchday();
    command.env("MATCHDAY_KAFKA_BUNDLED_STARTS_SOON", "false");
    let ended = Serving::run(&over, command);

    let told = "all 64 matches have begun, the last one on 18 December 2022";
    assert!(ended.screen.contains("20 November 2022 to 18 December 2022"), "{}", ended.screen);
    assert!(ended.screen.contains(told) && ended.screen.contains("no tickets can be bought"), "{}", ended.screen);
    over.logged(&["WARN", told]);
    assert!(!over.0.join("data/calendar-weeks").exists());
}

#[test]
fn the_first_answer_of_a_first_start_names_every_match() {
    let folder = Folder::new();
    let free = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("there is a free port");
    let mut command = folder.matchday();
    command.env("MATCHDAY_BIND", free.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the program can be started");

    let (site, begun) = (Serving::at(&free.to_string()), Instant::now());
    let answer = loop {
        match site.tried("{ matches(first: 1) { totalCount } }") {
            Some(answer) if !answer.is_empty() => break answer,
            _ => assert!(begun.elapsed() < DEADLINE, "nothing is answered"),
        }
    };
    child.kill().and_then(|()| child.wait()).expect("it is our child");

    assert!(answer.contains("\"totalCount\":64"), "{answer}");
}

#[test]
fn who_asks_before_the_first_master_list_is_in_is_told_to_come_again() {
    let folder = Folder::new();
    let mut command = folder.matchday();
    // Nobody listens there.
    command.env("KAFKA_BROKERS", "127.0.0.1:1");
    let program = Serving::run(&folder, command);

    let answer = program.query("{ matches(first: 1) { totalCount } }");
    let ready = program.get("/readyz");

    assert!(answer.contains("SERVICE_UNAVAILABLE") && !answer.contains("totalCount"), "{answer}");
    assert!(answer.lines().any(|line| line == "retry-after: 1"), "{answer}");
    assert!(ready.contains("the first master list is still to come"), "{ready}");
}

#[test]
fn a_second_program_on_the_same_data_folder_is_refused() {
    let folder = Folder::new();
    let _first = Serving::start(&folder);

    let second = folder.run(&["serve"]);

    assert_eq!(second.status.code(), Some(1));
    assert!(text(&second.stderr).contains("in use by another matchday"), "{}", text(&second.stderr));
}

#[test]
fn both_signals_end_it_in_order() {
    for name in ["TERM", "INT"] {
        let folder = Folder::new();
        let mut program = Serving::start(&folder);

        assert_eq!(program.signal(name), Some(0), "{name}");

        assert!(!folder.0.join("data/kafka-address").exists(), "the embedded broker is still noted");
    }
}

#[test]
fn the_pages_beside_graphql_are_there() {
    let folder = Folder::new();
    let program = Serving::start(&folder);

    assert!(program.get("/healthz").contains("alive"));
    assert!(program.get("/schema.graphql").contains("type Query"));
    let page = program.get("/graphiql");
    assert!(page.contains("text/html") && !page.contains("src=\"http"), "GraphiQL loads something from elsewhere");
}

#[test]
fn a_master_list_is_published_to_the_running_program_and_a_wrong_one_is_reported_line_by_line() {
    let folder = Folder::new();
    let program = Serving::start(&folder);
    program.ready();
    let right = r#"{"matchNumber":65,"roundNumber":1,"dateUtc":"2022-12-20T16:00:00Z","location":"X","availability":{"category1":{"available":1,"pending":0,"price":75}},"homeTeam":"A","awayTeam":"B","group":null}"#;
    folder.write("right.jsonl", right);
    folder.write("wrong.jsonl", &format!("{right}\nnonsense\n{{\"matchNumber\":0}}\n"));

    let wrong = folder.run(&["masterlist", "publish", "wrong.jsonl"]);
    assert_eq!(wrong.status.code(), Some(1));
    let report = text(&wrong.stdout);
    assert!(report.contains("line 2:") && report.contains("line 3:") && !report.contains("line 1:"), "{report}");
    let said = text(&wrong.stderr);
    assert!(said.contains("wrong in 2 places; nothing was published"), "{said}");
    folder.write("once.jsonl", &format!("{right}\nnonsense\n"));
    let said = text(&folder.run(&["masterlist", "check", "once.jsonl"]).stderr);
    assert!(said.contains("wrong in 1 place") && !said.contains("places") && !said.contains("published"), "{said}");

    let published = folder.run(&["masterlist", "publish", "right.jsonl"]);
    assert_eq!(published.status.code(), Some(0), "{}", text(&published.stderr));
    let begun = Instant::now();
    while !program.query("{ matches(first: 1) { totalCount } }").contains("\"totalCount\":65") {
        assert!(begun.elapsed() < DEADLINE, "the new match does not arrive");
    }
}

#[test]
fn publishing_without_a_broker_says_where_to_find_one() {
    let folder = Folder::new();
    let list = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/world-cup-2022.jsonl"));

    let output = folder.run(&["masterlist", "publish", &list.display().to_string()]);

    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("KAFKA_BROKERS"), "{}", text(&output.stderr));
}

#[test]
fn wrong_settings_and_wrong_usage_exit_with_2_and_start_nothing() {
    let folder = Folder::new();

    let production = folder.matchday().env("ENV", "prod").output().expect("the program can be started");
    assert_eq!(production.status.code(), Some(2));
    for setting in ["DATABASE_URL", "KAFKA_BROKERS", "REDIS_URL", "MATCHDAY_JWT_SECRET"] {
        assert!(text(&production.stderr).contains(setting), "{setting} is not named");
    }
    assert_eq!(folder.run(&["sell"]).status.code(), Some(2));
    assert_eq!(fs::read_dir(&folder.0).expect("the folder is ours").count(), 0, "something was started");
}

#[test]
fn migrations_go_up_down_and_up_again_and_say_how_they_stand() {
    let folder = Folder::new();

    let before = folder.run(&["migrate", "status"]);
    assert_eq!(before.status.code(), Some(1));
    assert!(text(&before.stdout).contains("missing"));
    assert_eq!(folder.run(&["migrate", "up"]).status.code(), Some(0));
    assert_eq!(folder.run(&["migrate", "status"]).status.code(), Some(0));
    let down = folder.run(&["migrate", "down", "--steps", "2"]);
    assert_eq!(text(&down.stdout).lines().filter(|line| line.starts_with("missing")).count(), 2);

    let refused = folder.matchday().env("MATCHDAY_MIGRATE", "false").output().expect("the program can be started");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("matchday migrate up"), "{}", text(&refused.stderr));
    assert_eq!(folder.run(&["migrate", "up"]).status.code(), Some(0));
}

#[test]
fn a_worker_without_brokers_of_its_own_is_refused() {
    let folder = Folder::new();

    let refused = folder.run(&["worker"]);

    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("KAFKA_BROKERS"), "{}", text(&refused.stderr));
}

#[test]
fn a_storefront_without_an_api_is_refused_and_leaves_nothing() {
    let folder = Folder::new();

    let refused = folder.run(&["storefront"]);

    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("MATCHDAY_WEB_API_URL"), "{}", text(&refused.stderr));
    assert_eq!(fs::read_dir(&folder.0).expect("the folder is ours").count(), 0, "something was started");
}

#[test]
fn the_settings_in_force_are_shown_with_their_sources_and_without_secrets() {
    let folder = Folder::new();
    folder.write("matchday.toml", "[holds]\nseconds = 60\n");

    let output = folder
        .matchday()
        .arg("config")
        .env("DATABASE_URL", "postgres://ana:hunter2@db/matchday")
        .output()
        .expect("the program can be started");

    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(shown.lines().any(|line| line.starts_with("seconds = 60") && line.contains("matchday.toml")), "{shown}");
    assert!(shown.contains("postgres://ana:[redacted]@db/matchday") && !shown.contains("hunter2"));
}
