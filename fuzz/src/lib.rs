//! What the fuzz targets do with their input, and what must hold whatever it is: a module for each crate, which that crate's
//! tests include to replay the seeds.

pub mod jose;
pub mod openid;
pub mod protocol;
pub mod sim;
