//! Amounts of money: digits in the minor units of a currency, and how a person reads them.

use ipse_texts::Language;
use iso_currency::Currency;

use super::Problem;
use super::members::Members;

/// The most digits of an amount.
const MOST_DIGITS: usize = 15;

/// An amount above zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Money {
    /// In minor units, without leading zeros.
    digits: String,
    currency: Currency,
    decimals: usize,
}

impl Money {
    /// Reads `amount` and `currency`.
    pub(super) fn read(members: &mut Members<'_>) -> Result<Self, Problem> {
        let digits = members
            .take("amount")
            .ok_or(Problem("authorization_details: amount is missing"))?;
        let digits = digits.as_str().filter(|text| is_amount(text)).ok_or(Problem(
            "authorization_details: amount must be a text of 1 to 15 digits above zero, in the minor units of the currency (\"1250\" is 12.50 EUR)",
        ))?;
        let code = members
            .take("currency")
            .ok_or(Problem("authorization_details: currency is missing"))?;
        let (currency, decimals) = code.as_str().and_then(current).ok_or(Problem(
            "authorization_details: currency must be the code of a currency in use with minor units (ISO 4217), such as EUR",
        ))?;
        Ok(Self {
            digits: digits.to_owned(),
            currency,
            decimals,
        })
    }

    /// The amount for a reader: grouped, with all decimals, and the code of the currency, which is the same in every language.
    pub(super) fn show(&self, language: Language) -> String {
        let (group, point) = match language {
            Language::Nl | Language::De => ('.', ','),
            Language::Fr => ('\u{202f}', ','),
            Language::En => (',', '.'),
        };
        let digits = format!("{:0>1$}", self.digits, self.decimals + 1);
        let (whole, decimals) = digits.split_at(digits.len() - self.decimals);
        let mut text = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                text.push(group);
            }
            text.push(digit);
        }
        if !decimals.is_empty() {
            text.push(point);
            text.push_str(decimals);
        }
        text.push('\u{a0}');
        text.push_str(self.currency.code());
        text
    }
}

fn is_amount(text: &str) -> bool {
    (1..=MOST_DIGITS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.starts_with('0')
}

/// A currency that is in use, and the number of its decimals.
fn current(code: &str) -> Option<(Currency, usize)> {
    let currency = Currency::from_code(code)?;
    if currency.is_special() || currency.is_superseded().is_some() {
        return None;
    }
    Some((currency, usize::from(currency.exponent()?)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;

    fn read(amount: &Value, currency: &Value) -> Result<Money, Problem> {
        let entry: Map<String, Value> = [("amount", amount), ("currency", currency)]
            .map(|(n, v)| (n.to_owned(), v.clone()))
            .into_iter()
            .collect();
        Money::read(&mut Members::nested(&entry))
    }

    #[test]
    fn an_amount_has_the_decimals_of_its_currency_and_the_signs_of_the_language() {
        for (amount, currency, language, shown) in [
            ("1250", "EUR", Language::En, "12.50\u{a0}EUR"),
            ("5", "EUR", Language::Nl, "0,05\u{a0}EUR"),
            ("123456789", "EUR", Language::Nl, "1.234.567,89\u{a0}EUR"),
            ("123456", "EUR", Language::Fr, "1\u{202f}234,56\u{a0}EUR"),
            ("123456", "EUR", Language::De, "1.234,56\u{a0}EUR"),
            ("1250", "JPY", Language::En, "1,250\u{a0}JPY"),
            ("1250", "KWD", Language::En, "1.250\u{a0}KWD"),
            (
                "999999999999999",
                "EUR",
                Language::En,
                "9,999,999,999,999.99\u{a0}EUR",
            ),
        ] {
            let money = read(&json!(amount), &json!(currency)).unwrap();
            assert_eq!(money.show(language), shown);
        }
    }

    #[test]
    fn an_amount_that_can_be_misread_is_refused() {
        for amount in [
            json!("0"),
            json!("00"),
            json!("012"),
            json!("-5"),
            json!("+5"),
            json!("1.50"),
            json!("1,5"),
            json!("1e3"),
            json!(""),
            json!(" 5"),
            json!("1234567890123456"),
            json!("\u{0661}"),
            json!(1250),
            json!(12.5),
            json!(null),
            json!(["5"]),
        ] {
            assert!(read(&amount, &json!("EUR")).is_err(), "{amount}");
        }
        // Unknown, not in use any more, gold, no currency, and other spellings.
        for currency in [
            "", "EURO", "eur", "ABC", "HRK", "XAU", "XXX", "978", "\u{20ac}",
        ] {
            assert!(read(&json!("5"), &json!(currency)).is_err(), "{currency}");
        }
    }

    proptest! {
        /// Threat 8: two amounts never look the same, and the digits are those that were sent.
        #[test]
        fn t08_the_digits_that_are_shown_are_those_that_were_sent(amount in 1_u64..=999_999_999_999_999) {
            for currency in ["EUR", "JPY", "KWD"] {
                let money = read(&json!(amount.to_string()), &json!(currency)).map_err(|e| TestCaseError::fail(e.0))?;
                for language in Language::ALL {
                    let shown = money.show(language);
                    prop_assert!(ipse_protocol::text::check(&shown).is_ok());
                    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
                    prop_assert_eq!(digits.trim_start_matches('0'), amount.to_string());
                }
            }
        }
    }
}
