//! Texts and languages through the public interface.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]

use ipse_texts::{Language, Texts, TextsError, Value};

fn same(source: &str) -> [(Language, &str); 4] {
    Language::ALL.map(|language| (language, source))
}

#[test]
fn variables_are_put_in_without_isolation_marks() {
    let texts = Texts::new(same("greeting = <{ $name }> { $count }")).unwrap();
    let text = texts.with(
        Language::En,
        "greeting",
        &[("name", Value::from("Jan")), ("count", Value::from(3))],
    );
    assert_eq!(text, "<Jan> 3");
}

#[test]
fn plural_forms_follow_the_language() {
    let texts = Texts::new(same(
        "left = { $n ->\n    [one] one\n   *[other] other\n}\n",
    ))
    .unwrap();
    assert_eq!(texts.with(Language::En, "left", &[("n", 0)]), "other");
    assert_eq!(texts.with(Language::Fr, "left", &[("n", 0)]), "one");
}

#[test]
fn threads_share_texts() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    shared(&Texts::new(same("a = b")).unwrap());
}

#[test]
fn a_key_that_one_language_lacks_is_an_error() {
    let mut sources = same("a = x\nb = y");
    sources[2].1 = "a = x";
    assert_eq!(
        Texts::new(sources).unwrap_err(),
        TextsError::Missing {
            language: Language::De,
            key: "b".to_owned()
        }
    );
    let mut sources = same("a = x");
    sources[3].1 = "a = x\nb = y";
    assert_eq!(
        Texts::new(sources).unwrap_err(),
        TextsError::Missing {
            language: Language::Nl,
            key: "b".to_owned()
        }
    );
}

#[test]
fn other_variables_in_one_language_are_an_error() {
    let mut sources = same("a = { $n ->\n [one] { $name }\n *[other] x\n }");
    sources[1].1 = "a = { $n ->\n [one] x\n *[other] y\n }";
    assert_eq!(
        Texts::new(sources).unwrap_err(),
        TextsError::Variables {
            language: Language::Fr,
            key: "a".to_owned()
        }
    );
}

#[test]
fn a_repeated_key_and_a_missing_file_are_errors() {
    assert!(matches!(
        Texts::new(same("a = x\na = y")),
        Err(TextsError::Repeated { .. })
    ));
    assert!(matches!(
        Texts::new(same("a = {")),
        Err(TextsError::Syntax { .. })
    ));
    let mut sources = same("a = x");
    sources[1].0 = Language::Nl;
    assert_eq!(
        Texts::new(sources).unwrap_err(),
        TextsError::NoFile(Language::Fr)
    );
}

#[test]
fn unknown_and_unused_keys_are_found_in_sources() {
    let texts = Texts::new(same("a = x\nb = { $n }\nc = z")).unwrap();
    let source = r#"page.text("a"); texts.with(of(user), "b", 1); page.text("d"); page.text(key); page.text(key, &[("f", 1)]); other("e")"#;
    let messages = texts.messages();
    assert_eq!(
        messages.unknown_in(source, &["page.text", "texts.with"]),
        ["d"]
    );
    assert_eq!(messages.unused_in(&[source]), ["c"]);
    assert_eq!(messages.variables("b").collect::<Vec<_>>(), ["n"]);
}

#[test]
fn ui_locales_select_the_first_known_language() {
    assert_eq!(
        Language::from_ui_locales("es-ES fr-BE nl"),
        Some(Language::Fr)
    );
    assert_eq!(Language::from_ui_locales("es"), None);
    assert_eq!(Language::from_ui_locales(""), None);
}

#[test]
fn accept_language_selects_the_highest_weight() {
    assert_eq!(
        Language::from_accept_language("es, de;q=0.5, nl-BE;q=0.9, en;q=0.9"),
        Some(Language::Nl)
    );
    assert_eq!(
        Language::from_accept_language("fr;q=0, en;q=0.1"),
        Some(Language::En)
    );
    assert_eq!(
        Language::from_accept_language("de-Latn-AT; q=0.2, fr_CH"),
        Some(Language::Fr)
    );
    assert_eq!(Language::from_accept_language("*;q=x,,;;"), None);
    assert_eq!(Language::from_accept_language("*"), None);
}

/// RFC 5646: §2.2.6 extensions and §2.2.7 private use.
#[test]
fn a_tag_with_an_extension_or_private_use_is_understood() {
    for (tag, language) in [
        ("de-DE-u-co-phonebk", Language::De),
        ("nl-BE-x-foo", Language::Nl),
        ("fr-t-en-m0-true", Language::Fr),
        ("en-GB-oxendict-u-ca-gregory-x-a", Language::En),
    ] {
        assert_eq!(Language::from_ui_locales(tag), Some(language), "{tag}");
        assert_eq!(Language::from_accept_language(tag), Some(language), "{tag}");
    }
    // A tag of private use only, and one of another language.
    assert_eq!(Language::from_ui_locales("x-nl es-x-nl"), None);
}

#[test]
fn tags_are_read_by_their_primary_subtag() {
    assert_eq!("nl-BE".parse(), Ok(Language::Nl));
    assert_eq!(Language::parse("DE"), Some(Language::De));
    assert_eq!(Language::parse("nld"), None);
    assert_eq!(Language::Fr.to_string(), "fr");
}
