//! Reads the rows of a person, in a fixed number of statements, and opens what is sealed.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ipse_protocol::ids::{DeviceId, IdentityId, ReceiptId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::{ActionStatus, LeafKind};
use ipse_protocol::view::{self, Shown};
use ipse_store::action::{self, Action};
use ipse_store::device::{self, Device};
use ipse_store::email as emails;
use ipse_store::grant::{self, Grant};
use ipse_store::identity::{self, Identity, Suspension};
use ipse_store::person::{self, AttributesVersion, KeptProofing};
use ipse_store::receipt::{self, Event, Listed};
use ipse_store::remembered::{self, Remembered};
use ipse_store::sim::{self, Binding};
use ipse_store::withdrawal::{self, Withdrawal};
use ipse_store::{Kind, StoreError, Tx};

use super::document::{
    ActionData, AttributesData, BrowserData, Credential, DeviceData, EmailData, Export, GrantData,
    IdentityData, PartnerData, PhotoData, ProofingData, ReceiptData, SimData, SubData,
    SuspensionData, WithdrawalData,
};
use crate::email;
use crate::error::Error;
use crate::grant as grants;
use crate::person::{Attributes, PersonKey, PhotoType};
use crate::proofing::{EVIDENCE, PHOTO};
use crate::request::{ActionRequest, OWN};
use crate::scheme::Scheme;

/// Purpose under which the evidence of receipts is sealed.
const RECEIPT_EVIDENCE: &str = "receipt/evidence";
/// Version of the document.
const VERSION: u32 = 1;

/// The rows of a person, as of one moment.
struct Rows {
    identity: Identity,
    created: i64,
    reasons: Vec<Suspension>,
    attributes: Vec<AttributesVersion>,
    photos: Vec<(Vec<u8>, i64)>,
    proofings: Vec<KeptProofing>,
    email: Option<(Vec<u8>, i64)>,
    sim: Option<Binding>,
    devices: Vec<Device>,
    actions: Vec<Action>,
    grants: Vec<Grant>,
    withdrawals: Vec<Withdrawal>,
    browsers: Vec<Remembered>,
    subs: Vec<(String, String)>,
    receipts: Vec<Listed>,
    events: Vec<Event>,
    positions: HashMap<ReceiptId, i64>,
    now: i64,
}

impl Rows {
    /// Reads them. The number of statements does not depend on the number of rows.
    fn read(tx: &mut Tx, who: &IdentityId) -> Result<Option<Self>, StoreError> {
        let Some((identity, created)) = identity::by_id(tx, who)?.zip(identity::created(tx, who)?)
        else {
            return Ok(None);
        };
        Ok(Some(Self {
            identity,
            created,
            reasons: identity::reasons(tx, who)?,
            attributes: person::all_attributes(tx, who)?,
            photos: person::all_photos(tx, who)?,
            proofings: person::all_proofings(tx, who)?,
            email: emails::verified(tx, who)?,
            sim: sim::binding(tx, who)?,
            devices: device::of_identity(tx, who)?,
            actions: action::of_identity(tx, who, None, i64::MAX)?,
            grants: grant::given(tx, who)?,
            withdrawals: withdrawal::of_identity(tx, who)?,
            browsers: remembered::of_identity(tx, who)?,
            subs: grant::subs(tx, who)?,
            receipts: receipt::of_actions(tx, who)?,
            events: receipt::events_of_identity(tx, who, None, i64::MAX)?,
            positions: receipt::positions(tx, who)?.into_iter().collect(),
            now: tx.now()?,
        }))
    }
}

impl Scheme {
    /// All that the scheme holds on a person. Who asks was checked before.
    pub(crate) async fn document(&self, who: &IdentityId) -> Result<Export, Error> {
        let id = who.clone();
        let rows = self.store.read(move |tx| Rows::read(tx, &id)).await?;
        let rows = rows.ok_or(ProblemCode::NotFound)?;
        let key = self.persons.key(who).await?;
        let issuer = self.config.issuer.clone();
        // Thousands of rows are opened: other requests must not wait for that.
        let made = tokio::task::spawn_blocking(move || made(rows, &key, issuer)).await;
        made.map_err(|_| Error::Internal("the export was not made"))?
    }
}

