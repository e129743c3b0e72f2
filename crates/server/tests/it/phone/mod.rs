//! The API of the phone, under `/phone/v1`. Files mirror `crates/server/src/phone`.

mod actions;
mod enrolments;
mod recoveries;
mod request;
mod sim;
mod unblock;
