//! The modules of the OpenID Foundation's conformance suite that failed once (docs/conformance.md): the same requests, one file for each
//! plan. A test has the name of its module.

mod basic;
mod comprehensive;
mod config;
mod fapi;
mod form_post;
mod modules;
mod returning;
