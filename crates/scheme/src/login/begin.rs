//! How a login begins: a pushed or plain request becomes an action.

use std::sync::Arc;

use ipse_jose::b64;
use ipse_keys::KeyStore;
use ipse_protocol::control::{Control, enforced};
use ipse_protocol::{ids, sha256};
use ipse_store::action::{self, Action};
use ipse_store::{StoreError, Tx, partner as partners};

use super::browser::started_in;
use super::{Begun, Browser, LoginError, SECOND_MS};
use crate::action::ActionRequest;
use crate::error::Error;
use crate::partner::{Assertion, spend};
use crate::{Scheme, block, person};

const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

/// What a `request_uri` says beyond its prefix: when it ends, and 192 random bits.
struct Handle {
    expires: i64,
    secret: [u8; 24],
}

impl Handle {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.expires.to_be_bytes());
        bytes[8..].copy_from_slice(&self.secret);
        bytes
    }

    fn hash(&self) -> [u8; 32] {
        sha256(&self.bytes())
    }

    /// The id of the action that begins with it, once: a browser that comes again is found again.
    fn action(&self, life: i64) -> String {
        let (hash, pushed) = (self.hash(), self.expires.wrapping_sub(life));
        ids::dated_by(ids::ACTION, pushed, &std::array::from_fn(|i| hash[i]))
    }

    fn request_uri(&self) -> String {
        format!("{REQUEST_URI}{}", b64::encode(&self.bytes()))
    }

    fn parse(request_uri: &str) -> Option<Self> {
        let bytes = b64::decode(request_uri.strip_prefix(REQUEST_URI)?).ok()?;
        let (expires, secret) = bytes.split_first_chunk::<8>()?;
        Some(Self {
            expires: i64::from_be_bytes(*expires),
            secret: secret.try_into().ok()?,
        })
    }
}

impl Scheme {
    /// Keeps a pushed authorization request (RFC 9126): its `request_uri` and its life in seconds.
    ///
    /// # Errors
    /// [`LoginError::AssertionUsed`].
    pub async fn push_request(
        &self,
        partner: &str,
        assertion: Option<Assertion>,
        asked: &ActionRequest<'_>,
    ) -> Result<(String, u64), LoginError> {
        let request =
            serde_json::to_string(asked).map_err(|_| Error::Internal("request does not encode"))?;
        let who = partner.to_owned();
        let life = self.config.lifetimes.pushed_request;
        let secret = ipse_protocol::random();
        let pushed = self
            .store
            .write(move |tx| {
                if !spend(tx, &who, assertion.as_ref())? {
                    return Ok(None);
                }
                let handle = Handle {
                    expires: tx.now()? + life,
                    secret,
                };
                partners::push(tx, handle.expires, &handle.hash(), &who, &request)?;
                Ok(Some(handle))
            })
            .await?;
        let handle = pushed.ok_or(LoginError::AssertionUsed)?;
        Ok((handle.request_uri(), (life / SECOND_MS) as u64))
    }

    /// Begins the action of a pushed request; the `request_uri` serves once. The browser that began it may come again.
    ///
    /// # Errors
    /// [`LoginError::RequestUnknown`] and those of [`Scheme::begin_plain`].
    pub async fn begin_pushed(
        &self,
        partner: &str,
        request_uri: &str,
        browser: Browser,
    ) -> Result<Begun, LoginError> {
        let handle = Handle::parse(request_uri).ok_or(LoginError::RequestUnknown)?;
        let who = partner.to_owned();
        let id = handle.action(self.config.lifetimes.pushed_request);
        let beginning = self.beginning(browser);
        let (row, now) = self
            .store
            .write(move |tx| {
                let taken = partners::take(tx, handle.expires, &handle.hash(), &who)?;
                let Some(request) = taken else {
                    let before = begun_before(tx, &id, &who, &beginning.browser)?;
                    return Ok(before
                        .map(|row| (row, false))
                        .ok_or(LoginError::RequestUnknown));
                };
                if tx.now()? >= handle.expires {
                    return Ok(Err(LoginError::RequestUnknown));
                }
                let begun = begin(tx, &beginning, id.clone(), &who, request)?;
                Ok(begun.map(|row| (row, true)))
            })
            .await??;
        Ok(if now {
            Begun::Now(Box::new(self.standing(&row, row.created, true)?))
        } else {
            Begun::Before(row.id)
        })
    }

    /// Begins the action of a plain request, for partners that are registered to send those.
    ///
    /// # Errors
    /// [`LoginError::SandboxUnknown`], [`LoginError::PromptOpen`].
    pub async fn begin_plain(
        &self,
        partner: &str,
        asked: &ActionRequest<'_>,
        browser: Browser,
    ) -> Result<String, LoginError> {
        let request =
            serde_json::to_string(asked).map_err(|_| Error::Internal("request does not encode"))?;
        let who = partner.to_owned();
        let beginning = self.beginning(browser);
        let begun = self
            .store
            .write(move |tx| {
                let id = ids::dated(ids::ACTION, tx.now()?);
                begin(tx, &beginning, id, &who, request.clone())
            })
            .await??;
        Ok(begun.id)
    }

    fn beginning(&self, browser: Browser) -> Beginning {
        Beginning {
            keys: self.keys.clone(),
            browser,
            life: self.config.lifetimes.action,
            demo: self.config.is_demo(),
        }
    }
}

/// What every login begins with.
struct Beginning {
    keys: Arc<dyn KeyStore>,
    browser: Browser,
    life: i64,
    demo: bool,
}

/// The action that this very browser began with the request before.
fn begun_before(
    tx: &mut Tx,
    id: &str,
    partner: &str,
    browser: &Browser,
) -> Result<Option<Action>, StoreError> {
    let same =
        |row: &Action| row.partner.as_deref() == Some(partner) && started_in(row, &browser.binding);
    Ok(action::by_id(tx, id)?.filter(same))
}

/// Adds the action of a partner's request.
fn begin(
    tx: &mut Tx,
    beginning: &Beginning,
    id: String,
    partner: &str,
    request: String,
) -> Result<Result<Action, LoginError>, StoreError> {
    let Beginning {
        keys,
        browser,
        life,
        demo,
    } = beginning;
    let Ok(asked) = ActionRequest::parse(&request) else {
        return Err(StoreError::Corrupt("pushed request".into()));
    };
    let now = tx.now()?;
    let identity = match asked.sandbox.as_deref().filter(|_| *demo) {
        None => None,
        Some(name) => {
            let hash = person::lookup_hash(&**keys, "sandbox", name);
            let Some(found) = ipse_store::person::by_lookup(tx, "sandbox", &hash)? else {
                return Ok(Err(LoginError::SandboxUnknown));
            };
            let open = action::open_directed(tx, &found, partner, now - life)?;
            if open > 0 && enforced(Control::T02OnePending) {
                return Ok(Err(LoginError::PromptOpen));
            }
            Some(found)
        }
    };
    let level = asked.level.into_owned();
    let row = Action {
        id,
        kind: "login".into(),
        status: "created".into(),
        level,
        partner: Some(partner.to_owned()),
        request,
        browser: Some(browser.binding.to_vec()),
        browser_name: browser.name.clone(),
        language: browser.language.clone(),
        identity,
        sim: "none".into(),
        created: now,
        expires: now + life,
        ..Action::default()
    };
    action::insert(tx, &row)?;
    if let Some(identity) = &row.identity {
        tx.notify(block::IDENTITY_CHANNEL, identity);
    }
    Ok(Ok(row))
}
