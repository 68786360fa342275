//! The world outside: the organiser with their master list, and the other sites.

use book::{
    master_list::{MasterListCategory, MasterListMatch},
    outbox::TicketAction,
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    App,
    foreign::Sale,
    inbox::{self, Applied, Incoming, Message, Position},
};
use entities::category::Category;

use crate::TestApp;

/// The cluster's id.
pub const SOURCE: &str = "the-cluster";

/// What everything costs unless a test says otherwise.
pub const PRICE: i64 = 7_500;

/// A match of the master list with this many tickets of each of these categories.
pub fn given(match_number: i32, stock: &[(Category, i32)]) -> MasterListMatch {
    MasterListMatch {
        match_number,
        round_number: 1,
        date_utc: kick_off(match_number),
        location: "Al Bayt Stadium".to_owned(),
        home_team: "Qatar".to_owned(),
        away_team: "Ecuador".to_owned(),
        group: Some("A".to_owned()),
        categories: stock
            .iter()
            .map(|(category, available)| MasterListCategory {
                category: *category,
                available: *available,
                pending: 0,
                price_minor: PRICE,
            })
            .collect(),
    }
}

/// Kick-offs follow one another by the hour.
pub fn kick_off(match_number: i32) -> DateTime<Utc> {
    let first = DateTime::from_timestamp(1_668_960_000, 0).expect("20 November 2022 is a date");
    first + Duration::hours(i64::from(match_number - 1))
}

/// A message of the site `sender`, or of one that gives no name.
pub fn sale(action: TicketAction, match_number: i32, category: Category, quantity: i32, sender: Option<&str>) -> Sale {
    Sale {
        action,
        match_number,
        category,
        quantity,
        sender: sender.map(str::to_owned),
        reference: None,
        event_id: None,
    }
}

/// A message with its sender's own name for the hold.
pub fn referring(sale: Sale, reference: &str) -> Sale {
    Sale { reference: Some(reference.to_owned()), ..sale }
}

/// A record of ticket sales at a place of the test's choice.
pub fn record(offset: i64, message: Message) -> Incoming {
    Incoming { at: Position { topic: "ticket-sales".to_owned(), partition: 0, offset }, message }
}

pub async fn apply(app: &App, batch: &[Incoming]) -> Applied {
    inbox::apply(app, SOURCE, batch).await.expect("the database takes the batch")
}

impl TestApp {
    /// Puts tickets of one category of a match on sale.
    pub async fn stock(&self, match_number: i32, category: Category, available: i32) {
        self.give(given(match_number, &[(category, available)])).await;
    }

    /// The organiser publishes a match.
    pub async fn give(&self, given: MasterListMatch) -> Applied {
        self.receive(Message::MasterList(vec![given])).await
    }

    /// Another site says something.
    pub async fn hear(&self, sale: Sale) -> Applied {
        self.receive(Message::Sale(sale)).await
    }

    /// A record comes, at the next place of its partition.
    pub async fn receive(&self, message: Message) -> Applied {
        let record = self.next(message);
        apply(self, &[record]).await
    }

    /// The record that comes next, not yet applied.
    pub fn next(&self, message: Message) -> Incoming {
        record(self.next_offset(), message)
    }
}
