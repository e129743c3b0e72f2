//! The steps of adding and removing an e-mail address.

use ipse_demo::mailbox::Mail;
use ipse_phone::requests;
use ipse_protocol::wire::Offer;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Partner, Phone, Reply, TestNetwork};

impl TestNetwork {
    /// A partner that may ask for the e-mail address.
    pub async fn mail_partner(&self) -> Partner {
        let service =
            json!({"code": "HOEK_LOGIN", "type": "login", "scopes": ["profile", "email"]});
        Partner::register(self, json!({ "services": [service] })).await
    }

    /// The newest mail to an address.
    pub fn last_mail(&self, to: &str) -> Mail {
        let mails = self.mailbox.mails(Some(to));
        mails.last().expect("a mail").clone()
    }

    /// The code of the newest mail to an address.
    pub fn mailed_code(&self, to: &str) -> String {
        ipse_phone::secret_in(&self.last_mail(to).text).expect("six digits")
    }

    /// Carries out what is due outside the database.
    pub async fn drain_outbox(&self) {
        ipse_server::outbox::drain(&self.server.scheme)
            .await
            .expect("store");
    }
}

impl Phone {
    /// Everything up to the action that sets an address.
    pub async fn begin_email(&mut self, network: &TestNetwork, address: &str) -> Offer {
        let sent = self.exchange(requests::email(address)).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        let code = network.mailed_code(address);
        let begun = self.exchange(requests::email_answer(&code)).await;
        self.begun_offer(&begun).await
    }

    /// Sets an address.
    pub async fn set_email(&mut self, network: &TestNetwork, address: &str) {
        let offer = self.begin_email(network, address).await;
        let decided = self.approve_offer(&offer).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
    }

    /// The action that removes the address.
    pub async fn begin_email_removal(&mut self) -> Offer {
        let begun = self.exchange(requests::remove_email()).await;
        self.begun_offer(&begun).await
    }

    /// Sends a code that is not the one of the newest mail.
    pub async fn wrong_mail_code(&mut self, network: &TestNetwork, address: &str) -> Reply {
        let right = network.mailed_code(address);
        let wrong = if right == "000000" {
            "000001"
        } else {
            "000000"
        };
        self.exchange(requests::email_answer(wrong)).await
    }

    /// The address, as the scheme says it.
    pub async fn email(&mut self) -> Value {
        let me = self.get("/me").await;
        assert_eq!(me.status, StatusCode::OK, "{}", me.body);
        me.body["email"].clone()
    }
}
