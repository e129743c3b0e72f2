//! Browsers that may come back: for some minutes after an approval, a partner may get the answer again from the same browser without
//! the person being asked. The person allows it with a switch in the approval.

use ipse_jose::b64;
use ipse_keys::KeyStore;
use ipse_protocol::ids::{ActionId, IdentityId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::{ChoiceKind, Flow};
use ipse_protocol::view::{Choice, Chosen, OFF, ON};
use ipse_protocol::wire::{ReturningBrowser, StopReturnsResponse};
use ipse_protocol::{constant_time_eq, sha256};
use ipse_store::remembered::{self, Remembered};
use ipse_store::{StoreError, Tx, action, grant};

use crate::block;
use crate::device::Incoming;
use crate::effect::{Approval, Effect};
use crate::error::{Error, refuse};
use crate::request::ActionRequest;
use crate::scheme::Scheme;
use crate::view::Sentences;

const MINUTE_MS: i64 = 60_000;
/// Key of the switch in the view.
const SWITCH: &str = "return";
/// How many browsers of a person are listed.
const LISTED: i64 = 20;

/// What a browser shows of itself: its cookie, read.
#[derive(Clone, Debug)]
pub struct ReturnCookie {
    action: ActionId,
    hash: [u8; 32],
}

impl ReturnCookie {
    /// Reads the value of a cookie; none if it is not of the form of ours.
    pub fn parse(value: &str) -> Option<Self> {
        let (action, secret) = value.split_once('.')?;
        b64::decode(secret).ok().filter(|bytes| bytes.len() == 32)?;
        Some(Self {
            action: ActionId::parse(action)?,
            hash: sha256(value.as_bytes()),
        })
    }
}

/// The cookie with which the browser of an approval comes back.
#[derive(Clone)]
pub struct NewCookie {
    /// Its value.
    pub value: String,
    /// Its life, in seconds.
    pub seconds: i64,
}

/// The value is a secret: it is not printed.
impl std::fmt::Debug for NewCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewCookie")
    }
}

/// The switch, if the request may have one. Somebody who forwards a request to another person's phone gets no browser that comes
/// back, so it is there only where the phone opened the browser's link or scanned its page. Test people have no page to scan.
pub(crate) fn choice(
    request: &ActionRequest<'_>,
    flow: Flow,
    sentences: &Sentences<'_>,
) -> Option<Choice> {
    let coming_back = request.coming_back.as_ref()?;
    let beside = matches!(flow, Flow::App | Flow::Qr) || request.sandbox_person.is_some();
    beside.then(|| Choice {
        kind: ChoiceKind::Switch.as_str().to_owned(),
        key: SWITCH.to_owned(),
        label: sentences.with(
            "return-choice",
            &[("minutes", &coming_back.minutes.to_string())],
        ),
        options: Vec::new(),
        default: OFF.to_owned(),
    })
}

/// Prepares what an approval with the switch on does; none with the switch off.
pub(crate) fn prepare(scheme: &Scheme, approval: &Approval<'_>) -> Result<Option<Effect>, Error> {
    let is_on = |chosen: &Chosen| chosen.key == SWITCH && chosen.value == ON;
    if !approval.choices.iter().any(is_on) {
        return Ok(None);
    }
    let coming_back = ActionRequest::parse(&approval.action.request)?.coming_back;
    let minutes = coming_back
        .ok_or(Error::Internal("a switch that the request does not have"))?
        .minutes;
    let action = &approval.action.id;
    let row = Remembered {
        action: action.clone(),
        identity: approval.claim.identity.clone(),
        browser: sha256(cookie_value(&*scheme.keys, action).as_bytes()),
        returns: 0,
        expires: 0,
        ended: None,
    };
    Ok(Some(Box::new(move |tx, now| {
        let mut row = row.clone();
        row.expires = now + i64::from(minutes) * MINUTE_MS;
        remembered::insert(tx, &row)
    })))
}

/// The cookie of an approval. It is derived, so that a reload of the page sets the same one. Only its hash is stored.
fn cookie_value(keys: &dyn KeyStore, action: &ActionId) -> String {
    let secret = keys.mac("login/return-cookie/1", action.as_bytes());
    format!("{action}.{}", b64::encode(&secret))
}

