//! Grants: what an approval lets a partner fetch.

use ipse_protocol::ids::{ActionId, IdentityId, PartnerId};
use ipse_protocol::terms::{ActionStatus, Factor, IdentityStatus, KeyKind, Level};

use crate::columns::words;
use crate::engine::{Row, Select, StoreError, Table, Tx};
use crate::{action, identity, params, row_key};

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

/// Under which names partners know people.
pub(crate) static PAIRWISE: Table =
    Table::new("pairwise", "identity, partner", "identity, partner, sub");

/// What approvals gave partners.
pub(crate) static TABLE: Table = Table::new(
    "access_grant",
    "action",
    "action, partner, number, identity, epoch, sub, attributes, released, status, code_hash, \
     code_expires, token_hash, token_expires, auth_time, factor, key_kind",
);

/// The name under which the partners of a sector know a person. A sector is named after the partner that started it, or its
/// host. When there is none yet, it becomes `fresh`.
pub fn pairwise_sub(
    tx: &mut Tx,
    identity: &IdentityId,
    sector: &str,
    fresh: &str,
) -> Result<String, StoreError> {
    if let Some(mut row) = tx.by_key(&PAIRWISE, params![identity, sector])? {
        return row.get("sub");
    }
    tx.add(&PAIRWISE, params![identity, sector, fresh])?;
    Ok(fresh.to_owned())
}

static ALL_SUBS: Select = Select::new(&PAIRWISE, "WHERE identity = $1 ORDER BY partner");

/// The names under which partners know a person, each with its sector.
pub fn subs(tx: &mut Tx, identity: &IdentityId) -> Result<Vec<(String, String)>, StoreError> {
    let rows = tx.find_all(&ALL_SUBS, params![identity])?;
    rows.into_iter()
        .map(|mut row| Ok((row.get("partner")?, row.get("sub")?)))
        .collect()
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
    /// The factor and the kind of device key that the person approved with; not known of grants before migration 20.
    pub methods: Option<(Factor, KeyKind)>,
}

impl Grant {
    /// Whether its code or its access token still opens something at `now`.
    #[must_use]
    pub fn is_open(&self, now: i64) -> bool {
        match self.status {
            GrantStatus::Issued => now < self.code_expires,
            GrantStatus::Redeemed => self.token_expires.is_some_and(|expires| now < expires),
            GrantStatus::Revoked => false,
        }
    }
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
    /// Whether the partner has fetched the result of the action.
    pub delivered: bool,
}

impl GrantState {
    /// Whether the identity is active and has not changed since the approval.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.identity_status == IdentityStatus::Active && self.identity_epoch == self.grant.epoch
    }

    /// Whether what it gave may be given again: the person is as they were, and nobody revoked it.
    #[must_use]
    pub fn may_be_repeated(&self) -> bool {
        self.is_current() && self.grant.status != GrantStatus::Revoked
    }
}

/// Keeps a grant with the hash of its authorization code.
pub fn insert(tx: &mut Tx, g: &Grant) -> Result<(), StoreError> {
    tx.add(
        &TABLE,
        params![
            &g.action,
            &g.partner,
            row_key::of(&g.identity),
            &g.identity,
            g.epoch,
            &g.sub,
            &g.attributes,
            &g.released,
            &GrantStatus::Issued,
            &g.code_hash,
            g.code_expires,
            g.token_hash.as_ref(),
            g.token_expires,
            g.auth_time,
            g.methods.as_ref().map(|(factor, _)| factor),
            g.methods.as_ref().map(|(_, key_kind)| key_kind)
        ],
    )
}

/// The person whose approval gave the grant of an action.
pub fn granted_by(tx: &mut Tx, action: &ActionId) -> Result<Option<IdentityId>, StoreError> {
    tx.by_key(&TABLE, params![action])?
        .map(|mut row| row.get("identity"))
        .transpose()
}

static GIVEN: Select = Select::new(
    &TABLE,
    "WHERE action IN (SELECT id FROM action WHERE identity = $1 AND partner IS NOT NULL \
     AND status IN ('approved', 'delivered')) ORDER BY auth_time, action",
);
static GIVEN_TO: Select = Select::new(
    &TABLE,
    "WHERE action IN (SELECT id FROM action WHERE identity = $1 AND partner = $2 \
     AND status IN ('approved', 'delivered')) ORDER BY auth_time, action",
);

/// What a person gave partners, oldest first.
pub fn given(tx: &mut Tx, identity: &IdentityId) -> Result<Vec<Grant>, StoreError> {
    grants_of(tx.find_all(&GIVEN, params![identity])?, identity)
}

/// What a person gave one partner, oldest first.
pub fn given_to(
    tx: &mut Tx,
    identity: &IdentityId,
    partner: &PartnerId,
) -> Result<Vec<Grant>, StoreError> {
    let mut given = grants_of(
        tx.find_all(&GIVEN_TO, params![identity, partner])?,
        identity,
    )?;
    given.retain(|grant| grant.partner == *partner);
    Ok(given)
}

fn grants_of(rows: Vec<Row>, identity: &IdentityId) -> Result<Vec<Grant>, StoreError> {
    let mut given = rows.into_iter().map(grant).collect::<Result<Vec<_>, _>>()?;
    given.retain(|grant| grant.identity == *identity);
    Ok(given)
}

/// The grant of an action, and what it depends on.
pub fn state(tx: &mut Tx, id: &ActionId) -> Result<Option<GrantState>, StoreError> {
    let Some(grant) = tx.by_key(&TABLE, params![id])?.map(grant).transpose()? else {
        return Ok(None);
    };
    let (identity, action) = (
        identity::by_id(tx, &grant.identity)?,
        action::by_id(tx, id)?,
    );
    Ok(identity.zip(action).map(|(identity, action)| GrantState {
        grant,
        identity_status: identity.status,
        identity_epoch: identity.epoch,
        request: action.request,
        level: action.level,
        delivered: action.status == ActionStatus::Delivered,
    }))
}

fn grant(mut row: Row) -> Result<Grant, StoreError> {
    let factor: Option<Factor> = row.get("factor")?;
    let key_kind: Option<KeyKind> = row.get("key_kind")?;
    Ok(Grant {
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
    tx.amend(&TABLE, params![action], |row| {
        if row.get::<GrantStatus>("status")? != GrantStatus::Issued {
            return Ok(false);
        }
        row.set("status", &GrantStatus::Redeemed)?;
        row.set("token_hash", token_hash)?;
        row.set("token_expires", token_expires)?;
        Ok(true)
    })
}

/// Revokes what an approval gave; false when it was revoked before.
pub fn revoke(tx: &mut Tx, action: &ActionId) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![action], |row| {
        if row.get::<GrantStatus>("status")? == GrantStatus::Revoked {
            return Ok(false);
        }
        row.set("status", &GrantStatus::Revoked)?;
        Ok(true)
    })
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
