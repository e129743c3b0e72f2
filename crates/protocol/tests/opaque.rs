//! OPAQUE: runs in Rust, a recorded run, and runs with the WebAssembly build of the phone app.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]

use std::path::Path;
use std::process::{Command, Stdio};

use ipse_jose::b64;
use ipse_protocol::Random;
use ipse_protocol::opaque::{
    ClientLogin, ClientRegistration, Identity, OpaqueError, PhoneSuite, ServerSuite, stretching,
};
use ipse_protocol::wire::AttemptRequest;
use opaque_ke::{
    ClientLoginFinishParameters, CredentialFinalization, CredentialRequest, CredentialResponse,
    RegistrationRequest, RegistrationUpload, ServerLogin, ServerLoginParameters,
    ServerRegistration, ServerSetup, ksf::Ksf,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const ID: &[u8] = b"idn_DDDDDDDDDDDDDDDDDDDDDA|dev_CCCCCCCCCCCCCCCCCCCCCA|1";

fn setup() -> ServerSetup<ServerSuite> {
    ServerSetup::new(&mut Random::system())
}

fn respond(setup: &ServerSetup<ServerSuite>, request: &[u8], id: &[u8]) -> Vec<u8> {
    let request = RegistrationRequest::deserialize(request).unwrap();
    ServerRegistration::start(setup, request, id)
        .unwrap()
        .message
        .serialize()
        .to_vec()
}

fn second(
    setup: &ServerSetup<ServerSuite>,
    record: &[u8],
    ke1: &[u8],
    id: &[u8],
) -> (Vec<u8>, ServerLogin<ServerSuite>) {
    let record = ServerRegistration::deserialize(record).unwrap();
    let started = ServerLogin::start(
        &mut Random::system(),
        setup,
        Some(record),
        CredentialRequest::deserialize(ke1).unwrap(),
        id,
        ServerLoginParameters::default(),
    )
    .unwrap();
    (started.message.serialize().to_vec(), started.state)
}

fn third(state: ServerLogin<ServerSuite>, ke3: &[u8]) -> Option<Vec<u8>> {
    let ke3 = CredentialFinalization::deserialize(ke3).ok()?;
    let done = state.finish(ke3, ServerLoginParameters::default()).ok()?;
    Some(done.session_key.to_vec())
}

fn register<K: Ksf>(setup: &ServerSetup<ServerSuite>, code: &str, id: &[u8]) -> Vec<u8> {
    let (client, request) = ClientRegistration::<K>::start(code, &Random::system()).unwrap();
    let upload = client.finish(&respond(setup, &request, id)).unwrap();
    let upload = RegistrationUpload::<ServerSuite>::deserialize(&upload).unwrap();
    ServerRegistration::finish(upload).serialize().to_vec()
}

#[test]
fn the_right_code_gives_both_sides_the_same_key() {
    let setup = setup();
    let record = register::<ipse_protocol::opaque::Stretching>(&setup, "58204", ID);
    let (client, ke1) =
        ClientLogin::<ipse_protocol::opaque::Stretching>::start("58204", &Random::system())
            .unwrap();
    let (ke2, state) = second(&setup, &record, &ke1, ID);
    let done = client.finish(&ke2).unwrap();
    assert_eq!(
        third(state, &done.ke3).as_deref(),
        Some(&done.session_key[..])
    );
}

#[test]
fn another_code_person_device_version_or_server_fails() {
    let server = setup();
    let record = register::<Identity>(&server, "58204", ID);
    let attempt = |code: &str, setup: &_, id: &[u8]| {
        let (client, ke1) = ClientLogin::<Identity>::start(code, &Random::system()).unwrap();
        client.finish(&second(setup, &record, &ke1, id).0).map(drop)
    };
    assert_eq!(attempt("58204", &server, ID), Ok(()));
    assert_eq!(attempt("58205", &server, ID), Err(OpaqueError::Code));
    // The record of one person fails with the OPRF key of another person, and of another server.
    let other = b"idn_DDDDDDDDDDDDDDDDDDDDDA|dev_CCCCCCCCCCCCCCCCCCCCCA|2";
    assert_eq!(attempt("58204", &server, other), Err(OpaqueError::Code));
    assert_eq!(attempt("58204", &setup(), ID), Err(OpaqueError::Code));
}

#[test]
fn the_last_message_is_valid_for_its_login_only() {
    let setup = setup();
    let record = register::<Identity>(&setup, "58204", ID);
    let (first, ke1) = ClientLogin::<Identity>::start("58204", &Random::system()).unwrap();
    let (ke2, _) = second(&setup, &record, &ke1, ID);
    let done = first.finish(&ke2).unwrap();
    let (_, other_ke1) = ClientLogin::<Identity>::start("58204", &Random::system()).unwrap();
    let (_, other_state) = second(&setup, &record, &other_ke1, ID);
    assert_eq!(third(other_state, &done.ke3), None);
}

#[test]
fn malformed_messages_are_refused() {
    let (_, ke1) = ClientLogin::<Identity>::start("58204", &Random::system()).unwrap();
    let mut identity_element = ke1;
    identity_element[..32].fill(0);
    let mut not_canonical = ke1;
    not_canonical[..32].fill(0xff);
    for bad in [
        &[][..],
        &ke1[..ke1.len() - 1],
        &identity_element,
        &not_canonical,
    ] {
        assert!(CredentialRequest::<ServerSuite>::deserialize(bad).is_err());
    }
    // The library ignores bytes after a message. The types of the requests refuse them.
    let body = |ke1: &[u8]| {
        let (nonce, ke1) = (b64::encode(&[0; 32]), b64::encode(ke1));
        format!(r#"{{"factor":"code","nonce":"{nonce}","view_hash":"{nonce}","ke1":"{ke1}"}}"#)
    };
    let parse = |ke1: &[u8]| ipse_jose::strict_json::<AttemptRequest>(body(ke1).as_bytes()).is_ok();
    assert!(parse(&ke1));
    assert!(!parse(&[&ke1[..], &[0]].concat()));
    let zeros = [0; 32];
    assert!(RegistrationRequest::<ServerSuite>::deserialize(&zeros).is_err());
    let (client, _) = ClientLogin::<Identity>::start("58204", &Random::system()).unwrap();
    assert_eq!(
        client.finish(&[0; 320]).map(drop),
        Err(OpaqueError::Message)
    );
}

/// Argon2id as the library of the app computes it: a salt of 16 zero bytes, and an output as long as the input.
#[test]
fn the_stretching_agrees_with_the_description() {
    use opaque_ke::generic_array::{GenericArray, typenum::U64};
    let input = GenericArray::<u8, U64>::default();
    let out = stretching().hash(input).unwrap();
    let mut plain = [0; 64];
    argon2::Argon2::new(
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        argon2::Params::new(19_456, 1, 1, None).unwrap(),
    )
    .hash_password_into(&[0; 64], &[0; 16], &mut plain)
    .unwrap();
    assert_eq!(out[..], plain);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn arbitrary_messages_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = CredentialRequest::<ServerSuite>::deserialize(&bytes);
        let _ = CredentialFinalization::<ServerSuite>::deserialize(&bytes);
        let _ = RegistrationUpload::<ServerSuite>::deserialize(&bytes);
        let _ = ServerLogin::<ServerSuite>::deserialize(&bytes);
        let (client, _) = ClientLogin::<Identity>::start("58204", &Random::system()).unwrap();
        prop_assert!(client.finish(&bytes).is_err());
    }
}

fn vector_path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/opaque.json")
}

