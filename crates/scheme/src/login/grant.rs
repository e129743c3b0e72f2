//! What an approval gives a partner: one code, redeemed once, for one short access token.

use ipse_jose::b64;
use ipse_protocol::control::{Control, enforced};
use ipse_protocol::{constant_time_eq, sha256, view};
use ipse_store::action::{self, Action};
use ipse_store::partner::{self as partners, Grant, GrantState};
use ipse_store::{StoreError, Tx};

use super::{
    AccessToken, LoginError, Redeemable, SECOND_MS, UserInfo, action_of, authorization_code, bearer,
};
use crate::Scheme;
use crate::action::ActionRequest;
use crate::error::Error;
use crate::partner::{Assertion, spend};
use crate::person::PersonKey;

const RELEASED: &str = "grant/released";

/// A grant that the deciding transaction keeps.
pub(crate) struct PreparedGrant {
    fresh_sub: String,
    released: Vec<u8>,
    code_hash: [u8; 32],
    code_life: i64,
    attributes: String,
}

/// What the approval releases: exactly what the view showed.
pub(crate) fn prepare_grant(
    scheme: &Scheme,
    a: &Action,
    view: &[u8],
    key: &PersonKey,
) -> Result<PreparedGrant, Error> {
    let shown = view::parse(view).map_err(|_| Error::Internal("stored view does not parse"))?;
    let released: Vec<(&str, &str)> = shown
        .attributes
        .iter()
        .map(|a| (a.key.as_str(), a.value.as_str()))
        .collect();
    let names: Vec<&str> = released.iter().map(|(name, _)| *name).collect();
    let plain = serde_json::to_vec(&released).map_err(|_| Error::Internal("released"))?;
    let code = authorization_code(&*scheme.keys, &a.id);
    Ok(PreparedGrant {
        fresh_sub: b64::encode(&ipse_protocol::random::<16>()),
        released: key.seal(RELEASED, &plain)?,
        code_hash: sha256(code.as_bytes()),
        code_life: scheme.config.lifetimes.code,
        attributes: serde_json::to_string(&names).map_err(|_| Error::Internal("names"))?,
    })
}

/// Keeps the grant, and with it the consent, in the deciding transaction.
pub(crate) fn insert_grant(
    tx: &mut Tx,
    prepared: &PreparedGrant,
    a: &Action,
    now: i64,
) -> Result<(), StoreError> {
    let partner = a.partner.as_deref().unwrap_or_default();
    let identity = a.identity.as_deref().unwrap_or_default();
    // Pairwise (OpenID Connect Core §8.1): 128 random bits per identity and partner.
    let realm = if enforced(Control::T39Pairwise) {
        partner
    } else {
        "all"
    };
    let sub = partners::pairwise_sub(tx, identity, realm, &prepared.fresh_sub)?;
    partners::insert_grant(
        tx,
        &Grant {
            action: a.id.clone(),
            partner: partner.to_owned(),
            identity: identity.to_owned(),
            epoch: a.epoch.unwrap_or_default(),
            sub,
            attributes: prepared.attributes.clone(),
            released: prepared.released.clone(),
            status: "issued".into(),
            code_hash: prepared.code_hash.to_vec(),
            code_expires: now + prepared.code_life,
            token_hash: None,
            token_expires: None,
            auth_time: now,
        },
    )
}

impl Scheme {
    /// What a code stands for, without redeeming it: for a face that must know who approved before it hands the code out.
    ///
    /// # Errors
    /// [`LoginError::GrantInvalid`] for a code that was never given.
    pub async fn redeemable(&self, code: &str) -> Result<Redeemable, LoginError> {
        let code = code.to_owned();
        let found = self.store.read(move |tx| by_code(tx, &code)).await?;
        let found = found.ok_or(LoginError::GrantInvalid)?;
        let key = self.persons.key(&found.grant.identity).await?;
        Ok(Redeemable::of(found, &key)?)
    }

