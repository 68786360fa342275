# Words of every page.
site-description = Tickets from { $site } for every match: live availability, and the tickets that are yours.
skip-to-content = Skip to content
nav = Main
nav-matches = Matches
nav-resale = Resale
nav-orders = My tickets
nav-account = Account
nav-help = Help
nav-search = Search
search-label = Search matches and tickets
search-placeholder = Team, stadium or day
search-recent = Recent searches
search-forget = Remove { $query } from recent searches
search-forget-all = Remove all
languages = Language
prices-include-fees = Prices include all fees.
back-to-matches = All matches
live = live
as-of = as of { $clock }
local-time = { $time } your time

# Why something is not done, and what helps.
try-again-in = { $seconds ->
    [one] Try again in { $seconds } second.
   *[other] Try again in { $seconds } seconds.
}
request-id = Give our staff this number:
refusal-internal-title = Something went wrong on our side
refusal-internal-text = You were not charged. Try again in a moment. If it keeps happening, write to us.
refusal-service-unavailable-title = Back in a moment
refusal-service-unavailable-text = The site is not available right now. Your holds stay yours until they expire.
refusal-not-found-title = There is nothing here
refusal-not-found-text = The page may have moved, or it belongs to another account.
refusal-forbidden-title = You don't have access to this
refusal-forbidden-text = Your account is not allowed to do this. If you think it should be, write to us.
refusal-blocked-title = Blocked
refusal-blocked-text = Requests from your network, or as many as you sent, are blocked here. Pay for what you hold, wait a while, or use another network.
refusal-rate-limited-title = Too many requests
refusal-rate-limited-text = Your account or network sent too many requests in a short time. Nothing is lost: your holds stay yours until they expire.
refusal-captcha-required-title = One small check
refusal-captcha-required-text = We make sure that tickets go to people. Your browser solves a small task and then continues by itself.
refusal-captcha-failed-title = The check did not succeed
refusal-captcha-failed-text = It may have expired. Reload the page for a new one.
refusal-reauthentication-required-title = Sign in again first
refusal-reauthentication-required-text = Your sign-in at the identity provider was too long ago. Sign in there again, then come back.
refusal-account-not-settled-title = Something is still open
refusal-account-not-settled-text = Your account can’t be deleted yet. Your account page says what is still open.
refusal-email-not-verified-title = Confirm your email first
refusal-email-not-verified-text = We mailed you a code. Enter it in your account, then come back.
refusal-bad-user-input-title = Something is missing or wrong
refusal-bad-user-input-text = Check what you entered and send it again.
refusal-conflict-title = It has changed in the meantime
refusal-conflict-text = Another person or device was faster. Check how it looks now.
refusal-extension-refused-title = No more time right now
refusal-extension-refused-text = You have used all extensions, or others are waiting for the last tickets. Pay before the time runs out.
refusal-hold-expired-title = The time to pay has ended
refusal-hold-expired-text = The tickets went back on sale. If some are left, you can hold them again.
refusal-idempotency-key-reused-title = This form was sent before
refusal-idempotency-key-reused-text = It was sent before with other choices. Check your tickets, or start again.
refusal-payment-failed-title = The payment did not go through
refusal-payment-failed-text = Nothing was charged. Try another card while the tickets are held for you.
refusal-purchase-limit-title = You have reached the limit
refusal-purchase-limit-text = Each fan can hold or own only a few tickets for a match, so that more people get one.
refusal-sale-closed-title = Sales for this match have ended
refusal-sale-closed-text = Tickets for this match are no longer sold. You can still pay for what you hold until it expires.
refusal-sold-out-title = Sold out
refusal-sold-out-text = No tickets are left. Other fans may offer theirs for resale.
refusal-temporarily-unavailable-title = All on hold right now
refusal-temporarily-unavailable-text = Other people are paying for the last tickets. Some may become available again within minutes.
refusal-csrf-prevented-title = This form came from elsewhere
refusal-csrf-prevented-text = Your browser reports that another site sent it. Open the page here and send the form again.
refusal-payload-too-large-title = That is too long
refusal-payload-too-large-text = Shorten what you entered and send it again.
refusal-request-timeout-title = It took too long
refusal-request-timeout-text = Your request did not arrive in time. Send it again.

mistakes = { $n ->
    [one] Please correct one thing
   *[other] Please correct { $n } things
}
support = Write to us:
send-again = Send again
open-again = Open the page again
minutes-to-wait = { $n ->
    [one] { $n } minute to wait
   *[other] { $n } minutes to wait
}
wait-is-over = You can try again now.
method-title = This page can't be used like this
method-text = Open it from the site again. Nothing was changed.
email-code = Code from the mail
email-code-hint = It is in the most recent mail from us and works once, within 24 hours.
email-confirm = Confirm my email
email-no-code = No mail? Check the spam folder too.
email-resend = Send me a new code
captcha-needs-script = This check needs JavaScript, with which your browser solves a small task. JavaScript is off or did not load.
captcha-progress = Progress of the check
captcha-working = Checking, { $n } done
captcha-done = Checked. Continuing…
captcha-did-not = The check did not succeed. Reload the page.
captcha-go-on = Continue
captcha-again = One check was not enough this time. Here is another one. What you entered is kept.
captcha-unknown = This check comes from a provider whose form this page cannot show.
captcha-else = If it does not continue, try one of these:
captcha-else-script = turn on JavaScript for this site
captcha-else-wait = wait a few minutes
captcha-else-sign-in = sign in
captcha-else-network = use another network, such as your phone's own
