//! A match: a fixture of the master list, and the version of all that is public about it.
//!
//! Its row is the lock under which the counts of its categories change, see `domain::book`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "matches")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub match_number: i32,
    pub round_number: i32,
    pub date_utc: DateTimeUtc,
    pub location: String,
    pub home_team: String,
    pub away_team: String,
    /// `None` in the knockouts.
    pub group_name: Option<String>,
    /// Grows by one with every change that a viewer could see.
    pub version: i32,
    /// Whether its sale was ended, and with it the resale.
    pub closed: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
