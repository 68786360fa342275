use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::*;

fn follower() -> Follower {
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    let (told, notes) = (Mutex::default(), Arc::default());
    Follower { address, from: own_address(0), has_stream: false, match_number: 1, told, notes }
}

fn state(version: i64) -> Value {
    json!({ "data": { "availability": { "matchNumber": 1, "version": version, "categories": [] } } })
}

#[test]
fn what_a_client_takes_for_the_end_ends_its_subscription_and_nothing_else_does() {
    let told = |code: u16| closed(Some(&CloseFrame { code: CloseCode::from(code), reason: "".into() }));
    for code in [1001, 1006, 1012, 1013, 4403, 4408] {
        assert!(matches!(told(code), End::Gone(_)), "{code}");
    }
    for code in [1000, 1002, 1011, 4400, 4401, 4429] {
        assert!(matches!(told(code), End::Over(_)), "{code}");
    }
    assert!(matches!(closed(None), End::Gone(_)));

    let follower = follower();
    let mut welcome = || {};
    for text in [r#"{"id":"1","type":"complete"}"#, r#"{"id":"1","type":"error","payload":[{"message":"no"}]}"#] {
        assert!(follower.answer(text, &mut welcome).is_err(), "{text}");
    }
    assert!(follower.hear_event("event: complete\ndata:").is_err());
    assert!(follower.hear_event(":").is_ok());
    assert!(follower.hear(&json!({ "data": null, "errors": [{ "message": "no" }] })).is_err());
}

#[test]
fn a_follower_goes_on_from_the_version_that_it_has_and_takes_no_older_one() {
    let follower = follower();
    assert_eq!(follower.question()["variables"]["since"], json!([]));

    follower.hear(&state(7)).expect("it is the first");

    assert_eq!(follower.question()["variables"]["since"], json!([{ "matchNumber": 1, "version": 7 }]));
    assert!(follower.hear(&state(6)).is_err_and(|why| why.contains("version 6 after version 7")));
    let truth = |version| Truth::from([(1, State { version, counts: Vec::new() })]);
    assert!(follower.knows(&truth(6)) && follower.knows(&truth(7)) && !follower.knows(&truth(8)));
}
