//! The history of a person: every action, and every receipt that ends none.

use std::cmp::Ordering;

use ipse_protocol::ids::{ActionId, IdentityId, PartnerId, ReceiptId};
use ipse_protocol::wire::{EventSummary, HistoryEntry, HistoryResponse};
use ipse_store::action::{self, Action};
use ipse_store::receipt::{self, Event};
use ipse_store::withdrawal::Told;
use ipse_store::{StoreError, Tx};
use serde::Deserialize;

use crate::action::{PAGE, of_person};
use crate::actor::Viewer;
use crate::error::{Error, RuleError, refuse};
use crate::person::PersonKey;
use crate::scheme::Scheme;
use crate::withdrawal::Withdrawals;

/// What the evidence of a receipt without an action says here.
#[derive(Deserialize)]
struct Said {
    reason: Option<String>,
    cause: Option<String>,
    registrar: Option<String>,
    partner_name: Option<String>,
    partner_domain: Option<String>,
}

/// A row of the list, before what is sealed is opened.
enum Row {
    Action(Box<Action>),
    Event(Event),
}

impl Row {
    /// When it happened. At the same time an event counts as later, as its id says (`rec_` after `act_`).
    fn order(&self, other: &Self) -> Ordering {
        let key = |row: &Self| match row {
            Self::Action(action) => (action.created, false),
            Self::Event(event) => (event.time, true),
        };
        key(self).cmp(&key(other))
    }

    fn id(&self) -> &str {
        match self {
            Self::Action(action) => &action.id,
            Self::Event(event) => &event.id,
        }
    }
}

impl Scheme {
    /// One page of the person's history, newest first: the latest entries, or those before the entry `before`.
    ///
    /// # Errors
    /// `not_found` when `before` is not theirs.
    pub async fn history(
        &self,
        viewer: &Viewer,
        before: Option<&str>,
    ) -> Result<HistoryResponse, Error> {
        let (identity, before) = (viewer.identity.clone(), before.map(str::to_owned));
        let (mut rows, withdrawals, now) = self
            .read(move |tx| {
                let last = match &before {
                    None => None,
                    Some(id) => Some((time_of(tx, id, &identity)?, id.as_str())),
                };
                let rows = page(tx, &identity, last)?;
                Ok((rows, Withdrawals::of(tx, &identity)?, tx.now()?))
            })
            .await?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows.last().filter(|_| more).map(|row| row.id().to_owned());
        let key = self.persons.key(&viewer.identity).await?;
        let entry = |row| match row {
            Row::Action(action) => {
                let summary = self.summary(&action, &withdrawals, now)?;
                Ok(HistoryEntry::Action(summary))
            }
            Row::Event(event) => {
                let told = withdrawals.told(&event.id);
                Ok(HistoryEntry::Event(opened(&event, &key, told)?))
            }
        };
        let entries: Result<_, Error> = rows.into_iter().map(entry).collect();
        Ok(HistoryResponse {
            entries: entries?,
            next,
        })
    }
}

/// The time of an entry of this person.
fn time_of(tx: &mut Tx, id: &str, identity: &IdentityId) -> Result<i64, RuleError> {
    if let Some(action) = ActionId::parse(id) {
        return Ok(of_person(tx, &action, identity)?.created);
    }
    let Some(id) = ReceiptId::parse(id) else {
        refuse!(NotFound);
    };
    match receipt::by_id(tx, &id)? {
        Some(row) if row.identity == *identity && row.action.is_none() => Ok(row.time),
        Some(_) | None => refuse!(NotFound),
    }
}

/// One entry more than a page shows: it says whether there are more.
fn page(
    tx: &mut Tx,
    identity: &IdentityId,
    last: Option<(i64, &str)>,
) -> Result<Vec<Row>, StoreError> {
    let limit = PAGE as i64 + 1;
    let actions = action::of_identity(tx, identity, last, limit)?;
    let events = receipt::events_of_identity(tx, identity, last, limit)?;
    let actions = actions.into_iter().map(|row| Row::Action(Box::new(row)));
    let mut rows: Vec<_> = actions.chain(events.into_iter().map(Row::Event)).collect();
    // A stable sort: at the same time the order is that of the database, which the next page goes on with.
    rows.sort_by(|a, b| b.order(a));
    rows.truncate(PAGE + 1);
    Ok(rows)
}

fn opened(event: &Event, key: &PersonKey, told: Option<Told>) -> Result<EventSummary, Error> {
    let evidence = key.open("receipt/evidence", &event.evidence)?;
    let said: Said =
        serde_json::from_slice(&evidence).map_err(|_| Error::Corrupt("evidence of a receipt"))?;
    let cause = said.cause.as_deref();
    Ok(EventSummary {
        receipt: event.id.to_string(),
        kind: event.kind,
        time: event.time,
        reason: said.reason,
        action: cause.and_then(ActionId::parse).map(String::from),
        bank: said.registrar,
        partner_id: cause.and_then(PartnerId::parse).map(String::from),
        partner: said.partner_name,
        domain: said.partner_domain,
        told: told.map(|told| told.as_str().to_owned()),
    })
}
