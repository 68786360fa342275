//! Export: everything that the site knows of a person, as one document of JSON, for the person.
//!
//! Each list is named as the table that it is from, so that a test finds a table that is left out. What lets its bearer in, such as
//! tokens and codes of tickets, is in none of them.
//!
//! Invariant: rows are read page by page, so that an export takes the memory of its text and of one page.

use chrono::{DateTime, SecondsFormat, Utc};
use entities::user;
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};
use serde_json::{Value as Json, json};

use super::{AccountError, Viewer, admin, find, throttle};
use crate::App;

mod sections;

/// Bytes that an export takes of an answer at most, where it is a text in JSON: 2 MiB, as `transport.documents.max_answer_bytes` has it by
/// default, less what is around it.
const MOST: usize = 2 * 1024 * 1024 - 4 * 1024;

/// Rows that are read at once.
const PAGE: u64 = 500;

/// Everything about a person.
#[derive(Debug, Clone)]
pub struct Export {
    pub created_at: DateTime<Utc>,
    /// What a file of it may be called.
    pub file_name: String,
    /// An object with a list for each kind of record.
    pub json: String,
}

/// Everything about `viewer`.
///
/// # Errors
/// `InvalidToken` where the account is gone; `TooManyAttempts` after a few within an hour; `TooMuch`.
pub async fn of_viewer(app: &App, viewer: Viewer) -> Result<Export, AccountError> {
    let user = find(app, viewer.user_id).await?.ok_or(AccountError::InvalidToken)?;
    throttle::may_export(app, user.id).await?;
    written(app, &user, MOST).await
}

/// Everything about the account of this id or email, for its operator, however much it is. `None`: `name` names none.
///
/// # Errors
/// `Ambiguous` where the name is that of several accounts.
pub async fn of_named(app: &App, name: &str) -> Result<Option<Export>, AccountError> {
    match admin::found(app, name).await? {
        Some(user) => written(app, &user, usize::MAX).await.map(Some),
        None => Ok(None),
    }
}

async fn written(app: &App, user: &user::Model, most: usize) -> Result<Export, AccountError> {
    let created_at = app.clock.now();
    let mut document = Document { text: "{".to_owned(), answered: 1, most };
    document.entry("site", &json!(app.settings.site))?;
    document.entry("createdAt", &json!(time(created_at)))?;
    document.entry("account", &sections::account(user))?;
    sections::write(app, user, &mut document).await?;
    document.push("\n}\n")?;
    let site: String = app.settings.site.chars().filter(|sign| sign.is_ascii_alphanumeric() || *sign == '-').collect();

    Ok(Export {
        created_at,
        file_name: format!("my-data-{site}-{}.json", created_at.format("%Y-%m-%d")),
        json: document.text,
    })
}

/// A document that is being written.
struct Document {
    text: String,
    /// Bytes that the text takes of an answer.
    answered: usize,
    most: usize,
}

impl Document {
    fn entry(&mut self, name: &str, value: &Json) -> Result<(), AccountError> {
        self.name(name)?;
        self.push(&value.to_string())
    }

    /// The rows of a query as a list, in the order of a column that no two of them share.
    #[expect(clippy::type_complexity, reason = "a column and how to read it belong together")]
    async fn list<E, K>(
        &mut self,
        db: &DatabaseConnection,
        name: &str,
        rows: Select<E>,
        (column, key): (E::Column, fn(&E::Model) -> K),
        shown: impl Fn(E::Model) -> Json,
    ) -> Result<(), AccountError>
    where
        E: EntityTrait,
        E::Model: FromQueryResult + Send + Sync,
        K: Into<Value>,
    {
        self.name(name)?;
        self.push("[")?;
        let (mut after, mut joint) = (None::<Value>, "\n    ");
        loop {
            let mut page = rows.clone().order_by_asc(column).limit(PAGE);
            if let Some(after) = after.take() {
                page = page.filter(column.gt(after));
            }
            let page = page.all(db).await?;
            after = page.last().map(|row| key(row).into());
            let is_last = u64::try_from(page.len()).unwrap_or(u64::MAX) < PAGE;
            for row in page {
                self.push(joint)?;
                self.push(&shown(row).to_string())?;
                joint = ",\n    ";
            }
            if is_last {
                return self.push("]");
            }
        }
    }

    fn name(&mut self, name: &str) -> Result<(), AccountError> {
        let joint = if self.text.len() > 1 { "," } else { "" };
        self.push(&format!("{joint}\n  \"{name}\": "))
    }

    fn push(&mut self, text: &str) -> Result<(), AccountError> {
        // Each of these takes a backslash more.
        let escaped = text.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n')).count();
        self.answered += text.len() + escaped;
        if self.answered > self.most {
            return Err(AccountError::TooMuch);
        }
        self.text.push_str(text);
        Ok(())
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
