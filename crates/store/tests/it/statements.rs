//! Every statement of the scheme's database fits its schema, on both engines.

use std::path::Path;

use ipse_store::testing::TestDb;
use ipse_store::{PERSONS, SCHEME};

/// The string literals of a Rust file, with escaped line ends removed.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code: String = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            // A character literal such as '"'.
            if chars.peek() == Some(&'"') {
                chars.next();
            }
            continue;
        }
        if c != '"' {
            continue;
        }
        let mut literal = String::new();
        while let Some(c) = chars.next() {
            match c {
                '"' => break,
                '\\' if chars.peek() == Some(&'\n') => {
                    while chars.peek().is_some_and(|c| c.is_whitespace()) {
                        chars.next();
                    }
                }
                '\\' => literal.extend(chars.next()),
                c => literal.push(c),
            }
        }
        found.push(literal);
    }
    found
}

/// The statements of a file: what is written out, and what `Select::new` makes of a table and a condition.
fn statements(source: &str) -> Vec<String> {
    let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];
    let begins = |text: &String| verbs.iter().any(|verb| text.starts_with(verb));
    let is_beginning = |text: &String| source.contains("concat!(") && text.ends_with(' ');
    let (whole, ends): (Vec<_>, Vec<_>) = literals(source).into_iter().partition(begins);
    let (beginnings, mut all): (Vec<_>, Vec<_>) = whole.into_iter().partition(is_beginning);
    for beginning in beginnings {
        let conditions = ends
            .iter()
            .filter(|end| end.contains(" = ") || end.contains(" IS "));
        all.extend(conditions.map(|end| format!("{beginning}{end}")));
    }
    all.extend(selects(source));
    all
}

/// What each `Select::new(&NAME, "…")` of a file becomes.
fn selects(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in source.split("Select::new(").skip(1) {
        let name = rest.trim_start().trim_start_matches('&');
        let name: String = name.chars().take_while(|c| *c != ',').collect();
        let declared = source
            .split(&format!("static {name}: Table ="))
            .nth(1)
            .expect("the table of a Select is in its file");
        let table = literals(declared).remove(0);
        let tail = literals(rest).remove(0);
        found.push(ipse_store::testing::selected(&table, &tail).expect("a table of TABLES"));
    }
    found
}

#[test]
fn every_statement_fits_both_schemas() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found: Vec<(String, &'static str)> = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "rs") || path.ends_with("testing.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&path).expect("a source");
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        for sql in statements(&source) {
            found.push((name.clone(), Box::leak(sql.into_boxed_str())));
        }
    }
    for sql in ipse_store::testing::table_statements() {
        found.push(("tables.rs".to_owned(), sql));
    }
    assert!(
        found.len() >= 200,
        "only {} statements were found",
        found.len()
    );
    for db in TestDb::both() {
        let persons_db = TestDb::sqlite();
        let (scheme, persons) = (db.open(&SCHEME), persons_db.open(&PERSONS));
        for (file, sql) in &found {
            let sql: &'static str = sql;
            let of_persons = sql.contains(" person_key ");
            let store = if of_persons { &persons } else { &scheme };
            let checked = store.read_blocking(move |tx| tx.check(sql));
            assert_eq!(checked, Ok(()), "{file}: {sql}");
        }
    }
}
