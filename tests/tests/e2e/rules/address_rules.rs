//! Rules about addresses: one a network, and whoever has older ones can tell.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    accounts::Viewer,
    address_rules::{self, NewRule, RuleError},
    clock::Clock,
};
use entities::{address_rule::Effect, user::Role};
use futures_util::future::join_all;
use tests::{TestApp, both};

both! {
    a_network_has_one_rule_and_every_change_is_seen_by_its_revision,
    rules_are_read_page_by_page_and_end_by_themselves,
    rules_that_are_made_at_the_same_time_all_count,
}

fn rule(network: &str, effect: Effect, expires_at: Option<DateTime<Utc>>) -> NewRule {
    NewRule { network: network.parse().expect("it is a network"), effect, reason: "a test".to_owned(), expires_at }
}

async fn an_admin(app: &TestApp) -> Viewer {
    Viewer { role: Role::Admin, ..app.fan("root").await.viewer }
}

async fn a_network_has_one_rule_and_every_change_is_seen_by_its_revision(app: &TestApp) {
    let admin = an_admin(app).await;
    let revision = async || address_rules::revision(app).await.expect("the database answers");
    let network = "192.0.2.0/24".parse().expect("it is a network");
    let before = revision().await;

    address_rules::put(app, admin, rule("192.0.2.0/24", Effect::Block, None)).await.expect("it is a rule");
    let made = revision().await;
    address_rules::put(app, admin, rule("192.0.2.77/24", Effect::Allow, None)).await.expect("it is a rule");
    let replaced = revision().await;
    let in_force = address_rules::in_force(app).await.expect("the database answers");
    let removed = address_rules::remove(app, admin, network).await.expect("it is there");
    let after = revision().await;
    let again = address_rules::remove(app, admin, network).await;

    assert!(before < made && made < replaced && replaced < after, "{before} {made} {replaced} {after}");
    assert_eq!(in_force.iter().map(|rule| rule.effect).collect::<Vec<_>>(), [Effect::Allow]);
    assert_eq!((removed.effect, removed.created_by), (Effect::Allow, Some(admin.user_id)));
    assert!(matches!(again, Err(RuleError::NotFound)), "{again:?}");
    assert_eq!(revision().await, after, "nothing has changed");
}

async fn rules_are_read_page_by_page_and_end_by_themselves(app: &TestApp) {
    let admin = an_admin(app).await;
    let soon = app.clock.now() + TimeDelta::seconds(60);
    for (network, end) in [("192.0.2.1", Some(soon)), ("192.0.2.2", None), ("2001:db8::/32", None)] {
        address_rules::put(app, admin, rule(network, Effect::Block, end)).await.expect("it is a rule");
    }
    let names = |page: &address_rules::Page| page.items.iter().map(|rule| rule.network.clone()).collect::<Vec<_>>();

    let first = address_rules::page(app, admin, None, 2).await.expect("an admin reads them");
    let second = address_rules::page(app, admin, Some("192.0.2.2/32"), 2).await.expect("an admin reads them");
    assert_eq!((names(&first), first.more), (vec!["192.0.2.1/32".to_owned(), "192.0.2.2/32".to_owned()], true));
    assert_eq!((names(&second), second.more), (vec!["2001:db8::/32".to_owned()], false));

    let in_force = async || address_rules::in_force(app).await.expect("the database answers").len();
    assert_eq!(in_force().await, 3);
    app.move_clock(Duration::from_secs(61));
    assert_eq!(in_force().await, 2);
}

async fn rules_that_are_made_at_the_same_time_all_count(app: &TestApp) {
    let admin = an_admin(app).await;
    let before = address_rules::revision(app).await.expect("the database answers");
    let network = |number: usize| format!("198.51.100.{}", number % 4);

    let changes = (0..20).map(|number| async move {
        let put = address_rules::put(app, admin, rule(&network(number), Effect::Block, None)).await;
        put.map(drop).expect("none stands in the way of another");
        match address_rules::remove(app, admin, network(number + 1).parse().expect("it is a network")).await {
            Ok(_) => 2,
            Err(RuleError::NotFound) => 1,
            Err(error) => panic!("{error}"),
        }
    });
    let changed: i64 = join_all(changes).await.into_iter().sum();

    let after = address_rules::revision(app).await.expect("the database answers");
    assert_eq!(after - before, changed);
}