fn made(rows: Rows, key: &PersonKey, issuer: String) -> Result<Export, Error> {
    let actions = rows
        .actions
        .iter()
        .map(|row| action_data(row, key, rows.now))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Export {
        version: VERSION,
        issuer,
        created: rows.now,
        attributes: rows
            .attributes
            .into_iter()
            .map(|row| {
                Ok(AttributesData {
                    values: Attributes::open(key, &row.sealed)?,
                    version: row.version,
                    since: row.time,
                    source: row.source,
                    proofing: row.proofing,
                })
            })
            .collect::<Result<_, Error>>()?,
        photos: rows
            .photos
            .iter()
            .map(|(sealed, since)| photo(key, sealed, *since))
            .collect::<Result<_, _>>()?,
        proofings: rows
            .proofings
            .into_iter()
            .map(|row| proofing(key, row))
            .collect::<Result<_, _>>()?,
        email: match rows.email {
            None => None,
            Some((sealed, verified)) => Some(EmailData {
                address: email::open(key, &rows.identity.id, &sealed)?,
                verified,
            }),
        },
        sim: rows.sim.map(|row| SimData {
            operator: row.operator,
            status: row.status.as_str(),
            since: row.changed_at.saturating_mul(1000),
            bound: row.bound,
            answered: row.stated,
        }),
        credentials: credentials(&rows.devices, &actions, &rows.events),
        devices: rows
            .devices
            .iter()
            .map(|row| DeviceData {
                device: row.id.to_string(),
                name: row.name.clone(),
                kind: row.key_kind,
                status: row.status.as_str(),
                since: row.created,
                last_used: row.last_used,
            })
            .collect(),
        grants: rows
            .grants
            .into_iter()
            // The sessions in which the person looks at their data are no partner's.
            .filter(|row| row.partner.as_str() != OWN)
            .map(|row| grant_data(row, key))
            .collect::<Result<_, _>>()?,
        withdrawals: rows
            .withdrawals
            .into_iter()
            .map(withdrawal_data)
            .collect::<Result<_, _>>()?,
        browsers: rows
            .browsers
            .into_iter()
            .map(|row| BrowserData {
                action: row.action.to_string(),
                returns: row.returns,
                until: row.expires,
                ended: row.ended,
            })
            .collect(),
        subs: rows
            .subs
            .into_iter()
            .map(|(sector, sub)| SubData { sector, sub })
            .collect(),
        receipts: receipts(rows.receipts, &rows.events, &rows.positions, key)?,
        identity: IdentityData {
            id: rows.identity.id.to_string(),
            status: rows.identity.status,
            reasons: rows
                .reasons
                .into_iter()
                .map(|row| SuspensionData {
                    reason: row.reason,
                    since: row.since,
                })
                .collect(),
            language: rows.identity.language.tag(),
            created: rows.created,
            epoch: rows.identity.epoch,
            code_version: rows.identity.code_version,
            wrong_codes: rows.identity.wrong_codes,
        },
        actions,
    })
}

fn photo(key: &PersonKey, sealed: &[u8], since: i64) -> Result<PhotoData, Error> {
    let bytes = key.open(PHOTO, sealed)?;
    // What was kept was checked: it is one of the two.
    let media_type = match bytes.starts_with(b"\x89PNG") {
        true => PhotoType::Png,
        false => PhotoType::Jpeg,
    };
    let data = STANDARD.encode(&*bytes);
    Ok(PhotoData {
        since,
        data: format!("data:{};base64,{data}", media_type.media_type()),
    })
}

fn proofing(key: &PersonKey, row: KeptProofing) -> Result<ProofingData, Error> {
    let statement = key.open(EVIDENCE, &row.sealed)?;
    Ok(ProofingData {
        id: row.id,
        registrar: row.registrar,
        loa: row.loa,
        policy: row.policy,
        time: row.time,
        statement: serde_json::from_slice(&statement)
            .map_err(|_| Error::Corrupt("evidence of a proofing"))?,
    })
}

