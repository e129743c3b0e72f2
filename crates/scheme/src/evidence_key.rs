//! Published keys of evidence: those of confirmation objects, which are never among the keys of ID tokens, and those of the log. They
//! stay published for ten years after their last use.

use ipse_store::evidence_key::{self, EvidencePurpose};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::Error;
use crate::scheme::Scheme;

/// For how long a key is published after its last use, in milliseconds: ten years, with a leap day more than there can be.
const PUBLISHED_MS: i64 = (10 * 365 + 3) * 24 * 60 * 60 * 1000;

/// A published key of evidence.
#[derive(Serialize)]
pub struct PublishedKey {
    /// What it signs: `confirmation` or `log`.
    pub purpose: &'static str,
    /// The public key.
    pub jwk: Box<RawValue>,
    /// Since when it signs, in seconds since 1970 UTC.
    pub from: i64,
    /// Until when it signed; null while it does.
    pub until: Option<i64>,
    /// From when on it counts no more, unless a head of the log from before covers the leaf; null for a key that counts.
    pub revoked: Option<i64>,
}

impl Scheme {
    /// Notes which keys of evidence sign from now on. At the start, before anything is signed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin_evidence_keys(&self) -> Result<(), Error> {
        let key = |jwk: ipse_jose::Jwk| -> Result<(String, String), Error> {
            let kid = jwk.kid.clone().ok_or(Error::Internal("a key without id"))?;
            let text = serde_json::to_string(&jwk)
                .map_err(|_| Error::Internal("a public key does not serialize"))?;
            Ok((kid, text))
        };
        let (kid, jwk) = key(self.evidence.public_jwk())?;
        let (log_kid, log_jwk) = key(self.log_key())?;
        self.store
            .write(move |tx| {
                let now = tx.now()?;
                evidence_key::begin(tx, &kid, EvidencePurpose::Confirmation, &jwk, now)?;
                evidence_key::begin(tx, &log_kid, EvidencePurpose::Log, &log_jwk, now)
            })
            .await?;
        Ok(())
    }

    /// The keys of evidence that sign, or did in the last ten years.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn evidence_keys(&self) -> Result<Vec<PublishedKey>, Error> {
        let found = self
            .store
            .read(|tx| {
                let since = tx.now()? - PUBLISHED_MS;
                evidence_key::used_after(tx, since)
            })
            .await?;
        found
            .into_iter()
            .map(|key| {
                Ok(PublishedKey {
                    purpose: key.purpose.as_str(),
                    jwk: RawValue::from_string(key.jwk)
                        .map_err(|_| Error::Corrupt("a key of evidence"))?,
                    from: key.first_used / 1000,
                    until: key.last_used.map(|time| time / 1000),
                    revoked: key.revoked.map(|time| time / 1000),
                })
            })
            .collect()
    }
}
