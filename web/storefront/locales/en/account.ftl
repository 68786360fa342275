# Words of the pages of account.
mistake-title = Mistake: { $title }
email = Email
password = Password
password-new = New password
password-current = Current password
password-rule = 8 to 128 characters, at least 4 of them different. Not a common password, and not your email. A sentence is fine, and so is a password manager's suggestion.
name = Name
name-hint = For tickets and mails. Optional.
country = Country or region
country-none = Not given
not-given = not given
go-on = Continue
back-to-account = Your account
back-to-sign-in = Sign in

wrong-email = Enter an email address, such as name@example.com.
password-short = This password is too short. Use at least { $n } characters.
password-long = This password is too long. Use at most { $n } characters.
password-common = This password is easy to guess: it is a common one, your email, or has too few different characters. Choose another one.
wrong-currentpassword = That is not the password of this account.
wrong-displayname = Use a shorter name made of letters, without a web address.
wrong-country = Choose a country from the list.
wrong-locale = Choose a language from the list.
wrong-code = This code is wrong, used or expired. Copy it from the most recent mail, or request a new one.
wrong-credentials = Wrong email or password.
email-taken = An account with this email exists. Sign in, or choose “Forgot your password?” there.
account-disabled = This account is disabled. Write to us if you think it should not be.
account-elsewhere = An identity provider manages this account. Change its password there.
too-many-attempts = { $seconds ->
    [one] Too many tries in a short time. Try again in { $seconds } second.
   *[other] Too many tries in a short time. Try again in { $seconds } seconds.
}

sign-in-title = Sign in
sign-in-button = Sign in
sign-in-link = Have an account? Sign in
sign-in-with = Sign in with { $provider }
signed-in-already = You are signed in as { $email }.
forgotten-link = Forgot your password?
reset-done = Your password has been changed. Sign in with the new one.

sign-up-title = Create an account
sign-up-text = It keeps your tickets, on every device. We mail you only about what you buy and sell.
sign-up-button = Create an account
sign-up-link = New here? Create an account

sign-out = Sign out
sign-out-title = Sign out
sign-out-text = Your tickets and orders stay in your account. Unpaid holds stay yours until they expire.
sign-out-everywhere = On all of my devices
sign-out-everywhere-link = Sign out on all devices

account-title = Your account
account-nav = Your account
email-verified = confirmed
email-not-verified = not confirmed
email-elsewhere = managed by your identity provider
done-signed-up = Your account has been created. We mailed you a code to confirm your email.
done-verified = Your email is confirmed.
done-sent = We mailed you a new code. It arrives within a minute.
done-password = Your password has been changed. Your other devices are signed out.
done-profile = Your profile has been saved.

language = Language
language-hint = For mails. Choose the language of these pages at the top.
profile-title = Your profile
profile-button = Save

password-title = Change your password
password-text = This signs out your other devices. This one stays signed in.
password-button = Change password

forgotten-title = Forgot your password?
forgotten-text = Enter the email of your account. We mail you a code with which you can choose a new password.
forgotten-button = Mail me a code
forgotten-sent = If an account with this email exists, a code is on its way. It arrives within a minute.

reset-title = Choose a new password
reset-text = This signs out all of your devices. Then sign in with the new password.
reset-code = Code from the mail
reset-code-hint = It works once, within an hour.
reset-button = Set this password
reset-another = No code, or it expired? Request a new one

verify-title = Confirm your email
verify-why = We mailed a code to { $email }. It confirms that tickets reach you there.
verify-text = Enter the code that we mailed you. It confirms that tickets reach you there.
verify-sign-in = To get a new code, sign in first.

profile-elsewhere = Your identity provider keeps your name. Change it there.

personalisation-title = Recommendations
personalisation-on = on
personalisation-off = off
personalisation-text-on = We recommend matches by what you booked and by your country. For this, your bookings are recorded under a random pseudonym, with your country and without your name or email.
personalisation-text-off = We don’t learn from your bookings: they are recorded without anything that leads to you, and recommendations don’t use them.
personalisation-note = If you turn this off, your pseudonym is deleted at once, and what was recorded under it is erased within days.
personalisation-turn-off = Don’t use my bookings
personalisation-turn-on = Use my bookings
done-personalised = From now on, recommendations use your bookings.
done-not-personalised = Your pseudonym is deleted. Recommendations don’t use your bookings any more.

data-title = Download your data
data-text = You get one file with everything that is recorded about you: your account, where you are signed in, your orders, payments, tickets, listings and gifts, mails that wait, and what our security service noted. It is JSON, which browsers and text editors open.
data-without = Passwords and ticket codes are not in it. Keep the file to yourself.
data-button = Download the file

delete-title = Delete your account
delete-text = This can’t be undone. All of your devices are signed out at once.
delete-count = { $n }
delete-goes-title = What is deleted
delete-goes-account = your email, name, password, country and language
delete-goes-sessions = your sessions, and the networks that you signed in from
delete-goes-names = your name on tickets and listings, and what you wrote about listings
delete-goes-pseudonym = the pseudonym of your bookings at once, and what was recorded under it within days
delete-goes-holds = holds and orders that you have not paid: they are cancelled
delete-kept-title = What we have to keep
delete-kept-text = The law makes sellers keep records of what they sold. They stay under a number, without your name and your email:
delete-kept-nothing = Nothing: you have not bought or sold anything here.
delete-kept-until = until { $date }
kept-reservations = reservations and orders
kept-payments = payments
kept-refunds = refunds
kept-disputes = disputes about payments
kept-tickets = tickets
kept-ticket-transfers = gifts
kept-listings = listings
kept-payouts = payouts
kept-other = other records
delete-obstacles-title = Settle this first
delete-obstacles-text = You can delete your account once none of this is open any more.
obstacle-valid-tickets = Tickets for upcoming matches
obstacle-valid-tickets-help = Wait until after the match, return them, sell them or give them away.
obstacle-open-listings = Tickets that you offer for sale
obstacle-open-listings-help = Withdraw them.
obstacle-ordered-listings = Tickets that a buyer has ordered from you
obstacle-ordered-listings-help = Wait until the buyer has paid, or the order has ended.
obstacle-payments-in-progress = Payments in progress
obstacle-payments-in-progress-help = Wait until they are complete, or cancel the order.
obstacle-payouts-due = Money for tickets that you sold
obstacle-payouts-due-help = Wait until it has been paid out to you.
obstacle-refunds-under-way = Refunds on their way to you
obstacle-refunds-under-way-help = Wait until the money has arrived. If it takes long, write to us.
obstacle-gifts-offered = Tickets that you offered as a gift
obstacle-gifts-offered-help = Take them back, or wait until they are accepted.
obstacle-other = Something else is still open
obstacle-other-help = Write to us.
delete-data-first = Download your data first
delete-sign-in = To show that it is you, sign in at your identity provider once more. After that, you have five minutes.
delete-sign-in-button = Sign in once more
delete-confirm = I understand that this can’t be undone.
delete-button = Delete my account for good
wrong-confirm = Tick the box to confirm that you want to delete your account.
deleted-title = Your account is deleted
deleted-text = We are mailing a confirmation to the email that it had. You can open a new account with that email at any time.
deleted-kept = What the law makes us keep stays without your name and your email.
