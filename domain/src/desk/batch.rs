//! A batch: requests of one lane decided together in one transaction, in the order in which they came.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entities::{
    mail::Kind,
    reservation::{self, CancelReason, Status},
};
use sea_orm::DbErr;
use uuid::Uuid;

use super::{
    Answer, Buying, Job, Opening, Placing, Report, Returning, buying,
    paying::{self, is_forfeited},
    refunding,
    tickets::Tickets,
};
use crate::{
    App,
    book::{Book, rows},
    faults::{self, Point, Request},
    mails::{self, About},
    payments::{ledger::Ledger, report::News},
    reservations::ReservationError,
    store::Write,
    tickets::{self, Issue},
};

/// What a batch must know beside the counts, kept true while its requests are decided one after the other.
pub(super) struct Known {
    /// Reservations by their fan's key.
    keyed: HashMap<(Uuid, String), Uuid>,
    /// Tickets that a fan holds or owns of a match.
    pub(super) claimed: HashMap<(Uuid, i32), i32>,
    /// Reservations whose payment was captured by these requests.
    pub(super) paid: Vec<Uuid>,
    /// What is mailed of these requests.
    pub(super) mails: Vec<About>,
    is_mailing_holds: bool,
}

impl Known {
    /// What a fan has placed by a key of theirs.
    pub(super) fn of_key<'a>(&self, book: &'a Book, user_id: Uuid, key: &str) -> Option<&'a reservation::Model> {
        self.keyed.get(&(user_id, key.to_owned())).and_then(|id| book.reservation(*id))
    }

    /// Whoever uses the key of a reservation again is answered with it.
    pub(super) fn note_key(&mut self, row: &reservation::Model) {
        self.keyed.extend(row.idempotency_key.clone().map(|key| ((row.user_id, key), row.id)));
    }

    /// So many tickets of a reservation are its fan's no more. Those of an order never counted: nobody is kept from the
    /// stock by what they bought of a fan.
    pub(super) fn forget(&mut self, row: &reservation::Model, quantity: i32) {
        if row.listing_id.is_none()
            && let Some(claimed) = self.claimed.get_mut(&(row.user_id, row.match_number))
        {
            *claimed -= quantity;
        }
    }

    /// Has a fan mailed what became of their hold, where the site does that.
    fn mail(&mut self, kind: Kind, row: &reservation::Model) {
        if self.is_mailing_holds {
            self.mails.push(About { kind, user_id: row.user_id, reservation_id: row.id });
        }
    }
}

/// Decides `jobs` and commits; the answers stand in the order of the jobs.
pub(super) async fn decide(app: &App, jobs: &[(i32, &Job)]) -> Result<Vec<Answer>, DbErr> {
    let txn = Write::begin(app).await?;
    let mut book = Book::open(&txn, &jobs.iter().map(|(number, _)| *number).collect()).await?;
    let mut known = look_up(&txn, &mut book, jobs).await?;
    known.is_mailing_holds = app.settings.mails_of_holds;
    let mut ledger = open_ledger(&txn, jobs).await?;
    let mut tickets = open_tickets(&txn, jobs).await?;
    let now = app.clock.now();

    let answers: Vec<Answer> = jobs
        .iter()
        .map(|(_, job)| match job {
            Job::Place(placing) => place(app, &mut book, &mut known, placing, now),
            Job::Buy(wish) => buying::place(app, &mut book, &mut known, wish, now),
            Job::Cancel(id) => end(&mut book, &mut known, *id, CancelReason::User, now),
            Job::Expire(id) => expire(app, &mut book, &mut known, *id, now),
            Job::Pay(opening) => paying::begin(&mut book, &mut known, &mut ledger, opening, now),
            Job::Settle(report) => paying::settle(app, &mut book, &mut known, &mut ledger, report, now),
            Job::Refund(asked) => refunding::refund(app, &mut book, &mut known, &mut ledger, &mut tickets, asked, now),
        })
        .collect();

    // A batch that changes nothing has no reason to wait for the disk: it rolls back.
    if book.is_changed() || ledger.is_changed() {
        let paid: Vec<_> = known.paid.iter().filter_map(|id| book.reservation(*id)).collect();
        // The handover of an order issues its ticket.
        let of_stock = paid.iter().filter(|row| row.listing_id.is_none());
        let issues: Vec<Issue> = of_stock.flat_map(|row| Issue::of(row)).collect();
        let of_paid = paid.iter().map(|row| About { kind: Kind::Paid, user_id: row.user_id, reservation_id: row.id });
        known.mails.extend(of_paid);
        let buyers: Vec<Uuid> = paid.iter().map(|row| row.user_id).collect();
        let shows = book.close(&txn, now).await?;
        ledger.close(&txn).await?;
        tickets::issue(&txn, issues, now).await?;
        tickets.close(&txn, now).await?;
        mails::append_about(&txn, &known.mails, now).await?;
        jobs.iter().for_each(|(_, job)| die_uncommitted(job));
        txn.commit().await?;
        app.committed(shows);
        app.wake.sold(buyers);
    }
    Ok(answers)
}

