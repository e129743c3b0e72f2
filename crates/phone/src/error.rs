//! Errors, each with a stable code: the scheme's (docs/protocol.md §1) and a few of the phone itself.

use std::borrow::Cow;

use ipse_protocol::problem::ProblemCode;
use serde_json::{Map, Value, json};

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Error {
    /// The stable code.
    pub code: Cow<'static, str>,
    /// HTTP status of the scheme's answer; 0 for an error of the phone.
    pub status: u16,
    /// What to do next.
    pub detail: String,
    /// Members that belong to the code, such as `wrong_codes_left`.
    pub members: Map<String, Value>,
}

/// The phone's own codes, with what to do next.
pub(crate) mod local {
    /// Code and advice.
    pub type Local = (&'static str, &'static str);

    pub const OFFLINE: Local = (
        "offline",
        "The scheme does not answer: check the address and try again.",
    );
    pub const ANSWER: Local = (
        "answer_unreadable",
        "The answer is not what the protocol says: check that the address is a scheme's.",
    );
    pub const VIEW: Local = (
        "view_unreadable",
        "What would be shown is not what would be signed; nothing was approved.",
    );
    pub const OUTDATED: Local = (
        "app_outdated",
        "This is for a newer version of the phone; nothing was approved. Update it, then try again.",
    );
    pub const SIM_STATEMENT: Local = (
        "sim_statement_invalid",
        "The operator's statement is not about this action; nothing was approved.",
    );
    pub const PROMISE: Local = (
        "promise_invalid",
        "It was decided, but the scheme's promise to log it does not verify: keep this and ask the scheme.",
    );
    pub const RECEIPT: Local = (
        "receipt_invalid",
        "The receipt does not verify: keep it and ask the scheme.",
    );
    pub const NO_RECEIPT: Local = (
        "receipt_missing",
        "This action has no receipt: it is open, or a block ended it. `ipse phone history` lists all receipts.",
    );
    pub const LOG_FORGOT: Local = (
        "log_forgot",
        "The log is shorter than this phone remembers: the scheme removed entries. Keep log_fault.json and show it to the supervisor.",
    );
    pub const LOG_FORKED: Local = (
        "log_forked",
        "The log is another one than this phone remembers: the scheme changed entries. Keep log_fault.json and show it to the supervisor.",
    );
    pub const LOG_OVERDUE: Local = (
        "log_overdue",
        "The scheme promised to log this and did not. Check the clock of this phone, then keep log_fault.json and show it to the supervisor.",
    );
    pub const NOT_ENROLLED: Local = (
        "not_enrolled",
        "Run `ipse phone enrol` with this --home first.",
    );
    pub const ENROLLED: Local = (
        "phone_in_use",
        "This --home holds an Ipse already: use another folder.",
    );
    pub const STORAGE: Local = (
        "storage_failed",
        "The phone's folder cannot be read or written.",
    );
    pub const CODE: Local = ("code_refused", "Choose another five-digit code.");
    pub const BANK: Local = ("bank_failed", "The bank did not let the customer through.");
    pub const BANK_UNKNOWN: Local = ("bank_unknown", "Choose one of the banks.");
    pub const MESSAGE: Local = (
        "message_missing",
        "No text message with a secret arrived: only the demo's handsets can be read.",
    );
    pub const ADDRESS: Local = ("email_invalid", "Write the e-mail address.");
    pub const MAIL: Local = (
        "mail_missing",
        "No mail with a code arrived: only the demo's mailbox can be read.",
    );
    pub const BIOMETRIC: Local = (
        "unlock_unavailable",
        "This phone has no fingerprint: add one with `ipse phone fingerprint add`.",
    );
    pub const SIGNING: Local = (
        "signing_failed",
        "This machine's cryptographic library failed: try again.",
    );
    pub const FILE_EXISTS: Local = (
        "file_exists",
        "The file exists: choose another name, or use --force.",
    );
    pub const FILE: Local = ("file_unwritable", "The file cannot be written.");
    pub const FACTOR: Local = (
        "factor_not_allowed",
        "This action does not take that factor.",
    );
}

impl Error {
    pub(crate) fn of((code, detail): local::Local) -> Self {
        Error {
            code: code.into(),
            status: 0,
            detail: detail.to_owned(),
            members: Map::new(),
        }
    }

    /// A refusal of the protocol that the phone finds out without asking.
    pub(crate) fn problem(code: ProblemCode) -> Self {
        Error {
            code: code.as_str().into(),
            status: 0,
            detail: code.detail().to_owned(),
            members: Map::new(),
        }
    }

    /// An error of a transport: no answer came.
    #[must_use]
    pub fn offline(reason: impl Into<String>) -> Self {
        Error::of(local::OFFLINE).with("reason", reason.into())
    }

    /// The library did not sign.
    pub(crate) fn signing(error: ipse_jose::Error) -> Self {
        Error::of(local::SIGNING).with("reason", error.to_string())
    }

    pub(crate) fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }

    /// The scheme's refusal (RFC 9457), or an error for an answer that is not one.
    pub(crate) fn from_answer(status: u16, body: &[u8]) -> Self {
        let Ok(Value::Object(mut members)) = serde_json::from_slice(body) else {
            return Error {
                status,
                ..Error::of(if status >= 500 {
                    local::OFFLINE
                } else {
                    local::ANSWER
                })
            };
        };
        let Some(Value::String(code)) = members.remove("code") else {
            return Error {
                status,
                ..Error::of(local::ANSWER)
            };
        };
        let detail = match members.remove("detail") {
            Some(Value::String(detail)) => detail,
            _ => String::new(),
        };
        for standard in ["type", "status", "title"] {
            members.remove(standard);
        }
        Error {
            code: code.into(),
            status,
            detail,
            members,
        }
    }

    /// The error as one JSON object, for scripts.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut out = json!({ "code": self.code, "detail": self.detail });
        if let Value::Object(object) = &mut out {
            if self.status != 0 {
                object.insert("status".into(), self.status.into());
            }
            object.extend(self.members.clone());
        }
        out
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Error::of(local::STORAGE).with("reason", error.to_string())
    }
}
