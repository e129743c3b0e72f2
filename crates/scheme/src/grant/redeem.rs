//! Redeeming an authorization code, and what its access token opens.

use ipse_protocol::ids::{ActionId, PartnerId};
use ipse_protocol::terms::{Factor, KeyKind, Level};
use ipse_protocol::{constant_time_eq, sha256};
use ipse_store::grant::{self, Grant, GrantState, GrantStatus};
use ipse_store::{StoreError, Tx, action};

use super::{action_of, bearer, released_as};
use serde_json::Value;

use crate::error::{Error, RuleError};
use crate::partner::{Evidence, Proof, use_proof, use_up};
use crate::person::PersonKey;
use crate::refusal::{CodeRefusal, LoginError, LoginRefusal};
use crate::request::{ActionRequest, is_own_partner};
use crate::scheme::Scheme;

const SECOND_MS: i64 = 1000;

/// What a code is redeemed for.
pub struct AccessToken {
    /// The token. Only its hash is stored.
    pub token: String,
    /// Its life, in seconds.
    pub seconds: i64,
}

/// What a code is redeemed from.
#[derive(Clone, Debug)]
pub struct Redeemable {
    /// The OpenID Connect request (JSON): redirect URI, code challenge, nonce.
    pub oidc_request: String,
    /// The level reached.
    pub level: Level,
    /// The factor and the kind of device key that the person approved with, as far as that is known.
    pub methods: Option<(Factor, KeyKind)>,
    /// Pairwise subject.
    pub sub: String,
    /// Milliseconds of the approval.
    pub auth_time: i64,
    /// What was shown and approved: names and values, in the order shown.
    pub released: Vec<(String, Value)>,
}

/// What a live access token opens.
#[derive(Clone, Debug)]
pub struct UserInfo {
    /// The partner that holds the token.
    pub partner: PartnerId,
    /// Pairwise subject.
    pub sub: String,
    /// What was shown and approved.
    pub released: Vec<(String, Value)>,
    /// The OpenID Connect request (JSON).
    pub oidc_request: String,
}

impl Scheme {
    /// What a code would be redeemed from, without redeeming it: for a page that must know who approved before it hands
    /// the code out.
    ///
    /// # Errors
    /// [`CodeRefusal::Unknown`].
    pub async fn redeemable(&self, code: &str) -> Result<Redeemable, LoginError> {
        let code = code.to_owned();
        let found = self.store.read(move |tx| by_code(tx, &code)).await?;
        let found = found.ok_or(LoginRefusal::from(CodeRefusal::Unknown))?;
        let key = self.persons.key(&found.grant.identity).await?;
        Ok(Redeemable::of(found, &key)?)
    }

    /// Redeems a code for an access token, once. With a proof, the token is bound to its key. A second use revokes what the first one gave (RFC 6749 §4.1.2). `fits`
    /// says what the OpenID Connect request does not allow; the code can still be redeemed then.
    ///
    /// # Errors
    /// [`LoginRefusal::Code`], [`LoginRefusal::AssertionUsed`], [`LoginRefusal::ProofUsed`]. All use up what is new of the evidence.
    pub async fn redeem(
        &self,
        code: &str,
        partner: &PartnerId,
        evidence: Evidence,
        fits: impl Fn(&str) -> Result<(), &'static str> + Send + 'static,
    ) -> Result<(AccessToken, Redeemable), LoginError> {
        // The person's key comes first: no code is lost to an answer that cannot be given.
        let granted_by = match action_of(code) {
            Some(action) => {
                self.store
                    .read(move |tx| grant::granted_by(tx, &action))
                    .await?
            }
            None => None,
        };
        let key = match granted_by {
            Some(identity) => Some(self.persons.key(&identity).await?),
            None => None,
        };
        let (code, partner) = (code.to_owned(), partner.clone());
        let (secret, life) = (self.random.bytes(), self.config.lifetimes.token);
        let jkt = evidence.proof.as_ref().map(|proof| proof.jkt.clone());
        let bound = jkt.clone();
        let found = self
            .store
            .write_rule(move |tx| {
                use_up(tx, &partner, &evidence)?;
                let new = |action: &ActionId| access_token(action, &secret, bound.as_deref());
                redeem(tx, &code, &new, &partner, life, &fits)
            })
            .await?;
        let access = AccessToken {
            token: access_token(&found.grant.action, &secret, jkt.as_deref()),
            seconds: life / SECOND_MS,
        };
        let key = key.ok_or(LoginRefusal::from(CodeRefusal::Unknown))?;
        Ok((access, Redeemable::of(found, &key)?))
    }

