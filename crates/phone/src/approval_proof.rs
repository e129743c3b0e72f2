//! An approval with the proof of its factor (protocol §6).

use ipse_protocol::bytes::B32;
use ipse_protocol::code::{biometric_proof_hash, code_proof, proof_hash};
use ipse_protocol::opaque::{KE3_LEN, LoginFinished};
use ipse_protocol::transcript::Transcript;
use ipse_protocol::view::Chosen;
use ipse_protocol::wire::{ApproveRequest, Assertion};

/// An approval with its proof, ready to be signed. It tells nothing of the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The body.
    pub request: ApproveRequest,
    /// Transcript hash, T.
    pub t: B32,
    /// Proof hash, H.
    pub proof_hash: B32,
}

impl Approval {
    /// An approval with a code that OPAQUE found right.
    #[must_use]
    pub fn with_code(attempt: &str, transcript: &Transcript, login: &LoginFinished) -> Self {
        let t = transcript.hash();
        Self::with_code_proof(attempt, t, login.ke3, code_proof(&login.session_key, &t))
    }

    /// As [`Approval::with_code`], from OPAQUE's last message and a code proof over any transcript.
    #[must_use]
    pub fn with_code_proof(
        attempt: &str,
        t: [u8; 32],
        ke3: [u8; KE3_LEN],
        proof: [u8; 32],
    ) -> Self {
        Approval {
            request: ApproveRequest {
                attempt: attempt.to_owned(),
                t: t.into(),
                ke3: Some(ke3.into()),
                code_proof: Some(proof.into()),
                assertion: None,
                choices: Vec::new(),
            },
            t: t.into(),
            proof_hash: proof_hash(&ke3, &proof).into(),
        }
    }

    /// An approval with a fingerprint.
    #[must_use]
    pub fn with_biometric(attempt: &str, transcript: &Transcript, assertion: Assertion) -> Self {
        let t = transcript.hash();
        let proof_hash = biometric_proof_hash(
            &assertion.authenticator_data.0,
            &assertion.client_data.0,
            &assertion.signature.0,
        );
        Approval {
            request: ApproveRequest {
                attempt: attempt.to_owned(),
                t: t.into(),
                ke3: None,
                code_proof: None,
                assertion: Some(assertion),
                choices: Vec::new(),
            },
            t: t.into(),
            proof_hash: proof_hash.into(),
        }
    }

    /// The approval with what the person chose, which its transcript covers.
    #[must_use]
    pub fn choosing(mut self, chosen: Vec<Chosen>) -> Self {
        self.request.choices = chosen;
        self
    }
}
