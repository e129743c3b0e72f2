//! The person's own actions, which the asking device holds from the start.

use ipse_protocol::problem::ProblemCode;
use ipse_protocol::transcript::attributes_hash;
use ipse_protocol::{ids, sha256};
use ipse_store::action::{self, Action};
use ipse_store::identity as identities;

use super::claim::match_code;
use super::{ActionRequest, OWN};
use crate::Scheme;
use crate::device::Signed;
use crate::error::Error;
use crate::person::PersonKey;
use crate::view::{self, Content, Language};

impl Scheme {
    /// An action of the person's own (`unblock`, `sim`), which the asking device holds from the start.
    pub(crate) fn own_action(
        &self,
        kind: &str,
        device: &str,
        identity: &identities::Identity,
        now: i64,
        key: &PersonKey,
    ) -> Result<Action, Error> {
        let id = ids::dated(ids::ACTION, now);
        let host = self.config.app.split("//").nth(1).unwrap_or_default();
        let expires = now + self.config.lifetimes.action;
        let asked = ActionRequest {
            partner_name: "Ipse".into(),
            partner_domain: host.into(),
            service: kind.to_uppercase().into(),
            level: "basic".into(),
            attributes: Vec::new(),
            sandbox: None,
            reply: serde_json::value::RawValue::NULL,
        };
        let view = view::build(
            Language::of(&identity.language),
            Content {
                action: &id,
                kind,
                partner: (OWN, "Ipse", host),
                service: &asked.service,
                attributes: Vec::new(),
                fields: Vec::new(),
                started: ("link", "Ipse", now),
                level: "basic",
                expires,
            },
        );
        let bytes = view.to_bytes();
        Ok(Action {
            id,
            kind: kind.into(),
            status: "linked".into(),
            level: "basic".into(),
            flow: Some("link".into()),
            request: serde_json::to_string(&asked).map_err(|_| Error::Internal("request"))?,
            browser_name: "Ipse".into(),
            language: identity.language.clone(),
            identity: Some(identity.id.clone()),
            device: Some(device.into()),
            epoch: Some(identity.epoch),
            code_version: Some(identity.code_version),
            match_code: Some(match_code()),
            nonce: Some(ipse_protocol::random::<32>().to_vec()),
            view_hash: Some(sha256(&bytes).to_vec()),
            attributes_hash: Some(attributes_hash(&view.attributes).to_vec()),
            view: Some(key.seal("action/view", &bytes)?),
            sim: "none".into(),
            created: now,
            expires,
            ..Action::default()
        })
    }

    /// The person asks for their Ipse back after blocking it themselves.
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
        let found = found.ok_or(Error::from(ProblemCode::NotFound))?;
        if !reasons.iter().any(|r| r.reason == "person") {
            return Err(ProblemCode::NotFound.into());
        }
        let row = self.own_action("unblock", &signed.device.id, &found, now, &key)?;
        let id = row.id.clone();
        self.store.write(move |tx| action::insert(tx, &row)).await?;
        Ok(id)
    }
}
