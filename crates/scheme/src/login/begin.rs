//! How a login begins: a pushed or plain request becomes an action.

use std::net::IpAddr;
use std::sync::Arc;

use ipse_jose::b64;
use ipse_keys::KeyStore;
use ipse_protocol::ids::{ActionId, PartnerId};
use ipse_protocol::sha256;
use ipse_protocol::terms::ActionStatus;
use ipse_store::action::{self, Action};
use ipse_store::person::LookupField;
use ipse_store::{StoreError, Tx, pushed_request, remembered};

use super::browser::started_in;
use super::come_back::{Answer, Judge, Judgement};
use super::{Begun, Browser, LoginError, LoginRefusal, SECOND_MS};
use crate::error::RuleError;
use crate::open::{OpenRequest, Way};
use crate::partner::{Evidence, use_up};
use crate::request::{ActionRequest, Prompting};
use crate::scheme::Scheme;
use crate::{block, person};

const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

/// What a `request_uri` holds after its prefix: its expiry, and 192 random bits.
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

    /// Under what it is counted until it is used.
    fn open_as(secret: &[u8; 24]) -> String {
        format!("par/{}", b64::encode(secret))
    }

    fn hash(&self) -> [u8; 32] {
        sha256(&self.bytes())
    }

    /// The id of the action that begins with it. It is derived, so that a browser that comes again is recognised.
    fn action(&self, life: i64) -> ActionId {
        let (hash, pushed) = (self.hash(), self.expires.wrapping_sub(life));
        ActionId::dated_by(pushed, &std::array::from_fn(|i| hash[i]))
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
    /// [`LoginRefusal::AssertionUsed`], [`LoginRefusal::ProofUsed`], [`LoginRefusal::TooManyOpen`].
    pub async fn push_request(
        &self,
        partner: &PartnerId,
        evidence: Evidence,
        request: &ActionRequest<'_>,
    ) -> Result<(String, u64), LoginError> {
        let request = request.to_json()?;
        let partner = partner.clone();
        let life = self.config.lifetimes.pushed_request;
        let secret = self.random.bytes();
        let place = Handle::open_as(&secret);
        self.open_request(
            &place,
            None,
            &open_request(Way::Pushed, &partner, None),
            life,
        )?;
        let pushed = self
            .store
            .write_rule(move |tx| {
                use_up(tx, &partner, &evidence)?;
                let handle = Handle {
                    expires: tx.now()? + life,
                    secret,
                };
                pushed_request::push(tx, handle.expires, &handle.hash(), &partner, &request)?;
                Ok::<_, RuleError<LoginRefusal>>(handle)
            })
            .await;
        let handle = self.open.settled(&place, pushed)?;
        Ok((handle.request_uri(), (life / SECOND_MS).unsigned_abs()))
    }

    /// Begins the action of a pushed request. A `request_uri` is used once; the browser that used it may come again.
    ///
    /// # Errors
    /// [`LoginRefusal::RequestUnknown`] and those of [`Scheme::begin_plain`].
    pub async fn begin_pushed(
        &self,
        partner: &PartnerId,
        request_uri: &str,
        browser: Browser,
    ) -> Result<Begun, LoginError> {
        let handle = Handle::parse(request_uri).ok_or(LoginRefusal::RequestUnknown)?;
        let partner = partner.clone();
        let id = handle.action(self.config.lifetimes.pushed_request);
        let open = open_request(Way::Pushed, &partner, Some(browser.address));
        let (place, pushed) = (id.to_string(), Handle::open_as(&handle.secret));
        let life = self.config.lifetimes.action;
        self.open_request(&place, Some(&pushed), &open, life)?;
        let mut beginning = self.beginning(browser, &partner);
        if beginning.judge.has_cookie() {
            let (expires, hash, partner) = (handle.expires, handle.hash(), partner.clone());
            let waiting = self
                .store
                .read(move |tx| pushed_request::waiting(tx, expires, &hash, &partner))
                .await?;
            if let Some(json) = waiting {
                beginning.answer = self.prepare_answer(&beginning, &json, &id).await?;
            }
        }
        let begun = self
            .store
            .write_rule(move |tx| {
                let consumed =
                    pushed_request::consume(tx, handle.expires, &handle.hash(), &partner)?;
                let Some(request) = consumed else {
                    return match begun_before(tx, &id, &partner, &beginning.browser)? {
                        Some(row) => Ok(Started::Before(row)),
                        None => Err(LoginRefusal::RequestUnknown.into()),
                    };
                };
                if tx.now()? >= handle.expires {
                    return Err(LoginRefusal::RequestUnknown.into());
                }
                beginning.begin(tx, id.clone(), &partner, request)
            })
            .await;
        self.begun(&place, begun)
    }

    /// Begins the action of a plain request, for partners whose registration allows those.
    ///
    /// # Errors
    /// [`LoginRefusal::TooManyOpen`], [`LoginRefusal::SandboxUnknown`], [`LoginRefusal::PromptOpen`].
    pub async fn begin_plain(
        &self,
        partner: &PartnerId,
        request: &ActionRequest<'_>,
        browser: Browser,
    ) -> Result<Begun, LoginError> {
        let request = request.to_json()?;
        let partner = partner.clone();
        let open = open_request(Way::Plain, &partner, Some(browser.address));
        // The time in an id orders rows, and decides nothing.
        let id = ActionId::dated_by(self.clock.unix_ms(), &self.random.bytes());
        let place = id.to_string();
        self.open_request(&place, None, &open, self.config.lifetimes.action)?;
        let mut beginning = self.beginning(browser, &partner);
        beginning.answer = self.prepare_answer(&beginning, &request, &id).await?;
        let begun = self
            .store
            .write_rule(move |tx| beginning.begin(tx, id.clone(), &partner, request.clone()))
            .await;
        self.begun(&place, begun)
    }

    /// What the browser gets. A request that waits for no phone is not counted as open.
    fn begun(
        &self,
        place: &str,
        started: Result<Started, RuleError<LoginRefusal>>,
    ) -> Result<Begun, LoginError> {
        let started = self.open.settled(place, started)?;
        let waits = match &started {
            Started::New(row) | Started::Before(row) => row.status == ActionStatus::Created,
            Started::PersonNeeded(_) => false,
        };
        if !waits {
            self.open.release(place);
        }
        Ok(match started {
            Started::New(row) => {
                Begun::Now(Box::new(self.sign_in_state(&row, row.created, true)?))
            }
            Started::Before(row) => Begun::Before(row.id),
            Started::PersonNeeded(oidc_request) => Begun::PersonNeeded(oidc_request),
        })
    }

    fn open_request(
        &self,
        place: &str,
        replaces: Option<&str>,
        request: &OpenRequest,
        life: i64,
    ) -> Result<(), LoginRefusal> {
        let now = self.clock.unix_ms();
        match self
            .open
            .request(place, replaces, request, (now, now + life))
        {
            true => Ok(()),
            false => Err(LoginRefusal::TooManyOpen),
        }
    }

    fn beginning(&self, browser: Browser, partner: &PartnerId) -> Beginning {
        Beginning {
            keys: self.keys.clone(),
            judge: self.judge(partner, &browser),
            answer: None,
            browser,
            life: self.config.lifetimes.action,
            demo: self.config.is_demo(),
        }
    }
}

