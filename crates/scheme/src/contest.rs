//! "This was not me": what a phone may still say after another one took its place.

use ipse_protocol::terms::{BlockReason, IdentityStatus};
use ipse_protocol::wire::BlockResponse;
use ipse_store::Tx;
use ipse_store::device as devices;
use ipse_store::device::DeviceStatus;

use crate::actor::Actor;
use crate::block;
use crate::device::{self, Incoming, Spent};
use crate::error::{Error, RuleError};
use crate::scheme::Scheme;

impl Scheme {
    /// The owner of a replaced phone did not replace it: their identity is blocked until a new proofing. It can be said once,
    /// for a day.
    ///
    /// # Errors
    /// Those of the signature; `not_found` for a phone that was not replaced, `device_replaced` when it is too late.
    pub async fn contest(&self, incoming: Incoming<'_>) -> Result<BlockResponse, Error> {
        let signed = self.verify_request(incoming).await?;
        let id = signed.device.id.clone();
        let sequence = i64::try_from(signed.claims.seq).unwrap_or(i64::MAX);
        let hash = signed.hash;
        self.write(move |tx| {
            let (row, spent) = device::spend_replaced(tx, &id, sequence, &hash)?;
            match spent {
                Spent::Fresh => block_contested(tx, row),
                // Sent again, it does not undo what lifted the block.
                Spent::Repeated => Ok(()),
            }
        })
        .await?;
        Ok(BlockResponse {
            status: IdentityStatus::Suspended,
        })
    }
}

fn block_contested(tx: &mut Tx, mut old: devices::Device) -> Result<(), RuleError> {
    let now = tx.now()?;
    if old.contest_until.is_none_or(|until| now >= until) {
        let mut late = old;
        late.contest_until = None;
        return Err(device::replaced(&late).into());
    }
    old.contest_until = None;
    devices::update(tx, &old)?;
    let who = &old.identity;
    for mut row in devices::of_identity(tx, who)? {
        if row.status == DeviceStatus::Active {
            row.contested = true;
            devices::update(tx, &row)?;
        }
    }
    let actor = Actor::Device(old.id.clone());
    block::suspend(tx, who, BlockReason::Contested, &actor)?;
    Ok(())
}
