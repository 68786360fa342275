//! The program `matchday`: its roles, its configuration, and the tasks it keeps running.
//!
//! Everything is wired here and only here: this crate knows all others and none knows it.

mod analytics;
mod banner;
mod broker;
mod calendar;
pub mod cli;
pub mod config;
mod contract;
mod copying;
mod data_dir;
mod database;
mod documents;
pub mod failure;
mod fd_limit;
mod front;
mod gateway;
mod graphiql;
mod health;
mod lake_writer;
mod mail;
mod output;
mod pages;
mod passes;
pub mod program;
mod provider;
pub mod reference;
mod resources;
pub mod roles;
mod routes;
pub mod run;
mod saturation;
mod searching;
pub mod shop;
mod sign_in;
mod signals;
mod supervise;
pub mod telemetry;
