//! Published vectors, and those of this project.

use ipse_sim::applet::{Answer, Applet, Life, Memory, Method, Origin, command};
use ipse_sim::cmac::Key;
use ipse_sim::kdf::{AppletKeys, CardId, transport_key};

fn hex<const N: usize>(text: &str) -> [u8; N] {
    bytes(text).try_into().expect("length")
}

fn bytes(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&text[i..i + 2], 16).expect("hex"))
        .collect()
}

/// RFC 4493 §4, examples 1 to 4.
#[test]
fn rfc_4493_examples_agree() {
    let key = Key(hex("2b7e151628aed2a6abf7158809cf4f3c"));
    let message = bytes(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
    );
    for (length, tag) in [
        (0, "bb1d6929e95937287fa37d129b756746"),
        (16, "070a16b46b4d4144f79bdd9dd04a287c"),
        (40, "dfa66747de9ae63030ca32611497c827"),
        (64, "51f0bebf7e3b9d92fc49741779363cfe"),
    ] {
        let tag: [u8; 16] = hex(tag);
        assert_eq!(key.mac(&[&message[..length]]), Ok(tag));
        // A message in parts, and the comparison in constant time.
        let (left, right) = message[..length].split_at(length / 3);
        assert!(key.verifies(&[left, right], &tag));
        assert!(!key.verifies(&[left, right], &tag[..15]));
        assert!(!key.verifies(&[left, right, b"x"], &tag));
    }
}

/// Derivation and one challenge with fixed inputs, computed independently by `derive.py`. A change of these values breaks every
/// card in use.
#[test]
fn derived_keys_and_an_answer_agree() {
    let master = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    let card = CardId {
        iccid: "8932000000000000017",
        eid: "89032000000000000000000000000017",
        kvn: 1,
    };
    let keys = AppletKeys::derive(&master, &card).expect("derive");
    let transport = transport_key(&master, &card).expect("derive");
    let expected = include_str!("../vectors/challenge.txt");
    let value = |name: &str| {
        let line = expected.lines().find_map(|l| l.strip_prefix(name));
        line.and_then(|l| l.strip_prefix(" = ")).expect("vector")
    };
    assert_eq!(keys.auth.0, hex(value("auth")));
    assert_eq!(keys.confirm.0, hex(value("confirm")));
    assert_eq!(transport.0, hex(value("transport")));

    let scheme = hex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
    let challenge = hex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf");
    let load = command::load_key(&transport, 1, &scheme, &keys).expect("wrap");
    assert_eq!(load, bytes(value("load")));
    let mut applet = Applet::power_up(Memory::blank(transport));
    let mut send = |apdu: &[u8]| applet.process(Origin::OverTheAir, apdu).to_bytes();
    assert_eq!(send(&load), bytes(value("confirmation")));
    assert_eq!(send(&command::UNLOCK), [0x90, 0x00]);
    let apdu = command::authenticate(Method::Silent, &challenge);
    assert_eq!(apdu, bytes(value("authenticate")));
    let reply = send(&apdu);
    assert_eq!(reply, bytes(value("reply")));
    let answer = Answer::verify(&reply[..23], &keys.auth, &scheme, &challenge).expect("verify");
    assert_eq!(
        (answer.kvn, answer.counter, answer.method),
        (1, 1, Method::Silent)
    );
    assert_eq!(applet.into_storage().life, Life::Active);
}
