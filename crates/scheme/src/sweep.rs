//! What happens when time runs out: actions expire, their open attempts count as wrong, old requests are deleted.

use ipse_protocol::terms::ActionStatus;
use ipse_store::{StoreError, Tx, action, pushed_request};

use crate::error::Error;
use crate::scheme::Scheme;
use crate::{approval, block};

/// How long a request that no phone claimed can still be looked up by the browser that began it.
const UNCLAIMED_MS: i64 = 3_600_000;

impl Scheme {
    /// Sweeps once. Every node may do it at any time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sweep(&self) -> Result<(), Error> {
        let due = self
            .store
            .read(|tx| {
                let now = tx.now()?;
                Ok(!action::overdue(tx, ActionStatus::Linked, now)?.is_empty()
                    || !action::overdue(tx, ActionStatus::Created, now)?.is_empty())
            })
            .await?;
        if due {
            self.store.write(expire).await?;
        }
        self.store
            .write(|tx| {
                let now = tx.now()?;
                action::forget_unclaimed(tx, now - UNCLAIMED_MS)?;
                pushed_request::sweep(tx, now)
            })
            .await?;
        Ok(())
    }
}

fn expire(tx: &mut Tx) -> Result<(), StoreError> {
    let now = tx.now()?;
    for status in [ActionStatus::Linked, ActionStatus::Created] {
        for row in action::overdue(tx, status, now)? {
            if !action::end(tx, &row.id, status, ActionStatus::Expired, None, now)? {
                continue;
            }
            if let Some(who) = &row.identity {
                approval::close_unfinished(tx, who, &row.id)?;
                block::undecided(tx, &row.id, who, "expired")?;
            }
            block::action_changed(tx, &row.id, row.identity.as_ref());
        }
    }
    Ok(())
}
