//! Where a lake may be, and which stores can't hold one.

use std::sync::Arc;

use analytics::lake::{Lake, LakeError, Location, S3Settings};
use testkit::folder::Folder;
use tokio::{io::AsyncWriteExt, net::TcpListener};
use uuid::Uuid;

use crate::{
    failing::{Conditions, Failing},
    moto::{Moto, client},
    raw,
    world::{booking, day, memory, part, view},
};

fn at(url: &str) -> Location {
    Location { url: url.to_owned(), s3: S3Settings::default() }
}

fn in_bucket(endpoint: &str) -> Location {
    let (key, secret) = (Some("key".to_owned()), Some("a-secret-word".to_owned()));
    let endpoint = Some(endpoint.to_owned());
    let s3 = S3Settings { endpoint, access_key_id: key, secret_access_key: secret, ..S3Settings::default() };
    Location { url: "s3://bucket/lake".to_owned(), s3 }
}

async fn refusal(location: &Location) -> String {
    Lake::open(location, client()).await.expect_err("it is no place for a lake").to_string()
}

#[tokio::test]
async fn a_folder_is_made_and_found_again_by_its_path_and_by_its_url() {
    let folder = Folder::new(&format!("lake-{}", Uuid::new_v4()));
    let path = folder.path().join("data/lake").display().to_string();

    let lake = Lake::open(&at(&path), client()).await.expect("the folder can be made");
    lake.append(&part(0, 0, day(0), vec![booking(1, 1, Some(1))])).await.expect("the lake takes it");
    let again = Lake::open(&at(&format!("file://{path}")), client()).await.expect("the folder is there");
    let to_read = Lake::open_for_reading(&at(&path), client()).expect("the folder is there");

    assert_eq!(view(&again).await.len(), 1);
    assert_eq!(view(&to_read).await.len(), 1);
}

#[tokio::test]
async fn a_bucket_takes_a_lake_under_a_prefix() {
    let moto = Moto::start().await;
    let location = moto.location();

    let lake = Lake::open(&location, client()).await.expect("moto keeps conditions");
    lake.append(&part(0, 0, day(0), vec![booking(1, 1, Some(1))])).await.expect("the lake takes it");
    lake.put_model("m1", "{}".into()).await.expect("the lake takes it");
    lake.set_current_model("m1").await.expect("it is kept");
    let again = Lake::open(&location, client()).await.expect("moto keeps conditions");

    assert_eq!(view(&again).await.len(), 1);
    assert_eq!(again.models().await.expect("the lake answers")[0].version, "m1");
    assert_eq!(again.status().await.expect("the lake answers").tables[0].rows, 1);
    let other = Lake::open(&moto.location(), client()).await.expect("moto keeps conditions");
    assert_eq!(view(&other).await.len(), 0, "another prefix is another lake");
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_with_what_would_be_right() {
    let keyless = Location { url: "s3://bucket/lake".to_owned(), s3: S3Settings::default() };
    for (location, said) in [
        (at(""), "a folder or s3://BUCKET/PREFIX is needed"),
        (at("gs://bucket/lake"), "neither a folder nor s3://BUCKET/PREFIX"),
        (at("file://host/lake"), "file:///PATH"),
        (at("file:///data/a%20lake"), "a path alone would be right"),
        (at("s3:///lake"), "names no bucket"),
        (keyless, "needs an access key id and a secret access key"),
        (in_bucket("http://minio:9000"), "unencrypted and not on this machine"),
        (in_bucket("http://127.0.0.1.example.com"), "unencrypted and not on this machine"),
        (in_bucket("minio"), "not a web address"),
        (at("/dev/null/lake"), "can't be used as a folder"),
    ] {
        let refusal = refusal(&location).await;

        assert!(refusal.contains(said), "{refusal}");
    }
}

#[tokio::test]
async fn a_store_that_ignores_conditions_is_refused() {
    for (conditions, said) in [
        (Conditions::Ignored, "two writers would overwrite each other's rows"),
        (Conditions::Confused, "412 would be right, and it answered: Generic a test's error: 500"),
    ] {
        let store = Arc::new(Failing::breaking(&memory(), conditions));

        let refusal = Lake::over(store).await.expect_err("it can't hold a lake");

        assert!(matches!(refusal, LakeError::Unfit(_)), "{refusal:?}");
        assert!(refusal.to_string().contains(said), "{refusal}");
    }
}

#[tokio::test]
async fn a_store_is_probed_again_and_again_and_the_probe_leaves_one_object() {
    let store = memory();
    for _ in 0..3 {
        Lake::over(Arc::clone(&store)).await.expect("it is fit");
    }

    let objects: Vec<_> = raw::objects(&store).await.into_keys().collect();

    assert_eq!(
        objects,
        [
            "bookings/date=1970-01-01/schema-v1.parquet",
            "matches/date=1970-01-01/schema-v1.parquet",
            "probe",
            "sales/date=1970-01-01/schema-v1.parquet",
        ]
    );
}

/// Answers each request with the next of some answers, and the last one from then on.
async fn host(answers: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let mut answers = answers.iter();
        let mut last = "";
        while let Ok((mut stream, _)) = listener.accept().await {
            last = answers.next().copied().unwrap_or(last);
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 16_384]).await;
            let _ = stream.write_all(last.as_bytes()).await;
        }
    });
    format!("http://{address}")
}

const OK: &str = "HTTP/1.1 200 OK\r\netag: \"e\"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const FOUND: &str = "HTTP/1.1 200 OK\r\netag: \"e\"\r\nlast-modified: Mon, 30 Nov 2026 10:00:00 GMT\r\n\
                     content-length: 5\r\nconnection: close\r\n\r\n";
const MISSING: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const CONFLICT: &str = "HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_bucket_that_ignores_conditions_is_refused() {
    let refusal = refusal(&in_bucket(&host(&[OK]).await)).await;

    assert!(refusal.contains("put an object over another one"), "{refusal}");
    assert!(!refusal.contains("a-secret-word"));
}

#[tokio::test]
async fn a_conflict_of_two_puts_is_tried_again_until_one_of_them_stands() {
    let store = in_bucket(&host(&[OK, CONFLICT, FOUND, FOUND, FOUND, CONFLICT, MISSING, OK]).await);
    let lake = Lake::open(&store, client()).await.expect("it keeps conditions");

    let put = lake.mark_erased(Uuid::nil()).await;

    assert!(put.is_ok(), "{put:?}");
}

#[tokio::test]
async fn a_conflict_that_never_ends_is_an_error() {
    let store = in_bucket(
        &host(&[
            OK, CONFLICT, FOUND, FOUND, FOUND, CONFLICT, MISSING, CONFLICT, MISSING, CONFLICT, MISSING, CONFLICT,
            MISSING, CONFLICT, MISSING,
        ])
        .await,
    );
    let lake = Lake::open(&store, client()).await.expect("it keeps conditions");

    let put = lake.mark_erased(Uuid::nil()).await.expect_err("it was never put");

    assert!(put.to_string().contains("because something is there, and has nothing there"), "{put}");
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", in_bucket("https://s3.example.com"));

    assert!(shown.contains("s3.example.com") && !shown.contains("a-secret-word"), "{shown}");
}
