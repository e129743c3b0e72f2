//! Actions (one request to one person) and the attempts to approve them.

use crate::engine::{Row, StoreError, Tx};
use crate::params;
use ipse_protocol::control::{Control, enforced};

/// One action. Fields that are set later are options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Action {
    /// `act_…`.
    pub id: String,
    /// `login`, `sim` or `unblock`.
    pub kind: String,
    /// `created`, `linked`, `approved`, `refused`, `expired`, `cancelled` or `delivered`.
    pub status: String,
    /// `basic` or `advanced`.
    pub level: String,
    /// `app`, `qr` or `link`, once claimed.
    pub flow: Option<String>,
    /// Who asks; none for the person's own actions.
    pub partner: Option<String>,
    /// What was asked, JSON.
    pub request: String,
    /// SHA-256 of the starting browser's cookie.
    pub browser: Option<Vec<u8>>,
    /// What the starting browser calls itself, in a few words.
    pub browser_name: String,
    /// Language of the page that began it.
    pub language: String,
    /// Who claimed it.
    pub identity: Option<String>,
    /// With which device.
    pub device: Option<String>,
    /// Epoch of the identity at the claim.
    pub epoch: Option<i64>,
    /// Version of the code at the claim.
    pub code_version: Option<i64>,
    /// Shown on both sides after the claim.
    pub match_code: Option<String>,
    /// Challenge `N` (32 bytes).
    pub nonce: Option<Vec<u8>>,
    /// View, sealed under the person's key.
    pub view: Option<Vec<u8>>,
    /// SHA-256 of the view.
    pub view_hash: Option<Vec<u8>>,
    /// Hash of the view's attributes.
    pub attributes_hash: Option<Vec<u8>>,
    /// Which SIM statement is needed: `none`, `silent` or `holder`.
    pub sim: String,
    /// When the operator was asked.
    pub sim_requested: Option<i64>,
    /// The statement (JWS).
    pub sim_statement: Option<String>,
    /// When it came; its age runs from here.
    pub sim_received: Option<i64>,
    /// `T` of the decision.
    pub transcript: Option<Vec<u8>>,
    /// Hash of the decision's proof.
    pub proof_hash: Option<Vec<u8>>,
    /// `rec_…`.
    pub receipt: Option<String>,
    /// Why it was refused or cancelled.
    pub reason: Option<String>,
    /// Milliseconds.
    pub created: i64,
    /// Milliseconds.
    pub expires: i64,
    /// Milliseconds.
    pub decided: Option<i64>,
}

macro_rules! columns {
    ($tail:literal) => {
        concat!(
            "SELECT id, kind, status, level, flow, partner, request, browser, browser_name, language, identity, \
             device, epoch, match_code, nonce, view, view_hash, attributes_hash, sim, sim_requested, sim_statement, \
             sim_received, transcript, proof_hash, receipt, reason, created, expires, decided, code_version \
             FROM action ",
            $tail
        )
    };
}

fn action(mut row: Row) -> Result<Action, StoreError> {
    Ok(Action {
        id: row.text(0)?,
        kind: row.text(1)?,
        status: row.text(2)?,
        level: row.text(3)?,
        flow: row.opt_text(4)?,
        partner: row.opt_text(5)?,
        request: row.text(6)?,
        browser: row.opt_blob(7)?,
        browser_name: row.text(8)?,
        language: row.text(9)?,
        identity: row.opt_text(10)?,
        device: row.opt_text(11)?,
        epoch: row.opt_int(12)?,
        match_code: row.opt_text(13)?,
        nonce: row.opt_blob(14)?,
        view: row.opt_blob(15)?,
        view_hash: row.opt_blob(16)?,
        attributes_hash: row.opt_blob(17)?,
        sim: row.text(18)?,
        sim_requested: row.opt_int(19)?,
        sim_statement: row.opt_text(20)?,
        sim_received: row.opt_int(21)?,
        transcript: row.opt_blob(22)?,
        proof_hash: row.opt_blob(23)?,
        receipt: row.opt_text(24)?,
        reason: row.opt_text(25)?,
        created: row.int(26)?,
        expires: row.int(27)?,
        decided: row.opt_int(28)?,
        code_version: row.opt_int(29)?,
    })
}

