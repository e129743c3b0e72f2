//! The rows of a request to share: what each shows, and what it gives.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipse_jose::b64;
use ipse_protocol::terms::KeyKind;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::date::{Birth, age};
use crate::attribute::Known;
use crate::error::Error;
use crate::person::SIMULATED;
use crate::view::Sentences;

/// A heading on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Who the person is.
    Identity,
    /// How to reach them.
    Contact,
    /// Their document.
    Document,
    /// How sure all this is.
    Assurance,
}

impl Group {
    /// Key of its text.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Identity => "share-group-identity",
            Self::Contact => "share-group-contact",
            Self::Document => "share-group-document",
            Self::Assurance => "share-group-assurance",
        }
    }
}

/// What a row shows.
pub(super) enum Shown {
    /// A text.
    Text(String),
    /// A picture, by the base64url of its SHA-256.
    Image(String),
}

/// One row: claims that are shown together.
pub(super) struct Row {
    /// Its label is the text `attribute-LABEL`.
    pub(super) label: &'static str,
    pub(super) group: Group,
    /// The claims that it may cover. The first that is asked names the row.
    claims: &'static [&'static str],
    /// What it shows; none if the person does not have it.
    pub(super) show: fn(&Known<'_>, &Sentences<'_>) -> Option<Shown>,
    /// What a claim gives.
    pub(super) value: fn(&Known<'_>, &str) -> Option<Value>,
}

impl Row {
    /// Its label, in the person's language.
    pub(super) fn label(&self, sentences: &Sentences<'_>) -> String {
        sentences.get(&format!("attribute-{}", self.label))
    }

    /// What is shown instead, of somebody who does not have it.
    pub(super) fn missing(&self, sentences: &Sentences<'_>) -> String {
        sentences.get(match self.label {
            "email" => "missing-email",
            _ => "share-missing",
        })
    }

    /// What a claim of a row that is shown gives.
    ///
    /// # Errors
    /// When there is no such value.
    pub(super) fn gives(&self, known: &Known<'_>, claim: &str) -> Result<Value, Error> {
        (self.value)(known, claim).ok_or(Error::Internal("a row covers a claim without a value"))
    }

    /// The claims of a request that it covers. First and last name have rows of their own only where the full name is not asked.
    pub(super) fn asked(&self, wanted: &[&str]) -> Vec<&'static str> {
        let names = ["given_name", "family_name"];
        let full = wanted.contains(&"name");
        if full && self.claims.len() == 1 && names.contains(&self.claims[0]) {
            return Vec::new();
        }
        if !full && self.claims[0] == "name" {
            return Vec::new();
        }
        let asked = self.claims.iter().copied();
        asked.filter(|claim| wanted.contains(claim)).collect()
    }
}

/// The Belgian law of 18 September 2017 against money laundering, by which banks verify their customers.
const AML: &str = "https://ipse.example/trust-framework/be_aml";

/// The prefix of claims that no standard names.
macro_rules! own {
    ($name:literal) => {
        concat!("https://ipse.example/claims/", $name)
    };
}

fn text(text: impl Into<String>) -> Option<Shown> {
    let text = text.into();
    (!text.is_empty()).then_some(Shown::Text(text))
}

fn today(known: &Known<'_>) -> Option<Date> {
    let now = Timestamp::from_millisecond(known.now).ok()?;
    Some(now.to_zoned(TimeZone::UTC).date())
}

fn is_at_least(known: &Known<'_>, years: i16) -> Option<bool> {
    Birth::parse(&known.person.birthdate)?.is_at_least(years, today(known)?)
}

fn at_least(known: &Known<'_>, sentences: &Sentences<'_>, years: i16) -> Option<Shown> {
    let key = if is_at_least(known, years)? {
        "share-yes"
    } else {
        "share-no"
    };
    text(sentences.get(key))
}

/// A country code in three letters (ISO 3166-1 alpha-3, and ICAO 9303 where it differs).
fn alpha3(alpha2: &str) -> Option<&'static str> {
    rust_iso3166::from_alpha2(alpha2).map(|country| country.alpha3)
}

macro_rules! age_row {
    ($label:literal, $claim:literal, $years:literal) => {
        Row {
            label: $label,
            group: Group::Identity,
            claims: &[$claim],
            show: |known, sentences| at_least(known, sentences, $years),
            value: |known, _| is_at_least(known, $years).map(Value::Bool),
        }
    };
}

