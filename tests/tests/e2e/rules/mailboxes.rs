//! Mailboxes: one account each, however its address is written.

use domain::accounts::{self, AccountError, SignUp, admin};
use entities::user;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use tests::{TestApp, both};

const PASSWORD: &str = "correct horse battery staple";

both! {
    a_mailbox_has_one_account_however_its_domain_is_written,
    an_account_from_before_domains_had_one_form_is_found_by_each_of_them,
}

/// Forms of one mailbox.
const FORMS: [[&str; 4]; 2] = [
    ["fan@münchen.example", "fan@xn--mnchen-3ya.example", "Fan@MU\u{308}NCHEN.example", "fan@XN--MNCHEN-3YA.example"],
    ["k@example.org", "k@\u{ff45}xample.org", "k@example\u{3002}org", "K@Example.Org"],
];

fn details(email: &str) -> SignUp {
    let (email, password) = (email.to_owned(), PASSWORD.to_owned());
    SignUp { email, password, display_name: None, country: None, locale: None }
}

async fn a_mailbox_has_one_account_however_its_domain_is_written(app: &TestApp) {
    for forms in FORMS {
        let own = accounts::sign_up(app, details(forms[0])).await.expect("there is no account yet").user;
        for form in forms {
            let again = accounts::sign_up(app, details(form)).await;
            assert!(matches!(again, Err(AccountError::EmailTaken)), "{form}: {again:?}");
            let session =
                accounts::sign_in(app, None, form, PASSWORD.to_owned()).await.expect("it is the same mailbox");
            assert_eq!(session.user.id, own.id, "{form}");
        }
    }
}

async fn an_account_from_before_domains_had_one_form_is_found_by_each_of_them(app: &TestApp) {
    let forms = FORMS[0];
    let own = accounts::sign_up(app, details(forms[0])).await.expect("there is no account yet").user;
    let former = user::ActiveModel { id: Set(own.id), email_key: Set(forms[0].to_owned()), ..Default::default() };
    former.update(&app.db).await.expect("an account can be changed");

    for form in forms {
        let again = accounts::sign_up(app, details(form)).await;
        assert!(matches!(again, Err(AccountError::EmailTaken)), "{form}: {again:?}");
        let session = accounts::sign_in(app, None, form, PASSWORD.to_owned()).await.expect("it is the same mailbox");
        assert_eq!(session.user.id, own.id, "{form}");
        assert!(admin::enable(app, form).await.expect("it is named"), "{form}");
    }
}
