//! Security events.

use async_graphql::{Context, Enum, ID, Object};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::security_events;
use entities::security_event;

use crate::{
    connections::connection,
    context::InContext,
    error::ApiError,
    ids::NodeId,
    pagination::{self, IdCursor},
    time::DateTime,
};

/// What the security rules decided.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "security_event::Kind")]
pub enum SecurityEventKind {
    /// The client exceeded a rate limit; `detail` names the bucket.
    RateLimited,
    /// A rule blocks the client's address.
    AddressBlocked,
    /// The client has to solve a captcha; `detail` names the signs of a bot.
    CaptchaRequired,
    /// The client solved a captcha.
    CaptchaSolved,
    /// A solution was refused; `detail` says whether it was wrong, expired or used, or could not be checked.
    CaptchaFailed,
    /// The client showed so many signs of a bot that a captcha is not enough; `detail` names the signs.
    BotBlocked,
    /// After too many wrong passwords, further attempts were refused.
    SignInThrottled,
}

/// A decision about somebody, and how often it was made within a minute. It grows until the minute is over.
pub struct SecurityEvent(pub security_event::Model);

/// A decision of the security rules, and how often it was made within a minute. `count` grows until the minute
/// ends.
#[Object]
impl SecurityEvent {
    /// The event's id.
    async fn id(&self) -> ID {
        URL_SAFE_NO_PAD.encode(self.0.id.as_bytes()).into()
    }

    /// What was decided.
    async fn kind(&self) -> SecurityEventKind {
        self.0.kind.into()
    }

    /// Details of the decision, as `kind` explains.
    async fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The client's network, `/24` or for IPv6 `/64`; null if it is unknown, or if so many clients came within a
    /// minute that they are counted together.
    async fn network(&self) -> Option<&str> {
        self.0.network.as_deref()
    }

    /// The signed-in user's id; null if anonymous.
    async fn user_id(&self) -> Option<ID> {
        self.0.user_id.map(|id| NodeId::User(id).into())
    }

    /// How often the decision was made within the minute.
    async fn count(&self) -> i64 {
        self.0.count
    }

    /// When the decision was first made within the minute.
    async fn first_at(&self) -> DateTime {
        self.0.first_at.into()
    }

    /// When the decision was last made within the minute.
    async fn last_at(&self) -> DateTime {
        self.0.last_at.into()
    }
}

connection!(SecurityEventConnection, SecurityEventEdge, SecurityEvent, "event", "events");

#[derive(Default)]
pub struct SecurityEventQuery;

#[Object]
impl SecurityEventQuery {
    /// What the security rules decided, newest first, at most 100 a page. For admins.
    async fn security_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only events of this kind.")] kind: Option<SecurityEventKind>,
        #[graphql(desc = "How many to return, 0 to 100; 100 by default.")] first: Option<i32>,
        #[graphql(desc = "The cursor after which the page begins.")] after: Option<String>,
    ) -> Result<SecurityEventConnection, ApiError> {
        ctx.admin()?;
        let after = pagination::cursor::<IdCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
        let limit = pagination::size("first", first)?;
        let page = security_events::page(ctx.app()?, kind.map(Into::into), after, limit).await?;

        let items = page.items.into_iter().map(|row| (IdCursor(row.id), SecurityEvent(row)));
        Ok(SecurityEventConnection::new(after.is_some(), page.more, items))
    }
}
