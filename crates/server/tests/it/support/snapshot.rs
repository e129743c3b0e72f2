//! JSON answers in a form that is the same in each run.

use serde_json::Value;

/// Replaces what differs between runs: ids, times in milliseconds, ports, random bytes.
pub fn stable(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| match name.as_str() {
                "match_code" => (name.clone(), "[match code]".into()),
                _ => (name.clone(), stable(value)),
            })
            .collect(),
        Value::Array(items) => items.iter().map(stable).collect(),
        Value::Number(number) if number.as_i64().is_some_and(|n| n > 1_000_000_000_000) => {
            "[milliseconds]".into()
        }
        Value::String(text) => stable_text(text).into(),
        other => other.clone(),
    }
}

fn stable_text(text: &str) -> String {
    if let Some((scheme, rest)) = text.split_once("://localhost:") {
        let path = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let path = path.split(['?', '#']).next().unwrap_or(path);
        let path: Vec<String> = path.split('/').map(stable_text).collect();
        return format!("{scheme}://localhost:[port]{}", path.join("/"));
    }
    if text.contains('|') {
        let parts: Vec<String> = text.split('|').map(stable_text).collect();
        return parts.join("|");
    }
    let is_token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_word = |c: char| c.is_ascii_lowercase() || c == '_';
    match text.split_once('_') {
        Some((prefix, id)) if prefix.len() == 3 && id.len() == 22 && id.chars().all(is_token) => {
            format!("{prefix}_[id]")
        }
        _ if text.len() >= 20 && text.chars().all(is_token) && !text.chars().all(is_word) => {
            "[bytes]".to_owned()
        }
        _ => text.to_owned(),
    }
}
