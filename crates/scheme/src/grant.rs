//! Grants: an approval gives a partner one authorization code, and the code is redeemed for one short access token.

mod redeem;

use ipse_jose::b64;
use ipse_keys::KeyStore;
use ipse_protocol::ids::{ActionId, IdentityId, PartnerId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::{sha256, view};
use ipse_store::action::{Action, Claim};
use ipse_store::grant::{self, Grant, GrantStatus};
use serde_json::Value;

use crate::effect::{Approval, Effect};
use crate::error::Error;
use crate::person::PersonKey;
use crate::request::ActionRequest;
use crate::scheme::Scheme;
use crate::{given, share};

pub use redeem::{AccessToken, Redeemable, UserInfo};
pub(crate) use redeem::{by_code, live, released};

/// The purpose under which the released attributes of a grant are sealed: they open for this action, partner and person only.
fn released_as(action: &ActionId, partner: &PartnerId, identity: &IdentityId) -> String {
    format!("grant/released/2|{action}|{partner}|{identity}")
}

/// Prepares the grant of an approval: it releases exactly what the view showed.
pub(crate) fn prepare(scheme: &Scheme, approval: &Approval<'_>) -> Result<Effect, Error> {
    let (action, claim) = (approval.action, approval.claim);
    let partner = action
        .partner
        .clone()
        .ok_or(Error::Corrupt("action of a partner without one"))?;
    let shown = view::parse(approval.view).map_err(|_| Error::Corrupt("view of an action"))?;
    let request = ActionRequest::parse(&action.request)?;
    // Claims that were made before an update to this version have nothing to give: the person has to begin again.
    let given = claim.given.as_ref().ok_or(ProblemCode::ActionExpired)?;
    let given = given::open(approval.key, &action.id, given)?;
    let released = share::released(&shown, approval.choices, &request, &given)?;
    let names: Vec<String> = released.names().into_iter().map(str::to_owned).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (names, released) = sealed(
        approval.key,
        &action.id,
        &partner,
        &claim.identity,
        &names,
        &released.into_values(),
    )?;
    let sector = sector(&request, &partner);
    let code = authorization_code(&*scheme.keys, &action.id);
    // 128 random bits per identity and sector.
    let fresh_sub = b64::encode(&scheme.random.bytes::<16>());
    let code_life = scheme.config.lifetimes.code;
    let prepared = Grant {
        action: action.id.clone(),
        partner,
        identity: claim.identity.clone(),
        epoch: claim.epoch,
        sub: fresh_sub,
        attributes: names,
        released,
        status: GrantStatus::Issued,
        code_hash: sha256(code.as_str().as_bytes()),
        code_expires: 0,
        token_hash: None,
        token_expires: None,
        auth_time: 0,
        methods: Some(approval.methods),
    };
    Ok(Box::new(move |tx, now| {
        let mut row = prepared.clone();
        row.sub = grant::pairwise_sub(tx, &row.identity, &sector, &prepared.sub)?;
        row.code_expires = now + code_life;
        row.auth_time = now;
        grant::insert(tx, &row)
    }))
}

/// Clients of one sector know the person under the same name (OpenID Connect Core §8.1).
fn sector(request: &ActionRequest<'_>, partner: &PartnerId) -> String {
    match &request.sector {
        Some(sector) => sector.to_string(),
        None => partner.to_string(),
    }
}

/// The name under which the partner of an action knows a person, for evidence that names them. It never changes, so it is known
/// before the transaction that decides.
pub(crate) async fn subject(
    scheme: &Scheme,
    action: &Action,
    identity: &IdentityId,
) -> Result<String, Error> {
    let partner = action
        .partner
        .as_ref()
        .ok_or(Error::Corrupt("action of a partner without one"))?;
    let sector = sector(&ActionRequest::parse(&action.request)?, partner);
    let (identity, fresh) = (identity.clone(), b64::encode(&scheme.random.bytes::<16>()));
    Ok(scheme
        .store
        .write(move |tx| grant::pairwise_sub(tx, &identity, &sector, &fresh))
        .await?)
}

/// A grant that gives again what an earlier one gave.
pub(crate) struct Repeated {
    pub(crate) grant: Grant,
    released: Vec<(String, Value)>,
}

impl Repeated {
    /// Names of what is given again.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.released.iter().map(|(name, _)| &**name).collect()
    }
}

