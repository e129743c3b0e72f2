//! Sharing attributes: the rows that the person reads, what they can switch off, and what the partner then gets.

use std::collections::BTreeMap;

use ipse_protocol::terms::{ChoiceKind, FieldKind};
use ipse_protocol::view::{Choice, Chosen, Field, OFF, ON, View};
use ipse_store::Kind;
use ipse_texts::{Language, Localized};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::attribute::{Contents, Known};
use crate::error::Error;
use crate::given::Given;
use crate::request::ActionRequest;
use crate::view::Sentences;

mod date;
mod rows;
mod verified;

pub use verified::{Demand, VERIFIED, Verified};

use rows::{Group, ROWS, Row, Shown};

/// A date of a person, or the known part of it, as they read it; the text itself if it is none.
pub fn date(text: &str, language: Language) -> String {
    let read = date::Birth::parse(text).and_then(|known| known.read(language));
    read.unwrap_or_else(|| text.to_owned())
}

/// The day of a time (milliseconds, in UTC) as a person reads it.
pub fn day(time: i64, language: Language) -> String {
    date::day(time, language).unwrap_or_default()
}

/// What a request to share has beside the names of its attributes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Details {
    /// What the service is for.
    pub purpose: Localized,
    /// What is asked, by claim.
    pub asked: BTreeMap<String, Wanted>,
    /// What is asked together with how it was verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verified: Vec<Verified>,
}

/// One attribute that is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Why.
    pub reason: Localized,
    /// Whether the service cannot be given without it.
    pub essential: bool,
    /// Whether it is asked by itself, and not only with how it was verified.
    #[serde(default = "by_itself")]
    pub alone: bool,
    /// The values that the partner accepts by itself; any if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<Value>,
}

const fn by_itself() -> bool {
    true
}

impl Wanted {
    /// Whether the partner accepts a value.
    fn accepts(&self, value: &Value) -> bool {
        self.expected.is_empty() || self.expected.contains(value)
    }
}

/// The labels of all rows.
#[cfg(test)]
pub(crate) fn labels() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.label)
}

impl Details {
    /// What the partner gets of what the person gives, in the order of `given`: without the values that it does not accept.
    pub fn release(&self, given: &[(&str, &Value)]) -> Released {
        let alone = |(claim, value): &(&str, &Value)| {
            let asked = self.asked.get(*claim)?;
            let accepted = asked.alone && asked.accepts(value);
            accepted.then(|| ((*claim).to_owned(), (*value).clone()))
        };
        let kept: BTreeMap<&str, &Value> = given.iter().copied().collect();
        Released {
            alone: given.iter().filter_map(alone).collect(),
            verified: self.verified.iter().map(|one| one.release(&kept)).collect(),
        }
    }

    /// Whether something is left out if the person does not give this.
    fn rests_on(&self, claim: &str) -> bool {
        self.verified.iter().any(|one| one.rests_on(claim))
    }
}

/// What a partner gets.
#[derive(Debug, PartialEq)]
pub struct Released {
    /// By itself.
    pub alone: Vec<(String, Value)>,
    /// For each [`Details::verified`]: everything in it, by claim; none if it is left out.
    pub verified: Vec<Option<Map<String, Value>>>,
}

