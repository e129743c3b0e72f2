//! Output: JSON for scripts, a few lines for people.

use std::io::Write as _;

use ipse_protocol::wire::{Decided, DecisionResponse, PartnerSummary};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Opened;

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

pub(super) fn readable(opened: &Opened) -> String {
    let view = &opened.view;
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
    let started = [
        &view.started.browser,
        &view.started.device,
        &view.started.place,
    ];
    let started: Vec<_> = started.into_iter().flatten().map(String::as_str).collect();
    lines.push(format!(
        "{}  {}",
        opened.offer.match_code,
        started.join(", ")
    ));
    lines.join("\n")
}
