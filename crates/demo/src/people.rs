//! The demo's people. All are invented; their national numbers have dates that cannot exist and check digits that are right.

use serde::Serialize;

/// What the SIM of a demo person can do (the operator's `readiness`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sim {
    /// Carries the applet: the person can connect it.
    Ready,
    /// Could carry the applet after an update over the air.
    Upgradable,
    /// Too old: the person would need another card.
    Incompatible,
}

impl Sim {
    /// The word that the operator and the ready file use.
    pub fn as_str(self) -> &'static str {
        match self {
            Sim::Ready => "ready",
            Sim::Upgradable => "upgradable",
            Sim::Incompatible => "incompatible",
        }
    }
}

/// One demo person: customer of a bank, subscriber of an operator, owner of a phone.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// What they sign in with at their bank.
    pub customer: &'static str,
    /// Given name.
    pub given_name: &'static str,
    /// Family name.
    pub family_name: &'static str,
    /// Date of birth, `YYYY-MM-DD`.
    pub birthdate: &'static str,
    /// ISO 3166-1 alpha-2.
    pub nationality: &'static str,
    /// Distinguishes national numbers; odd for men, even for women, as in real ones.
    pub serial: u16,
    /// E.164.
    pub phone_number: &'static str,
    /// Name of their operator.
    pub operator: &'static str,
    /// What their SIM can do.
    pub sim: Sim,
    /// Name of their bank.
    pub bank: &'static str,
    /// Language of their phone.
    pub language: &'static str,
    /// The code of those who have an Ipse from the start.
    pub code: Option<&'static str>,
}

impl Person {
    /// Given and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// The invented national number, eleven digits.
    pub fn national_number(&self) -> String {
        impossible_national_number(self.birthdate, self.serial)
    }

    /// The invented identity card's number: twelve digits, the last two are the first ten modulo 97 (0 becomes 97).
    pub fn document_number(&self) -> String {
        let first = 5_990_000_000_u64 + u64::from(self.serial) * 7919;
        let check = match first % 97 {
            0 => 97,
            rest => rest,
        };
        format!("{first:010}{check:02}")
    }
}

/// The two demo operators.
pub const OPERATORS: [&str; 2] = ["Leie Mobiel", "Dijle Tel"];

/// The two demo banks.
pub const BANKS: [&str; 2] = ["Bank Anker", "Spaarkas Linde"];

const LEIE: &str = OPERATORS[0];
const DIJLE: &str = OPERATORS[1];
const ANKER: &str = BANKS[0];
const LINDE: &str = BANKS[1];

/// Everyone in the demo, the already enrolled first.
#[rustfmt::skip]
pub static PEOPLE: [Person; 12] = [
    person("an.peeters", "An", "Peeters", "1971-03-14", "BE", 100, "+32470000001", LEIE, Sim::Ready, ANKER, "nl", Some("58204")),
    person("tom.vermeulen", "Tom", "Vermeulen", "1988-11-02", "BE", 101, "+32470000002", DIJLE, Sim::Ready, ANKER, "nl", Some("39617")),
    person("fatima.elamrani", "Fatima", "El Amrani", "1995-06-21", "BE", 102, "+32470000003", LEIE, Sim::Ready, LINDE, "fr", Some("72058")),
    person("hugo.lambert", "Hugo", "Lambert", "1959-09-30", "BE", 103, "+32470000004", DIJLE, Sim::Upgradable, LINDE, "fr", Some("46093")),
    person("lotte.claes", "Lotte", "Claes", "2004-01-17", "BE", 104, "+32470000005", LEIE, Sim::Ready, ANKER, "nl", None),
    person("karel.desmet", "Karel", "De Smet", "1940-12-05", "BE", 105, "+32470000006", DIJLE, Sim::Ready, LINDE, "nl", None),
    person("emma.janssens", "Emma", "Janssens", "1992-08-08", "BE", 106, "+32470000007", LEIE, Sim::Ready, ANKER, "nl", None),
    person("noah.weber", "Noah", "Weber", "1983-05-26", "BE", 107, "+32470000008", DIJLE, Sim::Ready, ANKER, "de", None),
    person("sofia.rossi", "Sofia", "Rossi", "1978-02-11", "IT", 108, "+32470000009", LEIE, Sim::Ready, LINDE, "en", None),
    person("marie.dubois", "Marie", "Dubois", "1967-10-19", "BE", 110, "+32470000010", LEIE, Sim::Upgradable, ANKER, "fr", None),
    person("jan.mertens", "Jan", "Mertens", "1951-07-03", "BE", 111, "+32470000011", DIJLE, Sim::Incompatible, LINDE, "nl", None),
    person("luc.wouters", "Luc", "Wouters", "2001-04-29", "BE", 113, "+32470000012", DIJLE, Sim::Ready, LINDE, "nl", None),
];

