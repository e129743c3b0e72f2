//! What an action asks: kept with the action as JSON.

use std::borrow::Cow;

use ipse_protocol::ids::PartnerId;
use ipse_protocol::terms::Level;
use ipse_store::Kind;
use ipse_store::action::Action;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::Error;

/// The scheme as the partner of the person's own actions, and of browsers in which they log in to see their data. No registration
/// has this id.
pub(crate) const OWN: &str = "par_AAAAAAAAAAAAAAAAAAAAAA";
/// The name under which the scheme asks.
pub(crate) const NAME: &str = "Ipse";
/// The scheme as a partner. No registration has this id, so nobody can send a request in its name.
pub fn own_partner() -> PartnerId {
    PartnerId::of(&[0; 16])
}

/// Whether a partner is the scheme itself.
pub fn is_own_partner(id: &PartnerId) -> bool {
    id.as_str() == OWN
}

/// The browser binding of the person's own actions, which no browser began (protocol §6).
const NO_BROWSER: [u8; 32] = [0; 32];

/// Where an action comes from, as the protocol writes it.
pub(crate) struct Origin<'a> {
    pub(crate) partner: &'a str,
    pub(crate) browser_binding: [u8; 32],
}

impl<'a> Origin<'a> {
    /// The partner and the browser of an action, or the values of the person's own actions.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for a partner without a browser, and a browser without a partner.
    pub(crate) fn of(action: &'a Action) -> Result<Self, Error> {
        let (partner, browser_binding) = match (&action.partner, action.browser) {
            (Some(partner), Some(browser)) => (partner.as_str(), browser),
            (None, None) => (OWN, NO_BROWSER),
            (Some(_), None) | (None, Some(_)) => return Err(Error::Corrupt("origin of an action")),
        };
        Ok(Self {
            partner,
            browser_binding,
        })
    }
}

/// What is asked. Every step of a login reads it, so it borrows from the JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionRequest<'a> {
    /// What kind of action it asks for.
    #[serde(default = "login", skip_serializing_if = "is_login")]
    pub kind: Kind,
    /// The partner's name, as verified at registration.
    #[serde(borrow)]
    pub partner_name: Cow<'a, str>,
    /// The partner's verified domain.
    #[serde(borrow)]
    pub partner_domain: Cow<'a, str>,
    /// The sector in which the person has a `sub`; none for that of the partner alone.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<Cow<'a, str>>,
    /// Code of the service.
    #[serde(borrow)]
    pub service: Cow<'a, str>,
    /// The level that the action must reach.
    pub level: Level,
    /// Names of the attributes that would be released, in the order shown. They are never escaped in JSON.
    #[serde(borrow)]
    pub attributes: Vec<&'a str>,
    /// The sandbox person whom the request names.
    #[serde(
        borrow,
        default,
        rename = "sandbox",
        skip_serializing_if = "Option::is_none"
    )]
    pub sandbox_person: Option<Cow<'a, str>>,
    /// What it says about coming back without asking; none where the service did not register it.
    #[serde(
        borrow,
        default,
        rename = "return",
        skip_serializing_if = "Option::is_none"
    )]
    pub coming_back: Option<ComingBack<'a>>,
    /// What only this kind of action has, JSON. The kind's module reads it ([`ActionRequest::details`]).
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub details: Option<&'a RawValue>,
    /// The OpenID Connect request that must be answered, JSON. The scheme does not read it.
    #[serde(borrow, rename = "reply")]
    pub oidc_request: &'a RawValue,
}

/// What a request says about coming back; only requests of services that registered it say anything.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComingBack<'a> {
    /// For how long the browser may come back after an approval.
    pub minutes: u32,
    /// Where the answer goes. A browser comes back to the same address only.
    #[serde(borrow)]
    pub redirect_uri: Cow<'a, str>,
    /// Whether the person must be asked.
    pub prompting: Prompting,
    /// The longest time since the approval, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<i64>,
    /// The `sub` of the person whom the request names.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Cow<'a, str>>,
}

/// Whether the person must be asked (`prompt` of OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prompting {
    /// Unless this browser may come back.
    #[default]
    Needed,
    /// In no case: the answer comes without asking, or there is none.
    Never,
    /// In any case. The browser may come back later all the same.
    Always,
    /// In any case, and the browser may not come back any more.
    Afresh,
}

/// Requests that name no kind are logins: for a long time there was no other.
fn login() -> Kind {
    Kind::Login
}

fn is_login(kind: &Kind) -> bool {
    *kind == Kind::Login
}

impl<'a> ActionRequest<'a> {
    /// Reads the request of a stored action.
    pub(crate) fn parse(json: &'a str) -> Result<Self, Error> {
        serde_json::from_str(json).map_err(|_| Error::Corrupt("request of an action"))
    }

    /// The JSON that is stored.
    pub(crate) fn to_json(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|_| Error::Internal("a request does not serialize"))
    }

    /// Reads what only this kind of action has.
    ///
    /// # Errors
    /// When there is nothing, or something else.
    pub fn details<T: Deserialize<'a>>(&self) -> Result<T, Error> {
        self.details
            .and_then(|json| serde_json::from_str(json.get()).ok())
            .ok_or(Error::Corrupt("details of an action"))
    }
}
