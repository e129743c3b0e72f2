//! The types of the protocol that columns hold: closed word lists and ids.

use ipse_protocol::ids::{
    ActionId, AttemptId, DeviceId, EnrolmentId, IdentityId, PartnerId, ReceiptId, RecoveryId,
};
use ipse_protocol::terms::{
    ActionStatus, BlockReason, DeviceStatus, Factor, Flow, IdentityStatus, KeyKind, LeafKind,
    Level, Line, Progress, Readiness, RefusalReason, SimNeed,
};

use crate::text_columns;

text_columns! {
    ActionStatus = "the status of an action",
    BlockReason = "a reason to block",
    DeviceStatus = "the status of a device",
    Factor = "a factor",
    Flow = "a flow",
    IdentityStatus = "the status of an identity",
    KeyKind = "a kind of device key",
    LeafKind = "a kind of leaf",
    Level = "a level",
    Line = "the state of a line",
    Progress = "the progress of an enrolment",
    Readiness = "the readiness of a SIM",
    RefusalReason = "a reason to refuse",
    SimNeed = "a kind of SIM statement",
}

text_columns! {
    ActionId = "an action's id",
    AttemptId = "an attempt's id",
    DeviceId = "a device's id",
    EnrolmentId = "an enrolment's id",
    IdentityId = "an identity's id",
    PartnerId = "a partner's id",
    ReceiptId = "a receipt's id",
    RecoveryId = "a recovery's id",
}
