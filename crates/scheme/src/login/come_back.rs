//! A browser that comes back: the partner gets the answer of an earlier approval again, without the person being asked.

use std::sync::Arc;

use ipse_keys::KeyStore;
use ipse_protocol::ids::{ActionId, PartnerId, ReceiptId};
use ipse_protocol::terms::{ActionStatus, LeafKind, Level};
use ipse_store::action::{self, Action, Decision};
use ipse_store::grant::{self, Grant, GrantState};
use ipse_store::person::{LookupField, by_lookup};
use ipse_store::receipt::{self, Receipt};
use ipse_store::remembered;
use ipse_store::sim::{self, BindingStatus};
use ipse_store::{StoreError, Tx};
use serde::Serialize;

use super::Browser;
use super::begin::Beginning;
use crate::error::Error;
use crate::grant as grants;
use crate::remembered::{ReturnCookie, by_cookie};
use crate::request::{ActionRequest, ComingBack, Prompting};
use crate::scheme::Scheme;
use crate::{block, person};

/// How often a browser may come back for one approval. A browser that is sent here in a circle fills no log.
const MOST_RETURNS: i64 = 100;

/// Whether a request is answered without asking.
#[expect(clippy::large_enum_variant, reason = "one value a request")]
pub(super) enum Judgement {
    /// The person is asked.
    Prompt,
    /// The person is asked, and this browser may not come back any more.
    PromptAfresh(ActionId),
    /// The answer of this grant is given again.
    Repeat(GrantState),
}

/// What a request is judged with.
#[derive(Clone)]
pub(super) struct Judge {
    keys: Arc<dyn KeyStore>,
    partner: PartnerId,
    cookie: Option<ReturnCookie>,
    /// Without any event for longer, an operator's feed is not healthy; milliseconds.
    stale_feed: i64,
}

impl Judge {
    /// Whether the browser shows anything to come back with.
    pub(super) fn has_cookie(&self) -> bool {
        self.cookie.is_some()
    }

    /// Judges a request. What the person approved is repeated as far as it is requested again, with no higher level; whatever
    /// else is requested needs the person.
    pub(super) fn judge(
        &self,
        tx: &mut Tx,
        request: &ActionRequest<'_>,
    ) -> Result<Judgement, StoreError> {
        let (Some(coming_back), Some(cookie)) = (&request.coming_back, &self.cookie) else {
            return Ok(Judgement::Prompt);
        };
        let now = tx.now()?;
        let Some(row) = by_cookie(tx, cookie, now)? else {
            return Ok(Judgement::Prompt);
        };
        let Some(found) = grant::state(tx, &row.action)? else {
            return Ok(Judgement::Prompt);
        };
        if found.grant.partner != self.partner || !found.may_be_repeated() {
            return Ok(Judgement::Prompt);
        }
        let age_ms = now - found.grant.auth_time;
        let too_old = coming_back
            .max_age
            .is_some_and(|max_age| age_ms > max_age.saturating_mul(1000));
        match coming_back.prompting {
            Prompting::Afresh => return Ok(Judgement::PromptAfresh(row.action)),
            _ if too_old => return Ok(Judgement::PromptAfresh(row.action)),
            Prompting::Always => return Ok(Judgement::Prompt),
            Prompting::Needed | Prompting::Never => {}
        }
        let fits = row.returns < MOST_RETURNS
            && same_request(request, coming_back, &found)?
            && self.same_person(tx, request, &found.grant)?
            && (request.level == Level::Basic || self.sim_is_watched(tx, &found.grant)?);
        Ok(if fits {
            Judgement::Repeat(found)
        } else {
            Judgement::Prompt
        })
    }

    /// A request for a test person is answered for that one only.
    fn same_person(
        &self,
        tx: &mut Tx,
        request: &ActionRequest<'_>,
        grant: &Grant,
    ) -> Result<bool, StoreError> {
        let Some(name) = &request.sandbox_person else {
            return Ok(true);
        };
        let field = LookupField::Sandbox;
        let hash = person::lookup_hash(&*self.keys, field, name);
        let named = by_lookup(tx, field, &hash)?;
        Ok(named.as_ref() == Some(&grant.identity))
    }

    /// Whether the scheme would know by now if the SIM had changed.
    fn sim_is_watched(&self, tx: &mut Tx, grant: &Grant) -> Result<bool, StoreError> {
        let bound = sim::binding(tx, &grant.identity)?
            .filter(|binding| binding.status == BindingStatus::Bound);
        match bound {
            Some(binding) => {
                let since = tx.now()? - self.stale_feed;
                sim::feed_healthy(tx, &binding.operator, since)
            }
            None => Ok(false),
        }
    }
}

