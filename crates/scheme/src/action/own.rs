//! The person's own actions. No partner asks: the device that begins one holds it from the start.

use std::borrow::Cow;

use ipse_protocol::ids::ActionId;
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::sha256;
use ipse_protocol::terms::{ActionStatus, BlockReason, Flow, Level, SimNeed};
use ipse_protocol::transcript::attributes_hash;
use ipse_protocol::view::Field;
use ipse_store::Kind;
use ipse_store::action::{self, Action, Claim};
use ipse_store::identity as identities;

use crate::device::Signed;
use crate::error::Error;
use crate::kind;
use crate::person::PersonKey;
use crate::request::{ActionRequest, NAME, OWN};
use crate::scheme::Scheme;
use crate::view::{Content, ViewTexts};

impl Scheme {
    /// An action of the person's own, which the device of `signed` holds.
    pub(crate) fn own_action(
        &self,
        kind: Kind,
        signed: &Signed,
        identity: &identities::Identity,
        now: i64,
        key: &PersonKey,
    ) -> Result<Action, Error> {
        self.own_action_showing(kind, signed, identity, now, (key, Vec::new()))
    }

    /// As [`Scheme::own_action_showing`], for a kind with several services: the word that the service has beside the kind, and its
    /// sentences.
    pub(crate) fn own_action_for(
        &self,
        (kind, service, texts): (Kind, &str, ViewTexts),
        signed: &Signed,
        identity: &identities::Identity,
        now: i64,
        shown: (&PersonKey, Vec<Field>),
    ) -> Result<Action, Error> {
        let service = format!("{}_{service}", kind.as_str().to_uppercase());
        let asked = (kind, service.as_str(), texts, Level::Basic);
        self.build_own(asked, signed, identity, now, shown)
    }

    /// As [`Scheme::own_action_for`], at the level `advanced`: with a statement of the SIM, whatever the kind.
    pub(crate) fn own_advanced_action(
        &self,
        (kind, service, texts): (Kind, &str, ViewTexts),
        signed: &Signed,
        identity: &identities::Identity,
        now: i64,
        key: &PersonKey,
    ) -> Result<Action, Error> {
        let service = format!("{}_{service}", kind.as_str().to_uppercase());
        let asked = (kind, service.as_str(), texts, Level::Advanced);
        self.build_own(asked, signed, identity, now, (key, Vec::new()))
    }

    /// As [`Scheme::own_action`], with further values that the person is shown.
    pub(crate) fn own_action_showing(
        &self,
        kind: Kind,
        signed: &Signed,
        identity: &identities::Identity,
        now: i64,
        shown: (&PersonKey, Vec<Field>),
    ) -> Result<Action, Error> {
        let service = kind.as_str().to_uppercase();
        let texts = kind::of(kind).texts(Flow::Link);
        let asked = (kind, service.as_str(), texts, Level::Basic);
        self.build_own(asked, signed, identity, now, shown)
    }

    fn build_own(
        &self,
        (kind, service, texts, level): (Kind, &str, ViewTexts, Level),
        signed: &Signed,
        identity: &identities::Identity,
        now: i64,
        (key, shown): (&PersonKey, Vec<Field>),
    ) -> Result<Action, Error> {
        let sim = match level {
            // A statement of the holder is added later.
            Level::Basic => SimNeed::None,
            Level::Advanced => SimNeed::Silent,
        };
        let id = ActionId::dated(now, &self.random);
        let (_, host) = self
            .config
            .app
            .split_once("//")
            .ok_or(Error::Internal("the app has no host"))?;
        let expires = now + self.config.lifetimes.action;
        let request = ActionRequest {
            kind,
            partner_name: NAME.into(),
            partner_domain: host.into(),
            sector: None,
            service: Cow::Borrowed(service),
            level,
            attributes: Vec::new(),
            sandbox_person: None,
            coming_back: None,
            details: None,
            oidc_request: serde_json::value::RawValue::NULL,
        };
        let language = identity.language;
        let mut fields = kind::of(kind).fields(&request, &self.views.sentences(language))?;
        fields.extend(shown);
        let view = self.views.build(
            language,
            Content {
                action: &id,
                kind,
                texts,
                title: None,
                purpose: None,
                partner: (OWN, NAME, host),
                service,
                fields,
                choices: Vec::new(),
                started: (Flow::Link, NAME, now),
                level,
                expires,
            },
        );
        let bytes = view.to_bytes();
        Ok(Action {
            id,
            kind,
            status: ActionStatus::Linked,
            level,
            partner: None,
            request: request.to_json()?,
            browser: None,
            browser_name: NAME.into(),
            language,
            identity: Some(identity.id.clone()),
            claim: Some(Claim {
                identity: identity.id.clone(),
                device: signed.device.id.clone(),
                flow: Flow::Link,
                link: None,
                epoch: identity.epoch,
                code_version: Some(identity.code_version),
                match_code: self.match_code(),
                nonce: self.random.bytes(),
                given: None,
                view_hash: sha256(&bytes),
                attributes_hash: attributes_hash(&view),
                view: key.seal("action/view", &bytes)?,
                sim,
                sim_requested: (sim == SimNeed::Silent).then_some(now),
                sim_statement: None,
                sim_received: None,
            }),
            decision: None,
            created: now,
            expires,
        })
    }

    /// The person wants to use their identity again, after they blocked it themselves.
    ///
    /// # Errors
    /// `not_found` when it is not blocked by them.
    pub async fn begin_unblock(&self, signed: &Signed) -> Result<String, Error> {
        self.idempotent(signed, self.new_unblock(signed)).await
    }

    async fn new_unblock(&self, signed: &Signed) -> Result<String, Error> {
        let key = self.persons.key(&signed.device.identity).await?;
        let id = signed.device.identity.clone();
        let (found, reasons, now) = self
            .store
            .read(move |tx| {
                Ok((
                    identities::by_id(tx, &id)?,
                    identities::reasons(tx, &id)?,
                    tx.now()?,
                ))
            })
            .await?;
        let found = found.ok_or(ProblemCode::NotFound)?;
        if !reasons.iter().any(|r| r.reason == BlockReason::Person) {
            return Err(ProblemCode::NotFound.into());
        }
        let row = self.own_action(Kind::Unblock, signed, &found, now, &key)?;
        let id = row.id.to_string();
        self.store.write(move |tx| action::insert(tx, &row)).await?;
        Ok(id)
    }
}
