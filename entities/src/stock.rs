//! Stock: the counts of one category of one match.
//!
//! `given - sold - foreign_sold = available - deficit`, and at most one of the two is above 0.

use sea_orm::entity::prelude::*;

use crate::category::Category;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub match_number: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: Category,
    /// Price of one ticket in minor units.
    pub price_minor: i64,
    /// What the master list gave to all sites together.
    pub given: i32,
    /// Not sold by anybody.
    pub available: i32,
    /// In live holds of this site.
    pub held: i32,
    /// In live holds of other sites; the sum of this category's `foreign_holds`.
    pub foreign_pending: i32,
    /// Sold by this site.
    pub sold: i32,
    /// Sold by other sites.
    pub foreign_sold: i32,
    /// Of the available, sold once by this site and taken back: the other sites count them as sold, so this site alone
    /// can sell them.
    pub returned: i32,
    /// Sold by all sites together beyond what was given.
    pub deficit: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