const INSERT: &str = "INSERT INTO action (id, kind, status, level, flow, partner, request, browser, browser_name, \
     language, identity, device, epoch, match_code, nonce, view, view_hash, attributes_hash, sim, sim_statement, \
     sim_received, created, expires, code_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
     $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)";

/// Adds an action.
pub fn insert(tx: &mut Tx, a: &Action) -> Result<(), StoreError> {
    tx.exec(
        INSERT,
        params![
            &a.id,
            &a.kind,
            &a.status,
            &a.level,
            a.flow.as_deref(),
            a.partner.as_deref(),
            &a.request,
            a.browser.as_deref(),
            &a.browser_name,
            &a.language,
            a.identity.as_deref(),
            a.device.as_deref(),
            a.epoch,
            a.match_code.as_deref(),
            a.nonce.as_deref(),
            a.view.as_deref(),
            a.view_hash.as_deref(),
            a.attributes_hash.as_deref(),
            &a.sim,
            a.sim_statement.as_deref(),
            a.sim_received,
            a.created,
            a.expires,
            a.code_version
        ],
    )
    .map(drop)
}

const BY_ID: &str = columns!("WHERE id = $1");
const LATEST: &str = columns!("WHERE identity = $1 ORDER BY created DESC, id DESC LIMIT $2");
const EARLIER: &str = columns!(
    "WHERE identity = $1 AND created <= $3 AND (created < $3 OR id < $4) ORDER BY created DESC, id DESC LIMIT $2"
);
// The first term is what the partial index `action_expires` says of itself.
const OVERDUE: &str = columns!(
    "WHERE (status = 'created' OR status = 'linked' OR status = 'expired') AND status = $1 AND expires < $2 LIMIT 200"
);

/// Finds an action.
pub fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Action>, StoreError> {
    tx.row(BY_ID, params![id])?.map(action).transpose()
}

const STATE: &str = "SELECT status, expires, partner FROM action WHERE id = $1";

/// How an action stands.
pub struct State {
    /// As [`Action::status`].
    pub status: String,
    /// Milliseconds.
    pub expires: i64,
    /// Whether it is the person's own: no partner asked.
    pub own: bool,
}

/// How an action stands, for whoever has read the rest before.
pub fn state(tx: &mut Tx, id: &str) -> Result<Option<State>, StoreError> {
    let Some(mut row) = tx.row(STATE, params![id])? else {
        return Ok(None);
    };
    Ok(Some(State {
        status: row.text(0)?,
        expires: row.int(1)?,
        own: row.opt_text(2)?.is_none(),
    }))
}

/// An identity's actions, newest first; after `last`, if there is one: its time and id.
pub fn of_identity(
    tx: &mut Tx,
    identity: &str,
    last: Option<(i64, &str)>,
    limit: i64,
) -> Result<Vec<Action>, StoreError> {
    let rows = match last {
        None => tx.rows(LATEST, params![identity, limit])?,
        Some((created, id)) => tx.rows(EARLIER, params![identity, limit, created, id])?,
    };
    rows.into_iter().map(action).collect()
}

/// Up to 200 actions of a status whose time is over.
pub fn overdue(tx: &mut Tx, status: &str, now: i64) -> Result<Vec<Action>, StoreError> {
    tx.rows(OVERDUE, params![status, now])?
        .into_iter()
        .map(action)
        .collect()
}

// `status = 'linked'` is what the partial index `action_linked` says of itself: a long history costs nothing.
const LINKED_OF_PARTNER: &str =
    "SELECT id FROM action WHERE identity = $1 AND partner = $2 AND status = 'linked' AND id <> $3";

/// Other claimed actions of a partner with a person.
pub fn linked_of_partner(
    tx: &mut Tx,
    identity: &str,
    partner: &str,
    except: &str,
) -> Result<Vec<String>, StoreError> {
    tx.rows(LINKED_OF_PARTNER, params![identity, partner, except])?
        .into_iter()
        .map(|mut row| row.text(0))
        .collect()
}

const DIRECTED: &str = "SELECT COUNT(*) FROM action WHERE identity = $1 AND partner = $2 AND created > $3 \
     AND status IN ('created', 'linked')";

/// How many requests that name this person a partner has open since a time.
pub fn open_directed(
    tx: &mut Tx,
    identity: &str,
    partner: &str,
    since: i64,
) -> Result<i64, StoreError> {
    match tx.row(DIRECTED, params![identity, partner, since])? {
        Some(row) => row.int(0),
        None => Ok(0),
    }
}

