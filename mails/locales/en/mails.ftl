# Mails to fans.
mail-hello = Hello { $name },
mail-hello-unnamed = Hello,
mail-kick-off = { $day }, { $clock }
mail-what = { $category }, { $tickets }, { $amount }
mail-what-alone = { $category }, { $amount }
mail-enter-code = Enter this code where { $site } asks for it:
mail-open-site = Open the site
mail-open-order = Open my order
mail-support = Questions? Write to us:

verify-email-subject = Confirm your email for { $site }
verify-email-text = An account at { $site } was created with this email address. If you created it, please confirm the address.
verify-email-link = Confirm my email
verify-email-note = This works once, within 24 hours. If you did not create an account, do nothing.

reset-password-subject = Reset your password for { $site }
reset-password-text = A new password was requested for your account at { $site }. If it was you, choose a new password here.
reset-password-link = Choose a new password
reset-password-note = This works once, within an hour. If it was not you, do nothing: your password does not change.

password-changed-subject = Your password for { $site } was changed
password-changed-text = The password of your account at { $site } ({ $email }) was just changed, and all other devices were signed out.
password-changed-warning = If it was not you, reset your password now: another person may have access to your account.
password-changed-link = Reset my password

account-deleted-subject = Your account at { $site } is deleted
account-deleted-text = Your account at { $site } was deleted, and with it your email, your name and your password.
account-deleted-kept = What the law makes us keep about your purchases stays without your name and your email. You can open a new account with this email at any time.
account-deleted-note = This is the last mail about this account. If you did not delete it, write to us: another person knew your password.

hold-placed-subject = Yours until { $until }: { $fixture }
hold-placed-text = { $n ->
    [one] This ticket is held for you at { $site }:
   *[other] These tickets are held for you at { $site }:
}
hold-placed-until = Pay by { $until }. After that, they go back on sale.
hold-placed-link = Pay now
hold-placed-note = Don’t want them any more? Cancel them on the same page so that other fans can buy them.

hold-expired-subject = Not paid in time: { $fixture }
hold-expired-text = { $n ->
    [one] This ticket was held for you at { $site } until { $until }. It was not paid by then and is on sale again:
   *[other] These tickets were held for you at { $site } until { $until }. They were not paid by then and are on sale again:
}
hold-expired-again = You were not charged. If you still want to come, try again while tickets are left.
hold-expired-link = See what is left

paid-subject = { $n ->
    [one] Your ticket: { $fixture }
   *[other] Your tickets: { $fixture }
}
paid-text = { $n ->
    [one] Thank you, your payment is complete. Your ticket is attached as a PDF:
   *[other] Thank you, your payment is complete. Your { $n } tickets are attached as a PDF, one on each page:
}
paid-gate = Print it, or show it on your phone. Each code opens the gate once, for the first person who shows it, so keep it to yourself until then.

paid-unconfirmed-subject = Paid: { $fixture }
paid-unconfirmed-text = Thank you, your payment is complete:
paid-unconfirmed-sign-in = { $n ->
    [one] Sign in at { $site } to show or download the ticket.
   *[other] Sign in at { $site } to show or download the tickets.
}
paid-unconfirmed-note = We attach tickets to mails only after you have confirmed your email address, because anyone with a ticket’s code can use it.

bought-subject = You have bought: { $fixture }
bought-text = Thank you, your payment is complete. This ticket was issued by another seller, and the fan who sold it will hand it over to you:
bought-note = { $site } has no code for this ticket.

listing-sold-subject = Sold: { $fixture }
listing-sold-text = The ticket that you offered at { $site } is sold and paid for:
listing-sold-gate = Its code no longer opens the gate. If it was issued elsewhere, please hand it over to the buyer.
listing-sold-payout = The price minus the fee is on its way to you. See your payouts for its status.
listing-sold-link = See my payouts

refunded-subject = Refunded: { $fixture }
refunded-all = { $n ->
    [one] Your ticket was refunded:
   *[other] Your { $n } tickets were refunded:
}
refunded-some = { $returned ->
    [one] { $returned } of your { $n } tickets was refunded:
   *[other] { $returned } of your { $n } tickets were refunded:
}
refunded-money = { $amount } of the { $total } that you paid at { $site } is on its way back to your card. It may take your bank a few days to show it.
refunded-gate = A refunded ticket no longer opens the gate.
refunded-gate-others = A refunded ticket no longer opens the gate. Your other tickets are still valid.

ticket-offered-subject = A ticket for you: { $fixture }
ticket-offered-text = { $giver } is giving you a ticket from { $site }. It is free for you:
ticket-offered-text-unnamed = A fan is giving you a ticket from { $site }. It is free for you:
ticket-offered-link = Accept the ticket
ticket-offered-until = You can accept it until { $until }, with any account at { $site }.
ticket-offered-note = This works once, and anyone with this mail can take the ticket, so keep it to yourself. If you do not want the ticket, do nothing.

ticket-accepted-subject = Accepted: { $fixture }
ticket-accepted-text = The ticket that you gave to { $to } was accepted:
ticket-accepted-gate = It is theirs now, and your code no longer opens the gate.
ticket-accepted-link = See my tickets
ticket-accepted-note = If you did not give it away, contact us now and change your password.
