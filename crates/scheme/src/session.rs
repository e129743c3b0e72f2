//! Sessions in which a person looks at their own data, in a browser where they logged in with their phone.
//!
//! A session is a grant that the scheme gives itself: an approved action is redeemed for a cookie instead of an access token. So it
//! ends like one: after ten minutes, when somebody revokes it, and whenever the identity changes.

use ipse_protocol::ids::{ActionId, IdentityId};
use ipse_protocol::terms::Level;
use ipse_protocol::{constant_time_eq, sha256};
use ipse_store::grant::{self, GrantState};
use ipse_store::{Kind, StoreError, Tx, action};
use serde_json::value::RawValue;

use crate::actor::Viewer;
use crate::error::{Error, RuleError};
use crate::export::{Export, ForSession, OPEN_MS};
use crate::grant::{bearer, by_code, live};
use crate::login::{Begun, Browser};
use crate::refusal::{CodeRefusal, LoginError, LoginRefusal};
use crate::request::{ActionRequest, NAME, is_own_partner, own_partner};
use crate::scheme::Scheme;

/// The service of a login in which the person looks at their data.
const LOGIN: &str = "IPSE_ME";
/// The service of an approval that opens the data to a browser.
const EXPORT: &str = "EXPORT_BROWSER";

/// A session that begins.
pub struct NewSession {
    /// The value of its cookie. Only its hash is stored.
    pub cookie: String,
    /// Its life, in seconds.
    pub seconds: i64,
}

/// A session that a browser has.
#[derive(Clone, Debug)]
pub struct Session {
    /// The action whose approval began it.
    action: ActionId,
    /// Whose it is.
    identity: IdentityId,
    /// Whether that approval opened the data.
    opens: bool,
    /// How long it lasts, milliseconds.
    pub left: i64,
}

impl Session {
    /// The person, as somebody who looks at their own history.
    pub fn viewer(&self) -> Viewer {
        Viewer {
            identity: self.identity.clone(),
            device: None,
        }
    }

    /// Whether it may see the data: after an approval of its own, with SIM and code.
    pub fn opens_data(&self) -> bool {
        self.opens
    }
}

impl Scheme {
    /// The person wants to log in to see their data: a login like one of a partner begins.
    ///
    /// # Errors
    /// [`LoginRefusal::TooManyOpen`].
    pub async fn begin_own_login(&self, browser: Browser) -> Result<Begun, LoginError> {
        let asked = own_request(Kind::Login, LOGIN, self.host(), None);
        self.begin_plain(&own_partner(), &asked, browser).await
    }

    /// A session wants to see the data: the action begins that opens them, for its person only.
    ///
    /// # Errors
    /// [`LoginRefusal::TooManyOpen`].
    pub async fn begin_own_export(
        &self,
        session: &Session,
        browser: Browser,
    ) -> Result<Begun, LoginError> {
        let details = serde_json::value::to_raw_value(&ForSession {
            session: session.action.clone(),
            identity: session.identity.clone(),
        })
        .map_err(|_| Error::Internal("details of a request do not serialize"))?;
        let asked = own_request(Kind::Export, EXPORT, self.host(), Some(&details));
        self.begin_plain(&own_partner(), &asked, browser).await
    }

    /// The host of the issuer, which the person sees in the address bar.
    fn host(&self) -> &str {
        let issuer = &self.config.issuer;
        issuer.split_once("//").map_or(issuer, |(_, host)| host)
    }

    /// Redeems the code of an approved action for a session, once. `shown` is the cookie of the session that the browser has: the
    /// approval of an export counts for the session that began it, in its browser. It ends, whatever the new one is for.
    ///
    /// # Errors
    /// [`LoginRefusal::Code`].
    pub async fn begin_session(
        &self,
        code: &str,
        shown: Option<&str>,
    ) -> Result<NewSession, LoginError> {
        let (code, shown) = (code.to_owned(), shown.map(str::to_owned));
        let secret = self.random.bytes();
        let action = self
            .store
            .write_rule(move |tx| begin(tx, &code, shown.as_deref(), &secret))
            .await?;
        Ok(NewSession {
            cookie: bearer(&action, &secret),
            seconds: OPEN_MS / 1000,
        })
    }

