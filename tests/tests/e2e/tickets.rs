//! Tickets from the outside: paid by a test card, shown to their holder alone, downloaded, mailed.

use std::{fs, path::PathBuf, process::Stdio, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use book::clock::Clock;
use entities::user;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually_some};
use tests::{Site, World, client::Client};
use tokio::{io::AsyncWriteExt, process::Command};

const MINE: &str = "query ($status: TicketStatus, $first: Int, $after: String) {
    myTickets(status: $status, first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes {
        id status code qr passUrl holderName category seat price { amount currency } issuedAt usedAt
        match { matchNumber homeTeam } reservation { id status } } } }";

const OF_RESERVATION: &str = "query ($id: ID!) { reservation(id: $id) { tickets { id code } } }";

const NODE: &str = "query ($id: ID!) { node(id: $id) { ... on Ticket { id status code qr passUrl } } }";

/// Somebody with two tickets, and a name that takes three alphabets.
async fn ticketed(site: &Site) -> (Client, String, Vec<Value>) {
    site.on_sale(1, 20).await;
    let visitor = site.visitor();
    let sign_up = "mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken } }";
    let input = json!({
        "email": "ana@example.com", "password": "correct horse battery staple", "displayName": "Ana Αθηνά Анна",
    });
    let session = visitor.ask(sign_up, json!({ "input": input })).await.data();
    let confirmed = user::ActiveModel { verified_at: Set(Some(site.clock.now())), ..Default::default() };
    user::Entity::update_many().set(confirmed).exec(&site.app.db).await.expect("an account can be set");
    let ana = visitor.with_token(session["signUp"]["accessToken"].as_str().expect("a session has a token"));
    let id = ana.holds(1, 2, 2).await;
    assert_eq!(ana.ask(OF_RESERVATION, json!({ "id": id })).await.data()["reservation"]["tickets"], json!([]));
    ana.pay(&id, "pm_card_visa", "a").await.data();
    let mine = ana.ask(MINE, json!({})).await.data();
    (ana, id, mine["myTickets"]["nodes"].as_array().expect("tickets are listed").clone())
}

fn text(value: &Value) -> &str {
    value.as_str().expect("it is a text")
}

/// What somebody reads on a PDF.
async fn read(pdf: &[u8]) -> String {
    let mut reader = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext can be run: scripts/test installs it (poppler-utils)");
    let mut input = reader.stdin.take().expect("its input is piped");
    input.write_all(pdf).await.expect("it reads");
    drop(input);
    let output = reader.wait_with_output().await.expect("it ends");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("it writes text")
}

