//! The commands of the applet: lengths, status words and permissions.

use ipse_sim::apdu::{Response, StatusWord};
use ipse_sim::applet::{
    Answer, Applet, COUNTER_LIMIT, Life, Memory, MemoryFailure, Method, Origin, Storage, command,
    is_confirmed,
};
use ipse_sim::cmac::Key;
use ipse_sim::kdf::AppletKeys;

pub const TRANSPORT: Key = Key([7; 16]);
pub const SCHEME: [u8; 16] = [9; 16];
pub const T: [u8; 32] = [5; 32];

pub fn keys(seed: u8) -> AppletKeys {
    AppletKeys {
        auth: Key([seed; 16]),
        confirm: Key([seed ^ 0xFF; 16]),
    }
}

fn load(kvn: u8) -> Vec<u8> {
    command::load_key(&TRANSPORT, kvn, &SCHEME, &keys(kvn)).expect("wrap")
}

fn ota(applet: &mut Applet<Memory>, apdu: &[u8]) -> Response {
    applet.process(Origin::OverTheAir, apdu)
}

fn active() -> Applet<Memory> {
    let mut applet = Applet::power_up(Memory::blank(TRANSPORT));
    let reply = ota(&mut applet, &load(1));
    assert!(is_confirmed(&reply.data, &keys(1), 1, &SCHEME));
    assert_eq!(ota(&mut applet, &command::UNLOCK).status, StatusWord::OK);
    applet
}

#[test]
fn wrong_lengths_classes_and_instructions_have_their_status_word() {
    let mut applet = active();
    let auth = command::authenticate(Method::Silent, &T);
    let mut extended = vec![0x80, 0x10, 0x01, 0x00, 0x00, 0x00, 0x20];
    extended.extend_from_slice(&T);
    for (apdu, status) in [
        (&[][..], 0x6700),
        (&[0x80, 0x10], 0x6700),
        (&[0x80, 0x10, 0x01], 0x6700),
        (&extended, 0x6700),
        (&auth[..auth.len() - 2], 0x6700),
        (&[&auth[..], &[0]].concat(), 0x6700),
        (&[0x80, 0x10, 0x01, 0x00, 0x01, 0x05], 0x6700),
        (&[0x80, 0x10, 0x01, 0x00], 0x6700),
        (&[0x90, 0x10, 0x01, 0x00], 0x6E00),
        (&[0xFF, 0xA4, 0x04, 0x00], 0x6E00),
        (&[0x80, 0xA4, 0x04, 0x00], 0x6D00),
        (&[0x00, 0x10, 0x01, 0x00], 0x6D00),
        (&[0x80, 0x11, 0x00, 0x00], 0x6D00),
        (&[0x80, 0xCA, 0x9F, 0x02, 0x00], 0x6A88),
        (&[0x80, 0xCA, 0x9F, 0x01, 0x07], 0x6C08),
        (&[0x80, 0xCA, 0x9F, 0x01, 0x01, 0x00], 0x6700),
        (&[0x80, 0x44, 0x01, 0x00], 0x6A86),
        (&[0x80, 0x44, 0x00, 0x00, 0x00], 0x6700),
        (&[0x00, 0xA4, 0x00, 0x00], 0x6A86),
        (&[0x00, 0xA4, 0x04, 0x00, 0x01, 0xF0], 0x6700),
        (&[0x00, 0xA4, 0x04, 0x00, 0x05, 1, 2, 3, 4, 5], 0x6A82),
    ] {
        let before = applet.process(Origin::OverTheAir, &command::get_data());
        assert_eq!(
            applet.process(Origin::OverTheAir, apdu),
            Response::status(StatusWord(status)),
            "{apdu:02X?}"
        );
        let after = applet.process(Origin::OverTheAir, &command::get_data());
        assert_eq!(before, after, "{apdu:02X?} changed the state");
    }
    let mut wrong = auth.clone();
    wrong[2] = 3;
    assert_eq!(ota(&mut applet, &wrong).status.0, 0x6A86);
    wrong = auth;
    *wrong.last_mut().expect("Le") = 22;
    assert_eq!(ota(&mut applet, &wrong).status.0, 0x6C17);
}

