//! Charges for what is no operation, and for what is refused before it becomes one: it was read and judged all the same, so it
//! has its price; and so have the bytes that are sent with what is not refused.

use async_graphql::Response;
use limits::Refused;
use resolvers::context::Requester;
use transport::{document::Prepared, gateway::Refusal};

use crate::{Security, refusals};

/// Units that a refusal costs, whatever was sent.
const REFUSAL: u64 = 10;

/// Bytes sent that cost one unit. What is shorter is free beside what an operation costs anyway.
const BYTES_A_UNIT: usize = 1024;

/// Units for what was sent with an operation.
pub(crate) fn of_sent(operation: &Prepared) -> u64 {
    of_bytes(operation.sent_bytes())
}

fn of_bytes(bytes: usize) -> u64 {
    u64::try_from(bytes / BYTES_A_UNIT).unwrap_or(u64::MAX)
}

impl Security {
    /// Takes so many units of a caller for something that is no operation.
    ///
    /// # Errors
    ///
    /// A bucket does not hold that much.
    pub async fn charge_units(&self, requester: Requester, units: u64) -> Result<(), Refusal> {
        self.take(requester, units).await.map_err(|refused| refusals::request_limited(&refused))
    }

    /// Takes so many units of a caller for what was done before it could be known. What the caller does not have is owed.
    ///
    /// # Errors
    ///
    /// The response to a caller whose bucket did not hold that much.
    pub async fn charge_done(&self, requester: Requester, units: u64) -> Result<(), Box<Response>> {
        let Err(refused) = self.take(requester, units).await else { return Ok(()) };
        if let Some(limiter) = &self.limiter
            // A caller who owes all that a bucket holds can't owe more.
            && let Ok(mut nothing) = limits::take(limiter, self.charges_of_caller(requester, 0)).await
        {
            limits::overdraw(limiter, &mut nothing, units);
        }
        Err(Box::new(refusals::operation_limited(&refused, units, self.app.clock.now())))
    }

    /// Takes so many units of a caller, or nothing where a bucket does not hold that much.
    async fn take(&self, requester: Requester, units: u64) -> Result<(), Refused> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        let taken = limits::take(limiter, self.charges_of_caller(requester, units)).await;
        let mut grant = taken.inspect_err(|refused| self.record_limited(requester, refused))?;
        limits::settle(limiter, &mut grant, |charge| charge.cost);
        Ok(())
    }

    /// Charges for a request of so many bytes that is refused.
    ///
    /// # Errors
    ///
    /// A bucket does not hold that much.
    pub async fn charge_refusal(&self, requester: Requester, bytes: usize) -> Result<(), Refusal> {
        self.charge_units(requester, REFUSAL.saturating_add(of_bytes(bytes))).await
    }
}
