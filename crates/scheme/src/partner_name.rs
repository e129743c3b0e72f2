//! Names under which a partner could pass for somebody else.
//!
//! A person decides by the partner's name. So a new name must not look like Ipse, a bank or an operator of this scheme, or
//! another partner. Names are compared by what they look like (Unicode Technical Standard #39 §4, skeletons), whatever
//! their case, spaces and punctuation.

use std::collections::BTreeSet;

use unicode_normalization::is_nfkc;
use unicode_security::confusable_detection::skeleton;

/// The name of the scheme.
const SCHEME: &str = "Ipse";

/// A name that only its owner may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// The name.
    pub name: String,
    /// The host of its owner: a partner of this domain is the owner.
    pub host: String,
}

/// Why a name is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// Not in its normal form, such as full-width letters.
    #[error("name: write it with ordinary letters (Unicode NFKC)")]
    Form,
    /// It contains a name that belongs to somebody else, or one that looks like it.
    #[error("name: it looks like {0}, which belongs to somebody else")]
    Reserved(String),
    /// A partner of another domain has it, or one that looks like it.
    #[error("name: a partner of the domain {0} has this name or one that looks like it")]
    Taken(String),
}

/// Checks the name of a new partner of a domain. `others` are the names and domains of the partners that exist.
///
/// # Errors
/// [`NameProblem`].
pub fn check(
    name: &str,
    domain: &str,
    reserved: &[Reserved],
    others: &[(String, String)],
) -> Result<(), NameProblem> {
    if !is_nfkc(name) {
        return Err(NameProblem::Form);
    }
    let parts = parts(name);
    let scheme = Reserved {
        name: SCHEME.to_owned(),
        host: String::new(),
    };
    for taken in reserved.iter().chain([&scheme]) {
        if !owns(domain, &taken.host) && parts.iter().any(|part| look_alike(part, &taken.name)) {
            return Err(NameProblem::Reserved(taken.name.clone()));
        }
    }
    match others
        .iter()
        .find(|(other, of)| of != domain && look_alike(name, other))
    {
        Some((_, of)) => Err(NameProblem::Taken(of.clone())),
        None => Ok(()),
    }
}

/// Whether a domain is the host of an owner or below it. Everything of a demo is on `localhost`, which nobody owns.
fn owns(domain: &str, host: &str) -> bool {
    let below = domain
        .strip_suffix(host)
        .is_some_and(|left| left.is_empty() || left.ends_with('.'));
    host.contains('.') && host.parse::<std::net::IpAddr>().is_err() && below
}

/// Every run of words in a name, as one word: `My IpseLogin` has `My`, `Ipse`, `Login`, `MyIpse`, `IpseLogin` and
/// `MyIpseLogin`.
fn parts(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = None;
    for c in name.chars() {
        let follows = before.is_some_and(is_letter);
        let hump = before.is_some_and(char::is_lowercase) && c.is_uppercase();
        before = Some(c);
        if !is_letter(c) {
            continue;
        }
        match words.last_mut() {
            Some(word) if follows && !hump => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    (0..words.len())
        .flat_map(|from| (from..words.len()).map(move |to| (from, to)))
        .map(|(from, to)| words[from..=to].concat())
        .collect()
}

/// Whether a character looks like a letter or a digit, as `|` does.
fn is_letter(c: char) -> bool {
    skeleton(c.encode_utf8(&mut [0; 4])).any(char::is_alphanumeric)
}

fn look_alike(a: &str, b: &str) -> bool {
    !looks(a).is_disjoint(&looks(b))
}

/// What a name looks like: as it is, in lower case and in capitals, without spaces and punctuation.
fn looks(name: &str) -> BTreeSet<String> {
    [name.to_owned(), name.to_lowercase(), name.to_uppercase()]
        .iter()
        .map(|name| skeleton(name).filter(|c| c.is_alphanumeric()).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(name: &str, domain: &str) -> Option<NameProblem> {
        let reserved = [
            ("Bank Anker", "login.anker.example"),
            ("Leie Mobiel", "localhost"),
        ]
        .map(|(name, host)| Reserved {
            name: name.to_owned(),
            host: host.to_owned(),
        });
        let others = [("Winkel Hoek".to_owned(), "hoek.example".to_owned())];
        check(name, domain, &reserved, &others).err()
    }

    #[test]
    fn t01_a_name_that_passes_for_another_is_refused() {
        for name in [
            "Ipse",
            "IPSE",
            "ipse",
            "I.P.S.E.",
            "I p s e",
            "lpse",
            "1pse",
            "\u{406}\u{440}\u{455}\u{435}",
            "Ipse Login",
            "MyIpse",
            "Bank Anker",
            "bank-anker",
            "BankAnker",
            "Your Bank Anker",
            "B\u{e0}nk Ank\u{e9}r",
            "|pse",
            "Leie Mobiel",
            "Leie Mobie1",
        ] {
            let problem = problem(name, "shop.example");
            let refused = matches!(problem, Some(NameProblem::Reserved(_)));
            assert!(refused, "{name}: {problem:?}");
        }
        for name in ["Winkel Hoek", "winkel hoek", "Winke1 Hoek", "WinkelHoek"] {
            let taken = NameProblem::Taken("hoek.example".to_owned());
            assert_eq!(problem(name, "shop.example"), Some(taken), "{name}");
        }
        for name in ["\u{ff33}hop", "Sho\u{ff50}", "\u{fb01}ets", "Shop\u{a0}2"] {
            assert_eq!(problem(name, "shop.example"), Some(NameProblem::Form));
        }
    }

    #[test]
    fn a_name_of_its_own_and_the_owner_s_name_are_accepted() {
        for (name, domain) in [
            ("Shop", "shop.example"),
            ("Eclipse", "eclipse.example"),
            ("Caf\u{e9} Ganda", "ganda.example"),
            (
                "\u{395}\u{3bb}\u{3bb}\u{3ac}\u{3b4}\u{3b1}",
                "ellada.example",
            ),
            ("Anker", "boats.example"),
            ("Winkel Hoek", "hoek.example"),
            ("Bank Anker", "login.anker.example"),
            ("Bank Anker", "www.login.anker.example"),
        ] {
            assert_eq!(problem(name, domain), None, "{name}");
        }
        for domain in ["localhost", "anker.example", "evil-login.anker.example"] {
            assert!(problem("Bank Anker", domain).is_some(), "{domain}");
        }
        assert!(problem("Leie Mobiel", "localhost").is_some());
        assert!(problem("Ipse", "localhost").is_some());
    }
}