    /// Redeems a code, once, for an access token. A second use revokes what the first gave (RFC 6749 §4.1.2). `fits` is asked
    /// whether the face's own words for the request allow it; if not, the code stays as it is.
    ///
    /// # Errors
    /// [`LoginError::GrantInvalid`], [`LoginError::AssertionUsed`]; the assertion is spent by either.
    pub async fn redeem(
        &self,
        code: &str,
        partner: &str,
        assertion: Option<Assertion>,
        fits: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<(AccessToken, Redeemable), LoginError> {
        // The person's key before anything is spent: no code is lost to an answer that cannot be given.
        let key = match self.granted_by(code).await? {
            Some(identity) => Some(self.persons.key(&identity).await?),
            None => None,
        };
        let (code, who) = (code.to_owned(), partner.to_owned());
        let (secret, life) = (ipse_protocol::random(), self.config.lifetimes.token);
        let found = self
            .store
            .write(move |tx| {
                if !spend(tx, &who, assertion.as_ref())? {
                    return Ok(Err(LoginError::AssertionUsed));
                }
                redeem(tx, &code, &secret, &who, life, &fits)
            })
            .await??;
        let access = AccessToken {
            token: bearer(&found.grant.action, &secret),
            seconds: life / SECOND_MS,
        };
        let key = key.ok_or(LoginError::GrantInvalid)?;
        Ok((access, Redeemable::of(found, &key)?))
    }

    async fn granted_by(&self, code: &str) -> Result<Option<String>, Error> {
        let Some(action) = action_of(code).map(str::to_owned) else {
            return Ok(None);
        };
        let read = move |tx: &mut Tx| partners::granted_by(tx, &action);
        Ok(self.store.read(read).await?)
    }

    /// What a live access token opens.
    ///
    /// # Errors
    /// [`LoginError::GrantInvalid`].
    pub async fn userinfo(&self, token: &str) -> Result<UserInfo, LoginError> {
        let token = token.to_owned();
        let found = self
            .store
            .read(move |tx| {
                let now = tx.now()?;
                let live = |found: &GrantState| {
                    found.grant.status == "redeemed"
                        && found.grant.token_expires.is_some_and(|end| now < end)
                        && stands(found)
                };
                Ok(by_token(tx, &token)?.filter(live))
            })
            .await?;
        let GrantState { grant, request, .. } = found.ok_or(LoginError::GrantInvalid)?;
        Ok(UserInfo {
            released: released(&grant, &self.persons.key(&grant.identity).await?)?,
            reply: ActionRequest::parse(&request)?.reply.get().to_owned(),
            partner: grant.partner,
            sub: grant.sub,
        })
    }

    /// Revokes an access token of this partner (RFC 7009); unknown tokens are no error.
    ///
    /// # Errors
    /// [`LoginError::AssertionUsed`].
    pub async fn revoke(
        &self,
        token: &str,
        partner: &str,
        assertion: Option<Assertion>,
    ) -> Result<(), LoginError> {
        let (token, who) = (token.to_owned(), partner.to_owned());
        self.store
            .write(move |tx| {
                if !spend(tx, &who, assertion.as_ref())? {
                    return Ok(Err(LoginError::AssertionUsed));
                }
                let found = by_token(tx, &token)?;
                if let Some(found) = found.filter(|found| found.grant.partner == who) {
                    partners::revoke(tx, &found.grant.action)?;
                }
                Ok(Ok(()))
            })
            .await?
    }
}

impl Redeemable {
    fn of(found: GrantState, key: &PersonKey) -> Result<Self, Error> {
        Ok(Self {
            released: released(&found.grant, key)?,
            reply: ActionRequest::parse(&found.request)?.reply.get().to_owned(),
            level: found.level,
            sub: found.grant.sub,
            auth_time: found.grant.auth_time,
        })
    }
}

/// What was shown and approved, opened.
fn released(grant: &Grant, key: &PersonKey) -> Result<Vec<(String, String)>, Error> {
    let plain = key.open(RELEASED, &grant.released)?;
    serde_json::from_slice(&plain).map_err(|_| Error::Internal("released does not parse"))
}

/// The grant that a code belongs to.
fn by_code(tx: &mut Tx, code: &str) -> Result<Option<GrantState>, StoreError> {
    let hash = sha256(code.as_bytes());
    let found = standing(tx, code)?;
    Ok(found.filter(|found| constant_time_eq(&hash, &found.grant.code_hash)))
}

/// The grant that an access token belongs to.
fn by_token(tx: &mut Tx, token: &str) -> Result<Option<GrantState>, StoreError> {
    let hash = sha256(token.as_bytes());
    let found = standing(tx, token)?;
    Ok(found.filter(|found| {
        let kept = found.grant.token_hash.as_deref();
        kept.is_some_and(|kept| constant_time_eq(&hash, kept))
    }))
}

fn standing(tx: &mut Tx, bearer: &str) -> Result<Option<GrantState>, StoreError> {
    match action_of(bearer) {
        Some(action) => partners::standing(tx, action),
        None => Ok(None),
    }
}

/// Whether the identity still is as it was at the approval.
fn stands(found: &GrantState) -> bool {
    found.unchanged || !enforced(Control::T07SimSwapBlocks)
}

fn redeem(
    tx: &mut Tx,
    code: &str,
    secret: &[u8; 32],
    partner: &str,
    life: i64,
    fits: &dyn Fn(&str) -> bool,
) -> Result<Result<GrantState, LoginError>, StoreError> {
    let Some(found) = by_code(tx, code)? else {
        return Ok(Err(LoginError::GrantInvalid));
    };
    let grant = &found.grant;
    if grant.partner != partner && enforced(Control::T15CodeBinding) {
        return Ok(Err(LoginError::GrantInvalid));
    }
    let asked = ActionRequest::parse(&found.request);
    if !asked.is_ok_and(|asked| fits(asked.reply.get())) {
        return Ok(Err(LoginError::GrantInvalid));
    }
    let now = tx.now()?;
    // A code that was used before goes on to the revocation below, however late it comes again.
    let unused = grant.status == "issued";
    if unused && (now >= grant.code_expires || !stands(&found)) {
        return Ok(Err(LoginError::GrantInvalid));
    }
    let token_hash = sha256(bearer(&grant.action, secret).as_bytes());
    if !partners::redeem(tx, &grant.action, &token_hash, now + life)? {
        // Used before: somebody has a copy, so nobody keeps what it gave.
        partners::revoke(tx, &grant.action)?;
        return Ok(Err(LoginError::GrantInvalid));
    }
    action::deliver(tx, &grant.action, "approved")?;
    Ok(Ok(found))
}
