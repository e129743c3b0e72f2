//! Times in JWTs.

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

/// 31 December 9999. Sums with earlier times cannot overflow.
const MAX: i64 = 253_402_300_799;

/// A NumericDate (RFC 7519 §2): whole seconds since 1970 UTC, from 1970 to 9999. A fraction is permitted, and dropped. The text is
/// read and not a floating-point number, so exponents, signs and numbers that are rounded elsewhere are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumericDate(pub i64);

impl NumericDate {
    fn parse(text: &str) -> Option<Self> {
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        if !digits(whole) || !digits(fraction) {
            return None;
        }
        whole
            .parse()
            .ok()
            .filter(|seconds| (0..=MAX).contains(seconds))
            .map(Self)
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?;
        Self::parse(text.get()).ok_or_else(|| de::Error::custom("not a NumericDate"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strict_json;

    #[test]
    fn t23_whole_and_fractional_seconds_are_read_and_nothing_else() {
        for (text, seconds) in [
            ("0", 0),
            ("1800000000", 1_800_000_000),
            ("1800000000.999999", 1_800_000_000),
            ("253402300799", MAX),
        ] {
            assert_eq!(
                strict_json(text.as_bytes()),
                Ok(NumericDate(seconds)),
                "{text}"
            );
        }
        for text in [
            "1.8e9",
            "18E8",
            "1e300",
            "-1",
            "-0",
            "253402300800",
            "18446744073709551616",
            "99999999999999999999999999",
            "1.",
            "\"1800000000\"",
            "null",
            "true",
            "[1]",
            "{}",
        ] {
            assert!(
                strict_json::<NumericDate>(text.as_bytes()).is_err(),
                "{text}"
            );
        }
    }
}