#[test]
fn a_blank_card_answers_no_challenge() {
    let mut applet = Applet::power_up(Memory::blank(TRANSPORT));
    for apdu in [
        command::authenticate(Method::Silent, &T),
        command::LOCK.to_vec(),
        command::UNLOCK.to_vec(),
        command::ERASE.to_vec(),
    ] {
        assert_eq!(ota(&mut applet, &apdu).status, StatusWord::CONDITIONS);
    }
    let data = ota(&mut applet, &command::get_data()).data;
    assert_eq!(data, [1, Life::Blank as u8, 0, 0, 0, 0, 0, 1]);
}

#[test]
fn the_life_cycle_never_goes_back() {
    let mut applet = active();
    let auth = command::authenticate(Method::Silent, &T);
    assert_eq!(ota(&mut applet, &auth).status, StatusWord::OK);
    assert_eq!(ota(&mut applet, &command::UNLOCK).status.0, 0x6985);
    assert_eq!(ota(&mut applet, &command::LOCK).status, StatusWord::OK);
    assert_eq!(ota(&mut applet, &auth).status, StatusWord::CONDITIONS);
    assert_eq!(ota(&mut applet, &command::LOCK).status.0, 0x6985);
    assert_eq!(ota(&mut applet, &command::UNLOCK).status, StatusWord::OK);
    assert_eq!(ota(&mut applet, &auth).status, StatusWord::OK);
    assert_eq!(ota(&mut applet, &command::ERASE).status, StatusWord::OK);
    for apdu in [&auth[..], &load(2), &command::UNLOCK, &command::ERASE] {
        assert_eq!(ota(&mut applet, apdu).status, StatusWord::CONDITIONS);
    }
    assert!(applet.into_storage().keys.is_none(), "the keys are gone");
}

#[test]
fn an_application_in_the_handset_may_only_send_silent_challenges() {
    let mut applet = active();
    let mut send = |apdu: &[u8]| applet.process(Origin::Application, apdu).status;
    let silent = command::authenticate(Method::Silent, &T);
    assert_eq!(send(&silent), StatusWord::NOT_SELECTED);
    assert_eq!(send(&command::select()), StatusWord::OK);
    assert_eq!(send(&silent), StatusWord::OK);
    for apdu in [
        command::authenticate(Method::Holder, &T),
        load(2),
        command::LOCK.to_vec(),
        command::UNLOCK.to_vec(),
        command::ERASE.to_vec(),
    ] {
        assert_eq!(send(&apdu), StatusWord::SECURITY_STATUS);
    }
    // Selecting another application deselects the applet.
    assert_eq!(
        send(&[0, 0xA4, 4, 0, 5, 1, 2, 3, 4, 5]),
        StatusWord::NOT_FOUND
    );
    assert_eq!(send(&silent), StatusWord::NOT_SELECTED);
}

#[test]
fn keys_are_loaded_under_the_right_transport_key_with_a_rising_version() {
    let mut applet = active();
    let other = command::load_key(&Key([8; 16]), 2, &SCHEME, &keys(2)).expect("wrap");
    assert_eq!(ota(&mut applet, &other).status, StatusWord::WRONG_DATA);
    assert_eq!(ota(&mut applet, &load(1)).status, StatusWord::WRONG_DATA);
    assert_eq!(ota(&mut applet, &load(0)).status, StatusWord::WRONG_DATA);
    let reply = ota(&mut applet, &load(2));
    assert!(is_confirmed(&reply.data, &keys(2), 2, &SCHEME));
    assert!(!is_confirmed(&reply.data, &keys(1), 2, &SCHEME));
    assert!(!is_confirmed(&reply.data, &keys(2), 1, &SCHEME));
    assert!(!is_confirmed(&[], &keys(2), 2, &SCHEME));
    // The applet is not active before the operator has verified the confirmation.
    let auth = command::authenticate(Method::Silent, &T);
    assert_eq!(ota(&mut applet, &auth).status, StatusWord::CONDITIONS);
}