    /// The session of a cookie, as long as it lasts.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session(&self, cookie: &str) -> Result<Option<Session>, Error> {
        let cookie = cookie.to_owned();
        let read = move |tx: &mut Tx| {
            let now = tx.now()?;
            let Some(found) = of_cookie(tx, &cookie)? else {
                return Ok(None);
            };
            let request = request(&found)?;
            Ok(Some(Session {
                left: found.grant.token_expires.unwrap_or(now) - now,
                opens: request.kind == Kind::Export,
                action: found.grant.action,
                identity: found.grant.identity,
            }))
        };
        Ok(self.store.read(read).await?)
    }

    /// All that the scheme holds on the person of a session; none if it may not see that.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session_export(&self, session: &Session) -> Result<Option<Export>, Error> {
        match session.opens {
            true => self.document(&session.identity).await.map(Some),
            false => Ok(None),
        }
    }

    /// Ends the session of a cookie.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_session(&self, cookie: &str) -> Result<(), Error> {
        let cookie = cookie.to_owned();
        let end = move |tx: &mut Tx| {
            if let Some(found) = of_cookie(tx, &cookie)? {
                grant::revoke(tx, &found.grant.action)?;
            }
            Ok(())
        };
        Ok(self.store.write(end).await?)
    }
}

fn own_request<'a>(
    kind: Kind,
    service: &'a str,
    host: &'a str,
    details: Option<&'a RawValue>,
) -> ActionRequest<'a> {
    ActionRequest {
        kind,
        partner_name: NAME.into(),
        partner_domain: host.into(),
        sector: None,
        service: service.into(),
        level: Level::Advanced,
        attributes: Vec::new(),
        sandbox_person: None,
        coming_back: None,
        details,
        oidc_request: RawValue::NULL,
    }
}

fn request(found: &GrantState) -> Result<ActionRequest<'_>, StoreError> {
    ActionRequest::parse(&found.request)
        .map_err(|_| StoreError::Corrupt("request of an action".into()))
}

/// The session of a cookie, while it lasts.
fn of_cookie(tx: &mut Tx, cookie: &str) -> Result<Option<GrantState>, StoreError> {
    Ok(live(tx, cookie)?.filter(|found| is_own_partner(&found.grant.partner)))
}

fn begin(
    tx: &mut Tx,
    code: &str,
    shown: Option<&str>,
    secret: &[u8; 32],
) -> Result<ActionId, RuleError<LoginRefusal>> {
    let found = by_code(tx, code)?.ok_or(CodeRefusal::Unknown)?;
    let grant = &found.grant;
    if !is_own_partner(&grant.partner) {
        return Err(CodeRefusal::Foreign.into());
    }
    let now = tx.now()?;
    if now >= grant.code_expires {
        return Err(CodeRefusal::Expired.into());
    }
    if !found.is_current() {
        return Err(CodeRefusal::IdentityChanged.into());
    }
    let earlier = match shown {
        None => None,
        Some(cookie) => of_cookie(tx, cookie)?,
    };
    let asked = request(&found)?;
    if asked.kind == Kind::Export {
        let wanted: ForSession = asked
            .details()
            .map_err(|_| StoreError::Corrupt("details of an action".into()))?;
        let began = |earlier: &GrantState| {
            constant_time_eq(earlier.grant.action.as_bytes(), wanted.session.as_bytes())
                && earlier.grant.identity == grant.identity
        };
        if !earlier.as_ref().is_some_and(began) {
            return Err(CodeRefusal::Foreign.into());
        }
    }
    let token_hash = sha256(bearer(&grant.action, secret).as_bytes());
    if !grant::redeem(tx, &grant.action, &token_hash, now + OPEN_MS)? {
        return Err(CodeRefusal::Used.into());
    }
    action::deliver(tx, &grant.action)?;
    if let Some(earlier) = earlier {
        grant::revoke(tx, &earlier.grant.action)?;
    }
    Ok(grant.action.clone())
}
