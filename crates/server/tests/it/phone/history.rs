//! `GET /phone/v1/history`. Threat: t40.

use std::ops::RangeInclusive;
use std::time::Instant;

use ipse_protocol::ids::{ActionId, ReceiptId};
use ipse_protocol::terms::{ActionStatus, LeafKind};
use ipse_protocol::wire::{EventSummary, HistoryEntry, HistoryResponse, ReceiptResponse};
use ipse_store::action::{self, Action};
use ipse_store::receipt;
use serde_json::json;

use crate::support::recoveries::{complete_recovery, exhaust_code, verified_recovery};
use crate::support::{Phone, TestNetwork, parsed};

/// The whole history, and the sizes of its pages.
async fn history(phone: &mut Phone) -> (Vec<HistoryEntry>, Vec<usize>) {
    let (mut entries, mut sizes, mut path) = (Vec::new(), Vec::new(), "/history".to_owned());
    loop {
        let page: HistoryResponse = phone.get(&path).await.json();
        sizes.push(page.entries.len());
        entries.extend(page.entries);
        match page.next {
            Some(next) => path = format!("/history?before={next}"),
            None => return (entries, sizes),
        }
    }
}

async fn settle(network: &TestNetwork) {
    const RECEIPTS: &str = "SELECT COUNT(*) FROM outbox WHERE kind = $1";
    while network.count(RECEIPTS, "receipt").await > 0 {
        network.drain_outbox().await;
        tokio::task::yield_now().await;
    }
}

/// Adds entries to a history, two actions to each event, some at the very same time: copies of an action and of the latest event.
async fn lengthen(
    network: &TestNetwork,
    action: &str,
    phone: &Phone,
    entries: RangeInclusive<i64>,
) {
    let (pattern, who) = (action.to_owned(), phone.identity.clone());
    let wrote = network.server.scheme.store.write(move |tx| {
        let row = action::by_id(tx, &parsed(&pattern))?.expect("the request");
        let events = receipt::events_of_identity(tx, &parsed(&who), None, 1)?;
        let event = events.first().expect("the enrolment");
        let event = receipt::by_id(tx, &event.id)?.expect("the enrolment");
        for n in entries.clone() {
            let at = row.created - n / 5;
            if n % 3 == 0 {
                let id = ReceiptId::dated(at, tx.random());
                let old = receipt::Receipt {
                    id,
                    identity: event.identity.clone(),
                    action: None,
                    kind: event.kind,
                    leaf: event.leaf.clone(),
                    salt: event.salt,
                    disclosure_salt: event.disclosure_salt,
                    evidence: event.evidence.clone(),
                    disclosed: None,
                    promise: event.promise.clone(),
                    position: None,
                    time: at,
                };
                receipt::insert(tx, &old)?;
            } else {
                let old = Action {
                    id: ActionId::dated(at, tx.random()),
                    status: ActionStatus::Refused,
                    created: at,
                    ..row.clone()
                };
                action::insert(tx, &old)?;
            }
        }
        Ok(())
    });
    wrote.await.expect("a long history");
}

