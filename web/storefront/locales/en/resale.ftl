# The market of fans.
resale-title = From other fans
resale-heading = Tickets from other fans
resale-description = Tickets that fans offer to fans, at prices the site limits, with a new ticket for whoever buys.
resale-intro = Fans offer these, at prices the site limits. Whoever buys one gets a new ticket; the old one opens nothing any more.
resale-sell-yours = Offer a ticket
resale-filter = Filter and sort
resale-offers = Offers
resale-match = Match
resale-category = Category
resale-from = Price from
resale-to = Price to
resale-bound-wrong = Left out: write an amount such as { $example }.
resale-sort = Order
resale-sort-cheapest = Cheapest
resale-sort-dearest = Dearest
resale-sort-newest = Newest
resale-sort-oldest = Oldest
resale-apply = Show offers
resale-pages = More of this list
resale-more = More offers
resale-closed = There is no resale here
resale-closed-text = Fans cannot sell tickets to other fans on this site.
resale-none = Nobody offers a ticket just now
resale-none-text = Offers appear here by themselves while this page is open. The matches may have tickets of their own left.
resale-none-fits = No offer fits
resale-none-fits-text = Try fewer filters: any category, or a wider price.
resale-new-offers = { $n ->
    [one] { $n } new offer
   *[other] { $n } new offers
}
resale-open = available
resale-locked = being bought
resale-sold = sold
resale-withdrawn = withdrawn
resale-new-price = new price
resale-by = Offered by
resale-seller-unnamed = a fan
resale-outside = issued elsewhere
resale-clock = { $clock } { $offset }
resale-locked-note = Another fan is buying it. If they do not pay, it comes back.
resale-locked-until = Another fan is buying it, until { $time } at the latest. If they do not pay, it comes back.
resale-order = Hold it
resale-own = Your offer

# One offer.
resale-crumbs = Where this page is
resale-all = All offers
resale-offered-as = Offered as
resale-details = Details
resale-seller = Seller
resale-issued = Ticket
resale-issued-here = Issued by this site: you get a new one in your name, and the seller’s opens nothing any more.
resale-issued-elsewhere = Issued elsewhere
resale-outside-title = This ticket was not issued here
resale-outside-text = The seller hands it over to you themselves. This site cannot check it, and there is no code for it in your account. Ask yourself whether you trust the seller before you pay.
resale-offer-description = { $fixture }, { $category }, from another fan for { $price }.
resale-order-for = { $minutes ->
    [one] Hold for { $minutes } minute
   *[other] Hold for { $minutes } minutes
}
resale-pays = This is all you pay: the site’s fee is in it, and the seller bears it.
resale-hold = { $minutes ->
    [one] Held for you for { $minutes } minute to pay; now that would be until { $time }.
   *[other] Held for you for { $minutes } minutes to pay; now that would be until { $time }.
}
resale-nothing-charged = Nothing is charged yet. If you do not pay, it goes back to the market.
resale-sign-in = You will be asked to sign in first.
resale-own-text = You offer this ticket yourself. This is how others see it.
resale-sold-text = Another fan bought it.
resale-withdrawn-text = The seller took it back.
resale-others = Other offers for this match
resale-not-ordered = Not held
resale-refused-own = This is your own offer; you cannot buy it.
resale-refused-limit = { $most ->
    [one] You have { $has } offer held and not paid; one is all you may have at a time. Pay it or let it go first.
   *[other] You have { $has } offers held and not paid; more than { $most } at a time are not possible. Pay one or let one go first.
}
resale-to-orders = My tickets and orders
resale-refused-again = Another fan was faster, and has let it go again. You can hold it now.
resale-refused-changed = The seller changed it while you looked. It costs { $price } now; nothing was held.
resale-refused-over = Offers for this match have ended.
resale-refused-locked = Another fan was faster. If they do not pay, it comes back.
resale-refused-sold = Another fan bought it while you looked.
resale-refused-withdrawn = The seller took it back while you looked.

