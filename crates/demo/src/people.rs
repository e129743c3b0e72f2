//! The people of the demo. All are invented. Their national numbers have dates that cannot exist, and correct check digits.

use ipse_texts::Language;
use jiff::civil::Date;
use serde::Serialize;

/// What the SIM of a person can do (the operator's `readiness`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sim {
    /// Has the applet: the person can connect it.
    Ready,
    /// Can get the applet in an update over the air.
    Upgradable,
    /// Too old: the person needs another card.
    Incompatible,
}

impl Sim {
    /// The spelling in the configuration of the operator and in the ready file.
    pub fn as_str(self) -> &'static str {
        match self {
            Sim::Ready => "ready",
            Sim::Upgradable => "upgradable",
            Sim::Incompatible => "incompatible",
        }
    }
}

/// A person of the demo: customer of a bank, subscriber of an operator, owner of a phone.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// The name with which the person signs in at the bank.
    pub customer: &'static str,
    /// Given name.
    pub given_name: &'static str,
    /// Family name.
    pub family_name: &'static str,
    /// Date of birth.
    pub birthdate: Date,
    /// ISO 3166-1 alpha-2.
    pub nationality: &'static str,
    /// The serial number in the national number.
    pub serial: u16,
    /// E.164.
    pub phone_number: &'static str,
    /// Name of the operator.
    pub operator: &'static str,
    /// What the SIM can do.
    pub sim: Sim,
    /// Name of the bank.
    pub bank: &'static str,
    /// `female` or `male`.
    pub gender: &'static str,
    /// Place and country of birth.
    pub born: (&'static str, &'static str),
    /// Street, postal code and town; none if the bank has no address and no photo of the person.
    pub home: Option<(&'static str, &'static str, &'static str)>,
    /// Language of the phone.
    pub language: Language,
    /// The code, for a person who has an Ipse when the demo starts.
    pub code: Option<&'static str>,
}

impl Person {
    /// Given and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// The national number, eleven digits.
    pub fn national_number(&self) -> String {
        impossible_national_number(self.birthdate, self.serial)
    }

    /// The number of the identity card: twelve digits, of which the last two are the first ten modulo 97 (or 97 for 0).
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
const F: &str = "female";
const M: &str = "male";

/// Everyone in the demo. The people who have an Ipse are first. The bank of Hugo Lambert has no address and no photo of him.
#[rustfmt::skip]
pub static PEOPLE: [Person; 12] = [
    person("an.peeters", "An", "Peeters", Date::constant(1971, 3, 14), "BE", 100, "+32470000001", LEIE, Sim::Ready, ANKER, Language::Nl, Some("58204"), F, ("Gent", "BE"), Some(("Sint-Amandstraat 14", "9000", "Gent"))),
    person("tom.vermeulen", "Tom", "Vermeulen", Date::constant(1988, 11, 2), "BE", 101, "+32470000002", DIJLE, Sim::Ready, ANKER, Language::Nl, Some("39617"), M, ("Mechelen", "BE"), Some(("Onze-Lieve-Vrouwestraat 61 bus 2", "2800", "Mechelen"))),
    person("fatima.elamrani", "Fatima", "El Amrani", Date::constant(1995, 6, 21), "BE", 102, "+32470000003", LEIE, Sim::Ready, LINDE, Language::Fr, Some("72058"), F, ("Charleroi", "BE"), Some(("Rue de Marcinelle 37", "6000", "Charleroi"))),
    person("hugo.lambert", "Hugo", "Lambert", Date::constant(1959, 9, 30), "BE", 103, "+32470000004", DIJLE, Sim::Upgradable, LINDE, Language::Fr, Some("46093"), M, ("Namur", "BE"), None),
    person("lotte.claes", "Lotte", "Claes", Date::constant(2004, 1, 17), "BE", 104, "+32470000005", LEIE, Sim::Ready, ANKER, Language::Nl, None, F, ("Leuven", "BE"), Some(("Parijsstraat 52", "3000", "Leuven"))),
    person("karel.desmet", "Karel", "De Smet", Date::constant(1940, 12, 5), "BE", 105, "+32470000006", DIJLE, Sim::Ready, LINDE, Language::Nl, None, M, ("Aalst", "BE"), Some(("Molendries 9", "9300", "Aalst"))),
    person("emma.janssens", "Emma", "Janssens", Date::constant(1992, 8, 8), "BE", 106, "+32470000007", LEIE, Sim::Ready, ANKER, Language::Nl, None, F, ("Antwerpen", "BE"), Some(("Kloosterstraat 118", "2000", "Antwerpen"))),
    person("noah.weber", "Noah", "Weber", Date::constant(1983, 5, 26), "BE", 107, "+32470000008", DIJLE, Sim::Ready, ANKER, Language::De, None, M, ("Eupen", "BE"), Some(("Gospertstraße 23", "4700", "Eupen"))),
    person("sofia.rossi", "Sofia", "Rossi", Date::constant(1978, 2, 11), "IT", 108, "+32470000009", LEIE, Sim::Ready, LINDE, Language::En, None, F, ("Bologna", "IT"), Some(("Rue Américaine 88", "1050", "Ixelles"))),
    person("marie.dubois", "Marie", "Dubois", Date::constant(1967, 10, 19), "BE", 110, "+32470000010", LEIE, Sim::Upgradable, ANKER, Language::Fr, None, F, ("Liège", "BE"), Some(("Rue Pierreuse 45", "4000", "Liège"))),
    person("jan.mertens", "Jan", "Mertens", Date::constant(1951, 7, 3), "BE", 111, "+32470000011", DIJLE, Sim::Incompatible, LINDE, Language::Nl, None, M, ("Hasselt", "BE"), Some(("Minderbroedersstraat 6", "3500", "Hasselt"))),
    person("luc.wouters", "Luc", "Wouters", Date::constant(2001, 4, 29), "BE", 113, "+32470000012", DIJLE, Sim::Ready, LINDE, Language::Nl, None, M, ("Brugge", "BE"), Some(("Langestraat 131", "8000", "Brugge"))),
];

/// A person for the tests of partners. The phone answers automatically.
#[derive(Clone, Copy, Debug)]
pub struct SandboxPerson {
    /// The `login_hint` of a test partner.
    pub login_hint: &'static str,
    /// The options of `ipse phone watch`. Without any, every action expires.
    pub answer: &'static [&'static str],
    /// The person.
    pub person: Person,
}

