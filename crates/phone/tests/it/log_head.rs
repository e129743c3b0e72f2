//! What the phone remembers of the log, and what it does when the log contradicts it.

use std::sync::Arc;

use ipse_jose::{SigningKey, b64, jws};
use ipse_phone::{Check, LogFault, Memory, Phone, ReceiptCheck, Storage};
use ipse_protocol::ids::ReceiptId;
use ipse_protocol::log_head::CLOCK_TOLERANCE_MS;
use ipse_protocol::merkle::{self, Hash};
use ipse_protocol::receipt::{
    CHECKPOINT_TYP, Checkpoint, Leaf, LeafKind, PROMISE_MS, PROMISE_TYP, Promise, commitment,
    subject,
};
use ipse_protocol::wire::ReceiptResponse;
use ipse_protocol::{Clock, Random, sha256};

use crate::support::{Script, memory, phone};

const RECEIPT: &str = "rec_AAAAAAAAAAAAAAAAAAAAAA";
const ISSUER: &str = "http://localhost:4000";
const EVIDENCE: &[u8] = br#"{"reason":"person","time":1}"#;
/// The place of the receipt in the log.
const INDEX: usize = 3;

/// A scheme's log, whose leaf 3 is the receipt.
struct Log {
    key: Arc<SigningKey>,
    leaf: Vec<u8>,
    leaves: Vec<Hash>,
    now: i64,
}

impl Log {
    /// A log of which the phone knows the key.
    fn new(memory: &mut Memory, size: u64) -> Self {
        let key = Arc::new(SigningKey::generate_es256());
        memory.state.log_key = key.public_jwk();
        let identity = memory.state.identity.clone().expect("an identity");
        let salt = [1; 32];
        let leaf = Leaf {
            kind: LeafKind::Block,
            time: 1,
            subject: subject(&salt, &identity),
            commitment: commitment(&salt, &sha256(EVIDENCE)),
            disclosure: Some(commitment(&salt, &sha256(b""))),
        };
        let mut log = Log {
            key,
            leaf: leaf.to_bytes(),
            leaves: Vec::new(),
            now: Clock::system().unix_ms(),
        };
        log.grow(size, "leaf");
        log
    }

    fn grow(&mut self, size: u64, of: &str) {
        for n in self.leaves.len()..size as usize {
            self.leaves.push(match n {
                INDEX => merkle::leaf_hash(&self.leaf),
                n => merkle::leaf_hash(format!("{of} {n}").as_bytes()),
            });
        }
    }

    fn sign<T: serde::Serialize>(&self, typ: &str, value: &T) -> String {
        let bytes = serde_json::to_vec(value).expect("JSON");
        jws::sign(&self.key, typ, &bytes).expect("signs")
    }

    fn head(&self) -> Checkpoint {
        Checkpoint {
            origin: ISSUER.to_owned(),
            size: self.leaves.len() as u64,
            root: merkle::root(&self.leaves).into(),
            iat: 1,
        }
    }

    /// The answer for a phone that remembers so many leaves.
    fn answer(&self, since: Option<usize>) -> ReceiptResponse {
        let texts = |path: Vec<Hash>| path.iter().map(|h| b64::encode(h)).collect();
        let promise = Promise {
            leaf: merkle::leaf_hash(&self.leaf).into(),
            receipt: RECEIPT.to_owned(),
            by: self.now + PROMISE_MS,
        };
        let proof = merkle::inclusion_proof(&self.leaves, INDEX);
        let consistency = since.and_then(|old| merkle::consistency_proof(&self.leaves, old));
        ReceiptResponse {
            receipt: RECEIPT.to_owned(),
            leaf: b64::encode(&self.leaf),
            salt: b64::encode(&[1; 32]),
            evidence: b64::encode(EVIDENCE),
            disclosure_salt: Some(b64::encode(&[1; 32])),
            disclosure: Some(String::new()),
            index: proof.is_some().then_some(INDEX as u64),
            proof: proof.map(texts).unwrap_or_default(),
            checkpoint: (!self.leaves.is_empty()).then(|| self.sign(CHECKPOINT_TYP, &self.head())),
            consistency: consistency.map(texts),
            promise: self.sign(PROMISE_TYP, &promise),
        }
    }
}

