//! Names of tables and columns as words, for guessing what they mean (W11, W12).
//!
//! Guesses are only ever suggestions: what is proposed is checked against the data and taken by a person.

/// The words of a name, in lower case: `UID_ParentDepartment` → `uid`, `parent`, `department`.
pub(super) fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, letter) in letters.iter().copied().enumerate() {
        if !letter.is_alphanumeric() {
            push(&mut words, &mut word);
            continue;
        }
        if begins_word(&letters, at) {
            push(&mut words, &mut word);
        }
        word.extend(letter.to_lowercase());
    }
    push(&mut words, &mut word);
    words
}

fn push(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// A capital begins a word after a small letter (`departmentId`), and before one at the end of an
/// abbreviation (`UIDPerson`).
fn begins_word(letters: &[char], at: usize) -> bool {
    let is = |at: Option<usize>, test: fn(char) -> bool| {
        at.and_then(|at| letters.get(at)).copied().is_some_and(test)
    };
    let (before, after) = (at.checked_sub(1), at.checked_add(1));
    is(Some(at), char::is_uppercase)
        && (is(before, |letter| letter.is_lowercase() || letter.is_numeric())
            || (is(before, char::is_uppercase) && is(after, char::is_lowercase)))
}

/// The singular of an English noun, as far as its ending tells; other words stay as they are.
pub(super) fn singular(word: &str) -> String {
    let irregular = [("people", "person"), ("children", "child"), ("indices", "index"), ("men", "man")];
    if let Some((_, single)) = irregular.iter().find(|(plural, _)| *plural == word) {
        return (*single).to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies")
        && stem.len() > 1
    {
        return format!("{stem}y");
    }
    for ending in ["sses", "ches", "shes", "xes"] {
        if word.ends_with(ending) {
            return word.strip_suffix("es").unwrap_or(word).to_owned();
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 1 && !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => word.to_owned(),
    }
}

/// The words of the name of a table, without what says that it is a table, its last word in the singular.
pub(super) fn entity(table: &str) -> Vec<String> {
    let mut words = words(table);
    if words.len() > 1
        && words.first().is_some_and(|word| ["t", "tb", "tbl", "tab", "m"].contains(&word.as_str()))
    {
        words.remove(0);
    }
    if let Some(last) = words.last_mut() {
        *last = singular(last);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_split_into_words() {
        let cases: [(&str, &[&str]); 10] = [
            ("UID_ParentDepartment", &["uid", "parent", "department"]),
            ("departmentId", &["department", "id"]),
            ("DEPARTMENT_ID", &["department", "id"]),
            ("UIDPerson", &["uid", "person"]),
            ("cost centre-no", &["cost", "centre", "no"]),
            ("address2Line", &["address2", "line"]),
            ("abteilungÄlter", &["abteilung", "älter"]),
            ("___", &[]),
            ("", &[]),
            ("x", &["x"]),
        ];
        for (name, expected) in cases {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn plurals_become_singular() {
        let cases = [
            ("departments", "department"),
            ("companies", "company"),
            ("classes", "class"),
            ("branches", "branch"),
            ("boxes", "box"),
            ("people", "person"),
            ("status", "status"),
            ("address", "address"),
            ("analysis", "analysis"),
            ("roles", "role"),
            ("s", "s"),
            ("duties", "duty"),
        ];
        for (plural, single) in cases {
            assert_eq!(singular(plural), single, "{plural}");
        }
    }

    #[test]
    fn tables_name_what_they_hold() {
        let cases: [(&str, &[&str]); 4] = [
            ("tbl_Employees", &["employee"]),
            ("cost_centres", &["cost", "centre"]),
            ("m_user", &["user"]),
            ("t", &["t"]),
        ];
        for (table, expected) in cases {
            assert_eq!(entity(table), expected, "{table}");
        }
    }
}
