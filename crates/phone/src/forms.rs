//! Just enough HTML to fill in a plain form: tags, attributes, character references.

/// A form of a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// `action`, as written.
    pub action: String,
    /// Named inputs with their values.
    pub inputs: Vec<(String, String)>,
}

impl Form {
    /// The form with this `id`.
    pub fn find(html: &str, id: &str) -> Option<Form> {
        let mut tags = Tags { rest: html };
        loop {
            let tag = tags.next()?;
            if tag.name != "form" || tag.get("id") != Some(id) {
                continue;
            }
            let mut form = Form {
                action: tag.get("action").unwrap_or_default().to_owned(),
                inputs: Vec::new(),
            };
            for tag in tags.by_ref() {
                match (&*tag.name, tag.get("name")) {
                    ("/form", _) => break,
                    ("input", Some(name)) => {
                        let value = tag.get("value").unwrap_or_default();
                        form.inputs.push((name.to_owned(), value.to_owned()));
                    }
                    _ => {}
                }
            }
            return Some(form);
        }
    }

    /// Fills in an input; false if there is none of that name.
    pub fn fill(&mut self, name: &str, value: &str) -> bool {
        let input = self.inputs.iter_mut().find(|(n, _)| n == name);
        input.map(|(_, v)| value.clone_into(v)).is_some()
    }
}

#[derive(Debug)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| &**v)
    }
}

struct Tags<'a> {
    rest: &'a str,
}

impl Iterator for Tags<'_> {
    type Item = Tag;

    fn next(&mut self) -> Option<Tag> {
        loop {
            let at = self.rest.find('<')?;
            self.rest = &self.rest[at + 1..];
            if let Some(comment) = self.rest.strip_prefix("!--") {
                self.rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
                continue;
            }
            let end = self
                .rest
                .find(|c: char| c.is_ascii_whitespace() || c == '>')
                .unwrap_or(self.rest.len());
            let name = self.rest[..end].trim_end_matches('/').to_ascii_lowercase();
            self.rest = &self.rest[end..];
            let attributes = self.attributes();
            return Some(Tag { name, attributes });
        }
    }
}

impl Tags<'_> {
    fn attributes(&mut self) -> Vec<(String, String)> {
        let mut out = Vec::new();
        loop {
            let rest = self
                .rest
                .trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            self.rest = rest;
            if rest.is_empty() {
                return out;
            }
            if let Some(after) = rest.strip_prefix('>') {
                self.rest = after;
                return out;
            }
            // A stray `=` begins a name, as in the HTML standard, so that every round makes progress.
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let end = rest[first..]
                .find(|c: char| c.is_ascii_whitespace() || "=>/".contains(c))
                .map_or(rest.len(), |at| at + first);
            let name = rest[..end].to_ascii_lowercase();
            let after = rest[end..].trim_start();
            let value = match after.strip_prefix('=') {
                None => {
                    self.rest = &rest[end..];
                    String::new()
                }
                Some(after) => self.value(after.trim_start()),
            };
            out.push((name, value));
        }
    }

    fn value(&mut self, text: &str) -> String {
        // `text` is a tail of `self.rest`; keep the borrow of the page itself.
        let from = self.rest.len() - text.len();
        let text = &self.rest[from..];
        for quote in ['"', '\''] {
            if let Some(inner) = text.strip_prefix(quote) {
                let end = inner.find(quote).unwrap_or(inner.len());
                self.rest = inner.get(end + 1..).unwrap_or("");
                return unescape(&inner[..end]);
            }
        }
        let end = text
            .find(|c: char| c.is_ascii_whitespace() || c == '>')
            .unwrap_or(text.len());
        self.rest = &text[end..];
        unescape(&text[..end])
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = rest.find(';').and_then(|end| {
            let c = match &rest[1..end] {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                number => {
                    let number = number.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => number.parse().ok()?,
                    };
                    char::from_u32(code)?
                }
            };
            Some((c, end + 1))
        });
        let (c, used) = known.unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[used..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_and_fills_a_form() {
        let page = r#"<!doctype html><!-- <form id="sign-in"> --><form id=other><input name=x></form>
            <form id="sign-in" method="post" action="/sign-in?lang=nl&amp;a=1"><input type="hidden" name="csrf" value="a&#x2b;b">
            <input id='customer' name='customer' required/><button name=go>ok</button></form><input name="outside">"#;
        let mut form = Form::find(page, "sign-in").unwrap();
        assert_eq!(form.action, "/sign-in?lang=nl&a=1");
        assert!(form.fill("customer", "0471"));
        assert!(!form.fill("outside", "x"));
        assert_eq!(
            form.inputs,
            [
                ("csrf".into(), "a+b".into()),
                ("customer".into(), "0471".into())
            ]
        );
        assert_eq!(Form::find(page, "agree"), None);
    }

    proptest! {
        #[test]
        fn never_panics(html in ".{0,200}", tail in "[<>='\"/& a-z;#x!-]{0,80}") {
            let _ = Form::find(&format!("{html}<form id=a {tail}"), "a");
            let _ = Form::find(&tail, "a");
        }
    }
}
