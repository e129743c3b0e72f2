//! The five-digit code: which codes are refused (docs/protocol.md §3), and the proofs of a code (§6).

use crate::crypto::{hmac_sha256, sha256, sha256_parts};

/// The number of digits of a code.
pub const LEN: usize = 5;

/// What an attacker may know about the person.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hints<'a> {
    /// Phone number, E.164.
    pub phone_number: Option<&'a str>,
    /// Birth date, ISO 8601.
    pub birth_date: Option<&'a str>,
}

/// Why a code is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeProblem {
    /// Not exactly five ASCII digits.
    #[error("a code is exactly five digits")]
    Length,
    /// All digits are the same.
    #[error("all digits are the same")]
    SameDigits,
    /// Each digit is one more, or one less, than the digit before it.
    #[error("the digits are in sequence")]
    Sequence,
    /// A palindrome or a repeated pair.
    #[error("the digits make a pattern")]
    Pattern,
    /// The last five digits of the phone number.
    #[error("the code is the end of the phone number")]
    PhoneNumber,
    /// The year of birth and one digit.
    #[error("the code contains the year of birth")]
    BirthDate,
}

impl CodeProblem {
    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            CodeProblem::Length => "length",
            CodeProblem::SameDigits => "same_digits",
            CodeProblem::Sequence => "sequence",
            CodeProblem::Pattern => "pattern",
            CodeProblem::PhoneNumber => "phone_number",
            CodeProblem::BirthDate => "birth_date",
        }
    }
}

/// Checks a new code. Only the phone can do this, since the code never leaves it.
///
/// # Errors
/// The first problem, in the order of [`CodeProblem`].
pub fn check(code: &str, hints: &Hints<'_>) -> Result<(), CodeProblem> {
    let digits = code.as_bytes();
    if digits.len() != LEN || !digits.iter().all(u8::is_ascii_digit) {
        return Err(CodeProblem::Length);
    }
    let steps = |by: u8| digits.windows(2).all(|w| (w[1] + 10 - w[0]) % 10 == by);
    if steps(0) {
        return Err(CodeProblem::SameDigits);
    }
    if steps(1) || steps(9) {
        return Err(CodeProblem::Sequence);
    }
    // The repeated pair `ababa` is a palindrome too.
    if digits[0] == digits[4] && digits[1] == digits[3] {
        return Err(CodeProblem::Pattern);
    }
    if let Some(number) = hints.phone_number {
        let tail: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
        if tail.ends_with(digits) {
            return Err(CodeProblem::PhoneNumber);
        }
    }
    if let Some(year) = hints.birth_date.and_then(|date| date.get(..4))
        && year.bytes().all(|b| b.is_ascii_digit())
        && (code.starts_with(year) || code.ends_with(year))
    {
        return Err(CodeProblem::BirthDate);
    }
    Ok(())
}

/// `HMAC-SHA256(session key, "ipse/code-proof/1" || T)`: proves the code for exactly this transcript.
pub fn code_proof(session_key: &[u8], t: &[u8; 32]) -> [u8; 32] {
    hmac_sha256(session_key, &[b"ipse/code-proof/1", t])
}

/// Proof hash of an approval with the code: `SHA256(KE3 || code proof)`.
pub fn proof_hash(ke3: &[u8], code_proof: &[u8; 32]) -> [u8; 32] {
    sha256_parts(&[ke3, code_proof])
}

/// Proof hash of an approval with biometrics: `SHA256(authenticatorData || clientDataJSON || signature)`.
pub fn biometric_proof_hash(
    authenticator_data: &[u8],
    client_data: &[u8],
    signature: &[u8],
) -> [u8; 32] {
    sha256_parts(&[authenticator_data, client_data, signature])
}

/// Proof hash of a refusal, which has no proof: `SHA256("")`.
pub fn no_proof_hash() -> [u8; 32] {
    sha256(b"")
}
