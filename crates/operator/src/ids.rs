//! The names and numbers in the registry. Each has its own type, so that one cannot be passed for another.

use ipse_jose::b64;
use ipse_protocol::Random;
use ipse_sim::phone_number::{self, NumberProblem};
use ipse_store::text_columns;

macro_rules! text_types {
    ($($(#[$doc:meta])* $name:ident if $valid:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Reads the stored spelling; `None` for any other text.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let valid: fn(&str) -> bool = $valid;
                valid(text).then(|| Self(text.to_owned()))
            }

            /// The stored spelling.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    )*};
}

text_types! {
    /// The pairwise name of one activation of a SIM towards the scheme: 32 bytes in base64url. A new card, chip or
    /// activation has a new handle.
    Handle if |text| b64::decode_array::<32>(text).is_ok();
    /// The name of a holder challenge: `chl_` and 16 bytes in base64url.
    ChallengeId if |text| text.strip_prefix(CHALLENGE).is_some_and(|tail| b64::decode_array::<16>(tail).is_ok());
    /// A phone number in E.164: `+` and digits.
    PhoneNumber if |text| text.strip_prefix('+').is_some_and(|tail| is_digits(tail, 7, 15));
    /// The identifier of a card (ICCID, ITU-T E.118).
    Iccid if |text| is_digits(text, 18, 20);
    /// The identifier of a subscription (IMSI, ITU-T E.212).
    Imsi if |text| is_digits(text, 6, 15);
}

text_columns! {
    Handle = "a SIM's handle",
    ChallengeId = "a challenge's id",
    PhoneNumber = "a phone number",
    Iccid = "an ICCID",
    Imsi = "an IMSI",
}

const CHALLENGE: &str = "chl_";

fn is_digits(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Handle {
    /// The handle that these bytes name.
    #[must_use]
    pub fn of(bytes: &[u8; 32]) -> Self {
        Self(b64::encode(bytes))
    }
}

impl ChallengeId {
    /// A new random id.
    #[must_use]
    pub fn new(random: &Random) -> Self {
        Self(format!("{CHALLENGE}{}", random_id(random)))
    }
}

impl PhoneNumber {
    /// Reads a Belgian mobile number in any usual spelling.
    ///
    /// # Errors
    /// [`NumberProblem`] says what is wrong with it.
    pub fn normalise(text: &str) -> Result<Self, NumberProblem> {
        phone_number::normalise(text).map(Self)
    }

    /// The `n`-th number after this one.
    ///
    /// # Errors
    /// [`NumberProblem`] when that is no mobile number.
    pub fn plus(&self, n: u32) -> Result<Self, NumberProblem> {
        let digits: u64 = self
            .0
            .trim_start_matches('+')
            .parse()
            .map_err(|_| NumberProblem::NotDigits)?;
        Self::normalise(&format!("+{}", digits + u64::from(n)))
    }
}

impl Iccid {
    /// The ICCID of a new simulated card: Belgian issuer digits, random digits, check digit.
    #[must_use]
    pub fn new(random: &Random) -> Self {
        let mut text = format!("8932{}", random_digits(random, 14));
        text.push(check_digit(&text));
        Self(text)
    }
}

impl Imsi {
    /// The IMSI of a new simulated subscription, in the test network 001-01.
    #[must_use]
    pub fn new(random: &Random) -> Self {
        Self(format!("00101{}", random_digits(random, 10)))
    }
}

/// Sixteen random bytes in base64url.
#[must_use]
pub fn random_id(random: &Random) -> String {
    b64::encode(&random.bytes::<16>())
}

/// `count` random decimal digits. All are equally likely.
#[must_use]
pub fn random_digits(random: &Random, count: usize) -> String {
    let mut out = String::with_capacity(count);
    while out.len() < count {
        let [byte] = random.bytes::<1>();
        // 250 is the largest multiple of ten in a byte.
        if byte < 250 {
            out.push(char::from(b'0' + byte % 10));
        }
    }
    out
}

/// The check digit of ISO/IEC 7812-1 (Luhn).
fn check_digit(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, byte)| {
            let digit = u32::from(byte - b'0');
            match (i % 2, digit) {
                (0, 5..) => digit * 2 - 9,
                (0, _) => digit * 2,
                _ => digit,
            }
        })
        .sum();
    char::from(b'0' + ((10 - sum % 10) % 10) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::CardIdentity;

    #[test]
    fn a_new_iccid_ends_with_its_check_digit() {
        assert_eq!(check_digit("7992739871"), '3');
        let iccid = Iccid::new(&Random::system());
        assert_eq!(iccid.as_str().len(), 19);
        assert!(iccid.as_str().ends_with(check_digit(&iccid.as_str()[..18])));
    }

    #[test]
    fn a_new_imsi_is_of_the_test_network_and_two_cards_differ() {
        let random = Random::system();
        let (one, two) = (CardIdentity::new(&random), CardIdentity::new(&random));
        assert_eq!(one.imsi.as_str().len(), 15);
        assert!(one.imsi.as_str().starts_with("00101"));
        assert_ne!(one.imsi, two.imsi);
        assert_ne!(one.iccid, two.iccid);
    }

    #[test]
    fn new_names_have_the_spelling_that_is_read() {
        let random = Random::seeded(1);
        assert!(ChallengeId::parse(ChallengeId::new(&random).as_str()).is_some());
        assert!(Iccid::parse(Iccid::new(&random).as_str()).is_some());
        assert!(Imsi::parse(Imsi::new(&random).as_str()).is_some());
        assert!(Handle::parse(Handle::of(&[7; 32]).as_str()).is_some());
    }

    #[test]
    fn other_spellings_are_refused() {
        assert_eq!(Handle::parse(""), None);
        assert_eq!(Handle::parse(&format!("{}=", b64::encode(&[7; 32]))), None);
        assert_eq!(ChallengeId::parse(&b64::encode(&[7; 16])), None);
        assert_eq!(PhoneNumber::parse("0470000001"), None);
        assert_eq!(Iccid::parse("893200000000000000A"), None);
    }

    #[test]
    fn numbers_in_a_row_stay_mobile_numbers() {
        let first = PhoneNumber::normalise("0499 99 99 98").expect("a mobile number");
        assert_eq!(first.plus(1).expect("the last").as_str(), "+32499999999");
        assert!(first.plus(2).is_err());
    }
}
