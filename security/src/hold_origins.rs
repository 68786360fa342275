//! Origins of holds: the addresses that the holds of this instance were placed from, until they are paid or gone; and what
//! becomes of their counts then.
//!
//! What an address has taken is given back to it once it is gone unpaid, from wherever that was asked. Invariant: a hold is
//! given back once, to the address that it was counted for.

use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    accounts::Viewer,
    lookup,
    wake::{HoldFate, HoldNews},
};
use entities::{reservation::Status, user::Role};
use resolvers::{context::Requester, counted_actions::Taken};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Security, signals::Signal};

/// Holds at most whose origin is known here; the ones that end first give way.
const ORIGINS_MAX: usize = 100_000;

/// How soon after a hold's time it is asked for what became of it, and again while its payment is under way.
const LOOK_AFTER: TimeDelta = TimeDelta::seconds(30);

/// How often it is asked what became of holds whose end was not heard of here, and of how many at once.
const UNHEARD: Duration = Duration::from_secs(5);
const UNHEARD_AT_ONCE: usize = 500;

#[derive(Default)]
pub(crate) struct HoldOrigins {
    holds: Mutex<Holds>,
}

#[derive(Default)]
struct Holds {
    by_id: HashMap<Uuid, (IpAddr, Taken)>,
    /// When each is asked for.
    due: BTreeSet<(DateTime<Utc>, Uuid)>,
}

impl HoldOrigins {
    pub(crate) fn note(&self, address: IpAddr, taken: Taken) {
        let mut holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        if holds.by_id.len() >= ORIGINS_MAX
            && let Some((_, first)) = holds.due.pop_first()
        {
            holds.by_id.remove(&first);
        }
        holds.due.insert((taken.ends_at + LOOK_AFTER, taken.reservation_id));
        holds.by_id.insert(taken.reservation_id, (address, taken));
    }

    /// Where a hold was placed from.
    fn of(&self, reservation_id: Uuid) -> Option<IpAddr> {
        let holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        holds.by_id.get(&reservation_id).map(|(address, _)| *address)
    }

    /// Where a hold was placed from that is over; nothing where that is not known here, or was told before.
    pub(crate) fn over(&self, reservation_id: Uuid) -> Option<(IpAddr, Taken)> {
        // When it is asked for may have been put off since: that is forgotten when it is due.
        let mut holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        let (address, taken) = holds.by_id.remove(&reservation_id)?;
        holds.due.remove(&(taken.ends_at + LOOK_AFTER, reservation_id));
        Some((address, taken))
    }

    /// Holds whose time was over a while ago and whose end was not heard of here: so many at most, each once in a while.
    pub(crate) fn unheard(&self, most: usize, now: DateTime<Utc>) -> Vec<Uuid> {
        let mut holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        let mut unheard = Vec::new();
        while unheard.len() < most
            && let Some(&(at, id)) = holds.due.first().filter(|(at, _)| *at <= now)
        {
            holds.due.remove(&(at, id));
            if holds.by_id.contains_key(&id) {
                holds.due.insert((now + LOOK_AFTER, id));
                unheard.push(id);
            }
        }
        unheard
    }
}

impl Security {
    /// Takes back what was counted of holds that are paid, and of tickets that went back on sale, and counts cards that were
    /// refused at the gateway, until `stop`.
    pub async fn follow_holds(&self, stop: CancellationToken) {
        let mut holds = self.app.wake.holds();
        let mut looking = tokio::time::interval(UNHEARD);
        loop {
            let heard = async {
                tokio::select! {
                    heard = holds.recv() => Some(heard),
                    _ = looking.tick() => None,
                }
            };
            match stop.run_until_cancelled(heard).await {
                Some(Some(Ok(news))) => self.on_hold_news(news).await,
                // Those that were missed are looked for.
                Some(Some(Err(RecvError::Lagged(_)))) => {}
                Some(None) => self.find_unheard_ends().await,
                Some(Some(Err(RecvError::Closed))) | None => return stop.cancelled().await,
            }
        }
    }

