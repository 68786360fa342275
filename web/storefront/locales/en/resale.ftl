# The market of fans.
resale-title = From other fans
resale-heading = Tickets from other fans
resale-description = Tickets from fans for fans, at prices that the site limits, with a new ticket for each buyer.
resale-intro = Fans offer these tickets, at prices that the site limits. Each buyer gets a new ticket, and the old one stops working.
resale-sell-yours = Offer a ticket
resale-filter = Filter and sort
resale-offers = Offers
resale-match = Match
resale-category = Category
resale-from = Price from
resale-to = Price to
resale-bound-wrong = Ignored: write an amount such as { $example }.
resale-sort = Order
resale-sort-cheapest = Lowest price
resale-sort-dearest = Highest price
resale-sort-newest = Newest
resale-sort-oldest = Oldest
resale-apply = Show offers
resale-pages = More of this list
resale-more = More offers
resale-closed = There is no resale here
resale-closed-text = Fans cannot sell tickets to other fans on this site.
resale-none = No tickets are offered right now
resale-none-text = Offers appear here by themselves while this page is open. Official tickets may still be on sale.
resale-none-fits = No offers found
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
resale-locked-note = Another fan is buying it. If they do not pay, it becomes available again.
resale-locked-until = Another fan is buying it, until { $time } at the latest. If they do not pay, it becomes available again.
resale-order = Hold it
resale-own = Your offer

# One offer.
resale-crumbs = Where this page is
resale-all = All offers
resale-offered-as = Offered as
resale-details = Details
resale-seller = Seller
resale-issued = Ticket
resale-issued-here = Issued by this site: you get a new one in your name, and the seller’s ticket stops working.
resale-issued-elsewhere = Issued elsewhere
resale-outside-title = This ticket was not issued here
resale-outside-text = The seller hands it over to you. This site cannot check it, and your account has no code for it. Pay only if you trust the seller.
resale-offer-description = { $fixture }, { $category }, from another fan for { $price }.
resale-order-for = { $minutes ->
    [one] Hold for { $minutes } minute
   *[other] Hold for { $minutes } minutes
}
resale-pays = This is all you pay. The seller pays the site’s fee.
resale-hold = { $minutes ->
    [one] You get { $minutes } minute to pay: if you hold it now, until { $time }.
   *[other] You get { $minutes } minutes to pay: if you hold it now, until { $time }.
}
resale-nothing-charged = Nothing is charged yet. If you do not pay, the ticket goes back to the market.
resale-sign-in = You will be asked to sign in first.
resale-own-text = This is your own offer, as others see it.
resale-sold-text = Another fan bought it.
resale-withdrawn-text = The seller withdrew it.
resale-others = Other offers for this match
resale-not-ordered = Not held
resale-refused-own = This is your own offer. You cannot buy it.
resale-refused-limit = { $most ->
    [one] You have { $has } unpaid offer on hold, which is the limit. Pay for it or cancel it first.
   *[other] You have { $has } unpaid offers on hold, and the limit is { $most }. Pay for one or cancel one first.
}
resale-to-orders = My tickets and orders
resale-refused-again = Another fan was faster but has cancelled. You can hold it now.
resale-refused-changed = The seller changed it while you were looking. It costs { $price } now, and nothing was held.
resale-refused-over = Offers for this match have ended.
resale-refused-locked = Another fan was faster. If they do not pay, it becomes available again.
resale-refused-sold = Another fan bought it while you were looking.
resale-refused-withdrawn = The seller withdrew it while you were looking.

