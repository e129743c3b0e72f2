//! The claims of a person, the scopes that ask for them, and the types of service that may release them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The scope for names, language, date of birth, gender and photo. A login service releases only names and language.
pub const PROFILE: &str = "profile";
/// The scope for the verified e-mail address.
pub const EMAIL: &str = "email";
/// The scope for the phone number.
pub const PHONE: &str = "phone";
/// The scope for the postal address.
pub const ADDRESS: &str = "address";
/// The scopes beside `openid`.
pub const SCOPES: [&str; 4] = [PROFILE, EMAIL, PHONE, ADDRESS];
/// Those that a login service may register.
pub const LOGIN_SCOPES: [&str; 2] = [PROFILE, EMAIL];

/// What a service asks of a person. [`ServiceType::REQUESTABLE`] lists the types that a partner can request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceType {
    /// Who are you?
    Login,
    /// May we have these details?
    Share,
    /// Do you agree with this?
    Confirm,
    /// Will you sign this?
    Sign,
}

impl ServiceType {
    /// Every type that can be registered.
    pub const ALL: &[ServiceType] = &[
        ServiceType::Login,
        ServiceType::Share,
        ServiceType::Confirm,
        ServiceType::Sign,
    ];

    /// The types that a partner can request. A new kind of action adds its type here.
    pub const REQUESTABLE: &[ServiceType] =
        &[ServiceType::Login, ServiceType::Share, ServiceType::Confirm];

    /// The type's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Share => "share",
            Self::Confirm => "confirm",
            Self::Sign => "sign",
        }
    }

    /// The type with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}

macro_rules! claims {
    ($($(#[$doc:meta])* $name:ident = $word:literal in $scope:ident for [$($service:ident),*];)*) => {
        /// Claims that a service may release beside `sub` (OpenID Connect Core §5.1). Other claims cannot be requested,
        /// stored in a request, or released.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Claim {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl Claim {
            /// Every claim, in the order in which a view shows them.
            pub const ALL: &[Claim] = &[$(Claim::$name,)*];

            /// The name of the claim, which is also the key of the attribute in a view.
            pub const fn as_str(self) -> &'static str {
                match self { $(Claim::$name => $word,)* }
            }

            /// The scope that requests the claim (OpenID Connect Core §5.4).
            pub const fn scope(self) -> &'static str {
                match self { $(Claim::$name => $scope,)* }
            }

            /// The types of service that may release the claim.
            pub(crate) const fn services(self) -> &'static [ServiceType] {
                match self { $(Claim::$name => &[$(ServiceType::$service),*],)* }
            }
        }
    };
}

/// The scope of claims that no scope requests.
const NO_SCOPE: &str = "";

