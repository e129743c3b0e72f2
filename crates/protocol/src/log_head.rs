//! The signed heads of the log, as a phone holds one against the next (docs/protocol.md §7).

use ipse_jose::{VerifyingKey, jws, strict_json};

use crate::merkle::{self, Hash};
use crate::receipt::{CHECKPOINT_TYP, Checkpoint, Promise};

/// Longest signed head, in bytes.
const MAX_LEN: usize = 4096;
/// How far the clocks of phone and scheme may be apart, in milliseconds: five minutes.
pub const CLOCK_TOLERANCE_MS: i64 = 300_000;

impl Checkpoint {
    /// Reads a head of the log of this origin. `None` for another origin, key or type, and for a head over nothing, which no scheme
    /// signs.
    pub fn read(text: &str, key: &VerifyingKey, origin: &str) -> Option<Self> {
        let parsed = jws::verify(text, MAX_LEN, key, &[CHECKPOINT_TYP]).ok()?;
        let head: Self = strict_json(&parsed.payload).ok()?;
        (head.origin == origin && head.size > 0).then_some(head)
    }
}

impl Promise {
    /// Whether the leaf should have been in the log by now, in milliseconds since 1970 UTC.
    pub fn is_overdue(&self, now: i64) -> bool {
        now > self.by.saturating_add(CLOCK_TOLERANCE_MS)
    }
}

/// How a head relates to the one that a phone remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuity {
    /// There is no head yet, and none is remembered.
    Unsigned,
    /// The first head: the phone starts without memory.
    First,
    /// The log grew, or is the same.
    Continues,
    /// The log is shorter than it was: it forgot entries.
    Forgot,
    /// The log is not the one that the phone remembers: it has other entries.
    Forked,
}

impl Continuity {
    /// Compares a head with the remembered one. `proof` is the consistency proof between the two (RFC 9162 §2.1.4); none proves
    /// nothing.
    pub fn of(
        remembered: Option<&Checkpoint>,
        head: Option<&Checkpoint>,
        proof: Option<&[Hash]>,
    ) -> Self {
        let (old, head) = match (remembered, head) {
            (None, None) => return Self::Unsigned,
            (None, Some(_)) => return Self::First,
            (Some(_), None) => return Self::Forgot,
            (Some(old), Some(head)) => (old, head),
        };
        if head.size < old.size {
            return Self::Forgot;
        }
        let (before, after) = (&old.root.0, &head.root.0);
        let proof = proof.unwrap_or_default();
        if merkle::verify_consistency(old.size, head.size, before, after, proof) {
            Self::Continues
        } else {
            Self::Forked
        }
    }
}

#[cfg(test)]
mod tests {
    use ipse_jose::{SigningKey, jws};

    use super::*;

    const ORIGIN: &str = "https://id.example";

    fn tree(size: u64, of: &str) -> Vec<Hash> {
        let leaf = |n| merkle::leaf_hash(format!("{of} {n}").as_bytes());
        (0..size).map(leaf).collect()
    }

    fn head(leaves: &[Hash]) -> Checkpoint {
        Checkpoint {
            origin: ORIGIN.to_owned(),
            size: leaves.len() as u64,
            root: merkle::root(leaves).into(),
            iat: 1,
        }
    }

    #[test]
    fn t32_a_head_continues_the_remembered_one_or_the_log_forgot_or_forked() {
        let (mine, other) = (tree(9, "leaf"), tree(9, "other"));
        let (five, nine) = (head(&mine[..5]), head(&mine));
        let proof = merkle::consistency_proof(&mine, 5).unwrap();
        let of = |old: Option<&Checkpoint>, new: Option<&Checkpoint>, proof: Option<&[Hash]>| {
            Continuity::of(old, new, proof)
        };
        assert_eq!(of(None, None, None), Continuity::Unsigned);
        assert_eq!(of(None, Some(&nine), None), Continuity::First);
        assert_eq!(
            of(Some(&five), Some(&nine), Some(&proof)),
            Continuity::Continues
        );
        assert_eq!(
            of(Some(&nine), Some(&nine), Some(&[])),
            Continuity::Continues
        );
        assert_eq!(
            of(Some(&nine), Some(&five), Some(&proof)),
            Continuity::Forgot
        );
        assert_eq!(of(Some(&nine), None, None), Continuity::Forgot);
        let forked = head(&other);
        for (old, new) in [(&nine, &forked), (&five, &forked)] {
            assert_eq!(of(Some(old), Some(new), Some(&proof)), Continuity::Forked);
            assert_eq!(of(Some(old), Some(new), Some(&[])), Continuity::Forked);
        }
        for missing in [None, Some(&proof[1..])] {
            assert_eq!(of(Some(&five), Some(&nine), missing), Continuity::Forked);
        }
    }

    #[test]
    fn t32_only_a_signed_head_of_this_log_is_read() {
        let key = SigningKey::generate_es256();
        let sign = |typ: &str, head: &Checkpoint, key: &SigningKey| {
            jws::sign(key, typ, &serde_json::to_vec(head).unwrap()).unwrap()
        };
        let nine = head(&tree(9, "leaf"));
        let read = |text: &str| Checkpoint::read(text, &key.verifying_key(), ORIGIN);
        assert_eq!(read(&sign(CHECKPOINT_TYP, &nine, &key)), Some(nine.clone()));
        let elsewhere = Checkpoint {
            origin: "https://other.example".to_owned(),
            ..nine.clone()
        };
        let empty = Checkpoint {
            size: 0,
            ..nine.clone()
        };
        for refused in [
            sign(CHECKPOINT_TYP, &elsewhere, &key),
            sign(CHECKPOINT_TYP, &empty, &key),
            sign("ipse-promise+jwt", &nine, &key),
            sign(CHECKPOINT_TYP, &nine, &SigningKey::generate_es256()),
            String::new(),
        ] {
            assert_eq!(read(&refused), None, "{refused}");
        }
    }

    #[test]
    fn t32_a_promise_is_overdue_when_the_clocks_cannot_explain_it() {
        let promise = Promise {
            leaf: [0; 32].into(),
            receipt: String::new(),
            by: 1_000_000,
        };
        assert!(!promise.is_overdue(1_000_000 + CLOCK_TOLERANCE_MS));
        assert!(promise.is_overdue(1_000_001 + CLOCK_TOLERANCE_MS));
    }
}
