//! The scheme through its front doors, with a real operator and a real bank beside it, on SQLite and PostgreSQL.

mod bad_input;
mod busy;
mod crash;
mod enrolment;
mod login;
mod model;
mod parties;
mod recovery;
mod registrars;
mod review;
mod sim;
mod sim_texts;
mod support;
mod threats_approval;
mod threats_code;
mod threats_data;
mod threats_decision;
mod threats_log;
mod threats_operator;
mod threats_start;