claims! {
    /// Given and family name together.
    Name = "name" in PROFILE for [Login, Share];
    /// Given names.
    GivenName = "given_name" in PROFILE for [Login, Share];
    /// Family name.
    FamilyName = "family_name" in PROFILE for [Login, Share];
    /// Date of birth: `YYYY-MM-DD`, or what is known of it (`YYYY`, `0000-MM-DD`).
    Birthdate = "birthdate" in PROFILE for [Share];
    /// Whether the person is 16 or older.
    AgeGte16 = "age_gte_16" in NO_SCOPE for [Share];
    /// Whether the person is 18 or older.
    AgeGte18 = "age_gte_18" in NO_SCOPE for [Share];
    /// Whether the person is 21 or older.
    AgeGte21 = "age_gte_21" in NO_SCOPE for [Share];
    /// Whether the person is 30 or older.
    AgeGte30 = "age_gte_30" in NO_SCOPE for [Share];
    /// Gender, as the document has it.
    Gender = "gender" in PROFILE for [Share];
    /// Place of birth (OpenID Connect for Identity Assurance 1.0 §4).
    PlaceOfBirth = "place_of_birth" in NO_SCOPE for [Share];
    /// Nationalities, in three letters of ICAO 9303.
    Nationalities = "nationalities" in NO_SCOPE for [Share];
    /// The photo, as a data URI.
    Picture = "picture" in PROFILE for [Share];
    /// The national number of Belgium.
    NationalNumber = "https://ipse.example/claims/be_national_number" in NO_SCOPE for [Share];
    /// The postal address (OpenID Connect Core §5.1.1).
    Address = "address" in ADDRESS for [Share];
    /// The phone number, E.164.
    PhoneNumber = "phone_number" in PHONE for [Share];
    /// That the number is verified. Only with the number.
    PhoneNumberVerified = "phone_number_verified" in PHONE for [Share];
    /// The verified e-mail address.
    Email = "email" in EMAIL for [Login, Share];
    /// That the address is verified. Only with the address, and never false.
    EmailVerified = "email_verified" in EMAIL for [Login, Share];
    /// The person's language.
    Locale = "locale" in PROFILE for [Login, Share];
    /// The number of the document that was checked.
    DocumentNumber = "https://ipse.example/claims/document_number" in NO_SCOPE for [Share];
    /// Its type.
    DocumentType = "https://ipse.example/claims/document_type" in NO_SCOPE for [Share];
    /// Until when it is valid.
    DocumentValidUntil = "https://ipse.example/claims/document_valid_until" in NO_SCOPE for [Share];
    /// The country that issued it, in three letters of ICAO 9303.
    DocumentIssuer = "https://ipse.example/claims/document_issuer" in NO_SCOPE for [Share];
    /// The rules by which the person was verified, which every `verified_claims` names.
    TrustFramework = "https://ipse.example/claims/trust_framework" in NO_SCOPE for [Share];
    /// How sure the verification is: a level of those rules.
    AssuranceLevel = "https://ipse.example/claims/assurance_level" in NO_SCOPE for [Share];
    /// Who verified the person.
    VerifiedBy = "https://ipse.example/claims/verified_by" in NO_SCOPE for [Share];
    /// The day on which they did.
    VerifiedOn = "https://ipse.example/claims/verified_on" in NO_SCOPE for [Share];
    /// How: `bank`.
    IdentificationMode = "https://ipse.example/claims/identification_mode" in NO_SCOPE for [Share];
    /// For how long the person has had this phone: `day`, `week`, `month`, `year` or `longer`, each "at most".
    DeviceAge = "https://ipse.example/claims/device_age" in NO_SCOPE for [Share];
    /// Where its key is: `software` or `hardware`.
    DeviceKey = "https://ipse.example/claims/device_key" in NO_SCOPE for [Share];
    /// For how long the SIM card has been the same, in the same steps.
    SimAge = "https://ipse.example/claims/sim_age" in NO_SCOPE for [Share];
}

impl Claim {
    /// The claim with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|claim| claim.as_str() == name)
    }

    /// The claims that a scope requests of a service of this type.
    pub fn of(scope: &str, service: ServiceType) -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(move |claim| claim.scope() == scope && claim.services().contains(&service))
    }

    /// The released value; none for one that says nothing, or that is never said.
    pub(crate) fn value(self, value: &Value) -> Option<Value> {
        match (self, value) {
            // Grants of before keep it as a text.
            (Self::EmailVerified | Self::PhoneNumberVerified, value) => {
                (*value == true || *value == "true").then_some(Value::Bool(true))
            }
            (_, Value::Null) => None,
            (_, Value::String(text)) if text.is_empty() => None,
            (_, value) => Some(value.clone()),
        }
    }

    /// Whether a registrar verified it, so that `verified_claims` may contain it.
    pub const fn is_verified(self) -> bool {
        match self {
            Self::Name
            | Self::GivenName
            | Self::FamilyName
            | Self::Birthdate
            | Self::AgeGte16
            | Self::AgeGte18
            | Self::AgeGte21
            | Self::AgeGte30
            | Self::Gender
            | Self::PlaceOfBirth
            | Self::Nationalities
            | Self::Picture
            | Self::NationalNumber
            | Self::Address => true,
            Self::PhoneNumber
            | Self::PhoneNumberVerified
            | Self::Email
            | Self::EmailVerified
            | Self::Locale
            | Self::DocumentNumber
            | Self::DocumentType
            | Self::DocumentValidUntil
            | Self::DocumentIssuer
            | Self::TrustFramework
            | Self::AssuranceLevel
            | Self::VerifiedBy
            | Self::VerifiedOn
            | Self::IdentificationMode
            | Self::DeviceAge
            | Self::DeviceKey
            | Self::SimAge => false,
        }
    }

    /// The claim with which alone it means something.
    pub(crate) const fn with(self) -> Option<Self> {
        match self {
            Self::EmailVerified => Some(Self::Email),
            Self::PhoneNumberVerified => Some(Self::PhoneNumber),
            _ => None,
        }
    }
}
