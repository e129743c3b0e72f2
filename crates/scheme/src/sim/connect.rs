//! A SIM comes to an identity that exists: after a swap or loss, or once it is ready. Its holder proves that they hold it, and
//! approves with the code.

use ipse_keys::KeyStore;
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::sim_statement;
use ipse_protocol::wire::SimSentResponse;
use ipse_store::sim::{Binding, Connection};
use ipse_store::{StoreError, Tx, action, identity as identities, sim};

use super::{Found, PURPOSE, refused_by_operator, release, verify_holder};
use crate::device::Signed;
use crate::error::{Error, Outcome, settle};
use crate::identity::Reason;
use crate::person::Attributes;
use crate::{Scheme, block, device, refuse};

impl Scheme {
    /// A person connects the SIM that is behind their number now: after a swap or loss, or for the first time
    /// (protocol §3, "New SIM"). The operator texts a secret that only the holder can read.
    ///
    /// # Errors
    /// `sim_not_ready`, `sim_unavailable`; `identity_blocked` where another block comes first.
    pub async fn begin_sim(&self, signed: &Signed) -> Result<SimSentResponse, Error> {
        self.idempotent(signed, self.send_secret(signed)).await
    }

    async fn send_secret(&self, signed: &Signed) -> Result<SimSentResponse, Error> {
        let key = self.persons.key(&signed.device.identity).await?;
        let id = signed.device.identity.clone();
        let (identity, sealed, now) = settle(
            self.store
                .read(move |tx| {
                    let Some(found) = identities::by_id(tx, &id)? else {
                        refuse!(NotFound);
                    };
                    let Some(sealed) = ipse_store::person::attributes(tx, &id)? else {
                        refuse!(NotFound);
                    };
                    Ok(Ok((found, sealed, tx.now()?)))
                })
                .await,
        )?;
        let number = Attributes::open(&key, &sealed)?.phone_number;
        let Found::At(operator, found) = self.resolve(&number).await? else {
            return Err(ProblemCode::SimNotReady.into());
        };
        if found.readiness != "ready" || found.line != "active" {
            return Err(ProblemCode::SimNotReady.into());
        }
        let row = self.own_action("sim", &signed.device.id, &identity, now, &key)?;
        let missing = || Error::Internal("own action lacks a member");
        let nonce = row.nonce.clone().ok_or_else(missing)?;
        let view_hash = row.view_hash.clone().ok_or_else(missing)?;
        let nonce_hash = about(&row.id, &nonce, &view_hash)?;
        let (challenge, tries_left) = operator
            .holder_begin(&found.handle, &nonce_hash, PURPOSE, &identity.language)
            .await
            .map_err(refused_by_operator)?;
        let sealed_row = key.seal("sim/action", &pack(&row)?)?;
        let connection = Connection {
            action: row.id,
            identity: identity.id,
            device: signed.device.id.clone(),
            status: "open".into(),
            operator: operator.name().to_owned(),
            handle: found.handle,
            changed_at: None,
            challenge,
            nonce,
            view: sealed_row,
            view_hash,
            created: now,
            expires: row.expires,
        };
        self.store
            .write(move |tx| sim::add_connection(tx, &connection))
            .await?;
        Ok(SimSentResponse {
            sent: true,
            tries_left,
        })
    }

    /// The person typed the secret: the action that binds the SIM begins, with the holder statement in it.
    ///
    /// # Errors
    /// `sim_secret_wrong` with the tries left, `sim_unavailable`, `sim_mismatch`, `not_found` when nothing was begun.
    pub async fn answer_sim(&self, signed: &Signed, secret: &str) -> Result<String, Error> {
        self.idempotent(signed, self.take_secret(signed, secret))
            .await
    }

    async fn take_secret(&self, signed: &Signed, secret: &str) -> Result<String, Error> {
        let device = signed.device.id.clone();
        let (connection, now) = self
            .store
            .read(move |tx| Ok((sim::connection_of_device(tx, &device)?, tx.now()?)))
            .await?;
        let connection = connection
            .filter(|c| c.identity == signed.device.identity && c.expires > now)
            .ok_or(Error::from(ProblemCode::NotFound))?;
        if connection.status != "open" {
            // Sent again: the answer got lost on the way.
            return Ok(connection.action);
        }
        let operator = self
            .operator(&connection.operator)
            .ok_or(Error::from(ProblemCode::SimUnavailable))?;
        let jws = operator
            .holder_answer(&connection.challenge, secret)
            .await
            .map_err(refused_by_operator)?;
        let nonce_hash = about(&connection.action, &connection.nonce, &connection.view_hash)?;
        let claims = verify_holder(
            &**operator,
            &self.config.issuer,
            &connection.handle,
            &nonce_hash,
            &jws,
            now,
        )?;
        let key = self.persons.key(&connection.identity).await?;
        let mut row = unpack(&key.open("sim/action", &connection.view)?)?;
        row.sim = "holder".into();
        row.sim_statement = Some(jws);
        row.sim_received = Some(now);
        let id = row.id.clone();
        settle(
            self.store
                .write(move |tx| {
                    if let Some(other) =
                        sim::by_handle(tx, &connection.operator, &connection.handle)?
                        && other.identity != connection.identity
                    {
                        // One identity per SIM, and a bound SIM is never silently unbound.
                        refuse!(SimMismatch);
                    }
                    if sim::connection_answered(tx, &connection.action, claims.changed_at)? {
                        action::insert(tx, &row)?;
                    }
                    Ok(Ok(()))
                })
                .await,
        )?;
        Ok(id)
    }
}