impl Released {
    /// The names of what the partner gets.
    pub fn names(&self) -> Vec<&str> {
        let alone = self.alone.iter().map(|(name, _)| &**name);
        let verified = self.verified.iter().flatten().flat_map(Map::keys);
        let mut names = Vec::new();
        for name in alone.chain(verified.map(String::as_str)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The values, as a grant keeps them: those of [`Details::verified`] are under [`VERIFIED`], in their order.
    pub fn into_values(self) -> Vec<(String, Value)> {
        let mut values = self.alone;
        if self.verified.iter().any(Option::is_some) {
            let verified = self.verified.into_iter();
            let all = verified.map(|one| one.map_or(Value::Null, Value::Object));
            values.push((VERIFIED.to_owned(), all.collect()));
        }
        values
    }
}

/// A row with what it covers.
struct Filled<'a> {
    row: &'a Row,
    claims: Vec<&'static str>,
    shown: Option<(FieldKind, String)>,
}

/// What a request shows of a person, and gives.
pub(crate) fn contents(
    request: &ActionRequest<'_>,
    known: &Known<'_>,
    sentences: &Sentences<'_>,
) -> Result<Contents, Error> {
    let details: Details = request.details()?;
    let mut out = Contents {
        purpose: Some(details.purpose.get(known.language).to_owned()),
        ..Contents::default()
    };
    let mut given = Given::new();
    let mut rows = Vec::new();
    for row in ROWS {
        let claims = row.asked(&request.attributes);
        if !claims
            .first()
            .is_some_and(|c| details.asked.contains_key(*c))
        {
            continue;
        }
        let shown = shown(row, known, sentences);
        if shown.is_some() {
            for claim in &claims {
                given.insert((*claim).to_owned(), row.gives(known, claim)?);
            }
        }
        rows.push(Filled { row, claims, shown });
    }
    // What the partner gets if nothing is switched off.
    let all: Vec<(&str, &Value)> = given
        .iter()
        .map(|(claim, value)| (&**claim, value))
        .collect();
    let released = details.release(&all);
    let released = released.names();
    let mut group = None;
    for one in rows {
        if group != Some(one.row.group) {
            group = Some(one.row.group);
            out.fields.push(heading(one.row.group, sentences));
        }
        show(
            one,
            &details,
            &released,
            (request, known, sentences),
            &mut out,
        );
    }
    let partner = ("partner", &*request.partner_name);
    out.fields.push(Field {
        kind: FieldKind::Text.as_str().to_owned(),
        label: sentences.get("share-after-label"),
        value: sentences.with("share-after", &[partner]),
        claims: Vec::new(),
    });
    out.given = given;
    Ok(out)
}

/// The rows of a request that gives no reasons, such as a login, and what they give. All of them are shown under one heading, which
/// the phone has.
pub(crate) fn plain_rows(
    wanted: &[&str],
    known: &Known<'_>,
    sentences: &Sentences<'_>,
) -> Result<(Vec<Field>, Given), Error> {
    let (mut fields, mut given) = (Vec::new(), Given::new());
    for row in ROWS {
        let claims = row.asked(wanted);
        if claims.is_empty() {
            continue;
        }
        let (kind, value) = match shown(row, known, sentences) {
            Some(shown) => {
                for claim in &claims {
                    given.insert((*claim).to_owned(), row.gives(known, claim)?);
                }
                shown
            }
            None => (FieldKind::Missing, row.missing(sentences)),
        };
        fields.push(row_field(row, kind, value, &claims, sentences));
    }
    Ok((fields, given))
}

fn row_field(
    row: &Row,
    kind: FieldKind,
    value: String,
    claims: &[&str],
    sentences: &Sentences<'_>,
) -> Field {
    Field {
        kind: kind.as_str().to_owned(),
        label: row.label(sentences),
        value,
        claims: claims.iter().map(|claim| (*claim).to_owned()).collect(),
    }
}

/// Adds a row, why it is asked, what to know about it, and its switch.
fn show(
    Filled { row, claims, shown }: Filled<'_>,
    details: &Details,
    released: &[&str],
    (request, known, sentences): (&ActionRequest<'_>, &Known<'_>, &Sentences<'_>),
    out: &mut Contents,
) {
    let partner = ("partner", &*request.partner_name);
    let asked: Vec<&Wanted> = claims
        .iter()
        .filter_map(|c| details.asked.get(*c))
        .collect();
    let essential = asked.iter().any(|asked| asked.essential);
    let reason = |key: &str, value: String| Field {
        kind: FieldKind::Reason.as_str().to_owned(),
        label: sentences.get(key),
        value,
        claims: Vec::new(),
    };
    let (kind, value) = match shown {
        Some((kind, value)) => (kind, value),
        None => (FieldKind::Missing, row.missing(sentences)),
    };
    out.fields
        .push(row_field(row, kind, value, &claims, sentences));
    if let Some(first) = asked.first() {
        let why = first.reason.get(known.language).to_owned();
        out.fields.push(reason(needed(essential), why));
    }
    if kind == FieldKind::Missing {
        return;
    }
    let note = if claims.iter().any(|claim| !released.contains(claim)) {
        Some("share-unexpected")
    } else if !essential && claims.iter().any(|claim| details.rests_on(claim)) {
        Some("share-without")
    } else {
        None
    };
    if let Some(note) = note {
        let told = sentences.with(note, &[partner]);
        out.fields.push(reason("share-attention", told));
    }
    if let (false, Some(main)) = (essential, claims.first()) {
        out.choices.push(Choice {
            kind: ChoiceKind::Switch.as_str().to_owned(),
            key: (*main).to_owned(),
            label: row.label(sentences),
            options: Vec::new(),
            default: ON.to_owned(),
        });
    }
}

const fn needed(essential: bool) -> &'static str {
    if essential {
        "share-needed"
    } else {
        "share-why"
    }
}

fn heading(group: Group, sentences: &Sentences<'_>) -> Field {
    Field {
        kind: FieldKind::Group.as_str().to_owned(),
        label: sentences.get(group.text()),
        value: String::new(),
        claims: Vec::new(),
    }
}

fn shown(row: &Row, known: &Known<'_>, sentences: &Sentences<'_>) -> Option<(FieldKind, String)> {
    match (row.show)(known, sentences)? {
        Shown::Text(text) => Some((FieldKind::Text, text)),
        Shown::Image(digest) => Some((FieldKind::Image, digest)),
    }
}

/// What is released when a view is approved: of the rows that it shows, those that the person did not switch off, without what
/// the partner does not accept. Other kinds of request accept all.
///
/// # Errors
/// For a row that covers a claim whose value is not there.
pub(crate) fn released(
    shown: &View,
    chosen: &[Chosen],
    request: &ActionRequest<'_>,
    given: &Given,
) -> Result<Released, Error> {
    let details: Option<Details> = (request.kind == Kind::Share)
        .then(|| request.details())
        .transpose()?;
    let is_off = |row: &Field| {
        let main = row.claims.first();
        chosen
            .iter()
            .any(|choice| Some(&choice.key) == main && choice.value == OFF)
    };
    let missing = FieldKind::Missing.as_str();
    let rows = shown.fields.iter().filter(|row| row.kind != missing);
    let kept: Vec<(&str, &Value)> = rows
        .filter(|row| !is_off(row))
        .flat_map(|row| &row.claims)
        .map(|claim| {
            let value = given.get(claim);
            let value = value.ok_or(Error::Corrupt("what a view gives"))?;
            Ok((claim.as_str(), value))
        })
        .collect::<Result<_, Error>>()?;
    Ok(match details {
        Some(details) => details.release(&kept),
        None => Released {
            alone: kept
                .into_iter()
                .map(|(claim, value)| (claim.to_owned(), value.clone()))
                .collect(),
            verified: Vec::new(),
        },
    })
}

#[cfg(test)]
mod tests {
    use ipse_protocol::view::{Partner, Started, VERSION};
    use proptest::prelude::*;
    use serde_json::json;
    use serde_json::value::to_raw_value;

