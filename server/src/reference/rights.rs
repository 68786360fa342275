//! Rights: which callers each field and each page answers. End-to-end tests ask for each of them as five callers, and compare.

use std::collections::BTreeMap;

use super::markdown::{self, code};

/// Who is let through to a field at a root, or to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Every caller.
    Everybody,
    /// Every caller; objects that they may not see are null.
    Shown,
    /// Every user with a session.
    SignedIn,
    /// The user whose object it is.
    Owner,
    /// The user whose object it is, and admins.
    OwnerAndAdmins,
    /// Stewards and admins.
    Stewards,
    /// Admins.
    Admins,
}

use Access::{Admins, Everybody, Owner, OwnerAndAdmins, Shown, SignedIn, Stewards};

impl Access {
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Everybody => "all clients",
            Shown => "all clients; objects of others are null",
            SignedIn => "signed-in users",
            Owner => "the owner",
            OwnerAndAdmins => "the owner and admins",
            Stewards => "stewards and admins",
            Admins => "admins",
        }
    }
}

/// The fields at the roots.
#[rustfmt::skip]
pub const ROOTS: &[(&str, Access)] = &[
    ("Query.site", Everybody),
    ("Query.now", Everybody),
    ("Query.matches", Everybody),
    ("Query.match", Everybody),
    ("Query.recommendations", Everybody),
    ("Query.search", Everybody),
    ("Query.me", Everybody),
    ("Query.accountDeletion", SignedIn),
    ("Query.myReservations", SignedIn),
    ("Query.reservation", OwnerAndAdmins),
    ("Query.reconciliation", Admins),
    ("Query.myTickets", SignedIn),
    ("Query.ticketTransfer", Everybody),
    ("Query.revokedTickets", Stewards),
    ("Query.listing", Everybody),
    ("Query.listings", Everybody),
    ("Query.myListings", SignedIn),
    ("Query.myOrders", SignedIn),
    ("Query.payouts", SignedIn),
    ("Query.addressRules", Admins),
    ("Query.securityEvents", Admins),
    ("Query.captchaChallenge", Everybody),
    ("Query.rateLimit", Everybody),
    ("Query.node", Shown),
    ("Mutation.signUp", Everybody),
    ("Mutation.signIn", Everybody),
    ("Mutation.refreshSession", Everybody),
    ("Mutation.signOut", SignedIn),
    ("Mutation.updateProfile", SignedIn),
    ("Mutation.changePassword", SignedIn),
    ("Mutation.setPersonalisation", SignedIn),
    ("Mutation.exportMyData", SignedIn),
    ("Mutation.deleteAccount", SignedIn),
    ("Mutation.requestPasswordReset", Everybody),
    ("Mutation.resetPassword", Everybody),
    ("Mutation.requestEmailVerification", SignedIn),
    ("Mutation.verifyEmail", Everybody),
    ("Mutation.reserve", SignedIn),
    ("Mutation.extendReservation", Owner),
    ("Mutation.cancelReservation", Owner),
    ("Mutation.payReservation", Owner),
    ("Mutation.createPaymentIntent", Owner),
    ("Mutation.refundReservation", OwnerAndAdmins),
    ("Mutation.freezeTickets", Admins),
    ("Mutation.unfreezeTickets", Admins),
    ("Mutation.transferTicket", Owner),
    ("Mutation.cancelTicketTransfer", OwnerAndAdmins),
    ("Mutation.acceptTicketTransfer", SignedIn),
    ("Mutation.checkIn", Stewards),
    ("Mutation.checkInBatch", Stewards),
    ("Mutation.createListing", Owner),
    ("Mutation.updateListing", Owner),
    ("Mutation.withdrawListing", OwnerAndAdmins),
    ("Mutation.orderListing", SignedIn),
    ("Mutation.setAddressRule", Admins),
    ("Mutation.removeAddressRule", Admins),
    ("Mutation.solveCaptcha", Everybody),
    ("Subscription.availability", Everybody),
    ("Subscription.securityEvents", Admins),
    ("Subscription.listingsChanged", Everybody),
    ("Subscription.reservation", OwnerAndAdmins),
];

