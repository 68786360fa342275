use arrow_array::ArrayRef;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Columns, Row, ints, longs, texts, times};
use crate::{
    lake::{LakeError, Table},
    rows::Sale,
};

impl Row for Sale {
    const TABLE: Table = Table::Sales;
    const IDENTITY: &'static [&'static str] = &["cluster", "partition", "record_offset"];
    const ALWAYS: &'static [&'static str] = &[];
    /// A hash of its cluster, which is shorter to keep than the name, and its place there.
    type Identity = ([u8; 16], i32, i64);
    type Order = (i32, String, i32, i64);

    fn identity(&self) -> Self::Identity {
        let mut cluster = [0; 16];
        cluster.copy_from_slice(&Sha256::digest(self.cluster.as_bytes())[..16]);
        (cluster, self.partition, self.record_offset)
    }

    /// A record does not change.
    fn version(&self) -> i32 {
        0
    }

    fn at(&self) -> DateTime<Utc> {
        self.at
    }

    fn order(&self) -> Self::Order {
        (self.match_number, self.cluster.clone(), self.partition, self.record_offset)
    }

    fn arrays(rows: &[Self]) -> Result<Vec<ArrayRef>, LakeError> {
        Ok(vec![
            texts(rows.iter().map(|row| Some(row.cluster.as_str()))),
            ints(rows.iter().map(|row| row.partition)),
            longs(rows.iter().map(|row| Some(row.record_offset))),
            times(rows.iter().map(|row| row.at)),
            texts(rows.iter().map(|row| row.site.as_deref())),
            ints(rows.iter().map(|row| row.match_number)),
            ints(rows.iter().map(|row| row.category)),
            ints(rows.iter().map(|row| row.quantity)),
            texts(rows.iter().map(|row| Some(row.action.as_str()))),
        ])
    }

    fn rows(columns: &Columns<'_>) -> Result<Vec<Self>, String> {
        let (cluster, partition) = (columns.texts("cluster"), columns.ints("partition"));
        let (record_offset, at) = (columns.longs("record_offset"), columns.times("at"));
        let (site, match_number) = (columns.texts("site"), columns.ints("match_number"));
        let (category, quantity) = (columns.ints("category"), columns.ints("quantity"));
        let action = columns.texts("action");
        let row = |row| Self {
            cluster: cluster(row).unwrap_or_default().to_owned(),
            partition: partition(row),
            record_offset: record_offset(row).unwrap_or_default(),
            at: at(row),
            site: site(row).map(str::to_owned),
            match_number: match_number(row),
            category: category(row),
            quantity: quantity(row),
            action: action(row).unwrap_or_default().to_owned(),
        };
        Ok((0..columns.len()).map(row).collect())
    }
}