    use super::*;

    /// One row: whether the person has it, whether it is switched off, whether the partner accepts its value.
    type Case = (bool, bool, bool);

    fn field(at: usize, (has, ..): Case) -> Field {
        let kind = if has {
            FieldKind::Text
        } else {
            FieldKind::Missing
        };
        Field {
            kind: kind.as_str().to_owned(),
            label: String::new(),
            value: "shown".to_owned(),
            claims: vec![format!("claim{at}")],
        }
    }

    fn view(cases: &[Case]) -> View {
        View {
            version: VERSION,
            language: "en".to_owned(),
            action: String::new(),
            kind: "share".to_owned(),
            partner: Partner {
                id: String::new(),
                name: String::new(),
                domain: String::new(),
            },
            service: String::new(),
            title: String::new(),
            purpose: String::new(),
            attributes: Vec::new(),
            fields: cases
                .iter()
                .enumerate()
                .map(|(at, case)| field(at, *case))
                .collect(),
            choices: Vec::new(),
            started: Started {
                flow: "qr".to_owned(),
                browser: None,
                device: None,
                place: None,
                time: 0,
            },
            warnings: Vec::new(),
            level: "basic".to_owned(),
            expires: 0,
        }
    }

    proptest! {
        /// Threat 40: exactly what the view shows, the person did not switch off and the partner accepts is released.
        #[test]
        fn t40_shared_is_what_was_shown_kept_on_and_accepted(
            cases in proptest::collection::vec(any::<Case>(), 1..20),
        ) {
            let text = json!({"nl": "x", "fr": "x", "de": "x", "en": "x"});
            let asked: serde_json::Map<String, Value> = cases.iter().enumerate().map(|(at, (_, _, accepted))| {
                let expected = if *accepted { json!([at]) } else { json!(["other"]) };
                (format!("claim{at}"), json!({"reason": text, "essential": false, "expected": expected}))
            }).collect();
            let details = to_raw_value(&json!({"purpose": text, "asked": asked})).unwrap();
            let request = json!({
                "kind": "share", "partner_name": "Shop", "partner_domain": "shop.example", "service": "S", "level": "basic",
                "attributes": [], "reply": null, "details": details,
            }).to_string();
            let request = ActionRequest::parse(&request).map_err(|e| TestCaseError::fail(e.to_string()))?;
            // What is given for rows that are not shown is never released.
            let given: Given = (0..cases.len() + 3).map(|at| (format!("claim{at}"), json!(at))).collect();
            let chosen: Vec<Chosen> = cases.iter().enumerate().map(|(at, (_, off, _))| Chosen {
                key: format!("claim{at}"),
                value: if *off { OFF } else { ON }.to_owned(),
            }).collect();
            let released = released(&view(&cases), &chosen, &request, &given).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let expected: Vec<(String, Value)> = cases.iter().enumerate()
                .filter(|(_, (has, off, accepted))| *has && !*off && *accepted)
                .map(|(at, _)| (format!("claim{at}"), json!(at)))
                .collect();
            prop_assert_eq!(released.into_values(), expected);
        }
    }
}