fn about(id: &str, nonce: &[u8], view_hash: &[u8]) -> Result<[u8; 32], Error> {
    match (nonce.try_into(), view_hash.try_into()) {
        (Ok(nonce), Ok(view_hash)) => Ok(sim_statement::nonce_hash(id, nonce, view_hash)),
        _ => Err(Error::Internal("nonce or view hash of a wrong length")),
    }
}

/// The members of a reserved action that are not in its connection's row.
#[derive(serde::Serialize, serde::Deserialize)]
struct Packed {
    id: String,
    request: String,
    browser_name: String,
    language: String,
    identity: Option<String>,
    device: Option<String>,
    level: String,
    flow: Option<String>,
    epoch: Option<i64>,
    code_version: Option<i64>,
    match_code: Option<String>,
    nonce: Option<Vec<u8>>,
    view: Option<Vec<u8>>,
    view_hash: Option<Vec<u8>>,
    attributes_hash: Option<Vec<u8>>,
    created: i64,
    expires: i64,
}

fn pack(row: &action::Action) -> Result<Vec<u8>, Error> {
    let row = row.clone();
    let packed = Packed {
        id: row.id,
        request: row.request,
        browser_name: row.browser_name,
        language: row.language,
        identity: row.identity,
        device: row.device,
        level: row.level,
        flow: row.flow,
        epoch: row.epoch,
        code_version: row.code_version,
        match_code: row.match_code,
        nonce: row.nonce,
        view: row.view,
        view_hash: row.view_hash,
        attributes_hash: row.attributes_hash,
        created: row.created,
        expires: row.expires,
    };
    serde_json::to_vec(&packed).map_err(|_| Error::Internal("action cannot be packed"))
}

fn unpack(bytes: &[u8]) -> Result<action::Action, Error> {
    let packed: Packed =
        serde_json::from_slice(bytes).map_err(|_| Error::Internal("packed action"))?;
    Ok(action::Action {
        id: packed.id,
        kind: "sim".into(),
        status: "linked".into(),
        request: packed.request,
        browser_name: packed.browser_name,
        language: packed.language,
        identity: packed.identity,
        device: packed.device,
        level: packed.level,
        flow: packed.flow,
        epoch: packed.epoch,
        code_version: packed.code_version,
        match_code: packed.match_code,
        nonce: packed.nonce,
        view: packed.view,
        view_hash: packed.view_hash,
        attributes_hash: packed.attributes_hash,
        created: packed.created,
        expires: packed.expires,
        ..action::Action::default()
    })
}

/// Whether an action of kind `sim` may still be approved: its SIM was not swapped or bound elsewhere meanwhile.
///
/// # Errors
/// When the store fails.
pub fn may_bind(tx: &mut Tx, action: &str, identity: &str) -> Outcome<()> {
    let found = sim::connection_of_action(tx, action)?;
    let Some(found) = found.filter(|c| c.status == "answered" && c.identity == identity) else {
        refuse!(SimMismatch);
    };
    match sim::by_handle(tx, &found.operator, &found.handle)? {
        Some(other) if other.identity != identity => refuse!(SimMismatch),
        _ => Ok(Ok(())),
    }
}

/// Binds the SIM of an approved action of kind `sim`, in its transaction: the old SIM is released, and the blocks that
/// a new SIM lifts are lifted. Ask [`may_bind`] before anything is decided.
///
/// # Errors
/// When the store fails, or the connection is not one that can be bound; then nothing is decided.
pub fn bind_new(
    tx: &mut Tx,
    keys: &dyn KeyStore,
    action: &str,
    identity: &str,
) -> Result<(), StoreError> {
    let gone = || StoreError::Abort("the SIM that was being connected is gone".into());
    let connection = sim::connection_of_action(tx, action)?.ok_or_else(gone)?;
    let changed_at = connection.changed_at.ok_or_else(gone)?;
    if connection.identity != identity || !sim::connection_bound(tx, action)? {
        return Err(gone());
    }
    let now = tx.now()?;
    let old = sim::binding(tx, identity)?;
    let binding = Binding {
        identity: identity.to_owned(),
        operator: connection.operator,
        handle: connection.handle,
        status: "bound".into(),
        changed_at,
        bound: now,
        stated: None,
    };
    sim::bind(tx, &binding)?;
    if let Some(old) = old
        && (&old.operator, &old.handle) != (&binding.operator, &binding.handle)
    {
        release(tx, &old.operator, &old.handle)?;
    }
    for mut row in ipse_store::device::of_identity(tx, identity)? {
        if !device::authentic(keys, &row) {
            return Err(StoreError::Corrupt("device row".into()));
        }
        row.sim_handle = Some(binding.handle.clone());
        device::update(tx, keys, &mut row)?;
    }
    let mut lifted = false;
    let reasons = identities::reasons(tx, identity)?;
    for reason in [Reason::SimChanged, Reason::SimLost] {
        if reasons.iter().any(|r| r.reason == reason.as_str()) {
            block::lift(tx, identity, reason, "phone")?;
            lifted = true;
        }
    }
    if !lifted {
        identities::raise_epoch(tx, identity)?;
    }
    block::queue_receipt(tx, identity, "sim", "bound", "phone")
}
