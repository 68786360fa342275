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
verify-email-text = An account at { $site } was opened with this email. If you opened it, please confirm the email.
verify-email-link = Confirm my email
verify-email-note = This works once, within 24 hours. If you opened no account, do nothing.

reset-password-subject = Reset your password for { $site }
reset-password-text = A new password was requested for your account at { $site }. If it was you, go on here.
reset-password-link = Choose a new password
reset-password-note = This works once, within an hour. If it was not you, do nothing: your password stays as it is.

password-changed-subject = Your password for { $site } was changed
password-changed-text = The password of your account at { $site } ({ $email }) was changed just now, and all other devices were signed out.
password-changed-warning = If it was not you, reset your password at once: a stranger may be reading your account.
password-changed-link = Reset my password

hold-placed-subject = Yours until { $until }: { $fixture }
hold-placed-text = { $n ->
    [one] This ticket is held for you at { $site }:
   *[other] These tickets are held for you at { $site }:
}
hold-placed-until = Pay by { $until }; after that they go back on sale.
hold-placed-link = Pay now
hold-placed-note = You don’t want them any more? Cancel them on the same page, so that other fans can buy them.

hold-expired-subject = Not paid in time: { $fixture }
hold-expired-text = { $n ->
    [one] This ticket was held for you at { $site } until { $until }. It was not paid by then and is on sale again:
   *[other] These tickets were held for you at { $site } until { $until }. They were not paid by then and are on sale again:
}
hold-expired-again = You were charged nothing. If you still want to come, try again while some are left.
hold-expired-link = See what is left

paid-subject = { $n ->
    [one] Your ticket: { $fixture }
   *[other] Your tickets: { $fixture }
}
paid-text = { $n ->
    [one] Thank you, your payment is complete. Your ticket is attached as a PDF:
   *[other] Thank you, your payment is complete. Your { $n } tickets are attached as a PDF, one on each page:
}
paid-gate = Print it, or show it on your phone. Each code opens the gate once, to the first person who shows it: keep it to yourself until then.

paid-unconfirmed-subject = Paid: { $fixture }
paid-unconfirmed-text = Thank you, your payment is complete:
paid-unconfirmed-sign-in = { $n ->
    [one] Sign in at { $site } to show or download the ticket.
   *[other] Sign in at { $site } to show or download the tickets.
}
paid-unconfirmed-note = Tickets are attached to mails only once you have confirmed your email, because a ticket’s code lets anyone in who has it.

bought-subject = You have bought: { $fixture }
bought-text = Thank you, your payment is complete. This ticket was issued by another seller, and the fan who sold it hands it over to you:
bought-note = { $site } has no code for this ticket.

listing-sold-subject = Sold: { $fixture }
listing-sold-text = The ticket that you offered at { $site } is sold and paid:
listing-sold-gate = Its code opens no gate any more. If it was issued elsewhere, please hand it over to its buyer.
listing-sold-payout = Its price, less the fee, is on its way to you. Your payouts show how far it is.
listing-sold-link = See my payouts

refunded-subject = Refunded: { $fixture }
refunded-all = { $n ->
    [one] Your ticket was given back:
   *[other] Your { $n } tickets were given back:
}
refunded-some = { $returned ->
    [one] { $returned } of your { $n } tickets was given back:
   *[other] { $returned } of your { $n } tickets were given back:
}
refunded-money = { $amount } of the { $total } that you paid at { $site } is on its way back to your card. Your bank may take some days to show it.
refunded-gate = A ticket that was given back opens no gate.
refunded-gate-others = A ticket that was given back opens no gate. Your other tickets stay as they are.

ticket-offered-subject = A ticket for you: { $fixture }
ticket-offered-text = { $giver } gives you a ticket of { $site }. It costs you nothing:
ticket-offered-text-unnamed = A fan gives you a ticket of { $site }. It costs you nothing:
ticket-offered-link = Accept the ticket
ticket-offered-until = You can accept it until { $until }, with any account at { $site }.
ticket-offered-note = This works once, and anyone who has it can have the ticket: keep this mail to yourself. If you do not want the ticket, do nothing.

ticket-accepted-subject = Accepted: { $fixture }
ticket-accepted-text = The ticket that you gave to { $to } was accepted:
ticket-accepted-gate = It is theirs now, and the code that you had opens no gate any more.
ticket-accepted-link = See my tickets
ticket-accepted-note = If you did not give it away, write to us at once and change your password.
