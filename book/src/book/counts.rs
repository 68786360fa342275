//! What each step does to the counts of a category, and nothing else.

use entities::stock;

/// Tickets that are neither sold nor held.
pub(super) fn sellable(stock: &stock::Model) -> i32 {
    (stock.available - stock.held - stock.foreign_pending).max(0)
}

/// This site holds `quantity` that were sellable.
pub(super) fn hold(stock: &mut stock::Model, quantity: i32) {
    stock.held += quantity;
}

/// A hold of this site ends unpaid.
pub(super) fn release(stock: &mut stock::Model, quantity: i32) {
    stock.held -= quantity;
}

/// A hold of this site is paid. Returns how many of its seats the other sites count as sold already.
pub(super) fn sell(stock: &mut stock::Model, quantity: i32) -> i32 {
    let again = quantity.min(stock.returned);
    stock.held -= quantity;
    stock.available -= quantity;
    stock.sold += quantity;
    stock.returned -= again;
    again
}

/// A sale of this site is undone. What was sold beyond the stock is made up for first; the rest is back on sale here, and
/// stays sold to the other sites.
pub(super) fn take_back(stock: &mut stock::Model, quantity: i32) {
    let made_up = quantity.min(stock.deficit);
    stock.sold -= quantity;
    stock.deficit -= made_up;
    stock.available += quantity - made_up;
    stock.returned += quantity - made_up;
}

/// Another site sold `quantity`, of which it held `had`.
///
/// Where it sold what is not there, the deficit is recorded. Our holds' count is never eaten into: where less is left
/// than we hold, holds must give way before the counts are written.
pub(super) fn sell_elsewhere(stock: &mut stock::Model, quantity: i32, had: i32) {
    stock.foreign_pending -= had;
    stock.foreign_sold += quantity;
    let left = stock.available - quantity;
    stock.available = left.max(0);
    stock.deficit += (-left).max(0);
    stock.returned = stock.returned.min(stock.available);
}
