//! Signs events for partners with the key of ID tokens, which they find at `jwks_uri`, and pushes them (RFC 8935).

use ipse_jose::jws;
use ipse_keys::KeyStore;
use ipse_openid::client::IdTokenAlg;
use ipse_scheme::config::Profile;
use ipse_scheme::notice::EVENT_TYP;
use ipse_scheme::partner_events::{EventError, PartnerEvents, Telling};
use serde::Deserialize;

use crate::fetch::Documents;
use crate::openid::id_token_keys::IdTokenKeys;

/// The longest `err` that is kept, in characters.
const LONGEST_ERR: usize = 64;

/// Tells partners of events.
pub struct Pushed {
    keys: IdTokenKeys,
    documents: Documents,
}

impl Pushed {
    /// Gets the keys.
    ///
    /// # Errors
    /// When the keystore cannot give them, or TLS cannot be set up.
    pub fn new(keys: &dyn KeyStore, profile: Profile) -> anyhow::Result<Self> {
        Ok(Self {
            keys: IdTokenKeys::open(keys)?,
            documents: Documents::new(profile)?,
        })
    }

    async fn push(&self, endpoint: &str, claims: &[u8]) -> Result<(), EventError> {
        let key = self.keys.signing(IdTokenAlg::ES256);
        let token = jws::sign(key, EVENT_TYP, claims)
            .map_err(|_| EventError::Unavailable("it cannot be signed".to_owned()))?;
        let answer = self.documents.push_event(endpoint, &token).await;
        let answer = answer.map_err(|error| EventError::Unavailable(error.to_string()))?;
        match answer.status {
            200..300 => Ok(()),
            400 => Err(EventError::Refused(err(&answer.body))),
            status => Err(EventError::Unavailable(format!("it answers {status}"))),
        }
    }
}

/// The `err` of a refusal (RFC 8935 §2.3), if it is a word.
fn err(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        err: String,
    }
    let is_word = |err: &str| {
        (1..=LONGEST_ERR).contains(&err.len())
            && err
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.:/".contains(&b))
    };
    ipse_jose::strict_json::<Refusal>(body)
        .map(|refusal| refusal.err)
        .ok()
        .filter(|err| is_word(err))
        .unwrap_or_else(|| "unspecified".to_owned())
}

impl PartnerEvents for Pushed {
    fn push<'a>(&'a self, endpoint: &'a str, claims: &'a [u8]) -> Telling<'a> {
        Box::pin(self.push(endpoint, claims))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_err_of_a_refusal_is_a_word_or_left_out() {
        assert_eq!(err(br#"{"err":"invalid_key"}"#), "invalid_key");
        let long = format!(r#"{{"err":"{}"}}"#, "a".repeat(LONGEST_ERR + 1));
        for other in [
            "",
            "{}",
            "<html>",
            r#"{"err":"a b"}"#,
            r#"{"err":"\u001b[2J"}"#,
            &long,
        ] {
            assert_eq!(err(other.as_bytes()), "unspecified", "{other}");
        }
    }
}
