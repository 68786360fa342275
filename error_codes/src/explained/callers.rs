//! Of the caller.

use super::{Explained, Retry, Shown};
use crate::Code;

pub(super) const EXPLAINED: &[Explained] = &[
    Explained {
        code: Code::BLOCKED,
        meaning: "The site does not answer this client.",
        causes: &[
            "A rule blocks the client's address.",
            "The client shows so many signs of a bot that a captcha is not enough.",
        ],
        status: ["403", "403"],
        closes: &[4403],
        retry: Retry::No,
        client: "Do not retry automatically. The message says which of the two it is; ask the site's operator if it is wrong.",
        shown: Shown::Yes,
    },
    Explained {
        code: Code::CAPTCHA_FAILED,
        meaning: "The solution of the captcha was refused.",
        causes: &["The solution is wrong, expired or was used before."],
        status: ["200", "200"],
        closes: &[],
        retry: Retry::Changed,
        client: "Get another challenge with `captchaChallenge` and solve it.",
        shown: Shown::Yes,
    },
    Explained {
        code: Code::CAPTCHA_REQUIRED,
        meaning: "The client must solve a captcha first.",
        causes: &["The client shows signs of a bot, and asks for a protected field (`bots.protected`)."],
        status: ["403", "403"],
        closes: &[],
        retry: Retry::Changed,
        client: "Solve `extensions.captcha`, send the solution to `solveCaptcha`, and repeat the request with the pass in the \
                 header `captcha-pass`.",
        shown: Shown::No,
    },
    Explained {
        code: Code::EMAIL_NOT_VERIFIED,
        meaning: "The account's email must be confirmed first.",
        causes: &["The site asks for a confirmed email (`site.needsConfirmedEmail`)."],
        status: ["200", "200"],
        closes: &[],
        retry: Retry::Changed,
        client: "Have the code of the mail entered (`verifyEmail`); `requestEmailVerification` mails another one.",
        shown: Shown::Yes,
    },
    Explained {
        code: Code::FORBIDDEN,
        meaning: "The caller has no right to do this.",
        causes: &[
            "The field is for stewards or admins.",
            "The account is disabled, or its identity provider manages what was asked for.",
            "The listing or the ticket is the caller's own, or the site has turned the feature off.",
            "The role has just changed.",
        ],
        status: [
            "200; 403 for a disabled account; 400 if the role has just changed",
            "200; 403 for a disabled account",
        ],
        closes: &[4403],
        retry: Retry::No,
        client: "Do not offer this to the user.",
        shown: Shown::Yes,
    },
    Explained {
        code: Code::RATE_LIMITED,
        meaning: "The caller has asked for too much.",
        causes: &[
            "A bucket has too few tokens; `extensions.bucket` names it.",
            "Too many wrong passwords, declined cards, offered tickets, or orders that were not paid.",
            "Too many connections or operations are open.",
        ],
        status: ["429; 200 if a mutation's own limit refuses and other fields have data", "429, as before"],
        closes: &[4429],
        retry: Retry::Later,
        client: "Wait for `extensions.retryAfter` seconds (the header `retry-after` says the same). Without it, the request can \
                 never succeed: ask for less.",
        shown: Shown::Yes,
    },
    Explained {
        code: Code::REAUTHENTICATION_REQUIRED,
        meaning: "The user must sign in at the identity provider again before this.",
        causes: &["The account has no password here, and its last sign-in at the provider is older than five minutes."],
        status: ["200", "200"],
        closes: &[],
        retry: Retry::Changed,
        client: "Lead the browser to `/auth/sign-in?anew&next=/path`, or get a token with a recent `auth_time`, and repeat the \
                 request.",
        shown: Shown::Yes,
    },
    Explained {
        code: Code::UNAUTHENTICATED,
        meaning: "The request needs a session.",
        causes: &[
            "No access token, although the field needs one.",
            "The access token is invalid or expired, or its session has ended.",
            "Wrong email or password, or a refresh token that is not valid any more.",
        ],
        status: [
            "401 for a refused token, 400 if its session has just ended at another instance, 200 without one",
            "401 for a refused token, 200 otherwise",
        ],
        closes: &[4401, 4403],
        retry: Retry::Changed,
        client: "Refresh the session once (`refreshSession`) and repeat the request; if that fails, have the user sign in.",
        shown: Shown::Yes,
    },
];
