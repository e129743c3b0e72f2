//! Actions: one request to one person.

use ipse_protocol::ids::{ActionId, DeviceId, IdentityId, PartnerId, ReceiptId};
use ipse_protocol::terms::{ActionStatus, Flow, Level, LinkKind, SimNeed};

use ipse_texts::Language;

use crate::engine::{Draft, Row, Select, StoreError, Table, Tx};
use crate::{Kind, params};

/// One action: what was asked, the phone that claimed it, and the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its id.
    pub id: ActionId,
    /// What kind of action it is.
    pub kind: Kind,
    /// How far it is.
    pub status: ActionStatus,
    /// The level that it must reach.
    pub level: Level,
    /// Which partner asks; none for the person's own actions.
    pub partner: Option<PartnerId>,
    /// What was asked, JSON.
    pub request: String,
    /// The browser that it started in; none where no browser did.
    pub browser: Option<[u8; 32]>,
    /// What that browser calls itself, in a few words.
    pub browser_name: String,
    /// Language of the page that it started on.
    pub language: Language,
    /// Whose it is: named by the request, or since the claim.
    pub identity: Option<IdentityId>,
    /// The phone that claimed it, with what it was shown.
    pub claim: Option<Claim>,
    /// How it was decided, or why it ended without a decision.
    pub decision: Option<Decision>,
    /// Milliseconds.
    pub created: i64,
    /// Milliseconds.
    pub expires: i64,
}

/// A phone's claim of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose phone.
    pub identity: IdentityId,
    /// Which phone.
    pub device: DeviceId,
    /// How the phone got hold of the action.
    pub flow: Flow,
    /// With which link; none for what reached the phone without one, and for claims before migration 13.
    pub link: Option<LinkKind>,
    /// Epoch of the identity at the claim.
    pub epoch: i64,
    /// Version of the code at the claim; see [`Claim::code_version`].
    pub code_version: Option<i64>,
    /// Shown on the phone and on the page.
    pub match_code: String,
    /// Challenge `N`.
    pub nonce: [u8; 32],
    /// The view, sealed under the person's key.
    pub view: Vec<u8>,
    /// What the rows of the view give, sealed; none where the texts of the view are what is given.
    pub given: Option<Vec<u8>>,
    /// SHA-256 of the view.
    pub view_hash: [u8; 32],
    /// Hash of the view's attributes.
    pub attributes_hash: [u8; 32],
    /// Which SIM statement the approval needs.
    pub sim: SimNeed,
    /// When the operator was asked, milliseconds.
    pub sim_requested: Option<i64>,
    /// The holder statement (JWS), which came before the action began.
    pub sim_statement: Option<String>,
    /// When that came, milliseconds; its age runs from here.
    pub sim_received: Option<i64>,
}

impl Claim {
    /// Whether the browser goes on only through its `return_url`: the phone had the link that only the device of that browser
    /// needs, so another person's phone may have been sent it.
    #[must_use]
    pub fn returns(&self) -> bool {
        match self.link {
            Some(LinkKind::App) => true,
            Some(LinkKind::Qr) | None => self.flow == Flow::App,
        }
    }

    /// Version of the code at the claim.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a claim without one. Only claims that ended before migration 6 have none.
    pub fn code_version(&self) -> Result<i64, StoreError> {
        self.code_version
            .ok_or_else(|| StoreError::Corrupt("claim without the version of a code".into()))
    }
}

/// The end of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// `T`; none where the person decided nothing.
    pub transcript: Option<[u8; 32]>,
    /// Hash of the decision's proof; none where the person decided nothing.
    pub proof_hash: Option<[u8; 32]>,
    /// The receipt. It is written a moment later where the person decided nothing; none where a block ended the action.
    pub receipt: Option<ReceiptId>,
    /// Why it was refused or cancelled.
    pub reason: Option<String>,
    /// Milliseconds.
    pub decided: i64,
}

