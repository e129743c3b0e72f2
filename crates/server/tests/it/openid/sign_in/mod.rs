//! `/sign-in…`.

mod cancel;
mod page;
mod state;