    /// Finds the ends of holds that another instance ended, or something else than a request.
    async fn find_unheard_ends(&self) {
        let unheard = self.origins.unheard(UNHEARD_AT_ONCE, self.app.clock.now());
        if unheard.is_empty() {
            return;
        }
        match lookup::reservations(&self.app.db, &unheard).await {
            Ok(rows) => {
                for row in rows.iter().filter(|row| !row.status.is_live()) {
                    self.gone_or_paid(row.id, row.status == Status::Reserved);
                }
            }
            Err(error) => tracing::warn!(%error, "the outcome of holds can't be read; trying again"),
        }
    }

    async fn on_hold_news(&self, HoldNews { reservation_id, user_id, fate }: HoldNews) {
        let Some(limiter) = &self.limiter else { return };
        let (session, expires_at, proved_at) = (None, DateTime::UNIX_EPOCH, None);
        let viewer = Viewer { user_id, role: Role::Customer, session, expires_at, proved_at };
        let requester = Requester { viewer: Some(viewer), address: self.origins.of(reservation_id) };
        match fate {
            HoldFate::Gone => self.gone_or_paid(reservation_id, false),
            HoldFate::Paid => {
                let of_user = self.counted(Signal::UnpaidHoldsOfUser, requester, 1);
                of_user.iter().for_each(|hold| limits::give_back(limiter, hold));
                self.gone_or_paid(reservation_id, true);
            }
            HoldFate::CardRefused => {
                let signals = [Signal::DeclinedCardsOfUser, Signal::DeclinedCardsOfAddress];
                let counted: Vec<_> =
                    signals.into_iter().flat_map(|signal| self.counted(signal, requester, 1)).collect();
                // Counts refuse nothing.
                if !counted.is_empty()
                    && let Ok(mut grant) = limits::take(limiter, counted).await
                {
                    limits::settle(limiter, &mut grant, |charge| charge.cost);
                }
            }
        }
    }

    /// Gives back to its address what a hold counts for no more.
    fn gone_or_paid(&self, reservation_id: Uuid, is_paid: bool) {
        let (Some(limiter), Some((address, taken))) = (&self.limiter, self.origins.over(reservation_id)) else {
            return;
        };
        let no_more = if is_paid {
            let requester = Requester { viewer: None, address: Some(address) };
            self.counted(Signal::UnpaidHoldsOfAddress, requester, 1)
        } else {
            self.taken(Some(address), taken.match_number, taken.tickets)
        };
        no_more.iter().for_each(|charge| limits::give_back(limiter, charge));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;
    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));

    fn taken(minutes: i64) -> Taken {
        let ends_at = NOW + TimeDelta::minutes(minutes);
        Taken { reservation_id: Uuid::now_v7(), match_number: Some(1), tickets: 2, ends_at }
    }

    #[test]
    fn a_hold_is_over_once_and_asked_for_after_its_time_until_it_is() {
        let (origins, first, second) = (HoldOrigins::default(), taken(1), taken(2));
        origins.note(HOME, first);
        origins.note(HOME, second);
        let at = |seconds| NOW + TimeDelta::seconds(seconds);

        assert!(origins.unheard(10, at(89)).is_empty(), "it may be paid");
        assert_eq!(origins.unheard(10, at(90)), [first.reservation_id]);
        assert!(origins.unheard(10, at(119)).is_empty(), "it was asked for just now");
        assert_eq!(origins.unheard(10, at(120)), [first.reservation_id], "its payment was under way");

        assert_eq!(
            origins.over(first.reservation_id).map(|(address, taken)| (address, taken.tickets)),
            Some((HOME, 2))
        );
        assert!(origins.over(first.reservation_id).is_none());
        assert_eq!(origins.unheard(1, at(150)), [second.reservation_id]);
    }
}