impl Action {
    /// Whether the person asked for it themselves: no partner did.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.partner.is_none()
    }

    /// Whether a browser came back: the partner got the answer of an earlier approval again, and no phone was asked.
    #[must_use]
    pub fn is_return(&self) -> bool {
        let answered = matches!(
            self.status,
            ActionStatus::Approved | ActionStatus::Delivered
        );
        answered && self.claim.is_none()
    }

    /// Whether this is a person's.
    #[must_use]
    pub fn belongs_to(&self, identity: &IdentityId) -> bool {
        self.identity.as_ref() == Some(identity)
    }

    /// The status as of `now`: an action whose time is over is expired, whether or not it was swept.
    #[must_use]
    pub fn status_at(&self, now: i64) -> ActionStatus {
        status_at(self.status, self.expires, now)
    }

    /// The reason of its end.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.decision.as_ref()?.reason.as_deref()
    }
}

fn status_at(status: ActionStatus, expires: i64, now: i64) -> ActionStatus {
    match status {
        ActionStatus::Created | ActionStatus::Linked if now >= expires => ActionStatus::Expired,
        other => other,
    }
}

/// What was asked, who claimed it, and how it was decided.
pub(crate) static TABLE: Table = Table::new(
    "action",
    "id",
    "id, kind, status, level, partner, request, browser, browser_name, language, identity, device, \
     flow, link, epoch, code_version, match_code, nonce, view, given, view_hash, attributes_hash, sim, \
     sim_requested, sim_statement, sim_received, transcript, proof_hash, receipt, reason, decided, \
     created, expires",
);

fn action(mut row: Row) -> Result<Action, StoreError> {
    let id = row.get("id")?;
    let kind = row.get("kind")?;
    let status = row.get("status")?;
    let level = row.get("level")?;
    let partner = row.get("partner")?;
    let request = row.get("request")?;
    let browser = row.get("browser")?;
    let browser_name = row.get("browser_name")?;
    let language = row.get("language")?;
    let identity: Option<IdentityId> = row.get("identity")?;
    let claim = match row.get::<Option<DeviceId>>("device")? {
        None => None,
        Some(device) => Some(Claim {
            identity: identity
                .clone()
                .ok_or_else(|| StoreError::Corrupt("claimed action without an identity".into()))?,
            device,
            flow: row.get("flow")?,
            link: row.get("link")?,
            epoch: row.get("epoch")?,
            code_version: row.get("code_version")?,
            match_code: row.get("match_code")?,
            nonce: row.get("nonce")?,
            view: row.get("view")?,
            given: row.get("given")?,
            view_hash: row.get("view_hash")?,
            attributes_hash: row.get("attributes_hash")?,
            sim: row.get("sim")?,
            sim_requested: row.get("sim_requested")?,
            sim_statement: row.get("sim_statement")?,
            sim_received: row.get("sim_received")?,
        }),
    };
    let transcript = row.get("transcript")?;
    let proof_hash = row.get("proof_hash")?;
    let receipt = row.get("receipt")?;
    let reason = row.get("reason")?;
    let decision = row.get::<Option<i64>>("decided")?.map(|decided| Decision {
        transcript,
        proof_hash,
        receipt,
        reason,
        decided,
    });
    Ok(Action {
        id,
        kind,
        status,
        level,
        partner,
        request,
        browser,
        browser_name,
        language,
        identity,
        claim,
        decision,
        created: row.get("created")?,
        expires: row.get("expires")?,
    })
}

