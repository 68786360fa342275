//! What the pages of single tickets ask.

use super::{DateTime, Decimal};

documents! {
    TicketPage of "documents/tickets/ticket.graphql",
    TicketCalendar of "documents/tickets/calendar.graphql",
    GivePage of "documents/tickets/give_page.graphql",
    GiveTicket of "documents/tickets/give.graphql",
    TakeTicketBack of "documents/tickets/take_back.graphql",
    AcceptPage of "documents/tickets/accept_page.graphql",
    AcceptTicket of "documents/tickets/accept.graphql",
}
