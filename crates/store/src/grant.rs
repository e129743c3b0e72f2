//! Grants: what an approval lets a partner fetch.

use ipse_protocol::ids::{ActionId, IdentityId, PartnerId};
use ipse_protocol::terms::{Factor, IdentityStatus, KeyKind, Level};

use crate::columns::words;
use crate::engine::{Row, StoreError, Tx};
use crate::{params, row_key};

words! {
    /// How far a grant is.
    GrantStatus = "the status of a grant" {
        /// The authorization code can be redeemed.
        Issued = "issued",
        /// The access token can be used.
        Redeemed = "redeemed",
        /// Nothing can be fetched any more.
        Revoked = "revoked",
    }
}

const SUB: &str = "SELECT sub FROM pairwise WHERE identity = $1 AND partner = $2";
const ADD_SUB: &str = "INSERT INTO pairwise (identity, partner, sub) VALUES ($1, $2, $3)";

/// The name under which the partners of a sector know a person. A sector is named after the partner that started it, or its
/// host. When there is none yet, it becomes `fresh`.
pub fn pairwise_sub(
    tx: &mut Tx,
    identity: &IdentityId,
    sector: &str,
    fresh: &str,
) -> Result<String, StoreError> {
    if let Some(mut row) = tx.row(SUB, params![identity, sector])? {
        return row.only();
    }
    tx.change_one(ADD_SUB, params![identity, sector, fresh])?;
    Ok(fresh.to_owned())
}

/// What one approval gave a partner.
#[derive(Clone)]
pub struct Grant {
    /// The approved action.
    pub action: ActionId,
    /// The partner that got it.
    pub partner: PartnerId,
    /// The person who approved.
    pub identity: IdentityId,
    /// Epoch of the identity at the approval.
    pub epoch: i64,
    /// Pairwise subject.
    pub sub: String,
    /// Names of the attributes that the person consented to, JSON.
    pub attributes: String,
    /// What was shown and approved, sealed.
    pub released: Vec<u8>,
    /// How far it is.
    pub status: GrantStatus,
    /// SHA-256 of the authorization code.
    pub code_hash: [u8; 32],
    /// Milliseconds.
    pub code_expires: i64,
    /// SHA-256 of the access token.
    pub token_hash: Option<[u8; 32]>,
    /// Milliseconds.
    pub token_expires: Option<i64>,
    /// Milliseconds of the approval.
    pub auth_time: i64,
}

/// A grant, and what it depends on.
pub struct GrantState {
    /// The grant.
    pub grant: Grant,
    /// State of the identity now.
    pub identity_status: IdentityStatus,
    /// Epoch of the identity now.
    pub identity_epoch: i64,
    /// What was asked, JSON.
    pub request: String,
    /// The level that was asked.
    pub level: Level,
    /// The factor and the kind of device key that the person approved with, as far as that is known.
    pub methods: Option<(Factor, KeyKind)>,
}

impl GrantState {
    /// Whether the identity is active and has not changed since the approval.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.identity_status == IdentityStatus::Active && self.identity_epoch == self.grant.epoch
    }
}

const INSERT: &str = "INSERT INTO access_grant (action, partner, number, identity, epoch, sub, attributes, released, \
     status, code_hash, code_expires, auth_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'issued', $9, $10, $11)";
const STATE: &str = "SELECT g.action, g.partner, g.identity, g.epoch, g.sub, g.attributes, g.released, g.status, \
     g.code_hash, g.code_expires, g.token_hash, g.token_expires, g.auth_time, i.status AS identity_status, \
     i.epoch AS identity_epoch, a.request, a.level, \
     (SELECT t.factor FROM attempt t WHERE t.action = g.action AND t.status = 'right') AS factor, \
     (SELECT d.key_kind FROM device d WHERE d.id = a.device) AS key_kind \
     FROM access_grant g JOIN identity i ON i.number = g.number AND i.id = g.identity \
     JOIN action a ON a.id = g.action WHERE g.action = $1";
const REDEEM: &str = "UPDATE access_grant SET status = 'redeemed', token_hash = $2, token_expires = $3 \
     WHERE action = $1 AND status = 'issued'";
