//! Pieces of SQL that several systems share.

/// Order and page as PostgreSQL, MariaDB and SQLite write them. `all` stands for “no limit” where an offset
/// needs one.
pub fn limit_offset(
    select: &str,
    order: &str,
    limit: Option<usize>,
    offset: usize,
    all: Option<&str>,
) -> String {
    let mut sql = ordered(select, order);
    match (limit, all) {
        (Some(limit), _) => sql.push_str(&format!(" LIMIT {limit}")),
        (None, Some(all)) if offset > 0 => sql.push_str(&format!(" LIMIT {all}")),
        (None, _) => {}
    }
    if offset > 0 {
        sql.push_str(&format!(" OFFSET {offset}"));
    }
    sql
}

/// Order and page as the SQL standard writes them.
pub fn offset_fetch(select: &str, order: &str, limit: Option<usize>, offset: usize) -> String {
    let mut sql = ordered(select, order);
    if offset > 0 {
        sql.push_str(&format!(" OFFSET {offset} ROWS"));
    }
    if let Some(limit) = limit {
        let word = if offset > 0 { "NEXT" } else { "FIRST" };
        sql.push_str(&format!(" FETCH {word} {limit} ROWS ONLY"));
    }
    sql
}

/// A SELECT with its order.
pub fn ordered(select: &str, order: &str) -> String {
    if order.is_empty() { select.to_owned() } else { format!("{select} ORDER BY {order}") }
}

/// An isolation level of the SQL standard, in upper case with single blanks; `None` for anything else, so
/// that a setting can never become another statement.
pub fn standard_isolation(level: &str) -> Option<&'static str> {
    let level = level.replace(['_', '-'], " ").to_ascii_uppercase();
    let words: Vec<&str> = level.split_whitespace().collect();
    match words.join(" ").as_str() {
        "READ UNCOMMITTED" => Some("READ UNCOMMITTED"),
        "READ COMMITTED" => Some("READ COMMITTED"),
        "REPEATABLE READ" => Some("REPEATABLE READ"),
        "SERIALIZABLE" => Some("SERIALIZABLE"),
        "SNAPSHOT" => Some("SNAPSHOT"),
        _ => None,
    }
}

/// True if the text can stand for a type in SQL: a name, or two with a point between them, in quotes or not.
///
/// The text comes from a project file; what is more than a name must not get into a statement.
pub fn is_type_name(text: &str) -> bool {
    let mut rest = text;
    for part in 0..2 {
        let Some(after) = after_identifier(rest) else { return false };
        match after.strip_prefix('.') {
            Some(next) if part == 0 => rest = next,
            _ => return after.is_empty(),
        }
    }
    false
}

/// What follows the identifier at the beginning of `text`.
fn after_identifier(text: &str) -> Option<&str> {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut characters = quoted.char_indices().peekable();
        while let Some((index, character)) = characters.next() {
            if character == '"' && characters.next_if(|(_, next)| *next == '"').is_none() {
                return (index > 0).then(|| &quoted[index + 1..]);
            }
        }
        return None;
    }
    let end = text
        .find(|character: char| !(character.is_alphanumeric() || character == '_' || character == '$'))
        .unwrap_or(text.len());
    (end > 0 && !text.starts_with(|character: char| character.is_ascii_digit())).then(|| &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_types() {
        for name in ["citext", "public.citext", "\"My Enum\"", "\"a\"\"b\".\"c.d\"", "größe"] {
            assert!(is_type_name(name), "{name}");
        }
        for name in
            ["", "a b", "a.b.c", "a;b", "\"a", "\"\"", "a)", "a.", ".a", "1a", "\"a\"b", "text) = 1 --"]
        {
            assert!(!is_type_name(name), "{name}");
        }
    }

    #[test]
    fn only_levels_are_levels() {
        assert_eq!(standard_isolation(" read  committed"), Some("READ COMMITTED"));
        assert_eq!(standard_isolation("Repeatable_Read"), Some("REPEATABLE READ"));
        assert_eq!(standard_isolation("SERIALIZABLE; DROP TABLE t"), None);
    }
}