/// Routes of pages, with their methods.
#[rustfmt::skip]
pub const PAGES: &[(&str, &str, Access)] = &[
    ("GET", "/", Everybody),
    ("GET", "/verify", Everybody),
    ("GET", "/reset", Everybody),
    ("GET", "/tickets/accept", Everybody),
    ("GET", "/{locale}", Everybody),
    ("GET", "/{locale}/", Everybody),
    ("GET", "/{locale}/matches/{number}", Everybody),
    ("POST", "/{locale}/matches/{number}", SignedIn),
    ("GET", "/{locale}/from", Everybody),
    ("GET", "/{locale}/help", Everybody),
    ("GET", "/{locale}/pages/{name}", Everybody),
    ("GET", "/robots.txt", Everybody),
    ("GET", "/sitemap.xml", Everybody),
    ("GET", "/assets/{name}", Everybody),
    ("GET", "/{locale}/sign-in", Everybody),
    ("POST", "/{locale}/sign-in", Everybody),
    ("GET", "/{locale}/sign-up", Everybody),
    ("POST", "/{locale}/sign-up", Everybody),
    ("GET", "/{locale}/forgotten", Everybody),
    ("POST", "/{locale}/forgotten", Everybody),
    ("GET", "/{locale}/reset", Everybody),
    ("POST", "/{locale}/reset", Everybody),
    ("GET", "/{locale}/verify", Everybody),
    ("POST", "/{locale}/verify", Everybody),
    ("POST", "/{locale}/verify/resend", SignedIn),
    ("GET", "/{locale}/account", SignedIn),
    ("GET", "/{locale}/account/profile", SignedIn),
    ("POST", "/{locale}/account/profile", SignedIn),
    ("GET", "/{locale}/account/password", SignedIn),
    ("POST", "/{locale}/account/password", SignedIn),
    ("GET", "/{locale}/account/data", SignedIn),
    ("POST", "/{locale}/account/data", SignedIn),
    ("POST", "/{locale}/account/personalisation", SignedIn),
    ("GET", "/{locale}/account/delete", SignedIn),
    ("POST", "/{locale}/account/delete", SignedIn),
    ("GET", "/{locale}/account/deleted", Everybody),
    ("GET", "/{locale}/orders", SignedIn),
    ("GET", "/{locale}/orders/{id}", OwnerAndAdmins),
    ("GET", "/{locale}/orders/{id}/pay", Everybody),
    ("POST", "/{locale}/orders/{id}/pay", Owner),
    ("GET", "/{locale}/orders/{id}/payment", Everybody),
    ("POST", "/{locale}/orders/{id}/payment", Owner),
    ("GET", "/{locale}/orders/{id}/more-time", Everybody),
    ("POST", "/{locale}/orders/{id}/more-time", Owner),
    ("GET", "/{locale}/orders/{id}/cancel", Everybody),
    ("POST", "/{locale}/orders/{id}/cancel", Owner),
    ("GET", "/{locale}/orders/{id}/match.ics", OwnerAndAdmins),
    ("GET", "/{locale}/orders/{id}/refund", OwnerAndAdmins),
    ("POST", "/{locale}/orders/{id}/refund", OwnerAndAdmins),
    ("GET", "/{locale}/tickets/accept", Everybody),
    ("POST", "/{locale}/tickets/accept", SignedIn),
    ("GET", "/{locale}/tickets/{id}", OwnerAndAdmins),
    ("GET", "/{locale}/tickets/{id}/match.ics", OwnerAndAdmins),
    ("GET", "/{locale}/tickets/{id}/give", OwnerAndAdmins),
    ("POST", "/{locale}/tickets/{id}/give", Owner),
    ("GET", "/{locale}/tickets/{id}/take-back", Everybody),
    ("POST", "/{locale}/tickets/{id}/take-back", OwnerAndAdmins),
    ("GET", "/{locale}/search", Everybody),
    ("GET", "/{locale}/search/options", Everybody),
    ("GET", "/{locale}/resale", Everybody),
    ("GET", "/{locale}/resale/{id}", Everybody),
    ("POST", "/{locale}/resale/{id}", SignedIn),
    ("GET", "/{locale}/sell", SignedIn),
    ("GET", "/{locale}/sell/outside", SignedIn),
    ("POST", "/{locale}/sell/outside", SignedIn),
    ("GET", "/{locale}/sell/{id}", OwnerAndAdmins),
    ("POST", "/{locale}/sell/{id}", Owner),
    ("GET", "/{locale}/sales", SignedIn),
    ("GET", "/{locale}/sales/{id}", Owner),
    ("POST", "/{locale}/sales/{id}", Owner),
    ("GET", "/{locale}/sales/{id}/withdraw", Owner),
    ("POST", "/{locale}/sales/{id}/withdraw", OwnerAndAdmins),
    ("GET", "/auth/sign-in", Everybody),
    ("GET", "/auth/callback", Everybody),
    ("GET", "/{locale}/sign-out", Everybody),
    ("POST", "/{locale}/sign-out", Everybody),
    ("ANY", "/{locale}/{*rest}", Everybody),
];

