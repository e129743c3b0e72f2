//! Compares the applet with a model: any commands in any order, with a power cut at any write.

use ipse_sim::applet::{Answer, Applet, Life, Memory, Method, Origin, command};
use proptest::prelude::*;

use crate::applet::{Cut, Flaky, SCHEME, T, TRANSPORT, keys};

#[derive(Clone, Debug)]
enum Step {
    Select,
    GetData,
    Load(u8),
    Authenticate(Method),
    Lock,
    Unlock,
    Erase,
    Rubbish(Vec<u8>),
    PowerCycle,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::Select),
        2 => Just(Step::GetData),
        3 => (0_u8..6).prop_map(Step::Load),
        8 => prop_oneof![Just(Method::Silent), Just(Method::Holder)].prop_map(Step::Authenticate),
        2 => Just(Step::Lock),
        5 => Just(Step::Unlock),
        1 => Just(Step::Erase),
        2 => proptest::collection::vec(any::<u8>(), 0..48).prop_map(Step::Rubbish),
        1 => Just(Step::PowerCycle),
    ]
}

fn origin() -> impl Strategy<Value = Origin> {
    prop_oneof![3 => Just(Origin::OverTheAir), 1 => Just(Origin::Application)]
}

fn cut() -> impl Strategy<Value = Option<Cut>> {
    prop_oneof![8 => Just(None), 1 => Just(Some(Cut::Before)), 1 => Just(Some(Cut::After))]
}

/// The expected state of the card.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Model {
    life: Life,
    kvn: u8,
    counter: u32,
}

impl Model {
    fn of(memory: &Memory) -> Self {
        Self {
            life: memory.life,
            kvn: memory.kvn,
            counter: memory.counter,
        }
    }

    /// The state after `step`, or `None` if `step` must fail.
    fn after(self, step: &Step, origin: Origin, selected: bool) -> Option<Self> {
        let ota = origin == Origin::OverTheAir;
        let next = match (step, self.life) {
            (Step::Select, _) => self,
            (Step::GetData, _) if ota || selected => self,
            (Step::Load(kvn), life) if ota && life != Life::Terminated && *kvn > self.kvn => Self {
                life: Life::Personalised,
                kvn: *kvn,
                counter: 0,
            },
            (Step::Authenticate(method), Life::Active)
                if ota || (selected && *method == Method::Silent) =>
            {
                Self {
                    counter: self.counter + 1,
                    ..self
                }
            }
            (Step::Lock, Life::Active) if ota => Self {
                life: Life::Locked,
                ..self
            },
            (Step::Unlock, Life::Personalised | Life::Locked) if ota => Self {
                life: Life::Active,
                ..self
            },
            (Step::Erase, Life::Personalised | Life::Active | Life::Locked) if ota => Self {
                life: Life::Terminated,
                ..self
            },
            _ => return None,
        };
        Some(next)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_applet_behaves_like_the_model(steps in proptest::collection::vec((step(), origin(), cut()), 1..60)) {
        let mut flaky = Flaky { memory: Memory::blank(TRANSPORT), cut: None };
        let mut selected = false;
        // The highest counter that the card sent, for each key version.
        let mut seen = [0_u32; 6];
        for (step, origin, cut) in steps {
            let before = Model::of(&flaky.memory);
            if matches!(step, Step::PowerCycle) {
                selected = false;
                continue;
            }
            let apdu = match &step {
                Step::Select => command::select(),
                Step::GetData => command::get_data(),
                Step::Load(kvn) => command::load_key(&TRANSPORT, *kvn, &SCHEME, &keys(*kvn)).expect("wrap"),
                Step::Authenticate(method) => command::authenticate(*method, &T),
                Step::Lock => command::LOCK.to_vec(),
                Step::Unlock => command::UNLOCK.to_vec(),
                Step::Erase => command::ERASE.to_vec(),
                Step::Rubbish(bytes) => bytes.clone(),
                Step::PowerCycle => unreachable!(),
            };
            flaky.cut = cut;
            let mut applet = Applet::power_up(&mut flaky);
            if selected {
                applet.process(Origin::Application, &command::select());
            }
            let reply = applet.process(origin, &apdu);
            let cut_off = cut.is_some() && flaky.cut.is_none();
            flaky.cut = None;
            let after = Model::of(&flaky.memory);
            let ok = reply.status.0 == 0x9000;
            prop_assert!(ok || reply.data.is_empty());
            match step {
                // For random bytes, the status word is not checked, but the state is.
                Step::Rubbish(_) => { prop_assert!(ok || cut_off || after == before); continue }
                Step::Select => selected = ok,
                _ => {}
            }
            match before.after(&step, origin, selected) {
                None => { prop_assert!(!ok); prop_assert_eq!(after, before) }
                Some(next) if cut_off => {
                    prop_assert_eq!(reply.status.0, 0x6581);
                    prop_assert_eq!(after, if cut == Some(Cut::Before) { before } else { next });
                    // The selection is lost with the power.
                    selected = false;
                }
                Some(next) => { prop_assert!(ok); prop_assert_eq!(after, next) }
            }
            if let (true, Step::Authenticate(method)) = (ok, &step) {
                let answer = Answer::verify(&reply.data, &keys(after.kvn).auth, &SCHEME, &T);
                let answer = answer.expect("a good answer");
                prop_assert_eq!(answer.method, *method);
                let last = &mut seen[usize::from(answer.kvn)];
                prop_assert!(answer.counter > *last);
                *last = answer.counter;
            }
        }
    }
}
