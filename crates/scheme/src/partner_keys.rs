//! Keys that partners publish: for how long they are used, and how often they are fetched.

use ipse_protocol::ids::PartnerId;
use ipse_store::partner_keys::{self, PartnerKeys};
use ipse_store::{StoreError, Tx};

use crate::error::Error;
use crate::scheme::Scheme;

/// For how long fetched keys are used, in milliseconds: a day.
pub const LIFETIME_MS: i64 = 24 * 3_600_000;
/// For how long they are used for encryption at most, in milliseconds: an hour. A signature of an unknown key announces a change, but
/// nothing announces a new key for encryption.
pub const ENCRYPTION_LIFETIME_MS: i64 = 3_600_000;
/// The least time between two attempts, in milliseconds: a stranger with a wrong assertion can cause one.
pub const PAUSE_MS: i64 = 60_000;

impl Scheme {
    /// The keys (JWK set) that were fetched from `uri` within a day.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn published_keys(
        &self,
        partner: &PartnerId,
        uri: &str,
    ) -> Result<Option<String>, Error> {
        self.kept(partner, uri, |_| LIFETIME_MS).await
    }

    /// The keys (JWK set) that were fetched from `uri` and can still be used for encryption: until their `max-age` is over, an hour at
    /// most, and a minute at least.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keys_for_encryption(
        &self,
        partner: &PartnerId,
        uri: &str,
    ) -> Result<Option<String>, Error> {
        self.kept(partner, uri, |keys| keys.max_age).await
    }

    async fn kept(
        &self,
        partner: &PartnerId,
        uri: &str,
        period: fn(&PartnerKeys) -> i64,
    ) -> Result<Option<String>, Error> {
        let (partner, uri) = (partner.clone(), uri.to_owned());
        let found = self.store.read(move |tx| {
            let now = tx.now()?;
            let found = partner_keys::find(tx, &partner)?;
            Ok(found.filter(|keys| {
                keys.uri == uri
                    && !keys.jwks.is_empty()
                    && is_within(keys.fetched, period(keys), now)
            }))
        });
        Ok(found.await?.map(|keys| keys.jwks))
    }

    /// Whether the keys at `uri` may be fetched now, which is noted: at most once a minute.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin_fetch_of_keys(&self, partner: &PartnerId, uri: &str) -> Result<bool, Error> {
        let (partner, uri) = (partner.clone(), uri.to_owned());
        let begun = self.store.write(move |tx| begin(tx, &partner, &uri));
        Ok(begun.await?)
    }

    /// Keeps the keys (JWK set) that were fetched from `uri`, whose answer had a `max-age` in seconds or none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_keys(
        &self,
        partner: &PartnerId,
        uri: &str,
        jwks: String,
        max_age: Option<u64>,
    ) -> Result<(), Error> {
        let (partner, uri) = (partner.clone(), uri.to_owned());
        let max_age = max_age
            .and_then(|seconds| i64::try_from(seconds).ok())
            .map_or(ENCRYPTION_LIFETIME_MS, |seconds| {
                seconds.saturating_mul(1000)
            })
            .clamp(PAUSE_MS, ENCRYPTION_LIFETIME_MS);
        let kept = self.store.write(move |tx| {
            let now = tx.now()?;
            partner_keys::keep(tx, &partner, &uri, &jwks, max_age, now)
        });
        kept.await?;
        Ok(())
    }
}

fn begin(tx: &mut Tx, partner: &PartnerId, uri: &str) -> Result<bool, StoreError> {
    let now = tx.now()?;
    let known = partner_keys::find(tx, partner)?;
    if known.is_some_and(|keys| keys.uri == uri && is_within(keys.attempted, PAUSE_MS, now)) {
        return Ok(false);
    }
    partner_keys::attempt(tx, partner, uri, now)?;
    Ok(true)
}

/// Whether `now` is less than `period` after `since`.
fn is_within(since: i64, period: i64, now: i64) -> bool {
    now.saturating_sub(since) < period
}
