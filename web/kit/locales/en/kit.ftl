# Words of every page.
site-description = Tickets of { $site } for every match: what is left, shown live, and the tickets that are yours.
skip-to-content = Skip to the content
nav = Main
nav-matches = Matches
nav-resale = Resale
nav-orders = My tickets
nav-account = Account
nav-help = Help
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
request-id = Tell our staff this number:
refusal-internal-title = Something went wrong on our side
refusal-internal-text = Nothing was charged by this. Try again in a moment; if it stays so, write to us.
refusal-service-unavailable-title = Back in a moment
refusal-service-unavailable-text = The site cannot answer right now. What you hold stays yours until its time ends.
refusal-not-found-title = There is nothing here
refusal-not-found-text = The page may have moved, or it belongs to another account.
refusal-forbidden-title = This is not open to you
refusal-forbidden-text = Your account may not do this. If you think it should, write to us.
refusal-blocked-title = Not answered
refusal-blocked-text = Requests from your network, or so many of them, are not answered here. Pay what you hold, wait a while, or use another network.
refusal-rate-limited-title = A little slower
refusal-rate-limited-text = Too much was asked from your account or network in a short time. Nothing is lost: what you hold stays yours until its time ends.
refusal-captcha-required-title = One small check
refusal-captcha-required-text = We make sure that tickets go to people. Your browser solves a small task, then it goes on by itself.
refusal-captcha-failed-title = The check did not succeed
refusal-captcha-failed-text = It may have been too late. Load the page again for another one.
refusal-email-not-verified-title = Confirm your email first
refusal-email-not-verified-text = We mailed you a code. Enter it in your account, then come back.
refusal-bad-user-input-title = Something is missing or wrong
refusal-bad-user-input-text = Look at what you entered and send it again.
refusal-conflict-title = It changed meanwhile
refusal-conflict-text = Somebody or something was faster. Look at how it stands now.
refusal-extension-refused-title = No more time just now
refusal-extension-refused-text = You have had as much as there is, or others are waiting for the last tickets. Pay before the clock ends.
refusal-hold-expired-title = The time to pay is over
refusal-hold-expired-text = The tickets went back on sale. If some are left, you can hold them again.
refusal-idempotency-key-reused-title = This form was sent before
refusal-idempotency-key-reused-text = It was sent before with other choices. Look at your tickets, or start again.
refusal-payment-failed-title = The payment did not go through
refusal-payment-failed-text = Nothing was charged. Try another card while the tickets are held for you.
refusal-purchase-limit-title = You have as many as you may
refusal-purchase-limit-text = Everybody may hold or own only a few tickets of a match, so that more people get one.
refusal-sale-closed-title = The sale of this match is over
refusal-sale-closed-text = Tickets of this match are not sold any more. What you hold can still be paid until its time ends.
refusal-sold-out-title = Sold out
refusal-sold-out-text = Nothing is left of this. Other fans may offer theirs in the resale.
refusal-temporarily-unavailable-title = All on hold just now
refusal-temporarily-unavailable-text = Other people are paying for what is left. Some may come back within minutes.
refusal-csrf-prevented-title = This form came from elsewhere
refusal-csrf-prevented-text = Your browser says that another site sent it. Open the page here and send the form again.
refusal-payload-too-large-title = That is too long
refusal-payload-too-large-text = Shorten what you entered and send it again.
refusal-request-timeout-title = It took too long
refusal-request-timeout-text = Your request did not arrive in time. Send it again.

mistakes = { $n ->
    [one] One thing has to be mended
   *[other] { $n } things have to be mended
}
support = Write to us:
send-again = Send it again
open-again = Open the page again
minutes-to-wait = { $n ->
    [one] { $n } minute to wait
   *[other] { $n } minutes to wait
}
wait-is-over = You can try again now.
method-title = This page is not used that way
method-text = Open it from the site again; nothing was changed.
email-code = Code from the mail
email-code-hint = It is in the last mail that we sent you, and works once, within 24 hours.
email-confirm = Confirm my email
email-no-code = No mail there? Look in the spam folder too.
email-resend = Mail me another code
captcha-needs-script = This check needs JavaScript: your browser solves a small task by it. JavaScript is off, or it did not load.
captcha-progress = How far the check is
captcha-working = Checking, { $n } done
captcha-done = Checked. Going on…
captcha-did-not = The check did not succeed. Load the page again.
captcha-go-on = Go on
captcha-again = One check was not enough just now. Here is another one; what you entered is kept.
captcha-unknown = This check is of a provider whose form this page cannot show.
captcha-else = If it does not go on, one of these helps:
captcha-else-script = switch JavaScript on for this site
captcha-else-wait = wait some minutes
captcha-else-sign-in = sign in
captcha-else-network = use another network, such as your phone's own
