//! Pages: Relay's arguments read, bounded, and cursors written.

use async_graphql::connection::CursorType;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use domain::{
    address_rules::network::Network,
    resale::market::{self, Sort},
    tickets::gate::Change,
    view::page,
};
use uuid::Uuid;

use crate::error::ApiError;

/// Items of one page at most, and where nobody says how many.
pub const MAX_PAGE: i32 = 100;

/// Reads `first` or `last`.
pub(crate) fn size(name: &str, asked: Option<i32>) -> Result<usize, ApiError> {
    let asked = asked.unwrap_or(MAX_PAGE);
    usize::try_from(asked)
        .ok()
        .filter(|_| asked <= MAX_PAGE)
        .ok_or_else(|| ApiError::bad_input(name, format!("`{name}` is {asked}; it must be 0 to {MAX_PAGE}")))
}

/// Reads a cursor argument.
pub(crate) fn cursor<C: CursorType>(name: &str, text: Option<&str>) -> Result<Option<C>, ApiError> {
    text.map(|text| {
        C::decode_cursor(text)
            .map_err(|_| ApiError::bad_input(name, format!("`{name}` is not a cursor of this list: {text:?}")))
    })
    .transpose()
}

/// A text that is not a cursor of the list.
#[derive(Debug, thiserror::Error)]
#[error("not a cursor")]
pub struct NotACursor;

/// Where a match stands among all.
pub struct MatchCursor(pub(crate) page::Cursor);

impl CursorType for MatchCursor {
    type Error = NotACursor;

    fn decode_cursor(text: &str) -> Result<Self, NotACursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotACursor)?;
        let (micros, number) =
            std::str::from_utf8(&bytes).ok().and_then(|text| text.split_once(':')).ok_or(NotACursor)?;
        let date_utc = micros.parse().ok().and_then(DateTime::from_timestamp_micros).ok_or(NotACursor)?;
        let match_number = number.parse().map_err(|_| NotACursor)?;

        Ok(Self(page::Cursor { date_utc, match_number }))
    }

    fn encode_cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}", self.0.date_utc.timestamp_micros(), self.0.match_number))
    }
}

/// Where a listing stands in an order of the market.
pub struct ListingCursor {
    pub(crate) sort: Sort,
    pub(crate) at: market::Cursor,
}

/// The letters that cursors name orders by.
const SORTS: [(char, Sort); 4] =
    [('p', Sort::PriceAsc), ('q', Sort::PriceDesc), ('n', Sort::Newest), ('o', Sort::Oldest)];

impl CursorType for ListingCursor {
    type Error = NotACursor;

    fn decode_cursor(text: &str) -> Result<Self, NotACursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotACursor)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| NotACursor)?;
        let [sort, price, id] = text.split(':').collect::<Vec<_>>()[..] else { return Err(NotACursor) };
        let sort = SORTS.iter().find(|(letter, _)| sort == letter.to_string()).ok_or(NotACursor)?.1;
        let price_minor = price.parse().map_err(|_| NotACursor)?;
        let id = id.parse().map_err(|_| NotACursor)?;

        Ok(Self { sort, at: market::Cursor { price_minor, id } })
    }

    fn encode_cursor(&self) -> String {
        let letter = SORTS.iter().find(|(_, sort)| *sort == self.sort).map_or('p', |(letter, _)| *letter);
        URL_SAFE_NO_PAD.encode(format!("{letter}:{}:{}", self.at.price_minor, self.at.id))
    }
}

/// Where a ticket stands among those that changed.
pub struct ChangeCursor(pub(crate) Change);

impl CursorType for ChangeCursor {
    type Error = NotACursor;

    fn decode_cursor(text: &str) -> Result<Self, NotACursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotACursor)?;
        let (micros, id) = std::str::from_utf8(&bytes).ok().and_then(|text| text.split_once(':')).ok_or(NotACursor)?;
        let at = micros.parse().ok().and_then(DateTime::from_timestamp_micros).ok_or(NotACursor)?;
        let ticket_id = id.parse().map_err(|_| NotACursor)?;

        Ok(Self(Change { at, ticket_id }))
    }

    fn encode_cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}", self.0.at.timestamp_micros(), self.0.ticket_id))
    }
}

/// Where a rule about addresses stands among all: its network, as rules write it.
pub struct NetworkCursor(pub(crate) String);

impl CursorType for NetworkCursor {
    type Error = NotACursor;

    fn decode_cursor(text: &str) -> Result<Self, NotACursor> {
        let network: Network = text.parse().map_err(|_| NotACursor)?;
        Ok(Self(network.to_string()))
    }

    fn encode_cursor(&self) -> String {
        self.0.clone()
    }
}

/// Where something stands among others, by an id that grows with time.
pub struct IdCursor(pub(crate) Uuid);

impl CursorType for IdCursor {
    type Error = NotACursor;

    fn decode_cursor(text: &str) -> Result<Self, NotACursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotACursor)?;
        Uuid::from_slice(&bytes).map(Self).map_err(|_| NotACursor)
    }

    fn encode_cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.as_bytes())
    }
}