/// Prepares the grant of an action that repeats an earlier one, as far as it is requested again. Time and factors are those of the
/// approval.
pub(crate) fn repeat(
    scheme: &Scheme,
    earlier: &Grant,
    key: &PersonKey,
    action: &ActionId,
    requested: &[&str],
) -> Result<Repeated, Error> {
    let mut released = redeem::released(earlier, key)?;
    released.retain(|(name, _)| requested.contains(&name.as_str()));
    let names: Vec<&str> = released.iter().map(|(name, _)| &**name).collect();
    let (names, sealed) = sealed(
        key,
        action,
        &earlier.partner,
        &earlier.identity,
        &names,
        &released,
    )?;
    let code = authorization_code(&*scheme.keys, action);
    let grant = Grant {
        action: action.clone(),
        attributes: names,
        released: sealed,
        status: GrantStatus::Issued,
        code_hash: sha256(code.as_str().as_bytes()),
        code_expires: 0,
        token_hash: None,
        token_expires: None,
        ..earlier.clone()
    };
    Ok(Repeated { grant, released })
}

/// The names, and what is released, as a grant keeps them.
fn sealed<T: serde::Serialize>(
    key: &PersonKey,
    action: &ActionId,
    partner: &PartnerId,
    identity: &IdentityId,
    names: &[&str],
    released: &T,
) -> Result<(String, Vec<u8>), Error> {
    let plain = serde_json::to_vec(released)
        .map_err(|_| Error::Internal("released attributes do not serialize"))?;
    let names = serde_json::to_string(names)
        .map_err(|_| Error::Internal("names of attributes do not serialize"))?;
    let sealed = key.seal(&released_as(action, partner, identity), &plain)?;
    Ok((names, sealed))
}

/// Where a phone sends the person on the same device: back to the browser that began, which must show its cookie
/// (protocol §6).
pub(crate) fn return_url(scheme: &Scheme, action: &Action, claim: &Claim) -> Option<String> {
    claim.returns().then(|| {
        let token = return_token(&*scheme.keys, &action.id);
        format!("{}/return/{token}", scheme.config.issuer)
    })
}

/// The token of [`return_url`]: bound to the action, and worthless without the cookie of the browser.
pub(crate) fn return_token(keys: &dyn KeyStore, action: &ActionId) -> String {
    format!(
        "{action}.{}",
        b64::encode(&keys.mac("link/return/1", action.as_bytes())[..16])
    )
}

/// An authorization code (RFC 6749 §4.1.2). Only its hash is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationCode(String);

impl AuthorizationCode {
    /// The code in clear, for the redirect to the partner.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The code is a secret: it is not printed.
impl std::fmt::Debug for AuthorizationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthorizationCode")
    }
}

/// The authorization code of an approved action. It is derived, so that a reload of the page gives the same code, which
/// can be redeemed only once all the same.
pub(crate) fn authorization_code(keys: &dyn KeyStore, action: &ActionId) -> AuthorizationCode {
    AuthorizationCode(bearer(action, &keys.mac("grant/code/1", action.as_bytes())))
}

/// An authorization code or an access token: the action by which it is found, and a secret.
pub(crate) fn bearer(action: &ActionId, secret: &[u8; 32]) -> String {
    format!("{action}.{}", b64::encode(secret))
}

/// The action that a code or a token names; `None` for anything that the scheme never issued.
pub(crate) fn action_of(bearer: &str) -> Option<ActionId> {
    ActionId::parse(bearer.split_once('.')?.0)
}
