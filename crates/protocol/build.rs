//! Lets `./test long` build with one control switched off, and refuses to do so for a release.

use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-env-changed=IPSE_CONTROL_OFF");
    println!("cargo:rerun-if-changed=src/control.rs");
    let off = env::var("IPSE_CONTROL_OFF").unwrap_or_default();
    if off.is_empty() {
        return;
    }
    assert!(
        env::var("PROFILE").as_deref() != Ok("release"),
        "IPSE_CONTROL_OFF={off}: a release is never built with a control switched off"
    );
    // The list stands once, in control.rs; a name that is not there would silently test nothing.
    let list = fs::read_to_string("src/control.rs").unwrap_or_default();
    let plain = off
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    assert!(
        plain && list.contains(&format!("= \"{off}\",")),
        "IPSE_CONTROL_OFF={off}: exactly one value of crates/protocol/src/control.rs, for example t11_decision_unique"
    );
    println!("cargo:rustc-cfg=control_off=\"{off}\"");
}