/// What the phone finds in an answer, and the path that it asked.
async fn checked(memory: &mut Memory, answer: &ReceiptResponse) -> (ReceiptCheck, String) {
    assert!(ReceiptId::parse(RECEIPT).is_some());
    let answer = serde_json::to_string(answer).expect("JSON");
    let mut script = Script::of(&[(200, &answer)]);
    let found = phone(&mut script, memory).receipt(RECEIPT).await;
    (found.expect("a receipt"), script.sent[0].path.clone())
}

fn remembered(memory: &Memory) -> Option<String> {
    let bytes = memory.read("log_head.json").expect("storage")?;
    Some(String::from_utf8(bytes).expect("text"))
}

fn evidence(memory: &mut Memory) -> Option<ipse_phone::LogEvidence> {
    let mut script = Script::default();
    let phone: Phone<_, _> = phone(&mut script, memory);
    phone.log_evidence().expect("storage")
}

#[tokio::test]
async fn t32_the_phone_has_each_head_proven_to_continue_the_one_that_it_remembers() {
    let mut memory = memory();
    let mut log = Log::new(&mut memory, 5);
    let (first, path) = checked(&mut memory, &log.answer(None)).await;
    assert!(path.ends_with(RECEIPT), "{path}");
    assert_eq!((first.continues, first.remembered), (Check::First, None));
    assert!(first.is_valid());
    for (from, to) in [(5, 5), (5, 6), (6, 19), (19, 32), (32, 33)] {
        log.grow(to, "leaf");
        let (next, path) = checked(&mut memory, &log.answer(Some(from))).await;
        assert!(path.ends_with(&format!("?since={from}")), "{path}");
        assert_eq!(next.continues, Check::Yes, "{from} to {to}");
        assert_eq!(next.remembered, Some(from as u64));
        assert_eq!(next.size, Some(to));
        assert!(next.is_valid() && next.fault.is_none());
    }
    assert_eq!(evidence(&mut memory), None);
}

#[tokio::test]
async fn t32_a_log_that_forgot_or_forked_is_reported_and_the_remembered_head_stays() {
    let mut memory = memory();
    let mut log = Log::new(&mut memory, 9);
    let shorter = Log {
        key: log.key.clone(),
        leaf: log.leaf.clone(),
        leaves: log.leaves[..7].to_vec(),
        now: log.now,
    };
    let mut other = Log {
        key: log.key.clone(),
        leaf: log.leaf.clone(),
        leaves: Vec::new(),
        now: log.now,
    };
    checked(&mut memory, &log.answer(None)).await;
    let kept = remembered(&memory).expect("a head");

    let mut cases = vec![("shorter", shorter.answer(Some(7)), LogFault::Forgot)];
    other.grow(9, "other");
    cases.push((
        "another of its size",
        other.answer(Some(9)),
        LogFault::Forked,
    ));
    other.grow(12, "other");
    cases.push(("another that grew", other.answer(Some(9)), LogFault::Forked));
    log.grow(12, "leaf");
    let whole = log.answer(Some(9));
    let mut without = whole.clone();
    without.consistency = None;
    cases.push(("without a proof", without, LogFault::Forked));
    let nodes = whole.consistency.as_ref().expect("a proof").len();
    for node in 0..nodes {
        for byte in 0..32 {
            let mut changed = whole.clone();
            let proof = changed.consistency.as_mut().expect("a proof");
            let mut hash = b64::decode(&proof[node]).expect("b64");
            hash[byte] ^= 1;
            proof[node] = b64::encode(&hash);
            cases.push(("with a changed proof", changed, LogFault::Forked));
        }
    }
    let mut headless = whole.clone();
    (headless.checkpoint, headless.index, headless.proof) = (None, None, Vec::new());
    cases.push(("without a head", headless, LogFault::Forgot));
    for (what, answer, fault) in cases {
        memory.remove("log_fault.json").expect("storage");
        let (found, path) = checked(&mut memory, &answer).await;
        assert!(path.ends_with("?since=9"), "{path}");
        assert_eq!(found.continues, Check::No, "{what}");
        assert_eq!(found.fault, Some(fault), "{what}");
        assert!(!found.is_valid());
        assert_eq!(remembered(&memory).as_ref(), Some(&kept), "{what}");
        let evidence = evidence(&mut memory).expect("evidence");
        assert_eq!(evidence.code, fault);
        assert!(kept.contains(&evidence.remembered.expect("the remembered head")));
        assert_eq!(evidence.received, answer.checkpoint);
    }
    // The evidence outlives a log that is what it was again.
    let (found, _) = checked(&mut memory, &whole).await;
    assert!(found.is_valid());
    assert_ne!(remembered(&memory).as_ref(), Some(&kept));
    assert!(evidence(&mut memory).is_some());
}

