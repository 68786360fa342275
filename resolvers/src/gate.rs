//! The gate: for stewards and their devices.

use async_graphql::{Context, Enum, ID, InputObject, MergedObject, Object, SimpleObject};
use domain::tickets::{
    gate::{self, Change, CheckIn, Entry, Gate, Scan},
    revocation,
};
use entities::ticket;

use crate::{
    connections::connection,
    context::InContext,
    error::ApiError,
    ids::NodeId,
    matches::Match,
    pagination::{self, ChangeCursor},
    time::DateTime,
};

/// The result of a scan at the gate.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "gate::Outcome")]
pub enum CheckInOutcome {
    /// The ticket is valid: let its holder in.
    Admitted,
    /// The ticket was used before: `entry` says when and where.
    AlreadyUsed,
    /// The ticket has a newer code, which its holder finds in their account.
    Outdated,
    /// Its holder offers the ticket for resale.
    Listed,
    /// The ticket was sold or given to another fan, who has a code of their own.
    Transferred,
    /// The ticket was refunded.
    Refunded,
    /// The site's staff has frozen the ticket: send its holder to them.
    Frozen,
    /// The ticket is for another match.
    WrongMatch,
    /// Matchday did not sign the code, or the signing key was retired.
    Forged,
}

/// Why codes of a ticket are not valid.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "revocation::Reason")]
pub enum RevocationReason {
    /// The ticket has a newer code, which is valid.
    Outdated,
    /// The ticket is offered for resale.
    Listed,
    /// The ticket was sold or given to another fan; a given ticket has a newer code, which is valid.
    Transferred,
    /// The ticket was used.
    Used,
    /// The ticket was refunded.
    Refunded,
    /// The site's staff has frozen the ticket; once it is unfrozen, it has a newer code.
    Frozen,
}

/// Somebody who came in.
pub struct TicketEntry(Entry);

/// A ticket's use at a gate.
#[Object]
impl TicketEntry {
    /// When the ticket was used.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// The name of the device that scanned it.
    async fn device_id(&self) -> &str {
        &self.0.device
    }
}

/// A ticket as a steward sees it.
pub struct GateTicket(ticket::Model);

/// A ticket as a steward sees it.
#[Object]
impl GateTicket {
    /// The ticket's id.
    async fn id(&self) -> ID {
        NodeId::Ticket(self.0.id).into()
    }

    /// The holder's name; null if the holder has none.
    async fn holder_name(&self) -> Option<&str> {
        self.0.holder_name.as_deref()
    }

    /// The match that the ticket is for.
    #[graphql(name = "match")]
    async fn match_(&self, ctx: &Context<'_>) -> Result<Match, ApiError> {
        Match::of(ctx, self.0.match_number).await
    }

    /// The price category: 1, 2 or 3.
    async fn category(&self) -> i32 {
        self.0.category.number()
    }

    /// The number of the ticket within its reservation, from 1.
    async fn seat(&self) -> i32 {
        self.0.seat
    }
}

/// What a device is told of a scan.
pub struct CheckInResult {
    nonce: String,
    answer: CheckIn,
}

/// The result of one scan.
#[Object]
impl CheckInResult {
    /// The nonce of the scan.
    async fn nonce(&self) -> &str {
        &self.nonce
    }

    /// Whether the ticket's holder is let in, and if not, why.
    async fn outcome(&self) -> CheckInOutcome {
        self.answer.outcome.into()
    }

    /// The ticket; null if the code is forged.
    async fn ticket(&self) -> Option<GateTicket> {
        self.answer.ticket.clone().map(GateTicket)
    }

    /// When and where the ticket was used; null if it was not used yet.
    async fn entry(&self) -> Option<TicketEntry> {
        self.answer.entry().map(TicketEntry)
    }

    /// Set if this scan was the first and another device admitted the same ticket later: two people are inside.
    async fn conflict(&self) -> Option<TicketEntry> {
        self.answer.conflict.clone().map(TicketEntry)
    }
}

/// A ticket that has codes which open nothing.
pub struct RevokedTicket(ticket::Model);

/// A ticket with codes that are not valid.
#[Object]
impl RevokedTicket {
    /// The ticket's UUID, as its codes contain it.
    async fn ticket_id(&self) -> String {
        self.0.id.to_string()
    }

    /// The number of the match that the ticket is for.
    async fn match_number(&self) -> i32 {
        self.0.match_number
    }

    /// Codes of this version and of earlier ones are not valid. It only grows: keep the greatest that you received.
    async fn version(&self) -> i32 {
        revocation::dead_version(&self.0)
    }

    /// Why the codes are not valid.
    async fn reason(&self) -> RevocationReason {
        revocation::reason(&self.0).into()
    }

    /// When that changed last.
    async fn changed_at(&self) -> DateTime {
        self.0.changed_at.into()
    }
}

/// How far a list of changes goes.
#[derive(SimpleObject)]
pub struct Watermark {
    /// The `since` of your next request. Take it from the first page, and use it once you have all pages. It lies some
    /// minutes in the past, because changes can arrive late; later changes are returned again.
    until: DateTime,
}

