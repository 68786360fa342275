//! Money: integer minor units inside, a decimal outside, never a float.

use rust_decimal::Decimal;

/// The currency the site sells in; master lists give whole amounts of it.
pub const CURRENCY: &str = "USD";

/// Minor units in one unit of [`CURRENCY`].
pub const MINOR_PER_UNIT: i64 = 100;

/// An amount of minor units as people read it: `7500` is `75.00`.
pub fn to_decimal(minor: i64) -> Decimal {
    Decimal::new(minor, 2)
}
