# Help, and what the site says of itself.
help-title = Help
help-description = How holding, paying, tickets, resale and refunds work here, and what we do for accessibility and privacy.
help-contents = On this page

help-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}

help-holds = Holding tickets
help-holds-1 = When you choose tickets, we hold them for you for { $minutes }. The clock on the page follows our time, so it is right on every device, even after yours was asleep.
help-holds-2 = A hold costs nothing. If you do not pay in time, the tickets go back on sale automatically, and others can get them.
help-holds-3 = “On hold” means that others are paying for the last tickets: some may become available within { $minutes }. “Sold out” means that no tickets are left, unless a fan returns theirs or offers it to other fans.
help-holds-4 = A double click, “back” or a second tab does no harm: a form that is sent twice takes effect once.
help-holds-more = { $n ->
    [one] If you need longer, ask for more time before the time runs out: once, and not while others wait for the last tickets.
   *[other] If you need longer, ask for more time before the time runs out: up to { $n } times, and not while others wait for the last tickets.
}

help-paying = Paying
help-paying-1 = The price on the button is what you pay: it includes all fees.
help-paying-2 = Your card is charged only when the tickets are yours. If a card is declined, you are not charged, and you can try another one while the hold lasts.
help-paying-3 = If your bank asks you to confirm, do so and come back. If the page was closed in the meantime, “My tickets” shows the status of the payment.

help-tickets = Your tickets
help-tickets-1 = Each ticket has a code that opens the gate once. Show it on your phone, or print it. Do not show it to others before then: the first person who shows it gets in.
help-tickets-2 = The page of an order has your tickets to show or print, as a PDF, and as a calendar entry.
help-tickets-3 = Times are local to the stadium. Where yours differs, it is shown as well.
help-tickets-most = { $n ->
    [one] Each fan can hold or own { $n } ticket for a match, so that more people get one.
   *[other] Each fan can hold or own at most { $n } tickets for a match, so that more people get one.
}

help-resale = Selling to other fans
help-resale-1 = You can offer a ticket that you cannot use to other fans, within the price limits on the page. Before you offer it, you see the fee and what you get.
help-resale-fee = The site keeps { $percent }% of the price as a fee.
help-resale-2 = While it is offered, its code opens no gate. You can change the price or withdraw the offer until another fan starts buying it.
help-resale-3 = The buyer gets a new ticket with a new code. Yours becomes invalid, and the money is paid out to you.
help-resale-4 = Buy from other fans only here: only then is the ticket sure to open the gate.

help-refunds = Refunds
help-refunds-until = { $hours ->
    [0] You can return tickets yourself, on the page of their order, until the match starts.
    [one] You can return tickets yourself, on the page of their order, until { $hours } hour before the match.
   *[other] You can return tickets yourself, on the page of their order, until { $hours } hours before the match.
}
help-refunds-any = You can return tickets yourself, on the page of their order, unless they were used.
help-refunds-none = You cannot return tickets yourself on this site. If you cannot go, write to us.
help-refunds-1 = Refunds go to the card that paid. Banks take some days for it.
help-refunds-2 = If a match is called off or moved, we let you know by mail.

help-account = Your account
help-account-1 = Your tickets are in your account, on every device on which you sign in. You can use a password manager for everything here.
help-account-2 = We mail a code to confirm your email, so that tickets do not go to a mistyped address.
help-account-3 = If you forgot your password, we mail you a code to set a new one. After several wrong passwords, you have to wait a little before the next try: this keeps others from guessing yours.

help-checks = Checks and limits
help-checks-1 = So that tickets go to people and not to programs, your browser may have to solve a small task before you sign in, hold or pay. It does so by itself within some seconds, with JavaScript.
help-checks-2 = Without JavaScript everything else here works. If the check is asked for, wait some minutes, sign in, or use another network.
help-checks-3 = Too many requests from one account or network have to wait. Your holds stay yours in the meantime, until they expire.

help-accessibility = Accessibility
help-accessibility-1 = These pages are made to meet WCAG 2.2 at level AA. They work by keyboard, with a screen reader, at large type, in dark mode and without motion, and most of them without JavaScript.
help-accessibility-2 = Changes of availability are announced in words, but not too often. Where time is limited, a warning comes before it ends.
help-accessibility-3 = If something does not work for you, write to us: we fix it, and help you get your ticket in the meantime.

help-privacy = Privacy and cookies
help-privacy-1 = We keep what is needed for your tickets: your email, your name and country if you gave them, your orders and their history. Our pages do not report your visit to other companies: there is no advertising, no visitor tracking and no file from another host. The card form comes from the payment company, and a check may come from the company that provides it. Such a page uses the host of that company and no other.
help-privacy-2 = The site sets only cookies that it needs, so it does not ask for consent. No script can read them.
help-privacy-3 = Your network's address is used to prevent misuse, such as too many tries, and kept only as long as that needs.
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
help-cookie-payment = finishes a payment that your bank asks you about
help-cookie-payment-life = an hour
look-again = Check again
