//! A client whose codes and tokens are bound to a key (RFC 9449).

use ipse_jose::{JwkSet, SigningKey, b64, jws, sha256};
use ipse_openid::client::{AssertionAudience, Authentication};
use ipse_openid::metadata::Metadata;
use ipse_protocol::Random;
use ipse_protocol::ids::PartnerId;
use ipse_store::testing::TestDb;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::oidc::{
    Answer, ISSUER, PERSON, REDIRECT, TestServer, action_of, authorize_url, query, redemption,
};

/// `typ` of a proof.
const TYPE: &str = "dpop+jwt";

/// The client, in place of the pushing partner of a [`TestServer`].
pub struct Bound {
    pub server: TestServer,
    /// Its key for proofs.
    pub key: SigningKey,
}

impl Bound {
    /// A client that is registered with these members, and a name, a redirect URI and an ES256 key.
    pub async fn registered(members: Value) -> Self {
        Self::with_key(members, SigningKey::generate_es256()).await
    }

    /// As [`Bound::registered`], with a key.
    pub async fn with_key(members: Value, key: SigningKey) -> Self {
        Self::on(TestDb::sqlite(), members, key).await
    }

    /// As [`Bound::with_key`], on a database.
    pub async fn on(db: TestDb, members: Value, key: SigningKey) -> Self {
        let mut server = TestServer::on(db).await;
        let mut all = json!({
            "client_name": "Winkel Zee", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "private_key_jwt",
            "services": [{"code": "ZEE_LOGIN", "type": "login"}],
        });
        let (Value::Object(all), Value::Object(members)) = (&mut all, members) else {
            panic!("members are an object");
        };
        all.extend(members);
        let read = Metadata::read(all).unwrap();
        let id = String::from(PartnerId::new(&Random::system()));
        // The library leaves `alg` out.
        let mut public = key.public_jwk();
        public.alg = None;
        let keys = vec![public];
        let authentication = Authentication::PrivateKeyJwt {
            jwks: JwkSet { keys }.into(),
            audience: AssertionAudience::Issuer,
        };
        let now = server.server.scheme.clock.unix_seconds();
        let registration = read.register(id.clone(), authentication, None, now);
        server.keep(&registration).await;
        (server.partner, server.key) = (id, key);
        Self {
            server,
            key: SigningKey::generate_es256(),
        }
    }

    /// The nonce that is given out now.
    pub async fn nonce(&self) -> String {
        let asked = self
            .server
            .get("/userinfo", &[("authorization", "DPoP x")])
            .await;
        asked.headers["dpop-nonce"].to_str().unwrap().to_owned()
    }

    /// The claims of a good proof. `token` is the access token that goes with it.
    pub async fn claims(&self, (method, path): (&str, &str), token: Option<&str>) -> Value {
        let mut claims = json!({
            "htm": method, "htu": format!("{ISSUER}{path}"), "iat": self.server.server.scheme.clock.unix_seconds(),
            "jti": b64::encode(&Random::system().bytes::<16>()), "nonce": self.nonce().await,
        });
        if let Some(token) = token {
            claims["ath"] = b64::encode(&sha256(token.as_bytes())).into();
        }
        claims
    }

    /// A good proof for `/par` or `/token`.
    pub async fn proof(&self, path: &str) -> String {
        self.sign(&self.claims(("POST", path), None).await)
    }

    /// A good proof for userinfo.
    pub async fn proof_for(&self, token: &str) -> String {
        self.sign(&self.claims(("GET", "/userinfo"), Some(token)).await)
    }

    pub fn sign(&self, claims: &Value) -> String {
        jws::sign_with_key(&self.key, TYPE, claims.to_string().as_bytes()).unwrap()
    }

    /// A proof with another header.
    pub fn sign_under(&self, header: &Value, claims: &Value) -> String {
        let parts = [header, claims].map(|part| b64::encode(part.to_string().as_bytes()));
        let text = parts.join(".");
        let signature = self.key.sign(text.as_bytes()).unwrap();
        format!("{text}.{}", b64::encode(&signature))
    }

    /// The header of a good proof.
    pub fn header(&self) -> Value {
        json!({"typ": TYPE, "alg": "ES256", "jwk": self.key.public_jwk().bare().to_value()})
    }

    /// Posts with an assertion, and with a proof if there is one.
    pub async fn post(&self, path: &str, form: &[(&str, &str)], proof: Option<&str>) -> Answer {
        let headers: Vec<(&str, &str)> = proof.iter().map(|proof| ("dpop", *proof)).collect();
        let assertion = self.server.assertion();
        self.server
            .with_headers(path, form, &assertion, &headers)
            .await
    }

    /// Pushes a request with parameters added.
    pub async fn push(&self, more: &[(&'static str, &str)], proof: Option<&str>) -> Answer {
        let mut form: Vec<(&str, &str)> = self.server.request();
        form.extend(more);
        self.post("/par", &form, proof).await
    }

    /// The code for a pushed request, which a person approves.
    pub async fn code(&self, pushed: &Answer) -> String {
        assert_eq!(pushed.status, StatusCode::CREATED, "{}", pushed.text);
        let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
        let begun = self
            .server
            .get(&authorize_url(&self.server.partner, &uri), &[])
            .await;
        let (cookie, page) = (begun.cookie().unwrap(), begun.action_page());
        self.server.approve(&action_of(&page), &PERSON).await;
        let back = self.server.get(&page, &[("cookie", &cookie)]).await;
        assert_eq!(query(back.location(), "iss").as_deref(), Some(ISSUER));
        query(back.location(), "code").unwrap()
    }

    /// The code for a good request.
    pub async fn fresh_code(&self) -> String {
        self.code(&self.push(&[], None).await).await
    }

    pub async fn redeem(&self, code: &str, proof: Option<&str>) -> Answer {
        self.post("/token", &redemption(code), proof).await
    }

    /// A bound access token.
    pub async fn token(&self) -> String {
        let proof = self.proof("/token").await;
        let answer = self.redeem(&self.fresh_code().await, Some(&proof)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert_eq!(answer.json()["token_type"], "DPoP");
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Userinfo for a token, with these proofs.
    pub async fn userinfo(&self, token: &str, proofs: &[&str]) -> Answer {
        let authorization = format!("DPoP {token}");
        let mut headers = vec![("authorization", &*authorization)];
        headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
        self.server.get("/userinfo", &headers).await
    }
}
