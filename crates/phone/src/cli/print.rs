//! Output: JSON for scripts, a few lines for people.

use std::io::Write as _;

use ipse_protocol::view::{Shown, View};
use ipse_protocol::wire::{Decided, DecisionResponse, HistoryEntry, PartnerSummary};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Check, LogFault, Opened, ReceiptCheck};

pub(super) fn print<T: Serialize>(json: bool, value: &T, text: impl FnOnce() -> String) {
    let out = if json {
        serde_json::to_string(value).unwrap_or_default()
    } else {
        text()
    };
    if !out.is_empty() {
        // Ignore a closed pipe.
        let _ = writeln!(std::io::stdout(), "{out}");
    }
}

pub(super) fn summary(opened: &Opened) -> Value {
    let (offer, view) = (&opened.offer, &opened.view);
    json!({
        "id": offer.action, "action": offer.action, "flow": offer.flow, "match_code": offer.match_code, "kind": view.kind,
        "partner": view.partner, "level": offer.level, "factors": offer.factors, "expires": offer.expires,
        "wrong_codes_left": offer.wrong_codes_left,
    })
}

pub(super) fn outcome(json: bool, action: &str, done: &DecisionResponse) {
    let mut value = serde_json::to_value(done).unwrap_or_default();
    value["action"] = action.into();
    print(json, &value, || {
        let what = match done.status {
            Decided::Approved => "Approved",
            Decided::Refused => "Refused",
        };
        match &done.return_url {
            Some(url) => format!("{what}; the browser goes on at {url}"),
            None => what.to_owned(),
        }
    });
}

pub(super) fn partner(partner: &PartnerSummary) -> String {
    let shared: Vec<_> = partner.shared.iter().map(|s| &*s.attribute).collect();
    let state = match &partner.withdrawn {
        Some(_) => "  (withdrawn)",
        None => "",
    };
    format!(
        "{}  {} ({})  {}{state}",
        partner.partner,
        partner.name,
        partner.domain,
        shared.join(", ")
    )
}

pub(super) fn entry(entry: &HistoryEntry) -> String {
    let time = time(entry.time());
    match entry {
        HistoryEntry::Action(a) => {
            let what = match &a.withdrawn {
                Some(_) => "withdrawn",
                None if a.returned => "returned",
                None => a.status.as_str(),
            };
            let why = because(a.reason.as_deref());
            let partner = a.partner.as_deref().unwrap_or("-");
            format!("{time}  {}  {what}{why}  {partner}  {}", a.kind, a.id)
        }
        HistoryEntry::Event(e) => {
            let why = because(e.reason.as_deref());
            let about = [&e.partner, &e.bank, &e.action];
            let about = about.into_iter().flatten().next();
            let about = about.map_or("-", String::as_str);
            let told = match &e.told {
                Some(told) => format!(", partner: {told}"),
                None => String::new(),
            };
            format!("{time}  {}{why}{told}  {about}  {}", e.kind, e.receipt)
        }
    }
}

fn because(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(" ({reason})"))
}

fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(
        |_| ms.to_string(),
        |time| time.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
    )
}

pub(super) fn receipt(checked: &ReceiptCheck, each: bool) -> String {
    let head = format!("{}  {}", checked.receipt, checked.kind);
    if !each {
        let checks = checked.checks();
        let checks = checks.map(|(name, check)| format!("{name}: {check:?}"));
        return format!("{head}  {}", checks.join("  "));
    }
    let mut lines = vec![format!("{head}  {}", time(checked.time))];
    let checks = checked.checks().into_iter();
    lines
        .extend(checks.map(|(name, check)| format!("  {name}: {}", meaning(name, check, checked))));
    lines.join("\n")
}

/// What a check says, in words.
fn meaning(name: &str, check: Check, of: &ReceiptCheck) -> String {
    let size = of.size.unwrap_or_default();
    match (name, check) {
        ("logged", Check::Yes) => {
            let index = of.index.unwrap_or_default();
            format!("yes, entry {index} of {size} in a head that the scheme signed")
        }
        ("continues", Check::Yes) => {
            let before = of.remembered.unwrap_or_default();
            format!("yes, {size} entries continue the {before} that this phone remembered")
        }
        ("continues", Check::No) => match (of.fault, of.remembered) {
            (Some(LogFault::Forgot), Some(before)) => {
                format!("no, the log has {size} entries and had {before}")
            }
            (Some(_), Some(before)) => {
                format!("no, the log changed among its first {before} entries")
            }
            (Some(_), None) | (None, _) => "no, its head is not one of this log".to_owned(),
        },
        (_, Check::Yes) => "yes".to_owned(),
        (_, Check::No) => "no".to_owned(),
        (_, Check::Pending) => "not yet, the scheme promised it".to_owned(),
        (_, Check::Absent) => "nothing to check: nobody signed this".to_owned(),
        (_, Check::Other) => "signed by another phone, whose key this one does not have".to_owned(),
        (_, Check::First) => {
            format!("this phone starts without memory, and remembers {size} entries from now on")
        }
        (_, Check::Overdue) => "no, although the scheme promised it by now".to_owned(),
    }
}

pub(super) fn decided(checked: &ReceiptCheck) -> String {
    match &checked.view {
        Some(Shown::Current(view)) => lines(view).join("\n"),
        Some(Shown::V1(view)) => {
            let attributes = view.attributes.iter();
            let mut lines = vec![view.title.clone(), view.partner.name.clone()];
            lines.extend(attributes.map(|a| format!("  {}: {}", a.label, a.value)));
            lines.join("\n")
        }
        None => String::new(),
    }
}

pub(super) fn readable(opened: &Opened) -> String {
    let mut lines = lines(&opened.view);
    let started = &opened.view.started;
    let started = [&started.browser, &started.device, &started.place];
    let started: Vec<_> = started.into_iter().flatten().map(String::as_str).collect();
    lines.push(format!(
        "{}  {}",
        opened.offer.match_code,
        started.join(", ")
    ));
    lines.join("\n")
}

fn lines(view: &View) -> Vec<String> {
    let mut lines = vec![
        view.title.clone(),
        format!("{} ({})", view.partner.name, view.partner.domain),
        view.purpose.clone(),
    ];
    let pairs = view.attributes.iter().map(|a| (&a.label, &a.value));
    let fields = view.fields.iter().map(|f| (&f.label, &f.value));
    lines.extend(
        pairs
            .chain(fields)
            .map(|(label, value)| format!("  {label}: {value}")),
    );
    let offered = view.choices.iter().map(|choice| {
        let values: Vec<_> = choice.options.iter().map(|o| o.value.as_str()).collect();
        let values = if values.is_empty() {
            "on, off".to_owned()
        } else {
            values.join(", ")
        };
        format!("  {}: {} ({values})", choice.key, choice.label)
    });
    lines.extend(offered);
    lines.extend(view.warnings.iter().map(|warning| format!("! {warning}")));
    lines
}
