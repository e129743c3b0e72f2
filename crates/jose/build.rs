//! Lets a threat test be built with one control switched off (`IPSE_CONTROL_OFF=t23_strict`), to prove that the test notices.
//! A release build with a control off is refused.

fn main() {
    println!("cargo:rerun-if-env-changed=IPSE_CONTROL_OFF");
    let off = std::env::var("IPSE_CONTROL_OFF").unwrap_or_default();
    if off.is_empty() {
        return;
    }
    assert!(
        std::env::var("PROFILE").as_deref() != Ok("release"),
        "IPSE_CONTROL_OFF={off}: a release is never built with a control switched off"
    );
    println!("cargo:rustc-cfg=control_off=\"{off}\"");
}
