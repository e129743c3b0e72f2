//! §4: the history of a person.

use serde::{Deserialize, Serialize};

use super::ActionSummary;
use crate::terms::LeafKind;

/// `GET /phone/v1/history`, newest first: the latest entries, or with `?before=ID` those before an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryResponse {
    /// One page.
    pub entries: Vec<HistoryEntry>,
    /// Id of the last entry, with which the next page is fetched; none on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One entry of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "lowercase")]
pub enum HistoryEntry {
    /// An action, whatever became of it.
    Action(ActionSummary),
    /// What is no action.
    Event(EventSummary),
}

impl HistoryEntry {
    /// Its id: that of the action or of the receipt.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Action(action) => &action.id,
            Self::Event(event) => &event.receipt,
        }
    }

    /// When the action was created or the event happened, in milliseconds since 1970 UTC.
    #[must_use]
    pub fn time(&self) -> i64 {
        match self {
            Self::Action(action) => action.created,
            Self::Event(event) => event.time,
        }
    }
}

/// What happened without an action. It has a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSummary {
    /// Receipt id.
    pub receipt: String,
    /// What happened: the kind of the leaf.
    pub kind: LeafKind,
    /// When, in milliseconds since 1970 UTC.
    pub time: i64,
    /// Why, such as the reason of a block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The action that the person reported, if that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Name of the bank that vouched for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// Id of the partner that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<String>,
    /// Its domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Whether the partner was told of a withdrawal: `untold` (it wants no events), `waiting`, `accepted`, `refused` or `expired`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
}
