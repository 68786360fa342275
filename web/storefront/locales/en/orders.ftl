# Words of the pages of orders.
# An order, by where it stands: its heading, what that means, and the same in two words.
order-held-heading = Held for you
order-held-lead = Pay in time and { $fixture } is yours. Nothing is charged yet.
order-held-tag = to be paid
order-run-out-heading = The time to pay is over
order-run-out-lead = The tickets are going back on sale. Nothing was charged.
order-run-out-tag = time is over
order-waiting-heading = One more step to pay
order-waiting-lead = The tickets are held while your payment waits for you. Nothing is charged yet.
order-waiting-tag = waits for you
order-paying-heading = Your payment is on its way
order-paying-lead = The tickets are held meanwhile. Do not pay again.
order-paying-tag = being paid
order-settling-heading = Paid for, nearly done
order-settling-lead = The tickets are yours. Their codes appear here in a moment.
order-settling-tag = paid
order-paid-heading = { $n ->
    [one] Your ticket
   *[other] Your tickets
}
order-paid-lead = Show the code at the gate. It lets one person in, once.
order-paid-without-lead = It is paid for. Why no code is shown stands beside each ticket.
order-paid-tag = paid
order-ended-user-heading = You let this hold go
order-ended-user-lead = The tickets went back on sale. Nothing was charged.
order-ended-user-tag = cancelled by you
order-ended-expired-heading = The time to pay is over
order-ended-expired-lead = The tickets went back on sale. Nothing was charged. If some are left, you can hold them again.
order-ended-expired-tag = not paid in time
order-ended-payment-failed-heading = The payment did not go through
order-ended-payment-failed-lead = The tickets went back on sale. You pay nothing: what your bank has set aside is free again within days.
order-ended-payment-failed-tag = payment failed
order-ended-oversold-heading = These tickets were sold elsewhere
order-ended-oversold-lead = Another shop sold the last ones a moment before. You pay nothing: what was taken, if anything, is on its way back.
order-ended-oversold-tag = sold elsewhere
order-ended-refunded-heading = Given back
order-ended-refunded-lead = These tickets open no gate any more. How far the money is stands below.
order-ended-refunded-tag = refunded
order-ended-withdrawn-heading = The seller took the offer back
order-ended-withdrawn-lead = You pay nothing. Other fans may offer tickets for the same match.
order-ended-withdrawn-tag = offer withdrawn
order-ended-other-heading = This order is over
order-ended-other-lead = It cannot be paid any more.
order-ended-other-tag = over
order-what = { $n } × { $category }
order-reference = Order
order-again = Choose tickets again
order-other-offers = See other offers
order-changed = This order has changed.
order-show-now = Show it as it is now
order-signed-out = You are signed out.
order-sign-in = Sign in

# A hold, and how it is paid.
held-stub = What is held for you
held-until = until
held-from-fan = Another fan sells it. The site's fee is in the price.
time-left = Time left to pay
time-short = Less than two minutes are left.
time-over = The time to pay is over
time-over-text = The time is over. The tickets are going back on sale.
minutes-left = { $n ->
    [one] { $n } minute left to pay
   *[other] { $n } minutes left to pay
}
more-time = { $minutes ->
    [one] I need { $minutes } more minute
   *[other] I need { $minutes } more minutes
}
sum-caption = What it costs
sum-to-pay = To pay
pay-heading = Pay with a card
pay-sandbox = This site takes play money: nothing is charged.
pay-sandbox-cards = These cards stand for what can happen.
pay-stripe = Your card's details go to Stripe, our payment provider, and never through this site.
pay-closed = Nothing can be paid here just now. Write to us; your tickets are held until their time ends.
pay-act = Pay { $price }
pay-other-card = Choose another card
pay-unreachable = The card form cannot be loaded. Check your connection and load the page again; the tickets stay held until their time ends.
pay-needs-script = The card form needs JavaScript. Switch it on for this page, or open the page in another browser where you are signed in.
pay-sent-before-title = This form was sent before
pay-sent-before-text = It was sent with another card. Choose a card and pay once more.
pay-conflict-title = It changed meanwhile
pay-conflict-text = This is how the order stands now.
card-pays = pays at once
card-asks = asks for your bank's consent
card-declined = is declined
card-declined-funds = is declined: not enough money
card-declined-expired = is declined: expired
card-missing-title = No card is chosen
card-missing-text = Choose a card, then pay.
declined-title = The card was declined
declined-nothing-taken = Nothing was charged, and the tickets are still held for you.
declined-funds = There is not enough money on this card. Use another card.
declined-expired = This card has expired, or its date is wrong. Check the date, or use another card.
declined-details = The card's number, security code or address does not fit. Check them, or use another card.
declined-consent = Your bank did not get your consent. Try again and confirm in your bank's app, or use another card.
declined-pin = Your bank asks for a PIN that cannot be entered here. Use another card.
declined-again = The bank could not be reached. Try the same card again in a moment.
declined-limit = This payment is above what the card may spend. Ask your bank, or use another card.
declined-kind = This card does not pay for purchases like this one. Use another card.
declined-duplicate = Your bank took this for a payment made twice. Wait a moment, look at your orders, then try again.
declined-bank = Your bank refused the card and does not tell us why. Ask your bank, or use another card.
declined-too-often-title = No further card is taken for this hold
declined-too-often-text = Too many cards were declined. Let this hold go and hold tickets anew.
bank-waiting-title = Your bank asks for your consent
bank-waiting-text = Confirm the payment with your bank. The tickets are held meanwhile.
bank-waiting-act = Go on to the bank
bank-open-title = Your payment is open
bank-open-text = Enter your card, or confirm with your bank if it asks. The tickets are held meanwhile.
bank-open-act = Go on with the payment
bank-declined-title = Another card may pay
bank-declined-text = The payment is still open. Give another card for it.
bank-declined-act = Use another card
bank-back-title = We await your bank's answer
bank-back-text = This usually takes a few seconds, and this page shows it by itself. If nothing changes, check the payment.
bank-back-act = Check the payment
bank-title = Do you make this payment?
bank-other-title = Pay with another card
bank-text = A real bank would ask you now, in its app or by a code. This is its stand-in.
bank-consent = Yes, pay
bank-refuse = No, it was not me
bank-back = Back to the order
paying = Paying…
paying-title = We await the bank's answer
paying-text = This page shows it by itself. You can leave it: the order stays in your tickets.
cancel-act = Let the tickets go

