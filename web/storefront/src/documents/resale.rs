//! What the pages of resale ask.

use super::{DateTime, Decimal};

documents! {
    ResaleMarket of "documents/resale/market.graphql",
    ResaleMarketOfFan of "documents/resale/market_of_fan.graphql",
    ResaleOffer of "documents/resale/offer.graphql",
    OrderListing of "documents/resale/order.graphql",
    SellPage of "documents/resale/sell.graphql",
    SellTicket of "documents/resale/sell_ticket.graphql",
    SellOutside of "documents/resale/sell_outside.graphql",
    CreateListing of "documents/resale/create.graphql",
    SalesPage of "documents/resale/sales.graphql",
    UpdateListing of "documents/resale/update.graphql",
    WithdrawListing of "documents/resale/withdraw.graphql",
}