#[tokio::test]
async fn the_history_has_every_trace() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let (partner, other) = (network.partner().await, network.partner().await);
        let approved = network.offer_basic(&partner, &mut phone).await;
        phone.approve_offer(&approved).await;
        let refused = network.offer_basic(&partner, &mut phone).await;
        phone.refuse(&refused).await;
        let superseded = network.offer_basic(&partner, &mut phone).await;
        let expired = network.offer_basic(&partner, &mut phone).await;
        network.db.clock().shift(3_600_000);
        network.server.scheme.sweep().await.expect("swept");
        let mut started = network.start_basic(&partner).await;
        let given_up: ipse_protocol::wire::Offer = phone.claim(&started.link).await.json();
        started.cancel(&network.issuer).await;
        let path = format!("/partners/{}/withdraw", partner.client_id);
        let withdrawn = phone.post(&path, &json!({})).await;
        let withdrawn = withdrawn.body["receipt"].as_str().expect("one").to_owned();
        let reported = network.offer_basic(&other, &mut phone).await;
        let path = format!("/actions/{}/report", reported.action);
        phone.post(&path, &json!({})).await;
        let unblocked = phone.begin_unblock().await;
        phone.approve_offer(&unblocked).await;
        exhaust_code(&network, &other, &mut phone).await;
        let recovery = verified_recovery(&mut phone).await;
        complete_recovery(&mut phone, &recovery, "40719").await;
        settle(&network).await;

        let (entries, _) = history(&mut phone).await;
        assert!(entries.is_sorted_by(|a, b| a.time() >= b.time()));
        let action = |id: &str| {
            let found = entries.iter().find_map(|entry| match entry {
                HistoryEntry::Action(action) if action.id == id => Some(action.clone()),
                HistoryEntry::Action(_) | HistoryEntry::Event(_) => None,
            });
            let action = found.unwrap_or_else(|| panic!("{id} is not listed"));
            let (status, reason, receipt) = (action.status, action.reason, action.receipt);
            (status, reason, receipt.is_some())
        };
        let because = |reason: &str| Some(reason.to_owned());
        let cancelled = ActionStatus::Cancelled;
        let receipt = true;
        assert_eq!(
            action(&approved.action),
            (ActionStatus::Approved, None, receipt)
        );
        assert_eq!(
            action(&refused.action),
            (ActionStatus::Refused, because("person"), receipt)
        );
        assert_eq!(
            action(&superseded.action),
            (cancelled, because("superseded"), receipt)
        );
        assert_eq!(
            action(&expired.action),
            (ActionStatus::Expired, None, receipt)
        );
        assert_eq!(
            action(&given_up.action),
            (cancelled, because("browser"), receipt)
        );
        // The block that ended it has a receipt of its own.
        assert_eq!(
            action(&reported.action),
            (cancelled, because("person"), !receipt)
        );
        assert_eq!(
            action(&unblocked.action),
            (ActionStatus::Approved, None, receipt)
        );

        let events: Vec<&EventSummary> = entries
            .iter()
            .rev()
            .filter_map(|entry| match entry {
                HistoryEntry::Event(event) => Some(event),
                HistoryEntry::Action(_) => None,
            })
            .collect();
        let mut said: Vec<_> = events
            .iter()
            .map(|event| (event.kind, event.reason.as_deref().unwrap_or_default()))
            .collect();
        // One transaction did the last two.
        said[5..].sort_by_key(|(_, reason)| *reason);
        assert_eq!(
            said,
            [
                (LeafKind::Enrolment, ""),
                (LeafKind::Withdrawal, "partner"),
                (LeafKind::Block, "person"),
                (LeafKind::Unblock, "person"),
                (LeafKind::Block, "code_exhausted"),
                (LeafKind::Unblock, "code_exhausted"),
                (LeafKind::Recovery, "new_code"),
            ]
        );
        assert_eq!(events[0].bank.as_deref(), Some(crate::support::BANK));
        let taken_back = events[1];
        assert_eq!(taken_back.receipt, withdrawn);
        assert_eq!(taken_back.partner_id.as_deref(), Some(&*partner.client_id));
        assert!(taken_back.partner.is_some() && taken_back.domain.is_some());
        assert_eq!(taken_back.told.as_deref(), Some("untold"));
        assert_eq!(events[2].action.as_deref(), Some(&*reported.action));

        // Each receipt can be read, and that of an action without a decision names it.
        for entry in &entries {
            let id = match entry {
                HistoryEntry::Action(action) => action.receipt.clone(),
                HistoryEntry::Event(event) => Some(event.receipt.clone()),
            };
            if let Some(id) = id {
                let receipt: ReceiptResponse = phone.get(&format!("/receipts/{id}")).await.json();
                assert_eq!(receipt.receipt, id);
            }
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t40_a_history_has_nothing_of_others_and_no_page_starts_at_it() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let mut other = network.enrolled(1).await;
        let partner = network.partner().await;
        let mine = network.offer_basic(&partner, &mut phone).await.action;
        network.offer_basic(&partner, &mut other).await;
        other.post("/block", &json!({"reason": "person"})).await;
        settle(&network).await;
        let (entries, _) = history(&mut phone).await;
        let ids: Vec<_> = entries.iter().map(HistoryEntry::id).collect();
        assert_eq!((ids.len(), ids[0]), (2, &*mine), "{entries:?}");
        let (theirs, _) = history(&mut other).await;
        assert_eq!(theirs.len(), 3, "{theirs:?}");
        // It says no more than what does not exist. A receipt that ends an action is no entry.
        let unknown = ActionId::dated(0, &ipse_protocol::Random::system());
        let unknown = [unknown.as_str(), "act_", "rec_", "%27", ""];
        for before in theirs.iter().map(HistoryEntry::id).chain(unknown) {
            let answer = phone.get(&format!("/history?before={before}")).await;
            answer.refused("not_found");
        }
        network.end().await;
    }
}

#[tokio::test]
async fn the_pages_of_the_history_have_each_entry_once() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let mine = network.offer_basic(&partner, &mut phone).await.action;
        // Many entries of both forms, some at the very same time.
        lengthen(&network, &mine, &phone, 1..=140).await;
        let (entries, sizes) = history(&mut phone).await;
        assert_eq!(sizes, [50, 50, 42]);
        assert!(
            entries.is_sorted_by(|a, b| a.time() >= b.time()),
            "newest first"
        );
        let mut ids: Vec<_> = entries.iter().map(HistoryEntry::id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 142, "each once");

        let answer = phone.get("/history?after=x").await;
        answer.refused("malformed_request");
        network.end().await;
    }
}

/// Prints how long the pages of a history of 10,000 entries take (docs/performance.md). Asserts no time.
#[tokio::test]
#[ignore = "measures: cargo test -p ipse-server --test it measure_a_history -- --ignored --nocapture"]
async fn measure_a_history_of_ten_thousand_entries() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let mine = network.offer_basic(&partner, &mut phone).await.action;
        // Somebody else's history, so that an index is needed.
        let mut other = network.enrolled(1).await;
        let theirs = network.offer_basic(&partner, &mut other).await.action;
        for from in (1..10_000).step_by(2_000) {
            lengthen(&network, &mine, &phone, from..=from + 1_999).await;
            lengthen(&network, &theirs, &other, from..=from + 1_999).await;
        }
        let ms = |since: Instant| since.elapsed().as_secs_f64() * 1000.0;
        let mut first = Vec::new();
        for _ in 0..41 {
            let began = Instant::now();
            phone.get("/history").await;
            first.push(ms(began));
        }
        first.sort_by(f64::total_cmp);
        let (mut slowest, mut path, all) = (0.0_f64, "/history".to_owned(), Instant::now());
        let mut entries = 0;
        loop {
            let began = Instant::now();
            let page: HistoryResponse = phone.get(&path).await.json();
            slowest = slowest.max(ms(began));
            entries += page.entries.len();
            let Some(next) = page.next else { break };
            path = format!("/history?before={next}");
        }
        println!(
            "{}: {entries} entries; first page {:.1} ms (median of {}, slowest {:.1}); all pages {:.0} ms, slowest page {slowest:.1} ms",
            if network.db.is_postgres() {
                "PostgreSQL"
            } else {
                "SQLite"
            },
            first[first.len() / 2],
            first.len(),
            first[first.len() - 1],
            ms(all),
        );
        network.end().await;
    }
}
