//! `id_token_hint` (OpenID Connect Core §3.1.2.1): an ID token that names the person who must log in.

use ipse_jose::jws;
use serde::Deserialize;

use super::Context;
use crate::client::Registration;
use crate::error::{OAuthError, OAuthErrorCode};

/// The longest hint, in characters.
const MAX: usize = 8 * 1024;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    /// Each ID token of ours has one.
    #[serde(default)]
    auth_time: i64,
}

/// What a verified hint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The person.
    pub sub: String,
    /// The client that the ID token was issued to.
    pub client_id: String,
    /// When the person approved, in seconds since 1970 UTC.
    pub auth_time: i64,
}

/// The answer to a hint after the person withdrew their consent: it names nobody any more who could be logged in with it
/// (OpenID Connect Core §3.1.2.1).
pub const WITHDRAWN: OAuthError = OAuthError::new(
    OAuthErrorCode::LoginRequired,
    "the person of id_token_hint withdrew the consent: ask without it",
);

const fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidRequest, description)
}

/// The client that a hint says it was issued to, unverified.
pub(super) fn client(hint: &str) -> Option<String> {
    let token = jws::decode_unverified(hint, MAX).ok()?;
    let claims: Claims = ipse_jose::strict_json(&token.payload).ok()?;
    Some(claims.aud)
}

/// What a hint says. An expired token is a hint too (§3.1.2.2): it proves nothing, it only names somebody.
pub(super) fn read(
    hint: &str,
    registration: &Registration,
    context: &Context<'_>,
) -> Result<Hint, OAuthError> {
    const FOREIGN: OAuthError = invalid("id_token_hint is not an ID token that this issuer signed");
    let token = jws::decode_unverified(hint, MAX).map_err(|_| FOREIGN)?;
    let ours = |key| token.verify(key, &["JWT"]).is_ok();
    if !context.id_token_keys.iter().any(ours) {
        return Err(FOREIGN);
    }
    let claims: Claims = ipse_jose::strict_json(&token.payload).map_err(|_| FOREIGN)?;
    if claims.iss != context.issuer {
        return Err(FOREIGN);
    }
    // Clients of one sector know a person by the same `sub`. That of another sector means nothing here.
    let own = claims.aud == registration.client_id;
    let of_sector = context
        .hinted
        .is_some_and(|hinted| hinted == (&*claims.aud, registration.sector()));
    if own || of_sector {
        Ok(Hint {
            sub: claims.sub,
            client_id: claims.aud,
            auth_time: claims.auth_time,
        })
    } else {
        Err(invalid(
            "id_token_hint was issued to a client of another sector",
        ))
    }
}

#[cfg(test)]
mod tests {
    use ipse_jose::SigningKey;
    use serde_json::{Value, json};

    use super::*;
    use crate::client::tests::shop;

    const ISSUER: &str = "https://ipse.example";

    fn read(
        key: &SigningKey,
        typ: &str,
        claims: &Value,
        ours: &SigningKey,
        hinted: Option<(&str, &str)>,
    ) -> Result<String, OAuthErrorCode> {
        let hint = jws::sign(key, typ, claims.to_string().as_bytes()).unwrap();
        let keys = [ours.verifying_key()];
        let context = Context {
            issuer: ISSUER,
            id_token_keys: &keys,
            may_return: false,
            hinted,
            now: 2_000_000_000,
        };
        super::read(&hint, &shop(), &context)
            .map(|hint| hint.sub)
            .map_err(|error| error.code)
    }

    #[test]
    fn t23_a_hint_is_an_id_token_of_ours_for_this_client_expired_or_not() {
        let (ours, other) = (SigningKey::generate_es256(), SigningKey::generate_es256());
        let good = json!({"iss": ISSUER, "sub": "s", "aud": "par_shop", "exp": 1, "iat": 0});
        let refused = Err(OAuthErrorCode::InvalidRequest);
        assert_eq!(read(&ours, "JWT", &good, &ours, None), Ok("s".to_owned()));
        assert_eq!(read(&other, "JWT", &good, &ours, None), refused);
        assert_eq!(read(&ours, "logout+jwt", &good, &ours, None), refused);
        for (name, value) in [
            ("iss", json!("https://other.example")),
            ("aud", json!("par_other")),
            ("aud", json!(["par_shop", "par_other"])),
            ("sub", json!(null)),
            ("sub", json!(7)),
        ] {
            let mut changed = good.clone();
            changed[name] = value;
            let answer = read(&ours, "JWT", &changed, &ours, None);
            assert_eq!(answer, refused, "{changed}");
        }
    }

    #[test]
    fn t39_a_hint_of_the_same_sector_counts_and_one_of_another_sector_is_refused() {
        let ours = SigningKey::generate_es256();
        let theirs = json!({"iss": ISSUER, "sub": "s", "aud": "par_other"});
        let ask = |hinted| read(&ours, "JWT", &theirs, &ours, hinted);
        assert_eq!(ask(Some(("par_other", "par_shop"))), Ok("s".to_owned()));
        for hinted in [
            None,
            Some(("par_other", "par_other")),
            Some(("par_third", "par_shop")),
        ] {
            assert_eq!(ask(hinted), Err(OAuthErrorCode::InvalidRequest));
        }
    }

    #[test]
    fn t23_a_text_that_is_no_token_is_refused() {
        let ours = [SigningKey::generate_es256().verifying_key()];
        let context = Context {
            issuer: ISSUER,
            id_token_keys: &ours,
            may_return: false,
            hinted: None,
            now: 0,
        };
        let unsigned = format!("{}.e30.", ipse_jose::b64::encode(br#"{"alg":"none"}"#));
        for hint in ["x", "e30.e30.", "..", &unsigned, &"a".repeat(MAX + 1)] {
            assert!(super::read(hint, &shop(), &context).is_err(), "{hint}");
        }
    }
}