#[test]
fn the_mac_of_an_answer_covers_all_its_contents() {
    let mut applet = active();
    let reply = ota(&mut applet, &command::authenticate(Method::Silent, &T)).data;
    let key = keys(1).auth;
    assert!(Answer::verify(&reply, &key, &SCHEME, &T).is_some());
    assert!(Answer::verify(&reply, &keys(2).auth, &SCHEME, &T).is_none());
    assert!(Answer::verify(&reply, &key, &[0; 16], &T).is_none());
    assert!(Answer::verify(&reply, &key, &SCHEME, &[0; 32]).is_none());
    assert!(Answer::verify(&reply[..22], &key, &SCHEME, &T).is_none());
    for i in 0..reply.len() {
        let mut bent = reply.clone();
        bent[i] ^= 1;
        assert!(
            Answer::verify(&bent, &key, &SCHEME, &T).is_none(),
            "byte {i}"
        );
    }
}

#[test]
fn a_counter_at_its_limit_requires_new_keys() {
    let mut memory = active().into_storage();
    memory.counter = COUNTER_LIMIT - 1;
    let mut applet = Applet::power_up(memory);
    let auth = command::authenticate(Method::Silent, &T);
    assert_eq!(ota(&mut applet, &auth).status, StatusWord::OK);
    assert_eq!(ota(&mut applet, &auth).status, StatusWord::DATA_NOT_USABLE);
    assert_eq!(ota(&mut applet, &load(2)).status, StatusWord::OK);
    assert_eq!(ota(&mut applet, &command::UNLOCK).status, StatusWord::OK);
    let reply = ota(&mut applet, &auth).data;
    let answer = Answer::verify(&reply, &keys(2).auth, &SCHEME, &T).expect("answer");
    assert_eq!((answer.kvn, answer.counter), (2, 1));
}

/// A memory that loses power just before or just after its next write.
#[derive(Debug)]
pub struct Flaky {
    pub memory: Memory,
    pub cut: Option<Cut>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Before,
    After,
}

impl Flaky {
    fn write(&mut self, change: impl FnOnce(&mut Memory)) -> Result<(), MemoryFailure> {
        let cut = self.cut.take();
        if cut != Some(Cut::Before) {
            change(&mut self.memory);
        }
        cut.map_or(Ok(()), |_| Err(MemoryFailure))
    }
}

impl Storage for &mut Flaky {
    fn load(&mut self) -> Result<Memory, MemoryFailure> {
        Ok(self.memory.clone())
    }

    fn save_counter(&mut self, counter: u32) -> Result<(), MemoryFailure> {
        self.write(|memory| memory.counter = counter)
    }

    fn save(&mut self, new: &Memory) -> Result<(), MemoryFailure> {
        self.write(|memory| *memory = new.clone())
    }
}

#[test]
fn a_power_cut_never_repeats_a_counter() {
    let auth = command::authenticate(Method::Silent, &T);
    for (cut, next) in [(Cut::Before, 1), (Cut::After, 2)] {
        let mut flaky = Flaky {
            memory: active().into_storage(),
            cut: Some(cut),
        };
        let reply = Applet::power_up(&mut flaky).process(Origin::OverTheAir, &auth);
        assert_eq!(reply, Response::status(StatusWord::MEMORY_FAILURE));
        let reply = Applet::power_up(&mut flaky).process(Origin::OverTheAir, &auth);
        let answer = Answer::verify(&reply.data, &keys(1).auth, &SCHEME, &T).expect("answer");
        assert_eq!(answer.counter, next);
    }
}
