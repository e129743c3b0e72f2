//! Converts a phone number as a person types it to E.164 (ITU-T).
//!
//! Only Belgian mobile numbers are accepted. A mobile number has nine digits after `+32` and begins with 4; a landline number
//! has eight (the area code of Liège also begins with 4). A number is contact data and never an identifier.

/// Why a number is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberProblem {
    /// A character is neither a digit nor a usual separator.
    #[error("a phone number has only digits, for example +32 470 00 00 01")]
    NotDigits,
    /// Too few digits.
    #[error("digits are missing: a Belgian mobile number has ten digits, 0470 00 00 01")]
    TooShort,
    /// Too many digits.
    #[error("there are too many digits: a Belgian mobile number has ten digits, 0470 00 00 01")]
    TooLong,
    /// A number of another country.
    #[error("only Belgian numbers are supported")]
    Foreign,
    /// A landline.
    #[error("this is a landline: use the number of your mobile phone")]
    Landline,
    /// Premium, freephone or service number.
    #[error("this is a service number: use the number of your mobile phone")]
    Premium,
}

impl NumberProblem {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotDigits => "not_digits",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Foreign => "foreign",
            Self::Landline => "landline",
            Self::Premium => "premium",
        }
    }
}

/// Converts `text` to the form `+324xxxxxxxx`.
///
/// # Errors
/// [`NumberProblem`].
pub fn normalise(text: &str) -> Result<String, NumberProblem> {
    let digits = ascii(text)?;
    let national = national_part(&digits)?;
    check_national(national)?;
    Ok(format!("+32{national}"))
}

/// Removes separators and the trunk prefix `(0)`, and converts the digits of all scripts to ASCII.
fn ascii(text: &str) -> Result<String, NumberProblem> {
    // No number is written with so many bytes. The limit keeps the work small.
    if text.len() > 128 {
        return Err(NumberProblem::TooLong);
    }
    let mut out = String::with_capacity(16);
    for c in text.trim().chars() {
        match c {
            '+' | '\u{FF0B}' if out.is_empty() => out.push('+'),
            ' '
            | '\u{A0}'
            | '\u{2009}'
            | '\u{202F}'
            | '.'
            | '-'
            | '\u{2010}'..='\u{2013}'
            | '/' => {}
            '(' | ')' => out.push(c),
            _ => out.push(digit(c).ok_or(NumberProblem::NotDigits)?),
        }
    }
    // +32 (0)470…: the zero in brackets is dialled only without the country code.
    let out = if out.starts_with('+') || out.starts_with("00") {
        out.replacen("(0)", "", 1)
    } else {
        out
    };
    // Other brackets surround an area code: (0470) 00 00 01.
    let out: String = out.chars().filter(|c| !matches!(c, '(' | ')')).collect();
    if out.strip_prefix('+').unwrap_or(&out).is_empty() {
        return Err(NumberProblem::TooShort);
    }
    Ok(out)
}

/// The digit zero of the scripts that the keyboards of phones offer. The other nine digits follow it (Unicode `Nd`).
const ZEROES: [char; 15] = [
    '0', '\u{660}', '\u{6F0}', '\u{7C0}', '\u{966}', '\u{9E6}', '\u{A66}', '\u{AE6}', '\u{B66}',
    '\u{BE6}', '\u{C66}', '\u{E50}', '\u{ED0}', '\u{17E0}', '\u{FF10}',
];

fn digit(c: char) -> Option<char> {
    ZEROES.iter().find_map(|&zero| {
        let value = (c as u32).checked_sub(zero as u32)?;
        char::from_digit(value, 10)
    })
}

