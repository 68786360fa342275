//! Rows as columns, and back.

mod booking;
mod matches;
mod sale;

use std::{collections::HashSet, hash::Hash, sync::Arc};

use arrow_array::{
    Array, ArrayRef, BooleanArray, FixedSizeBinaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, builder::FixedSizeBinaryBuilder,
};
use chrono::{DateTime, Utc};
use parquet::errors::ParquetError;
use uuid::Uuid;

use super::{LakeError, Table, schema};
use crate::rows::{Booking, MatchOnSale, Sale};

/// A row of a table.
pub(super) trait Row: Clone + Send + Sync + 'static {
    const TABLE: Table;
    /// The columns by which it is told from others.
    const IDENTITY: &'static [&'static str];
    /// The columns that a reader of rows always reads, for they have no value that says nothing, or who was erased is in them.
    const ALWAYS: &'static [&'static str];
    /// What it is a state of.
    type Identity: Eq + Hash + Send + Sync;
    /// The order of rows in a file.
    type Order: Ord;

    fn identity(&self) -> Self::Identity;
    /// The newest is what is true.
    fn version(&self) -> i32;
    fn at(&self) -> DateTime<Utc>;
    fn order(&self) -> Self::Order;
    fn subject(&self) -> Option<Uuid> {
        None
    }
    /// Forgets whose it is.
    fn erase(&mut self) {}
    fn arrays(rows: &[Self]) -> Result<Vec<ArrayRef>, LakeError>;
    /// A column that is missing has the value that says nothing.
    ///
    /// # Errors
    /// What is wrong with the file.
    fn rows(columns: &Columns<'_>) -> Result<Vec<Self>, String>;
}

/// Rows in the columns of their table.
pub(super) fn batch<R: Row>(rows: &[R]) -> Result<RecordBatch, LakeError> {
    RecordBatch::try_new(schema::schema(R::TABLE), R::arrays(rows)?).map_err(|error| ParquetError::from(error).into())
}

/// No rows of a table.
pub(super) fn none(table: Table) -> Result<RecordBatch, LakeError> {
    match table {
        Table::Bookings => batch::<Booking>(&[]),
        Table::Matches => batch::<MatchOnSale>(&[]),
        Table::Sales => batch::<Sale>(&[]),
    }
}

/// Forgets whose a row is, where that fan was erased; says so then.
pub(super) fn erase_from<R: Row>(row: &mut R, erased: &HashSet<Uuid>) -> Option<Uuid> {
    let subject = row.subject().filter(|subject| erased.contains(subject))?;
    row.erase();
    Some(subject)
}

/// Columns by their names, as far as they were read. Types are those of the schema: a file with others is not read at all.
pub(super) struct Columns<'a>(pub(super) &'a RecordBatch);

impl<'a> Columns<'a> {
    pub(super) fn len(&self) -> usize {
        self.0.num_rows()
    }

    fn array<A: 'static>(&self, name: &str) -> Option<&'a A> {
        self.0.column_by_name(name)?.as_any().downcast_ref()
    }

    fn ids(&self, name: &str) -> impl Fn(usize) -> Option<Uuid> + use<'a> {
        let array = self.array::<FixedSizeBinaryArray>(name);
        move |row| {
            let array = array.filter(|array| array.is_valid(row))?;
            Uuid::from_slice(array.value(row)).ok()
        }
    }

    fn ints(&self, name: &str) -> impl Fn(usize) -> i32 + use<'a> {
        let array = self.array::<Int32Array>(name);
        move |row| array.map_or(0, |array| array.value(row))
    }

    fn longs(&self, name: &str) -> impl Fn(usize) -> Option<i64> + use<'a> {
        let array = self.array::<Int64Array>(name);
        move |row| array.filter(|array| array.is_valid(row)).map(|array| array.value(row))
    }

    fn bools(&self, name: &str) -> impl Fn(usize) -> Option<bool> + use<'a> {
        let array = self.array::<BooleanArray>(name);
        move |row| array.filter(|array| array.is_valid(row)).map(|array| array.value(row))
    }

    fn texts(&self, name: &str) -> impl Fn(usize) -> Option<&'a str> + use<'a> {
        let array = self.array::<StringArray>(name);
        move |row| array.filter(|array| array.is_valid(row)).map(|array| array.value(row))
    }

    fn times(&self, name: &str) -> impl Fn(usize) -> DateTime<Utc> + use<'a> {
        let array = self.array::<TimestampMicrosecondArray>(name);
        move |row| array.and_then(|array| DateTime::from_timestamp_micros(array.value(row))).unwrap_or_default()
    }
}

fn ids(values: impl ExactSizeIterator<Item = Option<Uuid>>) -> Result<ArrayRef, LakeError> {
    let mut builder = FixedSizeBinaryBuilder::with_capacity(values.len(), 16);
    for value in values {
        match value {
            Some(id) => builder.append_value(id.as_bytes()).map_err(ParquetError::from)?,
            None => builder.append_null(),
        }
    }
    Ok(Arc::new(builder.finish()))
}

fn ints(values: impl Iterator<Item = i32>) -> ArrayRef {
    Arc::new(Int32Array::from_iter_values(values))
}

fn longs(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

fn bools(values: impl Iterator<Item = Option<bool>>) -> ArrayRef {
    Arc::new(values.collect::<BooleanArray>())
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn times(values: impl Iterator<Item = DateTime<Utc>>) -> ArrayRef {
    let micros = values.map(|time| time.timestamp_micros());
    Arc::new(TimestampMicrosecondArray::from_iter_values(micros).with_timezone("UTC"))
}