/// Whether a request asks for nothing that was not asked for at the approval.
fn same_request(
    request: &ActionRequest<'_>,
    coming_back: &ComingBack<'_>,
    found: &GrantState,
) -> Result<bool, StoreError> {
    let earlier = ActionRequest::parse(&found.request)
        .map_err(|_| StoreError::Corrupt("request of an action".into()))?;
    let Some(earlier_return) = &earlier.coming_back else {
        return Ok(false);
    };
    Ok(earlier.service == request.service
        && earlier_return.redirect_uri == coming_back.redirect_uri
        && request.level <= found.level
        && request
            .attributes
            .iter()
            .all(|name| earlier.attributes.contains(name))
        && coming_back
            .subject
            .as_ref()
            .is_none_or(|subject| **subject == found.grant.sub))
}

/// The evidence of a return. The approval that it rests on has its own.
#[derive(Serialize)]
struct Evidence<'a> {
    /// The action of the approval.
    approval: &'a str,
    /// The partner.
    partner: &'a str,
    /// Its name.
    partner_name: &'a str,
    /// Its domain.
    partner_domain: &'a str,
    /// What the browser calls itself.
    browser: &'a str,
    /// Names of what was given again.
    attributes: Vec<&'a str>,
    /// Milliseconds.
    time: i64,
}

/// An answer that is ready to be given, before the transaction that gives it.
pub(super) struct Answer {
    action: Action,
    grant: Grant,
    receipt: Receipt,
    code_life: i64,
    approval: ActionId,
}

impl Scheme {
    pub(super) fn judge(&self, partner: &PartnerId, browser: &Browser) -> Judge {
        Judge {
            keys: self.keys.clone(),
            partner: partner.clone(),
            cookie: browser.return_cookie.clone(),
            stale_feed: self.config.lifetimes.operator_feed,
        }
    }

    /// Prepares the answer to a request of a browser that may come back; none if the person must be asked.
    pub(super) async fn prepare_answer(
        &self,
        beginning: &Beginning,
        json: &str,
        id: &ActionId,
    ) -> Result<Option<Answer>, Error> {
        let (judge, browser) = (&beginning.judge, &beginning.browser);
        if !judge.has_cookie() {
            return Ok(None);
        }
        let (first, text) = (judge.clone(), json.to_owned());
        let (judged, now) = self
            .store
            .read(move |tx| {
                let request = ActionRequest::parse(&text)
                    .map_err(|_| StoreError::Corrupt("request of an action".into()))?;
                Ok((first.judge(tx, &request)?, tx.now()?))
            })
            .await?;
        let Judgement::Repeat(found) = judged else {
            return Ok(None);
        };
        let request = ActionRequest::parse(json)?;
        let identity = found.grant.identity.clone();
        let key = self.persons.key(&identity).await?;
        let repeated = grants::repeat(self, &found.grant, &key, id, &request.attributes)?;
        let evidence = Evidence {
            approval: &found.grant.action,
            partner: &judge.partner,
            partner_name: &request.partner_name,
            partner_domain: &request.partner_domain,
            browser: &browser.name,
            attributes: repeated.names(),
            time: now,
        };
        let evidence = serde_json::to_vec(&evidence)
            .map_err(|_| Error::Internal("the evidence of a return does not serialize"))?;
        let receipt = self.recorder(&identity).await?.prepare(
            ReceiptId::dated(now, &self.random),
            LeafKind::Return,
            Some(id),
            &evidence,
            now,
        )?;
        let action = Action {
            id: id.clone(),
            kind: request.kind,
            status: ActionStatus::Approved,
            level: request.level,
            partner: Some(judge.partner.clone()),
            request: json.to_owned(),
            browser: Some(browser.binding),
            browser_name: browser.name.clone(),
            language: browser.language,
            identity: Some(identity),
            claim: None,
            decision: Some(Decision {
                transcript: None,
                proof_hash: None,
                receipt: Some(receipt.id.clone()),
                reason: None,
                decided: 0,
            }),
            created: 0,
            expires: 0,
        };
        Ok(Some(Answer {
            action,
            grant: repeated.grant,
            receipt,
            code_life: self.config.lifetimes.code,
            approval: found.grant.action,
        }))
    }
}

impl Answer {
    /// Whether it repeats this grant.
    pub(super) fn repeats(&self, found: &GrantState) -> bool {
        self.approval == found.grant.action
    }

    /// Gives the answer, if the request may still be answered without asking.
    pub(super) fn give(&self, tx: &mut Tx, life: i64) -> Result<Option<Action>, StoreError> {
        let now = tx.now()?;
        if !remembered::count_return(tx, &self.approval, MOST_RETURNS, now)? {
            return Ok(None);
        }
        let mut row = self.action.clone();
        (row.created, row.expires) = (now, now + life);
        if let Some(decision) = &mut row.decision {
            decision.decided = now;
        }
        action::insert(tx, &row)?;
        receipt::insert(tx, &self.receipt)?;
        let mut grant = self.grant.clone();
        grant.code_expires = now + self.code_life;
        grant::insert(tx, &grant)?;
        block::action_changed(tx, &row.id, row.identity.as_ref());
        Ok(Some(row))
    }
}
