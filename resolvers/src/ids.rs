//! Node ids: opaque to clients, a type and a key inside.

use async_graphql::ID;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{error::ApiError, json_plan};

/// What a node id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeId {
    Listing(Uuid),
    Match(i32),
    Reservation(Uuid),
    Ticket(Uuid),
    User(Uuid),
}

impl From<NodeId> for ID {
    fn from(id: NodeId) -> Self {
        ID(encoded(id))
    }
}

/// Writes the id of a match as JSON, in one go: a list has many.
pub(crate) fn write_match(number: i32, out: &mut Vec<u8>) {
    const MOST: usize = "Match:-2147483648".len();

    let (mut plain, mut encoded) = (Vec::with_capacity(MOST), [0; MOST * 2]);
    plain.extend_from_slice(b"Match:");
    json_plan::json(&mut plain, &number);
    let length = URL_SAFE_NO_PAD.encode_slice(&plain, &mut encoded).expect("base64 takes less than twice the room");
    out.push(b'"');
    out.extend_from_slice(&encoded[..length]);
    out.push(b'"');
}

fn encoded(id: NodeId) -> String {
    URL_SAFE_NO_PAD.encode(match id {
        NodeId::Listing(id) => format!("Listing:{id}"),
        NodeId::Match(number) => format!("Match:{number}"),
        NodeId::Reservation(id) => format!("Reservation:{id}"),
        NodeId::Ticket(id) => format!("Ticket:{id}"),
        NodeId::User(id) => format!("User:{id}"),
    })
}

impl NodeId {
    /// What `id` names, which was sent as `field`.
    pub(crate) fn read(field: &str, id: &ID) -> Result<Self, ApiError> {
        let wrong = || ApiError::bad_input(field, format!("{:?} is not a valid id", id.as_str()));
        parse(id).ok_or_else(wrong)
    }
}

/// The reservation that `id` names, which was sent as `field`.
pub fn reservation(field: &str, id: &ID) -> Result<Uuid, ApiError> {
    match NodeId::read(field, id)? {
        NodeId::Reservation(id) => Ok(id),
        _ => Err(not_of("a reservation", field, id)),
    }
}

/// The listing that `id` names, which was sent as `field`.
pub fn listing(field: &str, id: &ID) -> Result<Uuid, ApiError> {
    match NodeId::read(field, id)? {
        NodeId::Listing(id) => Ok(id),
        _ => Err(not_of("a listing", field, id)),
    }
}

/// The ticket that `id` names, which was sent as `field`.
pub fn ticket(field: &str, id: &ID) -> Result<Uuid, ApiError> {
    match NodeId::read(field, id)? {
        NodeId::Ticket(id) => Ok(id),
        _ => Err(not_of("a ticket", field, id)),
    }
}

/// The tickets that `ids` name, which were sent as the list `field`.
pub(crate) fn tickets(field: &str, ids: &[ID]) -> Result<Vec<Uuid>, ApiError> {
    ids.iter().enumerate().map(|(index, id)| ticket(&format!("{field}.{index}"), id)).collect()
}

/// The user that `id` names, which was sent as `field`.
pub fn user(field: &str, id: &ID) -> Result<Uuid, ApiError> {
    match NodeId::read(field, id)? {
        NodeId::User(id) => Ok(id),
        _ => Err(not_of("a user", field, id)),
    }
}

fn not_of(what: &str, field: &str, id: &ID) -> ApiError {
    ApiError::bad_input(field, format!("{:?} is not the id of {what}", id.as_str()))
}

fn parse(id: &ID) -> Option<NodeId> {
    let bytes = URL_SAFE_NO_PAD.decode(id.as_str()).ok()?;
    let (kind, key) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    match kind {
        "Listing" => key.parse().ok().map(NodeId::Listing),
        "Match" => key.parse().ok().map(NodeId::Match),
        "Reservation" => key.parse().ok().map(NodeId::Reservation),
        "Ticket" => key.parse().ok().map(NodeId::Ticket),
        "User" => key.parse().ok().map(NodeId::User),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_what_it_names() {
        for id in [
            NodeId::Match(64),
            NodeId::Reservation(Uuid::now_v7()),
            NodeId::Ticket(Uuid::now_v7()),
            NodeId::User(Uuid::now_v7()),
        ] {
            assert_eq!(NodeId::read("id", &ID::from(id)).ok(), Some(id));
        }
    }

    #[test]
    fn the_id_of_a_match_in_a_list_is_the_one_of_the_match() {
        for number in [1, 64, 1_000, i32::MAX, i32::MIN] {
            let mut out = Vec::new();
            write_match(number, &mut out);

            assert_eq!(String::from_utf8_lossy(&out), format!("\"{}\"", encoded(NodeId::Match(number))));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "1", "TWF0Y2g6", "TWF0Y2g6eA", "Match:1", "Tm90aGluZzox"] {
            assert!(NodeId::read("id", &ID::from(text)).is_err(), "{text}");
        }
    }
}
