//! Own actions that need the holder of a SIM: the operator texts a secret, and the action begins when the person has typed it.

use std::sync::Arc;

use ipse_protocol::ids::{ActionId, DeviceId, IdentityId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::sim_statement;
use ipse_protocol::terms::{ActionStatus, Flow, Level, SimNeed};
use ipse_protocol::view::Field;
use ipse_protocol::wire::SimSentResponse;
use ipse_sim::statement::Claims;
use ipse_store::action::{Action, Claim};
use ipse_store::identity::Identity;
use ipse_store::sim::{Connection, ConnectionStatus};
use ipse_store::{Kind, Tx, action, sim};
use ipse_texts::Language;

use super::{refused_by_operator, verify_holder};
use crate::device::Signed;
use crate::error::{Error, RuleError};
use crate::party;
use crate::person::PersonKey;
use crate::scheme::Scheme;
use crate::sim_controller::SimController;

/// What the holder of a SIM is asked for.
pub(crate) struct Proving {
    /// The action that will begin.
    pub(crate) kind: Kind,
    /// What the text message says the secret is for.
    pub(crate) purpose: &'static str,
    /// The operator of the SIM.
    pub(crate) operator: Arc<dyn SimController>,
    /// The operator's pseudonym of the SIM.
    pub(crate) handle: String,
    /// Version of the new code, if the action changes it.
    pub(crate) code_version: Option<i64>,
    /// Further values that the person is shown.
    pub(crate) shown: Vec<Field>,
    /// The number, if the action connects the SIM.
    pub(crate) number: Option<Number>,
}

/// The number of a SIM that will be connected.
pub(crate) struct Number {
    /// Its keyed hash.
    pub(crate) hash: Vec<u8>,
    /// The person's attributes with it, sealed, if it is another than before.
    pub(crate) attributes: Option<Vec<u8>>,
    /// Whether the person holds it already.
    pub(crate) holds: bool,
}

impl Scheme {
    /// Reserves an action and has the operator text a secret to the holder of a SIM.
    ///
    /// # Errors
    /// `sim_not_ready`, `sim_unavailable`, `too_many_requests`.
    pub(crate) async fn ask_holder(
        &self,
        signed: &Signed,
        about: Proving,
        (identity, number): (&Identity, &str),
        key: &PersonKey,
        now: i64,
    ) -> Result<SimSentResponse, Error> {
        let shown = (key, about.shown);
        let row = self.own_action_showing(about.kind, signed, identity, now, shown)?;
        let mut reserved = ReservedAction::of(&row)?;
        reserved.phone_number = about.number.as_ref().map(|_| number.to_owned());
        let (nonce, view_hash) = (reserved.nonce, reserved.view_hash);
        let nonce_hash = sim_statement::nonce_hash(&row.id, &nonce, &view_hash);
        let holds = about.number.as_ref().is_none_or(|number| number.holds);
        let asked = self.ask_enrolled(&identity.id, number, holds);
        let sim = (&*about.operator, about.handle.as_str());
        let words = (about.purpose, identity.language);
        let sent = self.text_secret(sim, &nonce_hash, words, &asked, |_| Ok(()));
        let (challenge, tries_left) = sent.await?.map_err(refused_by_operator)?;
        let reserved = serde_json::to_vec(&reserved)
            .map_err(|_| Error::Internal("a reserved action does not serialize"))?;
        let connection = Connection {
            action: row.id,
            kind: about.kind,
            identity: identity.id.clone(),
            device: signed.device.id.clone(),
            status: ConnectionStatus::Open,
            operator: about.operator.name().to_owned(),
            handle: about.handle,
            changed_at: None,
            challenge,
            nonce,
            reserved: key.seal("sim/action", &reserved)?,
            view_hash,
            code_version: about.code_version,
            record: None,
            number: about.number.as_ref().map(|number| number.hash.clone()),
            attributes: about.number.and_then(|number| number.attributes),
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

    /// What this device began last for a kind of action, if its time is not over.
    ///
    /// # Errors
    /// `not_found`.
    pub(crate) async fn connection(
        &self,
        signed: &Signed,
        kind: Kind,
    ) -> Result<Connection, Error> {
        let device = signed.device.id.clone();
        let (found, now) = self
            .store
            .read(move |tx| Ok((sim::connection_of_device(tx, &device, kind)?, tx.now()?)))
            .await?;
        let found = found.filter(|c| c.identity == signed.device.identity && c.expires > now);
        Ok(found.ok_or(ProblemCode::NotFound)?)
    }

    /// The person typed the secret: the action begins, with the holder statement in it, unless `check` refuses it in the same transaction.
    /// Returns its id.
    ///
    /// # Errors
    /// `sim_secret_wrong` with the tries left, `sim_unavailable`, `sim_mismatch`, `number_disputed`.
    pub(crate) async fn accept_holder(
        &self,
        connection: Connection,
        secret: &str,
        mut check: impl FnMut(&mut Tx, &Connection, &Claims) -> Result<(), RuleError> + Send + 'static,
    ) -> Result<String, Error> {
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
        let now = self.store.read(Tx::now).await?;
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
        if let Some(number) = &reserved.phone_number {
            self.require_departure(number, &connection.operator).await?;
        }
        let row = reserved.into_action(connection.kind, jws, now);
        let id = row.id.to_string();
        self.write(move |tx| {
            check(tx, &connection, &claims)?;
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
    /// The number whose SIM will be connected.
    #[serde(default)]
    phone_number: Option<String>,
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
            phone_number: None,
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
    fn into_action(self, kind: Kind, statement: String, received: i64) -> Action {
        Action {
            id: self.id,
            kind,
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
                given: None,
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
