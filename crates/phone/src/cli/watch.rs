//! `watch`: decides what comes, until it is ended.

use std::collections::BTreeSet;
use std::time::Duration;

use ipse_protocol::terms::RefusalReason;
use ipse_protocol::wire::ActionSummary;

use super::print::{outcome, print};
use crate::{Error, Phone, Proof, Result};

/// How often a scheme that does not answer is asked again, with growing pauses: about a minute.
const PATIENCE: u32 = 12;

/// What a watching phone does with each action.
#[derive(Clone, Copy)]
pub(super) enum Answer<'a> {
    /// Prints it.
    Nothing,
    /// Approves it.
    Approve(Proof<'a>),
    /// Refuses it.
    Refuse,
}

/// Completes when whoever started this process is gone. On a thread of its own: the runtime would wait for its end.
pub(super) async fn stdin_closed() {
    let (closed, wait) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = closed.send(());
    });
    let _ = wait.await;
}

/// Decides what is already open, then what comes, until it is ended or `count` is reached.
pub(super) async fn watch(
    phone: &Phone,
    answer: Answer<'_>,
    count: Option<u64>,
    json: bool,
) -> Result<()> {
    let mut seen = BTreeSet::new();
    let full = |seen: &BTreeSet<String>| count.is_some_and(|count| seen.len() as u64 >= count);
    let mut failures = 0;
    while failures < PATIENCE {
        // The stream first, then the list: nothing falls between them.
        let mut events = match phone.events().await {
            Ok(events) => events,
            Err(error) if passes(&error) => {
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
                Err(error) if passes(&error) => break,
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
    phone: &Phone,
    answer: Answer<'_>,
    action: &ActionSummary,
    json: bool,
) -> Result<()> {
    let claimed = match &action.link {
        Some(link) => phone.claim(link).await.map(drop),
        None => Ok(()),
    };
    let done = match (claimed, answer) {
        (Err(error), _) => Err(error),
        (Ok(()), Answer::Nothing) => {
            print(json, action, || action.id.clone());
            return Ok(());
        }
        (Ok(()), Answer::Approve(proof)) => phone.approve(&action.id, proof).await,
        (Ok(()), Answer::Refuse) => phone.refuse(&action.id, RefusalReason::Person).await,
    };
    match done {
        Ok(done) => outcome(json, &action.id, &done),
        Err(error) if ends(&error) => return Err(error),
        // What somebody else decided, or what ran out of time, is no failure of the watch.
        Err(error) => eprintln!("{}", error.to_json()),
    }
    Ok(())
}

/// Whether asking again may help.
fn passes(error: &Error) -> bool {
    matches!(
        &*error.code,
        "offline" | "busy" | "internal" | "too_many_requests"
    )
}

/// What no later action can mend. A wrong code is among them: going on would use up the tries.
fn ends(error: &Error) -> bool {
    error.code.starts_with("device_")
        || matches!(
            &*error.code,
            "code_wrong" | "not_enrolled" | "storage_failed" | "unlock_unavailable"
        )
}
