use ipse_jose::{DecryptionKey, Jwk, SigningKey};

use serde_json::json;

use super::*;
use crate::client::SecretHash;
use crate::client::tests::shop;
use crate::client::{AssertionAudience, Authentication};

const NOW: i64 = 1_800_000_000;

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other}"),
    }
}

fn secret() -> Authentication {
    Authentication::ClientSecretPost {
        secret: SecretHash::of("secret"),
    }
}

#[test]
fn a_registration_has_the_names_of_dynamic_client_registration() {
    let given = members(json!({
        "client_name": "Shop", "redirect_uris": ["https://shop.example/cb"], "grant_types": ["authorization_code"],
        "response_types": ["code"], "subject_type": "pairwise", "token_endpoint_auth_method": "client_secret_post",
        "services": [{"code": "SHOP", "type": "login"}],
    }));
    let read = Metadata::read(&given).unwrap();
    let new = read.register("par_new".into(), secret(), None, NOW);
    assert_eq!(new.validate(true, NOW), Ok(()));
    let shown = show(&new);
    for (member, value) in &given {
        if member != "services" {
            assert_eq!(shown[member], *value, "{member}");
        }
    }
    assert_eq!(shown["domain"], "shop.example");
    assert_eq!(shown["id_token_signed_response_alg"], "RS256");
    assert_eq!(shown["require_pushed_authorization_requests"], false);
    assert_eq!(shown["sector"], "par_new");
    assert_eq!(shown["services"][0]["code"], "SHOP");
    assert!(!Value::from(shown).to_string().contains("\"secret\""));
}

#[test]
fn each_unknown_malformed_and_contradictory_member_is_named() {
    let given = members(json!({
        "client_name": 7, "client_id": "par_mine", "contacts": ["an@shop.example"], "grant_types": ["implicit"],
        "token_endpoint_auth_method": "client_secret_basic", "jwks": {"keys": []}, "jwks_uri": "https://shop.example/jwks",
        "sector_of": "par_a", "sector_identifier_uri": "https://shop.example/sector", "id_token_signed_response_alg": "none",
        "services": ["LOGIN"], "assertion_audience_until": 5, "subject_type": "public", "id_token_encrypted_response_alg": "RSA1_5",
        "userinfo_encrypted_response_enc": "A128GCM",
    }));
    let problems = Metadata::read(&given).unwrap_err();
    for member in given.keys() {
        // These are right, and others contradict them.
        let right = [
            "token_endpoint_auth_method",
            "sector_identifier_uri",
            "jwks_uri",
        ];
        let named = problems.iter().any(|problem| problem.member == *member);
        assert_eq!(named, !right.contains(&member.as_str()), "{member}");
    }
    let jwks = json!({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}});
    let problems = Metadata::read(&members(jwks)).unwrap_err();
    assert_eq!(problems[0].member, "jwks");
}

#[test]
fn what_is_shown_can_be_read_except_what_the_scheme_gives() {
    let mut shown = show(&shop());
    for given in GIVEN {
        shown.remove(given);
    }
    assert!(Metadata::read(&shown).is_ok());
}

#[test]
fn an_edit_changes_what_is_given_and_nothing_else() {
    let mut edited = shop();
    let change =
        members(json!({"client_name": "Hoek", "token_endpoint_auth_method": "client_secret_post"}));
    Metadata::read(&change)
        .unwrap()
        .edit(&mut edited, NOW)
        .unwrap();
    let mut expected = show(&shop());
    expected.extend(change);
    assert_eq!(show(&edited), expected);
}