fn die_uncommitted(job: &Job) {
    match job {
        Job::Place(_) => faults::point(Point::Uncommitted(Request::Place)),
        Job::Pay(_) => faults::point(Point::Uncommitted(Request::Pay)),
        Job::Settle(_) => faults::point(Point::Uncommitted(Request::Settle)),
        Job::Refund(_) => faults::point(Point::Uncommitted(Request::Refund)),
        Job::Buy(_) | Job::Cancel(_) | Job::Expire(_) => {}
    }
}

/// Reads, after the lock, the payments that the jobs are about.
async fn open_ledger(txn: &Write, jobs: &[(i32, &Job)]) -> Result<Ledger, DbErr> {
    let (mut reservations, mut keys, mut refunded) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (_, job) in jobs {
        match job {
            Job::Pay(opening) => {
                reservations.insert(opening.reservation_id);
                keys.extend(opening.key.clone().map(|key| (opening.user_id, key)));
            }
            Job::Settle(report) => {
                reservations.insert(report.reservation_id);
                if let News::Refunded { .. } | News::RefundRefused { .. } = report.news {
                    refunded.insert(report.reservation_id);
                }
            }
            Job::Refund(asked) => {
                reservations.insert(asked.reservation_id);
                refunded.insert(asked.reservation_id);
            }
            Job::Place(_) | Job::Buy(_) | Job::Cancel(_) | Job::Expire(_) => {}
        }
    }
    Ledger::open(txn, &reservations, &keys, &refunded).await
}

/// Locks, after those of the matches, the tickets that may be given back.
async fn open_tickets(txn: &Write, jobs: &[(i32, &Job)]) -> Result<Tickets, DbErr> {
    let asked = jobs.iter().filter_map(|(_, job)| if let Job::Refund(asked) = job { Some(asked) } else { None });
    Tickets::open(txn, &asked.map(|asked| asked.reservation_id).collect()).await
}

/// Reads, after the lock, what the jobs need: their reservations, the keys that were used, and what fans claim.
async fn look_up(txn: &Write, book: &mut Book, jobs: &[(i32, &Job)]) -> Result<Known, DbErr> {
    let mut ids = BTreeSet::new();
    let mut keys = BTreeSet::new();
    let mut fans = BTreeSet::new();
    let mut settled = BTreeSet::new();
    let mut listings = BTreeSet::new();
    for (_, job) in jobs {
        match job {
            Job::Place(placing) => {
                fans.insert((placing.user_id, placing.match_number));
                keys.extend(placing.key.clone().map(|key| (placing.user_id, key)));
            }
            Job::Buy(Buying { user_id, listing_id, key, .. }) => {
                listings.insert(*listing_id);
                keys.extend(key.clone().map(|key| (*user_id, key)));
            }
            Job::Cancel(id) | Job::Expire(id) => {
                ids.insert(*id);
            }
            Job::Pay(Opening { reservation_id, .. }) | Job::Refund(Returning { reservation_id, .. }) => {
                ids.insert(*reservation_id);
            }
            Job::Settle(Report { reservation_id, .. }) => {
                ids.insert(*reservation_id);
                settled.insert(*reservation_id);
            }
        }
    }
    book.take_in(rows::of_ids(txn, &ids).await?);
    let rows = settled.iter().filter_map(|id| book.reservation(*id));
    fans.extend(rows.map(|row| (row.user_id, row.match_number)));
    let used = rows::of_keys(txn, &keys).await?;
    let keyed = used.iter().filter_map(|row| Some(((row.user_id, row.idempotency_key.clone()?), row.id))).collect();
    book.take_in(used);
    book.take_in_listings(txn, listings).await?;
    let claimed = rows::claims(txn, &fans).await?.into_iter().map(|claim| {
        let tickets = i32::try_from(claim.tickets).unwrap_or(i32::MAX);
        ((claim.user_id, claim.match_number), tickets)
    });

    Ok(Known { keyed, claimed: claimed.collect(), paid: Vec::new(), mails: Vec::new(), is_mailing_holds: false })
}