async fn set(site: &Site, change: &str) {
    site.app.db.execute_unprepared(&format!("UPDATE tickets SET {change}")).await.expect("tickets can be set");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_pays_finds_a_ticket_a_seat_whose_code_is_theirs_alone() {
    let (_world, site) = Site::embedded().await;
    let (ana, id, tickets) = ticketed(&site).await;

    assert_eq!(tickets.len(), 2);
    let seats: Vec<_> = tickets.iter().map(|ticket| ticket["seat"].as_i64()).collect();
    assert_eq!(seats, [Some(2), Some(1)], "newest first");
    for ticket in &tickets {
        assert_eq!((&ticket["status"], &ticket["holderName"]), (&json!("VALID"), &json!("Ana Αθηνά Анна")));
        assert_eq!(ticket["price"], json!({ "amount": "125.00", "currency": "USD" }));
        assert_eq!((&ticket["category"], &ticket["usedAt"]), (&json!(2), &Value::Null));
        assert_eq!((&ticket["match"]["matchNumber"], &ticket["reservation"]["id"]), (&json!(1), &json!(id)));
        assert_eq!(text(&ticket["code"]).len(), 146);
        assert!(text(&ticket["qr"]).starts_with("<svg "), "{}", ticket["qr"]);
        assert!(text(&ticket["passUrl"]).starts_with("/tickets/"), "{}", ticket["passUrl"]);
    }
    let of_reservation = ana.ask(OF_RESERVATION, json!({ "id": id })).await.data()["reservation"]["tickets"].clone();
    assert_eq!(of_reservation[0], json!({ "id": tickets[1]["id"], "code": tickets[1]["code"] }));
    let in_lists = "{ myReservations { nodes { tickets { id seat } } edges { node { tickets { seat } } } } }";
    let listed = ana.ask(in_lists, json!({})).await.data()["myReservations"].clone();
    assert_eq!(listed["nodes"][0]["tickets"][1], json!({ "id": tickets[0]["id"], "seat": 2 }));
    assert_eq!(listed["edges"][0]["node"]["tickets"], json!([{ "seat": 1 }, { "seat": 2 }]));

    let page = ana.ask(MINE, json!({ "first": 1 })).await.data()["myTickets"].clone();
    assert_eq!((&page["nodes"][0]["id"], &page["pageInfo"]["hasNextPage"]), (&tickets[0]["id"], &json!(true)));
    let rest = ana.ask(MINE, json!({ "first": 1, "after": page["pageInfo"]["endCursor"] })).await.data();
    assert_eq!(rest["myTickets"]["nodes"][0]["id"], tickets[1]["id"]);
    let used = ana.ask(MINE, json!({ "status": "USED" })).await.data();
    assert_eq!(used["myTickets"]["nodes"], json!([]));

    let asked = json!({ "id": tickets[0]["id"] });
    assert_eq!(ana.ask(NODE, asked.clone()).await.data()["node"]["code"], tickets[0]["code"]);
    let admin = site.staff("admin", entities::user::Role::Admin).await;
    let seen = admin.ask(NODE, asked.clone()).await.data()["node"].clone();
    assert_eq!(seen, json!({ "id": tickets[0]["id"], "status": "VALID", "code": null, "qr": null, "passUrl": null }));
    set(&site, "status = 'LISTED'").await;
    let listed = ana.ask(NODE, asked).await.data()["node"].clone();
    assert_eq!(
        listed,
        json!({ "id": tickets[0]["id"], "status": "LISTED", "code": null, "qr": null, "passUrl": null })
    );
    // Nobody offers it, which the audit would notice.
    set(&site, "status = 'VALID'").await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_downloads_the_ticket_for_a_while_and_dies_with_its_code() {
    let world = World::embedded().with("MATCHDAY_PUBLIC_URL", "https://tickets.example/");
    let site = world.start().await;
    let (ana, _, tickets) = ticketed(&site).await;
    let visitor = site.visitor();
    let link = text(&tickets[0]["passUrl"]).strip_prefix("https://tickets.example").expect("it is absolute").to_owned();

    let (status, headers, pdf) = visitor.download(&link).await;
    assert_eq!(status, 200);
    let header = |name: &str| headers[name].to_str().expect("it is text").to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(header("content-disposition"), "attachment; filename=\"ticket-match-1-2.pdf\"");
    assert_eq!(header("cache-control"), "private, no-store");
    assert!(pdf.starts_with(b"%PDF-"));
    let page = read(&pdf).await;
    for part in ["Qatar", "Ecuador", "19:00 UTC+3", "Al Bayt Stadium", "Ana Αθηνά Анна", "$125.00", "At the gate"]
    {
        assert!(page.contains(part), "{part} is missing:\n{page}");
    }

    let other = text(&tickets[1]["passUrl"]);
    let id = |link: &str| link.split("/tickets/").nth(1).expect("it names a ticket")[..36].to_owned();
    let forgeries = [
        link.replace(&id(&link), &id(other)),
        link.replace("version=1", "version=2"),
        link.replace("until=", "until=1"),
        link.split('?').next().expect("a split has a first part").to_owned(),
        format!("{link}A"),
        "/tickets/1.pdf?version=1&until=1&signature=".to_owned(),
    ];
    for forged in forgeries {
        assert_eq!(visitor.get(&forged).await.0, 404, "{forged}");
    }
    set(&site, "version = 2").await;
    assert_eq!(visitor.get(&link).await.0, 410, "it has another code");
    set(&site, "version = 1, status = 'LISTED'").await;
    assert_eq!(visitor.get(&link).await.0, 410, "it is on sale");
    set(&site, "status = 'VALID'").await;
    assert_eq!(visitor.get(&link).await.0, 200);
    site.move_clock(Duration::from_secs(3_602));
    assert_eq!(visitor.get(&link).await.0, 410, "its time is over");
    let again = ana.ask(NODE, json!({ "id": tickets[0]["id"] })).await;
    // Her access token is over as well by then.
    assert_eq!(again.code(), "UNAUTHENTICATED");
    site.finish().await;
}

fn mails(world: &World, name: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(world.folder().join("mails")).expect("the folder is there");
    let files = files.map(|file| file.expect("it can be listed").path());
    files.filter(|file| file.to_string_lossy().ends_with(&format!("-{name}.eml"))).collect()
}

/// The first mail of a kind, once it is whole.
async fn mailed(world: &World, name: &str) -> String {
    eventually_some(PATIENCE, &format!("the mail {name} is kept"), || async {
        let file = mails(world, name).pop()?;
        fs::read_to_string(file).ok().filter(|mail| mail.trim_end().ends_with("--"))
    })
    .await
}

/// The PDF that a mail brings.
fn attached(mail: &str) -> Vec<u8> {
    let (_, attached) = mail.split_once("application/pdf").expect("a PDF is attached");
    let (_, attached) = attached.split_once("\r\n\r\n").expect("its head ends");
    let (attached, _) = attached.split_once("\r\n--").expect("it ends");
    STANDARD.decode(attached.replace("\r\n", "")).expect("it is base64")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_and_tickets_are_in_the_language_that_a_fan_has_chosen_and_in_the_sites_first_until_then() {
    let world = World::embedded().with("MATCHDAY_WEB_LOCALES", "es,fr");
    let site = world.start().await;
    let (ana, ..) = ticketed(&site).await;

    let mail = mailed(&world, "paid").await;
    assert!(mail.contains("Subject: Tus entradas: Catar"), "{mail}");
    let pages = read(&attached(&mail)).await;
    assert!(pages.contains("TITULAR") && pages.contains("domingo, 20 de noviembre de 2022"), "{pages}");

    let choose = "mutation { updateProfile(input: {locale: \"fr\"}) { user { locale } } }";
    ana.ask(choose, json!({})).await.data();
    let tickets = ana.ask(MINE, json!({})).await.data();
    let (status, _, pdf) = site.visitor().download(text(&tickets["myTickets"]["nodes"][0]["passUrl"])).await;
    let page = read(&pdf).await;
    assert!(status == 200 && page.contains("TITULAIRE") && page.contains("dimanche 20 novembre 2022"), "{page}");
    ana.holds(1, 1, 1).await;
    let placed = mailed(&world, "hold-placed").await;
    assert!(placed.contains("Bonjour Ana") && placed.contains("lang=3D\"fr\""), "{placed}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fans_are_mailed_of_their_holds_and_get_their_tickets_with_the_confirmation() {
    let (world, site) = Site::embedded().await;
    let (ana, ..) = ticketed(&site).await;
    let held = ana.holds(1, 1, 1).await;
    let cancelled = ana.holds(1, 3, 1).await;
    ana.cancel(&cancelled).await.data();

    let mail = mailed(&world, "paid").await;
    for part in ["Subject: Your tickets: Qatar v Ecuador", "application/pdf", "tickets.pdf", "text/html"] {
        assert!(mail.contains(part), "{part} is missing:\n{mail}");
    }
    let pages = read(&attached(&mail)).await;
    assert_eq!(pages.matches("At the gate").count(), 2, "a page a ticket:\n{pages}");
    let placed = mailed(&world, "hold-placed").await;
    assert!(placed.contains("Al Bayt Stadium"), "{placed}");

    site.move_clock(Duration::from_secs(901));
    let expired = mailed(&world, "hold-expired").await;
    assert!(expired.contains("Subject: Not paid in time: Qatar v Ecuador"), "{expired}");
    site.shows(1, 1, (20, 0)).await;
    assert_eq!(mails(&world, "hold-expired").len(), 1, "{held} alone expired");
    site.finish().await;
}

const BLOCK: &str = "mutation ($network: String!) {
    setAddressRule(input: {network: $network, effect: BLOCK, reason: \"a test\"}) { rule { network } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_printed_ticket_is_paid_for_once_kept_for_who_asks_again_and_no_blocked_address_gets_it() {
    let world = World::embedded()
        .with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.0/8")
        .with("MATCHDAY_LIMITS_CAPACITY", "anonymous=40000")
        .with("MATCHDAY_LIMITS_REFILL", "anonymous=1")
        .with("MATCHDAY_LIMITS_PERIOD_SECONDS", "3600");
    let site = world.start().await;
    let (_, _, tickets) = ticketed(&site).await;
    let (one, other) = (text(&tickets[0]["passUrl"]).to_owned(), text(&tickets[1]["passUrl"]).to_owned());
    let from = |address: &str| vec![("x-forwarded-for".to_owned(), address.to_owned())];
    let fetch = async |link: &str, address: &str| {
        let headers = from(address);
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        tests::raw::send(site.address, &format!("GET {link}"), &headers).await
    };

    // Many at once have one written, and the kept one costs next to nothing.
    let many = futures_util::future::join_all((0..4).map(|_| fetch(&one, "203.0.113.7"))).await;
    let statuses: Vec<u16> = many.iter().map(|answer| answer.status).collect();
    assert!(statuses.contains(&200), "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 429, 503].contains(status)), "{statuses:?}");
    for _ in 0..10 {
        assert_eq!(fetch(&one, "203.0.113.7").await.status, 200);
    }
    // A second one may be written, and then nothing of the bucket is left for a third.
    let mut refused = fetch(&other, "203.0.113.7").await;
    for _ in 0..80 {
        if refused.status == 429 {
            break;
        }
        refused = fetch(&format!("{other}A"), "203.0.113.7").await;
    }
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").parse::<u64>().is_ok(), "{}", refused.head);
    assert_eq!(fetch(&one, "203.0.113.8").await.status, 200, "another address has its own");

    let admin = site.staff("admin", entities::user::Role::Admin).await;
    admin.ask(BLOCK, json!({ "network": "203.0.113.8" })).await.data();
    testkit::wait::eventually(PATIENCE, "the address is blocked", || async {
        fetch(&one, "203.0.113.8").await.status == 403
    })
    .await;
    for path in [
        "/",
        "/graphiql",
        "/schema.graphql",
        "/captcha/challenge",
        "/.well-known/jwks.json",
        "/.well-known/ticket-keys.json",
        "/readyz",
        "/metrics",
        "/healthz",
        "/webhooks/stripe",
        "/graphql",
    ] {
        assert_eq!(fetch(path, "203.0.113.8").await.status, 403, "{path}");
    }
    site.finish().await;
}
