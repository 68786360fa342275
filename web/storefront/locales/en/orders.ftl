# Words of the pages of orders.
# An order, by where it stands: its heading, what that means, and the same in two words.
order-held-heading = Held for you
order-held-lead = Pay in time and { $fixture } is yours. Nothing is charged yet.
order-held-tag = to be paid
order-run-out-heading = The time to pay has ended
order-run-out-lead = The tickets are going back on sale. Nothing was charged.
order-run-out-tag = time ran out
order-waiting-heading = One more step to pay
order-waiting-lead = The tickets stay on hold while your payment waits for you. Nothing is charged yet.
order-waiting-tag = waits for you
order-paying-heading = Your payment is on its way
order-paying-lead = The tickets stay on hold in the meantime. Do not pay again.
order-paying-tag = being paid
order-settling-heading = Paid, almost done
order-settling-lead = The tickets are yours. Their codes appear here in a moment.
order-settling-tag = paid
order-paid-heading = { $n ->
    [one] Your ticket
   *[other] Your tickets
}
order-paid-lead = Show the code at the gate. It lets one person in, once.
order-paid-without-lead = It is paid for. The reason why no code is shown is next to each ticket.
order-paid-tag = paid
order-ended-user-heading = You cancelled this hold
order-ended-user-lead = The tickets went back on sale. Nothing was charged.
order-ended-user-tag = cancelled by you
order-ended-expired-heading = The time to pay has ended
order-ended-expired-lead = The tickets went back on sale. Nothing was charged. If some are left, you can hold them again.
order-ended-expired-tag = not paid in time
order-ended-payment-failed-heading = The payment did not go through
order-ended-payment-failed-lead = The tickets went back on sale. You pay nothing: your bank releases the amount that it reserved within days.
order-ended-payment-failed-tag = payment failed
order-ended-oversold-heading = These tickets were sold elsewhere
order-ended-oversold-lead = Another shop sold the last ones a moment earlier. You pay nothing: any charge is on its way back.
order-ended-oversold-tag = sold elsewhere
order-ended-refunded-heading = Refunded
order-ended-refunded-lead = These tickets no longer open the gate. See the status of the refund below.
order-ended-refunded-tag = refunded
order-ended-withdrawn-heading = The seller withdrew the offer
order-ended-withdrawn-lead = You pay nothing. Other fans may offer tickets for the same match.
order-ended-withdrawn-tag = offer withdrawn
order-ended-other-heading = This order has ended
order-ended-other-lead = It can no longer be paid.
order-ended-other-tag = ended
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
held-from-fan = Another fan is selling it. The price includes the site's fee.
time-left = Time left to pay
time-short = Less than two minutes are left.
time-over = The time to pay has ended
time-over-text = Time is up. The tickets are going back on sale.
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
pay-sandbox-cards = Each of these cards shows what can happen.
pay-stripe = Your card details go to Stripe, our payment provider, and never through this site.
pay-closed = Payments are not possible right now. Write to us. Your tickets are held until the hold expires.
pay-act = Pay { $price }
pay-other-card = Choose another card
pay-unreachable = The card form cannot be loaded. Check your connection and reload the page. The tickets stay held until the hold expires.
pay-needs-script = The card form needs JavaScript. Turn it on for this page, or open the page in another browser where you are signed in.
pay-sent-before-title = This form was sent before
pay-sent-before-text = It was sent with another card. Choose a card and pay again.
pay-conflict-title = It has changed in the meantime
pay-conflict-text = This is the order as it is now.
card-pays = pays at once
card-asks = needs your bank's confirmation
card-declined = is declined
card-declined-funds = is declined: not enough money
card-declined-expired = is declined: expired
card-missing-title = No card is chosen
card-missing-text = Choose a card, then pay.
declined-title = The card was declined
declined-nothing-taken = Nothing was charged, and the tickets are still held for you.
declined-funds = There is not enough money on this card. Use another card.
declined-expired = This card has expired, or its date is wrong. Check the date, or use another card.
declined-details = The card's number, security code or address is wrong. Check them, or use another card.
declined-consent = Your bank did not receive your confirmation. Try again and confirm in your bank's app, or use another card.
declined-pin = Your bank asks for a PIN that cannot be entered here. Use another card.
declined-again = The bank could not be reached. Try the same card again in a moment.
declined-limit = This payment exceeds the card's limit. Ask your bank, or use another card.
declined-kind = This card does not support purchases like this one. Use another card.
declined-duplicate = Your bank considers this a duplicate payment. Wait a moment, check your orders, then try again.
declined-bank = Your bank declined the card and does not say why. Ask your bank, or use another card.
declined-too-often-title = No more cards are accepted for this hold
declined-too-often-text = Too many cards were declined. Cancel this hold and hold tickets again.
bank-waiting-title = Your bank asks you to confirm
bank-waiting-text = Confirm the payment with your bank. The tickets stay on hold in the meantime.
bank-waiting-act = Continue to the bank
bank-open-title = Your payment is not finished
bank-open-text = Enter your card, or confirm with your bank if it asks. The tickets stay on hold in the meantime.
bank-open-act = Continue with the payment
bank-declined-title = Try another card
bank-declined-text = The payment is still open. Use another card for it.
bank-declined-act = Use another card
bank-back-title = Waiting for your bank
bank-back-text = This usually takes a few seconds, and this page updates by itself. If nothing changes, check the payment.
bank-back-act = Check the payment
bank-title = Do you confirm this payment?
bank-other-title = Pay with another card
bank-text = A real bank would ask you now, in its app or with a code. This page stands in for it.
bank-consent = Yes, pay
bank-refuse = No, it was not me
bank-back = Back to the order
paying = Paying…
paying-title = Waiting for the bank
paying-text = This page updates by itself. You can leave it: the order stays in your tickets.
cancel-act = Cancel the hold

