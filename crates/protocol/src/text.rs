//! Which text may be shown to a person who decides (threat model, row 8).

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The most characters (Unicode scalar values) in one text.
pub const MAX_CHARS: usize = 2000;

/// Why a text may not be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextProblem {
    /// Longer than [`MAX_CHARS`].
    #[error("longer than 2,000 characters")]
    TooLong,
    /// A control, format (bidirectional, zero-width), private, unassigned or line-separating character.
    #[error("contains the invisible or unassigned character U+{0:04X}")]
    Character(u32),
    /// A word that mixes Latin letters with Cyrillic or Greek letters, which can look the same.
    #[error("contains a word that mixes alphabets")]
    MixedScripts,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Greek,
    Other,
}

/// Checks that every reader reads the same text.
///
/// # Errors
/// [`TextProblem`].
pub fn check(text: &str) -> Result<(), TextProblem> {
    if text.len() > MAX_CHARS && text.chars().count() > MAX_CHARS {
        return Err(TextProblem::TooLong);
    }
    // The usual case: printable ASCII passes all checks below.
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Ok(());
    }
    let mut word = None;
    for c in text.chars() {
        use GeneralCategory as G;
        match c.general_category() {
            G::Control
            | G::Format
            | G::PrivateUse
            | G::Surrogate
            | G::Unassigned
            | G::LineSeparator
            | G::ParagraphSeparator => return Err(TextProblem::Character(c as u32)),
            G::UppercaseLetter
            | G::LowercaseLetter
            | G::TitlecaseLetter
            | G::ModifierLetter
            | G::OtherLetter => match (word, script(c)) {
                (_, Script::Other) => {}
                (None, s) => word = Some(s),
                (Some(before), s) if before != s => return Err(TextProblem::MixedScripts),
                _ => {}
            },
            // A mark belongs to the letter before it.
            G::NonspacingMark | G::SpacingMark | G::EnclosingMark => {}
            _ => word = None,
        }
    }
    Ok(())
}

/// Only the three scripts whose letters can be confused in the supported languages.
fn script(c: char) -> Script {
    match c as u32 {
        0x41..=0x5a | 0x61..=0x7a | 0xc0..=0x24f | 0x1e00..=0x1eff => Script::Latin,
        0x370..=0x3ff | 0x1f00..=0x1fff => Script::Greek,
        0x400..=0x52f | 0x1c80..=0x1c8f | 0x2de0..=0x2dff | 0xa640..=0xa69f => Script::Cyrillic,
        _ => Script::Other,
    }
}