/// Types and their fields.
pub type Fields = &'static [(&'static str, &'static str)];

/// The same for every caller.
#[rustfmt::skip]
pub const EVERYBODYS: Fields = &[
    ("AltchaChallenge", "algorithm challenge maxnumber salt signature"),
    ("CaptchaChallenge", "provider level altcha siteKey"),
    ("ExtensionTerms", "times holdSeconds orderSeconds"),
    ("Match", "id matchNumber roundNumber dateUtc location timeZone homeTeam awayTeam group version categories"),
    ("MatchAvailability", "matchNumber version categories match"),
    ("Money", "amount currency"),
    ("Node", "id"),
    ("RefundTerms", "cutoffHours"),
    ("ResaleTerms", "feePercent priceCapPercent priceFloorPercent holdSeconds outsideTickets maxOrders maxOrdersPerMatch"),
    ("Site", "name currency locales holdSeconds extension maxTicketsPerReservation maxTicketsPerMatch needsConfirmedEmail payments \
              publishableKey testCards captcha refunds resale ticketTransfers"),
    ("TestCard", "paymentMethod outcome declineCode"),
    ("TransferTerms", "hours maxPerTicket"),
    ("TicketCategory", "category price available pending sellable status"),
    // Ranked for the caller, with reasons of their own country and choices.
    ("Recommendation", "match category listing becauseOf"),
    ("RecommendationModel", "version trainedAt bookings"),
    ("RecommendationReason", "kind team country match"),
    // What is found is what everybody may list.
    ("SearchAdvice", "kind values"),
    ("SearchFacet", "field values"),
    ("SearchFacetValue", "value count priceMin priceBelow"),
    ("SearchHighlight", "field pieces"),
    ("SearchHighlightPiece", "text isMatch"),
    ("SearchHit", "node highlights typos"),
    // A seller shows what they offer, and by which name.
    ("Listing", "id state match category title description price fee seller isOutside lockedUntil withdrawing createdAt \
                 version"),
    ("Seller", "id displayName"),
];

/// A user's own data: shown whole to all who are shown the object, which the roots decide.
#[rustfmt::skip]
pub const OWN: Fields = &[
    ("User", "id email emailVerified displayName country locale hasPassword personalised role createdAt"),
    ("AccountDeletion", "obstacles kept needsPassword"),
    ("DeletionObstacle", "kind count message"),
    ("KeptRecord", "kind count reason until"),
    ("DeleteAccountPayload", "deletedAt kept"),
    ("ExportMyDataPayload", "json fileName createdAt"),
    ("Reservation", "id reference status cancelReason match category quantity quantityLeft unitPrice totalPrice createdAt expiresAt \
                     extensionsLeft endedAt history payment tickets listing version"),
    ("ReservationStep", "kind at amount"),
    ("Ticket", "id status holderName match category seat price issuedAt usedAt frozenAt reservation transfer"),
    // Also to the reader of the mail with its code.
    ("TicketTransfer", "state to until createdAt match category"),
    ("Payment", "status amount refunds refundedAmount declineCode createdAt updatedAt"),
    ("Refund", "status amount reason createdAt doneAt"),
    ("Payout", "listing amount status problem createdAt paidAt"),
    ("RateLimit", "limit remaining resetAt buckets"),
    ("RateLimitBucket", "name limit remaining refill periodSeconds resetAt"),
    ("PayReservationPayload", "reservation clientSecret"),
    ("CreatePaymentIntentPayload", "reservation clientSecret"),
    ("SessionPayload", "user accessToken refreshToken expiresAt"),
    ("SolveCaptchaPayload", "pass expiresAt"),
];