fn place(app: &App, book: &mut Book, known: &mut Known, placing: &Placing, now: DateTime<Utc>) -> Answer {
    let Placing { user_id, match_number, category, quantity, key } = placing;
    if let Some(row) = key.as_ref().and_then(|key| known.of_key(book, *user_id, key)) {
        let same = row.match_number == *match_number && row.category == *category && row.quantity == *quantity;
        let same = same && row.listing_id.is_none();
        return if same { Ok(row.clone()) } else { Err(ReservationError::KeyReused) };
    }
    if !book.knows(*match_number) {
        return Err(ReservationError::UnknownMatch(*match_number));
    }
    let stock = book
        .stock((*match_number, *category))
        .ok_or(ReservationError::UnknownCategory(*match_number, category.number()))?;
    // Before the cap, as whoever is refused early is told: nobody's claims matter where nothing is left.
    let left = book.left((*match_number, *category));
    if left.sellable == 0 {
        return Err(left.refusal(*match_number, *category));
    }
    let has = known.claimed.get(&(*user_id, *match_number)).copied().unwrap_or(0);
    if has + quantity > app.settings.purchase_cap {
        return Err(ReservationError::PurchaseLimit { has, cap: app.settings.purchase_cap });
    }
    let row = reservation::Model {
        id: Uuid::now_v7(),
        user_id: *user_id,
        match_number: *match_number,
        category: *category,
        quantity: *quantity,
        unit_price_minor: stock.price_minor,
        status: Status::Pending,
        cancel_reason: None,
        created_at: now,
        expires_at: now + app.settings.hold,
        version: 1,
        idempotency_key: key.clone(),
        listing_id: None,
        returned: 0,
    };
    book.place(row.clone()).map_err(|left| left.refusal(*match_number, *category))?;
    *known.claimed.entry((*user_id, *match_number)).or_default() += quantity;
    known.note_key(&row);
    known.mail(Kind::HoldPlaced, &row);

    Ok(row)
}

/// Ends a hold unpaid, for the reason that is true: one that is overdue has expired, whoever asks for what.
pub(super) fn end(book: &mut Book, known: &mut Known, id: Uuid, reason: CancelReason, now: DateTime<Utc>) -> Answer {
    let row = book.reservation(id).ok_or(ReservationError::NotFound)?.clone();
    match row.status {
        Status::Reserved => return Err(ReservationError::AlreadyPaid),
        Status::Cancelled if row.cancel_reason == Some(reason) => return Ok(row),
        Status::Cancelled => return Err(ended(row.cancel_reason)),
        // A payment that may still succeed has to be ended first.
        Status::AwaitingPayment if reason == CancelReason::User => return Err(ReservationError::PaymentUnderWay),
        Status::Pending | Status::AwaitingPayment => {}
    }
    let overdue = is_overdue(&row, now);
    let truly = if overdue { CancelReason::Expired } else { reason };
    book.release(id, truly);
    known.forget(&row, row.quantity);
    if truly == CancelReason::Expired {
        known.mail(Kind::HoldExpired, &row);
    }
    if overdue && reason != CancelReason::Expired {
        return Err(ReservationError::HoldExpired);
    }
    book.reservation(id).cloned().ok_or(ReservationError::NotFound)
}

fn expire(app: &App, book: &mut Book, known: &mut Known, id: Uuid, now: DateTime<Utc>) -> Answer {
    match book.reservation(id) {
        Some(row) if is_overdue(row, now) || is_forfeited(app, row, now) => {
            end(book, known, id, CancelReason::Expired, now)
        }
        Some(row) => Ok(row.clone()),
        None => Err(ReservationError::NotFound),
    }
}

pub(super) fn is_overdue(row: &reservation::Model, now: DateTime<Utc>) -> bool {
    row.status == Status::Pending && row.expires_at <= now
}

pub(super) fn ended(reason: Option<CancelReason>) -> ReservationError {
    match reason {
        Some(CancelReason::Expired) | None => ReservationError::HoldExpired,
        Some(reason) => ReservationError::AlreadyCancelled(reason),
    }
}
