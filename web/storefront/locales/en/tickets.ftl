# Words of the pages on which a ticket is given to a friend, or accepted.
ticket-give = Give to a friend
ticket-give-of = Give to a friend: { $ticket }
ticket-given = given
ticket-given-text = You gave this ticket to { $to }. It is theirs now, with a code of its own.
give-pending = You have offered this ticket to { $to }. It stays yours, with this code, until they accept it.
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
give-rule-after = Then it is theirs, and your code no longer opens the gate. This cannot be undone.
give-rule-money = It is free for them. Selling it, returning it or using it at the gate ends the offer.
give-act = Offer the ticket
give-keep = Keep the ticket
give-look = View the ticket
give-not-title = This ticket cannot be given away now
give-not-offered = It is already offered to { $to }. Take that back first.
give-not-closed = Sales for its match have ended, so its tickets can no longer be given away.
give-not-again = It has changed hands as often as a ticket can.

accept-heading = A ticket for you
accept-lead = Another fan is giving it to you. It is free for you.
accept-until = It can be accepted until
accept-as = It goes to the account of { $email }.
accept-act = Accept the ticket
accept-sign-in = To get it, create an account or sign in. Any email address works.
accept-not-title = You cannot have this ticket
accept-own = You are giving it away yourself. The link is for the recipient.
accept-limit = You were given { $has } of at most { $limit } tickets for this match.
accept-closed = Sales for its match have ended, so its tickets can no longer be accepted.
accept-over-title = This ticket is no longer offered
accept-over-accepted = It was accepted. If that was you, you find it in your tickets.
accept-over-cancelled = The fan who offered it took it back.
accept-over-lapsed = The offer expired, or the ticket was used, sold or refunded.
accept-code-hint = It is in the mail that offers you the ticket and works once.
accept-wrong-code = This code is wrong. Copy it from the mail again.
accept-look = See the ticket

received-lead = Another fan gave it to you. Show the code at the gate: it lets one person in, once.
received-without-lead = Another fan gave it to you. The reason why no code is shown is next to the ticket.
orders-received = Given to you
orders-code = Did you get a code for a ticket by mail?
orders-code-enter = Enter it here
