//! The program `matchday`: its roles, its configuration, and the tasks it keeps running.
//!
//! Everything is wired here and only here: this crate knows all others and none knows it.

mod broker;
mod cache;
mod captcha;
pub mod cli;
pub mod config;
mod data_dir;
mod database;
mod documents;
pub mod failure;
mod fetch;
mod files;
mod gateway;
mod graphiql;
mod health;
mod mail;
mod output;
mod parts;
mod passes;
pub mod payments;
mod provider;
pub mod roles;
mod routes;
pub mod run;
mod screen;
mod security;
mod signals;
mod supervise;
pub mod telemetry;
