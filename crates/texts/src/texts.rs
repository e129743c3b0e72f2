//! Texts in four languages.

use std::borrow::Cow;
use std::fmt;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

use crate::messages::{Messages, TextsError};
use crate::{Language, Value};

/// Texts in four languages, each parsed once from a Fluent file. Threads can share a value.
pub struct Texts {
    /// In the order of [`Language::ALL`].
    bundles: [FluentBundle<FluentResource>; 4],
    messages: Messages,
}

impl Texts {
    /// Parses the Fluent file of each language.
    ///
    /// # Errors
    /// When a language is missing, when a file does not parse, and when two languages do not have the same keys with the
    /// same variables.
    pub fn new(sources: [(Language, &str); 4]) -> Result<Self, TextsError> {
        let parse = |language: Language| {
            let (_, source) = sources
                .iter()
                .find(|(of, _)| *of == language)
                .ok_or(TextsError::NoFile(language))?;
            FluentResource::try_new((*source).to_owned())
                .map_err(|(_, errors)| TextsError::syntax(language, &errors))
        };
        let [nl, fr, de, en] = Language::ALL;
        let resources = [parse(nl)?, parse(fr)?, parse(de)?, parse(en)?];
        let messages = Messages::compare(Language::ALL.into_iter().zip(&resources))?;
        let mut languages = Language::ALL.into_iter();
        let bundles = resources.map(|resource| bundle(languages.next(), resource));
        Ok(Self { bundles, messages })
    }

    /// A text without variables. An unknown key gives the key itself; a debug build panics.
    #[must_use]
    pub fn get(&self, language: Language, key: &str) -> Cow<'_, str> {
        self.format(language, key, None)
    }

    /// A text with variables, for example `&[("partner", name)]`. An unknown key gives the key itself, and a missing
    /// variable its name in braces; a debug build panics.
    #[must_use]
    pub fn with<'a, V>(&self, language: Language, key: &str, variables: &[(&'a str, V)]) -> String
    where
        V: Clone + Into<Value<'a>>,
    {
        let args: FluentArgs<'_> = variables
            .iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect();
        self.format(language, key, Some(&args)).into_owned()
    }

    /// The keys and their variables.
    #[must_use]
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    fn format(&self, language: Language, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'_, str> {
        let bundle = &self.bundles[language as usize];
        let pattern = bundle.get_message(key).and_then(|message| message.value());
        let Some(pattern) = pattern else {
            debug_assert!(false, "no text has the key {key}");
            return Cow::Owned(key.to_owned());
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        debug_assert!(errors.is_empty(), "{language}: {key}: {errors:?}");
        text
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").finish_non_exhaustive()
    }
}

fn bundle(language: Option<Language>, resource: FluentResource) -> FluentBundle<FluentResource> {
    let locale = language.and_then(|language| language.tag().parse().ok());
    let mut bundle = FluentBundle::new_concurrent(locale.into_iter().collect());
    // Isolation marks protect a text from names that change the direction of what is around them. Such names are refused
    // when they are registered, and text messages cannot carry the marks.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}
