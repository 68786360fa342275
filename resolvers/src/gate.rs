//! The gate: for stewards and their devices.

use async_graphql::{
    Context, Enum, ID, InputObject, Object, SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};
use domain::tickets::{
    gate::{self, Change, CheckIn, Entry, Gate, Scan},
    revocation,
};
use entities::ticket;

use crate::{
    context::InContext,
    error::ApiError,
    ids::NodeId,
    matches::Match,
    pagination::{self, ChangeCursor},
    time::DateTime,
};

/// What becomes of whoever shows a code.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "gate::Outcome")]
pub enum CheckInOutcome {
    /// Let them in.
    Admitted,
    /// Somebody came in by this ticket before: `entry` says when and where.
    AlreadyUsed,
    /// The ticket has a newer code, which its holder finds in their account.
    Outdated,
    /// Its holder offers it for resale.
    Listed,
    /// It was sold or given to somebody else, who has a code of their own.
    Transferred,
    Refunded,
    /// The site's staff keeps it out: send its holder to them.
    Frozen,
    /// It is a ticket of another match.
    WrongMatch,
    /// This site did not sign it, or its key was ended.
    Forged,
}

/// Why codes of a ticket open nothing.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "revocation::Reason")]
pub enum RevocationReason {
    /// The ticket has a newer code, which opens.
    Outdated,
    Listed,
    /// It was sold or given to another fan; what was given has a newer code, which opens.
    Transferred,
    Used,
    Refunded,
    /// The site's staff keeps it out for now; once it does not, the ticket has a newer code.
    Frozen,
}

/// Somebody who came in.
pub struct TicketEntry(Entry);

#[Object]
impl TicketEntry {
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    async fn device_id(&self) -> &str {
        &self.0.device
    }
}

/// A ticket as a steward sees it.
pub struct GateTicket(ticket::Model);

#[Object]
impl GateTicket {
    async fn id(&self) -> ID {
        NodeId::Ticket(self.0.id).into()
    }

    async fn holder_name(&self) -> Option<&str> {
        self.0.holder_name.as_deref()
    }

    #[graphql(name = "match")]
    async fn match_(&self, ctx: &Context<'_>) -> Result<Match, ApiError> {
        Match::of(ctx, self.0.match_number).await
    }

    async fn category(&self) -> i32 {
        self.0.category.number()
    }

    /// Which of its reservation's tickets it is, from 1.
    async fn seat(&self) -> i32 {
        self.0.seat
    }
}

/// What a device is told of a scan.
pub struct CheckInResult {
    nonce: String,
    answer: CheckIn,
}

#[Object]
impl CheckInResult {
    /// The scan that this answers.
    async fn nonce(&self) -> &str {
        &self.nonce
    }

    async fn outcome(&self) -> CheckInOutcome {
        self.answer.outcome.into()
    }

    /// Null where the code is forged.
    async fn ticket(&self) -> Option<GateTicket> {
        self.answer.ticket.clone().map(GateTicket)
    }

    /// Who came in by the ticket; null while nobody has.
    async fn entry(&self) -> Option<TicketEntry> {
        self.answer.entry().map(TicketEntry)
    }

    /// Set where this scan was first, and somebody else was let in by the same ticket later: two are inside.
    async fn conflict(&self) -> Option<TicketEntry> {
        self.answer.conflict.clone().map(TicketEntry)
    }
}

/// A ticket that has codes which open nothing.
pub struct RevokedTicket(ticket::Model);

#[Object]
impl RevokedTicket {
    /// The ticket's UUID, as it is in codes.
    async fn ticket_id(&self) -> String {
        self.0.id.to_string()
    }

    async fn match_number(&self) -> i32 {
        self.0.match_number
    }

    /// Codes of this version and of earlier ones open nothing. It only grows: keep the greatest you are told.
    async fn version(&self) -> i32 {
        revocation::dead_version(&self.0)
    }

    async fn reason(&self) -> RevocationReason {
        revocation::reason(&self.0).into()
    }

