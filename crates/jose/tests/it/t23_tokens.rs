//! Threat 23: malformed or confused tokens. Every token here has a valid signature, unless the test is about the signature.

use aws_lc_rs::hmac;
use ipse_jose::{Alg, Error, VerifyingKey, b64, jwe, jws, strict_json};
use serde_json::{Value, json};

use crate::support::{ES256, LIMIT, PAYLOAD, RS256, TYP, check, key, result_for, signed};

fn unsupported(result: Result<(), Error>) -> bool {
    matches!(result, Err(Error::Unsupported(_)))
}

fn malformed(result: Result<(), Error>) -> bool {
    matches!(result, Err(Error::Malformed(_)))
}

#[test]
fn a_valid_token_verifies() {
    for alg in Alg::ALL {
        let key = key(alg);
        let token = jws::sign(key, "test+jwt", PAYLOAD).unwrap();
        let parsed = jws::verify(&token, LIMIT, &key.verifying_key(), TYP).unwrap();
        assert_eq!(parsed.payload, PAYLOAD);
        assert_eq!(parsed.header.alg, alg);
        assert_eq!(parsed.header.kid.as_deref(), Some(key.kid()));
        assert!(!parsed.header.others);
    }
    assert_eq!(result_for(r#"{"alg":"ES256","typ":"test+jwt"}"#), Ok(()));
    assert_eq!(
        result_for(r#"{"typ":"application/TEST+jwt","alg":"ES256","x":{}}"#),
        Ok(())
    );
}

#[test]
fn t23_algorithms_outside_the_list_are_refused() {
    for alg in [
        "none",
        "None",
        "NONE",
        "nOnE",
        "",
        " ES256",
        "es256",
        "Es256",
        "HS256",
        "HS384",
        "HS512",
        "ES384",
        "ES512",
        "ES256K",
        "RS1",
        "RS384",
        "PS512",
        "EdDSA",
        "dir",
        "ECDH-ES",
        "A256GCMKW",
    ] {
        let header = json!({"alg": alg, "typ": "test+jwt"}).to_string();
        assert!(unsupported(result_for(&header)), "{alg}");
        // Also without a signature.
        let bare = format!(
            "{}.{}.",
            b64::encode(header.as_bytes()),
            b64::encode(PAYLOAD)
        );
        assert!(unsupported(check(&bare, &ES256.verifying_key())), "{alg}");
    }
    for alg in [
        json!(null),
        json!(256),
        json!(["ES256"]),
        json!({"ES256": 1}),
        json!(true),
    ] {
        let header = json!({"alg": alg, "typ": "test+jwt"}).to_string();
        assert!(malformed(result_for(&header)), "{alg}");
    }
    assert!(malformed(result_for(r#"{"typ":"test+jwt"}"#)));
    // A valid header without a signature.
    let token = signed(&ES256, br#"{"alg":"ES256","typ":"test+jwt"}"#, PAYLOAD);
    let (input, _) = token.rsplit_once('.').unwrap();
    assert_eq!(
        check(&format!("{input}."), &ES256.verifying_key()),
        Err(Error::Signature)
    );
}

#[test]
fn t23_hmac_with_the_public_key_is_refused() {
    let secrets: Vec<Vec<u8>> = vec![
        ES256.public_jwk().to_value().to_string().into_bytes(),
        RS256.public_jwk().to_value().to_string().into_bytes(),
        ES256.verifying_key().thumbprint().to_vec(),
    ];
    for secret in secrets {
        for claimed in ["HS256", "ES256", "RS256"] {
            let header = json!({"alg": claimed, "typ": "test+jwt"}).to_string();
            let input = format!(
                "{}.{}",
                b64::encode(header.as_bytes()),
                b64::encode(PAYLOAD)
            );
            let mac = hmac::sign(
                &hmac::Key::new(hmac::HMAC_SHA256, &secret),
                input.as_bytes(),
            );
            let token = format!("{input}.{}", b64::encode(mac.as_ref()));
            for key in [&*ES256, &*RS256] {
                assert!(check(&token, &key.verifying_key()).is_err());
            }
        }
    }
}

#[test]
fn t23_the_key_fixes_the_algorithm() {
    for signer in Alg::ALL {
        for claimed in Alg::ALL {
            for verifier in Alg::ALL {
                let header = json!({"alg": claimed, "typ": "test+jwt"}).to_string();
                let token = signed(key(signer), header.as_bytes(), PAYLOAD);
                let result = check(&token, &key(verifier).verifying_key());
                let fits = signer == claimed && claimed == verifier;
                assert_eq!(result.is_ok(), fits, "{signer} {claimed} {verifier}");
            }
        }
    }
    // The same RSA key with the other padding.
    let bare = RS256.public_jwk().bare();
    let as_ps = VerifyingKey::from_jwk(&bare, Alg::Ps256).unwrap();
    let as_rs = VerifyingKey::from_jwk(&bare, Alg::Rs256).unwrap();
    let token = jws::sign(&RS256, "test+jwt", PAYLOAD).unwrap();
    assert_eq!(check(&token, &as_rs), Ok(()));
    assert!(unsupported(check(&token, &as_ps)));
    // A key that names its algorithm is used for no other.
    assert!(VerifyingKey::from_jwk(&RS256.public_jwk(), Alg::Ps256).is_err());
    assert!(VerifyingKey::from_jwk(&RS256.public_jwk(), Alg::Es256).is_err());
    assert!(VerifyingKey::from_jwk(&ES256.public_jwk(), Alg::Rs256).is_err());
}

#[test]
fn t23_typ_is_checked() {
    for header in [
        r#"{"alg":"ES256"}"#,
        r#"{"alg":"ES256","typ":"JWT"}"#,
        r#"{"alg":"ES256","typ":""}"#,
        r#"{"alg":"ES256","typ":"test+jwt "}"#,
        r#"{"alg":"ES256","typ":"application/application/test+jwt"}"#,
        r#"{"alg":"ES256","typ":"text/test+jwt"}"#,
    ] {
        assert_eq!(result_for(header), Err(Error::Type), "{header}");
    }
    for typ in ["null", "1", "[]", "[\"test+jwt\"]"] {
        assert!(
            malformed(result_for(&format!(r#"{{"alg":"ES256","typ":{typ}}}"#))),
            "{typ}"
        );
    }
    // An empty entry accepts a header without typ; an empty list accepts nothing.
    let key = ES256.verifying_key();
    let untyped = signed(&ES256, br#"{"alg":"ES256"}"#, PAYLOAD);
    assert!(jws::verify(&untyped, LIMIT, &key, &["", "JWT"]).is_ok());
    assert_eq!(
        jws::verify(&untyped, LIMIT, &key, &[]).err(),
        Some(Error::Type)
    );
    let empty = signed(&ES256, br#"{"alg":"ES256","typ":""}"#, PAYLOAD);
    assert_eq!(
        jws::verify(&empty, LIMIT, &key, &[""]).err(),
        Some(Error::Type)
    );
}

#[test]
fn t23_crit_b64_and_enc_are_refused() {
    for member in [
        r#""crit":["exp"],"exp":1"#,
        r#""crit":["b64"],"b64":false"#,
        r#""crit":[]"#,
        r#""crit":null"#,
        r#""b64":false"#,
        r#""b64":true"#,
        r#""enc":"A256GCM""#,
    ] {
        let header = format!(r#"{{"alg":"ES256","typ":"test+jwt",{member}}}"#);
        assert!(unsupported(result_for(&header)), "{member}");
    }
}

#[test]
fn t23_duplicate_members_are_refused() {
    for header in [
        r#"{"alg":"ES256","typ":"test+jwt","typ":"test+jwt"}"#,
        r#"{"alg":"none","alg":"ES256","typ":"test+jwt"}"#,
        r#"{"alg":"ES256","al\u0067":"none","typ":"test+jwt"}"#,
        r#"{"alg":"ES256","typ":"test+jwt","x":1,"x":1}"#,
        r#"{"alg":"ES256","typ":"test+jwt","x":[{"y":{"z":1,"z":1}}]}"#,
        r#"{"alg":"ES256","typ":"test+jwt","jwk":{"kty":"EC","kty":"EC"}}"#,
    ] {
        assert!(malformed(result_for(header)), "{header}");
    }
    // More names than the list of the first names holds.
    let mut members: Vec<String> = (0..100).map(|n| format!(r#""m{n}":0"#)).collect();
    assert!(strict_json::<Value>(format!("{{{}}}", members.join(",")).as_bytes()).is_ok());
    for repeated in [3, 15, 16, 50, 99] {
        members.push(format!(r#""m{repeated}":0"#));
        assert!(strict_json::<Value>(format!("{{{}}}", members.join(",")).as_bytes()).is_err());
        members.pop();
    }
}

#[test]
fn t23_headers_that_are_no_json_object_are_refused() {
    let cases: [&[u8]; 14] = [
        b"",
        b"null",
        b"[]",
        b"\"ES256\"",
        b"{",
        b"{\"alg\":\"ES256\",\"typ\":\"test+jwt\"}}",
        b"{\"alg\":\"ES256\",\"typ\":\"test+jwt\"} {}",
        b"\xef\xbb\xbf{\"alg\":\"ES256\",\"typ\":\"test+jwt\"}",
        b"{\"alg\":\"ES256\",\"typ\":\"test+jwt\",}",
        b"{'alg':'ES256','typ':'test+jwt'}",
        b"{\"alg\":\"ES256\",\"typ\":\"test+jwt\",\"x\":\"\xff\"}",
        b"{\"alg\":\"ES256\",\"typ\":\"test+jwt\",\"x\":\"\\ud800\"}",
        b"{\"alg\":\"ES256\",\"typ\":\"test+jwt\",\"x\":1e999}",
        b"{\"alg\":\"ES256\",\"typ\":\"test+jwt\",\"x\":NaN}",
    ];
    for header in cases {
        let token = signed(&ES256, header, PAYLOAD);
        assert!(
            malformed(check(&token, &ES256.verifying_key())),
            "{header:?}"
        );
    }
}

#[test]
fn t23_only_the_compact_form_in_its_one_spelling_is_accepted() {
    let key = ES256.verifying_key();
    let token = signed(&ES256, br#"{"alg":"ES256","typ":"test+jwt"}"#, b"ab");
    assert_eq!(check(&token, &key), Ok(()));
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("three parts")
    };
    assert_eq!(payload, "YWI");
    for other in [
        String::new(),
        ".".into(),
        "..".into(),
        format!("{header}.{payload}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{header}.{payload}.x.{signature}"),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}=.{signature}"),
        format!("{header}.YWJ.{signature}"),
        format!("{header}.Y WI.{signature}"),
        format!(
            "{header}.{payload}.{}",
            signature.replacen(|c: char| c.is_alphanumeric(), "+", 1)
        ),
        json!({"protected": header, "payload": payload, "signature": signature}).to_string(),
        json!({"payload": payload, "signatures": [{"protected": header, "signature": signature}]})
            .to_string(),
    ] {
        assert!(malformed(check(&other, &key)), "{other}");
    }
    // The last character of a signature has four unused bits: another character could decode to the same bytes.
    let spare = format!(
        "{}{}",
        &token[..token.len() - 1],
        match token.as_bytes()[token.len() - 1] {
            b'A' => 'B',
            b'Q' => 'R',
            b'g' => 'h',
            _ => 'x',
        }
    );
    assert!(check(&spare, &key).is_err());
}

#[test]
fn t23_every_bit_of_a_token_counts() {
    let key = ES256.verifying_key();
    let token = jws::sign(&ES256, "test+jwt", PAYLOAD).unwrap();
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        assert!(
            check(&String::from_utf8(bytes).unwrap(), &key).is_err(),
            "{at}"
        );
        assert!(check(&token[..at], &key).is_err(), "{at}");
    }
}

#[test]
fn t23_a_jwe_is_no_jws_and_a_jws_is_no_jwe() {
    let decryption = jwe::DecryptionKey::generate_ec();
    let token = jwe::encrypt(
        &decryption.public_jwk(),
        jwe::KeyAlg::EcdhEs,
        jwe::Enc::A256Gcm,
        None,
        b"x",
    )
    .unwrap();
    assert!(malformed(check(&token, &ES256.verifying_key())));
    let jws = jws::sign(&ES256, "test+jwt", PAYLOAD).unwrap();
    assert_eq!(jwe::decrypt(&decryption, &jws).err(), Some(Error::Decrypt));
}

#[test]
fn t23_strict_json_at_every_depth_up_to_the_limit() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(strict_json::<Value>(nested(16).as_bytes()).is_ok());
    assert!(strict_json::<Value>(nested(17).as_bytes()).is_err());
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    assert!(strict_json::<Value>(objects(16).as_bytes()).is_ok());
    assert!(strict_json::<Value>(objects(17).as_bytes()).is_err());
    assert!(strict_json::<Value>(b"{\"a\":{},\"b\":{\"a\":1}}").is_ok());
    assert!(strict_json::<Value>(b"1 2").is_err());
    assert_eq!(strict_json::<String>(br#""\u0061""#), Ok("a".to_owned()));
}
