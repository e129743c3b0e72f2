//! Connecting a SIM to an identity that exists: after a swap or loss, or once the SIM is ready. The holder proves that
//! they hold it, and approves with the code.

use ipse_keys::KeyStore;
use ipse_protocol::ids::{ActionId, DeviceId, IdentityId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::sim_statement;
use ipse_protocol::terms::{
    ActionStatus, BlockReason, Flow, LeafKind, Level, Line, Readiness, SimNeed,
};
use ipse_protocol::wire::SimSentResponse;
use ipse_store::action::{Action, Claim};
use ipse_store::sim::{Binding, BindingStatus, Connection, ConnectionStatus};
use ipse_store::{Kind, StoreError, Tx, action, identity as identities, sim};
use ipse_texts::Language;

use super::{Found, refused_by_operator, release, verify_holder};
use crate::actor::Actor;
use crate::device::Signed;
use crate::error::{Error, RuleError, refuse};
use crate::person::Attributes;
use crate::scheme::Scheme;
use crate::{block, device, party};

impl Scheme {
    /// A person connects the SIM that has their number now: after a swap or loss, or for the first time (protocol §3,
    /// "New SIM"). The operator texts a secret that only the holder can read.
    ///
    /// # Errors
    /// `sim_not_ready`, `sim_unavailable`, `too_many_requests`; `identity_blocked` where another block comes first.
    pub async fn begin_sim(&self, signed: &Signed) -> Result<SimSentResponse, Error> {
        self.idempotent(signed, self.send_secret(signed)).await
    }

    async fn send_secret(&self, signed: &Signed) -> Result<SimSentResponse, Error> {
        let key = self.persons.key(&signed.device.identity).await?;
        let id = signed.device.identity.clone();
        let (identity, sealed, now) = self
            .read(move |tx| {
                let Some(found) = identities::by_id(tx, &id)? else {
                    refuse!(NotFound);
                };
                let Some(sealed) = ipse_store::person::attributes(tx, &id)? else {
                    refuse!(NotFound);
                };
                Ok((found, sealed, tx.now()?))
            })
            .await?;
        let number = Attributes::open(&key, &sealed)?.phone_number;
        let Found::At(operator, found) = self.resolve(&number).await? else {
            return Err(ProblemCode::SimNotReady.into());
        };
        party::record_operator(operator.name());
        if found.readiness != Readiness::Ready || found.line != Line::Active {
            return Err(ProblemCode::SimNotReady.into());
        }
        let row = self.own_action(Kind::ConnectSim, signed, &identity, now, &key)?;
        let reserved = ReservedAction::of(&row)?;
        let (nonce, view_hash) = (reserved.nonce, reserved.view_hash);
        let nonce_hash = sim_statement::nonce_hash(&row.id, &nonce, &view_hash);
        let asked = self.ask_enrolled(&identity.id, &number);
        let sim = (&*operator, found.handle.as_str());
        let sent = self.text_secret(sim, &nonce_hash, identity.language, &asked, |_| Ok(()));
        let (challenge, tries_left) = sent.await?.map_err(refused_by_operator)?;
        let reserved = serde_json::to_vec(&reserved)
            .map_err(|_| Error::Internal("a reserved action does not serialize"))?;
        let connection = Connection {
            action: row.id,
            identity: identity.id,
            device: signed.device.id.clone(),
            status: ConnectionStatus::Open,
            operator: operator.name().to_owned(),
            handle: found.handle,
            changed_at: None,
            challenge,
            nonce,
            reserved: key.seal("sim/action", &reserved)?,
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
        self.idempotent(signed, self.accept_secret(signed, secret))
            .await
    }

    async fn accept_secret(&self, signed: &Signed, secret: &str) -> Result<String, Error> {
        let device = signed.device.id.clone();
        let (connection, now) = self
            .store
            .read(move |tx| Ok((sim::connection_of_device(tx, &device)?, tx.now()?)))
            .await?;
        let connection = connection
            .filter(|c| c.identity == signed.device.identity && c.expires > now)
            .ok_or(ProblemCode::NotFound)?;
        if connection.status != ConnectionStatus::Open {
            // Sent again: the answer was lost on the way.
            return Ok(connection.action.to_string());
        }
        party::record_operator(&connection.operator);
        let operator = self
            .operator(&connection.operator)
            .ok_or(ProblemCode::SimUnavailable)?;
        let jws = operator
            .holder_answer(&connection.challenge, secret)
            .await
            .map_err(refused_by_operator)?;
        let nonce_hash =
            sim_statement::nonce_hash(&connection.action, &connection.nonce, &connection.view_hash);
        let claims = verify_holder(
            &**operator,
            &self.config.issuer,
            &connection.handle,
            &nonce_hash,
            &jws,
            now,
        )?;
        let key = self.persons.key(&connection.identity).await?;
        let plain = key.open("sim/action", &connection.reserved)?;
        let reserved: ReservedAction =
            serde_json::from_slice(&plain).map_err(|_| Error::Corrupt("reserved action"))?;
        let row = reserved.into_action(jws, now);
        let id = row.id.to_string();
        self.write(move |tx| {
            let bound = sim::by_handle(tx, &connection.operator, &connection.handle)?;
            if bound.is_some_and(|other| other.identity != connection.identity) {
                // One identity per SIM, and a bound SIM is never silently unbound.
                refuse!(SimMismatch);
            }
            if sim::connection_answered(tx, &connection.action, claims.changed_at)? {
                action::insert(tx, &row)?;
            }
            Ok(())
        })
        .await?;
        Ok(id)
    }
}

/// An action that is reserved until the holder has proven the SIM, as it is sealed in its connection.
#[derive(serde::Serialize, serde::Deserialize)]
struct ReservedAction {
    id: ActionId,
    request: String,
    browser_name: String,
    language: Language,
    identity: IdentityId,
    device: DeviceId,
    level: Level,
    flow: Flow,
    epoch: i64,
    code_version: i64,
    match_code: String,
    nonce: [u8; 32],
    view: Vec<u8>,
    view_hash: [u8; 32],
    attributes_hash: [u8; 32],
    created: i64,
    expires: i64,
}

impl ReservedAction {
    fn of(row: &Action) -> Result<Self, Error> {
        let row = row.clone();
        let claim = row
            .claim
            .ok_or(Error::Internal("an own action without a claim"))?;
        let code_version = claim.code_version()?;
        Ok(Self {
            id: row.id,
            request: row.request,
            browser_name: row.browser_name,
            language: row.language,
            identity: claim.identity,
            device: claim.device,
            level: row.level,
            flow: claim.flow,
            epoch: claim.epoch,
            code_version,
            match_code: claim.match_code,
            nonce: claim.nonce,
            view: claim.view,
            view_hash: claim.view_hash,
            attributes_hash: claim.attributes_hash,
            created: row.created,
            expires: row.expires,
        })
    }

    /// The action, with the holder statement that came at `received` (milliseconds).
    fn into_action(self, statement: String, received: i64) -> Action {
        Action {
            id: self.id,
            kind: Kind::ConnectSim,
            status: ActionStatus::Linked,
            level: self.level,
            partner: None,
            request: self.request,
            browser: None,
            browser_name: self.browser_name,
            language: self.language,
            identity: Some(self.identity.clone()),
            claim: Some(Claim {
                identity: self.identity,
                device: self.device,
                flow: self.flow,
                link: None,
                epoch: self.epoch,
                code_version: Some(self.code_version),
                match_code: self.match_code,
                nonce: self.nonce,
                view: self.view,
                view_hash: self.view_hash,
                attributes_hash: self.attributes_hash,
                sim: SimNeed::Holder,
                sim_requested: None,
                sim_statement: Some(statement),
                sim_received: Some(received),
            }),
            decision: None,
            created: self.created,
            expires: self.expires,
        }
    }
}

/// Whether the SIM of an action may still be bound: it was not swapped, or bound elsewhere, since its holder proved it.
///
/// # Errors
/// `sim_mismatch`.
pub(crate) fn may_bind(
    tx: &mut Tx,
    action: &ActionId,
    identity: &IdentityId,
) -> Result<(), RuleError> {
    let found = sim::connection_of_action(tx, action)?;
    let answered =
        |c: &Connection| c.status == ConnectionStatus::Answered && c.identity == *identity;
    let Some(found) = found.filter(answered) else {
        refuse!(SimMismatch);
    };
    match sim::by_handle(tx, &found.operator, &found.handle)? {
        Some(other) if other.identity != *identity => refuse!(SimMismatch),
        _ => Ok(()),
    }
}

/// Binds the SIM of an approved action, in its deciding transaction. The old SIM is released, and the suspensions that a
/// new SIM lifts are lifted. [`may_bind`] comes first.
///
/// # Errors
/// When the store fails, or the connection is not one that can be bound. Then nothing is decided.
pub(crate) fn bind_new(
    tx: &mut Tx,
    keys: &dyn KeyStore,
    action: &ActionId,
    claim: &Claim,
) -> Result<(), StoreError> {
    let identity = &claim.identity;
    let missing = || StoreError::Abort("the SIM that was being connected is missing".into());
    let connection = sim::connection_of_action(tx, action)?.ok_or_else(missing)?;
    let changed_at = connection.changed_at.ok_or_else(missing)?;
    if connection.identity != *identity {
        return Err(missing());
    }
    sim::connection_bound(tx, action)?;
    let now = tx.now()?;
    let old = sim::binding(tx, identity)?;
    let binding = Binding {
        identity: identity.clone(),
        operator: connection.operator,
        handle: connection.handle,
        status: BindingStatus::Bound,
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
        device::require_authentic(keys, &row)?;
        row.sim_handle = Some(binding.handle.clone());
        device::update(tx, keys, &mut row)?;
    }
    let actor = Actor::Device(claim.device.clone());
    let mut lifted = false;
    let reasons = identities::reasons(tx, identity)?;
    for reason in [BlockReason::SimChanged, BlockReason::SimLost] {
        if reasons.iter().any(|r| r.reason == reason) {
            block::lift(tx, identity, reason, &actor)?;
            lifted = true;
        }
    }
    if !lifted {
        identities::raise_epoch(tx, identity)?;
    }
    block::queue_receipt(tx, identity, LeafKind::Sim, "bound", &actor.cause())
}
