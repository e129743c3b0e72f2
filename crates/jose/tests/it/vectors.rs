//! Test vectors of the standards, of Project Wycheproof, and of another implementation.

use ipse_jose::jwe::{self, DecryptionKey, Enc, KeyAlg};
use ipse_jose::{Alg, Error, Jwk, JwkSet, PublicParams, SigningKey, VerifyingKey, b64, jws};
use serde_json::{Value, json};

const CLAIMS: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

fn jwk(value: Value) -> Jwk {
    serde_json::from_value(value).unwrap()
}

#[test]
fn rfc7515_a2_rs256_verifies() {
    let key = jwk(
        json!({"kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}),
    );
    let token = format!(
        "eyJhbGciOiJSUzI1NiJ9.{CLAIMS}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    let key = VerifyingKey::from_jwk(&key, Alg::Rs256).unwrap();
    jws::verify(&token, 4096, &key, &[""]).unwrap();
}

#[test]
fn rfc7515_a3_es256_verifies() {
    let mut value = json!({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
    let key = VerifyingKey::from_jwk(&jwk(value.clone()), Alg::Es256).unwrap();
    let token = format!(
        "eyJhbGciOiJFUzI1NiJ9.{CLAIMS}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    );
    let parsed = jws::verify(&token, 4096, &key, &[""]).unwrap();
    assert!(parsed.payload.starts_with(b"{\"iss\":\"joe\",\r\n"));
    value["d"] = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI".into();
    let signing = SigningKey::from_jwk(&value).unwrap();
    assert_eq!(signing.verifying_key().thumbprint(), key.thumbprint());
}

#[test]
fn rfc7515_a5_and_rfc7519_6_unsecured_is_refused() {
    let token = format!("eyJhbGciOiJub25lIn0.{CLAIMS}.");
    assert!(matches!(
        jws::decode_unverified(&token, 4096),
        Err(Error::Unsupported(_))
    ));
}

/// RFC 7517 appendix A.1, with the RSA key of RFC 7638 §3.1.
fn rfc7517_set() -> Value {
    json!({"keys": [
        {"kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", "use": "enc", "kid": "1"},
        {"kty": "RSA", "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    ]})
}

#[test]
fn rfc7517_a1_public_keys_are_read_and_written() {
    let set = JwkSet::parse(rfc7517_set().to_string().as_bytes()).unwrap();
    assert_eq!(set.keys.len(), 2);
    assert!(set.find("2011-04-29", Alg::Rs256).is_some());
    assert!(set.find("1", Alg::Es256).is_none(), "it is for encryption");
    assert!(set.find_encryption(KeyAlg::EcdhEs).is_some());
    assert!(
        set.find_encryption(KeyAlg::RsaOaep256).is_none(),
        "it is for signatures"
    );
    assert_eq!(serde_json::to_value(&set).unwrap(), rfc7517_set());
}

#[test]
fn rfc7517_a2_private_keys_are_refused_in_a_set() {
    let mut set = rfc7517_set();
    set["keys"][0]["d"] = "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE".into();
    assert!(JwkSet::parse(set.to_string().as_bytes()).is_err());
    let key = DecryptionKey::from_jwk(&set["keys"][0]).unwrap();
    assert_eq!(key.public_jwk().bare().to_value()["x"], set["keys"][0]["x"]);
}

#[test]
fn rfc7638_3_1_thumbprint_is_computed() {
    let set = JwkSet::parse(rfc7517_set().to_string().as_bytes()).unwrap();
    assert_eq!(
        set.keys[1].thumbprint_b64(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

/// Tokens of npm `jose`, made by `vectors/make.mjs`.
#[test]
fn signatures_of_npm_jose_verify() {
    let peer: Value = serde_json::from_str(include_str!("../vectors/peer.json")).unwrap();
    for case in peer["jws"].as_array().unwrap() {
        let public = jwk(case["public"].clone());
        assert_eq!(public.thumbprint_b64(), case["kid"].as_str().unwrap());
        let alg = Alg::from_name(case["private"]["alg"].as_str().unwrap()).unwrap();
        let verifying = VerifyingKey::from_jwk(&public, alg).unwrap();
        let token = case["token"].as_str().unwrap();
        let parsed = jws::verify(token, 4096, &verifying, &["peer+jwt"]).unwrap();
        assert_eq!(parsed.payload, case["payload"].as_str().unwrap().as_bytes());
        assert_eq!(parsed.header.kid.as_deref(), case["kid"].as_str());
        let signing = SigningKey::from_jwk(&case["private"]).unwrap();
        assert_eq!(
            verifying.verify(b"msg", &signing.sign(b"msg").unwrap()),
            Ok(())
        );
        if alg == Alg::Rs256 {
            // RS256 is deterministic, so the signatures are equal.
            let (input, signature) = token.rsplit_once('.').unwrap();
            assert_eq!(
                b64::encode(&signing.sign(input.as_bytes()).unwrap()),
                signature
            );
        }
        assert_eq!(signing.to_private_jwk().unwrap()["d"], case["private"]["d"]);
    }
}

#[test]
fn tokens_of_npm_jose_decrypt() {
    let peer: Value = serde_json::from_str(include_str!("../vectors/peer.json")).unwrap();
    let cases = peer["jwe"].as_array().unwrap();
    assert_eq!(cases.len(), 12);
    for case in cases {
        let key = DecryptionKey::from_jwk(&case["private"]).unwrap();
        let (header, plain) = jwe::decrypt(&key, case["token"].as_str().unwrap()).unwrap();
        assert_eq!(plain, case["plain"].as_str().unwrap().as_bytes());
        assert_eq!(
            header.enc,
            Enc::from_name(case["enc"].as_str().unwrap()).unwrap()
        );
        assert_eq!(
            (header.cty.as_deref(), header.kid.as_deref()),
            (Some("JWT"), Some("peer"))
        );
    }
}

fn wycheproof(text: &str, alg: Alg, parse: impl Fn(&[Vec<u8>]) -> Jwk) -> usize {
    let decode = |word: &str| {
        if word == "-" {
            Vec::new()
        } else {
            b64::decode(word).unwrap()
        }
    };
    let (mut key, mut count) = (None, 0);
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(parts) = line.strip_prefix("key ") {
            let parts: Vec<Vec<u8>> = parts.split(' ').map(decode).collect();
            key = VerifyingKey::from_jwk(&parse(&parts), alg).ok();
            // Wycheproof has groups with exponent 3, which this crate refuses.
            assert_eq!(
                key.is_none(),
                parts.get(1).is_some_and(|e| *e == [3]),
                "{line}"
            );
            continue;
        }
        let Some(key) = &key else { continue };
        let words: Vec<&str> = line.split(' ').collect();
        let result = key.verify(&decode(words[2]), &decode(words[3]));
        // "acceptable" is a PKCS #1 encoding without NULL, which is refused here.
        assert_eq!(result.is_ok(), words[1] == "valid", "{}", words[0]);
        count += 1;
    }
    count
}

#[test]
fn wycheproof_es256_results_agree() {
    let text = include_str!("../vectors/wycheproof-es256.txt");
    assert_eq!(
        wycheproof(text, Alg::Es256, |parts| Jwk::from_sec1(&parts[0]).unwrap()),
        262
    );
}

fn rsa(parts: &[Vec<u8>]) -> Jwk {
    Jwk::from_params(PublicParams::Rsa {
        n: parts[0].clone(),
        e: parts[1].clone(),
    })
}

#[test]
fn wycheproof_rs256_results_agree() {
    let count = wycheproof(
        include_str!("../vectors/wycheproof-rs256.txt"),
        Alg::Rs256,
        rsa,
    );
    assert!(count > 200, "{count}");
}

#[test]
fn wycheproof_ps256_results_agree() {
    assert_eq!(
        wycheproof(
            include_str!("../vectors/wycheproof-ps256.txt"),
            Alg::Ps256,
            rsa
        ),
        108
    );
}
