//! Exports: everything about a person, and nothing that lets its bearer in.

use std::{collections::BTreeSet, time::Duration};

use domain::{
    accounts::{
        self, AccountError,
        export::{self, Export},
    },
    tickets,
};
use entities::{
    account_code, address_rule, category::Category, external_identity, known_network, provider_session, reservation,
    user,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    Statement, sea_query::ExprTrait,
};
use serde_json::Value;
use tests::{Backend, Fan, TestApp, both, mailer::TestMailer};
use uuid::Uuid;

use super::erasure::{columns, person, with_a_past};

both! {
    every_table_with_a_persons_rows_is_in_their_export,
    nothing_in_an_export_lets_its_bearer_in,
    a_few_exports_an_hour_are_made,
    an_export_is_read_page_by_page_and_is_of_one_person,
    as_much_as_an_answer_takes_is_answered_and_a_byte_more_is_for_the_sites_staff,
}

/// Columns that name an account.
const PERSONS: [&str; 8] =
    ["user_id", "buyer_id", "seller_id", "giver_id", "taker_id", "asked_by", "created_by", "frozen_by"];

/// Tables that are in no export, each with its reason.
const LEFT_OUT: [(&str, &str); 2] = [
    ("account_changes", "tells instances for ten minutes that something changed"),
    ("sandbox_transfers", "the books of the payment provider that the site pretends to have"),
];

fn camel(table: &str) -> String {
    let mut parts = table.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| name + &part[..1].to_uppercase() + &part[1..])
}

async fn exported(app: &TestApp, fan: &Fan) -> (Export, Value) {
    let export = export::of_viewer(app, fan.viewer).await.expect("nothing stands against it");
    let value = serde_json::from_str(&export.json).expect("it is JSON");
    (export, value)
}

/// Rows of a table in which one of these columns is the account's id.
async fn rows(app: &TestApp, table: &str, of: &[String], id: Uuid) -> usize {
    let is_id = |column: &String| match app.backend {
        Backend::Sqlite => format!("hex(\"{column}\") = '{}'", id.simple().to_string().to_uppercase()),
        Backend::Postgres => format!("CAST(\"{column}\" AS text) = '{id}'"),
    };
    let any: Vec<String> = of.iter().map(is_id).collect();
    let query = format!("SELECT count(*) AS rows FROM \"{table}\" WHERE {}", any.join(" OR "));
    let row = app.db.query_one_raw(Statement::from_string(app.db.get_database_backend(), query)).await;
    let count: i64 = row.expect("a table can be read").expect("it is counted").try_get("", "rows").expect("a number");
    usize::try_from(count).expect("it is not negative")
}

async fn insert<M, A>(app: &TestApp, row: M)
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait + sea_orm::ActiveModelBehavior + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    A::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&app.db).await.expect("it is new");
}

async fn every_table_with_a_persons_rows_is_in_their_export(app: &TestApp) {
    let ana = with_a_past(app).await;
    let (id, now) = (ana.viewer.user_id, app.now());
    // What only other accounts have, she has too.
    insert(
        app,
        external_identity::Model { issuer: "there".into(), subject: "ana".into(), user_id: id, created_at: now },
    )
    .await;
    let session = provider_session::Model {
        handle_hash: "a hash".into(),
        state_hash: "another".into(),
        user_id: Some(id),
        refresh_token: Some("sealed-refresh".into()),
        access_token: Some("sealed-access".into()),
        renewed_at: None,
        renewing_until: None,
        expires_at: now,
        ended_at: None,
        signed_in_at: Some(now),
    };
    insert(app, session).await;
    let code = account_code::Model {
        code_hash: "a hash".into(),
        user_id: id,
        purpose: account_code::Purpose::VerifyEmail,
        expires_at: now,
    };
    insert(app, code).await;
    let rule = address_rule::Model {
        id: Uuid::now_v7(),
        network: "198.51.100.0/24".into(),
        effect: address_rule::Effect::Block,
        reason: "a test".into(),
        created_by: Some(id),
        created_at: now,
        expires_at: None,
        source: None,
    };
    insert(app, rule).await;

    let (export, value) = exported(app, &ana).await;

    assert_eq!(value["account"]["email"], "Zanzibar.Ana@Example.com");
    assert!(
        export.file_name.starts_with("my-data-here-") && export.file_name.ends_with(".json"),
        "{}",
        export.file_name
    );
    let columns = columns(app).await;
    let tables: BTreeSet<&String> = columns.iter().map(|(table, _)| table).collect();
    let mut seen = 0;
    for table in tables {
        let of_table: Vec<String> =
            columns.iter().filter(|(of, _)| of == table).map(|(_, column)| column.clone()).collect();
        let (persons, others): (Vec<String>, Vec<String>) =
            of_table.into_iter().partition(|column| PERSONS.contains(&column.as_str()));
        let others: Vec<String> = others.into_iter().filter(|column| column != "id" || table != "users").collect();
        assert_eq!(rows(app, table, &others, id).await, 0, "{table} names accounts in a column that is not known here");
        if persons.is_empty() || LEFT_OUT.iter().any(|(left_out, _)| left_out == table) {
            continue;
        }
        let shown = value[camel(table)].as_array().unwrap_or_else(|| panic!("{table} is in no export"));
        let expected = rows(app, table, &persons, id).await;
        assert!(expected > 0, "the test has no row of {table}");
        // A ticket that one of the staff froze, or a refund that they asked for, is not theirs alone.
        assert!(shown.len() >= expected, "{table}: {} of {expected}", shown.len());
        seen += 1;
    }
    assert!(seen >= 14, "{seen}");
    assert!(!value["mails"].as_array().expect("it is a list").is_empty(), "mails are known by their email");
}

