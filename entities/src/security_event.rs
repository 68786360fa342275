//! Decisions of the security service: what became of whom, and how often within a minute.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    RateLimited,
    AddressBlocked,
    CaptchaRequired,
    CaptchaSolved,
    CaptchaFailed,
    BotBlocked,
    SignInThrottled,
}

impl Kind {
    /// As logs and metrics name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RateLimited => "rate_limited",
            Self::AddressBlocked => "blocked",
            Self::CaptchaRequired => "captcha_required",
            Self::CaptchaSolved => "captcha_solved",
            Self::CaptchaFailed => "captcha_failed",
            Self::BotBlocked => "bot_blocked",
            Self::SignInThrottled => "sign_in_throttled",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "security_events")]
pub struct Model {
    /// UUID v7: grows with time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: Kind,
    /// Which bucket, which signs, what was wrong.
    pub detail: String,
    /// Where they came from, no closer than a network; none where it is not known, or of many.
    pub network: Option<String>,
    /// Who, where somebody was signed in.
    pub user_id: Option<Uuid>,
    /// Tells what is counted together: a hash of the four above.
    pub subject: String,
    /// Begins the minute that is counted.
    pub minute: DateTimeUtc,
    pub count: i64,
    pub first_at: DateTimeUtc,
    pub last_at: DateTimeUtc,
    /// When it was written, by the clock of whoever wrote it.
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