fn open_request(way: Way, partner: &PartnerId, address: Option<IpAddr>) -> OpenRequest {
    OpenRequest {
        way,
        partner: partner.clone(),
        address,
    }
}

/// The action that this same browser began with the request before.
fn begun_before(
    tx: &mut Tx,
    id: &ActionId,
    partner: &PartnerId,
    browser: &Browser,
) -> Result<Option<Action>, StoreError> {
    let same =
        |row: &Action| row.partner.as_ref() == Some(partner) && started_in(row, &browser.binding);
    Ok(action::by_id(tx, id)?.filter(same))
}

/// How a request began.
enum Started {
    /// With this action.
    New(Action),
    /// With this action, in the same browser before.
    Before(Action),
    /// Not at all: the person would have to be asked. The OpenID Connect request, JSON.
    PersonNeeded(String),
}

/// What every login begins with.
pub(super) struct Beginning {
    keys: Arc<dyn KeyStore>,
    pub(super) judge: Judge,
    /// The answer without asking, if there may be one.
    answer: Option<Answer>,
    pub(super) browser: Browser,
    life: i64,
    demo: bool,
}

impl Beginning {
    /// Answers a partner's request without asking, or adds its action.
    fn begin(
        &self,
        tx: &mut Tx,
        id: ActionId,
        partner: &PartnerId,
        json: String,
    ) -> Result<Started, RuleError<LoginRefusal>> {
        let Ok(request) = ActionRequest::parse(&json) else {
            return Err(StoreError::Corrupt("pushed request".into()).into());
        };
        let now = tx.now()?;
        match (self.judge.judge(tx, &request)?, &self.answer) {
            (Judgement::Repeat(found), Some(answer)) if answer.repeats(&found) => {
                if let Some(row) = answer.give(tx, self.life)? {
                    return Ok(Started::New(row));
                }
            }
            (Judgement::PromptAfresh(approval), _) => {
                remembered::end(tx, &approval, now)?;
            }
            (Judgement::Repeat(_) | Judgement::Prompt, _) => {}
        }
        if matches!(&request.coming_back, Some(c) if c.prompting == Prompting::Never) {
            let oidc_request = request.oidc_request.get().to_owned();
            return Ok(Started::PersonNeeded(oidc_request));
        }
        let identity = match request.sandbox_person.as_deref().filter(|_| self.demo) {
            None => None,
            Some(name) => {
                let field = LookupField::Sandbox;
                let hash = person::lookup_hash(&*self.keys, field, name);
                let found = ipse_store::person::by_lookup(tx, field, &hash)?
                    .ok_or(LoginRefusal::SandboxUnknown)?;
                if action::open_directed(tx, &found, partner, now - self.life)? > 0 {
                    return Err(LoginRefusal::PromptOpen.into());
                }
                Some(found)
            }
        };
        let (kind, level) = (request.kind, request.level);
        let row = Action {
            id,
            kind,
            status: ActionStatus::Created,
            level,
            partner: Some(partner.clone()),
            request: json,
            browser: Some(self.browser.binding),
            browser_name: self.browser.name.clone(),
            language: self.browser.language,
            identity,
            claim: None,
            decision: None,
            created: now,
            expires: now + self.life,
        };
        action::insert(tx, &row)?;
        if let Some(identity) = &row.identity {
            tx.notify(block::IDENTITY_CHANNEL, identity);
        }
        Ok(Started::New(row))
    }
}