/// Adds an action.
pub fn insert(tx: &mut Tx, a: &Action) -> Result<(), StoreError> {
    let claim = a.claim.as_ref();
    let decision = a.decision.as_ref();
    let sim = claim.map_or(SimNeed::None, |c| c.sim);
    tx.add(
        &TABLE,
        params![
            &a.id,
            &a.kind,
            &a.status,
            &a.level,
            a.partner.as_ref(),
            &a.request,
            a.browser.as_ref(),
            &a.browser_name,
            a.language,
            a.identity.as_ref(),
            claim.map(|c| &c.device),
            claim.map(|c| &c.flow),
            claim.and_then(|c| c.link.as_ref()),
            claim.map(|c| c.epoch),
            claim.and_then(|c| c.code_version),
            claim.map(|c| &c.match_code),
            claim.map(|c| &c.nonce),
            claim.map(|c| &c.view),
            claim.and_then(|c| c.given.as_deref()),
            claim.map(|c| &c.view_hash),
            claim.map(|c| &c.attributes_hash),
            &sim,
            claim.and_then(|c| c.sim_requested),
            claim.and_then(|c| c.sim_statement.as_deref()),
            claim.and_then(|c| c.sim_received),
            decision.and_then(|d| d.transcript.as_ref()),
            decision.and_then(|d| d.proof_hash.as_ref()),
            decision.and_then(|d| d.receipt.as_ref()),
            decision.and_then(|d| d.reason.as_deref()),
            decision.map(|d| d.decided),
            a.created,
            a.expires
        ],
    )
}

static LATEST: Select = Select::new(
    &TABLE,
    "WHERE identity = $1 ORDER BY created DESC, id DESC LIMIT $2",
);
static EARLIER: Select = Select::new(
    &TABLE,
    "WHERE identity = $1 AND created <= $3 AND (created < $3 OR id < $4) ORDER BY created DESC, id DESC LIMIT $2",
);
// The first two terms are the condition of the partial index `action_due`.
static OVERDUE: Select = Select::new(
    &TABLE,
    "WHERE identity IS NOT NULL AND (status = 'created' OR status = 'linked') AND expires < $1 ORDER BY expires LIMIT 500",
);

/// How many actions [`overdue`] and [`forget_unclaimed`] take at a time.
pub const PAGE: usize = 500;

/// Finds an action.
pub fn by_id(tx: &mut Tx, id: &ActionId) -> Result<Option<Action>, StoreError> {
    tx.by_key(&TABLE, params![id])?.map(action).transpose()
}

/// The part of an action that changes after its claim.
pub struct State {
    kind: Kind,
    status: ActionStatus,
    nonce: Option<[u8; 32]>,
    expires: i64,
}

impl State {
    /// Whether the phone's claim is still the one with this nonce.
    #[must_use]
    pub fn is_offered(&self, nonce: &[u8; 32]) -> bool {
        self.nonce.as_ref() == Some(nonce)
    }

    /// What kind of action it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// As [`Action::status_at`].
    #[must_use]
    pub fn status_at(&self, now: i64) -> ActionStatus {
        status_at(self.status, self.expires, now)
    }
}

/// How far an action is, for a caller that has read the rest before.
pub fn state(tx: &mut Tx, id: &ActionId) -> Result<Option<State>, StoreError> {
    let Some(mut row) = tx.by_key(&TABLE, params![id])? else {
        return Ok(None);
    };
    Ok(Some(State {
        kind: row.get("kind")?,
        status: row.get("status")?,
        nonce: row.get("nonce")?,
        expires: row.get("expires")?,
    }))
}

/// An identity's actions, newest first; those after `last`, given by its time and id.
pub fn of_identity(
    tx: &mut Tx,
    identity: &IdentityId,
    last: Option<(i64, &str)>,
    limit: i64,
) -> Result<Vec<Action>, StoreError> {
    let rows = match last {
        None => tx.find_all(&LATEST, params![identity, limit])?,
        Some((created, id)) => tx.find_all(&EARLIER, params![identity, limit, created, id])?,
    };
    rows.into_iter().map(action).collect()
}

/// Up to [`PAGE`] actions of somebody that are not decided and whose time is over.
pub fn overdue(tx: &mut Tx, now: i64) -> Result<Vec<Action>, StoreError> {
    tx.find_all(&OVERDUE, params![now])?
        .into_iter()
        .map(action)
        .collect()
}

