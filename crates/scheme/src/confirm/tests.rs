use serde_json::json;

use super::*;

fn details(template: Template, entry: Value) -> Details {
    let mut entry = entry.as_object().cloned().unwrap_or_default();
    entry.insert("type".to_owned(), json!("https://ipse.example/confirm/x"));
    Details { template, entry }
}

/// A good entry of each template.
fn good(template: Template) -> Value {
    match template {
        Template::Payment => {
            json!({"amount": "125000", "currency": "EUR", "payee": "Leie Energie", "iban": "BE71096123456769", "reference": "+++090/9337/55493+++"})
        }
        Template::Order => {
            json!({"items": [{"description": "Meal vouchers", "quantity": 20}], "amount": "16000", "currency": "EUR", "reference": "B-17"})
        }
        Template::Contract => {
            json!({"contract": "Electricity 2026", "change": "The price becomes 0.31 EUR for each kWh from 1 January.", "reference": "C-9"})
        }
        Template::Access => json!({"resource": "Front door", "place": "Kerkstraat 1, Gent"}),
        Template::Text => json!({"text": "I agree that the nurse reads my file today."}),
    }
}

fn problem(template: Template, change: impl FnOnce(&mut Map<String, Value>)) -> &'static str {
    let mut details = details(template, good(template));
    change(&mut details.entry);
    details.check().err().map_or("", |problem| problem.0)
}

#[test]
fn each_template_is_read_and_has_its_rows_in_every_language() {
    let views = crate::view::Views::new().unwrap();
    for template in Template::ALL {
        let content = details(*template, good(*template)).read().unwrap();
        for language in Language::ALL {
            let rows = content.rows(language, &views.sentences(language));
            assert!(!rows.is_empty());
            for row in rows {
                assert!(row.claims.is_empty() && ipse_protocol::text::check(&row.value).is_ok());
                assert!(!row.label.contains("confirm-"), "{}", row.label);
            }
        }
    }
}

#[test]
fn a_payment_shows_amount_payee_and_account_first() {
    let views = crate::view::Views::new().unwrap();
    let content = details(Template::Payment, good(Template::Payment))
        .read()
        .unwrap();
    let rows = content.rows(Language::Nl, &views.sentences(Language::Nl));
    let shown: Vec<_> = rows
        .iter()
        .map(|row| (&*row.kind, &*row.label, &*row.value))
        .collect();
    assert_eq!(
        shown,
        [
            ("amount", "Bedrag", "1.250,00\u{a0}EUR"),
            ("text", "Aan", "Leie Energie"),
            ("iban", "Rekening", "BE71 0961 2345 6769"),
            ("text", "Mededeling", "+++090/9337/55493+++"),
        ]
    );
}

#[test]
fn a_missing_member_is_named() {
    for template in Template::ALL {
        for name in good(*template).as_object().unwrap().keys() {
            let told = problem(*template, |entry| drop(entry.remove(name)));
            // What may be left out is not missed; an amount needs its currency.
            let optional = ["iban", "reference", "place"].contains(&name.as_str());
            assert_eq!(
                told.is_empty(),
                optional,
                "{template} without {name}: {told}"
            );
            assert!(optional || told.contains(name.as_str()), "{told}");
        }
    }
}

#[test]
fn a_member_more_is_refused() {
    for template in Template::ALL {
        for name in ["locations", "actions", "Amount", "x"] {
            let told = problem(*template, |entry| {
                drop(entry.insert(name.to_owned(), json!("5")))
            });
            assert!(told.contains("unknown"), "{template} with {name}: {told}");
        }
    }
}

#[test]
fn t08_a_text_that_may_mislead_is_refused() {
    let texts = [
        ("Leie\u{202e}Energie", "cannot be seen"),
        ("Leie\u{200b}Energie", "cannot be seen"),
        ("Leie\nEnergie", "cannot be seen"),
        ("Leie\u{0000}", "cannot be seen"),
        ("L\u{0435}ie Energie", "mixes alphabets"),
        (" Leie", "without spaces"),
        ("", "1 to"),
        ("\u{2800}", "1 to"),
    ];
    for (template, name) in [
        (Template::Payment, "payee"),
        (Template::Payment, "reference"),
        (Template::Contract, "change"),
        (Template::Access, "resource"),
        (Template::Text, "text"),
    ] {
        for (text, part) in texts {
            let told = problem(template, |entry| {
                drop(entry.insert(name.to_owned(), json!(text)))
            });
            assert!(told.contains(part), "{name} {text:?}: {told}");
        }
        let long = "x".repeat(2001);
        let told = problem(template, |entry| {
            drop(entry.insert(name.to_owned(), json!(long)))
        });
        assert!(told.contains("1 to"), "{name}: {told}");
        let told = problem(template, |entry| {
            drop(entry.insert(name.to_owned(), json!(["x"])))
        });
        assert!(told.contains("must be a text"), "{name}: {told}");
    }
}

#[test]
fn an_account_with_wrong_check_digits_is_refused() {
    for iban in [
        "BE72096123456769",
        "BE7109612345676",
        "BE71 0961 2345 676A",
        "XX71096123456769",
        "",
        "BE71-0961-2345-6769",
    ] {
        let told = problem(Template::Payment, |entry| {
            drop(entry.insert("iban".to_owned(), json!(iban)))
        });
        assert!(told.contains("iban"), "{iban}: {told}");
    }
    // In groups of four it is the same account.
    let grouped = problem(Template::Payment, |entry| {
        entry.insert("iban".to_owned(), json!("BE71 0961 2345 6769"));
    });
    assert_eq!(grouped, "");
}

#[test]
fn an_order_has_a_few_items_of_whole_numbers() {
    let with = |items: Value| {
        problem(Template::Order, |entry| {
            drop(entry.insert("items".to_owned(), items))
        })
    };
    let item = json!({"description": "x", "quantity": 1});
    assert_eq!(with(json!([item])), "");
    for items in [
        json!([]),
        json!({}),
        json!([1]),
        json!(vec![item.clone(); 21]),
        json!([{"description": "x"}]),
        json!([{"description": "x", "quantity": 0}]),
        json!([{"description": "x", "quantity": 1.5}]),
        json!([{"description": "x", "quantity": "1"}]),
        json!([{"description": "x", "quantity": 10000}]),
        json!([{"description": "x", "quantity": 1, "price": "5"}]),
        json!([{"quantity": 1}]),
    ] {
        assert_ne!(with(items.clone()), "", "{items}");
    }
}
