//! What the pages show.

use std::collections::HashMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ipse_protocol::terms::{ActionStatus, IdentityStatus};
use ipse_scheme::Kind;
use ipse_scheme::export::{ActionData, Export};
use ipse_scheme::session::Session;
use serde_json::Value;

use super::super::headers;
use super::super::pages::{Page, rendered, rendered_with};
use super::data::FILE;

const MINUTE_MS: i64 = 60_000;

/// Whole minutes that are left of so many milliseconds.
pub fn minutes(left: i64) -> i64 {
    (left.max(0) + MINUTE_MS - 1) / MINUTE_MS
}

/// The page of a browser that has no session.
#[derive(Template)]
#[template(path = "me_start.html")]
pub struct Start {
    /// The frame.
    pub page: Page,
    /// Protects the form.
    pub token: String,
    /// Address for a person without an Ipse.
    pub app: String,
}

impl IntoResponse for Start {
    fn into_response(self) -> Response {
        rendered(StatusCode::OK, &self)
    }
}

/// The list of who got what.
#[derive(Template)]
#[template(path = "me.html")]
pub struct Me {
    /// The frame.
    pub page: Page,
    /// The latest first.
    pub partners: Vec<Partner>,
    /// Protects the form that asks for the data.
    pub export_token: String,
    /// Protects the form that ends the session.
    pub sign_out_token: String,
    /// Whole minutes left.
    pub minutes: i64,
    /// Where the data are, if the session may see them.
    pub opens: Option<&'static str>,
}

/// One partner.
pub struct Partner {
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// Labels of what it got.
    pub shared: Vec<String>,
    /// First approval, milliseconds.
    pub first: i64,
    /// Last approval, milliseconds.
    pub last: i64,
    /// How often it got an answer.
    pub answers: u64,
    /// When the person took that back, milliseconds.
    pub withdrawn: Option<i64>,
}

impl IntoResponse for Me {
    fn into_response(self) -> Response {
        rendered(StatusCode::OK, &self)
    }
}

/// All that the scheme holds, for a person who reads it.
#[derive(Template)]
#[template(path = "me_data.html")]
pub struct Data {
    page: Page,
    sections: Vec<Section>,
    sign_out_token: String,
    minutes: i64,
    created: i64,
    file: &'static str,
}

/// How attributes are called and read.
pub struct Words<'a> {
    /// The label of an attribute, by its name.
    pub label: &'a dyn Fn(&str) -> String,
    /// The value of an attribute, by its name.
    pub value: &'a dyn Fn(&str, &str) -> String,
}

/// A part of the page.
struct Section {
    id: &'static str,
    title: String,
    photo: Option<String>,
    items: Vec<Item>,
}

/// One thing in it.
struct Item {
    title: String,
    note: String,
    rows: Vec<(String, String)>,
}

impl IntoResponse for Data {
    fn into_response(self) -> Response {
        rendered_with(&self, headers::photo_page)
    }
}

impl Data {
    /// The page of an export.
    pub fn new(
        page: Page,
        export: &Export,
        session: &Session,
        sign_out_token: String,
        words: &Words<'_>,
    ) -> Self {
        let sections = vec![
            identity(&page, export),
            known(&page, export, words),
            contact(&page, export),
            devices(&page, export),
            given(&page, export, words),
            asked(&page, export),
            receipts(&page, export),
        ];
        Self {
            sections,
            sign_out_token,
            minutes: minutes(session.left),
            created: export.created,
            file: FILE,
            page,
        }
    }
}

fn plain(title: String, rows: Vec<(String, String)>) -> Item {
    Item {
        title,
        note: String::new(),
        rows,
    }
}

