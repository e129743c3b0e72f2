//! Errors of the phone API and the registrar callbacks: `application/problem+json` (RFC 9457) with a closed list of stable
//! codes (docs/protocol.md §1).

use serde::Serialize;
use serde_json::{Map, Value};

use crate::json;

/// Media type of a serialized [`Problem`].
pub const CONTENT_TYPE: &str = "application/problem+json";

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal, $detail:literal;)*) => {
        /// The stable codes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemCode { $($(#[$doc])* $name,)* }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &'static [ProblemCode] = &[$(ProblemCode::$name,)*];

            /// The code on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(ProblemCode::$name => $code,)* }
            }

            /// The HTTP status of the code.
            pub const fn status(self) -> u16 {
                match self { $(ProblemCode::$name => $status,)* }
            }

            /// A short English title.
            pub const fn title(self) -> &'static str {
                match self { $(ProblemCode::$name => $title,)* }
            }

            /// What to do next, in English.
            pub const fn detail(self) -> &'static str {
                match self { $(ProblemCode::$name => $detail,)* }
            }

            /// Reads a code.
            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(ProblemCode::$name),)* _ => None }
            }
        }
    };
}

codes! {
    /// Not the JSON that the endpoint expects.
    MalformedRequest = "malformed_request", 400, "The request is malformed",
        "Send the JSON that docs/protocol.md describes for this call.";
    /// The body is longer than the limit.
    TooLarge = "too_large", 413, "The request is too large", "Send at most 64 KiB.";
    /// The body is not JSON.
    UnsupportedMediaType = "unsupported_media_type", 415, "The media type is not supported",
        "Send content-type: application/json.";
    /// The device signature is missing, malformed or wrong.
    DeviceSignatureInvalid = "device_signature_invalid", 401, "The device signature is not valid",
        "Sign the request with the key of an enrolled device.";
    /// The device was suspended.
    DeviceSuspended = "device_suspended", 401, "This device is suspended",
        "Enrol this phone again through your bank.";
    /// Another phone took the place of this one.
    DeviceReplaced = "device_replaced", 401, "Another phone has taken the place of this one",
        "If that was not you, say so in the app. Otherwise use the new phone.";
    /// A used sequence was sent with other bytes.
    DeviceCopied = "device_copied", 409, "This device seems to have been copied",
        "The device is suspended. Enrol this phone again through your bank.";
    /// The sequence was skipped, or is too far ahead.
    SequenceStale = "sequence_stale", 409, "The sequence is too low", "Send the next one.";
    /// The sequence is older than those that are kept.
    SequenceBehind = "sequence_behind", 409, "The sequence is too old",
        "If this phone did not send the newest sequence itself, sign the challenge.";
    /// The identity is suspended.
    IdentityBlocked = "identity_blocked", 403, "This Ipse is blocked",
        "Open the app: it says why and how to lift the block.";
    /// There is no such object, or it belongs to another person.
    NotFound = "not_found", 404, "There is no such thing", "Check the id; it may not be yours.";
    /// The action has expired.
    ActionExpired = "action_expired", 410, "The time for this has run out",
        "Go back to the site and start again.";
    /// The action is decided or cancelled.
    ActionClosed = "action_closed", 410, "This has already been decided",
        "Go back to the site and start again if you still want it.";
    /// The QR text is too old.
    LinkStale = "link_stale", 410, "The QR code is too old", "Scan the page again.";
    /// The requested level needs a QR code that the app's own camera read.
    ScanRequired = "scan_required", 403, "This must be scanned with the app",
        "Scan the QR code of the sign-in page with the camera of the Ipse app.";
    /// Not an Ipse link.
    LinkInvalid = "link_invalid", 400, "This is not an Ipse link",
        "Scan the QR code of an Ipse sign-in page.";
    /// Another phone claimed the action.
    AlreadyClaimed = "already_claimed", 409, "Another phone was first",
        "If that was not you, cancel on the site and start again.";
    /// The view hash is not the hash of the view that was shown.
    ViewChanged = "view_changed", 409, "What was shown has changed", "Open the request again and read it.";
    /// Another attempt is open for this identity.
    AttemptOpen = "attempt_open", 409, "Another approval is under way",
        "Finish or refuse the other one first.";
    /// There is no such open attempt.
    AttemptUnknown = "attempt_unknown", 409, "There is no such open attempt", "Enter the code again.";
    /// The code was wrong.
    CodeWrong = "code_wrong", 401, "The code is wrong",
        "Try again with care; after three wrong codes your Ipse is blocked.";
    /// The last message, the code proof or the WebAuthn assertion does not verify.
    ProofInvalid = "proof_invalid", 401, "The approval does not verify", "Try again.";
    /// The phone has a fingerprint already.
    FingerprintExists = "fingerprint_exists", 409, "This phone has a fingerprint already",
        "Remove it first if you want another one.";
    /// The phone has no fingerprint.
    FingerprintMissing = "fingerprint_missing", 409, "This phone has no fingerprint", "There is nothing to remove.";
    /// The operator does not answer.
    SimUnavailable = "sim_unavailable", 503, "The operator does not answer",
        "Try again in a moment; nothing was spent.";
    /// The action needs a connected SIM.
    SimNotReady = "sim_not_ready", 403, "This needs a connected SIM", "Connect your SIM in the app first.";
    /// The statement is about another SIM, or the SIM has changed.
    SimMismatch = "sim_mismatch", 403, "The SIM is not the one that was connected",
        "Connect your new SIM in the app.";
    /// Two operators claim the phone number.
    NumberDisputed = "number_disputed", 409, "Two operators say that this phone number is theirs",
        "Ask your operator. Until they agree, use another phone number.";
    /// The typed secret is wrong.
    SimSecretWrong = "sim_secret_wrong", 400, "The secret from the message is wrong",
        "Type the six digits of the newest message.";
    /// Not an e-mail address that mail can be sent to.
    EmailInvalid = "email_invalid", 400, "This is not an e-mail address",
        "Check the address and send it as name@domain.";
    /// The typed code of a mail is wrong.
    EmailCodeWrong = "email_code_wrong", 400, "The code from the mail is wrong",
        "Type the six digits of the newest mail.";
    /// There is no address to remove.
    EmailMissing = "email_missing", 409, "There is no e-mail address", "There is nothing to remove.";
    /// No mail can be sent now, or to this address.
    EmailUnavailable = "email_unavailable", 503, "The mail could not be sent",
        "Check the address, then try again in a moment.";
    /// This person has an Ipse already.
    AlreadyEnrolled = "already_enrolled", 409, "You have an Ipse already",
        "Use the phone that has it, or recover it through your bank.";
    /// The identity changed meanwhile.
    EpochChanged = "epoch_changed", 409, "Something changed meanwhile", "Start again.";
    /// The device or the flow does not allow the requested level.
    LevelNotAllowed = "level_not_allowed", 403, "This cannot be done this way",
        "Scan the QR code, or use the button on the device of the browser.";
    /// The bank's answer does not verify.
    RegistrarFailed = "registrar_failed", 502, "The bank's answer does not verify",
        "Try again, or choose another bank.";
    /// Another browser began the action.
    WrongBrowser = "wrong_browser", 403, "This is another browser than the one that began",
        "Continue in the browser where you started.";
    /// The bank vouched for another person.
    PersonMismatch = "person_mismatch", 403, "The bank vouched for another person",
        "Sign in at the bank as the owner of this Ipse.";
    /// The bank verified less than is needed.
    AssuranceInsufficient = "assurance_insufficient", 403, "The bank verified too little",
        "Let your bank check your identity card, or choose another bank.";
    /// The identity was suspended after the bank vouched.
    ProofingStale = "proofing_stale", 403, "This Ipse was blocked after the bank vouched",
        "Sign in at your bank once more.";
    /// The database is busy.
    Busy = "busy", 503, "The service is busy", "Try again in a moment.";
    /// The wall clock cannot be trusted.
    ClockDisagrees = "clock_disagrees", 503, "The clock of the service is not right",
        "Try again in ten minutes. Nothing was decided.";
    /// The caller must wait.
    TooManyRequests = "too_many_requests", 429, "Too many requests", "Wait a little, then try again.";
    /// The service has a fault.
    Internal = "internal", 500, "The service has a fault", "Try again later; nothing was decided.";
}

