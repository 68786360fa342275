# Words of the pages of account.
mistake-title = Mistake: { $title }
email = Email
password = Password
password-new = New password
password-current = Password until now
password-rule = 8 to 128 characters, at least 4 different ones. Not a common password, and not your email. A sentence is fine, and so is what a password manager makes.
name = Name
name-hint = As tickets and mails call you. You may leave it out.
country = Country or region
country-none = Not given
not-given = not given
go-on = Go on
back-to-account = Your account
back-to-sign-in = Sign in

wrong-email = Enter an email address, such as name@example.com.
password-short = This password is too short. Take at least { $n } characters.
password-long = This password is too long. Take at most { $n } characters.
password-common = This password is easily guessed: it is a common one, your email, or of too few different characters. Take another.
wrong-currentpassword = That is not the password of this account.
wrong-displayname = Use a shorter name of letters, without a web address.
wrong-country = Choose a country from the list.
wrong-locale = Choose a language from the list.
wrong-code = This code is unknown, was used, or is over. Copy it from the last mail, or have another one sent.
wrong-credentials = Email or password is wrong.
email-taken = There is an account with this email. Sign in, or choose “Forgot your password?” there.
account-disabled = This account is closed. Write to us if you think it should not be.
account-elsewhere = An identity provider keeps this account. Change its password there.
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
reset-done = Your password is changed. Sign in with the new one.

sign-up-title = Open an account
sign-up-text = Your tickets stay in it, on every device. We mail you only about what you buy and sell.
sign-up-button = Open an account
sign-up-link = New here? Open an account

sign-out = Sign out
sign-out-title = Sign out
sign-out-text = Your tickets and orders stay in your account. What you hold unpaid stays yours until its time ends.
sign-out-everywhere = On all of my devices
sign-out-everywhere-link = Sign out on all devices

account-title = Your account
account-nav = What is yours
email-verified = confirmed
email-not-verified = not confirmed
email-elsewhere = kept by your identity provider
done-signed-up = Your account is open. We mailed you a code to confirm your email.
done-verified = Your email is confirmed.
done-sent = We mailed you another code. It comes within a minute.
done-password = Your password is changed. Your other devices are signed out.
done-profile = Your profile is saved.

language = Language
language-hint = For mails. These pages have their own, at the top.
profile-title = Your profile
profile-button = Save

password-title = Change your password
password-text = Your other devices are signed out by this. This one stays.
password-button = Change the password

forgotten-title = Forgot your password?
forgotten-text = Enter the email of your account. We mail you a code by which you choose another password.
forgotten-button = Mail me a code
forgotten-sent = If there is an account with this email, a code is on its way to it. It comes within a minute.

reset-title = Choose another password
reset-text = All of your devices are signed out by this. Then you sign in with the new password.
reset-code = Code from the mail
reset-code-hint = It works once, within an hour.
reset-button = Take this password
reset-another = No code, or it is over? Have another one sent

verify-title = Confirm your email
verify-why = We mailed a code to { $email }. With it we know that tickets reach you there.
verify-text = Enter the code that we mailed you. With it we know that tickets reach you there.
verify-sign-in = To have another code mailed, sign in first.