fn national_part(digits: &str) -> Result<&str, NumberProblem> {
    let international = digits
        .strip_prefix('+')
        .or_else(|| digits.strip_prefix("00"));
    match international {
        Some(rest) => match rest.strip_prefix("32") {
            // +32 0470…: with the trunk zero.
            Some(national) => Ok(national.strip_prefix('0').unwrap_or(national)),
            None if rest.len() < 2 => Err(NumberProblem::TooShort),
            None => Err(NumberProblem::Foreign),
        },
        None => match digits.strip_prefix('0') {
            Some(national) => Ok(national),
            // 32470…: the country code without a plus.
            None => match digits.strip_prefix("32") {
                Some(national) if national.len() >= 9 => Ok(national),
                _ => Err(NumberProblem::TooShort),
            },
        },
    }
}

fn check_national(national: &str) -> Result<(), NumberProblem> {
    // 070, 078, 0800, 090x: service numbers, which no SIM has.
    if ["70", "78", "800", "90"]
        .iter()
        .any(|prefix| national.starts_with(prefix))
    {
        return Err(NumberProblem::Premium);
    }
    match (national.len(), national.as_bytes().first()) {
        (9, Some(b'4')) => Ok(()),
        (8, Some(b'1'..=b'9')) if !mobile_prefix(national) => Err(NumberProblem::Landline),
        (0..=8, _) => Err(NumberProblem::TooShort),
        (9, Some(_)) => Err(NumberProblem::Landline),
        _ => Err(NumberProblem::TooLong),
    }
}

/// Mobile numbers begin with 045 to 049. 042 and 043 belong to Liège.
fn mobile_prefix(national: &str) -> bool {
    matches!(national.as_bytes(), [b'4', b'5'..=b'9', ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_to_write_a_number_give_the_same() {
        for text in [
            "+32470000001",
            "+32 470 00 00 01",
            "0032 470 00 00 01",
            "+32 (0)470 00 00 01",
            "+32 0470/00.00.01",
            "0470-00-00-01",
            "(0470) 00 00 01",
            "(0)470 00 00 01",
            "32470000001",
            "  0470 00\u{A0}00 01 ",
            "\u{FF0B}\u{FF13}\u{FF12} 470 00 00 01",
            "+٣٢ ٤٧٠ ٠٠ ٠٠ ٠١",
            "+३२ ४७० ०० ०० ०१",
        ] {
            assert_eq!(normalise(text).as_deref(), Ok("+32470000001"), "{text}");
        }
    }

    #[test]
    fn each_refused_number_has_its_reason() {
        use NumberProblem::*;
        for (text, problem) in [
            ("", TooShort),
            ("+", TooShort),
            ("0", TooShort),
            ("470000001", TooShort),
            ("047000000", TooShort),
            ("+3247000000", TooShort),
            ("+324700000012", TooLong),
            ("0470 00 00 01 2", TooLong),
            ("02 555 12 12", Landline),
            ("04 222 12 12", Landline),
            ("+32 2 555 12 12", Landline),
            ("0900 12 345", Premium),
            ("+32 900 12 345", Premium),
            ("078 15 15 15", Premium),
            ("0800 12 345", Premium),
            ("+31 6 12345678", Foreign),
            ("0033 6 12 34 56 78", Foreign),
            ("0470 00 OO 01", NotDigits),
            ("0470 00 00 01 ext 2", NotDigits),
            ("+32+470000001", NotDigits),
            ("0470\u{202E}000001", NotDigits),
            ("Ⅳ70000001", NotDigits),
        ] {
            assert_eq!(normalise(text), Err(problem), "{text}");
        }
        assert_eq!(normalise(&"0".repeat(200)), Err(TooLong));
    }

    proptest::proptest! {
        #[test]
        fn an_accepted_number_is_in_normal_form(text in "[+0-9 ()./٠-٩a-z]{0,20}|.{0,40}") {
            if let Ok(number) = normalise(&text) {
                assert!(number.len() == 12 && number.starts_with("+324"));
                assert!(number[1..].bytes().all(|byte| byte.is_ascii_digit()));
                assert_eq!(normalise(&number), Ok(number.clone()));
            }
        }
    }
}
