//! The guide says what the code says: fields of project files, error codes, exit codes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syncwright_core::project;
use syncwright_tests::{SMALL_PROJECT, repository};

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap()
}

/// A field or value of a type in a project file.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    name: String,
    /// Its doc comment says that it is not yet effective.
    waiting: bool,
}

/// Fields and values of every serialised type in a source file, by the name of the type.
fn serialised_types(source: &str) -> BTreeMap<String, Vec<Entry>> {
    let mut types = BTreeMap::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if !(line.starts_with("#[derive(") && line.contains("Serialize")) {
            continue;
        }
        let head = lines.find(|line| line.starts_with("pub ")).unwrap();
        let mut words = head.split([' ', '{', '(']);
        let is_enum = words.nth(1) == Some("enum");
        let name = words.next().unwrap().to_owned();
        let body = lines.by_ref().take_while(|line| *line != "}");
        types.insert(name, entries(body, is_enum));
    }
    types
}

fn entries<'a>(body: impl Iterator<Item = &'a str>, is_enum: bool) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut comment = String::new();
    for line in body {
        let text = line.trim();
        if let Some(more) = text.strip_prefix("///") {
            comment.push_str(more);
        } else if !text.starts_with('#') && text.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            let text = if is_enum { text } else { text.strip_prefix("pub ").unwrap() };
            let name = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).next();
            let waiting = comment.contains("Not yet effective");
            entries.push(Entry { name: name.unwrap().to_owned(), waiting });
            comment.clear();
        }
    }
    entries
}

/// Rows of the tables of a page, by the heading above them.
fn documented_types(page: &str) -> BTreeMap<String, Vec<Entry>> {
    let mut types: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    let mut heading = String::new();
    for line in page.lines() {
        if line.starts_with('#') {
            heading = line.strip_prefix("### ").unwrap_or_default().to_owned();
        } else if let Some(row) = line.strip_prefix("| `").or_else(|| line.strip_prefix("| – `"))
            && !heading.is_empty()
        {
            let name = row.split('`').next().unwrap().to_owned();
            let waiting = row.contains("Not yet effective");
            types.entry(heading.clone()).or_default().push(Entry { name, waiting });
        }
    }
    types
}

#[test]
fn every_field_of_a_project_is_documented() {
    let mut sources: Vec<PathBuf> = fs::read_dir(repository().join("core/src/project"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    sources.push(repository().join("core/src/value/mod.rs"));
    let mut code = BTreeMap::new();
    for source in sources {
        code.append(&mut serialised_types(&fs::read_to_string(source).unwrap()));
    }
    assert!(code.len() > 50, "the sources are not understood any more");

    let documented = documented_types(&read("assets/help/project-file.md"));
    for (name, entries) in &code {
        let page =
            documented.get(name).unwrap_or_else(|| panic!("project-file.md has no section “### {name}”"));
        assert_eq!(page, entries, "project-file.md (left), section “### {name}”, and the code (right)");
    }
    let unknown: Vec<_> = documented.keys().filter(|name| !code.contains_key(*name)).collect();
    assert!(unknown.is_empty(), "project-file.md describes what does not exist: {unknown:?}");
}

#[test]
fn links_between_sections_lead_somewhere() {
    let page = read("assets/help/project-file.md");
    let headings: BTreeSet<String> = page
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches(['#', ' ']).to_lowercase().replace(' ', "-"))
        .collect();
    for link in page.split("](#").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(headings.contains(link), "#{link}");
    }
}

#[test]
fn example_of_the_page_is_a_project() {
    let page = read("assets/help/project-file.md");
    let example = page.split("```ron\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(example, SMALL_PROJECT, "tests/src/small.ron is the example of the page");
    let project = project::from_text("example", example).unwrap();
    let errors: Vec<_> = syncwright_core::check::check(&project)
        .into_iter()
        .filter(|finding| finding.severity == syncwright_core::check::Severity::Error)
        .collect();
    assert_eq!(errors, []);
}

/// All codes `SW-X…` in the text: prefix, one letter, digits.
fn codes(text: &str) -> BTreeSet<String> {
    text.split("SW-")
        .skip(1)
        .filter_map(|rest| {
            let letter = rest.chars().next().filter(char::is_ascii_uppercase)?;
            let digits: String = rest.chars().skip(1).take_while(char::is_ascii_digit).collect();
            (!digits.is_empty()).then(|| format!("SW-{letter}{digits}"))
        })
        .collect()
}

/// All codes in Rust sources below a folder, without those that only tests use.
fn codes_below(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let source = fs::read_to_string(&path).unwrap();
            let program = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            found.append(&mut codes(program));
        }
    }
}

#[test]
fn every_error_code_is_documented() {
    let mut used = BTreeSet::new();
    for folder in ["core/src", "app/src"] {
        codes_below(&repository().join(folder), &mut used);
    }
    let documented: BTreeSet<String> = read("assets/help/errors.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `SW-"))
        .filter_map(|row| codes(&format!("SW-{row}")).into_iter().next())
        .collect();
    let missing: Vec<_> = used.difference(&documented).collect();
    assert!(missing.is_empty(), "errors.md misses {missing:?}");
    let stale: Vec<_> = documented.difference(&used).collect();
    assert!(stale.is_empty(), "errors.md lists codes that nothing uses: {stale:?}");
}

#[test]
fn every_status_is_documented() {
    let page = read("assets/help/command-line.md");
    for status in syncwright_core::journal::RunStatus::ALL {
        assert!(page.contains(&format!("`{}`", status.id())), "{}", status.id());
    }
    for situation in syncwright_core::journal::Situation::ALL {
        assert!(page.contains(&format!("`{}`", situation.id())), "{}", situation.id());
    }
}

#[test]
fn every_word_in_the_json_of_schemas_is_documented() {
    let page = read("assets/help/command-line.md");
    // Enums without a list of their values: the sources have it.
    for (source, function) in [
        ("core/src/schema/update/diff.rs", "pub const fn id("),
        ("core/src/schema/usage/mod.rs", "pub const fn kind("),
        ("core/src/schema/keys/candidates.rs", "pub const fn id("),
        ("core/src/schema/relations/mod.rs", "pub const fn id("),
    ] {
        let source_text = read(source);
        let body = source_text.split(function).nth(1).unwrap().split("\n    }\n").next().unwrap();
        let words: Vec<&str> = body.split('"').skip(1).step_by(2).collect();
        assert!(words.len() >= 4, "{source} is not understood any more");
        for word in words {
            assert!(page.contains(&format!("`{word}`")), "{source}: {word}");
        }
    }
    // Fields: every key of a `json!` object.
    let fields = read("core/src/schema/report.rs");
    let fields: Vec<&str> =
        fields.split('"').skip(1).step_by(2).filter(|word| !word.contains(['.', ' '])).collect();
    assert!(fields.len() > 60);
    for field in fields {
        assert!(page.contains(field), "command-line.md does not tell about {field}");
    }
}

#[test]
fn every_known_product_is_in_the_guide() {
    let page = read("assets/help/schema.md");
    for product in syncwright_core::schema::known::fingerprints().unwrap() {
        for mark in &product.identified_by {
            assert!(page.contains(&format!("`{}`", mark.table)), "{}: {}", product.name, mark.table);
        }
    }
}
