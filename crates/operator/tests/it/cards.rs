//! The channel to real cards: clones, answers that do not verify, silence.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ipse_operator::cards::{Address, CardChannel, Channel, ChannelError, Exchange};
use ipse_sim::event::Kind;
use ipse_sim::statement::Method;
use ipse_store::testing::TestDb;
use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot};

use crate::network::{READY, TestNetwork, secret, text};

/// Carries commands to a simulated card over a second database connection, and changes the answer as the test says.
#[derive(Default)]
struct TestChannel {
    network: Mutex<Option<(Arc<ipse_operator::keys::OperatorKeys>, ipse_store::Store)>>,
    mode: Mutex<Mode>,
    last: Mutex<Vec<u8>>,
    /// The next answer is not delivered before the sender of this sends.
    hold: Mutex<Option<oneshot::Receiver<()>>>,
    held: Notify,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Mode {
    #[default]
    Good,
    /// The previous answer again.
    Replay,
    Bent,
    Unreachable,
    Never,
}

impl CardChannel for TestChannel {
    fn exchange<'a>(&'a self, card: &'a Address, command: &'a [u8], _: Duration) -> Exchange<'a> {
        Box::pin(async move {
            let mode = *self.mode.lock().expect("lock");
            match mode {
                Mode::Unreachable => return Err(ChannelError::Unreachable),
                Mode::Never => std::future::pending().await,
                Mode::Replay => return Ok(self.last.lock().expect("lock").clone()),
                Mode::Good | Mode::Bent => {}
            }
            let (keys, store) = self
                .network
                .lock()
                .expect("lock")
                .clone()
                .expect("a network");
            let (iccid, command) = (card.iccid.clone(), command.to_vec());
            let reply = store
                .write(move |tx| ipse_operator::cards::exchange(tx, &keys, &iccid, &command))
                .await
                .map_err(|_| ChannelError::Unreachable)?;
            let mut bytes = reply.to_bytes();
            *self.last.lock().expect("lock") = bytes.clone();
            let hold = self.hold.lock().expect("lock").take();
            if let Some(hold) = hold {
                self.held.notify_one();
                let _ = hold.await;
            }
            if mode == Mode::Bent {
                bytes[10] ^= 1;
            }
            Ok(bytes)
        })
    }
}

