//! Numbers in records, as the sites have agreed on them.

use entities::money;

pub(super) const MAX_MATCH_NUMBER: i32 = 100_000;
/// In whole units.
pub(super) const MAX_PRICE: i32 = 1_000_000;

/// A price in whole units, as the sites have agreed; master lists give no others, so nothing is lost.
pub(super) fn whole_price(price_minor: i64) -> i64 {
    (price_minor + money::MINOR_PER_UNIT / 2).div_euclid(money::MINOR_PER_UNIT)
}