# Offering a ticket.
sell-page-title = Offer a ticket
sell-choose = Which ticket do you offer?
sell-choose-text = These are your valid tickets. While one is offered it opens no gate.
sell-to-sales = My offers and payouts
sell-none = You have no ticket to offer
sell-none-text = Tickets can be offered once they are paid, until they are used, sold or refunded.
sell-more = More tickets
sell-paid = You paid
sell-paid-price = you paid { $price }
sell-seat = Ticket { $n }
sell-this = Offer this one
sell-frozen = held back
sell-frozen-text = Our staff keeps this ticket back for now. Write to us before you offer it.
sell-others = My other tickets
sell-heading = Offer your ticket
sell-title = Title
sell-title-hint = What others read first, such as “Behind the goal, row 4”.
sell-title-missing = Write a title, such as “Behind the goal, row 4”.
sell-title-long = Write a title of 1 to { $most } letters on one line.
sell-description = Details
sell-description-hint = If you like: where the seat is, why you sell. Up to { $most } letters.
sell-description-long = Shorten the details to { $most } letters.
sell-price = Price in { $currency }
sell-price-hint = What the buyer pays, such as { $example }.
sell-price-bounds = What the buyer pays: { $least } to { $most } in this category.
sell-price-missing = Write a price, such as { $example }.
sell-price-wrong = Write the price as an amount, such as { $example }.
sell-price-precise = Write the price with two decimals at most, such as { $example }.
sell-price-zero = The price has to be above zero.
sell-price-refused = This price is outside of what the site allows for this category. Stay near what the ticket cost at first.
sell-price-bounds-wrong = The price has to be between { $least } and { $most } in this category.
sell-review = See fee and payout
sell-review-text = Nothing is offered yet.
sell-check = Check your offer
sell-buyer-pays = The buyer pays
sell-fee = The site keeps { $percent }%
sell-payout = You get
sell-act-for = Offer it for { $price } · you get { $payout }
sell-edit = Change something
sell-what-happens = What happens then
sell-code-dies = From then on your ticket’s code opens no gate, whether on a screen or on paper.
sell-can-withdraw = You can take it back while nobody has bought it. You get a new code then.
sell-can-withdraw-outside = You can take the offer back while nobody has bought it.
sell-paid-out = When it is sold, the price less the fee is paid out to you.
sell-conflict = The ticket cannot be offered as things are: it may be offered already, its match may have begun, or you have as many offers as you may.
sell-choose-one = Choose one
sell-match-missing = Choose the match of the ticket.
sell-category-missing = Choose the category of the ticket.
sell-outside-link = Offer a ticket that was issued elsewhere
sell-outside-heading = Offer a ticket from elsewhere
sell-outside-text = You hand it over to the buyer yourself. Say in the details what it is and how they get it.
sell-outside-closed = This site resells its own tickets only.
sell-not = This ticket cannot be offered
sell-not-listed = You offer it already.
sell-not-sold = You sold it to another fan.
sell-not-used = Somebody came in by it.
sell-not-refunded = You gave it back.

# One's own offers.
sales-title = My offers
sales-heading = My offers
sales-all = My offers
sales-offer-more = Offer a ticket
sales-offer-first = Choose a ticket to offer
sales-none = You have not offered anything yet
sales-none-text = If you cannot go, another fan may: choose one of your tickets and name a price.
sales-live = On the market
sales-live-none = Nothing of yours is on the market.
sales-figures = Price { $price } · fee { $fee } · you get { $payout }
sales-locked = A fan is buying it.
sales-locked-until = A fan is buying it, until { $time } at the latest.
sales-is-withdrawing = You take it back: it leaves the market as soon as the payment under way has failed.
sales-change = Change
sales-withdraw = Take back
sales-earlier = Sold and taken back
sales-earlier-more = Earlier offers
sales-payouts = Payouts
sales-payouts-none = Once something is sold, what you get for it stands here.
sales-payouts-more = Earlier payouts
sales-total-due = On its way to you
sales-total-paid = Paid out
sales-nothing = Nothing
sales-of = { $n ->
    [one] from { $n } sale
   *[other] from { $n } sales
}
sales-of-newest = { $n ->
    [one] from your newest sale
   *[other] from your { $n } newest sales
}
sales-ticket = Ticket
sales-price = Price
sales-fee = Fee
sales-payout = You get
sales-status = State
sales-paid = paid out
sales-due = on its way
sales-offered = It is on the market:
sales-changed = Changed:
sales-withdrawn = It is yours alone again, with a new code:
sales-withdrawing = It leaves the market as soon as the payment under way has failed:
sales-to-tickets = Show my tickets
sales-change-heading = Change your offer
sales-price-hint = What the buyer pays. The fee follows it.
sales-save = Save the changes
sales-as-seen = As others see it
sales-fixed = A fan is buying it: it cannot be changed now.
sales-fixed-until = A fan is buying it, until { $time } at the latest. It cannot be changed meanwhile.
sales-fixed-sold = It is sold.
sales-fixed-withdrawn = You took it back.
sales-not-changed = Not changed
sales-newest = The offer was changed elsewhere meanwhile. The form shows how it stands now; this is what you had entered:
withdraw-heading = Take this offer back?
withdraw-over = This offer
withdraw-text = It leaves the market at once, and your ticket is valid again with a new code. Printed tickets with the old code stay worthless.
withdraw-text-outside = It leaves the market at once.
withdraw-text-locked = A fan has ordered it. If they have not begun to pay, their order ends and the ticket is yours again. If they are paying, it leaves the market only if that payment fails.
withdraw-act = Take it back
withdraw-keep = Leave it on the market
withdraw-not = Not taken back
withdraw-changed = The offer has changed meanwhile. This is how it stands now.