    async fn changed_at(&self) -> DateTime {
        self.0.changed_at.into()
    }
}

/// How far a list of changes goes.
#[derive(SimpleObject)]
pub struct Watermark {
    /// What to ask with as `since` next time, once you have all pages: take that of the first one. It is some minutes
    /// ago, for a change may become known later than the time it bears; what changed since is told again then.
    until: DateTime,
}

type RevokedTicketConnection = Connection<ChangeCursor, RevokedTicket, Watermark, EmptyFields>;

#[derive(Default)]
pub struct GateQuery;

#[Object]
impl GateQuery {
    /// Tickets with codes that open nothing, for devices that will be offline: in the order in which that changed, at
    /// most 100 a page. For stewards.
    async fn revoked_tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `until` of your last question; all, where it is left out.")] since: Option<DateTime>,
        #[graphql(desc = "Of one match alone.")] match_number: Option<i32>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<RevokedTicketConnection, ApiError> {
        ctx.steward()?;
        let after = pagination::cursor::<ChangeCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
        let limit = pagination::size("first", first)?;
        let since = since.map(|since| since.0);
        let revoked = gate::revoked(ctx.app()?, since, match_number, after, limit).await?;

        let watermark = Watermark { until: revoked.until.into() };
        let mut connection = Connection::with_additional_fields(after.is_some(), revoked.page.more, watermark);
        connection.edges.extend(revoked.page.items.into_iter().map(|row| {
            let change = Change { at: row.changed_at, ticket_id: row.id };
            Edge::new(ChangeCursor(change), RevokedTicket(row))
        }));

        Ok(connection)
    }
}

#[derive(InputObject)]
pub struct CheckInInput {
    /// What the ticket shows.
    code: String,
    /// Your device's own name, 1 to 128 visible ASCII characters.
    device_id: String,
    /// Your device's own name for this scan, 1 to 128 visible ASCII characters: sent again with the same code, its
    /// outcome is the same.
    nonce: String,
    /// The match that people come in to; tickets of others are refused then.
    match_number: Option<i32>,
}

#[derive(InputObject)]
pub struct ScanInput {
    /// What the ticket shows.
    code: String,
    /// Your device's own name for this scan.
    nonce: String,
    /// When it was, by your device's clock.
    scanned_at: DateTime,
}

#[derive(InputObject)]
pub struct CheckInBatchInput {
    /// Your device's own name, 1 to 128 visible ASCII characters.
    device_id: String,
    /// At most 100.
    scans: Vec<ScanInput>,
    /// The match that people come in to; tickets of others are refused then.
    match_number: Option<i32>,
}

#[derive(SimpleObject)]
pub struct CheckInPayload {
    check_in: CheckInResult,
}

#[derive(SimpleObject)]
pub struct CheckInBatchPayload {
    /// One for each scan, in their order.
    check_ins: Vec<CheckInResult>,
}

#[derive(Default)]
pub struct GateMutation;

#[Object]
impl GateMutation {
    /// Let somebody in by the code of their ticket, once. For stewards. Whoever is not let in is no error: `outcome` says
    /// why.
    async fn check_in(&self, ctx: &Context<'_>, input: CheckInInput) -> Result<CheckInPayload, ApiError> {
        ctx.steward()?;
        let CheckInInput { code, device_id, nonce, match_number } = input;
        let (gate, scan) = (Gate { device: device_id, match_number }, Scan { code, nonce, scanned_at: None });
        let answer = gate::check_in(ctx.app()?, &gate, &scan).await?;
        Ok(CheckInPayload { check_in: CheckInResult { nonce: scan.nonce, answer } })
    }

    /// Tell what a device has scanned while it was offline. For stewards. Where two came in by one ticket, the earlier
    /// scan is the one that counts, and both are told of the other one. Sent again, the outcomes are the same.
    async fn check_in_batch(
        &self,
        ctx: &Context<'_>,
        input: CheckInBatchInput,
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