fn identity(page: &Page, export: &Export) -> Section {
    let id = &export.identity;
    let status = match id.status {
        IdentityStatus::Active => page.text("me-active"),
        IdentityStatus::Suspended => page.text("me-blocked"),
        IdentityStatus::Closed => page.text("me-closed"),
    };
    let rows = vec![
        (page.text("me-status"), status),
        (page.text("me-since"), page.day(&id.created)),
        (page.text("me-number"), id.id.clone()),
    ];
    Section {
        id: "identity",
        title: page.text("me-identity"),
        photo: None,
        items: vec![plain(String::new(), rows)],
    }
}

/// What is known now, and what was known before.
fn known(page: &Page, export: &Export, words: &Words<'_>) -> Section {
    // A photo of an earlier version is in the file.
    let current = export
        .attributes
        .last()
        .is_some_and(|last| last.values.photo.is_some());
    let photo = export
        .photos
        .last()
        .filter(|_| current)
        .map(|photo| photo.data.clone());
    let items = export.attributes.iter().rev().map(|version| {
        let values = &version.values;
        let mut rows: Vec<(String, String)> = Vec::new();
        let mut row = |name: &str, value: &str| {
            if !value.is_empty() {
                rows.push(((words.label)(name), (words.value)(name, value)));
            }
        };
        row("given_name", &values.given_name);
        row("family_name", &values.family_name);
        row("birthdate", &values.birthdate);
        if let Some(place) = &values.place_of_birth {
            row(
                "place_of_birth",
                &format!("{}, {}", place.locality, place.country),
            );
        }
        row("gender", values.gender.as_deref().unwrap_or_default());
        row("nationalities", &values.nationality);
        row("national_number", &values.national_number);
        if let Some(address) = &values.address {
            row("address", &address.lines().join(", "));
        }
        row("phone_number", &values.phone_number);
        row(
            "document_type",
            values.document_type.as_deref().unwrap_or_default(),
        );
        row("document_number", &values.document_number);
        row(
            "document_valid_until",
            values.document_valid_until.as_deref().unwrap_or_default(),
        );
        if let Some(verification) = &values.verification {
            row("verified_by", &verification.source);
            row("verified_on", &verification.day);
        }
        Item {
            title: page.on("me-known-since", &version.since),
            note: version.source.clone(),
            rows,
        }
    });
    Section {
        id: "known",
        title: page.text("me-known"),
        photo,
        items: items.collect(),
    }
}

fn contact(page: &Page, export: &Export) -> Section {
    let mut rows = Vec::new();
    if let Some(email) = &export.email {
        let verified = page.day(&email.verified);
        rows.push((
            page.text("me-email"),
            format!("{} ({verified})", email.address),
        ));
    }
    if let Some(sim) = &export.sim {
        rows.push((
            page.text("me-sim"),
            format!("{} ({})", sim.operator, page.day(&sim.bound)),
        ));
    }
    Section {
        id: "contact",
        title: page.text("me-contact"),
        photo: None,
        items: match rows.is_empty() {
            true => Vec::new(),
            false => vec![plain(String::new(), rows)],
        },
    }
}

/// Phones, with what proves the person there.
fn devices(page: &Page, export: &Export) -> Section {
    let items = export.devices.iter().map(|device| {
        let mut rows = vec![
            (page.text("me-since"), page.day(&device.since)),
            (page.text("me-last-used"), page.day(&device.last_used)),
        ];
        let proofs = export
            .credentials
            .iter()
            .filter(|c| c.device == device.device);
        rows.extend(proofs.map(|proof| {
            let kind = match proof.kind {
                "code" => page.text("me-code"),
                "fingerprint" => page.text("me-fingerprint"),
                _ => page.text("me-key"),
            };
            (kind, page.on("me-proof-since", &proof.since))
        }));
        let note = match device.status {
            "active" => String::new(),
            _ => page.text("me-device-over"),
        };
        Item {
            title: device.name.clone(),
            note,
            rows,
        }
    });
    Section {
        id: "devices",
        title: page.text("me-devices"),
        photo: None,
        items: items.collect(),
    }
}

