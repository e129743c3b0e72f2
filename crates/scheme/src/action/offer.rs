//! The offer: what the phone shows, and what it needs to sign a decision.

use ipse_protocol::sim_statement;
use ipse_protocol::terms::SimNeed;
use ipse_protocol::wire::Offer;

use super::ActionSnapshot;
use crate::code::WRONG_IN_A_ROW;
use crate::device::Signed;
use crate::error::Error;
use crate::kind;
use crate::person::PersonKey;
use crate::request::{ActionRequest, Origin};
use crate::scheme::Scheme;

impl Scheme {
    /// Asks the operator for the SIM statement, while the person reads.
    pub(super) fn contact_sim(&self, snapshot: &ActionSnapshot) {
        let (Some(binding), Some(claim)) = (&snapshot.binding, &snapshot.action.claim) else {
            return;
        };
        if claim.sim != SimNeed::Silent {
            return;
        }
        if let Some(operator) = self.operator(&binding.operator) {
            let id = &snapshot.action.id;
            let hash = sim_statement::nonce_hash(id, &claim.nonce, &claim.view_hash);
            self.statements
                .ask(operator.clone(), id, binding, hash, snapshot.now);
        }
    }

    pub(super) fn offer(
        &self,
        signed: &Signed,
        snapshot: &ActionSnapshot,
        key: &PersonKey,
    ) -> Result<Offer, Error> {
        let a = &snapshot.action;
        let claim = a
            .claim
            .as_ref()
            .ok_or(Error::Internal("offer without a claim"))?;
        let request = ActionRequest::parse(&a.request)?;
        let origin = Origin::of(a)?;
        let view = key.open("action/view", &claim.view)?;
        let wrong_codes = snapshot.identity.wrong_codes;
        Ok(Offer {
            action: a.id.to_string(),
            flow: claim.flow,
            match_code: claim.match_code.clone(),
            view: view.to_vec().into(),
            nonce: claim.nonce.into(),
            expires: a.expires.unsigned_abs(),
            server_time: snapshot.now.unsigned_abs(),
            identity: snapshot.identity.id.to_string(),
            epoch: claim.epoch.unsigned_abs(),
            code_version: claim.code_version()?.unsigned_abs(),
            partner: origin.partner.to_owned(),
            domain: request.partner_domain.into_owned(),
            browser_binding: origin.browser_binding.into(),
            level: a.level,
            factors: kind::factors(a.kind, &signed.device, a.level),
            sim: claim.sim,
            wrong_since_last: u32::try_from(wrong_codes).unwrap_or(u32::MAX),
            wrong_codes_left: u32::try_from(WRONG_IN_A_ROW - wrong_codes).unwrap_or(0),
        })
    }
}
