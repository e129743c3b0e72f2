//! The requests of `docs/protocol.md`, each as a [`Message`] that a phone signs and sends.

use ipse_jose::b64;
use ipse_protocol::code::no_proof_hash;
use ipse_protocol::opaque::{KE1_LEN, REGISTRATION_RECORD_LEN, REGISTRATION_REQUEST_LEN};
use ipse_protocol::terms::{BlockReason, Factor, Obtained, RefusalReason};
use ipse_protocol::transcript::Transcript;
use ipse_protocol::wire::{
    AttemptRequest, BankRequest, BiometricRegistration, BlockRequest, ClaimRequest,
    CodeAnswerRequest, CodeRequest, CompleteRequest, CopiedRequest, EmailAnswerRequest,
    EmailRequest, Empty, EnrolmentRequest, Offer, RecoveryCompleteRequest, RefuseRequest,
    SimAnswerRequest, SimRequest, WrongRequest,
};

use crate::{Approval, Message, Result};

/// §3: begins an enrolment.
///
/// # Errors
/// As [`Message::post`], like all functions of this module.
pub fn enrolment(request: &EnrolmentRequest) -> Result<Message> {
    Message::post("/phone/v1/enrolments", request)
}

/// §3: the state of an enrolment.
#[must_use]
pub fn enrolment_state(enrolment: &str) -> Message {
    Message::get(format!("/phone/v1/enrolments/{enrolment}"))
}

/// §3: has the operator text a secret to the handset.
///
/// # Errors
/// As [`Message::post`].
pub fn enrolment_sim(enrolment: &str) -> Result<Message> {
    Message::post(format!("/phone/v1/enrolments/{enrolment}/sim"), &Empty {})
}

/// §3: the secret from the text message.
///
/// # Errors
/// As [`Message::post`].
pub fn enrolment_sim_answer(enrolment: &str, secret: &str) -> Result<Message> {
    let secret = secret.to_owned();
    Message::post(
        format!("/phone/v1/enrolments/{enrolment}/sim/answer"),
        &SimAnswerRequest { secret },
    )
}

/// §3: the bank that vouches.
///
/// # Errors
/// As [`Message::post`].
pub fn enrolment_bank(enrolment: &str, bank: &str) -> Result<Message> {
    let bank = bank.to_owned();
    Message::post(
        format!("/phone/v1/enrolments/{enrolment}/bank"),
        &BankRequest { bank },
    )
}

/// §3: the options for a biometric credential.
///
/// # Errors
/// As [`Message::post`].
pub fn enrolment_biometric(enrolment: &str) -> Result<Message> {
    Message::post(
        format!("/phone/v1/enrolments/{enrolment}/unlock"),
        &Empty {},
    )
}

/// §3: a blinded code, at `enrolments/E` or `recoveries/R`.
///
/// # Errors
/// As [`Message::post`].
pub fn code(of: &str, registration_request: [u8; REGISTRATION_REQUEST_LEN]) -> Result<Message> {
    Message::post(
        format!("/phone/v1/{of}/code"),
        &CodeRequest {
            registration_request: registration_request.into(),
        },
    )
}

/// §3: the last request of an enrolment.
///
/// # Errors
/// As [`Message::post`].
pub fn complete_enrolment(
    enrolment: &str,
    record: [u8; REGISTRATION_RECORD_LEN],
    terms_version: &str,
    biometric: Option<BiometricRegistration>,
) -> Result<Message> {
    Message::post(
        format!("/phone/v1/enrolments/{enrolment}/complete"),
        &CompleteRequest {
            registration_record: record.into(),
            terms_version: terms_version.to_owned(),
            biometric,
        },
    )
}

/// §3: begins a recovery at a bank.
///
/// # Errors
/// As [`Message::post`].
pub fn recovery(bank: &str) -> Result<Message> {
    let bank = bank.to_owned();
    Message::post("/phone/v1/recoveries", &BankRequest { bank })
}

/// §3: the state of a recovery.
#[must_use]
pub fn recovery_state(recovery: &str) -> Message {
    Message::get(format!("/phone/v1/recoveries/{recovery}"))
}

