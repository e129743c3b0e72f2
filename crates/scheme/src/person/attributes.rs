//! What is known of a person from one proofing.

use std::fmt;

use ipse_protocol::bytes::B32;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::PersonKey;
use crate::error::Error;

/// Purpose under which [`Attributes`] are sealed.
pub const ATTRIBUTES: &str = "attributes";

/// What is known of a person, from one proofing (design §5: versioned, never overwritten). Names and shapes are those of OpenID
/// Connect Core §5.1 and Identity Assurance. Banks give the optional ones or not, and people who enrolled before they were
/// asked for have none of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attributes {
    /// Given names as on the document.
    pub given_name: String,
    /// Family name as on the document.
    pub family_name: String,
    /// `YYYY-MM-DD`, or less if the document says less.
    pub birthdate: String,
    /// ISO 3166-1 alpha-2.
    pub nationality: String,
    /// National number, digits.
    pub national_number: String,
    /// Number of the document that was checked.
    pub document_number: String,
    /// E.164 number at enrolment: contact data, never an identifier.
    pub phone_number: String,
    /// `female`, `male`, or another word as the document has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Where the person was born.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_of_birth: Option<PlaceOfBirth>,
    /// Where the person lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// The photo. Its bytes are in a row of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<Photo>,
    /// Type of the document that was checked: a type of document of Identity Assurance, such as `idcard`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_type: Option<String>,
    /// Last day on which that document is valid, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_valid_until: Option<String>,
    /// Country that issued it, in three letters (ICAO Doc 9303), such as `BEL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_issuer_country: Option<String>,
    /// Who vouched for all of this, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
}

/// An address (OpenID Connect Core §5.1.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street, number and box.
    pub street_address: String,
    /// Postal code.
    pub postal_code: String,
    /// City or town.
    pub locality: String,
    /// State, province or region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

impl Address {
    /// The lines of the address as on an envelope. `formatted` of §5.1.1 is these lines, with a newline between them.
    pub fn lines(&self) -> Vec<String> {
        let town = format!("{} {}", self.postal_code, self.locality);
        let mut lines = vec![self.street_address.clone(), town];
        lines.extend(self.region.clone());
        lines.push(self.country.clone());
        lines
    }
}

/// Where a person was born (Identity Assurance, `place_of_birth`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceOfBirth {
    /// City or town.
    pub locality: String,
    /// ISO 3166-1 alpha-2, or four letters of ISO 3166-3 for a country that is no more.
    pub country: String,
}

/// How a photo is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PhotoType {
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
}

impl PhotoType {
    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// Which photo, by its digest.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Photo {
    /// How it is encoded.
    pub media_type: PhotoType,
    /// SHA-256 of its bytes.
    pub sha256: B32,
}

/// How a person was verified.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// Who vouched: the name of a bank.
    pub source: String,
    /// How the registrar was reached.
    pub route: Route,
    /// The day on which it verified the person, `YYYY-MM-DD` in UTC.
    pub day: String,
    /// The rules by which it did (Identity Assurance, `trust_framework`). Of who enrolled before they were kept, none, as the level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust_framework: Option<String>,
    /// The level of assurance that it reached by these rules; none if nobody was really verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assurance_level: Option<String>,
}

/// The trust framework of what simulated banks say: it is nobody's law.
pub const SIMULATED: &str = "https://ipse.example/trust-framework/simulated";

/// How a registrar was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// The person signed in at a bank.
    Bank,
}

impl Route {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bank => "bank",
        }
    }
}

/// Nothing of a person reaches a log.
macro_rules! hidden {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

hidden!(Attributes, Address, PlaceOfBirth, Photo, Verification);

impl Attributes {
    /// Opens sealed attributes.
    ///
    /// # Errors
    /// When they are not that.
    pub fn open(key: &PersonKey, sealed: &[u8]) -> Result<Self, Error> {
        let plain = key.open(ATTRIBUTES, sealed)?;
        serde_json::from_slice(&plain).map_err(|_| Error::Corrupt("attributes"))
    }

    /// Seals them.
    ///
    /// # Errors
    /// When the cipher fails.
    pub fn seal(&self, key: &PersonKey) -> Result<Vec<u8>, Error> {
        let plain = Zeroizing::new(
            serde_json::to_vec(self).map_err(|_| Error::Internal("attributes do not serialize"))?,
        );
        key.seal(ATTRIBUTES, &plain)
    }

    /// Full name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }
}

#[cfg(test)]
mod tests {
    use ipse_protocol::Random;

    use super::*;

    const BEFORE: &str = r#"{"given_name":"An","family_name":"Peeters","birthdate":"1971-01-01","nationality":"BE",
        "national_number":"71715100070","document_number":"592000000182","phone_number":"+32460000001"}"#;

    #[test]
    fn attributes_of_who_enrolled_before_are_read_and_those_of_today_come_back() {
        let key = PersonKey::parse(&[7; 32], Random::system()).unwrap();
        let sealed = key.seal(ATTRIBUTES, BEFORE.as_bytes()).unwrap();
        let mut known = Attributes::open(&key, &sealed).unwrap();
        assert_eq!(known.name(), "An Peeters");
        assert!(known.address.is_none() && known.photo.is_none() && known.verification.is_none());

        known.address = Some(Address {
            street_address: "Veldstraat 12".into(),
            postal_code: "9000".into(),
            locality: "Gent".into(),
            region: None,
            country: "BE".into(),
        });
        known.photo = Some(Photo {
            media_type: PhotoType::Jpeg,
            sha256: B32::from([3; 32]),
        });
        known.verification = Some(Verification {
            source: "bank-a".into(),
            route: Route::Bank,
            day: "2026-11-30".into(),
            trust_framework: Some("eidas".into()),
            assurance_level: Some("high".into()),
        });
        let sealed = known.seal(&key).unwrap();
        assert!(Attributes::open(&key, &sealed).unwrap() == known);
        let lines = known.address.map(|address| address.lines());
        assert_eq!(lines.unwrap(), ["Veldstraat 12", "9000 Gent", "BE"]);
    }

    #[test]
    fn t34_attributes_are_not_in_their_debug_output() {
        let known: Attributes = serde_json::from_str(BEFORE).unwrap();
        assert_eq!(format!("{known:?}"), "Attributes { .. }");
    }
}
