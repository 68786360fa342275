//! To whom fields below the roots are shown. Each field that is reached is in exactly one list, so that a new one fails
//! until somebody has thought about who may see it.

use std::collections::BTreeMap;

use tests::contract::Contract;

/// Types and their fields.
type Fields = &'static [(&'static str, &'static str)];

/// The same for everybody.
#[rustfmt::skip]
const EVERYBODYS: Fields = &[
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
    // A seller shows what they offer, and by which name.
    ("Listing", "id state match category title description price fee seller isOutside lockedUntil withdrawing createdAt \
                 version"),
    ("Seller", "id displayName"),
];

/// Somebody's own data: shown whole to whoever is shown the object, which the rows of the roots decide.
#[rustfmt::skip]
const OWN: Fields = &[
    ("User", "id email emailVerified displayName country locale role createdAt"),
    ("Reservation", "id reference status cancelReason match category quantity quantityLeft unitPrice totalPrice createdAt expiresAt \
                     extensionsLeft endedAt history payment tickets listing version"),
    ("ReservationStep", "kind at amount"),
    ("Ticket", "id status holderName match category seat price issuedAt usedAt frozenAt reservation transfer"),
    // Also to whoever has the code of the mail.
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

/// For one of those who are shown the object alone: the holder of a ticket, the seller of a listing.
#[rustfmt::skip]
const ONE_PERSONS: Fields = &[
    ("Ticket", "code qr passUrl"),
    ("Listing", "ticketId"),
];

/// For stewards at the gates, and admins.
#[rustfmt::skip]
const STEWARDS: Fields = &[
    ("CheckInResult", "nonce outcome ticket entry conflict"),
    ("GateTicket", "id holderName match category seat"),
    ("TicketEntry", "at deviceId"),
    ("RevokedTicket", "ticketId matchNumber version reason changedAt"),
    ("RevokedTicketConnection", "until"),
];

/// For admins.
#[rustfmt::skip]
const ADMINS: Fields = &[
    ("PaymentTrouble", "kind payment reservation refund dispute amounts eventId since"),
    ("Dispute", "gatewayId status amount reason openedAt"),
    ("TroubleAmounts", "booked atGateway"),
    ("AddressRule", "network effect reason createdBy source createdAt expiresAt"),
    ("SecurityEvent", "id kind detail network userId count firstAt lastAt"),
];

/// What only leads to what has a list of its own.
#[rustfmt::skip]
const LEADING: Fields = &[
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
    ("SecurityEventConnection", "pageInfo edges nodes"),
    ("SecurityEventEdge", "node cursor"),
    ("SetAddressRulePayload", "rule"),
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

const LISTS: [Fields; 6] = [EVERYBODYS, OWN, ONE_PERSONS, STEWARDS, ADMINS, LEADING];

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

#[test]
fn every_field_that_is_reached_is_in_exactly_one_list() {
    let contract = Contract::printed();
    let below_roots = contract.reached_from(ROOTS).into_iter().filter(|of| !ROOTS.contains(of));
    let reached = below_roots.flat_map(|of| contract.fields(of).iter().map(move |field| (of, field.name.as_str())));

    let listed = LISTS.iter().flat_map(|list| list.iter());
    let listed = listed.flat_map(|(of, fields)| fields.split_whitespace().map(move |field| (*of, field)));
    let mut lists: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    listed.for_each(|field| *lists.entry(field).or_default() += 1);

    let expected: BTreeMap<(&str, &str), usize> = reached.map(|field| (field, 1)).collect();
    let wrong = |one: &BTreeMap<(&str, &str), usize>, other: &BTreeMap<(&str, &str), usize>| {
        let wrong = one.iter().filter(|(field, count)| other.get(*field) != Some(*count));
        wrong.map(|((of, field), _)| format!("{of}.{field}")).collect::<Vec<_>>()
    };
    assert_eq!(wrong(&expected, &lists), [""; 0], "these are in no list, or in several");
    assert_eq!(wrong(&lists, &expected), [""; 0], "these are listed, and not there");
}