static APPROVED_FOR: Select = Select::new(
    &TABLE,
    "WHERE identity = $1 AND partner = $2 AND status IN ('approved', 'delivered') ORDER BY created, id",
);

/// Actions of a partner that a person approved, oldest first.
pub fn approved_for(
    tx: &mut Tx,
    identity: &IdentityId,
    partner: &PartnerId,
) -> Result<Vec<Action>, StoreError> {
    tx.find_all(&APPROVED_FOR, params![identity, partner])?
        .into_iter()
        .map(action)
        .collect()
}

// `status = 'linked'` is the condition of the partial index `action_linked`: a long history costs nothing.
const LINKED_OF_PARTNER: &str =
    "SELECT id FROM action WHERE identity = $1 AND partner = $2 AND status = 'linked' AND id <> $3";

/// Other claimed actions of a partner with a person.
pub fn linked_of_partner(
    tx: &mut Tx,
    identity: &IdentityId,
    partner: &PartnerId,
    except: &ActionId,
) -> Result<Vec<ActionId>, StoreError> {
    tx.rows(LINKED_OF_PARTNER, params![identity, partner, except])?
        .into_iter()
        .map(|mut row| row.only())
        .collect()
}

const DIRECTED: &str = "SELECT COUNT(*) FROM action WHERE identity = $1 AND partner = $2 AND created > $3 \
     AND status IN ('created', 'linked')";

/// How many requests that name this person a partner has open since a time.
pub fn open_directed(
    tx: &mut Tx,
    identity: &IdentityId,
    partner: &PartnerId,
    since: i64,
) -> Result<i64, StoreError> {
    tx.value(DIRECTED, params![identity, partner, since])
}

/// Writes what a phone is offered.
fn offer(row: &mut Draft, c: &Claim) -> Result<(), StoreError> {
    row.set("flow", &c.flow)?;
    row.set("link", c.link.as_ref())?;
    row.set("epoch", c.epoch)?;
    row.set("code_version", c.code_version)?;
    row.set("nonce", &c.nonce)?;
    row.set("view", &c.view)?;
    row.set("given", c.given.as_deref())?;
    row.set("view_hash", &c.view_hash)?;
    row.set("attributes_hash", &c.attributes_hash)?;
    row.set("sim_requested", c.sim_requested)
}

/// Assigns a created action to the phone that claims it; false when another was first.
pub fn claim(tx: &mut Tx, id: &ActionId, c: &Claim) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| {
        if row.get::<ActionStatus>("status")? != ActionStatus::Created {
            return Ok(false);
        }
        row.set("status", &ActionStatus::Linked)?;
        row.set("identity", &c.identity)?;
        row.set("device", &c.device)?;
        row.set("match_code", &c.match_code)?;
        row.set("sim", &c.sim)?;
        offer(row, c)?;
        Ok(true)
    })
}

/// Replaces what a phone was offered when it claimed an action; false when the action is not open, or was offered again
/// since. The match code, which the page shows, stays. The action then lives until `expires`.
pub fn reclaim(
    tx: &mut Tx,
    id: &ActionId,
    before: &Claim,
    now: &Claim,
    expires: i64,
) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| {
        let device: Option<DeviceId> = row.get("device")?;
        if !is_offered(row, before)? || device.as_ref() != Some(&before.device) {
            return Ok(false);
        }
        offer(row, now)?;
        row.set("expires", expires)?;
        Ok(true)
    })
}

/// Whether the action is open, and this claim is the latest one.
fn is_offered(row: &Draft, claim: &Claim) -> Result<bool, StoreError> {
    let open = row.get::<ActionStatus>("status")? == ActionStatus::Linked;
    Ok(open && row.get::<Option<[u8; 32]>>("nonce")? == Some(claim.nonce))
}

/// Writes a decision.
fn decided(row: &mut Draft, to: ActionStatus, d: &Decision) -> Result<(), StoreError> {
    row.set("status", &to)?;
    row.set("transcript", d.transcript.as_ref())?;
    row.set("proof_hash", d.proof_hash.as_ref())?;
    row.set("receipt", d.receipt.as_ref())?;
    row.set("reason", d.reason.as_deref())?;
    row.set("decided", d.decided)
}