pub(super) const ROWS: &[Row] = &[
    Row {
        label: "name",
        group: Group::Identity,
        claims: &["name", "given_name", "family_name"],
        show: |known, _| text(known.person.name()),
        value: |known, claim| {
            Some(match claim {
                "given_name" => known.person.given_name.clone().into(),
                "family_name" => known.person.family_name.clone().into(),
                _ => known.person.name().into(),
            })
        },
    },
    Row {
        label: "given-name",
        group: Group::Identity,
        claims: &["given_name"],
        show: |known, _| text(&*known.person.given_name),
        value: |known, _| Some(known.person.given_name.clone().into()),
    },
    Row {
        label: "family-name",
        group: Group::Identity,
        claims: &["family_name"],
        show: |known, _| text(&*known.person.family_name),
        value: |known, _| Some(known.person.family_name.clone().into()),
    },
    Row {
        label: "birthdate",
        group: Group::Identity,
        claims: &["birthdate"],
        show: |known, _| text(Birth::parse(&known.person.birthdate)?.read(known.language)?),
        value: |known, _| Some(known.person.birthdate.clone().into()),
    },
    age_row!("age-gte-16", "age_gte_16", 16),
    age_row!("age-gte-18", "age_gte_18", 18),
    age_row!("age-gte-21", "age_gte_21", 21),
    age_row!("age-gte-30", "age_gte_30", 30),
    Row {
        label: "gender",
        group: Group::Identity,
        claims: &["gender"],
        show: |known, sentences| match known.person.gender.as_deref()? {
            "female" => text(sentences.get("share-female")),
            "male" => text(sentences.get("share-male")),
            other => text(other),
        },
        value: |known, _| known.person.gender.clone().map(Value::from),
    },
    Row {
        label: "place-of-birth",
        group: Group::Identity,
        claims: &["place_of_birth"],
        show: |known, _| {
            let place = known.person.place_of_birth.as_ref()?;
            text(format!("{} ({})", place.locality, place.country))
        },
        value: |known, _| {
            let place = known.person.place_of_birth.as_ref()?;
            Some(json!({"locality": place.locality, "country": place.country}))
        },
    },
    Row {
        label: "nationalities",
        group: Group::Identity,
        claims: &["nationalities"],
        show: |known, _| text(alpha3(&known.person.nationality)?),
        value: |known, _| Some(json!([alpha3(&known.person.nationality)?])),
    },
    Row {
        label: "picture",
        group: Group::Identity,
        claims: &["picture"],
        show: |known, _| {
            known.extras.photo.as_ref()?;
            let digest = b64::encode(known.person.photo.as_ref()?.sha256.as_ref());
            Some(Shown::Image(digest))
        },
        value: |known, _| {
            let bytes = known.extras.photo.as_ref()?;
            let media_type = known.person.photo.as_ref()?.media_type.media_type();
            Some(format!("data:{media_type};base64,{}", STANDARD.encode(bytes)).into())
        },
    },
    Row {
        label: "national-number",
        group: Group::Identity,
        claims: &[own!("be_national_number")],
        show: |known, _| text(&*known.person.national_number),
        value: |known, _| Some(known.person.national_number.clone().into()),
    },
    Row {
        label: "address",
        group: Group::Contact,
        claims: &["address"],
        show: |known, _| text(known.person.address.as_ref()?.lines().join(", ")),
        value: |known, _| {
            let address = known.person.address.as_ref()?;
            let mut value = json!({
                "formatted": address.lines().join("\n"), "street_address": address.street_address,
                "postal_code": address.postal_code, "locality": address.locality, "country": address.country,
            });
            if let Some(region) = &address.region {
                value["region"] = region.clone().into();
            }
            Some(value)
        },
    },
    Row {
        label: "phone-number",
        group: Group::Contact,
        claims: &["phone_number", "phone_number_verified"],
        show: |known, _| text(&*known.person.phone_number),
        value: |known, claim| match claim {
            "phone_number_verified" => Some(true.into()),
            _ => Some(known.person.phone_number.clone().into()),
        },
    },
    Row {
        label: "email",
        group: Group::Contact,
        claims: &["email", "email_verified"],
        show: |known, _| text(known.extras.email.clone()?),
        value: |known, claim| match claim {
            "email_verified" => Some(true.into()),
            _ => known.extras.email.clone().map(Value::from),
        },
    },
    Row {
        label: "locale",
        group: Group::Contact,
        claims: &["locale"],
        show: |known, _| text(known.language.native_name()),
        value: |known, _| Some(known.language.tag().into()),
    },
    Row {
        label: "document-number",
        group: Group::Document,
        claims: &[own!("document_number")],
        show: |known, _| text(&*known.person.document_number),
        value: |known, _| Some(known.person.document_number.clone().into()),
    },
    Row {
        label: "document-type",
        group: Group::Document,
        claims: &[own!("document_type")],
        show: |known, sentences| match known.person.document_type.as_deref()? {
            "idcard" => text(sentences.get("share-idcard")),
            "passport" => text(sentences.get("share-passport")),
            other => text(other),
        },
        value: |known, _| known.person.document_type.clone().map(Value::from),
    },
    Row {
        label: "document-valid-until",
        group: Group::Document,
        claims: &[own!("document_valid_until")],
        show: |known, _| {
            let until = known.person.document_valid_until.as_deref()?;
            text(Birth::parse(until)?.read(known.language)?)
        },
        value: |known, _| known.person.document_valid_until.clone().map(Value::from),
    },
    Row {
        label: "document-issuer",
        group: Group::Document,
        claims: &[own!("document_issuer")],
        show: |known, _| text(document_issuer(known)?),
        value: |known, _| document_issuer(known).map(Value::from),
    },
    Row {
        label: "trust-framework",
        group: Group::Assurance,
        claims: &[own!("trust_framework")],
        show: |known, sentences| match trust_framework(known)? {
            SIMULATED => text(sentences.get("share-framework-simulated")),
            "eidas" => text("eIDAS"),
            AML => text(sentences.get("share-framework-be-aml")),
            other => text(other),
        },
        value: |known, _| trust_framework(known).map(Value::from),
    },
    Row {
        label: "assurance-level",
        group: Group::Assurance,
        claims: &[own!("assurance_level")],
        show: |known, sentences| match assurance_level(known)? {
            level @ ("low" | "substantial" | "high") => {
                text(sentences.get(&format!("share-level-{level}")))
            }
            other => text(other),
        },
        value: |known, _| assurance_level(known).map(Value::from),
    },
    Row {
        label: "verified-by",
        group: Group::Assurance,
        claims: &[own!("verified_by")],
        show: |known, _| text(&*known.person.verification.as_ref()?.source),
        value: |known, _| Some(known.person.verification.as_ref()?.source.clone().into()),
    },
    Row {
        label: "verified-on",
        group: Group::Assurance,
        claims: &[own!("verified_on")],
        show: |known, _| {
            let day = &known.person.verification.as_ref()?.day;
            text(Birth::parse(day)?.read(known.language)?)
        },
        value: |known, _| Some(known.person.verification.as_ref()?.day.clone().into()),
    },
    Row {
        label: "identification-mode",
        group: Group::Assurance,
        claims: &[own!("identification_mode")],
        show: |known, sentences| {
            let route = known.person.verification.as_ref()?.route.as_str();
            text(sentences.get(&format!("share-route-{route}")))
        },
        value: |known, _| Some(known.person.verification.as_ref()?.route.as_str().into()),
    },
    Row {
        label: "device-age",
        group: Group::Assurance,
        claims: &[own!("device_age")],
        show: |known, sentences| text(sentences.get(&format!("share-age-{}", device_age(known)))),
        value: |known, _| Some(device_age(known).into()),
    },
    Row {
        label: "device-key",
        group: Group::Assurance,
        claims: &[own!("device_key")],
        show: |known, sentences| {
            let kind = key_kind(known.device.key_kind);
            text(sentences.get(&format!("share-key-{kind}")))
        },
        value: |known, _| Some(key_kind(known.device.key_kind).into()),
    },
    Row {
        label: "sim-age",
        group: Group::Assurance,
        claims: &[own!("sim_age")],
        show: |known, sentences| text(sentences.get(&format!("share-age-{}", sim_age(known)?))),
        value: |known, _| Some(sim_age(known)?.into()),
    },
];

/// Three letters, also where a bank gave two.
fn document_issuer(known: &Known<'_>) -> Option<String> {
    let country = known.person.document_issuer_country.as_deref()?;
    match country.len() {
        2 => alpha3(country).map(str::to_owned),
        _ => Some(country.to_owned()),
    }
}

fn trust_framework<'a>(known: &Known<'a>) -> Option<&'a str> {
    known
        .person
        .verification
        .as_ref()?
        .trust_framework
        .as_deref()
}

fn assurance_level<'a>(known: &Known<'a>) -> Option<&'a str> {
    known
        .person
        .verification
        .as_ref()?
        .assurance_level
        .as_deref()
}

fn device_age(known: &Known<'_>) -> &'static str {
    age((known.now - known.device.created) / 1000)
}

fn sim_age(known: &Known<'_>) -> Option<&'static str> {
    Some(age(known.now / 1000 - known.sim_since?))
}

const fn key_kind(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Software => "software",
        KeyKind::Hardware => "hardware",
    }
}