/// §3: the last request of a recovery.
///
/// # Errors
/// As [`Message::post`].
pub fn complete_recovery(recovery: &str, record: [u8; REGISTRATION_RECORD_LEN]) -> Result<Message> {
    Message::post(
        format!("/phone/v1/recoveries/{recovery}/complete"),
        &RecoveryCompleteRequest {
            registration_record: record.into(),
        },
    )
}

/// §3: has the operator text a secret to the SIM that an enrolled phone wants to connect, of another number if one is given.
///
/// # Errors
/// As [`Message::post`].
pub fn sim(phone_number: Option<&str>) -> Result<Message> {
    let phone_number = phone_number.map(str::to_owned);
    Message::post("/phone/v1/sim", &SimRequest { phone_number })
}

/// §3: the secret from that text message.
///
/// # Errors
/// As [`Message::post`].
pub fn sim_answer(secret: &str) -> Result<Message> {
    let secret = secret.to_owned();
    Message::post("/phone/v1/sim/answer", &SimAnswerRequest { secret })
}

/// §3: has the operator text a secret to the bound SIM, to change the code.
///
/// # Errors
/// As [`Message::post`].
pub fn change_code() -> Result<Message> {
    Message::post("/phone/v1/code", &Empty {})
}

/// §3: a blinded new code.
///
/// # Errors
/// As [`Message::post`].
pub fn change_code_registration(
    registration_request: [u8; REGISTRATION_REQUEST_LEN],
) -> Result<Message> {
    Message::post(
        "/phone/v1/code/registration",
        &CodeRequest {
            registration_request: registration_request.into(),
        },
    )
}

/// §3: the secret from that text message, with the record of the new code.
///
/// # Errors
/// As [`Message::post`].
pub fn change_code_answer(secret: &str, record: [u8; REGISTRATION_RECORD_LEN]) -> Result<Message> {
    Message::post(
        "/phone/v1/code/answer",
        &CodeAnswerRequest {
            secret: secret.to_owned(),
            registration_record: record.into(),
        },
    )
}

/// §3: asks for what the platform needs to make a fingerprint credential, to add it to an enrolled phone.
///
/// # Errors
/// As [`Message::post`].
pub fn add_fingerprint() -> Result<Message> {
    Message::post("/phone/v1/fingerprint/add", &Empty {})
}

/// §3: the credential that was made.
///
/// # Errors
/// As [`Message::post`].
pub fn add_fingerprint_answer(registration: &BiometricRegistration) -> Result<Message> {
    Message::post("/phone/v1/fingerprint/add/answer", registration)
}

/// §3: asks for the action that removes the fingerprint.
///
/// # Errors
/// As [`Message::post`].
pub fn remove_fingerprint() -> Result<Message> {
    Message::post("/phone/v1/fingerprint/remove", &Empty {})
}

/// §3: has a code mailed to an address.
///
/// # Errors
/// As [`Message::post`].
pub fn email(address: &str) -> Result<Message> {
    let address = address.to_owned();
    Message::post("/phone/v1/email", &EmailRequest { address })
}

/// §3: the code of the mail.
///
/// # Errors
/// As [`Message::post`].
pub fn email_answer(secret: &str) -> Result<Message> {
    let secret = secret.to_owned();
    Message::post("/phone/v1/email/answer", &EmailAnswerRequest { secret })
}

/// §3: asks for the action that removes the address.
///
/// # Errors
/// As [`Message::post`].
pub fn remove_email() -> Result<Message> {
    Message::post("/phone/v1/email/remove", &Empty {})
}

/// §5: has an action offered again for which the person adds what was missing.
///
/// # Errors
/// As [`Message::post`].
pub fn renew(action: &str) -> Result<Message> {
    Message::post(format!("/phone/v1/actions/{action}/renew"), &Empty {})
}

/// §5: fetches an image of a view.
#[must_use]
pub fn image(action: &str, digest: &[u8; 32]) -> Message {
    let digest = b64::encode(digest);
    Message::get(format!("/phone/v1/actions/{action}/images/{digest}"))
}

/// §3: asks for a visit to a bank that adds what it has of the person.
///
/// # Errors
/// As [`Message::post`].
pub fn fetch_attributes(bank: &str) -> Result<Message> {
    let bank = bank.to_owned();
    Message::post("/phone/v1/attributes/bank", &BankRequest { bank })
}

