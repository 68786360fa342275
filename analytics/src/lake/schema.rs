//! The columns of each table.
//!
//! Ids are 16 bytes and not a text or a UUID of Parquet's: half as long as a text, and what `DuckDB` (`BLOB`), Spark (`BINARY`) and
//! Trino (`VARBINARY`) alike can read, compare and group by. Times are microseconds in UTC. A column is never renamed, retyped or used anew; what
//! is added is nullable, so that files of every version are read together.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::Table;

/// Of the columns below; each file says by which it was written.
pub(super) const VERSION: u32 = 1;

/// The date of the files that have columns and no rows.
pub(super) const EMPTY_DATE: &str = "1970-01-01";

/// How a column is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Id,
    Int,
    Long,
    Bool,
    Text,
    Time,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) nullable: bool,
}

const fn required(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, nullable: false }
}

const fn nullable(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, nullable: true }
}

const BOOKINGS: &[Column] = &[
    required("reservation_id", Kind::Id),
    required("version", Kind::Int),
    required("at", Kind::Time),
    required("placed_at", Kind::Time),
    nullable("subject", Kind::Id),
    nullable("country", Kind::Text),
    required("match_number", Kind::Int),
    required("category", Kind::Int),
    required("quantity", Kind::Int),
    required("returned", Kind::Int),
    required("status", Kind::Text),
    nullable("cancel_reason", Kind::Text),
    required("unit_price_minor", Kind::Long),
    required("channel", Kind::Text),
];

const MATCHES: &[Column] = &[
    required("match_number", Kind::Int),
    required("version", Kind::Int),
    required("at", Kind::Time),
    required("round_number", Kind::Int),
    required("kick_off", Kind::Time),
    required("venue", Kind::Text),
    required("home_team", Kind::Text),
    required("away_team", Kind::Text),
    nullable("group_name", Kind::Text),
    required("closed", Kind::Bool),
    nullable("category_1_sellable", Kind::Bool),
    nullable("category_1_price_minor", Kind::Long),
    nullable("category_2_sellable", Kind::Bool),
    nullable("category_2_price_minor", Kind::Long),
    nullable("category_3_sellable", Kind::Bool),
    nullable("category_3_price_minor", Kind::Long),
];

const SALES: &[Column] = &[
    required("cluster", Kind::Text),
    required("partition", Kind::Int),
    required("record_offset", Kind::Long),
    required("at", Kind::Time),
    nullable("site", Kind::Text),
    required("match_number", Kind::Int),
    required("category", Kind::Int),
    required("quantity", Kind::Int),
    required("action", Kind::Text),
];

pub(super) const fn columns(table: Table) -> &'static [Column] {
    match table {
        Table::Bookings => BOOKINGS,
        Table::Matches => MATCHES,
        Table::Sales => SALES,
    }
}

impl Kind {
    pub(super) fn data_type(self) -> DataType {
        match self {
            Self::Id => DataType::FixedSizeBinary(16),
            Self::Int => DataType::Int32,
            Self::Long => DataType::Int64,
            Self::Bool => DataType::Boolean,
            Self::Text => DataType::Utf8,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }
}

pub(super) fn schema(table: Table) -> SchemaRef {
    let field = |column: &Column| Field::new(column.name, column.kind.data_type(), column.nullable);
    Arc::new(Schema::new(columns(table).iter().map(field).collect::<Vec<_>>()))
}

/// What keeps a file with these columns from being read as one of the table.
pub(super) fn difference(table: Table, file: &Schema) -> Option<String> {
    columns(table).iter().find_map(|column| {
        let (name, wanted) = (column.name, column.kind.data_type());
        match file.field_with_name(name) {
            Ok(field) if *field.data_type() == wanted => None,
            Ok(field) => Some(format!("has a column {name} of the type {} instead of {wanted}", field.data_type())),
            Err(_) if column.nullable => None,
            Err(_) => Some(format!("has no column {name}")),
        }
    })
}