/// What partners got, the latest first.
fn given(page: &Page, export: &Export, words: &Words<'_>) -> Section {
    let by_id: HashMap<&str, &ActionData> = export.actions.iter().map(|a| (&*a.id, a)).collect();
    let items = export.grants.iter().rev().map(|grant| {
        let action = by_id.get(&*grant.action);
        let withdrawn = export
            .withdrawals
            .iter()
            .filter(|w| w.partner == grant.partner && grant.time <= w.time)
            .map(|w| w.time)
            .min();
        let mut rows: Vec<_> = grant
            .released
            .iter()
            .map(|(name, value)| {
                let value = (words.value)(name, &shown(page, value));
                ((words.label)(name), value)
            })
            .collect();
        if let Some(time) = withdrawn {
            rows.push((page.text("me-withdrawn-label"), page.day(&time)));
        }
        Item {
            title: action.map_or_else(|| grant.partner.clone(), |a| a.partner.name.clone()),
            note: page.day(&grant.time),
            rows,
        }
    });
    Section {
        id: "given",
        title: page.text("me-given"),
        photo: None,
        items: items.collect(),
    }
}

fn shown(page: &Page, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => page.text("me-yes"),
        Value::Bool(false) => page.text("me-no"),
        Value::Number(number) => number.to_string(),
        // A photo: the picture itself is above, and in the file.
        Value::String(text) if text.starts_with("data:") => page.text("me-photo"),
        Value::String(text) => text.clone(),
        Value::Array(values) => join(page, values.iter()),
        Value::Object(members) => match members.get("formatted") {
            Some(Value::String(text)) => text.replace('\n', ", "),
            _ => join(page, members.values()),
        },
    }
}

fn join<'v>(page: &Page, values: impl Iterator<Item = &'v Value>) -> String {
    let parts: Vec<_> = values.map(|value| shown(page, value)).collect();
    parts.join(", ")
}

/// Everything that was asked, the latest first.
fn asked(page: &Page, export: &Export) -> Section {
    let rows = export.actions.iter().map(|action| {
        let what = format!("{} ({})", action.partner.name, kind(page, action.kind));
        let day = page.day(&action.decided.unwrap_or(action.created));
        (what, format!("{day}: {}", status(page, action.status)))
    });
    Section {
        id: "asked",
        title: page.text("me-asked"),
        photo: None,
        items: vec![plain(String::new(), rows.collect())],
    }
}

fn kind(page: &Page, kind: Kind) -> String {
    match kind {
        Kind::Login => page.text("me-kind-login"),
        Kind::Share => page.text("me-kind-share"),
        Kind::Confirm => page.text("me-kind-confirm"),
        Kind::ConnectSim => page.text("me-kind-sim"),
        Kind::ChangeCode => page.text("me-kind-code"),
        Kind::Fingerprint => page.text("me-kind-fingerprint"),
        Kind::Email => page.text("me-kind-email"),
        Kind::Unblock => page.text("me-kind-unblock"),
        Kind::Export => page.text("me-kind-export"),
    }
}

fn status(page: &Page, status: ActionStatus) -> String {
    match status {
        ActionStatus::Created | ActionStatus::Linked => page.text("me-open"),
        ActionStatus::Approved | ActionStatus::Delivered => page.text("me-approved"),
        ActionStatus::Refused => page.text("me-refused"),
        ActionStatus::Expired => page.text("me-expired"),
        ActionStatus::Cancelled => page.text("me-cancelled"),
    }
}

fn receipts(page: &Page, export: &Export) -> Section {
    let count = i64::try_from(export.receipts.len()).unwrap_or(i64::MAX);
    Section {
        id: "receipts",
        title: page.text("me-receipts"),
        photo: None,
        items: vec![Item {
            title: String::new(),
            note: page.count("me-receipts-count", &count),
            rows: Vec::new(),
        }],
    }
}
