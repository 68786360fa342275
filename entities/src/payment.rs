//! A payment: one attempt to pay for a reservation. Never deleted; its changes are `payment_changes`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Written down; what the gateway made of it is not known yet.
    Created,
    /// The gateway waits for the payer.
    Open,
    /// The money is authorised and the seats are sold to it; to be captured.
    Confirmed,
    /// The money is ours, but for what its refunds say.
    Captured,
    /// Not wanted any more; to be cancelled at the gateway.
    Voiding,
    /// Cancelled at the gateway; it can't succeed any more.
    Voided,
    /// Refused; it can't succeed any more.
    Declined,
    /// All of it is to be given back: for seats that could not be had, or that were given back too.
    Refunding,
    /// All of it is given back.
    Refunded,
}

impl State {
    /// States in which something is still to be done to the payment itself; its refunds have lives of their own.
    pub const LIVE: [Self; 4] = [Self::Created, Self::Open, Self::Confirmed, Self::Voiding];

    pub fn is_live(self) -> bool {
        Self::LIVE.contains(&self)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub reservation_id: Uuid,
    pub user_id: Uuid,
    pub match_number: i32,
    /// In minor units, by our own price.
    pub amount_minor: i64,
    /// The gateway's name for the payer's card; none where the payer gives it to the gateway alone.
    pub method: Option<String>,
    /// The fan's own name for the attempt; unique per fan.
    pub idempotency_key: Option<String>,
    /// Whose it is, by the gateway's own name; none of a version before, which knew one gateway only.
    pub gateway: Option<String>,
    /// The gateway's name for it.
    pub intent_id: Option<String>,
    pub state: State,
    /// Why the gateway refused the last try, in its words.
    pub decline_code: Option<String>,
    /// When the hold that it pays for ends.
    pub hold_ends_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// How often somebody has seen to it since its last change.
    pub attempts: i32,
    /// Nobody sees to it by themselves before this time.
    pub next_at: DateTimeUtc,
    /// What the gateway says that it took, in minor units; none while that is not known.
    pub captured_minor: Option<i64>,
    /// What of it went back by no refund of ours, in minor units; none while nobody has looked.
    pub elsewhere_minor: Option<i64>,
    /// Cards that the gateway told us it refused, each once.
    pub declines: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
