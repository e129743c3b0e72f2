//! The API for partners and browsers. Files mirror `crates/server/src/openid`.

mod authorize;
mod coming_back;
mod configuration;
mod confirm;
mod email;
mod encrypted;
mod form_post;
mod id_token_hint;
mod login;
mod me;
mod par;
mod registered;
mod return_to_partner;
mod revoke;
mod share;
mod sign_in;
mod static_files;
mod token;
mod userinfo;
mod verified;