/// The cookie that the browser of an approval gets with its result.
pub(crate) fn new_cookie(
    keys: &dyn KeyStore,
    remembered: &Remembered,
    now: i64,
) -> Option<NewCookie> {
    remembered.is_live(now).then(|| NewCookie {
        value: cookie_value(keys, &remembered.action),
        seconds: (remembered.expires - now) / 1000,
    })
}

/// The browser that shows this cookie, if it is one that may come back.
pub(crate) fn by_cookie(
    tx: &mut Tx,
    cookie: &ReturnCookie,
    now: i64,
) -> Result<Option<Remembered>, StoreError> {
    let found = remembered::by_action(tx, &cookie.action)?;
    Ok(found.filter(|row| row.is_live(now) && constant_time_eq(&row.browser, &cookie.hash)))
}

/// The browsers that may come back to partners of a person, the newest last.
pub(crate) fn returning(
    tx: &mut Tx,
    identity: &IdentityId,
    now: i64,
) -> Result<Vec<ReturningBrowser>, StoreError> {
    let mut listed = Vec::new();
    for row in remembered::live(tx, identity, now, LISTED)? {
        let current = grant::state(tx, &row.action)?.is_some_and(|state| state.may_be_repeated());
        let Some(approved) = action::by_id(tx, &row.action)?.filter(|_| current) else {
            continue;
        };
        let request = ActionRequest::parse(&approved.request)
            .map_err(|_| StoreError::Corrupt("request of an action".into()))?;
        listed.push(ReturningBrowser {
            action: row.action.to_string(),
            partner: request.partner_name.into_owned(),
            domain: request.partner_domain.into_owned(),
            browser: approved.browser_name,
            until: row.expires,
            returns: row.returns.unsigned_abs(),
        });
    }
    Ok(listed)
}

impl Scheme {
    /// "End it now": the browser of an approval may not come back any more. What it has got stays.
    ///
    /// # Errors
    /// `not_found` for an action that is not theirs, or that lets no browser come back; those of the signature.
    pub async fn stop_returns(
        &self,
        incoming: Incoming<'_>,
        id: &str,
    ) -> Result<StopReturnsResponse, Error> {
        let signed = self.verify_request(incoming).await?;
        let id = ActionId::parse(id).ok_or(ProblemCode::NotFound)?;
        let (sequence, who) = (self.sequence(&signed), signed.device.identity.clone());
        self.write(move |tx| {
            sequence.spend(tx)?;
            let found = remembered::by_action(tx, &id)?;
            if found.is_none_or(|row| row.identity != who) {
                refuse!(NotFound);
            }
            let now = tx.now()?;
            if remembered::end(tx, &id, now)? {
                block::action_changed(tx, &id, Some(&who));
            }
            Ok(())
        })
        .await?;
        Ok(StopReturnsResponse {})
    }

    /// The answer of an approval goes to a browser that may come back. If another person allowed that, it comes back no more: the
    /// partner would be told that they are there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_returns_of_another(
        &self,
        approval: &ActionId,
        cookie: ReturnCookie,
    ) -> Result<(), Error> {
        let approval = approval.clone();
        let find = move |tx: &mut Tx| {
            let now = tx.now()?;
            let approver = grant::granted_by(tx, &approval)?;
            let is_another = |row: &Remembered| approver.as_ref() != Some(&row.identity);
            Ok(by_cookie(tx, &cookie, now)?.filter(is_another))
        };
        let Some(row) = self.store.read(find).await? else {
            return Ok(());
        };
        self.write(move |tx| {
            let now = tx.now()?;
            if remembered::end(tx, &row.action, now)? {
                block::action_changed(tx, &row.action, Some(&row.identity));
            }
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_names_an_approval_and_a_secret_and_nothing_else_is_one() {
        let action = ActionId::of(&[7; 16]);
        let secret = b64::encode(&[1; 32]);
        let cookie = ReturnCookie::parse(&format!("{action}.{secret}")).unwrap();
        assert_eq!(cookie.action, action);
        for other in [
            String::new(),
            secret.clone(),
            format!("{action}"),
            format!("{action}."),
            format!("{action}.{}", b64::encode(&[1; 31])),
            format!("{action}.{secret}.{secret}"),
            format!("x{action}.{secret}"),
        ] {
            assert!(ReturnCookie::parse(&other).is_none(), "{other}");
        }
    }
}
