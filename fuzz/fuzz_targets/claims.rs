#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| ipse_fuzz::openid::claims(data));