#[test]
fn t39_an_edit_changes_neither_sector_nor_credentials() {
    for change in [
        json!({"sector_of": "par_other"}),
        json!({"sector_identifier_uri": "https://shop.example/sector"}),
        json!({"jwks": {"keys": []}}),
        json!({"jwks_uri": "https://shop.example/jwks"}),
        json!({"token_endpoint_auth_method": "private_key_jwt"}),
    ] {
        let key = SigningKey::generate_es256().public_jwk();
        let mut before = shop();
        if change.get("token_endpoint_auth_method").is_none() {
            before.authentication = Authentication::PrivateKeyJwt {
                jwks: JwkSet { keys: vec![key] }.into(),
                audience: AssertionAudience::Issuer,
            };
        }
        let mut edited = before.clone();
        let change = members(change);
        let problems = Metadata::read(&change).unwrap().edit(&mut edited, NOW);
        let problems = problems.unwrap_err();
        assert_eq!(Some(&problems[0].member), change.keys().next());
        assert_eq!(show(&edited), show(&before));
    }
}

#[test]
fn rules_of_one_client_are_read_with_their_reason_and_shown() {
    let given = members(json!({
        "client_name": "Shop", "redirect_uris": ["https://shop.example/cb"], "pkce": "waived", "pkce_until": NOW + 60,
        "claims_in_id_token": true, "response_modes": ["query", "form_post"], "userinfo_signed_response_alg": "RS256", "reasons": {"pkce": "a trial of its tests"},
    }));
    let read = Metadata::read(&given).unwrap();
    let mut new = read.register("par_new".into(), secret(), None, NOW);
    assert_eq!(new.validate(true, NOW), Ok(()));
    let shown = show(&new);
    for (member, value) in &given {
        assert_eq!(shown[member], *value, "{member}");
    }
    let back = json!({"pkce": "required", "userinfo_signed_response_alg": "none"});
    let back = Metadata::read(&members(back)).unwrap();
    back.edit(&mut new, NOW).unwrap();
    assert_eq!(
        (new.pkce, new.userinfo_signed_response_alg),
        (Pkce::Required, None)
    );
    for (wrong, member) in [
        (json!({"pkce": "waived"}), "pkce"),
        (json!({"pkce": "or_nonce", "pkce_until": 5}), "pkce_until"),
        (json!({"pkce": "optional"}), "pkce"),
        (json!({"reasons": ["x"]}), "reasons"),
    ] {
        let problems = Metadata::read(&members(wrong)).unwrap_err();
        assert_eq!(problems[0].member, member);
    }
}

#[test]
fn encryption_is_registered_with_keys_edited_and_ended() {
    let key = DecryptionKey::generate_ec().public_jwk();
    let given = members(json!({
        "client_name": "Shop", "redirect_uris": ["https://shop.example/cb"], "jwks": {"keys": [key]},
        "userinfo_encrypted_response_alg": "ECDH-ES",
    }));
    let read = Metadata::read(&given).unwrap();
    let mut new = read.register("par_new".into(), secret(), None, NOW);
    assert_eq!(new.validate(true, NOW), Ok(()));
    let mut expected = given.clone();
    expected.insert(
        "userinfo_encrypted_response_enc".into(),
        json!("A128CBC-HS256"),
    );
    expected.insert("id_token_encrypted_response_alg".into(), json!("none"));
    let shown = show(&new);
    for (member, value) in &expected {
        assert_eq!(shown[member], *value, "{member}");
    }
    let mut edit = |change: Value| {
        let read = Metadata::read(&members(change)).unwrap();
        read.edit(&mut new, NOW).map(|()| new.userinfo_encryption)
    };
    let enc = json!({"userinfo_encrypted_response_enc": "A256GCM"});
    let edited = edit(enc.clone()).unwrap().unwrap();
    assert_eq!((edited.alg, edited.enc), (KeyAlg::EcdhEs, Enc::A256Gcm));
    let none = edit(json!({"userinfo_encrypted_response_alg": "none"}));
    assert_eq!(none, Ok(None));
    let member = "userinfo_encrypted_response_enc";
    assert_eq!(edit(enc).unwrap_err()[0].member, member);
    let uri = "https://shop.example/jwks";
    edit(json!({"jwks_uri": uri})).unwrap();
    assert_eq!(show(&new)["jwks_uri"], uri);
    assert_eq!(new.validate(true, NOW), Ok(()));
    let both = json!({"userinfo_encrypted_response_alg": "none", "userinfo_encrypted_response_enc": "A256GCM"});
    let problems = Metadata::read(&members(both)).unwrap_err();
    assert_eq!(problems[0].member, member);
}