#[tokio::test]
async fn t32_a_head_that_is_not_of_this_log_is_refused_and_not_remembered() {
    let mut memory = memory();
    let log = Log::new(&mut memory, 9);
    let elsewhere = Checkpoint {
        origin: "http://localhost:4999".to_owned(),
        ..log.head()
    };
    let stranger = SigningKey::generate_es256();
    let unsigned = serde_json::to_vec(&log.head()).expect("JSON");
    for head in [
        log.sign(CHECKPOINT_TYP, &elsewhere),
        log.sign(PROMISE_TYP, &log.head()),
        jws::sign(&stranger, CHECKPOINT_TYP, &unsigned).expect("signs"),
        "e30.e30.e30".to_owned(),
    ] {
        let mut answer = log.answer(None);
        answer.checkpoint = Some(head);
        let (found, _) = checked(&mut memory, &answer).await;
        assert_eq!((found.logged, found.continues), (Check::No, Check::No));
        // Anybody could have made it: it is no evidence against the scheme.
        assert_eq!(found.fault, None);
        assert_eq!(remembered(&memory), None);
    }
    // A remembered head of another scheme's log counts as none.
    checked(&mut memory, &log.answer(None)).await;
    assert!(remembered(&memory).is_some());
    let other = Log::new(&mut memory, 4);
    let (found, path) = checked(&mut memory, &other.answer(None)).await;
    assert!(path.ends_with(RECEIPT), "{path}");
    assert_eq!(found.continues, Check::First);
}

#[tokio::test]
async fn t32_a_promise_that_was_not_kept_is_reported_when_no_clock_explains_it() {
    let mut memory = memory();
    let log = Log::new(&mut memory, 2);
    let sent = log.answer(None);
    let answer = serde_json::to_string(&sent).expect("JSON");
    let clock = Clock::system();
    let mut look = async || {
        let mut script = Script::of(&[(200, &answer)]);
        let (clock, random) = (clock.clone(), Random::system());
        let mut phone = Phone::new(&mut script, &mut memory, clock, random);
        phone.receipt(RECEIPT).await.expect("a receipt")
    };
    assert_eq!(look().await.logged, Check::Pending);
    clock.shift(PROMISE_MS + CLOCK_TOLERANCE_MS - 60_000);
    let early = look().await;
    assert_eq!((early.logged, early.is_valid()), (Check::Pending, true));
    clock.shift(120_000);
    let late = look().await;
    assert_eq!((late.logged, late.is_valid()), (Check::Overdue, false));
    assert_eq!(late.fault, Some(LogFault::Overdue));
    let kept = evidence(&mut memory).expect("evidence");
    assert_eq!(kept.promise, sent.promise);
}
