//! Texts for drivers that have no functions for UTF-16, such as the one for SQLite.
//!
//! Statements go to the driver manager in UTF-16. For such drivers it makes one byte of every character, by
//! dropping the upper half: the one that is linked into this program knows no character sets. So the bytes
//! of UTF-8 are sent, each as a character, and arrive as UTF-8. What comes back is the same the other way round.
//!
//! MariaDB's driver has such functions, but takes characters such as Ø (U+00D8) for the first of a pair: it
//! reads as many characters behind the end of the statement as there are of those. There it finds a comment.

use std::borrow::Cow;

use super::dialect::Dialect;

/// True if texts need it.
fn applies(dialect: &dyn Dialect, text: &str) -> bool {
    cfg!(feature = "vendored-unix-odbc") && dialect.has_narrow_drivers() && !text.is_ascii()
}

/// A text on its way to the driver manager.
pub fn bytes_as_characters<'a>(dialect: &dyn Dialect, text: &'a str) -> Cow<'a, str> {
    if applies(dialect, text) {
        Cow::Owned(text.bytes().map(char::from).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// A statement on its way to the driver manager.
pub fn for_manager<'a>(dialect: &dyn Dialect, text: &'a str) -> Cow<'a, str> {
    if dialect.has_texts_in_utf8() && text.encode_utf16().any(|unit| (0xd8..=0xdb).contains(&(unit & 0xff))) {
        Cow::Owned(format!("{text} -- "))
    } else {
        bytes_as_characters(dialect, text)
    }
}

/// A text on its way back.
pub fn from_manager(dialect: &dyn Dialect, text: String) -> String {
    if !applies(dialect, &text) {
        return text;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|character| u8::try_from(character).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::odbc::dialect::dialect;

    #[test]
    fn there_and_back() {
        let sqlite = dialect("sqlite").expect("a dialect");
        let sql = "SELECT \"größe\" FROM \"東京\"";
        let sent = for_manager(sqlite, sql);
        assert!(sent.chars().all(|character| u32::from(character) < 256));
        assert_eq!(from_manager(sqlite, sent.into_owned()), sql);
        let postgresql = dialect("postgresql").expect("a dialect");
        assert_eq!(for_manager(postgresql, sql), sql);
    }
}
