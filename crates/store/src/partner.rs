//! Partners, what they sent, and what they were given.

use crate::engine::{Row, StoreError, Tx};
use crate::{params, row_key};
use ipse_protocol::control::{Control, enforced};

const INSERT: &str =
    "INSERT INTO partner (id, status, registration, created) VALUES ($1, 'active', $2, $3)";
const BY_ID: &str = "SELECT registration FROM partner WHERE id = $1 AND status = 'active'";
const ALL: &str = "SELECT id, status, registration FROM partner ORDER BY created, id";
const SET_STATUS: &str = "UPDATE partner SET status = $2 WHERE id = $1";

/// Registers a partner; `registration` is JSON.
pub fn insert(tx: &mut Tx, id: &str, registration: &str, now: i64) -> Result<(), StoreError> {
    tx.exec(INSERT, params![id, registration, now]).map(drop)
}

/// The registration of an active partner.
pub fn by_id(tx: &mut Tx, id: &str) -> Result<Option<String>, StoreError> {
    tx.row(BY_ID, params![id])?
        .map(|mut row| row.text(0))
        .transpose()
}

/// All partners: id, status, registration.
pub fn all(tx: &mut Tx) -> Result<Vec<(String, String, String)>, StoreError> {
    tx.rows(ALL, params![])?
        .into_iter()
        .map(|mut row| Ok((row.text(0)?, row.text(1)?, row.text(2)?)))
        .collect()
}

/// Suspends or reactivates a partner.
pub fn set_status(tx: &mut Tx, id: &str, status: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(SET_STATUS, params![id, status])? == 1)
}

const SPEND_JTI: &str = "INSERT INTO assertion (expires, partner, jti) VALUES ($3, $1, $2) \
     ON CONFLICT (expires, partner, jti) DO NOTHING";

/// Spends a client assertion's `jti` (its hash) and expiry; false when it was used before.
pub fn spend_jti(tx: &mut Tx, partner: &str, jti: &[u8], expires: i64) -> Result<bool, StoreError> {
    Ok(tx.exec(SPEND_JTI, params![partner, jti, expires])? == 1)
}

const PUSH: &str = "INSERT INTO pushed_request (handle, partner, request) VALUES ($1, $2, $3)";
const TAKE: &str =
    "DELETE FROM pushed_request WHERE handle = $1 AND partner = $2 RETURNING request";

/// Under what a pushed request is kept: its expiry, so that those of one moment lie together and old ones are found, and the
/// hash of what the partner was given.
fn pushed_key(expires: i64, hash: &[u8; 32]) -> [u8; 40] {
    let mut key = [0; 40];
    key[..8].copy_from_slice(&expires.to_be_bytes());
    key[8..].copy_from_slice(hash);
    key
}

/// Keeps a pushed authorization request (RFC 9126).
pub fn push(
    tx: &mut Tx,
    expires: i64,
    hash: &[u8; 32],
    partner: &str,
    request: &str,
) -> Result<(), StoreError> {
    let key = pushed_key(expires, hash);
    tx.exec(PUSH, params![&key[..], partner, request]).map(drop)
}

/// Takes a partner's pushed request, once: its JSON.
pub fn take(
    tx: &mut Tx,
    expires: i64,
    hash: &[u8; 32],
    partner: &str,
) -> Result<Option<String>, StoreError> {
    let key = pushed_key(expires, hash);
    tx.row(TAKE, params![&key[..], partner])?
        .map(|mut row| row.text(0))
        .transpose()
}

const SUB: &str = "SELECT sub FROM pairwise WHERE identity = $1 AND partner = $2";
const ADD_SUB: &str = "INSERT INTO pairwise (identity, partner, sub) VALUES ($1, $2, $3)";

/// The name under which a partner knows a person; `fresh` is taken when there is none yet.
pub fn pairwise_sub(
    tx: &mut Tx,
    identity: &str,
    partner: &str,
    fresh: &str,
) -> Result<String, StoreError> {
    if let Some(mut row) = tx.row(SUB, params![identity, partner])? {
        return row.text(0);
    }
    tx.exec(ADD_SUB, params![identity, partner, fresh])?;
    Ok(fresh.to_owned())
}

