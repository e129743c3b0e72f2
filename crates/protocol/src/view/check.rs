//! The checks of a view's values and texts.

use super::{Choice, Field, OFF, ON, Started, VERSION, View, ViewError};
use crate::ids::{ActionId, PartnerId};
use crate::terms::{ChoiceKind, FieldKind, Flow, Kind, Level, Warning};
use crate::text;

/// The tags of the languages that a view may have.
const LANGUAGES: [&str; 4] = ["nl", "fr", "de", "en"];

fn value(ok: bool, member: &'static str) -> Result<(), ViewError> {
    ok.then_some(()).ok_or(ViewError::Value(member))
}

/// A value of a list to which a later phone may know more.
fn known<T>(value: Option<T>, member: &'static str) -> Result<T, ViewError> {
    value.ok_or(ViewError::Unknown(member))
}

impl View {
    /// Checks every value. [`super::parse`] does this, and the scheme does it before it sends a view.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn check(&self) -> Result<(), ViewError> {
        if self.version != VERSION {
            return Err(ViewError::Version(self.version));
        }
        known(Kind::parse(&self.kind), "kind")?;
        value(LANGUAGES.contains(&&*self.language), "language")?;
        value(ActionId::parse(&self.action).is_some(), "action")?;
        value(PartnerId::parse(&self.partner.id).is_some(), "partner.id")?;
        value(is_domain(&self.partner.domain), "partner.domain")?;
        value(is_ascii_word(&self.service, 64), "service")?;
        value(Level::parse(&self.level).is_some(), "level")?;
        value(self.attributes.len() <= 64, "attributes")?;
        value(
            self.attributes.iter().all(|a| is_ascii_word(&a.key, 128)),
            "attributes.key",
        )?;
        value(self.fields.len() <= 128, "fields")?;
        for field in &self.fields {
            field.check()?;
        }
        let claims: Vec<&str> = self.claims().map(|(claim, _)| claim).collect();
        value(is_distinct(&claims), "claims")?;
        value(self.choices.len() <= 64, "choices")?;
        for choice in &self.choices {
            choice.check()?;
        }
        let keys: Vec<&str> = self.choices.iter().map(|c| &*c.key).collect();
        value(is_distinct(&keys), "choices.key")?;
        self.started.check()?;
        value(self.warnings.len() <= 16, "warnings")?;
        let warnings: Vec<&str> = self.warnings.iter().map(|w| &**w).collect();
        value(is_distinct(&warnings), "warnings")?;
        for warning in warnings {
            known(Warning::parse(warning), "warnings")?;
        }
        for (name, shown) in self.texts() {
            text::check(shown).map_err(|problem| ViewError::Text(name, problem))?;
        }
        Ok(())
    }

    fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let single = [
            ("partner.name", &*self.partner.name),
            ("title", &*self.title),
            ("purpose", &*self.purpose),
        ];
        let started = [
            ("started.browser", &self.started.browser),
            ("started.device", &self.started.device),
            ("started.place", &self.started.place),
        ];
        let started = started
            .into_iter()
            .filter_map(|(name, shown)| shown.as_deref().map(|shown| (name, shown)));
        let attributes = self.attributes.iter().flat_map(|a| {
            [
                ("attributes.label", &*a.label),
                ("attributes.value", &*a.value),
            ]
        });
        let fields = self
            .fields
            .iter()
            .flat_map(|f| [("fields.label", &*f.label), ("fields.value", &*f.value)]);
        let choices = self.choices.iter().flat_map(|c| {
            let options = c.options.iter().map(|o| ("choices.options", &*o.label));
            std::iter::once(("choices.label", &*c.label)).chain(options)
        });
        single
            .into_iter()
            .chain(started)
            .chain(attributes)
            .chain(fields)
            .chain(choices)
    }
}

impl Field {
    fn check(&self) -> Result<(), ViewError> {
        match known(FieldKind::parse(&self.kind), "fields.kind")? {
            FieldKind::Text | FieldKind::Amount | FieldKind::Iban | FieldKind::Digest => {}
            FieldKind::Image => value(self.image().is_some(), "fields.value")?,
            FieldKind::Missing => value(!self.claims.is_empty(), "fields.claims")?,
            FieldKind::Reason => value(self.claims.is_empty(), "fields.claims")?,
            FieldKind::Group => {
                value(self.claims.is_empty(), "fields.claims")?;
                value(self.value.is_empty(), "fields.value")?;
            }
        }
        let words = self.claims.iter().all(|claim| is_ascii_word(claim, 128));
        value(words && self.claims.len() <= 16, "fields.claims")
    }
}

impl Choice {
    fn check(&self) -> Result<(), ViewError> {
        value(is_ascii_word(&self.key, 128), "choices.key")?;
        match known(ChoiceKind::parse(&self.kind), "choices.kind")? {
            ChoiceKind::Switch => value(self.options.is_empty(), "choices.options")?,
            ChoiceKind::OneOf => {
                let values: Vec<&str> = self.options.iter().map(|o| &*o.value).collect();
                let words = values.iter().all(|value| is_ascii_word(value, 64));
                let some = (2..=16).contains(&values.len());
                value(some && words && is_distinct(&values), "choices.options")?;
            }
        }
        value(self.has(&self.default), "choices.default")
    }

    /// Whether a value can be chosen.
    pub(super) fn has(&self, chosen: &str) -> bool {
        match ChoiceKind::parse(&self.kind) {
            Some(ChoiceKind::Switch) => [ON, OFF].contains(&chosen),
            Some(ChoiceKind::OneOf) => self.options.iter().any(|o| o.value == chosen),
            None => false,
        }
    }
}

impl Started {
    fn check(&self) -> Result<(), ViewError> {
        match known(Flow::parse(&self.flow), "started.flow")? {
            Flow::App | Flow::Qr | Flow::Link => value(self.browser.is_some(), "started.browser"),
            Flow::Backchannel => value(self.browser.is_none(), "started.browser"),
        }
    }
}

fn is_distinct(words: &[&str]) -> bool {
    words
        .iter()
        .enumerate()
        .all(|(at, word)| !words[..at].contains(word))
}

/// A host name in ASCII (IDNA A-labels), optionally with a port.
pub(super) fn is_domain(domain: &str) -> bool {
    let (host, port) = match domain.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (domain, None),
    };
    let label = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    host.len() <= 253
        && host.split('.').all(label)
        && port.is_none_or(|p| (1..=5).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
}

fn is_ascii_word(word: &str, max: usize) -> bool {
    !word.is_empty() && word.len() <= max && word.bytes().all(|b| b.is_ascii_graphic())
}
