//! The role `user`: accounts as operators change them, beside a running program or without one.

use std::{io, path::Path};

use domain::{
    App,
    accounts::{
        AccountError, SignUp, admin,
        deletion::{self, Force, KeptKind, Obstacle},
        export,
    },
};
use entities::user::Role;

use crate::{
    cli::{RoleName, User},
    failure::Failure,
    output, resources,
};

/// Opens and changes accounts.
///
/// # Errors
///
/// The database does not answer, the account is out of form, its email has one already, or none has it.
pub async fn users(settings: Option<&Path>, task: &User) -> Result<(), Failure> {
    let config = super::load(settings)?;
    let app = resources::beside(&config).await?;
    let (email, is_known, done) = match task {
        User::Create { email, role, password_stdin } => return create(&app, email, *role, *password_stdin).await,
        User::Promote { email, role } => return promote(&app, email, *role).await,
        User::Export { email } => return print_export(&app, email).await,
        User::Erase { email, force } => return erase(&app, email, *force).await,
        User::Disable { email } => (email, admin::disable(&app, email).await?, "disabled"),
        User::Enable { email } => (email, admin::enable(&app, email).await?, "enabled"),
    };
    if !is_known {
        return Err(Failure::NoAccount(email.clone()));
    }
    Ok(output::line(format!("{email} is now {done}"))?)
}

async fn promote(app: &App, email: &str, role: RoleName) -> Result<(), Failure> {
    let role = Role::from(role);
    let before = admin::set_role(app, email, role).await?.ok_or_else(|| Failure::NoAccount(email.to_owned()))?;
    Ok(output::line(format!("{email} is now {} (was {})", named(role), named(before.role)))?)
}

async fn print_export(app: &App, email: &str) -> Result<(), Failure> {
    let export = export::of_named(app, email).await?.ok_or_else(|| Failure::NoAccount(email.to_owned()))?;
    Ok(output::line(export.json.trim_end())?)
}

async fn erase(app: &App, email: &str, force: bool) -> Result<(), Failure> {
    let force = if force { Force::Tickets } else { Force::No };
    let erased = deletion::erase_named(app, email, force).await.map_err(|error| match error {
        AccountError::NotSettled(obstacles) => {
            Failure::NotSettled(obstacles.iter().map(Obstacle::what).collect::<Vec<_>>().join(", "))
        }
        error => error.into(),
    })?;
    let erased = erased.ok_or_else(|| Failure::NoAccount(email.to_owned()))?;
    output::line(format!("{email} is deleted"))?;
    for kept in erased.kept {
        let until = kept.until.map(|until| format!(", until {}", until.format("%F"))).unwrap_or_default();
        let (one, many) = kind(kept.kind);
        let count = usize::try_from(kept.count).unwrap_or(usize::MAX);
        output::line(format!("kept without a name: {}{until}", output::counted(count, one, many)))?;
    }
    Ok(())
}

fn kind(kind: KeptKind) -> (&'static str, &'static str) {
    match kind {
        KeptKind::Reservations => ("reservation", "reservations"),
        KeptKind::Payments => ("payment", "payments"),
        KeptKind::Refunds => ("refund", "refunds"),
        KeptKind::Disputes => ("dispute", "disputes"),
        KeptKind::Tickets => ("ticket", "tickets"),
        KeptKind::TicketTransfers => ("ticket transfer", "ticket transfers"),
        KeptKind::Listings => ("listing", "listings"),
        KeptKind::Payouts => ("payout", "payouts"),
    }
}

fn named(role: Role) -> &'static str {
    match role {
        Role::Customer => "a customer",
        Role::Steward => "a steward",
        Role::Admin => "an admin",
    }
}

async fn create(app: &App, email: &str, role: RoleName, is_given: bool) -> Result<(), Failure> {
    let password = match is_given {
        true => io::read_to_string(io::stdin())?.lines().next().unwrap_or_default().to_owned(),
        false => admin::password()?,
    };
    let details =
        SignUp { email: email.to_owned(), password: password.clone(), display_name: None, country: None, locale: None };
    let user = admin::create(app, details, role.into()).await.map_err(|error| match error {
        AccountError::EmailTaken => Failure::KnownEmail(email.to_owned()),
        error => error.into(),
    })?;
    output::line(format!("email     {}", user.email))?;
    output::line(format!("role      {}", named(user.role)))?;
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
