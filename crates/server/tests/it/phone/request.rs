//! What is checked before any route of the phone.

use ipse_phone::{Request, SignedRequest};
use ipse_protocol::terms::IdentityStatus;
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;

use crate::support::{Phone, TestNetwork};

#[tokio::test]
async fn malformed_requests_are_refused_and_spend_nothing() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let before = phone.sequence;
        let path = "/phone/v1/actions/claim";
        let sealed =
            |phone: &mut Phone, body: &[u8]| phone.seal_bytes("POST", path, body).signature.clone();
        for body in [
            &b""[..],
            b"{",
            b"null",
            b"[]",
            b"{\"link\":1,\"obtained\":\"paste\"}",
            b"{\"link\":\"x\",\"obtained\":\"paste\",\"more\":1}",
            b"{\"link\":\"x\",\"link\":\"y\",\"obtained\":\"paste\"}",
            b"{\"link\":\"\xff\",\"obtained\":\"paste\"}",
            b"{\"link\":\"x\",\"obtained\":\"paste\"} {}",
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
        let good = b"{\"link\":\"x\",\"obtained\":\"paste\"}";
        let signature = sealed(&mut phone, good);
        for (kind, code) in [
            ("text/plain", "unsupported_media_type"),
            ("", "unsupported_media_type"),
            ("application/json; charset=utf-8", "link_invalid"),
        ] {
            let reply = network
                .http
                .post(format!("{}{path}", network.app))
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
        network.end().await;
    }
}

/// A change before or after the device signs.
enum Forgery {
    Before(fn(&mut Request)),
    After(fn(&mut SignedRequest)),
}

#[tokio::test]
async fn a_signature_over_another_request_is_refused_and_spends_nothing() {
    use Forgery::{After, Before};
    let forgeries: [(&str, Forgery); 7] = [
        (
            "audience",
            Before(|r| r.audience = "http://localhost:9".into()),
        ),
        (
            "method",
            Before(|r| r.message.method = "PUT".parse().expect("a method")),
        ),
        (
            "path",
            Before(|r| r.message.path = "/phone/v1/unblock".into()),
        ),
        ("signed body", Before(|r| r.message.body.push(b' '))),
        (
            "device",
            Before(|r| r.device = "dev_AAAAAAAAAAAAAAAAAAAAAA".into()),
        ),
        ("sent body", After(|r| r.body.push(b' '))),
        (
            "signature",
            After(|r| r.signature.truncate(r.signature.len() - 4)),
        ),
    ];
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let (app, before) = (network.app.clone(), phone.sequence);
        for (what, forgery) in &forgeries {
            // Whatever was signed, the request itself is the same.
            let (app, sends_body) = (app.clone(), *what != "sent body");
            let as_it_was = move |r: &mut SignedRequest| {
                r.origin.clone_from(&app);
                r.method = "POST".parse().expect("a method");
                r.path = "/phone/v1/block".into();
                if sends_body {
                    r.body = br#"{"reason":"person"}"#.to_vec();
                }
            };
            match *forgery {
                Before(change) => phone.misbehave(change, as_it_was),
                After(change) => phone.misbehave(
                    |_| {},
                    move |r| {
                        change(r);
                        as_it_was(r);
                    },
                ),
            }
            let reply = phone
                .post("/block", &serde_json::json!({"reason": "person"}))
                .await;
            assert_eq!(reply.code(), "device_signature_invalid", "{what}");
        }
        phone.behave();
        // The scheme took none of these sequences.
        phone.sequence = before;
        assert_eq!(phone.get("/me").await.status, StatusCode::OK);
        assert_eq!(
            network.identity(&phone.identity).await.status,
            IdentityStatus::Active
        );
        network.end().await;
    }
}