/// The sandbox people. They are not in [`PEOPLE`], because their phones are in use. The bank has no address and no photo of Max Mist.
#[rustfmt::skip]
pub static SANDBOX: [SandboxPerson; 6] = [
    sandbox("approve@sandbox", &["--approve"], "proef.akkoord", "Ada", "Akkoord", 900, "+32470000090"),
    sandbox("refuse@sandbox", &["--refuse"], "proef.weigert", "Wim", "Weigert", 901, "+32470000091"),
    sandbox("expire@sandbox", &[], "proef.zwijgt", "Zoe", "Zwijgt", 902, "+32470000092"),
    sandbox("return@sandbox", &["--approve", "--choose", "return=on"], "proef.keert", "Tuur", "Terug", 903, "+32470000093"),
    sandbox("keep@sandbox", &["--approve", "--keep-one"], "proef.houdt", "Hanne", "Houdt", 904, "+32470000094"),
    without_home(sandbox("lack@sandbox", &["--approve"], "proef.mist", "Max", "Mist", 905, "+32470000095")),
];

const fn without_home(mut sandbox: SandboxPerson) -> SandboxPerson {
    sandbox.person.home = None;
    sandbox
}

/// Everyone, with the sandbox people.
pub fn everyone() -> impl Iterator<Item = &'static Person> {
    PEOPLE
        .iter()
        .chain(SANDBOX.iter().map(|sandbox| &sandbox.person))
}

const fn sandbox(
    login_hint: &'static str,
    answer: &'static [&'static str],
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
            birthdate: Date::constant(1980, 1, 1),
            nationality: "BE",
            serial,
            phone_number,
            operator: LEIE,
            sim: Sim::Ready,
            bank: ANKER,
            gender: F,
            born: ("Kortrijk", "BE"),
            home: Some(("Doorniksestraat 3", "8500", "Kortrijk")),
            language: Language::En,
            code: Some("58204"),
        },
    }
}

#[expect(clippy::too_many_arguments, reason = "a table row: one column a field")]
const fn person(
    customer: &'static str,
    given_name: &'static str,
    family_name: &'static str,
    birthdate: Date,
    nationality: &'static str,
    serial: u16,
    phone_number: &'static str,
    operator: &'static str,
    sim: Sim,
    bank: &'static str,
    language: Language,
    code: Option<&'static str>,
    gender: &'static str,
    born: (&'static str, &'static str),
    home: Option<(&'static str, &'static str, &'static str)>,
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
        gender,
        born,
        home,
        language,
        code,
    }
}

/// `YY7151SSSCC`: the year of birth, month 71, day 51, and check digits `97 − (first nine mod 97)`. For people born from
/// 2000 on, the nine digits get a 2 in front of them. No real person can have such a number.
pub fn impossible_national_number(birthdate: Date, serial: u16) -> String {
    let year = u64::from(birthdate.year().unsigned_abs());
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
    fn national_numbers_are_impossible_and_have_correct_check_digits() {
        for person in everyone() {
            let number = person.national_number();
            assert_eq!(number.len(), 11);
            assert_eq!(&number[2..6], "7151");
            let first: u64 = number[..9].parse().unwrap();
            let check: u64 = number[9..].parse().unwrap();
            let century = if person.birthdate.year() < 2000 {
                0
            } else {
                2_000_000_000
            };
            assert_eq!(check, 97 - (century + first) % 97);
        }
        // The number on the Belgian test cards, whose check digits are known to be correct.
        let birthdate = Date::constant(1971, 1, 1);
        assert_eq!(impossible_national_number(birthdate, 0), "71715100070");
    }

    #[test]
    fn numbers_and_names_are_unique() {
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
