//! The person scans the page of a request that a link brought to their phone: the phone gets another offer of it.

use ipse_protocol::problem::ProblemCode;
use ipse_protocol::wire::Offer;
use ipse_store::action::{self, Claim};
use ipse_store::{Tx, attempt as attempts};

use super::close_unfinished;
use crate::action::{ActionSnapshot, Way};
use crate::device::{Signed, Spent};
use crate::error::{Error, RuleError, refuse};
use crate::person::PersonKey;
use crate::scheme::Scheme;
use crate::{block, identity};

impl Scheme {
    /// Replaces the claim of this phone. The view, the nonce and what was asked of the SIM are new, so nothing that was made
    /// for the earlier view approves the later one.
    pub(crate) async fn claim_scanned(
        &self,
        signed: Signed,
        snapshot: ActionSnapshot,
        way: Way,
        key: &PersonKey,
    ) -> Result<Offer, Error> {
        let Some(before) = snapshot.action.claim.clone() else {
            return Err(Error::Internal("a scan without a claim"));
        };
        if snapshot.identity.epoch != before.epoch {
            return Err(ProblemCode::EpochChanged.into());
        }
        self.level_allowed(&signed, &snapshot, way)?;
        let mut claim = self.prepare_claim(&signed, &snapshot, way, key)?;
        claim.match_code.clone_from(&before.match_code);
        let (id, sequence) = (snapshot.action.id.clone(), self.sequence(&signed));
        let expires = snapshot.action.expires;
        self.write(move |tx| match sequence.spend(tx)? {
            Spent::Fresh => replace(tx, &id, &before, &claim, expires),
            Spent::Repeated => Ok(()),
        })
        .await?;
        self.offer_again(&signed, snapshot, key).await
    }
}

/// Replaces what a phone was offered, and the attempt that it made for that.
pub(super) fn replace(
    tx: &mut Tx,
    id: &ipse_protocol::ids::ActionId,
    before: &Claim,
    claim: &Claim,
    expires: i64,
) -> Result<(), RuleError> {
    let current = identity::active(tx, &claim.identity)?;
    if current.epoch != claim.epoch {
        refuse!(EpochChanged);
    }
    if tx.now()? >= expires {
        refuse!(ActionExpired);
    }
    if action::reclaim(tx, id, before, claim, expires)? {
        // An attempt that was made for the earlier view is spent.
        close_unfinished(tx, &claim.identity, id)?;
        attempts::void(tx, id)?;
        block::action_changed(tx, id, Some(&claim.identity));
    }
    Ok(())
}