# The life of an order.
steps = Steps to your tickets
step-held = Held
step-pay = Pay
step-paid = Paid
step-tickets = Tickets
life = What happened
life-until = until
life-held = Held
life-payment = Payment begun:
life-paid = Paid:
life-payment-cancelled = Payment ended, nothing was taken
life-declined = Card declined
life-issued = Tickets issued
life-used = Came in at the gate
life-refund = Given back:
life-refunded = Money returned:
receipt = Receipt
receipt-date = Ordered
receipt-buyer = Buyer
receipt-seller = Seller
receipt-each = each
receipt-back = Given back
receipt-paid = Paid in all
refunds = Money on its way back
refund-processing = on its way
refund-processing-text = It goes to the card that paid. Some banks take days.
refund-done = returned
refund-done-text = It was given back to the card that paid. The bank shows it at its own pace.
refund-refused = being looked into
refund-refused-text = The card did not take the money back. Our staff sees to it; you need not do anything.
refund-reason = Reason:

# Tickets.
tickets-soon = Your tickets are being issued. This page shows them by itself.
tickets-outside = This ticket was issued elsewhere: the seller hands it over to you themselves.
ticket-of = Ticket { $n } of { $all }
ticket-code = Code of { $ticket }, for the gate
ticket-valid = valid
ticket-frozen = kept back
ticket-frozen-text = Our staff keeps this ticket out of the gate for now, as while a payment is disputed. Write to us if you don't know why.
ticket-listed = on offer
ticket-listed-text = You offer this ticket to other fans, so it opens no gate. Take the offer back and you get a new code.
ticket-offers = My offers
ticket-used = used
ticket-used-text = Somebody came in by this ticket. It lets nobody in again.
ticket-refunded = refunded
ticket-refunded-text = This ticket was given back. It opens no gate any more.
ticket-transferred = sold
ticket-transferred-text = Another fan bought this ticket and has a code of their own.
ticket-valid-text = The code cannot be shown just now. Load the page again.
ticket-category = Category
ticket-holder = Name
ticket-price = Price
ticket-used-at = Used
ticket-full = Full screen
ticket-full-of = { $ticket }: code on the full screen
ticket-close = Close
ticket-pdf = PDF
ticket-pdf-of = { $ticket } as a PDF
ticket-sell = Sell
ticket-sell-of = Sell { $ticket } to another fan
calendar-add = Add to calendar
print = Print
match-page = The match

# Giving tickets back.
refund-begin = Give back
refund-which = Which tickets do you give back?
refund-none-chosen = Choose at least one ticket.
refund-go-on = Go on
refund-heading = { $n ->
    [one] Give back { $n } ticket?
   *[other] Give back { $n } tickets?
}
refund-sum = Comes back
refund-once = The tickets open no gate from then on, and go back on sale. This cannot be undone.
refund-days = The money goes to the card that paid. Some banks take days.
refund-until = Tickets can be given back until
refund-why = Reason (optional)
refund-why-hint = Our staff sees it beside the refund.
refund-act = { $n ->
    [one] Give back { $n } ticket · { $price } comes back
   *[other] Give back { $n } tickets · { $price } comes back
}
refund-keep = Keep the tickets
refund-not-title = These tickets cannot be given back now
refund-not-text = One of them was used, sold, is on offer or is kept back, or the order changed meanwhile.
refund-until-was = Tickets of this match could be given back until

# All orders.
orders-heading = My tickets
orders-lead = Holds, tickets and orders, the newest first.
orders-waiting = { $n ->
    [one] Waits for you
   *[other] Wait for you
}
orders-others = Tickets and past orders
orders-empty = No tickets yet
orders-empty-text = What you hold and buy is kept here, from the first minute to the day of the match.
orders-find = Find a match
orders-end = There is nothing older.
orders-pay = Pay
orders-pay-of = Pay for { $fixture }
orders-go-on = Go on
orders-go-on-of = Go on with the payment for { $fixture }
orders-from-fan = from another fan
orders-pages = More orders
orders-newest = The newest
orders-older = Older

# On the page of a match, where nothing could be held.
only-some-title = Not that many are left just now
only-some = { $n ->
    [one] Only { $n } ticket can be held just now. Choose fewer, or wait: some may come back.
   *[other] Only { $n } tickets can be held just now. Choose fewer, or wait: some may come back.
}
limit-reached = You hold or own { $has } of at most { $limit } tickets of this match.
limit-orders = See my tickets
