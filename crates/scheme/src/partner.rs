//! Partners: who may ask, and the proof that they ask only once.

use ipse_protocol::control::{Control, enforced};
use ipse_protocol::sha256;
use ipse_store::{StoreError, Tx, partner};

use crate::Scheme;
use crate::error::Error;

/// How far the clocks of nodes and database may be apart.
const CLOCKS_MS: i64 = 300_000;

/// A client assertion whose signature and claims verified; its `jti` serves once.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// `jti`.
    pub jti: String,
    /// `exp`, seconds.
    pub expires: i64,
}

/// Spends an assertion; false when it was used before.
///
/// # Errors
/// When the store fails.
pub fn spend(
    tx: &mut Tx,
    partner: &str,
    assertion: Option<&Assertion>,
) -> Result<bool, StoreError> {
    let Some(assertion) = assertion else {
        return Ok(true);
    };
    // Remembered a while longer than it is good: who judged it may have another clock than who forgets it.
    let until = assertion
        .expires
        .saturating_mul(1000)
        .saturating_add(CLOCKS_MS);
    let fresh = partner::spend_jti(tx, partner, &sha256(assertion.jti.as_bytes()), until)?;
    Ok(fresh || !enforced(Control::T19JtiOnce))
}

impl Scheme {
    /// The registration (JSON) of an active partner.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn registration(&self, id: &str) -> Result<Option<String>, Error> {
        if !ipse_protocol::ids::valid(ipse_protocol::ids::PARTNER, id) {
            return Ok(None);
        }
        let id = id.to_owned();
        Ok(self.store.read(move |tx| partner::by_id(tx, &id)).await?)
    }

    /// Spends an assertion on its own, for a request that is refused for another reason.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn spend_assertion(
        &self,
        partner: &str,
        assertion: Assertion,
    ) -> Result<bool, Error> {
        let partner = partner.to_owned();
        Ok(self
            .store
            .write(move |tx| spend(tx, &partner, Some(&assertion)))
            .await?)
    }
}
