//! What the demo prints in the terminal.

use std::{
    io::{Write, stderr, stdout},
    path::Path,
};

use super::layout::{Layout, Party};
use crate::people::{BANKS, OPERATORS, PEOPLE, SANDBOX};

/// One line of progress.
pub fn step(what: &str) {
    // A closed terminal does not stop the demo.
    let _ = writeln!(stderr(), "· {what}");
}

/// Prints the addresses, the people and what to try.
pub fn ready(layout: &Layout, ready_file: &Path, program: &str) {
    let _ = writeln!(stdout(), "{}", text(layout, ready_file, program));
}

fn text(layout: &Layout, ready_file: &Path, program: &str) -> String {
    let mut lines = vec![
        String::new(),
        "Ipse is running. Open in a browser:".to_owned(),
        String::new(),
    ];
    let mut address = |what: &str, url: String| lines.push(format!("  {what:<22} {url}"));
    address("the phone app", format!("{}/app/", layout.app_origin()));
    address(
        "a shop, Winkel Hoek",
        format!("{}/", layout.origin(Party::Shop)),
    );
    address(
        "a council, Duinwijk",
        format!("{}/", layout.origin(Party::Council)),
    );
    for (n, name) in OPERATORS.iter().enumerate() {
        address(
            &format!("handsets, {name}"),
            format!("{}/handset", layout.origin(Party::Operator(n))),
        );
    }
    for (n, name) in BANKS.iter().enumerate() {
        address(name, format!("{}/", layout.origin(Party::Bank(n))));
    }
    address(
        "mails, the mailbox",
        format!("{}/", layout.origin(Party::Mailbox)),
    );
    address(
        "Ipse, for partners",
        format!(
            "{}/.well-known/openid-configuration",
            layout.origin(Party::Scheme)
        ),
    );

    lines.push("\nThe people of this demo (all invented):\n".to_owned());
    lines.push(format!(
        "  {:<16} {:<13} {:<13} {:<15} {:<16} code",
        "name", "phone number", "SIM", "bank", "customer"
    ));
    for person in &PEOPLE {
        lines.push(format!(
            "  {:<16} {:<13} {:<13} {:<15} {:<16} {}",
            person.name(),
            person.phone_number,
            person.sim.as_str(),
            person.bank,
            person.customer,
            person.code.unwrap_or("– (no Ipse yet)")
        ));
    }
    let sandbox: Vec<_> = SANDBOX.iter().map(|sandbox| sandbox.login_hint).collect();
    lines.push(format!(
        "  {} answer automatically: a test partner puts them into login_hint.\n\nTo try:\n",
        sandbox.join(", ")
    ));
    let shop = layout.origin(Party::Shop);
    let an = &PEOPLE[0];
    let lotte = PEOPLE
        .iter()
        .find(|person| person.code.is_none())
        .unwrap_or(an);
    let home = layout.phone_of(an.customer);
    let operator = layout.home_of(Party::Operator(0));
    lines.extend([
        format!(
            "  1. Open the phone app in a narrow window and create an Ipse for {}: {}, {}, {}.",
            lotte.given_name, lotte.phone_number, lotte.bank, lotte.customer
        ),
        format!("  2. Open {shop}/ in another tab and log in with Ipse."),
        format!("  3. The same from a terminal, as {}: copy the link of the button \"on this device\" and run", an.given_name),
        format!("       {program} phone --home {} link 'LINK'", home.display()),
        format!("       {program} phone --home {} approve ACTION --code {}", home.display(), an.code.unwrap_or("CODE")),
        format!("  4. Become a customer at {shop}/: the app shows each detail and why the shop asks. Keep one for yourself with its switch."),
        "     Then take it back, in the app or from a terminal, and reload the page of the shop:".to_owned(),
        format!("       {program} phone --home {} withdraw PARTNER      (`partners` lists them)", home.display()),
        format!("  5. Request a certificate at {}/: the council asks for evidence, the app shows it, and the page shows what came.", layout.origin(Party::Council)),
        "  6. Add an e-mail address, in the app under \"You\" or from a terminal; the mail with the code is in the mailbox:".to_owned(),
        format!("       {program} phone --home {} email add an@mail.example --code {}", home.display(), an.code.unwrap_or("CODE")),
        format!("  7. Put {}'s number on another SIM and see that the identity is blocked:", an.given_name),
        format!("       {program} operator --home {} sim swap {}", operator.display(), an.phone_number),
        format!(
            "  8. Lose a phone: open the app in a private window and enrol {} again. The Ipse moves there, and the first window may object.",
            lotte.given_name
        ),
        String::new(),
        format!("For scripts: {}", ready_file.display()),
        "Ctrl-C stops everything; the next start continues with the same data (--fresh deletes it).".to_owned(),
    ]);
    lines.join("\n")
}