# Offering a ticket.
sell-page-title = Offer a ticket
sell-choose = Which ticket do you want to offer?
sell-choose-text = These are your valid tickets. While one is offered it opens no gate.
sell-to-sales = My offers and payouts
sell-none = You have no ticket to offer
sell-none-text = Tickets can be offered once they are paid, until they are used, sold or refunded.
sell-more = More tickets
sell-paid = You paid
sell-paid-price = you paid { $price }
sell-seat = Ticket { $n }
sell-this = Offer this one
sell-frozen = frozen
sell-frozen-text = Our staff has frozen this ticket for now. Write to us before you offer it.
sell-others = My other tickets
sell-heading = Offer your ticket
sell-title = Title
sell-title-hint = The headline of your offer, such as “Behind the goal, row 4”.
sell-title-missing = Write a title, such as “Behind the goal, row 4”.
sell-title-long = Write a title of 1 to { $most } characters on one line.
sell-description = Details
sell-description-hint = Optional: where the seat is, why you are selling. Up to { $most } characters.
sell-description-long = Shorten the details to { $most } characters.
sell-price = Price in { $currency }
sell-price-hint = What the buyer pays, such as { $example }.
sell-price-bounds = What the buyer pays: { $least } to { $most } in this category.
sell-price-missing = Write a price, such as { $example }.
sell-price-wrong = Write the price as an amount, such as { $example }.
sell-price-precise = Write the price with at most two decimals, such as { $example }.
sell-price-zero = The price has to be above zero.
sell-price-refused = The site does not allow this price for this category. Choose one closer to the original price.
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
sell-code-dies = Your ticket’s code stops opening the gate, both on a screen and on paper.
sell-can-withdraw = You can withdraw it until it is bought, and then you get a new code.
sell-can-withdraw-outside = You can withdraw the offer until it is bought.
sell-paid-out = When it is sold, you are paid the price minus the fee.
sell-conflict = The ticket cannot be offered right now: it may be offered already, its match may have started, or you may have reached the limit of offers.
sell-choose-one = Choose one
sell-match-missing = Choose the match of the ticket.
sell-category-missing = Choose the category of the ticket.
sell-outside-link = Offer a ticket that was issued elsewhere
sell-outside-heading = Offer a ticket from elsewhere
sell-outside-text = You hand it over to the buyer yourself. Describe in the details what it is and how the buyer gets it.
sell-outside-closed = This site resells only its own tickets.
sell-not = This ticket cannot be offered
sell-not-listed = You offer it already.
sell-not-sold = You sold it to another fan.
sell-not-used = It was used at the gate.
sell-not-refunded = It was refunded.

# One's own offers.
sales-title = My offers
sales-heading = My offers
sales-all = My offers
sales-offer-more = Offer a ticket
sales-offer-first = Choose a ticket to offer
sales-none = You have not offered anything yet
sales-none-text = If you can't go, another fan can: choose one of your tickets and set a price.
sales-live = On the market
sales-live-none = You have no offers on the market.
sales-figures = Price { $price } · fee { $fee } · you get { $payout }
sales-locked = A fan is buying it.
sales-locked-until = A fan is buying it, until { $time } at the latest.
sales-is-withdrawing = You are withdrawing it: it leaves the market if the payment in progress fails.
sales-change = Change
sales-withdraw = Withdraw
sales-earlier = Sold and withdrawn
sales-earlier-more = Earlier offers
sales-payouts = Payouts
sales-payouts-none = After a sale, your payout is listed here.
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
sales-offered = On the market:
sales-changed = Changed:
sales-withdrawn = Withdrawn, and valid again with a new code:
sales-withdrawing = Leaves the market if the payment in progress fails:
sales-to-tickets = Show my tickets
sales-change-heading = Change your offer
sales-price-hint = What the buyer pays. The fee depends on it.
sales-save = Save the changes
sales-as-seen = As others see it
sales-fixed = A fan is buying it, so it cannot be changed now.
sales-fixed-until = A fan is buying it, until { $time } at the latest. It cannot be changed until then.
sales-fixed-sold = It is sold.
sales-fixed-withdrawn = You withdrew it.
sales-not-changed = Not changed
sales-newest = The offer was changed elsewhere in the meantime. The form shows the current offer. You had entered:
withdraw-heading = Withdraw this offer?
withdraw-over = This offer
withdraw-text = It leaves the market at once, and your ticket is valid again with a new code. Printed tickets with the old code stay invalid.
withdraw-text-outside = It leaves the market at once.
withdraw-text-locked = A fan has ordered it. If they have not begun to pay, their order ends and the ticket is yours again. If they are paying, it leaves the market only if that payment fails.
withdraw-act = Withdraw it
withdraw-keep = Leave it on the market
withdraw-not = Not withdrawn
withdraw-changed = The offer has changed in the meantime. This is how it looks now.