const CLAIM: &str = "UPDATE action SET status = 'linked', flow = $2, identity = $3, device = $4, epoch = $5, \
     match_code = $6, nonce = $7, view = $8, view_hash = $9, attributes_hash = $10, sim = $11, sim_requested = $12, \
     code_version = $13 WHERE id = $1 AND status = 'created'";

/// Gives a created action to the phone that claims it; false when another was first.
pub fn claim(tx: &mut Tx, a: &Action) -> Result<bool, StoreError> {
    Ok(tx.exec(
        CLAIM,
        params![
            &a.id,
            a.flow.as_deref(),
            a.identity.as_deref(),
            a.device.as_deref(),
            a.epoch,
            a.match_code.as_deref(),
            a.nonce.as_deref(),
            a.view.as_deref(),
            a.view_hash.as_deref(),
            a.attributes_hash.as_deref(),
            &a.sim,
            a.sim_requested,
            a.code_version
        ],
    )? == 1)
}

const SIM_ANSWER: &str =
    "UPDATE action SET sim_statement = $2, sim_received = $3 WHERE id = $1 AND status = 'linked'";

/// Keeps the SIM statement that came for a linked action.
pub fn set_sim_statement(
    tx: &mut Tx,
    id: &str,
    statement: &str,
    now: i64,
) -> Result<bool, StoreError> {
    Ok(tx.exec(SIM_ANSWER, params![id, statement, now])? == 1)
}

/// What a decision writes.
#[derive(Default)]
pub struct Decision<'a> {
    /// `approved`, `refused`, `expired` or `cancelled`.
    pub status: &'a str,
    /// `T`.
    pub transcript: Option<&'a [u8]>,
    /// Hash of the proof.
    pub proof_hash: Option<&'a [u8]>,
    /// `rec_…`.
    pub receipt: Option<&'a str>,
    /// Why.
    pub reason: Option<&'a str>,
}

const DECIDE: &str = "UPDATE action SET status = $2, transcript = $3, proof_hash = $4, receipt = $5, \
     reason = $6, decided = $7 WHERE id = $1 AND status = $8";
const DECIDE_UNGUARDED: &str = "UPDATE action SET status = $2, transcript = $3, proof_hash = $4, \
     receipt = $5, reason = $6, decided = $7 WHERE id = $1 AND $8 <> ''";

/// Decides an action, once: the conditional update is what makes the decision unique.
pub fn decide(
    tx: &mut Tx,
    id: &str,
    from: &str,
    d: &Decision,
    now: i64,
) -> Result<bool, StoreError> {
    let sql = if enforced(Control::T11DecisionUnique) {
        DECIDE
    } else {
        DECIDE_UNGUARDED
    };
    Ok(tx.exec(
        sql,
        params![
            id,
            d.status,
            d.transcript,
            d.proof_hash,
            d.receipt,
            d.reason,
            now,
            from
        ],
    )? == 1)
}

const DELIVER: &str = "UPDATE action SET status = 'delivered' WHERE id = $1 AND status = $2";

/// Marks a decided action as handed to the partner's browser; false when it already was.
pub fn deliver(tx: &mut Tx, id: &str, from: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(DELIVER, params![id, from])? == 1)
}

const FORGET_UNCLAIMED: &str = "DELETE FROM action WHERE (status = 'created' OR status = 'linked' OR status = 'expired') \
     AND status = 'expired' AND expires < $1 AND identity IS NULL";

/// Forgets expired requests that no phone ever claimed: anybody's browser can begin them, and they are nobody's
/// history.
pub fn forget_unclaimed(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(FORGET_UNCLAIMED, params![before])
}

const CANCEL_OPEN: &str = "UPDATE action SET status = 'cancelled', reason = $2, decided = $3 \
     WHERE identity = $1 AND status = 'linked' AND partner IS NOT NULL";

/// Ends everything that runs for an identity.
pub fn cancel_open(tx: &mut Tx, identity: &str, reason: &str, now: i64) -> Result<u64, StoreError> {
    tx.exec(CANCEL_OPEN, params![identity, reason, now])
}

