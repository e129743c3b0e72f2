//! The form of authorization codes and access tokens.

/// The longest code or access token of this scheme, in bytes.
const MAX: usize = 256;

/// Whether a text can be a code or access token of this scheme. Other texts are never looked up.
pub(crate) fn is_possible(text: &str) -> bool {
    (1..=MAX).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(&byte))
}
