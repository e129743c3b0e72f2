//! What is not theirs, what is no request, and a database that has no time.

use ipse_protocol::wire::Offer;
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use crate::support::{CODE, Phone, World, refusal};

#[tokio::test]
async fn another_persons_action_and_attempt_are_out_of_reach() {
    let world = World::new().await;
    let (mut anna, mut bert) = (world.enrolled(0).await, world.enrolled(1).await);
    let partner = world.partner().await;
    let started = world.start_basic(&partner).await;
    let offer: Offer = anna.claim(&started.link).await.json();
    // The second claimer, whichever way.
    bert.claim(&started.link).await.refused("already_claimed");
    let (attempt, _) = anna
        .attempt(&offer, CODE)
        .await
        .map_err(|r| r.body)
        .expect("an attempt");
    bert.attempt(&offer, CODE)
        .await
        .map(drop)
        .expect_err("not his")
        .refused("not_found");
    bert.refuse(&offer).await.refused("not_found");
    bert.get(&format!("/actions/{}", offer.action))
        .await
        .refused("not_found");
    bert.post(&format!("/actions/{}/report", offer.action), &json!({}))
        .await
        .refused("not_found");
    // Nor may he call her attempt wrong on an action of his own.
    let own = world.offer_basic(&partner, &mut bert).await;
    let path = format!("/actions/{}/wrong", own.action);
    bert.post(&path, &json!({"attempt": attempt.attempt}))
        .await
        .refused("attempt_unknown");
    let identity = world.identity(&anna.identity).await;
    assert_eq!(
        (identity.wrong_codes, identity.open_attempt),
        (0, Some(attempt.attempt))
    );
    world.end().await;
}

#[tokio::test]
async fn what_is_no_request_is_refused_and_spends_nothing() {
    let world = World::new().await;
    let mut phone = world.enrolled(0).await;
    let before = phone.sequence;
    let path = "/phone/v1/actions/claim";
    let sealed = |phone: &mut Phone, body: &[u8]| phone.claims("POST", path, body).sign(&phone.key);
    for body in [
        &b""[..],
        b"{",
        b"null",
        b"[]",
        b"{\"link\":1}",
        b"{\"link\":\"x\",\"more\":1}",
        b"{\"link\":\"x\",\"link\":\"y\"}",
        b"{\"link\":\"\xff\"}",
        b"{\"link\":\"x\"} {}",
    ] {
        let signature = sealed(&mut phone, body);
        phone
            .raw("POST", path, &signature, body.to_vec())
            .await
            .refused("malformed_request");
    }
    let deep = format!("{{\"link\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000)).into_bytes();
    let signature = sealed(&mut phone, &deep);
    phone
        .raw("POST", path, &signature, deep)
        .await
        .refused("malformed_request");
    let large = format!("{{\"link\":\"{}\"}}", "x".repeat(64 * 1024)).into_bytes();
    let signature = sealed(&mut phone, &large);
    let reply = phone.raw("POST", path, &signature, large).await;
    reply.refused("too_large");
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    let good = b"{\"link\":\"x\"}";
    let signature = sealed(&mut phone, good);
    for (kind, code) in [
        ("text/plain", "unsupported_media_type"),
        ("", "unsupported_media_type"),
        ("application/json; charset=utf-8", "link_invalid"),
    ] {
        let reply = world
            .http
            .post(format!("{}{path}", world.app))
            .header(CONTENT_TYPE, kind)
            .header("ipse-device", &signature)
            .body(good.to_vec())
            .send()
            .await
            .expect("an answer");
        let body: serde_json::Value = reply.json().await.expect("json");
        assert_eq!(body["code"], code, "{kind}");
    }
    let parts: Vec<&str> = signature.split('.').collect();
    let none = ipse_jose::b64::encode(b"{\"alg\":\"none\",\"typ\":\"ipse-request+jwt\"}");
    for bad in [
        String::new(),
        "x".into(),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{none}.{}.", parts[1]),
        format!("{}.{}.{}=", parts[0], parts[1], parts[2]),
        format!("{}.{}.{}.x", parts[0], parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86)),
        "x".repeat(10_000),
    ] {
        let reply = phone.raw("POST", path, &bad, good.to_vec()).await;
        assert_eq!(
            reply.code(),
            "device_signature_invalid",
            "{bad}: {}",
            reply.body
        );
    }
    phone
        .raw("POST", "/phone/v1/nothing", &signature, good.to_vec())
        .await
        .refused("not_found");
    // None of it was taken for a request: the first sequence since then still serves.
    phone.sequence = before;
    assert_eq!(phone.get("/me").await.status, StatusCode::OK);
    world.end().await;
}

#[tokio::test]
async fn a_busy_database_is_said_and_nothing_is_half_done() {
    let world = World::new().await;
    let mut phone = world.enrolled(0).await;
    let partner = world.partner().await;
    let offer = world.offer_basic(&partner, &mut phone).await;
    let busy = world.node_with_queue(1);
    // One transaction holds the writer, one waits, and the queue is full.
    let (held, release) = std::sync::mpsc::channel::<()>();
    let release = std::sync::Mutex::new(release);
    let (begun, running) = tokio::sync::oneshot::channel();
    let mut begun = Some(begun);
    let store = busy.scheme.store.clone();
    let holder = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(move |_| {
                    if let Some(begun) = begun.take() {
                        let _ = begun.send(());
                    }
                    let _ = release.lock().map(|r| r.recv());
                    Ok(())
                })
                .await
        }
    });
    running.await.expect("running");
    let waiting = tokio::spawn(async move { store.write(|_| Ok(())).await });
    world
        .soon("the queue", || async {
            busy.scheme.store.stats().queued > 0
        })
        .await;
    let (_, ke1) =
        ipse_protocol::opaque::ClientLogin::<ipse_protocol::opaque::Identity>::start(CODE)
            .expect("opaque");
    let body = Phone::attempt_body(&offer, ke1);
    let request = phone.seal(&format!("/actions/{}/attempt", offer.action), &body);
    let answer = busy
        .scheme
        .attempt(request.incoming(), &offer.action, &body)
        .await;
    assert_eq!(refusal(answer), "busy");
    held.send(()).expect("held");
    holder.await.expect("no panic").expect("written");
    waiting.await.expect("no panic").expect("written");
    // Nothing was spent, and the very same request then does what it says.
    assert_eq!(world.identity(&phone.identity).await.open_attempt, None);
    let answer = busy
        .scheme
        .attempt(request.incoming(), &offer.action, &body)
        .await;
    assert_eq!(refusal(answer), "ok");
    world.end().await;
}
