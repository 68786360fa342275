//! Security events.

use async_graphql::{
    Context, Enum, ID, Object,
    connection::{Connection, Edge},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::security_events;
use entities::security_event;

use crate::{
    context::InContext,
    error::ApiError,
    ids::NodeId,
    pagination::{self, IdCursor},
    time::DateTime,
};

/// What was decided about somebody.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "security_event::Kind")]
pub enum SecurityEventKind {
    /// They asked for too much; `detail` names the bucket.
    RateLimited,
    /// Their address is blocked by a rule.
    AddressBlocked,
    /// They were asked for a captcha; `detail` names the signs.
    CaptchaRequired,
    CaptchaSolved,
    /// A solution was refused; `detail` says whether it was wrong, expired or used, or could not be judged.
    CaptchaFailed,
    /// They showed so many signs of a bot that no captcha helps; `detail` names the signs.
    BotBlocked,
    /// After too many wrong passwords, further ones were not looked at.
    SignInThrottled,
}

/// A decision about somebody, and how often it was made within a minute. It grows until the minute is over.
pub struct SecurityEvent(pub security_event::Model);

#[Object]
impl SecurityEvent {
    async fn id(&self) -> ID {
        URL_SAFE_NO_PAD.encode(self.0.id.as_bytes()).into()
    }

    async fn kind(&self) -> SecurityEventKind {
        self.0.kind.into()
    }

    async fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The network they came from, `/24` or for IPv6 `/64`; null where it is not known, and where so many came in a
    /// minute that they are counted together.
    async fn network(&self) -> Option<&str> {
        self.0.network.as_deref()
    }

    /// Who, where somebody was signed in.
    async fn user_id(&self) -> Option<ID> {
        self.0.user_id.map(|id| NodeId::User(id).into())
    }

    async fn count(&self) -> i64 {
        self.0.count
    }

    async fn first_at(&self) -> DateTime {
        self.0.first_at.into()
    }

    async fn last_at(&self) -> DateTime {
        self.0.last_at.into()
    }
}

type SecurityEventConnection = Connection<IdCursor, SecurityEvent>;

#[derive(Default)]
pub struct SecurityEventQuery;

#[Object]
impl SecurityEventQuery {
    /// For admins: what the security service decided, newest first, at most 100 a page.
    async fn security_events(
        &self,
        ctx: &Context<'_>,
        kind: Option<SecurityEventKind>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<SecurityEventConnection, ApiError> {
        ctx.admin()?;
        let after = pagination::cursor::<IdCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
        let limit = pagination::size("first", first)?;
        let page = security_events::page(ctx.app()?, kind.map(Into::into), after, limit).await?;

        let mut connection = Connection::new(after.is_some(), page.more);
        connection.edges.extend(page.items.into_iter().map(|row| Edge::new(IdCursor(row.id), SecurityEvent(row))));

        Ok(connection)
    }
}
