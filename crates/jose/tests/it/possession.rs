//! Tokens with their public key in the header (RFC 7515 §4.1.3).

use ipse_jose::{Alg, Error, SigningKey, jws};

#[test]
fn a_token_shows_that_its_sender_has_the_key_in_its_header() {
    let (es, ps) = (SigningKey::generate_es256(), SigningKey::generate_ps256());
    let algs = [Alg::Es256, Alg::Ps256];
    for key in [&es, &ps] {
        let token = jws::sign_with_key(key, "x+jwt", b"{}").unwrap();
        let (parsed, jwk) = jws::verify_possession(&token, 4096, &algs, &["x+jwt"]).unwrap();
        assert_eq!(parsed.payload, b"{}");
        assert_eq!(jwk.thumbprint_b64(), key.kid());
        let other_type = jws::verify_possession(&token, 4096, &algs, &["y+jwt"]);
        assert_eq!(other_type.unwrap_err(), Error::Type);
        let long = jws::verify_possession(&token, token.len() - 1, &algs, &["x+jwt"]);
        assert_eq!(long.unwrap_err(), Error::TooLarge);
    }
    let token = jws::sign_with_key(&ps, "x+jwt", b"{}").unwrap();
    let other_alg = jws::verify_possession(&token, 4096, &[Alg::Es256], &["x+jwt"]);
    assert!(matches!(other_alg, Err(Error::Unsupported(_))));
    let without = jws::sign(&es, "x+jwt", b"{}").unwrap();
    let without = jws::verify_possession(&without, 4096, &algs, &["x+jwt"]);
    assert!(matches!(without, Err(Error::Key(_))));
}
