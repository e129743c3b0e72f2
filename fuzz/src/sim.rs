//! Fuzz targets of SIM commands, phone numbers and signed events.

use std::sync::LazyLock;

use ipse_jose::{JwkSet, SigningKey, jws};
use ipse_sim::applet::{Applet, Life, Memory, Origin};
use ipse_sim::cmac::Key;
use ipse_sim::event;
use ipse_sim::phone_number;
use ipse_sim::signed::Keys;

const SOURCE: &str = "https://mobile.example";
const NOW: i64 = 1_795_000_000;

/// Commands from an application or over the air, each with its length before it. Counter and key version never decrease, a
/// terminated card has no keys and stays terminated, and only the operator changes the life cycle.
pub fn apdu(data: &[u8]) {
    let mut memory = Memory::blank(Key([7; 16]));
    let mut rest = data;
    while let Some((&[length, origin], tail)) = rest.split_first_chunk::<2>() {
        let (command, next) = tail.split_at(usize::from(length).min(tail.len()));
        rest = next;
        let origin = if origin % 2 == 0 {
            Origin::OverTheAir
        } else {
            Origin::Application
        };
        let before = memory.clone();
        let mut applet = Applet::power_up(memory);
        let _ = applet.process(Origin::Application, &ipse_sim::applet::command::select());
        let answer = applet.process(origin, command);
        memory = applet.into_storage();
        assert!(answer.data.is_empty() || answer.data.len() <= 255);
        assert!(memory.kvn >= before.kvn);
        assert!(memory.kvn > before.kvn || memory.counter >= before.counter);
        assert_eq!(
            memory.keys.is_none(),
            matches!(memory.life, Life::Blank | Life::Terminated)
        );
        if before.life == Life::Terminated {
            assert_eq!(memory, before);
        }
        if origin == Origin::Application {
            assert_eq!((memory.life, memory.kvn), (before.life, before.kvn));
        }
    }
}

/// A phone number as a person types it: the normal form of a normal form is the same.
pub fn phone_number(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(number) = phone_number::normalise(text) {
        assert!(number.starts_with("+32"));
        assert!(number[1..].bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(phone_number::normalise(&number).as_ref(), Ok(&number));
    }
}

static OPERATOR: LazyLock<(SigningKey, Keys)> = LazyLock::new(|| {
    let key = SigningKey::generate_es256();
    let keys = Keys::new(&JwkSet {
        keys: vec![key.public_jwk()],
    });
    (key, keys.expect("a key set"))
});

/// An event with a valid signature: it is accepted only if it is well-formed, of that operator, and recent.
pub fn sim_event(data: &[u8]) {
    let (key, keys) = &*OPERATOR;
    if let Ok(text) = std::str::from_utf8(data) {
        assert!(
            event::verify(text, keys, SOURCE, NOW).is_err(),
            "nobody signed it"
        );
    }
    let signed = jws::sign(key, event::TYP, data).expect("signs");
    if let Ok(event) = event::verify(&signed, keys, SOURCE, NOW) {
        assert_eq!(event.source, SOURCE);
        assert!(event.sequence > 0);
        assert_eq!(
            event.subject.is_none(),
            event.kind == event::Kind::Heartbeat
        );
        assert!(event.iat <= NOW + 600);
    }
}
