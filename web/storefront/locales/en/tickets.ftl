# Words of the pages on which a ticket is given to a friend, or accepted.
ticket-give = Give to a friend
ticket-give-of = Give to a friend: { $ticket }
ticket-given = given
ticket-given-text = You gave this ticket to { $to }. It is theirs now, with a code of its own.
give-pending = You offer this ticket to { $to }. It stays yours, with this code, until they accept it.
give-pending-until = They can accept it until
give-take-back = Take it back
give-take-back-of = Take it back: { $ticket }
give-heading = Give this ticket to a friend
give-email = Your friend’s email
give-email-hint = We mail them a link. They accept the ticket with any account of this site.
give-wrong-email = Enter your friend’s email, such as name@example.com, and not your own.
give-rule-until = { $hours ->
    [one] Until they accept it, within { $hours } hour, it stays yours and you can take it back.
   *[other] Until they accept it, within { $hours } hours, it stays yours and you can take it back.
}
give-rule-after = Then it is theirs, and the code that you have opens no gate any more. That cannot be undone.
give-rule-money = Nobody pays for it. Selling it, giving it back or going in with it ends the offer.
give-act = Offer the ticket
give-keep = Keep the ticket
give-look = Look at the ticket
give-not-title = This ticket cannot be given now
give-not-offered = It is offered to { $to } already. Take that back first.
give-not-closed = The sale of its match is over, and with it the time to give tickets.
give-not-again = It has changed hands as often as a ticket may.

accept-heading = A ticket for you
accept-lead = Another fan gives it to you. It costs you nothing.
accept-until = It can be accepted until
accept-as = It goes to the account of { $email }.
accept-act = Accept the ticket
accept-sign-in = To have it, open an account or sign in. Any email will do.
accept-not-title = You cannot have this ticket
accept-own = You gave it yourself. The link is for the person who is to have it.
accept-limit = You were given { $has } of at most { $limit } tickets of this match.
accept-closed = The sale of its match is over, and with it the time to accept tickets.
accept-over-title = This ticket is not offered any more
accept-over-accepted = It was accepted. If that was you, it is among your tickets.
accept-over-cancelled = The fan who offered it took it back.
accept-over-lapsed = Its time is over, or it was used, sold or given back before.
accept-code-hint = It is in the mail that offers you the ticket, and works once.
accept-wrong-code = This code is unknown. Copy it from the mail once more.
accept-look = See the ticket

received-lead = Another fan gave it to you. Show the code at the gate: it lets one person in, once.
received-without-lead = Another fan gave it to you. Why no code is shown stands beside the ticket.
orders-received = Given to you
orders-code = Were you mailed a code for a ticket?
orders-code-enter = Enter it here