async fn network() -> (TestNetwork, Arc<TestChannel>) {
    let channel = Arc::new(TestChannel::default());
    let network =
        TestNetwork::with(TestDb::sqlite(), Channel::Remote(channel.clone()), |_| {}).await;
    let keys = Arc::clone(&network.operator().keys);
    *channel.network.lock().expect("lock") = Some((keys, network.second_store()));
    (network, channel)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_card_gives_silent_and_holder_statements() {
    let (network, _channel) = network().await;
    let handle = network.handle(READY).await;
    let (status, answer) = network.silent(&handle, [1; 32]).await;
    assert_eq!(status, 201, "{answer}");
    assert!(
        network
            .verify(&answer, &handle, &[1; 32], Method::Silent)
            .is_ok()
    );
    let challenge = text(&network.holder(&handle, [2; 32]).await.1["challenge"]);
    let secret = secret(&network.messages(READY).await[0]);
    let (status, answer) = network.answer_holder(&challenge, &secret).await;
    assert_eq!(status, 201, "{answer}");
    assert!(
        network
            .verify(&answer, &handle, &[2; 32], Method::Holder)
            .is_ok()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_counter_raises_a_clone_alarm() {
    let (network, channel) = network().await;
    let handle = network.handle(READY).await;
    assert_eq!(network.silent(&handle, [1; 32]).await.0, 201);
    *channel.mode.lock().expect("lock") = Mode::Replay;
    // The same challenge, so that the MAC is right and only the counter is wrong.
    let (status, answer) = network.silent(&handle, [1; 32]).await;
    assert_eq!((status, &answer["code"]), (503, &json!("UNAVAILABLE")));
    let events = network
        .events(|events| events.iter().any(|e| e.kind == Kind::CloneSuspected))
        .await;
    let alarm = events
        .iter()
        .find(|e| e.kind == Kind::CloneSuspected)
        .expect("an alarm");
    assert_eq!(alarm.subject.as_ref().map(|s| &s.handle), Some(&handle));
}

/// A challenge whose answer is delivered after `meanwhile`.
async fn overtaken<T>(
    network: &TestNetwork,
    channel: &TestChannel,
    handle: &str,
    nonce: [u8; 32],
    meanwhile: impl Future<Output = T>,
) -> ((u16, Value), T) {
    let (go, hold) = oneshot::channel();
    *channel.hold.lock().expect("lock") = Some(hold);
    tokio::join!(network.silent(handle, nonce), async {
        channel.held.notified().await;
        let seen = meanwhile.await;
        go.send(()).expect("the challenge waits");
        seen
    })
}

async fn alarms(network: &TestNetwork) -> usize {
    let (_, page) = network.get("/events?after=0").await;
    let events = page["events"].as_array().expect("events");
    events
        .iter()
        .map(|text| network.event(text.as_str().expect("text")))
        .filter(|event| event.kind == Kind::CloneSuspected)
        .count()
}

/// Sets the counter of the card, as in a copy of it.
async fn set_card(network: &TestNetwork, counter: u32) {
    let store = network.second_store();
    let rewind =
        "UPDATE card SET counter = $1 WHERE iccid = (SELECT iccid FROM sim WHERE number = $2)";
    let changed = store
        .write(move |tx| tx.exec(rewind, ipse_store::params![counter, READY]))
        .await;
    assert_eq!(changed, Ok(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_out_of_order_raise_no_clone_alarm() {
    let (network, channel) = network().await;
    let handle = network.handle(READY).await;
    set_card(&network, 4).await;
    // Counter 6 is accepted before counter 5.
    let ((late, answer), early) = overtaken(
        &network,
        &channel,
        &handle,
        [1; 32],
        network.silent(&handle, [2; 32]),
    )
    .await;
    assert_eq!((early.0, late), (201, 201), "{answer}");
    let counter = |answer: &Value, nonce: u8| {
        let verified = network.verify(answer, &handle, &[nonce; 32], Method::Silent);
        verified.expect("a good statement").ctr
    };
    assert_eq!((counter(&early.1, 2), counter(&answer, 1)), (6, 5));
    assert_eq!(alarms(&network).await, 0);

    // A card that counts again from an earlier counter is a copy.
    set_card(&network, 4).await;
    assert_eq!(network.silent(&handle, [3; 32]).await.0, 503);
    assert_eq!(alarms(&network).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_cards_with_the_same_counter_at_once_raise_a_clone_alarm() {
    let (network, channel) = network().await;
    let handle = network.handle(READY).await;
    set_card(&network, 4).await;
    let ((late, _), early) = overtaken(&network, &channel, &handle, [1; 32], async {
        set_card(&network, 4).await;
        network.silent(&handle, [2; 32]).await
    })
    .await;
    assert_eq!((early.0, late), (201, 503));
    assert_eq!(alarms(&network).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unusable_answer_raises_no_event() {
    let (network, channel) = network().await;
    let handle = network.handle(READY).await;
    for mode in [Mode::Bent, Mode::Unreachable] {
        *channel.mode.lock().expect("lock") = mode;
        assert_eq!(network.silent(&handle, [1; 32]).await.0, 503);
    }
    *channel.mode.lock().expect("lock") = Mode::Never;
    let body = json!({ "nonceHash": ipse_jose::b64::encode(&[1; 32]), "method": "silent", "budgetMs": 50 });
    assert_eq!(
        network
            .post(&format!("/sims/{handle}/challenges"), body)
            .await
            .0,
        503
    );
    *channel.mode.lock().expect("lock") = Mode::Good;
    assert_eq!(network.silent(&handle, [1; 32]).await.0, 201);
    let (_, page) = network.get("/events?after=0").await;
    let kinds: Vec<_> = page["events"]
        .as_array()
        .expect("events")
        .iter()
        .map(|t| network.event(t.as_str().expect("text")).kind)
        .collect();
    assert!(kinds.iter().all(|kind| *kind == Kind::Heartbeat));
}
