//! The API of the phone, under `/phone/v1`. Files mirror `crates/server/src/phone`.

mod actions;
mod enrolments;
mod library;
mod recoveries;
mod request;
mod sim;
mod unblock;
