//! The role `user`: accounts as those who run the site change them, beside a running program or without one.

use std::{io, path::Path};

use domain::{
    App,
    accounts::{Application, roster},
};
use entities::user::Role;

use crate::{
    cli::{RoleName, User},
    failure::Failure,
    output, parts,
};

/// Opens and changes accounts.
///
/// # Errors
///
/// The database does not answer, the account is out of form or taken, or there is none with this email.
pub async fn users(settings: Option<&Path>, task: &User) -> Result<(), Failure> {
    let config = super::load(settings)?;
    let app = parts::beside(&config).await?;
    let (email, is_known) = match task {
        User::Create { email, role, password_stdin } => return create(&app, email, *role, *password_stdin).await,
        User::Promote { email, role } => (email, roster::set_role(&app, email, (*role).into()).await?),
        User::Disable { email } => (email, roster::disable(&app, email).await?),
        User::Enable { email } => (email, roster::enable(&app, email).await?),
    };
    if is_known { Ok(()) } else { Err(Failure::NoAccount(email.clone())) }
}

async fn create(app: &App, email: &str, role: RoleName, is_given: bool) -> Result<(), Failure> {
    let password = match is_given {
        true => io::read_to_string(io::stdin())?.lines().next().unwrap_or_default().to_owned(),
        false => roster::password()?,
    };
    let application =
        Application { email: email.to_owned(), password: password.clone(), display_name: None, country: None };
    let user = roster::create(app, application, role.into()).await?;
    output::line(format!("email     {}", user.email))?;
    if !is_given {
        output::line(format!("password  {password}"))?;
    }
    Ok(())
}

impl From<RoleName> for Role {
    fn from(role: RoleName) -> Self {
        match role {
            RoleName::Customer => Self::Customer,
            RoleName::Steward => Self::Steward,
            RoleName::Admin => Self::Admin,
        }
    }
}