/// For the holder of a ticket and the seller of a listing alone; null for others.
#[rustfmt::skip]
pub const ONE_PERSONS: Fields = &[
    ("Ticket", "code qr passUrl"),
    ("Listing", "ticketId"),
];

/// For stewards at the gates, and admins.
#[rustfmt::skip]
pub const STEWARDS: Fields = &[
    ("CheckInResult", "nonce outcome ticket entry conflict"),
    ("GateTicket", "id holderName match category seat"),
    ("TicketEntry", "at deviceId"),
    ("RevokedTicket", "ticketId matchNumber version reason changedAt"),
    ("RevokedTicketConnection", "until"),
];

/// For admins.
#[rustfmt::skip]
pub const ADMINS: Fields = &[
    ("PaymentTrouble", "kind payment reservation refund dispute amounts eventId since"),
    ("Dispute", "gatewayId status amount reason openedAt"),
    ("TroubleAmounts", "booked atGateway"),
    ("AddressRule", "network effect reason createdBy source createdAt expiresAt"),
    ("SecurityEvent", "id kind detail network userId count firstAt lastAt"),
];

/// What only leads to what has a list of its own.
#[rustfmt::skip]
pub const LEADING: Fields = &[
    ("AcceptTicketTransferPayload", "ticket"),
    ("AddressRuleConnection", "pageInfo edges nodes"),
    ("AddressRuleEdge", "node cursor"),
    ("CancelReservationPayload", "reservation"),
    ("CancelTicketTransferPayload", "ticket"),
    ("ChangePasswordPayload", "user"),
    ("CheckInBatchPayload", "checkIns"),
    ("CheckInPayload", "checkIn"),
    ("CreateListingPayload", "listing"),
    ("ExtendReservationPayload", "reservation"),
    ("FreezeTicketsPayload", "reservation"),
    ("ListingConnection", "pageInfo edges nodes"),
    ("ListingEdge", "node cursor"),
    ("MatchConnection", "pageInfo edges nodes totalCount"),
    ("MatchEdge", "cursor node"),
    ("OrderListingPayload", "order"),
    ("PageInfo", "hasPreviousPage hasNextPage startCursor endCursor"),
    ("RecommendationConnection", "nodes model"),
    ("PayoutConnection", "pageInfo edges nodes"),
    ("PayoutEdge", "node cursor"),
    ("RefundReservationPayload", "reservation"),
    ("RemoveAddressRulePayload", "rule"),
    ("RequestEmailVerificationPayload", "success"),
    ("RequestPasswordResetPayload", "success"),
    ("ReservationConnection", "pageInfo edges nodes"),
    ("ReservationEdge", "node cursor"),
    ("ReservePayload", "reservation"),
    ("ResetPasswordPayload", "success"),
    ("RevokedTicketConnection", "pageInfo edges nodes"),
    ("RevokedTicketEdge", "node cursor"),
    ("SearchConnection", "edges nodes pageInfo totalCount facets correctedQuery advice"),
    ("SearchEdge", "node cursor"),
    ("SecurityEventConnection", "pageInfo edges nodes"),
    ("SecurityEventEdge", "node cursor"),
    ("SetAddressRulePayload", "rule"),
    ("SetPersonalisationPayload", "user"),
    ("SignOutPayload", "success"),
    ("TicketConnection", "pageInfo edges nodes"),
    ("TicketEdge", "node cursor"),
    ("TransferTicketPayload", "ticket"),
    ("UnfreezeTicketsPayload", "reservation"),
    ("UpdateListingPayload", "listing"),
    ("UpdateProfilePayload", "user"),
    ("VerifyEmailPayload", "user"),
    ("WithdrawListingPayload", "listing"),
];

