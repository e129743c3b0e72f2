//! The API of the phone, under `/phone/v1`. Files mirror `crates/server/src/phone`.

mod actions;
mod attributes;
mod block;
mod code;
mod config;
mod devices;
mod email;
mod enrolments;
mod events;
mod export;
mod fingerprint;
mod history;
mod library;
mod me;
mod partner_events;
mod partners;
mod receipts;
mod recoveries;
mod request;
mod sim;
mod unblock;