fn record_run() {
    let setup = setup();
    let code = "58204";
    let record = register::<ipse_protocol::opaque::Stretching>(&setup, code, ID);
    let start = opaque_ke::ClientLogin::<PhoneSuite>::start(&mut Random::system(), code.as_bytes())
        .unwrap();
    let ke1 = start.message.serialize().to_vec();
    let (ke2, server_state) = second(&setup, &record, &ke1, ID);
    let vector = json!({
        "about": "One login, recorded: `client_state` and `ke2` give `ke3` and `session_key` (all base64url). Key stretching: Argon2id, 1 pass, 19456 KiB, 1 lane.",
        "code": code,
        "credential_identifier": std::str::from_utf8(ID).unwrap(),
        "server_setup": b64::encode(&setup.serialize()),
        "record": b64::encode(&record),
        "client_state": b64::encode(&start.state.serialize()),
        "ke1": b64::encode(&ke1),
        "server_state": b64::encode(&server_state.serialize()),
        "ke2": b64::encode(&ke2),
    });
    let (ke3, key) = finish(&vector);
    let mut vector = vector;
    vector["ke3"] = json!(b64::encode(&ke3));
    vector["session_key"] = json!(b64::encode(&key));
    let mut text = serde_json::to_string_pretty(&vector).unwrap();
    text.push('\n');
    std::fs::write(vector_path(), text).unwrap();
}