impl std::fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal with its stable code, ready to be serialized.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}: {}", code.as_str(), code.title())]
pub struct Problem {
    /// The stable code.
    pub code: ProblemCode,
    /// Further members for this code, such as `wrong_codes_left`.
    pub extra: Map<String, Value>,
}

impl Problem {
    /// A problem without further members.
    pub fn new(code: ProblemCode) -> Self {
        Problem {
            code,
            extra: Map::new(),
        }
    }

    /// Adds a member.
    ///
    /// # Panics
    /// In a debug build, for a member that every problem has: strict parsers refuse a body with a repeated member.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        debug_assert!(
            !STANDARD.contains(&member),
            "`{member}` is a member of every problem"
        );
        self.extra.insert(member.to_owned(), value.into());
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.code.status()
    }

    /// The body.
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self)
    }
}

impl From<ProblemCode> for Problem {
    fn from(code: ProblemCode) -> Self {
        Problem::new(code)
    }
}

const STANDARD: [&str; 5] = ["type", "status", "code", "title", "detail"];

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    status: u16,
    code: &'static str,
    title: &'static str,
    detail: &'static str,
    #[serde(flatten)]
    extra: &'a Map<String, Value>,
}

impl Serialize for Problem {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Body {
            kind: "about:blank",
            status: self.code.status(),
            code: self.code.as_str(),
            title: self.code.title(),
            detail: self.code.detail(),
            extra: &self.extra,
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_has_its_further_members() {
        let problem = Problem::new(ProblemCode::CodeWrong)
            .with("wrong_codes_left", 2)
            .with("blocked", false);
        let json: Value = serde_json::from_slice(&problem.to_bytes()).unwrap();
        assert_eq!(json["type"], "about:blank");
        assert_eq!(json["status"], 401);
        assert_eq!(json["code"], "code_wrong");
        assert_eq!(json["wrong_codes_left"], 2);
        assert_eq!(json["blocked"], false);
    }

    #[test]
    #[should_panic(expected = "member of every problem")]
    fn a_member_of_every_problem_cannot_be_added() {
        let _ = Problem::new(ProblemCode::ActionClosed).with("status", "approved");
    }

    /// The description of the protocol lists the same codes with the same status.
    #[test]
    fn every_code_is_in_the_protocol_description() {
        let page = include_str!("../../../docs/protocol.md");
        for code in ProblemCode::ALL {
            let row = format!("| {} | `{}` |", code.status(), code.as_str());
            assert!(page.contains(&row), "docs/protocol.md lacks {row}");
            assert_eq!(ProblemCode::parse(code.as_str()), Some(*code));
        }
    }
}
