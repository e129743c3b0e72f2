//! Keys that partners publish: for how long they are used, and how often they are fetched.

use ipse_protocol::ids::PartnerId;
use ipse_store::partner_keys;
use ipse_store::{StoreError, Tx};

use crate::error::Error;
use crate::scheme::Scheme;

/// For how long fetched keys are used, in milliseconds: a day.
pub const LIFETIME_MS: i64 = 24 * 3_600_000;
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
        let (partner, uri) = (partner.clone(), uri.to_owned());
        let found = self.store.read(move |tx| {
            let now = tx.now()?;
            let found = partner_keys::find(tx, &partner)?;
            Ok(found.filter(|keys| {
                keys.uri == uri
                    && !keys.jwks.is_empty()
                    && is_within(keys.fetched, LIFETIME_MS, now)
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

    /// Keeps the keys (JWK set) that were fetched from `uri`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_keys(
        &self,
        partner: &PartnerId,
        uri: &str,
        jwks: String,
    ) -> Result<(), Error> {
        let (partner, uri) = (partner.clone(), uri.to_owned());
        let kept = self.store.write(move |tx| {
            let now = tx.now()?;
            partner_keys::keep(tx, &partner, &uri, &jwks, now)
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
