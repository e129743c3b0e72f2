//! Enrols the people who have an Ipse when the demo starts: with their phone, at the running parties.

use std::path::Path;

use tokio::process::Command;

use super::{State, announce, child::Running, command, layout::Layout};
use crate::people::{SandboxPerson, everyone};

pub async fn people(program: &Path, layout: &Layout, state: &mut State) -> anyhow::Result<()> {
    for person in everyone() {
        let Some(code) = person.code else { continue };
        if state
            .enrolled
            .iter()
            .any(|customer| customer == person.customer)
        {
            continue;
        }
        let phone = layout.phone_of(person.customer);
        std::fs::create_dir_all(&phone)?;
        let home = phone.to_string_lossy().into_owned();
        let scheme = layout.app_origin();
        #[rustfmt::skip]
        let arguments = [
            "phone", "--home", &home, "enrol", "--scheme", &scheme, "--phone-number", person.phone_number,
            "--bank", person.bank, "--customer", person.customer, "--code", code, "--language", person.language.tag(),
        ];
        command(program, &arguments).await?;
        state.enrolled.push(person.customer.to_owned());
        // After each person, so that an interrupted start continues with the next one.
        state.write(&layout.home)?;
        announce::step(&format!("  {} has an Ipse", person.name()));
    }
    Ok(())
}

/// Starts the phone of a sandbox person, which answers automatically, and tells the scheme its `login_hint`.
pub async fn watch(
    program: &Path,
    layout: &Layout,
    sandbox: &SandboxPerson,
) -> anyhow::Result<Option<Running>> {
    let person = &sandbox.person;
    let scheme = layout
        .home_of(super::Party::Scheme)
        .to_string_lossy()
        .into_owned();
    #[rustfmt::skip]
    let arguments = ["admin", "sandbox", "add", "--home", &scheme, sandbox.login_hint, person.phone_number];
    command(program, &arguments).await?;
    if sandbox.answer.is_empty() {
        return Ok(None);
    }
    let phone = layout.phone_of(person.customer);
    let mut watch = Command::new(program);
    watch.args(["phone", "watch"]).args(sandbox.answer);
    watch.arg("--stdin-watch");
    if let Some(code) = person.code {
        watch.args(["--code", code]);
    }
    watch.arg("--home").arg(&phone);
    let name = format!("the phone of {}", sandbox.login_hint);
    Running::start(&name, Vec::new(), watch, &phone)
        .await
        .map(Some)
}