/// A person for partners' tests, whose phone answers by itself.
#[derive(Clone, Copy, Debug)]
pub struct SandboxPerson {
    /// What a test partner puts into `login_hint`.
    pub login_hint: &'static str,
    /// What `ipse phone watch` is told to do; without it every action expires.
    pub answer: Option<&'static str>,
    /// Who it is.
    pub person: Person,
}

/// The sandbox people. They stand apart from [`PEOPLE`], since their phones are not free for others to use.
#[rustfmt::skip]
pub static SANDBOX: [SandboxPerson; 3] = [
    sandbox("approve@sandbox", Some("--approve"), "proef.akkoord", "Ada", "Akkoord", 900, "+32470000090"),
    sandbox("refuse@sandbox", Some("--refuse"), "proef.weigert", "Wim", "Weigert", 901, "+32470000091"),
    sandbox("expire@sandbox", None, "proef.zwijgt", "Zoe", "Zwijgt", 902, "+32470000092"),
];

/// Everyone, also those for partners' tests.
pub fn everyone() -> impl Iterator<Item = &'static Person> {
    PEOPLE
        .iter()
        .chain(SANDBOX.iter().map(|sandbox| &sandbox.person))
}

const fn sandbox(
    login_hint: &'static str,
    answer: Option<&'static str>,
    customer: &'static str,
    given_name: &'static str,
    family_name: &'static str,
    serial: u16,
    phone_number: &'static str,
) -> SandboxPerson {
    SandboxPerson {
        login_hint,
        answer,
        person: Person {
            customer,
            given_name,
            family_name,
            birthdate: "1980-01-01",
            nationality: "BE",
            serial,
            phone_number,
            operator: LEIE,
            sim: Sim::Ready,
            bank: ANKER,
            language: "en",
            code: Some("58204"),
        },
    }
}

#[expect(clippy::too_many_arguments, reason = "a table row: one column a field")]
const fn person(
    customer: &'static str,
    given_name: &'static str,
    family_name: &'static str,
    birthdate: &'static str,
    nationality: &'static str,
    serial: u16,
    phone_number: &'static str,
    operator: &'static str,
    sim: Sim,
    bank: &'static str,
    language: &'static str,
    code: Option<&'static str>,
) -> Person {
    Person {
        customer,
        given_name,
        family_name,
        birthdate,
        nationality,
        serial,
        phone_number,
        operator,
        sim,
        bank,
        language,
        code,
    }
}

/// `YY7151SSSCC`: the year of birth, month 71, day 51, and check digits `97 − (first nine mod 97)`, where people born
/// from 2000 on have a 2 put before the nine. No real person can ever have such a number.
pub fn impossible_national_number(birthdate: &str, serial: u16) -> String {
    let year: u64 = birthdate
        .get(..4)
        .and_then(|y| y.parse().ok())
        .unwrap_or(1900);
    let first = (year % 100) * 10_000_000 + 7_151_000 + u64::from(serial % 1000);
    let counted = if year >= 2000 {
        2_000_000_000 + first
    } else {
        first
    };
    format!("{first:09}{:02}", 97 - counted % 97)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn national_numbers_are_impossible_but_check_out() {
        for person in everyone() {
            let number = person.national_number();
            assert_eq!(number.len(), 11);
            assert_eq!(&number[2..6], "7151");
            let first: u64 = number[..9].parse().unwrap();
            let check: u64 = number[9..].parse().unwrap();
            let century = if person.birthdate < "2000" {
                0
            } else {
                2_000_000_000
            };
            assert_eq!(check, 97 - (century + first) % 97);
        }
        // The number that the Belgian test cards carry, whose check digits are known to be right.
        assert_eq!(impossible_national_number("1971-01-01", 0), "71715100070");
    }

    #[test]
    fn nobody_shares_anything_that_must_be_unique() {
        let numbers: HashSet<_> = everyone().map(Person::national_number).collect();
        let phones: HashSet<_> = everyone().map(|p| p.phone_number).collect();
        let documents: HashSet<_> = everyone().map(Person::document_number).collect();
        let customers: HashSet<_> = everyone().map(|p| p.customer).collect();
        for count in [
            numbers.len(),
            phones.len(),
            documents.len(),
            customers.len(),
        ] {
            assert_eq!(count, everyone().count());
        }
    }
}
