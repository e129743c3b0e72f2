//! `watch`: decides each action that comes.

use std::collections::BTreeSet;
use std::time::Duration;

use ipse_protocol::terms::{Obtained, RefusalReason};
use ipse_protocol::view::{Chosen, OFF, ON};
use ipse_protocol::wire::{ActionSummary, DecisionResponse};

use super::print::{outcome, print};
use crate::{Error, Phone, Proof, Result};

/// How often to try a scheme that does not answer, with growing pauses: about a minute.
const MAX_FAILURES: u32 = 12;

/// What a watching phone does with each action.
#[derive(Clone, Copy)]
pub(super) enum Answer<'a> {
    /// Prints it.
    Nothing,
    /// Approves it, and chooses this where the view has it.
    Approve {
        proof: Proof<'a>,
        choose: &'a [Chosen],
        /// Switches off the first switch that is on.
        keep_one: bool,
    },
    /// Refuses it.
    Refuse,
}

/// Completes when standard input closes, because the process that started this one ended. The reading thread is not the
/// runtime's, which would wait for its end.
pub(super) async fn stdin_closed() {
    let (closed, wait) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = closed.send(());
    });
    let _ = wait.await;
}

/// Decides the actions that are open, then those that come, until `count` is reached.
pub(super) async fn watch(
    phone: &mut Phone,
    answer: Answer<'_>,
    count: Option<u64>,
    json: bool,
) -> Result<()> {
    let mut seen = BTreeSet::new();
    let full = |seen: &BTreeSet<String>| count.is_some_and(|count| seen.len() as u64 >= count);
    let mut failures = 0;
    while failures < MAX_FAILURES {
        // First the stream, then the list: so no action is missed between them.
        let mut events = match phone.events().await {
            Ok(events) => events,
            Err(error) if is_temporary(&error) => {
                failures += 1;
                tokio::time::sleep(Duration::from_millis(200 << failures.min(5))).await;
                continue;
            }
            Err(error) => return Err(error),
        };
        failures = 0;
        loop {
            match phone.actions().await {
                Ok(actions) => {
                    for action in actions.open {
                        if full(&seen) || !seen.insert(action.id.clone()) {
                            continue;
                        }
                        decide(phone, answer, &action, json).await?;
                    }
                }
                Err(error) if is_temporary(&error) => break,
                Err(error) => return Err(error),
            }
            if full(&seen) {
                return Ok(());
            }
            if events.next().await.is_err() {
                break;
            }
        }
    }
    Err(Error::of(crate::error::local::OFFLINE))
}

async fn decide(
    phone: &mut Phone,
    answer: Answer<'_>,
    action: &ActionSummary,
    json: bool,
) -> Result<()> {
    let claimed = match &action.link {
        Some(link) => phone.claim(link, Obtained::Navigation).await.map(drop),
        None => Ok(()),
    };
    let done = match (claimed, answer) {
        (Err(error), _) => Err(error),
        (Ok(()), Answer::Nothing) => {
            print(json, action, || action.id.clone());
            return Ok(());
        }
        (
            Ok(()),
            Answer::Approve {
                proof,
                choose,
                keep_one: false,
            },
        ) => phone.approve_choosing(&action.id, proof, choose).await,
        (Ok(()), Answer::Approve { proof, choose, .. }) => {
            approve_keeping_one(phone, &action.id, proof, choose).await
        }
        (Ok(()), Answer::Refuse) => phone.refuse(&action.id, RefusalReason::Person).await,
    };
    match done {
        Ok(done) => outcome(json, &action.id, &done),
        Err(error) if is_fatal(&error) => return Err(error),
        // Another phone may have decided it, or it expired; the watch goes on.
        Err(error) => eprintln!("{}", error.to_json()),
    }
    Ok(())
}

async fn approve_keeping_one(
    phone: &mut Phone,
    action: &str,
    proof: Proof<'_>,
    choose: &[Chosen],
) -> Result<DecisionResponse> {
    let view = phone.show(action).await?.view;
    let kept = view.choices.iter().find(|choice| choice.default == ON);
    let mut choose = choose.to_vec();
    choose.extend(kept.map(|choice| Chosen {
        key: choice.key.clone(),
        value: OFF.to_owned(),
    }));
    phone.approve_choosing(action, proof, &choose).await
}

/// Whether the same call may succeed later.
fn is_temporary(error: &Error) -> bool {
    matches!(
        &*error.code,
        "offline" | "busy" | "clock_disagrees" | "internal" | "too_many_requests"
    )
}

/// Whether all later actions would fail too. A wrong code is such an error: going on would use up the tries.
fn is_fatal(error: &Error) -> bool {
    error.code.starts_with("device_")
        || matches!(
            &*error.code,
            "code_wrong" | "not_enrolled" | "storage_failed" | "unlock_unavailable"
        )
}
