//! The syntax of addresses: what RFC 5321 and 5322 allow, and mail systems take.

use std::fmt;

use url::Host;

/// The longest local part (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL: usize = 64;
/// The longest address: that of a path without its brackets (RFC 5321 §4.5.3.1.3, RFC 3696 erratum 1690).
const MAX: usize = 254;

/// An address that mail can be sent to. Its domain is in ASCII and lower case, and its local part as it was typed: only the
/// mail system of the domain knows whether `An@` and `an@` are the same.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress {
    local: String,
    domain: String,
}

impl EmailAddress {
    /// Reads an address. There is none for a local part outside ASCII, which many mail systems do not take, nor for the address
    /// of a host instead of a domain.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 2 * MAX || text.chars().any(char::is_control) {
            return None;
        }
        let (local, domain) = text.trim_matches(' ').rsplit_once('@')?;
        let local_fits = local.is_ascii()
            && local.len() <= MAX_LOCAL
            && email_address::EmailAddress::is_valid_local_part(local);
        let Ok(Host::Domain(domain)) = Host::parse(domain) else {
            return None;
        };
        let fits = local_fits && is_public(&domain) && local.len() + 1 + domain.len() <= MAX;
        fits.then(|| Self {
            local: local.to_owned(),
            domain,
        })
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The part after the `@`, in ASCII.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// What mails are counted by: without what mail systems often ignore, so that nobody gets more mails by another spelling.
    pub(crate) fn counted_as(&self) -> String {
        let local = self.local.to_ascii_lowercase();
        let base = local.split_once('+').map_or(&*local, |(base, _)| base);
        format!("{}@{}", base.replace('.', ""), self.domain)
    }
}

/// A domain of at least two labels, of letters, digits and hyphens, whose last one is no number.
fn is_public(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

// A log must not contain it.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        EmailAddress::parse(text).map(|address| address.to_string())
    }

    #[test]
    fn only_the_domain_is_normalised() {
        for (typed, kept) in [
            ("An.Peeters@Mail.Example", "An.Peeters@mail.example"),
            ("an+ipse@mail.example", "an+ipse@mail.example"),
            ("o'neill@mail.example", "o'neill@mail.example"),
            ("\"an peeters\"@mail.example", "\"an peeters\"@mail.example"),
            ("an@bücher.example", "an@xn--bcher-kva.example"),
            (" an@mail.example ", "an@mail.example"),
            (
                "a!#$%&'*/=?^_`{|}~-@mail.example",
                "a!#$%&'*/=?^_`{|}~-@mail.example",
            ),
        ] {
            assert_eq!(read(typed).as_deref(), Some(kept), "{typed}");
        }
    }

    #[test]
    fn t29_what_is_no_address_or_carries_a_header_is_refused() {
        let long_local = format!("{}@mail.example", "a".repeat(65));
        let long_domain = format!("an@{}mail.example", "abcdefgh.".repeat(28));
        for typed in [
            "",
            "an",
            "@mail.example",
            "an@",
            "an@@mail.example",
            "an @mail.example",
            "an@mail .example",
            "an@mail",
            "an@localhost",
            "an@127.0.0.1",
            "an@[127.0.0.1]",
            "an@1.2",
            ".an@mail.example",
            "an.@mail.example",
            "a..n@mail.example",
            "an@-mail.example",
            "an@mail_x.example",
            "an@mail..example",
            "an@mail.example.",
            "An <an@mail.example>",
            "an@mail.example,eve@mail.example",
            "an@mail.example\r\nBcc: eve@mail.example",
            "an\r\nBcc: eve@mail.example",
            "\"an\r\nBcc: eve\"@mail.example",
            "an\0@mail.example",
            "än@mail.example",
            "an\u{202e}@mail.example",
            "an@mail.exa\u{202e}mple",
            &long_local,
            &long_domain,
        ] {
            assert_eq!(read(typed), None, "{typed:?}");
        }
    }

    proptest::proptest! {
        /// Whatever is typed: an address is one line of ASCII with one domain, and reads back as itself.
        #[test]
        fn t29_an_address_is_one_line_and_reads_back(typed in "\\PC{0,40}@\\PC{0,40}|.{0,80}") {
            if let Some(address) = EmailAddress::parse(&typed) {
                let text = address.to_string();
                proptest::prop_assert!(text.is_ascii() && !text.chars().any(char::is_control));
                proptest::prop_assert!(!address.domain().contains('@') && text.len() <= MAX);
                proptest::prop_assert_eq!(EmailAddress::parse(&text), Some(address));
            }
        }
    }

    #[test]
    fn t38_spellings_of_one_mailbox_are_counted_together() {
        let counted = |text: &str| EmailAddress::parse(text).map(|a| a.counted_as());
        let plain = counted("anpeeters@mail.example");
        assert!(plain.is_some());
        for other in ["An.Peeters@mail.example", "anpeeters+x@mail.example"] {
            assert_eq!(counted(other), plain);
        }
        assert_ne!(counted("an@mail.example"), plain);
    }
}