#[test]
fn a_new_client_needs_a_name_and_redirect_uris() {
    let missing = Metadata::read(&Map::new()).unwrap().missing();
    let members: Vec<&str> = missing.iter().map(|one| &*one.member).collect();
    assert_eq!(members, ["client_name", "redirect_uris"]);
}

#[test]
fn t20_fapi_implies_its_members_and_names_those_that_contradict_it() {
    let ec = SigningKey::generate_es256().public_jwk();
    let keys = |key: &Jwk| Authentication::PrivateKeyJwt {
        jwks: JwkSet {
            keys: vec![key.clone()],
        }
        .into(),
        audience: AssertionAudience::Issuer,
    };
    let base =
        json!({"client_name": "Shop", "redirect_uris": ["https://shop.example/cb"], "fapi": true});
    let read = Metadata::read(&members(base.clone())).unwrap();
    let new = read.register("par_new".into(), keys(&ec), None, NOW);
    assert_eq!(new.validate(true, NOW), Ok(()));
    let shown = show(&new);
    for (member, value) in [
        ("require_pushed_authorization_requests", json!(true)),
        ("dpop_bound_access_tokens", json!(true)),
        ("id_token_signed_response_alg", json!("ES256")),
        ("pkce", json!("required")),
        ("assertion_audience", json!("issuer")),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    let mut rsa = SigningKey::generate_rs256().public_jwk();
    let wrong = json!({
        "token_endpoint_auth_method": "client_secret_post", "require_pushed_authorization_requests": false,
        "dpop_bound_access_tokens": false, "pkce": "or_nonce", "assertion_audience": "endpoint",
        "id_token_signed_response_alg": "RS256", "userinfo_signed_response_alg": "RS256",
        "jwks": {"keys": [rsa.to_value()]}, "reasons": {"pkce": "a trial"},
    });
    let mut all = members(base);
    all.extend(members(wrong.clone()));
    let problems = Metadata::read(&all).unwrap_err();
    for member in members(wrong).keys().filter(|member| *member != "reasons") {
        assert!(problems.iter().any(|one| one.member == *member), "{member}");
    }
    // A change of one that is there is refused too.
    for (member, value) in [
        ("require_pushed_authorization_requests", json!(false)),
        ("dpop_bound_access_tokens", json!(false)),
        ("assertion_audience", json!("endpoint")),
        ("id_token_signed_response_alg", json!("RS256")),
        ("userinfo_signed_response_alg", json!("RS256")),
        ("pkce", json!("or_nonce")),
    ] {
        let mut edited = new.clone();
        let change = Map::from_iter([(member.to_owned(), value)]);
        Metadata::read(&change)
            .unwrap()
            .edit(&mut edited, NOW)
            .unwrap();
        let problem = edited.validate(true, NOW).unwrap_err().to_string();
        assert!(problem.starts_with(member), "{problem}");
    }
    // An RSA key without `alg` can be used with PS256, one for RS256 cannot.
    for (alg, usable) in [(None, true), (Some("PS256"), true), (Some("RS256"), false)] {
        rsa.alg = alg.map(str::to_owned);
        let mut other = new.clone();
        other.authentication = keys(&rsa);
        assert_eq!(other.validate(true, NOW).is_ok(), usable, "{alg:?}");
    }
    let secret_client = json!({"fapi": true});
    let mut edited = shop();
    let change = Metadata::read(&members(secret_client)).unwrap();
    change.edit(&mut edited, NOW).unwrap();
    assert!(edited.validate(true, NOW).is_err());
}
