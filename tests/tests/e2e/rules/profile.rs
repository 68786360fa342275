//! Profiles: what people say of themselves, and change or take back.

use domain::{
    App,
    accounts::{self, AccountError, ProfileChange, SignUp, Viewer},
};
use entities::user;
use sea_orm::EntityTrait;
use tests::{Fan, TestApp, both};

both! {
    what_is_not_named_stays_and_none_takes_it_away,
    what_is_wrong_is_named_and_nothing_changes,
    an_account_is_opened_in_one_of_the_sites_languages,
    all_that_is_wrong_is_said_at_once,
    the_name_that_an_identity_provider_gives_is_changed_there,
}

fn some(text: &str) -> Option<Option<String>> {
    Some(Some(text.to_owned()))
}

async fn changed(app: &App, fan: &Fan, change: ProfileChange) -> Result<user::Model, AccountError> {
    accounts::update_profile(app, fan.viewer, change).await
}

/// Name, country and language of a fan, as the database has them.
async fn said(app: &TestApp, fan: &Fan) -> [Option<String>; 3] {
    let found = user::Entity::find_by_id(fan.viewer.user_id).one(&app.db).await;
    let row = found.expect("accounts can be read").expect("there is one");
    [row.display_name, row.country, row.locale]
}

fn texts(of: [Option<&str>; 3]) -> [Option<String>; 3] {
    of.map(|text| text.map(str::to_owned))
}

async fn what_is_not_named_stays_and_none_takes_it_away(app: &TestApp) {
    let app = TestApp::start_with(app.backend, |settings| settings.locales = vec!["en".into(), "ar".into()]).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);

    let all = ProfileChange { display_name: some(" Ana Q. "), country: some("QA"), locale: some("ar") };
    let answered = changed(&app, &ana, all).await.expect("nothing is wrong with it");
    assert_eq!([answered.display_name, answered.country, answered.locale], said(&app, &ana).await);
    assert_eq!(said(&app, &ana).await, texts([Some("Ana Q."), Some("QA"), Some("ar")]));

    changed(&app, &ana, ProfileChange { locale: some("en"), ..Default::default() }).await.expect("it is one");
    assert_eq!(said(&app, &ana).await, texts([Some("Ana Q."), Some("QA"), Some("en")]));
    changed(&app, &ana, ProfileChange { country: Some(None), ..Default::default() }).await.expect("it may go");
    assert_eq!(said(&app, &ana).await, texts([Some("Ana Q."), None, Some("en")]));
    changed(&app, &ana, ProfileChange { display_name: some("  "), ..Default::default() }).await.expect("it is none");
    changed(&app, &ana, ProfileChange { locale: Some(None), ..Default::default() }).await.expect("it may go");
    assert_eq!(said(&app, &ana).await, texts([None, None, None]));
    assert_eq!(changed(&app, &ana, ProfileChange::default()).await.expect("it is nothing").display_name, None);
    assert_eq!(said(&app, &ben).await, texts([Some("ben"), None, None]), "others stay as they are");
    app.finish().await;
}

async fn what_is_wrong_is_named_and_nothing_changes(app: &TestApp) {
    let ana = app.fan("ana").await;
    let right = || ProfileChange { display_name: some("Ana"), country: some("QA"), locale: some("en") };
    for (wrong, field) in [
        (ProfileChange { display_name: some("see evil.com"), ..right() }, "displayName"),
        (ProfileChange { country: some("qa"), ..right() }, "country"),
        (ProfileChange { country: some("QAT"), ..right() }, "country"),
        (ProfileChange { locale: some("tlh"), ..right() }, "locale"),
        (ProfileChange { locale: some(""), ..right() }, "locale"),
    ] {
        let refused = changed(app, &ana, wrong).await;
        assert!(
            matches!(&refused, Err(AccountError::Invalid(errors)) if errors.len() == 1 && errors[0].field == field),
            "{refused:?}"
        );
    }
    assert_eq!(said(app, &ana).await, texts([Some("ana"), None, None]));
}

async fn an_account_is_opened_in_one_of_the_sites_languages(app: &TestApp) {
    let details = |locale: &str| SignUp {
        email: format!("{locale}@example.com"),
        password: "correct horse battery staple".to_owned(),
        display_name: None,
        country: None,
        locale: Some(locale.to_owned()),
    };

    let refused = accounts::sign_up(app, details("tlh")).await;
    assert!(matches!(&refused, Err(AccountError::Invalid(errors)) if errors[0].field == "locale"), "{refused:?}");
    let opened = accounts::sign_up(app, details("en")).await.expect("it is the site's");
    assert_eq!(opened.user.locale.as_deref(), Some("en"));
}

async fn all_that_is_wrong_is_said_at_once(app: &TestApp) {
    let form = SignUp {
        email: "ana".to_owned(),
        password: "seven77".to_owned(),
        display_name: Some("ftp://x".to_owned()),
        country: Some("QAT".to_owned()),
        locale: Some("tlh".to_owned()),
    };

    let Err(AccountError::Invalid(errors)) = accounts::sign_up(app, form).await else { panic!("it is out of form") };

    let fields: Vec<&str> = errors.iter().map(|error| error.field).collect();
    assert_eq!(fields, ["email", "password", "displayName", "country", "locale"]);
    let ana = app.fan("ana").await;
    let wrong = ProfileChange { display_name: some("ftp://x"), country: some("QAT"), locale: some("tlh") };
    let Err(AccountError::Invalid(errors)) = changed(app, &ana, wrong).await else { panic!("it is out of form") };
    let fields: Vec<&str> = errors.iter().map(|error| error.field).collect();
    assert_eq!(fields, ["displayName", "country", "locale"]);
}

async fn the_name_that_an_identity_provider_gives_is_changed_there(app: &TestApp) {
    let ana = app.fan("ana").await;
    // No session here: an identity provider issued the token.
    let ana = Viewer { session: None, ..ana.viewer };

    let named = ProfileChange { display_name: Some(None), ..Default::default() };
    let refused = accounts::update_profile(app, ana, named).await;
    assert!(matches!(refused, Err(AccountError::Elsewhere)), "{refused:?}");
    let at_home = ProfileChange { country: some("QA"), locale: some("en"), ..Default::default() };
    let row = accounts::update_profile(app, ana, at_home).await.expect("the provider says nothing of that");
    assert_eq!((row.display_name.as_deref(), row.country.as_deref()), (Some("ana"), Some("QA")));
}