/// What one approval gave a partner.
#[derive(Clone)]
pub struct Grant {
    /// The approved action.
    pub action: String,
    /// To whom.
    pub partner: String,
    /// Whose.
    pub identity: String,
    /// Epoch of the identity at the approval.
    pub epoch: i64,
    /// Pairwise subject.
    pub sub: String,
    /// Names of what the person consented to, JSON.
    pub attributes: String,
    /// What was shown and approved, sealed.
    pub released: Vec<u8>,
    /// `issued`, `redeemed` or `revoked`.
    pub status: String,
    /// SHA-256 of the authorization code.
    pub code_hash: Vec<u8>,
    /// Milliseconds.
    pub code_expires: i64,
    /// SHA-256 of the access token.
    pub token_hash: Option<Vec<u8>>,
    /// Milliseconds.
    pub token_expires: Option<i64>,
    /// Milliseconds of the approval.
    pub auth_time: i64,
}

/// A grant, and what it rests on.
pub struct GrantState {
    /// The grant.
    pub grant: Grant,
    /// Whether the identity is active and of the grant's epoch.
    pub unchanged: bool,
    /// What was asked, JSON.
    pub request: String,
    /// The level that was asked.
    pub level: String,
}

fn grant(row: &mut Row) -> Result<Grant, StoreError> {
    Ok(Grant {
        action: row.text(0)?,
        partner: row.text(1)?,
        identity: row.text(2)?,
        epoch: row.int(3)?,
        sub: row.text(4)?,
        attributes: row.text(5)?,
        released: row.blob(6)?,
        status: row.text(7)?,
        code_hash: row.blob(8)?,
        code_expires: row.int(9)?,
        token_hash: row.opt_blob(10)?,
        token_expires: row.opt_int(11)?,
        auth_time: row.int(12)?,
    })
}

const INSERT_GRANT: &str = "INSERT INTO access_grant (action, partner, number, identity, epoch, sub, attributes, released, \
     status, code_hash, code_expires, auth_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'issued', $9, $10, $11)";
const STANDING: &str = "SELECT g.action, g.partner, g.identity, g.epoch, g.sub, g.attributes, g.released, g.status, \
     g.code_hash, g.code_expires, g.token_hash, g.token_expires, g.auth_time, i.status, i.epoch, a.request, a.level \
     FROM access_grant g JOIN identity i ON i.number = g.number AND i.id = g.identity \
     JOIN action a ON a.id = g.action WHERE g.action = $1";
const REDEEM: &str = "UPDATE access_grant SET status = 'redeemed', token_hash = $2, token_expires = $3 \
     WHERE action = $1 AND status = 'issued'";
const REDEEM_UNGUARDED: &str = "UPDATE access_grant SET status = 'redeemed', token_hash = $2, token_expires = $3 \
     WHERE action = $1";
const REVOKE: &str =
    "UPDATE access_grant SET status = 'revoked' WHERE action = $1 AND status <> 'revoked'";

/// Keeps a grant with its code.
pub fn insert_grant(tx: &mut Tx, g: &Grant) -> Result<(), StoreError> {
    tx.exec(
        INSERT_GRANT,
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
    .map(drop)
}

const GRANTED_BY: &str = "SELECT identity FROM access_grant WHERE action = $1";

/// Whose approval gave the grant of an action.
pub fn granted_by(tx: &mut Tx, action: &str) -> Result<Option<String>, StoreError> {
    tx.row(GRANTED_BY, params![action])?
        .map(|mut row| row.text(0))
        .transpose()
}

/// The grant of an action, and what it rests on.
pub fn standing(tx: &mut Tx, action: &str) -> Result<Option<GrantState>, StoreError> {
    let Some(mut row) = tx.row(STANDING, params![action])? else {
        return Ok(None);
    };
    let grant = grant(&mut row)?;
    let unchanged = row.text(13)? == "active" && row.int(14)? == grant.epoch;
    Ok(Some(GrantState {
        grant,
        unchanged,
        request: row.text(15)?,
        level: row.text(16)?,
    }))
}

/// Redeems a code, once; false when it was redeemed or revoked before.
pub fn redeem(
    tx: &mut Tx,
    action: &str,
    token_hash: &[u8],
    token_expires: i64,
) -> Result<bool, StoreError> {
    let sql = if enforced(Control::T16CodeOnce) {
        REDEEM
    } else {
        REDEEM_UNGUARDED
    };
    Ok(tx.exec(sql, params![action, token_hash, token_expires])? == 1)
}

/// Revokes what an approval gave.
pub fn revoke(tx: &mut Tx, action: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(REVOKE, params![action])? == 1)
}

const OLD_ASSERTIONS: &str = "DELETE FROM assertion WHERE expires < $1";
const OLD_REQUESTS: &str = "DELETE FROM pushed_request WHERE handle < $1";

/// Forgets assertions and pushed requests whose time is over.
pub fn sweep(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    let requests = now.to_be_bytes();
    Ok(tx.exec(OLD_ASSERTIONS, params![now])? + tx.exec(OLD_REQUESTS, params![&requests[..]])?)
}
