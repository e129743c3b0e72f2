//! The operator through its front door, on SQLite and PostgreSQL.

mod auth;
mod bodies;
mod config;
mod events;
mod faults;
mod handset;
mod holder;
mod network;
mod registry;
mod remote;
mod silent;
mod store;
