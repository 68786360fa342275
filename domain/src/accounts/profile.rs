//! The profile: what people say of themselves.

use book::store::WriteTxn;
use entities::user;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{AccountError, Viewer, lock, names};
use crate::{
    App, Settings,
    field_errors::{FieldError, all_right},
    text,
};

/// What somebody changes of their profile. Of each, none leaves it, and some of none takes it away.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    pub display_name: Option<Option<String>>,
    pub country: Option<Option<String>>,
    /// One of the site's.
    pub locale: Option<Option<String>>,
}

/// Changes `viewer`'s profile.
///
/// # Errors
/// `Elsewhere` for the name of an account that an identity provider keeps, and names; `Invalid` for all fields that are
/// wrong; `InvalidToken` where the account is gone. Refused, nothing changes.
pub async fn update(app: &App, viewer: Viewer, change: ProfileChange) -> Result<user::Model, AccountError> {
    let ProfileChange { display_name: name, country, locale } = change;
    if name.is_some() && viewer.session.is_none() {
        return Err(AccountError::Elsewhere);
    }
    let name = name.map(display_name).transpose();
    all_right([
        name.as_ref().map(drop).map_err(Clone::clone),
        check_country(country.as_ref().and_then(|country| country.as_deref())),
        check_locale(&app.settings, locale.as_ref().and_then(|locale| locale.as_deref())),
    ])
    .map_err(AccountError::Invalid)?;
    let name = name.unwrap_or_default();

    let txn = WriteTxn::begin(&app.store).await?;
    let user = lock(&txn, viewer.user_id).await?.ok_or(AccountError::InvalidToken)?;
    let mut now = user.clone();
    now.display_name = name.unwrap_or(now.display_name);
    now.country = country.unwrap_or(now.country);
    now.locale = locale.unwrap_or(now.locale);
    if now == user {
        return Ok(user);
    }
    user::Entity::update_many()
        .set(user::ActiveModel {
            display_name: Set(now.display_name.clone()),
            country: Set(now.country.clone()),
            locale: Set(now.locale.clone()),
            ..Default::default()
        })
        .filter(user::Column::Id.eq(user.id))
        .exec(&*txn)
        .await?;
    txn.commit().await?;

    Ok(now)
}

/// A name as it is kept; one of white space is none.
pub(super) fn display_name(name: Option<String>) -> Result<Option<String>, FieldError> {
    let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if name.as_ref().is_some_and(|name| !names::is_name(name)) {
        let most = text::Kind::Name.most();
        let problem = format!("must have at most {most} printable characters and must not contain a web address");
        return Err(FieldError::new("displayName", problem));
    }
    Ok(name)
}

/// Whether a text is written as a country's code, ISO 3166-1 alpha-2.
#[must_use]
pub fn is_country_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

pub(super) fn check_country(country: Option<&str>) -> Result<(), FieldError> {
    if country.is_none_or(is_country_code) {
        return Ok(());
    }
    Err(FieldError::new("country", "must be a two-letter ISO 3166-1 code such as QA"))
}

pub(super) fn check_locale(settings: &Settings, locale: Option<&str>) -> Result<(), FieldError> {
    if locale.is_none_or(|locale| settings.locales.iter().any(|known| known == locale)) {
        return Ok(());
    }
    let problem = format!("must be one of this site's languages: {}", settings.locales.join(", "));
    Err(FieldError::new("locale", problem))
}
