//! QR codes as one SVG path, which the page's script replaces without parsing markup.

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};
use serde::Serialize;

/// A QR code.
#[derive(Clone, Debug, Serialize)]
pub struct Qr {
    /// Its text.
    pub text: String,
    /// `viewBox` with the quiet zone of four modules (ISO/IEC 18004), half a module up, since a line extends on both sides of its path.
    pub view_box: String,
    /// The dark modules, as lines one module thick.
    pub path: String,
}

impl Qr {
    /// Draws a text. A text that is too long for a QR gives an empty drawing; ours have about 90 characters.
    pub fn draw(text: String) -> Self {
        let Some(code) = encode(&text) else {
            return Self {
                text,
                view_box: "0 0 1 1".to_owned(),
                path: String::new(),
            };
        };
        let mut path = String::with_capacity(8 * 1024);
        for y in 0..code.size() {
            let (mut begun, mut pen) = (None, None);
            // One more than the size: a line that reaches the edge ends there.
            for x in 0..=code.size() {
                match (begun, code.get_module(x, y)) {
                    (None, true) => begun = Some(x),
                    (Some(from), false) => {
                        // Relative to the pen, which needs fewer digits; absolute on a new row.
                        match pen {
                            Some(pen) => line(&mut path, ('m', from - pen), 0, x - from),
                            None => line(&mut path, ('M', from), y, x - from),
                        }
                        (begun, pen) = (None, Some(x));
                    }
                    _ => {}
                }
            }
        }
        let side = code.size() + 8;
        Self {
            text,
            view_box: format!("-4 -4.5 {side} {side}"),
            path,
        }
    }
}

/// Moves to `(x, y)`, by `M` from the corner or by `m` from the pen, and draws `length` modules to the right.
fn line(path: &mut String, (move_to, x): (char, i32), y: i32, length: i32) {
    for (letter, n) in [(move_to, x), (' ', y), ('h', length)] {
        path.push(letter);
        push_number(path, n);
    }
}

/// Writes a number under 1000, as all lengths in a QR are. A QR has about 1,500 of them, for which formatting would be slow.
fn push_number(path: &mut String, n: i32) {
    let digit = |n: i32| char::from(b'0' + n as u8);
    if n >= 100 {
        path.push(digit(n / 100));
    }
    if n >= 10 {
        path.push(digit(n / 10 % 10));
    }
    path.push(digit(n % 10));
}

fn encode(text: &str) -> Option<QrCode> {
    // Any mask can be read. Trying all eight each second for every waiting page would cost too much.
    let mask = Some(Mask::new(0));
    let segments = QrSegment::make_segments(text);
    let (least, most) = (Version::MIN, Version::MAX);
    QrCode::encode_segments_advanced(&segments, QrCodeEcc::Medium, least, most, mask, false).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_drawn() {
        let qr = Qr::draw(
            "http://localhost:4001/app/#q.AAAAAAAAAAAAAAAAAAAAAA.123.BBBBBBBBBBBBBBBBBBBBBB"
                .to_owned(),
        );
        assert!(qr.path.starts_with("M0 0h7m"), "the first finder pattern");
        assert!(
            qr.path
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b" Mmh".contains(&byte))
        );
        assert!(qr.view_box.starts_with("-4 -4.5 "));
    }

    #[test]
    fn numbers_are_spelt() {
        let mut path = String::new();
        for n in [0, 7, 10, 41, 100, 177] {
            push_number(&mut path, n);
        }
        assert_eq!(path, "071041100177");
    }

    #[test]
    fn a_text_beyond_any_qr_is_an_empty_drawing() {
        assert!(Qr::draw("x".repeat(10_000)).path.is_empty());
    }
}
