//! Leases: one leader at a time among the instances of a site, on a row of their database.
//!
//! No two clocks are compared. The database orders what happens to the row; how long it stays as it is, each instance
//! measures by its own steady clock. The holder of a lease may act for its time counted from before the call that took
//! or renewed it. Another takes it when it has seen the row unchanged for that whole time: the last renewal was before
//! that, so the holder has stopped by then, however wrong any wall clock is and however it jumps.

use std::time::{Duration, Instant};

use book::store::WriteTxn;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use entities::lease;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, sea_query::OnConflict};
use uuid::Uuid;

use crate::App;

/// One instance's claim on a lease: whether it holds it, or else what it has seen of who does.
#[derive(Debug)]
pub struct Claim {
    name: &'static str,
    holder: Uuid,
    term: Duration,
    /// Until when this instance holds it.
    until: Option<Instant>,
    /// The row as another instance left it.
    seen: Seen,
}

/// What is seen of a lease by an instance that never takes it.
#[derive(Debug)]
pub struct Watch {
    name: &'static str,
    term: Duration,
    seen: Seen,
}

/// A row, and since when it has been seen as it is.
#[derive(Debug, Default)]
struct Seen(Option<(Mark, Instant)>);

/// What each renewal changes. The time is for people to read; here it only tells one renewal from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    holder: Uuid,
    until: DateTime<Utc>,
}

impl Claim {
    pub fn new(name: &'static str, term: Duration) -> Self {
        Self { name, holder: Uuid::new_v4(), term, until: None, seen: Seen::default() }
    }

    /// How long this instance may still act as the holder; zero where it is not.
    pub fn left(&self) -> Duration {
        self.until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    /// Takes or renews the lease. `false`: another instance holds it, or may.
    pub async fn hold(&mut self, app: &App) -> Result<bool, DbErr> {
        let asked = Instant::now();
        self.until = None;
        let is_taken = match mark(app, self.name).await? {
            None => self.open(app).await?,
            Some(mark) if mark.holder == self.holder || self.seen.is_over(mark, self.term) => {
                self.turn(app, mark).await?
            }
            Some(_) => false,
        };
        if is_taken {
            self.seen = Seen::default();
            self.until = Some(asked + self.term);
        }

        Ok(is_taken)
    }

    /// Gives the lease back before its time, so that another instance need not wait.
    pub async fn release(&mut self, app: &App) -> Result<(), DbErr> {
        if self.until.take().is_none() {
            return Ok(());
        }
        let txn = WriteTxn::begin(&app.store).await?;
        lease::Entity::delete_many()
            .filter(lease::Column::Name.eq(self.name))
            .filter(lease::Column::Holder.eq(self.holder))
            .exec(&*txn)
            .await?;
        txn.commit().await
    }

    async fn open(&self, app: &App) -> Result<bool, DbErr> {
        let txn = WriteTxn::begin(&app.store).await?;
        let opened = lease::Entity::insert(self.row(app))
            .on_conflict(OnConflict::column(lease::Column::Name).do_nothing().to_owned())
            .exec_without_returning(&*txn)
            .await?;
        txn.commit().await?;

        Ok(opened == 1)
    }

    /// Makes the row this instance's for another term, unless it was changed since it was read.
    async fn turn(&self, app: &App, from: Mark) -> Result<bool, DbErr> {
        let txn = WriteTxn::begin(&app.store).await?;
        let turned = lease::Entity::update_many()
            .set(self.row(app))
            .filter(lease::Column::Name.eq(self.name))
            .filter(lease::Column::Holder.eq(from.holder))
            .filter(lease::Column::Until.eq(from.until))
            .exec(&*txn)
            .await?
            .rows_affected;
        txn.commit().await?;

        Ok(turned == 1)
    }

    fn row(&self, app: &App) -> lease::ActiveModel {
        let until = app.clock.now() + self.term;
        // Postgres keeps microseconds, and what is read must equal what is there.
        let until = until.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(until);
        lease::ActiveModel { name: Set(self.name.to_owned()), holder: Set(self.holder), until: Set(until) }
    }
}

impl Watch {
    pub fn new(name: &'static str, term: Duration) -> Self {
        Self { name, term, seen: Seen::default() }
    }

    /// Whether an instance holds the lease, or may: one that has died is believed in for another term.
    pub async fn is_held(&mut self, app: &App) -> Result<bool, DbErr> {
        Ok(match mark(app, self.name).await? {
            Some(mark) => !self.seen.is_over(mark, self.term),
            None => false,
        })
    }
}

impl Seen {
    /// Whether the row has been seen like this for a whole term.
    fn is_over(&mut self, mark: Mark, term: Duration) -> bool {
        match self.0 {
            Some((seen, since)) if seen == mark => since.elapsed() >= term,
            _ => {
                self.0 = Some((mark, Instant::now()));
                false
            }
        }
    }
}

/// The row of a lease, where an instance has taken it.
async fn mark(app: &App, name: &str) -> Result<Option<Mark>, DbErr> {
    let found = lease::Entity::find_by_id(name.to_owned()).one(&app.db).await?;
    Ok(found.map(|row| Mark { holder: row.holder, until: row.until }))
}
