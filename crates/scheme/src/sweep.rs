//! What happens when time runs out: actions expire, their open attempts count as wrong, old requests are deleted.

use ipse_protocol::terms::ActionStatus;
use ipse_store::{StoreError, Tx, action, pushed_request, remembered};

use crate::error::Error;
use crate::scheme::Scheme;
use crate::{approval, block};

/// How long a request that no phone claimed can still be looked up by the browser that began it.
const UNCLAIMED_MS: i64 = 3_600_000;
/// How long a browser that may not come back any more is still known.
const FORGOTTEN_MS: i64 = 3_600_000;

impl Scheme {
    /// Sweeps once. Every node may do it at any time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sweep(&self) -> Result<(), Error> {
        // In pages, so that no decision waits for long, and until nothing is left: what came in is cleaned up, however much it was.
        while self.store.write(expire).await? == action::PAGE {}
        while self.store.write(forget_unclaimed).await? == action::PAGE {}
        self.store
            .write(|tx| {
                let now = tx.now()?;
                pushed_request::sweep(tx, now)?;
                remembered::forget(tx, now - FORGOTTEN_MS)
            })
            .await?;
        self.forget_assertions().await
    }
}

fn expire(tx: &mut Tx) -> Result<usize, StoreError> {
    let now = tx.now()?;
    end_overdue(tx, now)
}

/// Ends a page of the actions that belong to somebody and expire before `before`. A request that no phone claimed needs no end:
/// its time says it.
pub(crate) fn end_overdue(tx: &mut Tx, before: i64) -> Result<usize, StoreError> {
    let now = tx.now()?;
    let overdue = action::overdue(tx, before)?;
    for row in &overdue {
        if !action::end(tx, &row.id, row.status, ActionStatus::Expired, None, now)? {
            continue;
        }
        if let Some(who) = &row.identity {
            approval::close_unfinished(tx, who, &row.id)?;
            block::undecided(tx, &row.id, who, "expired")?;
        }
        block::action_changed(tx, &row.id, row.identity.as_ref());
    }
    Ok(overdue.len())
}

fn forget_unclaimed(tx: &mut Tx) -> Result<usize, StoreError> {
    let now = tx.now()?;
    action::forget_unclaimed(tx, now - UNCLAIMED_MS)
}
