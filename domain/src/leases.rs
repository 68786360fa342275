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
    /// The row as another instance left it, and since when it has been seen so.
    seen: Option<(Mark, Instant)>,
}

/// What each renewal changes. The time is for people to read; here it only tells one renewal from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    holder: Uuid,
    until: DateTime<Utc>,
}

impl Claim {
    pub fn new(name: &'static str, term: Duration) -> Self {
        Self { name, holder: Uuid::new_v4(), term, until: None, seen: None }
    }

    /// How long this instance may still act as the holder; zero where it is not.
    pub fn left(&self) -> Duration {
        self.until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    /// Takes or renews the lease. `false`: another instance holds it, or may.
    pub async fn hold(&mut self, app: &App) -> Result<bool, DbErr> {
        let asked = Instant::now();
        self.until = None;
        let found = lease::Entity::find_by_id(self.name.to_owned()).one(&app.db).await?;
        let found = found.map(|row| Mark { holder: row.holder, until: row.until });
        let is_taken = match found {
            None => self.open(app).await?,
            Some(mark) if mark.holder == self.holder || self.is_over(mark) => self.turn(app, mark).await?,
            Some(_) => false,
        };
        if is_taken {
            self.seen = None;
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

    /// Whether the row has been seen like this for a whole term.
    fn is_over(&mut self, mark: Mark) -> bool {
        match self.seen {
            Some((seen, since)) if seen == mark => since.elapsed() >= self.term,
            _ => {
                self.seen = Some((mark, Instant::now()));
                false
            }
        }
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
