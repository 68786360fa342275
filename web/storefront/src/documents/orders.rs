//! What the pages of orders ask.

use super::{DateTime, Decimal};

documents! {
    OrdersPage of "documents/orders/orders.graphql",
    OrderPage of "documents/orders/order.graphql",
    OrderCalendar of "documents/orders/calendar.graphql",
    PaymentPage of "documents/orders/payment.graphql",
    RefundPage of "documents/orders/refund.graphql",
    Pay of "documents/orders/pay.graphql",
    BeginPayment of "documents/orders/begin_payment.graphql",
    Extend of "documents/orders/extend.graphql",
    Cancel of "documents/orders/cancel.graphql",
    GiveBack of "documents/orders/give_back.graphql",
}