connection!(RevokedTicketPage, RevokedTicketEdge, RevokedTicket, "ticket", "tickets");

/// A page of tickets with codes that are not valid.
#[derive(MergedObject)]
pub struct RevokedTicketConnection(RevokedTicketPage, Watermark);

#[derive(Default)]
pub struct GateQuery;

#[Object]
impl GateQuery {
    /// Tickets with invalid codes, for devices that will be offline, in the order of the change, at most 100 a page.
    /// For stewards.
    async fn revoked_tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `until` of your last request; all changes if left out.")] since: Option<DateTime>,
        #[graphql(desc = "Only tickets of this match.")] match_number: Option<i32>,
        #[graphql(desc = "How many to return, 0 to 100; 100 by default.")] first: Option<i32>,
        #[graphql(desc = "The cursor after which the page begins.")] after: Option<String>,
    ) -> Result<RevokedTicketConnection, ApiError> {
        ctx.steward()?;
        let after = pagination::cursor::<ChangeCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
        let limit = pagination::size("first", first)?;
        let since = since.map(|since| since.0);
        let revoked = gate::revoked(ctx.app()?, since, match_number, after, limit).await?;

        let watermark = Watermark { until: revoked.until.into() };
        let items = revoked.page.items.into_iter().map(|row| {
            let change = Change { at: row.changed_at, ticket_id: row.id };
            (ChangeCursor(change), RevokedTicket(row))
        });
        let page = RevokedTicketPage::new(after.is_some(), revoked.page.more, items);
        Ok(RevokedTicketConnection(page, watermark))
    }
}

/// One scan of a ticket at the gate.
#[derive(InputObject)]
pub struct CheckInInput {
    /// The code that the ticket shows.
    code: String,
    /// Your device's own name, 1 to 128 visible ASCII characters.
    device_id: String,
    /// Your device's own name for this scan, 1 to 128 visible ASCII characters. A repeated scan with the same code and
    /// nonce has the same outcome.
    nonce: String,
    /// The number of the match at this gate; tickets of other matches are refused. Leave it out to accept all matches.
    match_number: Option<i32>,
}

/// One scan of a device that was offline.
#[derive(InputObject)]
pub struct ScanInput {
    /// The code that the ticket shows.
    code: String,
    /// Your device's own name for this scan, 1 to 128 visible ASCII characters.
    nonce: String,
    /// When the ticket was scanned, by the device's clock.
    scanned_at: DateTime,
}

/// The scans of a device that was offline.
#[derive(InputObject)]
pub struct CheckInBatchInput {
    /// Your device's own name, 1 to 128 visible ASCII characters.
    device_id: String,
    /// The scans, at most 100.
    scans: Vec<ScanInput>,
    /// The number of the match at this gate; tickets of other matches are refused. Leave it out to accept all matches.
    match_number: Option<i32>,
}

/// The result of `checkIn`.
#[derive(SimpleObject)]
pub struct CheckInPayload {
    /// The result of the scan.
    check_in: CheckInResult,
}

/// The result of `checkInBatch`.
#[derive(SimpleObject)]
pub struct CheckInBatchPayload {
    /// One result for each scan, in the order of the scans.
    check_ins: Vec<CheckInResult>,
}

#[derive(Default)]
pub struct GateMutation;

#[Object]
impl GateMutation {
    /// Admit the holder of a ticket by its code, once. For stewards. A denied entry is not an error; see `outcome`.
    async fn check_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The scan.")] input: CheckInInput,
    ) -> Result<CheckInPayload, ApiError> {
        ctx.steward()?;
        let CheckInInput { code, device_id, nonce, match_number } = input;
        let (gate, scan) = (Gate { device: device_id, match_number }, Scan { code, nonce, scanned_at: None });
        let answer = gate::check_in(ctx.app()?, &gate, &scan).await?;
        Ok(CheckInPayload { check_in: CheckInResult { nonce: scan.nonce, answer } })
    }

    /// Report the scans that a device made while it was offline. For stewards. If two devices admitted the same
    /// ticket, the earlier scan counts, and both results name the other scan. A repeated request has the same
    /// outcomes.
    async fn check_in_batch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The scans.")] input: CheckInBatchInput,
    ) -> Result<CheckInBatchPayload, ApiError> {
        ctx.steward()?;
        let gate = Gate { device: input.device_id, match_number: input.match_number };
        let scans: Vec<Scan> = (input.scans.into_iter())
            .map(|scan| Scan { code: scan.code, nonce: scan.nonce, scanned_at: Some(scan.scanned_at.0) })
            .collect();
        let answers = gate::check_in_batch(ctx.app()?, &gate, &scans).await?;
        let answered = scans.into_iter().zip(answers);
        let check_ins = answered.map(|(scan, answer)| CheckInResult { nonce: scan.nonce, answer }).collect();
        Ok(CheckInBatchPayload { check_ins })
    }
}
