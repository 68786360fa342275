//! Cursors: where a page ended, by what its last hit was ranked by, not by how many came before.
//!
//! So hits that come and go move no others between pages: a hit is neither shown twice nor left out as long as it keeps its rank.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{document::DocumentId, fnv::Fnv, ranking::Rank, request::Request};

const FORMAT: u8 = 1;
const BYTES: usize = 1 + 8 + 1 + Rank::PARTS * 8 + 1 + 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    #[error("`after` is not a cursor of a search")]
    Malformed,
    #[error("`after` is a cursor of another search")]
    OfAnotherSearch,
}

/// The place of a hit in all that a request finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Whether hits need every word of the query.
    pub needs_all: bool,
    pub rank: Rank,
}

impl Place {
    pub(crate) fn cursor(&self, request: &Request) -> String {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(FORMAT);
        bytes.extend(fingerprint(request).to_be_bytes());
        bytes.push(u8::from(self.needs_all));
        self.rank.parts.iter().for_each(|part| bytes.extend(part.to_be_bytes()));
        let (kind, id) = match self.rank.id {
            DocumentId::Match(number) => (0, Uuid::from_u128(u128::from(number.unsigned_abs()))),
            DocumentId::Listing(id) => (1, id),
        };
        bytes.push(kind);
        bytes.extend(id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// # Errors
    /// It is not a cursor, or of other words, filters or another order.
    pub(crate) fn read(cursor: &str, request: &Request) -> Result<Self, CursorError> {
        if cursor.len() > BYTES * 2 {
            return Err(CursorError::Malformed);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| CursorError::Malformed)?;
        let (format, bytes) = bytes.split_first().ok_or(CursorError::Malformed)?;
        if bytes.len() + 1 != BYTES || *format != FORMAT {
            return Err(CursorError::Malformed);
        }
        let number = |at: usize| bytes[at..].first_chunk().map(|chunk| i64::from_be_bytes(*chunk));
        if number(0) != Some(fingerprint(request).cast_signed()) {
            return Err(CursorError::OfAnotherSearch);
        }
        let mut parts = [0; Rank::PARTS];
        for (at, part) in parts.iter_mut().enumerate() {
            *part = number(9 + at * 8).ok_or(CursorError::Malformed)?;
        }
        let (kind, id) = bytes[9 + Rank::PARTS * 8..].split_first().ok_or(CursorError::Malformed)?;
        let id = Uuid::from_slice(id).map_err(|_| CursorError::Malformed)?;
        let id = match kind {
            0 => DocumentId::Match(i32::try_from(id.as_u128()).map_err(|_| CursorError::Malformed)?),
            1 => DocumentId::Listing(id),
            _ => return Err(CursorError::Malformed),
        };
        Ok(Self { needs_all: bytes[8] == 1, rank: Rank { parts, id } })
    }
}

/// What a cursor holds for: the query, the filter and the order.
fn fingerprint(request: &Request) -> u64 {
    Fnv::of(&format!("{:?} {:?} {:?}", request.query.trim(), request.filter, request.sort))
}
