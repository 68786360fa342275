//! Where errors are explained: each names its section of the site's documentation, where the site has a public address.

use serde_json::json;
use tests::{
    Site, World,
    raw::{get, post},
};

const PUBLIC: &str = "https://tickets.example/";

fn section(code: &str) -> String {
    format!("https://tickets.example/docs/reference/errors#{}", code.to_lowercase())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_of_a_site_with_a_public_address_name_their_section() {
    let world = World::embedded().with("MATCHDAY_PUBLIC_URL", PUBLIC);
    let site = world.start().await;
    site.on_sale(1, 1).await;
    let fan = site.fan("ana").await;
    fan.holds(1, 1, 1).await;

    // The second is a refusal that is kept.
    for _ in 0..2 {
        let refused = fan.reserve(1, 1, 1).await;
        let code = refused.code().to_owned();
        assert_eq!(refused.0["errors"][0]["extensions"]["docs"], section(&code), "{refused:?}");
    }
    let anonymous = site.visitor().ask("{ myReservations { nodes { id } } }", json!({})).await;
    assert_eq!(anonymous.0["errors"][0]["extensions"]["docs"], section("UNAUTHENTICATED"));
    let forged = post(site.address, &[("authorization", "Bearer x")], &json!({ "query": "{ now }" })).await;
    assert_eq!(forged.json()["errors"][0]["extensions"]["docs"], section("UNAUTHENTICATED"));
    let mutation = get(site.address, &[], &[("query", "mutation { signOut { success } }")]).await;
    assert_eq!(mutation.json()["errors"][0]["extensions"]["docs"], section("METHOD_NOT_ALLOWED"));
    let named = fan.ask("{ __schema { description __typename } }", json!({})).await.data();
    assert_eq!(named["__schema"]["__typename"], "__Schema");
    let description = named["__schema"]["description"].as_str().unwrap_or_default();
    assert!(description.starts_with("The API of a Matchday site."), "{named}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_of_a_site_without_one_name_none() {
    let (_world, site) = Site::embedded().await;

    let anonymous = site.visitor().ask("{ myReservations { nodes { id } } }", json!({})).await;

    assert_eq!(anonymous.code(), "UNAUTHENTICATED");
    assert!(!anonymous.0.to_string().contains("docs"), "{anonymous:?}");
    site.finish().await;
}
