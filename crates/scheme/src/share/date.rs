//! Dates of people: what is known of a birth date, ages, and how a person reads a date.

use ipse_texts::Language;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// What is known of a date of birth (OpenID Connect Core §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Birth {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
}

impl Birth {
    /// Reads `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; `0000` and `00` are unknown parts.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let year: i16 = parts.next()?.parse().ok()?;
        let mut part = || -> Option<Option<i8>> {
            match parts.next() {
                None => Some(None),
                Some(text) => {
                    let number: i8 = text.parse().ok()?;
                    Some((number != 0).then_some(number))
                }
            }
        };
        let (month, day) = (part()?, part()?);
        Some(Self {
            year: (year != 0).then_some(year),
            month,
            day,
        })
    }

    /// Whether the person is at least so many years old on a day; none where the known part does not decide it.
    pub(super) fn is_at_least(self, years: i16, today: Date) -> Option<bool> {
        let turns = self.year?.checked_add(years)?;
        match turns.cmp(&today.year()) {
            std::cmp::Ordering::Less => return Some(true),
            std::cmp::Ordering::Greater => return Some(false),
            std::cmp::Ordering::Equal => {}
        }
        let month = self.month?;
        match month.cmp(&today.month()) {
            std::cmp::Ordering::Less => return Some(true),
            std::cmp::Ordering::Greater => return Some(false),
            std::cmp::Ordering::Equal => {}
        }
        Some(self.day? <= today.day())
    }

    /// As a person reads it.
    pub(super) fn read(self, language: Language) -> Option<String> {
        let parts = match (self.day, self.month, self.year) {
            (Some(day), Some(month), Some(year)) => {
                format!("{day} {} {year}", month_name(month, language)?)
            }
            (None, Some(month), Some(year)) => format!("{} {year}", month_name(month, language)?),
            (Some(day), Some(month), None) => format!("{day} {}", month_name(month, language)?),
            (_, None, Some(year)) => year.to_string(),
            _ => return None,
        };
        Some(match (language, self.day) {
            // German writes the day as an ordinal.
            (Language::De, Some(day)) => parts.replacen(&day.to_string(), &format!("{day}."), 1),
            _ => parts,
        })
    }
}

/// The day of a time (milliseconds, in UTC) as a person reads it.
pub(super) fn day(time: i64, language: Language) -> Option<String> {
    let date = Timestamp::from_millisecond(time)
        .ok()?
        .to_zoned(TimeZone::UTC)
        .date();
    let known = Birth {
        year: Some(date.year()),
        month: Some(date.month()),
        day: Some(date.day()),
    };
    known.read(language)
}

fn month_name(month: i8, language: Language) -> Option<&'static str> {
    const NL: [&str; 12] = [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ];
    const FR: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    const DE: [&str; 12] = [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ];
    const EN: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let names = match language {
        Language::Nl => &NL,
        Language::Fr => &FR,
        Language::De => &DE,
        Language::En => &EN,
    };
    let index = usize::try_from(month.checked_sub(1)?).ok()?;
    names.get(index).copied()
}

/// How long ago something was, in coarse steps, so that it tells people apart as little as possible: the word of the step that
/// it is within. `seconds` may be negative where clocks differ.
pub(super) fn age(seconds: i64) -> &'static str {
    const DAY: i64 = 86_400;
    const STEPS: [(i64, &str); 4] = [
        (DAY, "day"),
        (7 * DAY, "week"),
        (31 * DAY, "month"),
        (366 * DAY, "year"),
    ];
    STEPS
        .iter()
        .find(|(most, _)| seconds <= *most)
        .map_or("longer", |(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 30);

    #[test]
    fn an_age_is_decided_by_what_is_known_of_the_birth() {
        for (birth, adult) in [
            ("2008-11-29", Some(true)),
            ("2008-11-30", Some(true)),
            ("2008-12-01", Some(false)),
            ("2008-11-00", None),
            ("2008-10-00", Some(true)),
            ("2008-12", Some(false)),
            ("2008", None),
            ("2007", Some(true)),
            ("2009", Some(false)),
            ("0000-05-01", None),
        ] {
            let birth = Birth::parse(birth).unwrap();
            assert_eq!(birth.is_at_least(18, TODAY), adult, "{birth:?}");
        }
        assert_eq!(Birth::parse("nothing"), None);
    }

    #[test]
    fn a_date_is_read_in_the_language_of_the_person() {
        let read = |text, language| Birth::parse(text).unwrap().read(language);
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(read("1971-03-14", Language::Nl), text("14 maart 1971"));
        assert_eq!(read("1971-03-14", Language::De), text("14. März 1971"));
        assert_eq!(read("1971-03-00", Language::Fr), text("mars 1971"));
        assert_eq!(read("1971", Language::En), text("1971"));
        assert_eq!(read("0000-03-14", Language::En), text("14 March"));
        assert_eq!(read("0000", Language::En), None);
    }

    #[test]
    fn ages_are_steps() {
        for (seconds, word) in [
            (-5, "day"),
            (86_400, "day"),
            (86_401, "week"),
            (40_000_000, "longer"),
        ] {
            assert_eq!(age(seconds), word);
        }
    }
}