/// Names of the fields at the roots.
pub(super) fn roots() -> impl Iterator<Item = &'static str> {
    ROOTS.iter().map(|(field, _)| *field)
}

/// Who is let through to a field at a root.
pub fn of_root(field: &str) -> Option<Access> {
    ROOTS.iter().find(|(name, _)| *name == field).map(|(_, access)| *access)
}

/// To whom a field below the roots is shown.
pub(super) fn of_field(of: &str, field: &str) -> Option<&'static str> {
    let has = |list: Fields| {
        list.iter().any(|(name, fields)| *name == of && fields.split_whitespace().any(|one| one == field))
    };
    let lists =
        [(ONE_PERSONS, "its holder or seller; null for others"), (STEWARDS, "stewards and admins"), (ADMINS, "admins")];
    lists.into_iter().find(|(list, _)| has(*list)).map(|(_, who)| who)
}

pub(super) fn page() -> String {
    let mut text = markdown::opened(
        "Rights",
        "Which callers each field and each page answers. A role is asked for at each act: a change of it counts within a second, \
         also for open connections.",
    );
    text.push_str(
        "\n## Roles\n\n\
         | Role | Can |\n|---|---|\n\
         | anonymous | see matches, listings and the site's rules, open an account, sign in |\n\
         | `CUSTOMER` | buy, resell, give and refund tickets of their own |\n\
         | `STEWARD` | also check tickets at the gate |\n\
         | `ADMIN` | also all that stewards can, see all reservations, refund and withdraw for others, freeze tickets, set address \
         rules, and see troubles with payments and security events |\n\n\
         `matchday user promote EMAIL --role steward` gives a role, unless the identity provider does (`oidc.role_claim`). Other \
         callers get `UNAUTHENTICATED` without a session and `FORBIDDEN` without the role; objects of other users are \
         `NOT_FOUND` or null.\n\n## Operations\n\n",
    );
    let rows: Vec<[String; 2]> =
        ROOTS.iter().map(|(field, access)| [code(field), access.in_words().to_owned()]).collect();
    text.push_str(&markdown::table(["Field", "Answers"], &rows));
    text.push_str("\n## Fields below\n\nA field below is shown to all who are shown its object, except:\n\n");
    let mut limited: BTreeMap<&str, Vec<[String; 2]>> = BTreeMap::new();
    for (who, list) in [
        ("the holder of the ticket or the seller of the listing; null for others", ONE_PERSONS),
        ("stewards and admins", STEWARDS),
        ("admins", ADMINS),
    ] {
        for (of, fields) in list {
            let fields = fields.split_whitespace().map(code).collect::<Vec<_>>().join(", ");
            limited.entry(of).or_default().push([fields, who.to_owned()]);
        }
    }
    let rows: Vec<[String; 3]> = (limited.into_iter())
        .flat_map(|(of, rows)| rows.into_iter().map(move |[fields, who]| [code(of), fields, who]))
        .collect();
    text.push_str(&markdown::table(["Type", "Fields", "Shown to"], &rows));
    text.push_str(
        "\n## Pages\n\nA page that needs a session leads to the sign-in first. Objects of other users are 404. `ANY` is the answer \
         to all other paths.\n\n",
    );
    let rows: Vec<[String; 3]> = (PAGES.iter())
        .map(|(method, route, access)| [(*method).to_owned(), code(route), access.in_words().to_owned()])
        .collect();
    text.push_str(&markdown::table(["Method", "Path", "Answers"], &rows));
    text.push_str("\nNext: [Errors](errors.md), [Schema](schema.md), [Security](../run/security.md).\n");
    text
}