async fn nothing_in_an_export_lets_its_bearer_in(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = person(app, "ana@example.com", "Ana").await;
    let session = accounts::sign_in(app, None, "ana@example.com", "correct horse battery staple".to_owned()).await;
    let session = session.expect("she can sign in");
    accounts::request_password_reset(app, None, "ana@example.com").await.expect("anybody may ask");
    let mailer = TestMailer::default();
    while domain::mails::round(app, &mailer).await.expect("mails can be looked for") > 0 {}
    let bought = ana.buys(1, Category::One).await;
    let code = tickets::code(app, &bought).await.expect("codes can be made").expect("it is valid");

    let (export, value) = exported(app, &ana).await;

    assert!(value["tickets"][0]["id"] == bought.id.to_string());
    let mut secrets = vec![session.access_token, session.refresh_token, code, "argon2".to_owned()];
    secrets.extend(mailer.empty().iter().map(|mail| tests::mailer::code(mail).to_owned()));
    for row in known_network::Entity::find().all(&app.db).await.expect("networks can be read") {
        secrets.push(row.subject);
    }
    for row in account_code::Entity::find().all(&app.db).await.expect("codes can be read") {
        secrets.push(row.code_hash);
    }
    assert!(secrets.len() > 6, "{}", secrets.len());
    for secret in secrets {
        assert!(!export.json.contains(&secret), "{secret}");
    }
}

async fn a_few_exports_an_hour_are_made(app: &TestApp) {
    let (ana, ben) = (person(app, "ana@example.com", "Ana").await, person(app, "ben@example.com", "Ben").await);
    for _ in 0..4 {
        exported(app, &ana).await;
    }
    let limited = export::of_viewer(app, ana.viewer).await;
    assert!(matches!(limited, Err(AccountError::TooManyAttempts { .. })), "{:?}", limited.err());
    exported(app, &ben).await;
    app.move_clock(Duration::from_secs(20 * 60));
    exported(app, &ana).await;
}

async fn an_export_is_read_page_by_page_and_is_of_one_person(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (person(app, "ana@example.com", "Ana").await, app.fan("ben").await);
    ben.holds(1, Category::One, 1).await;
    let held = ana.holds(1, Category::One, 1).await;
    ana.cancel(held.id).await.expect("it is hers");
    let now = app.reservation(held.id).await;
    // Beyond two pages.
    let more =
        (0..1_001).map(|_| reservation::Model { id: Uuid::now_v7(), ..now.clone() }.into_active_model().reset_all());
    let more: Vec<_> = more.collect();
    for some in more.chunks(250) {
        reservation::Entity::insert_many(some.to_vec()).exec_without_returning(&app.db).await.expect("they are new");
    }

    let (_, value) = exported(app, &ana).await;

    let ids: BTreeSet<&str> = value["reservations"]
        .as_array()
        .expect("it is a list")
        .iter()
        .map(|row| row["id"].as_str().expect("it has an id"))
        .collect();
    assert_eq!(ids.len(), 1_002);
    // None of them was ever told of.
    let told = reservation::Column::Id.is_in([now.id]).or(reservation::Column::UserId.eq(ben.viewer.user_id));
    reservation::Entity::delete_many().filter(told.not()).exec(&app.db).await.expect("they can be deleted");
    let named = export::of_named(app, "ANA@example.com").await.expect("it is one account").expect("there is one");
    assert!(named.json.contains(&now.id.to_string()));
    assert!(export::of_named(app, "nobody@example.com").await.expect("it can be looked for").is_none());
}

/// Bytes that an export takes of an answer.
fn answered(json: &str) -> usize {
    Value::from(json).to_string().len() - 2
}

async fn as_much_as_an_answer_takes_is_answered_and_a_byte_more_is_for_the_sites_staff(app: &TestApp) {
    const MOST: usize = 2 * 1024 * 1024 - 4 * 1024;
    let ana = person(app, "ana@example.com", "Ana").await;
    let is_called = async |bytes: usize| {
        let name = user::ActiveModel { display_name: Set(Some("x".repeat(bytes))), ..Default::default() };
        let of_ana = user::Entity::update_many().set(name).filter(user::Column::Id.eq(ana.viewer.user_id));
        of_ana.exec(&app.db).await.expect("a name can be changed");
    };
    is_called(1).await;
    let (short, _) = exported(app, &ana).await;
    let left = MOST - answered(&short.json);

    is_called(1 + left).await;
    let (full, value) = exported(app, &ana).await;
    is_called(2 + left).await;
    let refused = export::of_viewer(app, ana.viewer).await;
    let named = export::of_named(app, "ana@example.com").await.expect("it can be read").expect("there is one");

    assert_eq!(answered(&full.json), MOST);
    assert_eq!(value["account"]["displayName"].as_str().map(str::len), Some(1 + left));
    assert!(matches!(refused, Err(AccountError::TooMuch)), "{:?}", refused.map(|export| export.json.len()));
    assert_eq!(answered(&named.json), MOST + 1);
}