    /// What a live access token opens. One that is bound to a key needs a proof of it, and another takes none.
    ///
    /// # Errors
    /// [`LoginRefusal::TokenInvalid`], [`LoginRefusal::TokenMisfit`], [`LoginRefusal::ProofUsed`].
    pub async fn userinfo(
        &self,
        token: &str,
        proof: Option<Proof>,
    ) -> Result<UserInfo, LoginError> {
        check_binding(bound_to(token), proof.as_ref())?;
        let token = token.to_owned();
        let found = match proof {
            None => self
                .store
                .read(move |tx| live(tx, &token))
                .await?
                .filter(of_partner),
            Some(proof) => {
                let shown = move |tx: &mut Tx| {
                    let found = live(tx, &token)?.filter(of_partner);
                    let found = found.ok_or(LoginRefusal::TokenInvalid)?;
                    use_proof(tx, &found.grant.partner, &proof)?;
                    Ok::<_, RuleError<LoginRefusal>>(found)
                };
                Some(self.store.write_rule(shown).await?)
            }
        };
        let GrantState { grant, request, .. } = found.ok_or(LoginRefusal::TokenInvalid)?;
        let key = self.persons.key(&grant.identity).await?;
        Ok(UserInfo {
            released: released(&grant, &key)?,
            oidc_request: ActionRequest::parse(&request)?
                .oidc_request
                .get()
                .to_owned(),
            partner: grant.partner,
            sub: grant.sub,
        })
    }

    /// Revokes an access token of this partner (RFC 7009). An unknown token is no error, and one that is bound to a key needs no proof.
    ///
    /// # Errors
    /// [`LoginRefusal::AssertionUsed`].
    pub async fn revoke(
        &self,
        token: &str,
        partner: &PartnerId,
        evidence: Evidence,
    ) -> Result<(), LoginError> {
        let (token, partner) = (token.to_owned(), partner.clone());
        Ok(self
            .store
            .write_rule(move |tx| {
                use_up(tx, &partner, &evidence)?;
                let found = by_token(tx, &token)?;
                if let Some(found) = found.filter(|found| found.grant.partner == partner) {
                    grant::revoke(tx, &found.grant.action)?;
                }
                Ok::<_, RuleError<LoginRefusal>>(())
            })
            .await?)
    }
}

impl Redeemable {
    fn of(found: GrantState, key: &PersonKey) -> Result<Self, Error> {
        Ok(Self {
            released: released(&found.grant, key)?,
            oidc_request: ActionRequest::parse(&found.request)?
                .oidc_request
                .get()
                .to_owned(),
            level: found.level,
            methods: found.grant.methods,
            sub: found.grant.sub,
            auth_time: found.grant.auth_time,
        })
    }
}

/// Opens what was shown and approved.
pub(crate) fn released(grant: &Grant, key: &PersonKey) -> Result<Vec<(String, Value)>, Error> {
    let plain = key.open(
        &released_as(&grant.action, &grant.partner, &grant.identity),
        &grant.released,
    )?;
    serde_json::from_slice(&plain).map_err(|_| Error::Corrupt("released attributes"))
}

/// The grant of an authorization code.
pub(crate) fn by_code(tx: &mut Tx, code: &str) -> Result<Option<GrantState>, StoreError> {
    let hash = sha256(code.as_bytes());
    let found = by_bearer(tx, code)?;
    Ok(found.filter(|found| constant_time_eq(&hash, &found.grant.code_hash)))
}

