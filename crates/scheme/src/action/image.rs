//! Images that a view shows. The view has their digests, and the phone fetches the bytes.

use ipse_protocol::bytes::B32;
use ipse_protocol::ids::ActionId;
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::ActionStatus;
use ipse_protocol::view::{self, Shown};
use zeroize::Zeroizing;

use super::of_person;
use crate::device::Signed;
use crate::error::Error;
use crate::scheme::Scheme;

impl Scheme {
    /// The bytes of an image in the view of an action that this phone claimed, while the action is open or when the person decided it.
    ///
    /// # Errors
    /// `not_found` for everything else.
    pub async fn action_image(
        &self,
        signed: &Signed,
        id: &str,
        digest: &str,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let id = ActionId::parse(id).ok_or(ProblemCode::NotFound)?;
        let digest = B32::decode(digest).ok_or(ProblemCode::NotFound)?;
        let who = signed.device.identity.clone();
        let (action, now) = self
            .read(move |tx| Ok((of_person(tx, &id, &who)?, tx.now()?)))
            .await?;
        let open = action.status_at(now) == ActionStatus::Linked;
        let decided = action
            .decision
            .as_ref()
            .is_some_and(|d| d.transcript.is_some());
        let claim = action
            .claim
            .filter(|claim| claim.device == signed.device.id && (open || decided))
            .ok_or(ProblemCode::NotFound)?;
        let key = self.persons.key(&claim.identity).await?;
        let shown = key.open("action/view", &claim.view)?;
        let shown = match view::parse_shown(&shown) {
            Ok(Shown::Current(view)) => view,
            // Views of version 1 had no images.
            Ok(Shown::V1(_)) => return Err(ProblemCode::NotFound.into()),
            Err(_) => return Err(Error::Corrupt("view of an action")),
        };
        if !shown.images().any(|image| image == digest.0) {
            return Err(ProblemCode::NotFound.into());
        }
        let photo = self.photo(&claim.identity, digest).await?;
        Ok(photo.ok_or(ProblemCode::NotFound)?)
    }
}