fn action_data(row: &Action, key: &PersonKey, now: i64) -> Result<ActionData, Error> {
    let request = ActionRequest::parse(&row.request)?;
    let mut shown = Vec::new();
    if let Some(claim) = &row.claim {
        let bytes = key.open("action/view", &claim.view)?;
        let view = view::parse_shown(&bytes).map_err(|_| Error::Corrupt("view of an action"))?;
        shown = match &view {
            Shown::Current(view) => view
                .shown_claims()
                .map(|(name, _)| name.to_owned())
                .collect(),
            Shown::V1(view) => view.attributes.iter().map(|a| a.key.clone()).collect(),
        };
    }
    Ok(ActionData {
        id: row.id.to_string(),
        kind: row.kind,
        status: row.status_at(now),
        level: row.level,
        partner: PartnerData {
            id: row
                .partner
                .as_ref()
                .map_or(OWN, |id| id.as_str())
                .to_owned(),
            name: request.partner_name.into_owned(),
            domain: request.partner_domain.into_owned(),
        },
        service: request.service.into_owned(),
        requested: request
            .attributes
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
        shown,
        browser: row.browser_name.clone(),
        language: row.language.tag(),
        flow: row.claim.as_ref().map(|claim| claim.flow),
        device: row.claim.as_ref().map(|claim| claim.device.to_string()),
        returned: row.is_return(),
        created: row.created,
        expires: row.expires,
        decided: row.decision.as_ref().map(|d| d.decided),
        reason: row.reason().map(str::to_owned),
        receipt: row
            .decision
            .as_ref()
            .and_then(|d| d.receipt.as_ref())
            .map(ToString::to_string),
    })
}

fn grant_data(row: Grant, key: &PersonKey) -> Result<GrantData, Error> {
    Ok(GrantData {
        released: grants::released(&row, key)?.into_iter().collect(),
        action: row.action.into(),
        partner: row.partner.into(),
        time: row.auth_time,
        sub: row.sub,
        factor: row.methods.map(|(factor, _)| factor),
        status: row.status.as_str(),
    })
}

fn withdrawal_data(row: Withdrawal) -> Result<WithdrawalData, Error> {
    let names =
        |list: &str| serde_json::from_str(list).map_err(|_| Error::Corrupt("a list of names"));
    Ok(WithdrawalData {
        services: names(&row.services)?,
        claims: names(&row.claims)?,
        partner: row.partner.into(),
        time: row.time,
        receipt: row.receipt.into(),
        told: row.told.as_str(),
    })
}

fn receipts(
    of_actions: Vec<Listed>,
    events: &[Event],
    positions: &HashMap<ReceiptId, i64>,
    key: &PersonKey,
) -> Result<Vec<ReceiptData>, Error> {
    let mut all: Vec<_> = of_actions
        .into_iter()
        .map(|row| ReceiptData {
            index: positions.get(&row.id).copied(),
            receipt: row.id.into(),
            kind: row.kind,
            action: row.action.map(String::from),
            time: row.time,
            evidence: None,
        })
        .collect();
    for row in events {
        let evidence = key.open(RECEIPT_EVIDENCE, &row.evidence)?;
        all.push(ReceiptData {
            index: positions.get(&row.id).copied(),
            receipt: row.id.to_string(),
            kind: row.kind,
            action: None,
            time: row.time,
            evidence: Some(
                serde_json::from_slice(&evidence)
                    .map_err(|_| Error::Corrupt("evidence of a receipt"))?,
            ),
        });
    }
    all.sort_by_key(|receipt| receipt.time);
    Ok(all)
}

/// What proves the person, and since when. A code lives since it was last chosen, a fingerprint since it was added.
fn credentials(devices: &[Device], actions: &[ActionData], events: &[Event]) -> Vec<Credential> {
    let approved = |kind: Kind, service: &str, on: &DeviceId| {
        actions
            .iter()
            .filter(|a| a.kind == kind && a.status == ActionStatus::Approved)
            .filter(|a| a.service == service && a.device.as_deref() == Some(on.as_str()))
            .filter_map(|a| a.decided)
            .max()
    };
    let recovered = events
        .iter()
        .filter(|r| r.kind == LeafKind::Recovery)
        .map(|r| r.time)
        .max();
    let mut found = Vec::new();
    for row in devices {
        let mut add = |kind, since: Option<i64>| {
            found.push(Credential {
                kind,
                device: row.id.to_string(),
                since: since.unwrap_or(row.created).max(row.created),
            });
        };
        add("device_key", None);
        if row.opaque_record.is_some() {
            add(
                "code",
                approved(Kind::ChangeCode, "CODE", &row.id).max(recovered),
            );
        }
        if row.biometric_credential.is_some() {
            add(
                "fingerprint",
                approved(Kind::Fingerprint, "FINGERPRINT_ADD", &row.id),
            );
        }
    }
    found
}
