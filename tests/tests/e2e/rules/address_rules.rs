//! Rules about addresses: one a network, and whoever has older ones can tell.

use std::time::Duration;

use book::clock::Clock;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    accounts::Viewer,
    address_rules::{
        self, NewRule, RULES_MAX, RuleError,
        import::{Imported, List, import},
        network::Network,
    },
};
use entities::{address_rule::Effect, user::Role};
use futures_util::future::join_all;
use tests::{TestApp, both};

both! {
    a_network_has_one_rule_and_every_change_is_seen_by_its_revision,
    rules_are_read_page_by_page_and_end_by_themselves,
    rules_that_are_made_at_the_same_time_all_count,
    a_list_becomes_rules_but_where_an_admin_or_another_list_has_one,
    a_list_that_is_imported_again_changes_only_what_it_says_otherwise,
    a_rehearsal_tells_and_changes_nothing,
    a_long_list_is_imported_whole_and_one_that_is_too_long_not_at_all,
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

fn list(networks: &[&str], source: Option<&str>) -> List {
    List {
        networks: networks.iter().map(|network| network.parse().expect("it is a network")).collect(),
        effect: Effect::Block,
        reason: "known bad".to_owned(),
        expires_at: None,
        source: source.map(str::to_owned),
    }
}

/// The networks that have rules, with the list that each came from.
async fn in_force(app: &TestApp) -> Vec<(String, Effect, Option<String>)> {
    let rules = address_rules::in_force(app).await.expect("the database answers");
    let mut rules: Vec<_> = rules.into_iter().map(|rule| (rule.network, rule.effect, rule.source)).collect();
    rules.sort_by(|one, other| one.0.cmp(&other.0));
    rules
}

async fn a_list_becomes_rules_but_where_an_admin_or_another_list_has_one(app: &TestApp) {
    let admin = an_admin(app).await;
    let soon = app.clock.now() + TimeDelta::seconds(60);
    address_rules::put(app, admin, rule("192.0.2.1", Effect::Allow, None)).await.expect("it is a rule");
    address_rules::put(app, admin, rule("192.0.2.2", Effect::Allow, Some(soon))).await.expect("it is a rule");
    import(app, list(&["192.0.2.3"], Some("b")), false).await.expect("the list is right");

    let all = list(&["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.4/32"], Some("a"));
    let imported = import(app, all.clone(), false).await.expect("the list is right");

    assert_eq!(imported, Imported { new: 1, kept: 3, ..Imported::default() });
    app.move_clock(Duration::from_secs(61));
    let imported = import(app, all, false).await.expect("the list is right");
    assert_eq!(imported, Imported { changed: 1, same: 1, kept: 2, ..Imported::default() }, "what is over is nobody's");
    let of = |network: &str, effect, source: Option<&str>| (network.to_owned(), effect, source.map(str::to_owned));
    let rules = [
        of("192.0.2.1/32", Effect::Allow, None),
        of("192.0.2.2/32", Effect::Block, Some("a")),
        of("192.0.2.3/32", Effect::Block, Some("b")),
        of("192.0.2.4/32", Effect::Block, Some("a")),
    ];
    assert_eq!(in_force(app).await, rules);
    address_rules::put(app, admin, rule("192.0.2.4", Effect::Allow, None)).await.expect("it is a rule");
    import(app, list(&[], Some("a")), false).await.expect("nothing is a list too");
    let left = [rules[0].clone(), rules[2].clone(), of("192.0.2.4/32", Effect::Allow, None)];
    assert_eq!(in_force(app).await, left, "an admin's word is no longer the list's");
}

async fn a_list_that_is_imported_again_changes_only_what_it_says_otherwise(app: &TestApp) {
    let revision = async || address_rules::revision(app).await.expect("the database answers");
    let imported = async |list: List| import(app, list, false).await.expect("the list is right");
    let first = list(&["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"], Some("drop"));
    assert_eq!(imported(first.clone()).await, Imported { new: 3, ..Imported::default() });
    let before = revision().await;

    assert_eq!(imported(first.clone()).await, Imported { same: 3, ..Imported::default() });
    assert_eq!(revision().await, before, "no instance reads rules that are as before");
    let next = list(&["192.0.2.0/24", "203.0.113.0/24"], Some("drop"));
    let next = List { reason: "still bad".to_owned(), ..next };
    assert_eq!(imported(next).await, Imported { new: 1, changed: 1, gone: 2, ..Imported::default() });
    assert!(before < revision().await);

    assert_eq!(imported(list(&["10.0.0.0/8"], None)).await, Imported { new: 1, ..Imported::default() });
    let networks: Vec<String> = in_force(app).await.into_iter().map(|rule| rule.0).collect();
    assert_eq!(networks, ["10.0.0.0/8", "192.0.2.0/24", "203.0.113.0/24"], "without a name nothing is removed");
}

async fn a_rehearsal_tells_and_changes_nothing(app: &TestApp) {
    import(app, list(&["192.0.2.1"], Some("drop")), false).await.expect("the list is right");
    let (before, revision) = (in_force(app).await, address_rules::revision(app).await.expect("the database answers"));

    let told = import(app, list(&["192.0.2.2"], Some("drop")), true).await.expect("the list is right");

    assert_eq!(told, Imported { new: 1, gone: 1, ..Imported::default() });
    assert_eq!(in_force(app).await, before);
    assert_eq!(address_rules::revision(app).await.expect("the database answers"), revision);
    for wrong in [
        List { reason: " ".to_owned(), ..list(&["192.0.2.2"], None) },
        List { expires_at: Some(app.clock.now()), ..list(&["192.0.2.2"], None) },
        List { source: Some("x".repeat(65)), ..list(&["192.0.2.2"], None) },
        list(&["192.0.2.2", "0.0.0.0/7"], None),
    ] {
        let refused = import(app, wrong, false).await;
        assert!(matches!(refused, Err(RuleError::Invalid { .. })), "{refused:?}");
    }
    assert_eq!(in_force(app).await, before);
}

/// As many single addresses, one after the other.
fn addresses(count: u64) -> Vec<Network> {
    let first = u32::from(std::net::Ipv4Addr::new(10, 0, 0, 0));
    let address = |number: u64| first + u32::try_from(number).expect("there are few");
    (0..count).map(|number| Network::of(std::net::Ipv4Addr::from(address(number)).into(), 32)).collect()
}

async fn a_long_list_is_imported_whole_and_one_that_is_too_long_not_at_all(app: &TestApp) {
    let long = |count| List { networks: addresses(count), ..list(&[], Some("long")) };

    let imported = import(app, long(5_000), false).await.expect("the list is right");
    let refused = import(app, long(RULES_MAX + 1), false).await;

    assert_eq!(imported, Imported { new: 5_000, ..Imported::default() });
    assert!(matches!(refused, Err(RuleError::Full)), "{refused:?}");
    assert_eq!(in_force(app).await.len(), 5_000);
    assert_eq!(import(app, long(1), false).await.expect("the list is right").gone, 4_999);
}
