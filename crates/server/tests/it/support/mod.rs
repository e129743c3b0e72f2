//! A world for one test: scheme, operator and bank on free ports, phones and partners that can misbehave.

mod acts;
mod browser;
mod child;
mod partner;
mod phone;
mod world;

pub use acts::{RACER, Sealed, Started, refusal};
pub use browser::{Browser, Page};
pub use child::{Child, run as run_child};
pub use partner::{ASSERTION_TYPE, Partner, parameter as partner_parameter};
pub use phone::{CODE, Opened, Phone, Reply};
pub use world::{Options, World, national_number, number};