fn bytes(vector: &Value, member: &str) -> Vec<u8> {
    b64::decode(vector[member].as_str().unwrap()).unwrap()
}

fn finish(vector: &Value) -> (Vec<u8>, Vec<u8>) {
    let state =
        opaque_ke::ClientLogin::<PhoneSuite>::deserialize(&bytes(vector, "client_state")).unwrap();
    let done = state
        .finish(
            &mut Random::system(),
            vector["code"].as_str().unwrap().as_bytes(),
            CredentialResponse::deserialize(&bytes(vector, "ke2")).unwrap(),
            ClientLoginFinishParameters::default(),
        )
        .unwrap();
    (done.message.serialize().to_vec(), done.session_key.to_vec())
}

#[test]
fn a_recorded_run_gives_the_same_result() {
    if std::env::var_os("IPSE_WRITE_VECTORS").is_some() && !vector_path().exists() {
        record_run();
    }
    let vector: Value = serde_json::from_slice(&std::fs::read(vector_path()).unwrap()).unwrap();
    let (ke3, key) = finish(&vector);
    assert_eq!(ke3, bytes(&vector, "ke3"));
    assert_eq!(key, bytes(&vector, "session_key"));
    let state = ServerLogin::deserialize(&bytes(&vector, "server_state")).unwrap();
    assert_eq!(third(state, &ke3), Some(key));
}

/// The library of the app with the suite of the server. CI installs the packages of the app first. Without them, the test
/// prints a message and passes.
#[test]
fn interoperates_with_the_apps_library() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../app/node_modules/@serenity-kit/opaque/esm/index.js");
    if !package.exists() {
        assert!(
            std::env::var_os("CI").is_none(),
            "run `npm ci` in app/ before the tests"
        );
        eprintln!("skipped: app/node_modules is not installed (npm ci in app/)");
        return;
    }
    let setup = setup();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/opaque.mjs");
    let run = |input: Value| -> Value {
        let mut child = Command::new("node")
            .arg(&script)
            .env("OPAQUE_PACKAGE", &package)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        serde_json::to_writer(child.stdin.take().unwrap(), &input).unwrap();
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success());
        serde_json::from_slice(&out.stdout).unwrap()
    };

    let begun = run(json!({ "step": "register", "code": "58204" }));
    let response = respond(&setup, &bytes(&begun, "request"), ID);
    let done = run(json!({
        "step": "record", "code": "58204", "state": begun["state"], "response": b64::encode(&response),
    }));
    let upload = RegistrationUpload::<ServerSuite>::deserialize(&bytes(&done, "record")).unwrap();
    let record = ServerRegistration::finish(upload).serialize().to_vec();

    // A code that the app registered is accepted from the Rust phone, and the other way round.
    let (client, ke1) =
        ClientLogin::<ipse_protocol::opaque::Stretching>::start("58204", &Random::system())
            .unwrap();
    let (ke2, state) = second(&setup, &record, &ke1, ID);
    let finished = client.finish(&ke2).unwrap();
    assert_eq!(
        third(state, &finished.ke3).as_deref(),
        Some(&finished.session_key[..])
    );

    let record = register::<ipse_protocol::opaque::Stretching>(&setup, "58204", ID);
    let begun = run(json!({ "step": "login", "code": "58204" }));
    let (ke2, state) = second(&setup, &record, &bytes(&begun, "ke1"), ID);
    let login = |code: &str| {
        run(
            json!({ "step": "finish", "code": code, "state": begun["state"], "ke2": b64::encode(&ke2) }),
        )
    };
    assert_eq!(login("58205")["ke3"], Value::Null);
    let done = login("58204");
    assert_eq!(
        third(state, &bytes(&done, "ke3")),
        Some(bytes(&done, "session_key"))
    );

    let vector: Value = serde_json::from_slice(&std::fs::read(vector_path()).unwrap()).unwrap();
    let done = run(json!({
        "step": "finish", "code": vector["code"], "state": vector["client_state"], "ke2": vector["ke2"],
    }));
    assert_eq!(done["ke3"], vector["ke3"]);
    assert_eq!(done["session_key"], vector["session_key"]);
}