/// As [`decide`], as the person decides: on what this claim offered.
pub fn decide_offered(
    tx: &mut Tx,
    id: &ActionId,
    claim: &Claim,
    to: ActionStatus,
    d: &Decision,
) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| {
        if !is_offered(row, claim)? {
            return Ok(false);
        }
        decided(row, to, d)?;
        Ok(true)
    })
}

/// Decides an action that has the status `from`; false when it has another. This condition is what makes the decision
/// unique.
pub fn decide(
    tx: &mut Tx,
    id: &ActionId,
    from: ActionStatus,
    to: ActionStatus,
    d: &Decision,
) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| {
        if row.get::<ActionStatus>("status")? != from {
            return Ok(false);
        }
        decided(row, to, d)?;
        Ok(true)
    })
}

/// Ends an action without a decision of the person: `to` is `expired` or `cancelled`.
pub fn end(
    tx: &mut Tx,
    id: &ActionId,
    from: ActionStatus,
    to: ActionStatus,
    reason: Option<&str>,
    now: i64,
) -> Result<bool, StoreError> {
    let decision = Decision {
        transcript: None,
        proof_hash: None,
        receipt: None,
        reason: reason.map(str::to_owned),
        decided: now,
    };
    decide(tx, id, from, to, &decision)
}

/// Names the receipt of an action that ended without a decision of the person.
pub fn keep_receipt(tx: &mut Tx, id: &ActionId, receipt: &ReceiptId) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| {
        row.set("receipt", receipt)?;
        Ok(true)
    })
}

/// Marks an approved action as fetched by its partner; false when it already was.
pub fn deliver(tx: &mut Tx, id: &ActionId) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| {
        if row.get::<ActionStatus>("status")? != ActionStatus::Approved {
            return Ok(false);
        }
        row.set("status", &ActionStatus::Delivered)?;
        Ok(true)
    })
}

const FORGET_UNCLAIMED: &str = "DELETE FROM action WHERE id IN \
     (SELECT id FROM action WHERE identity IS NULL AND expires < $1 ORDER BY expires LIMIT 500)";

/// Deletes up to [`PAGE`] requests that no phone claimed, whatever ended them: any browser can begin them, and they belong to
/// nobody's history.
pub fn forget_unclaimed(tx: &mut Tx, before: i64) -> Result<usize, StoreError> {
    let deleted = tx.exec(FORGET_UNCLAIMED, params![before])?;
    Ok(usize::try_from(deleted).unwrap_or(PAGE))
}

static UNCLAIMED: Select = Select::new(
    &TABLE,
    "WHERE identity IS NULL AND status = 'created' AND expires > $1",
);

/// Ends the time of every request that no phone has claimed.
pub fn end_unclaimed(tx: &mut Tx, now: i64) -> Result<(), StoreError> {
    for row in tx.find_all(&UNCLAIMED, params![now])? {
        tx.amend_row(&TABLE, row, |row| {
            row.set("expires", now)?;
            Ok(true)
        })?;
    }
    Ok(())
}

static OPEN_OF_PARTNERS: Select = Select::new(
    &TABLE,
    "WHERE identity = $1 AND status = 'linked' AND partner IS NOT NULL",
);

/// Cancels every claimed action of an identity that a partner asked for.
pub fn cancel_open(
    tx: &mut Tx,
    identity: &IdentityId,
    reason: &str,
    now: i64,
) -> Result<(), StoreError> {
    for row in tx.find_all(&OPEN_OF_PARTNERS, params![identity])? {
        tx.amend_row(&TABLE, row, |row| {
            row.set("status", &ActionStatus::Cancelled)?;
            row.set("reason", reason)?;
            row.set("decided", now)?;
            Ok(true)
        })?;
    }
    Ok(())
}