/// The grant of an access token.
fn by_token(tx: &mut Tx, token: &str) -> Result<Option<GrantState>, StoreError> {
    let hash = sha256(token.as_bytes());
    let found = by_bearer(tx, token)?;
    Ok(found.filter(|found| {
        let stored = found.grant.token_hash;
        stored.is_some_and(|stored| constant_time_eq(&hash, &stored))
    }))
}

/// An access token. It names the key to which it is bound: the stored hash covers that, too.
fn access_token(action: &ActionId, secret: &[u8; 32], jkt: Option<&str>) -> String {
    let token = bearer(action, secret);
    match jkt {
        None => token,
        Some(jkt) => format!("{token}.{jkt}"),
    }
}

/// The thumbprint of the key to which a token is bound, as its text says.
fn bound_to(token: &str) -> Option<&str> {
    token.splitn(3, '.').nth(2)
}

/// Whether a token was sent as its binding wants (RFC 9449 §7.1, §7.2).
fn check_binding(bound: Option<&str>, proof: Option<&Proof>) -> Result<(), LoginRefusal> {
    let misfit = match (bound, proof) {
        (None, None) => return Ok(()),
        (Some(jkt), Some(proof)) if jkt == proof.jkt => return Ok(()),
        (Some(_), None) => {
            "the access token is bound to a key: send Authorization: DPoP and a proof"
        }
        (Some(_), Some(_)) => {
            "the access token is bound to another key than that of the DPoP proof"
        }
        (None, Some(_)) => "the access token is bound to no key: send Authorization: Bearer",
    };
    Err(LoginRefusal::TokenMisfit(misfit))
}

/// The grant of an access token that can be used now.
pub(crate) fn live(tx: &mut Tx, token: &str) -> Result<Option<GrantState>, StoreError> {
    let now = tx.now()?;
    let live = |found: &GrantState| {
        found.grant.status == GrantStatus::Redeemed
            && found.grant.token_expires.is_some_and(|end| now < end)
            && found.is_current()
    };
    Ok(by_token(tx, token)?.filter(live))
}

/// Whether it is a partner's: the cookie of a session in which a person looks at their data is no access token.
fn of_partner(found: &GrantState) -> bool {
    !is_own_partner(&found.grant.partner)
}

fn by_bearer(tx: &mut Tx, bearer: &str) -> Result<Option<GrantState>, StoreError> {
    match action_of(bearer) {
        Some(action) => grant::state(tx, &action),
        None => Ok(None),
    }
}

fn redeem(
    tx: &mut Tx,
    code: &str,
    new: &dyn Fn(&ActionId) -> String,
    partner: &PartnerId,
    life: i64,
    fits: &dyn Fn(&str) -> Result<(), &'static str>,
) -> Result<GrantState, RuleError<LoginRefusal>> {
    let found = by_code(tx, code)?.ok_or(CodeRefusal::Unknown)?;
    let grant = &found.grant;
    if grant.partner != *partner {
        return Err(CodeRefusal::Foreign.into());
    }
    ActionRequest::parse(&found.request)
        .map_err(|_| "the request of the code cannot be read")
        .and_then(|request| fits(request.oidc_request.get()))
        .map_err(CodeRefusal::Misfit)?;
    let now = tx.now()?;
    // A code that was used before goes on to the revocation below, however late it comes again.
    if grant.status == GrantStatus::Issued {
        if now >= grant.code_expires {
            return Err(CodeRefusal::Expired.into());
        }
        if !found.is_current() {
            return Err(CodeRefusal::IdentityChanged.into());
        }
        if found.delivered {
            // Somebody put the row back that the grant had before.
            return Err(StoreError::NotAuthentic("access_grant").into());
        }
    }
    let token_hash = sha256(new(&grant.action).as_bytes());
    if !grant::redeem(tx, &grant.action, &token_hash, now + life)? {
        // Used before: somebody has a copy of the code, so nobody keeps what it gave.
        grant::revoke(tx, &grant.action)?;
        return Err(CodeRefusal::Used.into());
    }
    action::deliver(tx, &grant.action)?;
    Ok(found)
}
