//! The confirmation object: what a partner can show others of a confirmation (docs/evidence.md).

use ipse_jose::b64;
use ipse_protocol::terms::Level;
use ipse_protocol::view::{self, Field};
use ipse_store::StoreError;
use ipse_store::{action, receipt};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Details;
use crate::effect::{Approval, Evident};
use crate::error::Error;
use crate::grant::action_of;
use crate::request::ActionRequest;
use crate::scheme::Scheme;

/// The payload of a confirmation object. The leaf of the log commits to its bytes.
#[derive(Serialize)]
struct Payload<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    /// When the person approved, in seconds since 1970 UTC.
    iat: i64,
    acr: Level,
    service: &'a str,
    authorization_details: [&'a Map<String, Value>; 1],
    shown: Shown<'a>,
}

/// The texts that the person read.
#[derive(Serialize)]
struct Shown<'a> {
    language: &'a str,
    title: &'a str,
    purpose: &'a str,
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    kind: &'a str,
    label: &'a str,
    value: &'a str,
}

impl<'a> From<&'a Field> for Row<'a> {
    fn from(field: &'a Field) -> Self {
        Self {
            kind: &field.kind,
            label: &field.label,
            value: &field.value,
        }
    }
}

/// The payload for an approval.
pub(crate) fn payload(
    scheme: &Scheme,
    approval: &Approval<'_>,
    evident: &Evident,
) -> Result<Vec<u8>, Error> {
    let action = approval.action;
    let partner = action
        .partner
        .as_ref()
        .ok_or(Error::Corrupt("action of a partner without one"))?;
    let request = ActionRequest::parse(&action.request)?;
    let details: Details = request.details()?;
    let shown = view::parse(approval.view).map_err(|_| Error::Corrupt("view of an action"))?;
    let payload = Payload {
        iss: &scheme.config.issuer,
        aud: partner,
        sub: &evident.sub,
        iat: evident.time / 1000,
        acr: action.level,
        service: &request.service,
        authorization_details: [&details.entry],
        shown: Shown {
            language: &shown.language,
            title: &shown.title,
            purpose: &shown.purpose,
            rows: shown.fields.iter().map(Row::from).collect(),
        },
    };
    serde_json::to_vec(&payload)
        .map_err(|_| Error::Internal("the payload of a confirmation does not serialize"))
}

/// What a partner gets to show others.
pub struct Confirmation {
    /// The confirmation object: the payload, signed when the partner fetches it.
    pub object: String,
    /// The leaf, in base64url.
    pub leaf: String,
    /// The salt of the leaf's commitment to the payload, in base64url.
    pub salt: String,
    /// The promise to include the leaf in the log.
    pub promise: String,
}

impl Scheme {
    /// What the partner can show others of the approval that gave it a code; none for an action of another kind. It is for the one who
    /// redeems the code, and nobody else. It is read before, so that no code is used up for evidence that cannot be given.
    ///
    /// # Errors
    /// When the store or a key fails.
    pub async fn confirmation(&self, code: &str) -> Result<Option<Confirmation>, Error> {
        let Some(id) = action_of(code) else {
            return Ok(None);
        };
        let found = self
            .store
            .read(move |tx| {
                let Some(found) = action::by_id(tx, &id)? else {
                    return Ok(None);
                };
                let Some(id) = found.decision.and_then(|decision| decision.receipt) else {
                    return Ok(None);
                };
                let row = receipt::by_id(tx, &id)?;
                row.ok_or_else(|| StoreError::Corrupt("decision without a receipt".into()))
                    .map(Some)
            })
            .await?;
        let Some(row) = found else { return Ok(None) };
        let (Some(sealed), Some(salt)) = (&row.disclosed, row.disclosure_salt) else {
            return Ok(None);
        };
        let key = self.persons.key(&row.identity).await?;
        Ok(Some(Confirmation {
            object: self
                .evidence
                .sign(&key.open(crate::receipt::DISCLOSED, sealed)?)?,
            leaf: b64::encode(&row.leaf),
            salt: b64::encode(&salt),
            promise: row.promise,
        }))
    }
}
