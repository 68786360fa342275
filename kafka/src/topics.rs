//! The names of the topics.

/// The six topics of the exchange.
///
/// Sites share the first two. The other four are each site's own, under one name by default: each record carries its
/// site in the header `clientId`, and readers take what is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    pub master_list: String,
    pub ticket_sales: String,
    /// Compacted: the newest whole state of each match.
    pub availability: String,
    pub dead_letters: String,
    /// Listings and orders, for services that keep copies.
    pub resale: String,
    /// Bookings, whole states, for analytics.
    pub bookings: String,
}

impl Topics {
    pub fn all(&self) -> [&str; 6] {
        [&self.master_list, &self.ticket_sales, &self.availability, &self.dead_letters, &self.resale, &self.bookings]
    }
}
