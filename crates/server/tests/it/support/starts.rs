//! Logins that wait for a phone.

use ipse_protocol::wire::Offer;
use ipse_scheme::Error;
use ipse_scheme::login::Begun;
use ipse_scheme::request::ActionRequest;
use ipse_texts::Language;

use super::partner::Login;
use super::{Browser, Page, Partner, Phone, TestNetwork, parsed};

/// The binding of the browser that starts the actions of races.
pub const RACER: [u8; 32] = [1; 32];

/// A login whose page waits for a phone.
pub struct Started {
    pub browser: Browser,
    pub login: Login,
    /// `act_…`
    pub action: String,
    /// Same-device link.
    pub link: String,
    /// QR text when the page was opened.
    pub qr: String,
}

impl Started {
    /// Cancels on the page, at this node.
    pub async fn cancel(&mut self, issuer: &str) -> Page {
        let page = self.browser.get(&self.login.action_page).await;
        page.cancel(&mut self.browser, issuer).await
    }
}

impl Page {
    /// Submits the form that cancels.
    pub async fn cancel(&self, browser: &mut Browser, issuer: &str) -> Page {
        let (to, form) = self
            .form("cancel")
            .unwrap_or_else(|| panic!("no form: {}", self.text));
        let pairs: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        browser.post(&format!("{issuer}{to}"), &pairs).await
    }
}

/// The stable code of a refusal.
pub fn refusal<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(error) => error.into_problem().code.as_str().to_owned(),
    }
}

impl TestNetwork {
    /// Starts a login and opens its page.
    pub async fn start(&self, partner: &Partner) -> Started {
        self.start_with(partner, &[]).await
    }

    /// As [`TestNetwork::start`], for the level that needs no SIM.
    pub async fn start_basic(&self, partner: &Partner) -> Started {
        self.start_with(partner, &[("acr_values", "basic")]).await
    }

    /// As [`TestNetwork::start`], with parameters replaced.
    pub async fn start_with(&self, partner: &Partner, changes: &[(&str, &str)]) -> Started {
        let mut browser = self.browser();
        let login = partner.begin_with(&mut browser, changes).await;
        let page = browser.get(&login.action_page).await;
        let attribute = |id: &str, name: &str| {
            page.attribute(&format!("id=\"{id}\""), name)
                .unwrap_or_else(|| panic!("no {id}: {}", page.text))
        };
        Started {
            action: super::partner_parameter(&login.action_page, "action").expect("an action"),
            link: attribute("open-app", "href"),
            qr: attribute("qr", "data-text"),
            browser,
            login,
        }
    }

    /// A login that this phone has claimed on the same device.
    pub async fn offer(&self, partner: &Partner, phone: &mut Phone) -> Offer {
        let started = self.start(partner).await;
        phone.claim(&started.link).await.json()
    }

    /// As [`TestNetwork::offer`], for the level that needs no SIM.
    pub async fn offer_basic(&self, partner: &Partner, phone: &mut Phone) -> Offer {
        let started = self.start_basic(partner).await;
        phone.claim(&started.link).await.json()
    }

    /// An ordinary request of this partner, as the scheme stores it ([`ActionRequest`]). Races start their rounds with it,
    /// without HTTP.
    pub async fn stored_request(&self, partner: &Partner, phone: &mut Phone) -> String {
        let offer = self.offer_basic(partner, phone).await;
        let store = &self.server.scheme.store;
        let row = store.read(move |tx| ipse_store::action::by_id(tx, &parsed(&offer.action)));
        row.await.expect("store").expect("a row").request
    }

    /// Starts a stored request again, in the browser [`RACER`], and has a phone claim it.
    pub async fn offer_again(&self, partner: &Partner, stored: &str, phone: &mut Phone) -> Offer {
        let starting = ipse_scheme::login::Browser {
            binding: RACER,
            name: "Firefox".into(),
            language: Language::En,
            address: std::net::Ipv4Addr::LOCALHOST.into(),
            return_cookie: None,
        };
        let scheme = &self.server.scheme;
        let request: ActionRequest<'_> = serde_json::from_str(stored).expect("a request");
        let client = parsed(&partner.client_id);
        let begun = scheme.begin_plain(&client, &request, starting);
        let Begun::Now(page) = begun.await.expect("an action") else {
            panic!("the person is asked");
        };
        phone.claim(&page.app_link).await.json()
    }
}
