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
}

const fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidRequest, description)
}

/// The `sub` of a hint. An expired token is a hint too (§3.1.2.2): it proves nothing, it only names somebody.
pub(super) fn subject(
    hint: &str,
    registration: &Registration,
    context: &Context<'_>,
) -> Result<String, OAuthError> {
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
    // Another client knows the person by another `sub`, which means nothing here.
    if claims.aud != registration.client_id {
        return Err(invalid("id_token_hint was issued to another client"));
    }
    Ok(claims.sub)
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
    ) -> Result<String, OAuthErrorCode> {
        let hint = jws::sign(key, typ, claims.to_string().as_bytes()).unwrap();
        let keys = [ours.verifying_key()];
        let context = Context {
            issuer: ISSUER,
            id_token_keys: &keys,
            now: 2_000_000_000,
        };
        subject(&hint, &shop(), &context).map_err(|error| error.code)
    }

    #[test]
    fn t23_a_hint_is_an_id_token_of_ours_for_this_client_expired_or_not() {
        let (ours, other) = (SigningKey::generate_es256(), SigningKey::generate_es256());
        let good = json!({"iss": ISSUER, "sub": "s", "aud": "par_shop", "exp": 1, "iat": 0});
        let refused = Err(OAuthErrorCode::InvalidRequest);
        assert_eq!(read(&ours, "JWT", &good, &ours), Ok("s".to_owned()));
        assert_eq!(read(&other, "JWT", &good, &ours), refused);
        assert_eq!(read(&ours, "logout+jwt", &good, &ours), refused);
        for (name, value) in [
            ("iss", json!("https://other.example")),
            ("aud", json!("par_other")),
            ("aud", json!(["par_shop", "par_other"])),
            ("sub", json!(null)),
            ("sub", json!(7)),
        ] {
            let mut changed = good.clone();
            changed[name] = value;
            assert_eq!(read(&ours, "JWT", &changed, &ours), refused, "{changed}");
        }
    }

    #[test]
    fn t23_a_text_that_is_no_token_is_refused() {
        let ours = [SigningKey::generate_es256().verifying_key()];
        let context = Context {
            issuer: ISSUER,
            id_token_keys: &ours,
            now: 0,
        };
        let unsigned = format!("{}.e30.", ipse_jose::b64::encode(br#"{"alg":"none"}"#));
        for hint in ["x", "e30.e30.", "..", &unsigned, &"a".repeat(MAX + 1)] {
            assert!(subject(hint, &shop(), &context).is_err(), "{hint}");
        }
    }
}
