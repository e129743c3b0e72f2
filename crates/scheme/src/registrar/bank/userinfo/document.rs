//! The document that the bank checked.

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;

use super::RegistrarError::{self, Insufficient, Refused};
use super::optional::capitals;

#[derive(Deserialize)]
pub(super) struct Evidence {
    #[serde(rename = "type")]
    kind: String,
    document_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    #[serde(rename = "type")]
    kind: Option<String>,
    document_number: Option<String>,
    date_of_expiry: Option<String>,
    issuer: Option<Issuer>,
}

#[derive(Deserialize)]
struct Issuer {
    country_code: Option<String>,
}

/// What is known of the document.
pub(super) struct Document {
    pub(super) number: String,
    pub(super) kind: Option<String>,
    pub(super) valid_until: Option<String>,
    pub(super) issuer_country: Option<String>,
}

/// The document of the evidence, if it has not expired.
pub(super) fn document(evidence: &[Evidence], now: i64) -> Result<Document, RegistrarError> {
    let details = evidence
        .iter()
        .filter(|e| e.kind == "document")
        .find_map(|e| e.document_details.as_ref())
        .ok_or(Insufficient("evidence"))?;
    if let Some(date) = &details.date_of_expiry {
        let today = Timestamp::from_second(now)
            .map_err(|_| Refused("time"))?
            .to_zoned(TimeZone::UTC)
            .date();
        let date = whole(date).ok_or(Refused("document_validity"))?;
        if date < today {
            return Err(Insufficient("document_expired"));
        }
    }
    let number = details
        .document_number
        .clone()
        .filter(|number| {
            (1..=32).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric())
        })
        .ok_or(Insufficient("evidence"))?;
    // Identity Assurance lists the types, each a word such as `idcard`.
    let word = |kind: &String| {
        (1..=40).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    };
    if !details.kind.as_ref().is_none_or(word) {
        return Err(Refused("document_type"));
    }
    let issuer_country = details.issuer.as_ref().and_then(|i| i.country_code.clone());
    if !issuer_country
        .as_deref()
        .is_none_or(|c| capitals(c, &[2, 3]))
    {
        return Err(Refused("document_issuer"));
    }
    Ok(Document {
        number,
        kind: details.kind.clone(),
        valid_until: details.date_of_expiry.clone(),
        issuer_country,
    })
}

/// A date `YYYY-MM-DD` that exists.
pub(super) fn whole(date: &str) -> Option<Date> {
    (date.len() == 10).then(|| date.parse().ok())?
}
