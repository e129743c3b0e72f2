//! The keys and variables of Fluent files, and what can be wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement,
};
use fluent_syntax::parser::ParserError;

use crate::Language;

/// The keys of texts, each with the variables that the text uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Messages(BTreeMap<String, BTreeSet<String>>);

/// Why texts cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextsError {
    /// No file was given for a language.
    #[error("no texts for the language {0}")]
    NoFile(Language),
    /// A file is not Fluent.
    #[error("the texts in {language} do not parse: {problems}")]
    Syntax {
        /// The file's language.
        language: Language,
        /// What the parser found, and where.
        problems: String,
    },
    /// A file has a key twice.
    #[error("the texts in {language} have the key {key} twice")]
    Repeated {
        /// The file's language.
        language: Language,
        /// The key.
        key: String,
    },
    /// A file lacks a key that another language has.
    #[error("the texts in {language} lack the key {key}")]
    Missing {
        /// The file's language.
        language: Language,
        /// The key.
        key: String,
    },
    /// A text uses other variables than the same text in another language.
    #[error("the text {key} in {language} uses other variables than in the other languages")]
    Variables {
        /// The file's language.
        language: Language,
        /// The key.
        key: String,
    },
}

impl TextsError {
    pub(crate) fn syntax(language: Language, errors: &[ParserError]) -> Self {
        let problems: Vec<String> = errors
            .iter()
            .map(|error| format!("{} at byte {}", error.kind, error.pos.start))
            .collect();
        TextsError::Syntax {
            language,
            problems: problems.join("; "),
        }
    }
}

impl Messages {
    /// The keys that all files have in common.
    pub(crate) fn compare<'r>(
        resources: impl IntoIterator<Item = (Language, &'r FluentResource)>,
    ) -> Result<Self, TextsError> {
        let mut first: Option<(Language, Messages)> = None;
        for (language, resource) in resources {
            let messages = Self::read(language, resource)?;
            match &first {
                None => first = Some((language, messages)),
                Some((of, expected)) => {
                    messages.covers(language, expected)?;
                    expected.covers(*of, &messages)?;
                }
            }
        }
        Ok(first.map_or(Self(BTreeMap::new()), |(_, messages)| messages))
    }

    fn read(language: Language, resource: &FluentResource) -> Result<Self, TextsError> {
        let mut messages = BTreeMap::new();
        for entry in resource.entries() {
            let Entry::Message(message) = entry else {
                continue;
            };
            let mut variables = BTreeSet::new();
            if let Some(pattern) = &message.value {
                in_pattern(pattern, &mut variables);
            }
            let key = message.id.name.to_owned();
            if messages.insert(key.clone(), variables).is_some() {
                return Err(TextsError::Repeated { language, key });
            }
        }
        Ok(Self(messages))
    }

    /// Whether these messages, in `language`, have each key of `expected` with the same variables.
    fn covers(&self, language: Language, expected: &Self) -> Result<(), TextsError> {
        for (key, variables) in &expected.0 {
            let key = || key.clone();
            match self.0.get(&key()) {
                None => {
                    return Err(TextsError::Missing {
                        language,
                        key: key(),
                    });
                }
                Some(own) if own != variables => {
                    return Err(TextsError::Variables {
                        language,
                        key: key(),
                    });
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Whether a text has this key.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Every key, in alphabetical order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The variables of a text, in alphabetical order.
    pub fn variables(&self, key: &str) -> impl Iterator<Item = &str> {
        self.0.get(key).into_iter().flatten().map(String::as_str)
    }

    /// For tests: the keys that `source`, a Rust file or a template, passes as a literal to one of `functions`
    /// (`"texts.get"`, `"page.text"`) and that no text has.
    #[must_use]
    pub fn unknown_in<'s>(&self, source: &'s str, functions: &[&str]) -> Vec<&'s str> {
        functions
            .iter()
            .flat_map(|function| {
                source
                    .match_indices(function)
                    .map(move |(at, _)| at + function.len())
            })
            .filter_map(|at| literal_key(source.get(at..)?.strip_prefix('(')?))
            .filter(|key| !self.contains(key))
            .collect()
    }

    /// For tests: the keys that occur as a literal in none of `sources`.
    #[must_use]
    pub fn unused_in(&self, sources: &[&str]) -> Vec<&str> {
        self.keys()
            .filter(|key| {
                let literal = format!("\"{key}\"");
                !sources.iter().any(|source| source.contains(&literal))
            })
            .collect()
    }
}

/// The key among the arguments of a call, if it is a literal; `arguments` starts behind the opening parenthesis.
fn literal_key(arguments: &str) -> Option<&str> {
    let mut open = 1;
    for (at, c) in arguments.char_indices() {
        match c {
            '"' => {
                let literal = arguments.get(at + 1..)?.split('"').next();
                return literal.filter(|literal| !literal.is_empty());
            }
            // The variables begin, so the key is no literal.
            '[' => return None,
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return None;
        }
    }
    None
}

fn in_pattern(pattern: &Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else {
            continue;
        };
        in_expression(expression, variables);
    }
}

fn in_expression(expression: &Expression<&str>, variables: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, variables),
        Expression::Select { selector, variants } => {
            in_inline(selector, variables);
            for variant in variants {
                in_pattern(&variant.value, variables);
            }
        }
    }
}

fn in_inline(inline: &InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    let in_arguments = |arguments: &CallArguments<&str>, variables: &mut BTreeSet<String>| {
        for argument in &arguments.positional {
            in_inline(argument, variables);
        }
        for argument in &arguments.named {
            in_inline(&argument.value, variables);
        }
    };
    match inline {
        InlineExpression::VariableReference { id } => {
            variables.insert(id.name.to_owned());
        }
        InlineExpression::FunctionReference { arguments, .. } => in_arguments(arguments, variables),
        InlineExpression::TermReference { arguments, .. } => {
            if let Some(arguments) = arguments {
                in_arguments(arguments, variables);
            }
        }
        InlineExpression::Placeable { expression } => in_expression(expression, variables),
        InlineExpression::StringLiteral { .. }
        | InlineExpression::NumberLiteral { .. }
        | InlineExpression::MessageReference { .. } => {}
    }
}