# The life of an order.
steps = Steps to your tickets
step-held = Held
step-pay = Pay
step-paid = Paid
step-tickets = Tickets
life = What happened
life-until = until
life-held = Held
life-payment = Payment started:
life-paid = Paid:
life-payment-cancelled = Payment cancelled, nothing was charged
life-declined = Card declined
life-issued = Tickets issued
life-used = Used at the gate
life-refund = Refund requested:
life-refunded = Money returned:
receipt = Receipt
receipt-date = Ordered
receipt-buyer = Buyer
receipt-seller = Seller
receipt-each = each
receipt-back = Refunded
receipt-paid = Total paid
refunds = Money on its way back
refund-processing = on its way
refund-processing-text = It goes to the card that paid. Some banks take days.
refund-done = returned
refund-done-text = It was returned to the card that paid. Your bank may take a few days to show it.
refund-refused = being looked into
refund-refused-text = The card did not accept the refund. Our staff takes care of it, and you don't need to do anything.
refund-reason = Reason:

# Tickets.
tickets-soon = Your tickets are being issued. They appear on this page by themselves.
tickets-outside = This ticket was issued elsewhere: the seller will hand it over to you.
ticket-of = Ticket { $n } of { $all }
ticket-code = Code of { $ticket }, for the gate
ticket-valid = valid
ticket-frozen = frozen
ticket-frozen-text = Our staff has frozen this ticket for now, for example because a payment is disputed. Write to us if you don't know why.
ticket-listed = on offer
ticket-listed-text = You are offering this ticket to other fans, so it opens no gate. Withdraw the offer and you get a new code.
ticket-offers = My offers
ticket-used = used
ticket-used-text = This ticket was used at the gate and can't be used again.
ticket-refunded = refunded
ticket-refunded-text = This ticket was refunded. It no longer opens the gate.
ticket-transferred = sold
ticket-transferred-text = Another fan bought this ticket and has a code of their own.
ticket-valid-text = The code cannot be shown right now. Reload the page.
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
refund-begin = Return tickets
refund-which = Which tickets do you want to return?
refund-none-chosen = Choose at least one ticket.
refund-go-on = Continue
refund-heading = { $n ->
    [one] Return { $n } ticket?
   *[other] Return { $n } tickets?
}
refund-sum = You get back
refund-once = The tickets will no longer open the gate and go back on sale. This cannot be undone.
refund-days = The money goes to the card that paid. Some banks take days.
refund-until = Tickets can be returned until
refund-why = Reason (optional)
refund-why-hint = Our staff sees it with the refund.
refund-act = { $n ->
    [one] Return { $n } ticket · get { $price } back
   *[other] Return { $n } tickets · get { $price } back
}
refund-keep = Keep the tickets
refund-not-title = These tickets cannot be returned now
refund-not-text = One of them was used or sold, is on offer or frozen, or the order has changed in the meantime.
refund-until-was = Tickets for this match could be returned until

# All orders.
orders-heading = My tickets
orders-lead = Holds, tickets and orders, newest first.
orders-waiting = { $n ->
    [one] Waiting for you
   *[other] Waiting for you
}
orders-others = Tickets and past orders
orders-empty = No tickets yet
orders-empty-text = What you hold and buy is here, from the first minute to the day of the match.
orders-find = Find a match
orders-end = There are no older orders.
orders-pay = Pay
orders-pay-of = Pay for { $fixture }
orders-go-on = Continue
orders-go-on-of = Continue with the payment for { $fixture }
orders-from-fan = from another fan
orders-pages = More orders
orders-newest = Newest
orders-older = Older

# On the page of a match, where nothing could be held.
only-some-title = Not that many are left right now
only-some = { $n ->
    [one] Only { $n } ticket can be held right now. Choose fewer, or wait: some may become available.
   *[other] Only { $n } tickets can be held right now. Choose fewer, or wait: some may become available.
}
limit-reached = You hold or own { $has } of at most { $limit } tickets for this match.
limit-orders = See my tickets