/// One attempt at an approval.
#[derive(Clone, PartialEq, Eq)]
pub struct Attempt {
    /// `att_…`.
    pub id: String,
    /// The action.
    pub action: String,
    /// The identity whose count it is of.
    pub identity: String,
    /// The device that began it.
    pub device: String,
    /// `code` or `unlock`.
    pub factor: String,
    /// `open`, `right` or `wrong`.
    pub status: String,
    /// Sequence of the request that opened it.
    pub sequence: i64,
    /// SHA-256 of OPAQUE's first message.
    pub first_hash: Vec<u8>,
    /// OPAQUE's second message.
    pub second: Option<Vec<u8>>,
    /// OPAQUE's server state, sealed under the day's key.
    pub state: Option<Vec<u8>>,
    /// Day of that key.
    pub state_day: i64,
    /// The SIM statement that is fixed for this attempt.
    pub sim_statement: Option<String>,
    /// Milliseconds.
    pub created: i64,
}

fn attempt(mut row: Row) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        id: row.text(0)?,
        action: row.text(1)?,
        identity: row.text(2)?,
        device: row.text(3)?,
        factor: row.text(4)?,
        status: row.text(5)?,
        sequence: row.int(6)?,
        first_hash: row.blob(7)?,
        second: row.opt_blob(8)?,
        state: row.opt_blob(9)?,
        state_day: row.int(10)?,
        sim_statement: row.opt_text(11)?,
        created: row.int(12)?,
    })
}

const INSERT_ATTEMPT: &str = "INSERT INTO attempt (id, action, identity, device, factor, status, sequence, first_hash, \
     second, state, state_day, sim_statement, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

/// Keeps an attempt.
pub fn insert_attempt(tx: &mut Tx, a: &Attempt) -> Result<(), StoreError> {
    tx.exec(
        INSERT_ATTEMPT,
        params![
            &a.id,
            &a.action,
            &a.identity,
            &a.device,
            &a.factor,
            &a.status,
            a.sequence,
            &a.first_hash,
            a.second.as_deref(),
            a.state.as_deref(),
            a.state_day,
            a.sim_statement.as_deref(),
            a.created
        ],
    )
    .map(drop)
}

macro_rules! attempts {
    ($tail:literal) => {
        concat!(
            "SELECT id, action, identity, device, factor, status, sequence, first_hash, second, state, state_day, \
             sim_statement, created FROM attempt ",
            $tail
        )
    };
}

const ATTEMPT: &str = attempts!("WHERE id = $1");
const ATTEMPT_BY_FIRST: &str = attempts!("WHERE action = $1 AND first_hash = $2");

/// Finds an attempt.
pub fn attempt_by_id(tx: &mut Tx, id: &str) -> Result<Option<Attempt>, StoreError> {
    tx.row(ATTEMPT, params![id])?.map(attempt).transpose()
}

/// Finds the attempt of an action that began with this first message.
pub fn attempt_by_first(
    tx: &mut Tx,
    action: &str,
    first_hash: &[u8],
) -> Result<Option<Attempt>, StoreError> {
    tx.row(ATTEMPT_BY_FIRST, params![action, first_hash])?
        .map(attempt)
        .transpose()
}

// The last two terms are what the partial index `attempt_open` says of itself.
const OPEN_ATTEMPT: &str =
    "SELECT id, action FROM attempt WHERE identity = $1 AND status = 'open' AND factor = 'code'";

/// An attempt that is spent and not decided.
pub struct OpenAttempt {
    /// `att_…`.
    pub id: String,
    /// The action that it is to approve.
    pub action: String,
}

/// The open attempt at an identity's code. There is one at most, on all its devices: the database enforces that.
pub fn open_attempt(tx: &mut Tx, identity: &str) -> Result<Option<OpenAttempt>, StoreError> {
    let Some(mut row) = tx.row(OPEN_ATTEMPT, params![identity])? else {
        return Ok(None);
    };
    Ok(Some(OpenAttempt {
        id: row.text(0)?,
        action: row.text(1)?,
    }))
}

const CLOSE_ATTEMPT: &str =
    "UPDATE attempt SET status = $2, state = NULL, second = NULL WHERE id = $1 AND status = 'open'";

/// Closes an open attempt and destroys its server state; false when it was closed.
pub fn close_attempt(tx: &mut Tx, id: &str, status: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(CLOSE_ATTEMPT, params![id, status])? == 1)
}
