//! The fuzz targets and the properties that they check. There is a module for each crate, which the tests of that crate include
//! to replay the seeds.

pub mod jose;
pub mod openid;
pub mod protocol;
pub mod sim;