/// §4: opens the stream of updates.
#[must_use]
pub fn events() -> Message {
    Message::get("/phone/v1/events")
}

/// §4: blocks the identity.
///
/// # Errors
/// As [`Message::post`].
pub fn block() -> Result<Message> {
    let reason = BlockReason::Person;
    Message::post("/phone/v1/block", &BlockRequest { reason })
}

/// §3: a replaced phone says that its owner did not replace it.
///
/// # Errors
/// As [`Message::post`].
pub fn not_me() -> Result<Message> {
    Message::post("/phone/v1/not-me", &Empty {})
}

/// §2: the answer to the challenge of a request that was too old.
///
/// # Errors
/// As [`Message::post`].
pub fn copied(proof: &str) -> Result<Message> {
    let proof = proof.to_owned();
    Message::post("/phone/v1/copied", &CopiedRequest { proof })
}

/// §4: asks for the action that lifts the person's own block.
///
/// # Errors
/// As [`Message::post`].
pub fn unblock() -> Result<Message> {
    Message::post("/phone/v1/unblock", &Empty {})
}

/// §5: claims the action of a link or QR text, with how the phone got hold of it.
///
/// # Errors
/// As [`Message::post`].
pub fn claim(link: &str, obtained: Obtained) -> Result<Message> {
    let link = link.trim().to_owned();
    Message::post("/phone/v1/actions/claim", &ClaimRequest { link, obtained })
}

/// §5: an action.
#[must_use]
pub fn action(action: &str) -> Message {
    Message::get(format!("/phone/v1/actions/{action}"))
}

/// §6: opens an attempt; `ke1` is OPAQUE's first message, for the factor `code`.
///
/// # Errors
/// As [`Message::post`].
pub fn attempt(offer: &Offer, factor: Factor, ke1: Option<[u8; KE1_LEN]>) -> Result<Message> {
    Message::post(
        format!("/phone/v1/actions/{}/attempt", offer.action),
        &AttemptRequest {
            factor,
            nonce: offer.nonce,
            view_hash: offer.view_hash().into(),
            ke1: ke1.map(Into::into),
        },
    )
}

/// §6: says that the code of an attempt was wrong.
///
/// # Errors
/// As [`Message::post`].
pub fn wrong_code(action: &str, attempt: &str) -> Result<Message> {
    let attempt = attempt.to_owned();
    Message::post(
        format!("/phone/v1/actions/{action}/wrong"),
        &WrongRequest { attempt },
    )
}

/// §6: approves an action.
///
/// # Errors
/// As [`Message::post`].
pub fn approve(action: &str, approval: &Approval) -> Result<Message> {
    Ok(Message::post(
        format!("/phone/v1/actions/{action}/approve"),
        &approval.request,
    )?
    .with_decision(approval.t.0, approval.proof_hash.0))
}

/// §6: refuses an action; the transcript names the sequence of this very request.
///
/// # Errors
/// As [`Message::post`].
pub fn refuse(transcript: &Transcript, reason: RefusalReason) -> Result<Message> {
    let t = transcript.hash();
    Ok(Message::post(
        format!("/phone/v1/actions/{}/refuse", transcript.action),
        &RefuseRequest {
            t: t.into(),
            sequence: transcript.sequence,
            reason,
        },
    )?
    .with_decision(t, no_proof_hash()))
}

/// §6: "this was not me", about an action.
///
/// # Errors
/// As [`Message::post`].
pub fn report(action: &str) -> Result<Message> {
    Message::post(format!("/phone/v1/actions/{action}/report"), &Empty {})
}

/// §6: the browser of an approval may not come back any more.
///
/// # Errors
/// As [`Message::post`].
pub fn stop_returns(action: &str) -> Result<Message> {
    Message::post(
        format!("/phone/v1/actions/{action}/stop-returns"),
        &Empty {},
    )
}

/// `POST …/partners/P/withdraw`.
///
/// # Errors
/// As [`Message::post`].
pub fn withdraw(partner: &str) -> Result<Message> {
    Message::post(format!("/phone/v1/partners/{partner}/withdraw"), &Empty {})
}

/// §4: asks for an action that opens the person's data.
///
/// # Errors
/// As [`Message::post`].
pub fn export() -> Result<Message> {
    Message::post("/phone/v1/export", &Empty {})
}