const REVOKE: &str =
    "UPDATE access_grant SET status = 'revoked' WHERE action = $1 AND status <> 'revoked'";

/// Keeps a grant with the hash of its authorization code.
pub fn insert(tx: &mut Tx, g: &Grant) -> Result<(), StoreError> {
    tx.change_one(
        INSERT,
        params![
            &g.action,
            &g.partner,
            row_key::of(&g.identity),
            &g.identity,
            g.epoch,
            &g.sub,
            &g.attributes,
            &g.released,
            &g.code_hash,
            g.code_expires,
            g.auth_time
        ],
    )
}

const GRANTED_BY: &str = "SELECT identity FROM access_grant WHERE action = $1";

/// The person whose approval gave the grant of an action.
pub fn granted_by(tx: &mut Tx, action: &ActionId) -> Result<Option<IdentityId>, StoreError> {
    tx.row(GRANTED_BY, params![action])?
        .map(|mut row| row.only())
        .transpose()
}

/// The grant of an action, and what it depends on.
pub fn state(tx: &mut Tx, action: &ActionId) -> Result<Option<GrantState>, StoreError> {
    tx.row(STATE, params![action])?.map(grant_state).transpose()
}

fn grant_state(mut row: Row) -> Result<GrantState, StoreError> {
    let factor: Option<Factor> = row.get("factor")?;
    let key_kind: Option<KeyKind> = row.get("key_kind")?;
    Ok(GrantState {
        grant: Grant {
            action: row.get("action")?,
            partner: row.get("partner")?,
            identity: row.get("identity")?,
            epoch: row.get("epoch")?,
            sub: row.get("sub")?,
            attributes: row.get("attributes")?,
            released: row.get("released")?,
            status: row.get("status")?,
            code_hash: row.get("code_hash")?,
            code_expires: row.get("code_expires")?,
            token_hash: row.get("token_hash")?,
            token_expires: row.get("token_expires")?,
            auth_time: row.get("auth_time")?,
        },
        identity_status: row.get("identity_status")?,
        identity_epoch: row.get("identity_epoch")?,
        request: row.get("request")?,
        level: row.get("level")?,
        methods: factor.zip(key_kind),
    })
}

/// Redeems an authorization code; false when it was redeemed or revoked before.
pub fn redeem(
    tx: &mut Tx,
    action: &ActionId,
    token_hash: &[u8; 32],
    token_expires: i64,
) -> Result<bool, StoreError> {
    tx.change_at_most_one(REDEEM, params![action, token_hash, token_expires])
}

/// Revokes what an approval gave; false when it was revoked before.
pub fn revoke(tx: &mut Tx, action: &ActionId) -> Result<bool, StoreError> {
    tx.change_at_most_one(REVOKE, params![action])
}

const NEXT: &str =
    "SELECT action FROM access_grant WHERE action > $1 ORDER BY action LIMIT 1 OFFSET 999";
const LIVE: &str = "SELECT action FROM access_grant WHERE action > $1 AND action <= $2 \
     AND (status = 'issued' AND code_expires > $3 OR status = 'redeemed' AND token_expires > $3)";
const LIVE_REST: &str = "SELECT action FROM access_grant WHERE action > $1 \
     AND (status = 'issued' AND code_expires > $2 OR status = 'redeemed' AND token_expires > $2)";

/// Revokes what is still good at `now`, for up to a thousand grants after `after`. Returns the last of them; none at the end.
pub fn revoke_live(tx: &mut Tx, after: &str, now: i64) -> Result<Option<String>, StoreError> {
    let next = tx
        .row(NEXT, params![after])?
        .map(|mut row| row.only::<String>())
        .transpose()?;
    let live = match &next {
        Some(last) => tx.rows(LIVE, params![after, last, now])?,
        None => tx.rows(LIVE_REST, params![after, now])?,
    };
    let live = live
        .into_iter()
        .map(|mut row| row.only::<ActionId>())
        .collect::<Result<Vec<_>, _>>()?;
    for action in live {
        revoke(tx, &action)?;
    }
    Ok(next)
}
