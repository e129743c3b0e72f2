//! Each command: one call of the phone, and what is printed about it.

use ipse_protocol::ids::ActionId;
use ipse_protocol::terms::Obtained;
use ipse_protocol::view::{Chosen, OFF};

use super::file::NewFile;
use super::print::{outcome, print, readable, summary};
use super::watch::{Answer, stdin_closed, watch};
use super::{Change, Command, EmailChange, proof};
use crate::error::{Error, local};
use crate::receipt::Displayed;
use crate::{Enrol, Phone, Proof, Result};

/// Carries out a command.
pub(super) async fn act(phone: &mut Phone, command: Command, json: bool) -> Result<()> {
    match command {
        Command::Enrol(args) => {
            let done = phone
                .enrol(&Enrol {
                    scheme: &args.scheme,
                    phone_number: &args.phone_number,
                    bank: &args.bank,
                    customer: &args.customer,
                    code: &args.code,
                    device_name: &args.device_name,
                    language: &args.language,
                    fingerprint: args.fingerprint,
                })
                .await?;
            print(json, &done, || {
                let from = if done.replaced {
                    ", moved from another phone"
                } else {
                    ""
                };
                let without = if args.fingerprint && !done.biometric {
                    ", without the fingerprint"
                } else {
                    ""
                };
                format!("Ready: {} ({}{from}{without})", done.identity, done.level)
            });
        }
        Command::Link { text, scanned } => {
            let obtained = if scanned {
                Obtained::Camera
            } else {
                Obtained::Navigation
            };
            let opened = phone.claim(&text, obtained).await?;
            let summary = summary(&opened);
            print(json, &summary, || opened.offer.action.clone());
        }
        Command::Actions { all } => {
            let list = if all {
                let mut actions = phone.all_actions().await?;
                actions.open.append(&mut actions.past);
                actions.open
            } else {
                phone.actions().await?.open
            };
            print(json, &list, || {
                let line = |a: &ipse_protocol::wire::ActionSummary| {
                    let partner = a.partner.as_deref().unwrap_or("-");
                    format!("{}  {}  {}  {partner}", a.id, a.kind, a.status)
                };
                list.iter().map(line).collect::<Vec<_>>().join("\n")
            });
        }
        Command::Show { action } => match phone.show_any(&action).await? {
            Displayed::Open(opened) => print(json, &opened.view, || readable(&opened)),
            Displayed::Decided(receipt) => {
                print(json, &receipt.view, || super::print::decided(&receipt));
            }
        },
        Command::Approve {
            action,
            proof: p,
            mut choose,
            without,
        } => {
            choose.extend(without.into_iter().map(|key| Chosen {
                key,
                value: OFF.to_owned(),
            }));
            let proof = proof(p.code.as_deref(), p.fingerprint)?;
            let done = phone.approve_choosing(&action, proof, &choose).await?;
            outcome(json, &action, &done);
        }
        Command::StopReturns { action } => {
            let done = phone.stop_returns(&action).await?;
            print(json, &done, || "Ended".to_owned());
        }
        Command::Refuse { action, reason } => {
            outcome(json, &action, &phone.refuse(&action, reason.into()).await?);
        }
        Command::Report { action } => {
            let done = phone.report(&action).await?;
            print(json, &done, || "Blocked".to_owned());
        }
        Command::NotMe => {
            let done = phone.not_me().await?;
            print(json, &done, || "Blocked".to_owned());
        }
        Command::Watch {
            approve,
            refuse,
            stdin_watch,
            proof: p,
            choose,
            keep_one,
            count,
        } => {
            let answer = match (approve, refuse) {
                (true, _) => Answer::Approve {
                    proof: proof(p.code.as_deref(), p.fingerprint)?,
                    choose: &choose,
                    keep_one,
                },
                (_, true) => Answer::Refuse,
                _ => Answer::Nothing,
            };
            tokio::select! {
                watched = watch(phone, answer, count, json) => watched?,
                () = stdin_closed(), if stdin_watch => {}
            }
        }
        Command::Messages => {
            let messages = phone.messages().await?;
            print(json, &messages, || {
                let line = |m: &ipse_protocol::wire::TextMessage| format!("{}: {}", m.from, m.text);
                messages.iter().map(line).collect::<Vec<_>>().join("\n")
            });
        }
        Command::Block => {
            let done = phone.block().await?;
            print(json, &done, || "Blocked".to_owned());
        }
        Command::Unblock { code } => {
            let action = phone.unblock().await?;
            outcome(
                json,
                &action,
                &phone.approve(&action, Proof::Code(&code)).await?,
            );
        }
        Command::Devices => {
            let devices = phone.devices().await?;
            print(json, &devices, || {
                let line = |d: &ipse_protocol::wire::DeviceSummary| {
                    let this = if d.this { "  (this one)" } else { "" };
                    format!("{}  {}  {}{this}", d.device, d.status, d.name)
                };
                devices.iter().map(line).collect::<Vec<_>>().join("\n")
            });
        }
        Command::Partners => {
            let partners = phone.partners().await?;
            print(json, &partners, || {
                let lines = partners.iter().map(super::print::partner);
                lines.collect::<Vec<_>>().join("\n")
            });
        }
        Command::Withdraw { partner } => {
            let done = phone.withdraw(&partner).await?;
            print(json, &done, || {
                format!(
                    "Withdrawn ({}). The partner keeps what it has: ask it to erase that.",
                    done.receipt
                )
            });
        }
        Command::Me => {
            let me = phone.me().await?;
            print(json, &me, || {
                let reasons: Vec<_> = me.reasons.iter().map(|r| r.reason.as_str()).collect();
                let (name, family) = (&me.given_name, &me.family_name);
                format!(
                    "{name} {family}  {}  {}  {}",
                    me.level,
                    me.status,
                    reasons.join(", ")
                )
            });
        }
        Command::Export { out, force, code } => {
            // A person who may not write there is not asked to approve anything.
            let file = NewFile::create(&out, force)?;
            let action = phone.begin_export().await?;
            phone.approve(&action, Proof::Code(&code)).await?;
            let document = phone.export(&action).await?;
            file.keep(&document)?;
            let (name, bytes) = (out.display().to_string(), document.len());
            let written = serde_json::json!({"file": name, "bytes": bytes, "action": action});
            print(json, &written, || {
                format!("Written: {name} ({bytes} bytes)")
            });
        }
        Command::History { limit } => {
            let entries = phone.history(limit).await?;
            print(json, &entries, || {
                let lines = entries.iter().map(super::print::entry);
                lines.collect::<Vec<_>>().join("\n")
            });
        }
        Command::Receipt { id, verify } => {
            let checked = match ActionId::parse(&id) {
                Some(_) => phone.receipt_of(&id).await?,
                None => phone.receipt(&id).await?,
            };
            print(json, &checked, || super::print::receipt(&checked, verify));
            if let Some(evidence) = &checked.evidence {
                return Err(evidence.error());
            }
            if !checked.is_valid() {
                return Err(Error::of(local::RECEIPT));
            }
        }
        Command::ForgotCode {
            bank,
            customer,
            code,
        } => {
            let done = phone.recover(&bank, &customer, &code).await?;
            print(json, &done, || {
                format!("New code: {} is {}", done.identity, done.status)
            });
        }
        Command::ChangeCode { code, new_code } => {
            let action = phone.change_code(&new_code).await?;
            let proof = Proof::Code(&code);
            outcome(json, &action, &phone.approve(&action, proof).await?);
        }
        Command::Fingerprint { change, code } => {
            let action = match change {
                Change::Add => phone.add_fingerprint().await?,
                Change::Remove => phone.remove_fingerprint().await?,
            };
            let done = phone.approve(&action, Proof::Code(&code)).await?;
            match change {
                Change::Add => {}
                Change::Remove => phone.forget_fingerprint()?,
            }
            outcome(json, &action, &done);
        }
        Command::Email {
            change,
            address,
            code,
        } => {
            let action = match (change, address) {
                (EmailChange::Remove, _) => phone.remove_email().await?,
                (EmailChange::Add | EmailChange::Change, Some(address)) => {
                    phone.set_email(&address).await?
                }
                (EmailChange::Add | EmailChange::Change, None) => {
                    return Err(Error::of(local::ADDRESS));
                }
            };
            outcome(
                json,
                &action,
                &phone.approve(&action, Proof::Code(&code)).await?,
            );
        }
        Command::Renew { action } => {
            let opened = phone.renew(&action).await?;
            print(json, &summary(&opened), || readable(&opened));
        }
        Command::Sim { phone_number, code } => {
            let action = phone.connect_sim(phone_number.as_deref()).await?;
            outcome(
                json,
                &action,
                &phone.approve(&action, Proof::Code(&code)).await?,
            );
        }
    }
    Ok(())
}
