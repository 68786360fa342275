//! GraphQL over HTTP, WebSocket, SSE and multipart: protocol only, knows no tickets.

pub use edge::Edge;
pub use occupancy::exits::Evictor;

pub mod body;
pub mod config;
pub mod cross_origin;
pub mod document;
mod edge;
pub mod encode;
mod endpoint;
pub mod error_docs;
mod feed;
pub mod gateway;
mod http;
mod limited_body;
mod multipart;
mod occupancy;
mod operation;
mod operations;
pub mod relay;
pub mod request_id;
pub mod routes;
pub mod server;
mod sse;
mod streaming;
mod traced;
pub mod websocket;
