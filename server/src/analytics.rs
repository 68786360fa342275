//! Analytics as this program does it: the lake is written from Kafka, completed from the database, and kept in order.

pub(crate) mod completion;
mod decode;
pub(crate) mod lake;
pub(crate) mod models;
mod on_sale;
mod sink;
pub(crate) mod standing;
pub(crate) mod training;
