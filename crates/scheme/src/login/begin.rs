//! How a login begins: a pushed or plain request becomes an action.

use ipse_jose::b64;
use ipse_keys::KeyStore;
use ipse_protocol::control::{Control, enforced};
use ipse_protocol::{ids, sha256};
use ipse_store::action::{self, Action};
use ipse_store::{StoreError, Tx, partner as partners};

use super::{Browser, LoginError, SECOND_MS};
use crate::action::Asked;
use crate::error::Error;
use crate::partner::{Assertion, spend};
use crate::{Scheme, block, person};

const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

impl Scheme {
    /// Keeps a pushed authorization request (RFC 9126): its `request_uri` and its life in seconds.
    ///
    /// # Errors
    /// [`LoginError::AssertionUsed`].
    pub async fn push_request(
        &self,
        partner: &str,
        assertion: Option<Assertion>,
        asked: &Asked,
    ) -> Result<(String, u64), LoginError> {
        let handle = b64::encode(&ipse_protocol::random::<24>());
        let request =
            serde_json::to_string(asked).map_err(|_| Error::Internal("request does not encode"))?;
        let (who, hash) = (partner.to_owned(), sha256(handle.as_bytes()));
        let life = self.config.lifetimes.pushed_request;
        let fresh = self
            .store
            .write(move |tx| {
                if !spend(tx, &who, assertion.as_ref())? {
                    return Ok(false);
                }
                let expires = tx.now()? + life;
                partners::push(tx, &hash, &who, &request, expires)?;
                Ok(true)
            })
            .await?;
        if !fresh {
            return Err(LoginError::AssertionUsed);
        }
        Ok((format!("{REQUEST_URI}{handle}"), (life / SECOND_MS) as u64))
    }

    /// Begins the action of a pushed request; the `request_uri` serves once.
    ///
    /// # Errors
    /// [`LoginError::RequestUnknown`] and those of [`Scheme::begin_plain`].
    pub async fn begin_pushed(
        &self,
        partner: &str,
        request_uri: &str,
        browser: Browser,
    ) -> Result<String, LoginError> {
        let handle = request_uri
            .strip_prefix(REQUEST_URI)
            .ok_or(LoginError::RequestUnknown)?;
        let hash = sha256(handle.as_bytes());
        let (who, life) = (partner.to_owned(), self.config.lifetimes.action);
        let demo = self.config.is_demo();
        let keys = self.keys.clone();
        self.store
            .write(move |tx| {
                let Some((request, expires)) = partners::take(tx, &hash, &who)? else {
                    return Ok(Err(LoginError::RequestUnknown));
                };
                if tx.now()? >= expires {
                    return Ok(Err(LoginError::RequestUnknown));
                }
                begin(tx, &*keys, &who, request, &browser, life, demo)
            })
            .await?
    }

    /// Begins the action of a plain request, for partners that are registered to send those.
    ///
    /// # Errors
    /// [`LoginError::SandboxUnknown`], [`LoginError::PromptOpen`].
    pub async fn begin_plain(
        &self,
        partner: &str,
        asked: &Asked,
        browser: Browser,
    ) -> Result<String, LoginError> {
        let request =
            serde_json::to_string(asked).map_err(|_| Error::Internal("request does not encode"))?;
        let (who, life) = (partner.to_owned(), self.config.lifetimes.action);
        let demo = self.config.is_demo();
        let keys = self.keys.clone();
        self.store
            .write(move |tx| begin(tx, &*keys, &who, request.clone(), &browser, life, demo))
            .await?
    }
}

/// Adds the action of a partner's request.
fn begin(
    tx: &mut Tx,
    keys: &dyn KeyStore,
    partner: &str,
    request: String,
    browser: &Browser,
    life: i64,
    demo: bool,
) -> Result<Result<String, LoginError>, StoreError> {
    let Ok(asked) = Asked::parse(&request) else {
        return Err(StoreError::Corrupt("pushed request".into()));
    };
    let now = tx.now()?;
    let identity = match asked.sandbox.as_deref().filter(|_| demo) {
        None => None,
        Some(name) => {
            let hash = person::lookup_hash(keys, "sandbox", name);
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
    let row = Action {
        id: ids::dated(ids::ACTION, now),
        kind: "login".into(),
        status: "created".into(),
        level: asked.level.clone(),
        partner: Some(partner.to_owned()),
        request,
        link: Some(ipse_protocol::random::<16>().to_vec()),
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
    Ok(Ok(row.id))
}
