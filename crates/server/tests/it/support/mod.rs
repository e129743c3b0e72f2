//! A network for one test: scheme, operator and bank on free ports, phones and partners that can misbehave.

pub mod bank_visits;
pub mod bound;
mod browser;
mod child;
mod database;
mod emails;
mod fingerprints;
pub mod log;
pub mod logins;
mod network;
pub mod oidc;
mod partner;
mod phone;
pub mod plain;
pub mod recoveries;
pub mod requests;
pub mod share;
pub mod sims;
mod site;
pub mod snapshot;
mod starts;
mod steps;

pub use browser::{Browser, Page};
pub use child::{Child, run as run_child};
pub use network::{
    BANK, ENROLLED_BEFORE, OPERATOR, Options, Rival, TestNetwork, keystore_of_before,
    national_number, number, photo, set_up,
};
pub use partner::{ASSERTION_TYPE, Partner, Tokens, parameter as partner_parameter};
pub use phone::{CODE, Phone, Reply, Sealed};
pub use site::Site;
pub use starts::{RACER, Started, refusal};
pub use steps::{Opened, start_login};

/// An id that the test holds as text.
pub fn parsed<T: std::str::FromStr>(text: &str) -> T {
    text.parse()
        .unwrap_or_else(|_| panic!("{text} is not an id of this kind"))
}
