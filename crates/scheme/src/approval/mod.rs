//! The approval (protocol §6): an attempt, spent before it is judged, and one transaction that decides.

mod attempt;
mod counting;
mod deciding;
mod verdict;

use ipse_protocol::control::{Control, enforced};
use ipse_protocol::ids;
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_store::action::{self, Action, Attempt};
use ipse_store::device::Device;
use ipse_store::identity::Identity;
use ipse_store::receipt as receipts;
use ipse_store::{StoreError, Tx};

use crate::action::status_at;
use crate::device::{Incoming, Signed};
use crate::error::Error;
use crate::{Outcome, Scheme, refuse};

pub(crate) use counting::close_unfinished;

/// What one read gives for an attempt or a decision.
struct Read {
    action: Action,
    attempt: Option<Attempt>,
    /// Of the receipt, once the action is decided.
    promise: Option<String>,
    now: i64,
}

impl Scheme {
    /// Verifies the request and reads, in one snapshot, what it is about.
    async fn read_signed(
        &self,
        incoming: Incoming<'_>,
        id: &str,
        attempt: Option<String>,
    ) -> Result<(Signed, Read), Error> {
        let (signed, (read, ())) = self
            .read_with(incoming, id, attempt, |_, _, _| Ok(()))
            .await?;
        Ok((signed, read))
    }

    /// As [`Scheme::read_signed`], with whatever else the same snapshot is to give of the device's identity.
    async fn read_with<T: Send + 'static>(
        &self,
        incoming: Incoming<'_>,
        id: &str,
        attempt: Option<String>,
        more: impl Fn(&mut Tx, &Read, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<(Signed, (Read, T)), Error> {
        if !ids::valid(ids::ACTION, id) {
            self.verify_request(incoming).await?;
            return Err(ProblemCode::NotFound.into());
        }
        // What cannot be an id never reaches the database, which may choke on it.
        if attempt
            .as_deref()
            .is_some_and(|a| !ids::valid(ids::ATTEMPT, a))
        {
            self.verify_request(incoming).await?;
            return Err(ProblemCode::AttemptUnknown.into());
        }
        let id = id.to_owned();
        self.verify_reading(incoming, move |tx, device| {
            let read = match read(tx, &id, device, attempt.as_deref())? {
                Ok(read) => read,
                Err(problem) => return Ok(Err(problem)),
            };
            let more = more(tx, &read, &device.identity)?;
            Ok(Ok((read, more)))
        })
        .await
    }
}

/// What an attempt or a decision on an action of this device rests on, as of one snapshot.
fn read(tx: &mut Tx, id: &str, device: &Device, attempt: Option<&str>) -> Outcome<Read> {
    let Some(found) = action::by_id(tx, id)? else {
        refuse!(NotFound);
    };
    if found.device.as_deref() != Some(&device.id) {
        refuse!(NotFound);
    }
    let attempt = match attempt {
        Some(attempt) => action::attempt_by_id(tx, attempt)?,
        None => None,
    };
    let promise = promise_of(tx, &found)?;
    Ok(Ok(Read {
        action: found,
        attempt,
        promise,
        now: tx.now()?,
    }))
}

/// The promise that was given with a decision; none before it.
fn promise_of(tx: &mut Tx, a: &Action) -> Result<Option<String>, StoreError> {
    match &a.receipt {
        Some(receipt) => Ok(receipts::by_id(tx, receipt)?.map(|r| r.promise)),
        None => Ok(None),
    }
}

fn still_linked(read: &Read) -> Result<(), Error> {
    match status_at(&read.action, read.now) {
        "linked" => Ok(()),
        "expired" => Err(ProblemCode::ActionExpired.into()),
        status => Err(Problem::new(ProblemCode::ActionClosed)
            .with("action_status", status)
            .into()),
    }
}

/// Cheap look before the work: the transaction looks again.
fn unchanged(read: &Read, now: &Identity) -> Result<(), Error> {
    let own = read.action.partner.is_none();
    if now.status != "active" && !own && enforced(Control::T07SimSwapBlocks) {
        return Err(ProblemCode::IdentityBlocked.into());
    }
    if Some(now.epoch) != read.action.epoch && enforced(Control::T07SimSwapBlocks) {
        return Err(ProblemCode::EpochChanged.into());
    }
    Ok(())
}
