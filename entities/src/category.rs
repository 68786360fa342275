//! Category: the price class of a seat, 1 to 3.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The price class of a seat. Master lists know these three and no other.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
#[serde(try_from = "i32", into = "i32")]
pub enum Category {
    #[sea_orm(num_value = 1)]
    One,
    #[sea_orm(num_value = 2)]
    Two,
    #[sea_orm(num_value = 3)]
    Three,
}

impl Category {
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::Three];

    pub fn from_number(number: i32) -> Option<Self> {
        match number {
            1 => Some(Self::One),
            2 => Some(Self::Two),
            3 => Some(Self::Three),
            _ => None,
        }
    }

    pub fn number(self) -> i32 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }
}

impl TryFrom<i32> for Category {
    type Error = String;

    fn try_from(number: i32) -> Result<Self, Self::Error> {
        Self::from_number(number).ok_or_else(|| format!("category {number} does not exist; categories are 1, 2 and 3"))
    }
}

impl From<Category> for i32 {
    fn from(category: Category) -> Self {
        category.number()
    }
}
