//! The controls of this crate that a test build may switch off, so that a threat test can be shown to notice.
//!
//! The values are those of `ipse_protocol::control`, which this crate cannot use: it depends on this one.

/// A row of the threat model that this crate meets.
#[derive(Clone, Copy)]
pub(crate) enum Control {
    /// Only registered keys, found by an opaque `kid`.
    T22RegisteredKeys,
    /// Algorithm and `typ` allow-lists, strict JSON.
    T23Strict,
    /// No `zip`, hard limits before parsing.
    T24Limits,
    /// One error, one path for every failed decryption.
    T25OpaqueError,
}

/// Whether the control is built in: always, but in a test build that names it in `IPSE_CONTROL_OFF`.
pub(crate) const fn enforced(control: Control) -> bool {
    match control {
        Control::T22RegisteredKeys => cfg!(not(control_off = "t22_registered_keys")),
        Control::T23Strict => cfg!(not(control_off = "t23_strict")),
        Control::T24Limits => cfg!(not(control_off = "t24_limits")),
        Control::T25OpaqueError => cfg!(not(control_off = "t25_opaque_error")),
    }
}
