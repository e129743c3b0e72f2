//! A request that asks for what the person does not have waits while they add it, and is then offered to their phone again.

use ipse_protocol::ids::ActionId;
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::view;
use ipse_protocol::wire::Offer;

use super::scan::replace;
use crate::action::{ActionSnapshot, Way, load_own, require_linked};
use crate::device::{Signed, Spent};
use crate::error::Error;
use crate::scheme::Scheme;

impl Scheme {
    /// Offers an action of this phone again, if something was missing in the earlier offer: with what the person has now. The action
    /// then lives ten minutes from its start. Nothing that was made for the earlier view approves the later one.
    ///
    /// # Errors
    /// `not_found` for an action that this phone does not hold; `action_expired`, `action_closed`, `identity_blocked`;
    /// `epoch_changed` when the identity changes at the same time.
    pub async fn renew(&self, signed: &Signed, id: &str) -> Result<Offer, Error> {
        let id = ActionId::parse(id).ok_or(ProblemCode::NotFound)?;
        let (wanted, who) = (id.clone(), signed.device.identity.clone());
        let mut snapshot: ActionSnapshot = self.read(move |tx| load_own(tx, &wanted, &who)).await?;
        let before = snapshot
            .action
            .claim
            .clone()
            .filter(|claim| claim.device == signed.device.id)
            .ok_or(ProblemCode::NotFound)?;
        require_linked(snapshot.action.status_at(snapshot.now))?;
        let key = self.persons.key(&signed.device.identity).await?;
        let shown = key.open("action/view", &before.view)?;
        let shown = view::parse(&shown).map_err(|_| Error::Corrupt("view of an action"))?;
        // A request that is sent again gets the latest offer.
        if signed.spent == Spent::Repeated || shown.missing_claims().next().is_none() {
            return self.offer_again(signed, snapshot, &key).await;
        }
        let waits = snapshot.action.created + self.config.lifetimes.waiting;
        snapshot.action.expires = snapshot.action.expires.max(waits);
        let way = Way {
            flow: before.flow,
            link: before.link,
        };
        if snapshot.identity.epoch != before.epoch {
            // A bank gave attributes, or more changed: the phone must still reach the level.
            self.level_allowed(signed, &snapshot, way)?;
        }
        let mut claim = self.prepare_claim(signed, &snapshot, way, &key)?;
        claim.match_code.clone_from(&before.match_code);
        let expires = snapshot.action.expires;
        let same = claim.epoch == before.epoch
            && claim.attributes_hash == before.attributes_hash
            && expires.unsigned_abs() == shown.expires;
        if !same {
            self.write(move |tx| replace(tx, &id, &before, &claim, expires))
                .await?;
        }
        self.offer_again(signed, snapshot, &key).await
    }
}
