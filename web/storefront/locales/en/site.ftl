# Help, and what the site says of itself.
help-title = Help
help-description = How holding, paying, tickets, resale and refunds work here, and what we do for accessibility and privacy.
help-contents = On this page

help-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}

help-holds = Holding tickets
help-holds-1 = When you choose tickets, we hold them for you for { $minutes }. The clock on the page counts by our time, so it is right on every device, and also after yours was asleep.
help-holds-2 = A hold costs nothing. If you do not pay in time, the tickets go back on sale by themselves, and others get them.
help-holds-3 = “On hold” means that others are paying for what is left: some of it may come back within { $minutes }. “Sold out” means that nothing comes back, unless somebody returns theirs or offers it to other fans.
help-holds-4 = A double click, “back” or a second tab does no harm: a form that is sent twice is done once.
help-holds-more = { $n ->
    [one] If you need longer, ask for more time before the clock ends: once, and not while others wait for the last tickets.
   *[other] If you need longer, ask for more time before the clock ends: up to { $n } times, and not while others wait for the last tickets.
}

help-paying = Paying
help-paying-1 = The price on the button is the price: all fees are in it.
help-paying-2 = Your card is charged when the tickets are yours, and not before. If a card is refused, nothing is taken, and you can try another one while the hold lasts.
help-paying-3 = If your bank asks you to confirm, do so and come back. If the page was closed meanwhile, “My tickets” says what became of the payment.

help-tickets = Your tickets
help-tickets-1 = Each ticket has a code that opens the gate once. Show it on your phone, or print it. Do not show it to others before: whoever comes first is let in.
help-tickets-2 = The page of an order has your tickets to show, to print, as a PDF, and as an entry for your calendar.
help-tickets-3 = Times are those of the stadium; where yours differs, it stands beside it.
help-tickets-most = { $n ->
    [one] Everybody may hold or own { $n } ticket of a match, so that more people get one.
   *[other] Everybody may hold or own { $n } tickets of a match at most, so that more people get one.
}

help-resale = Selling to other fans
help-resale-1 = A ticket that you cannot use can be offered to other fans, in the limits of price that the page names. It says what is kept as a fee and what you get before you offer.
help-resale-fee = Of the price that you get, { $percent }% are kept as a fee.
help-resale-2 = While it is offered its code opens no gate. You can change the price or take the offer back for as long as nobody is buying it.
help-resale-3 = Who buys gets a new ticket with a new code. Yours is then worth nothing, and the money goes out to you.
help-resale-4 = Buy from other fans here, and nowhere else: only then is the ticket sure to open the gate.

help-refunds = Refunds
help-refunds-until = { $hours ->
    [0] You can give tickets back yourself, on the page of their order, until the match begins.
    [one] You can give tickets back yourself, on the page of their order, until { $hours } hour before the match.
   *[other] You can give tickets back yourself, on the page of their order, until { $hours } hours before the match.
}
help-refunds-any = You can give tickets back yourself, on the page of their order, as long as they were not used.
help-refunds-none = Tickets cannot be given back here by yourself. If you cannot go, write to us.
help-refunds-1 = Money that goes back goes to the card that paid; banks take some days for it.
help-refunds-2 = If a match is called off or moved, you hear of it by mail.

help-account = Your account
help-account-1 = Your tickets are in your account, on every device on which you sign in. A password manager may fill in everything here.
help-account-2 = We mail a code to confirm your email, so that tickets do not go to a mistyped address.
help-account-3 = If you forgot your password, we mail you a code for another one. After some wrong passwords the next try has to wait a little: that keeps others from guessing yours.

help-checks = Checks and limits
help-checks-1 = So that tickets go to people and not to programs, your browser may have to solve a small task before you sign in, hold or pay. It does so by itself in some seconds, with JavaScript.
help-checks-2 = Without JavaScript everything else here works. If the check is asked for, wait some minutes, sign in, or use another network.
help-checks-3 = Too many requests from one account or network are answered more slowly. What you hold stays yours meanwhile, until its time ends.

help-accessibility = Accessibility
help-accessibility-1 = These pages are made to meet WCAG 2.2 at level AA. They work by keyboard, with a screen reader, at large type, in dark mode and without motion, and most of them without JavaScript.
help-accessibility-2 = Changes of what is left are said in words, and not oftener than is bearable. Where time is short, a warning comes before it ends.
help-accessibility-3 = If something stands in your way, write to us: we mend it, and help you to your ticket meanwhile.

help-privacy = Privacy and cookies
help-privacy-1 = We keep what is needed for your tickets: your email, your name and country if you gave them, your orders and what became of them. No page of ours tells other companies that you were here: there is no advertising, no measuring of visitors and no file from another host. The form that takes a card comes from the company that takes the payment, and a check may come from the company that does it; where that is so, the page names their host and no other.
help-privacy-2 = The site sets only cookies that it cannot do without, so it does not ask for consent. No script can read them.
help-privacy-3 = Your network's address is used against misuse, such as too many tries, and kept for as long as that takes.
help-cookies = All cookies of this site
help-cookie-life = Kept:
help-cookie-access = shows that you are signed in
help-cookie-access-life = a quarter of an hour
help-cookie-refresh = keeps you signed in
help-cookie-refresh-life = 30 days from your last visit, or until you sign out
help-cookie-captcha = shows that a check was passed
help-cookie-captcha-life = half an hour
help-cookie-sign-in = finishes a sign-in at an identity provider
help-cookie-sign-in-life = ten minutes
look-again = Look again
