//! The languages that people write here, as far as colours need to know them.

use syncwright_core::project::ScriptLanguage;

/// Language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// An SQL statement with `%Column%` placeholders (W14).
    Pattern,
    /// Text with `%Property%` and `${Property}` placeholders (S9, W13).
    Template,
    /// A condition or expression (E1).
    Expression,
    /// A script in Rhai (E5).
    Rhai,
    /// A script in JavaScript (E5).
    JavaScript,
}

impl Language {
    /// The language of scripts of a project.
    #[must_use]
    pub const fn of_scripts(language: ScriptLanguage) -> Self {
        match language {
            ScriptLanguage::Rhai => Self::Rhai,
            ScriptLanguage::JavaScript => Self::JavaScript,
        }
    }

    /// True for scripts.
    #[must_use]
    pub const fn is_script(self) -> bool {
        matches!(self, Self::Rhai | Self::JavaScript)
    }

    /// Signs that begin and end the name of a property.
    #[must_use]
    pub const fn signs(self) -> &'static [char] {
        match self {
            Self::Pattern | Self::Template => &['%'],
            Self::Expression => &['$'],
            Self::Rhai | Self::JavaScript => &['$', '%'],
        }
    }

    pub(super) fn is_keyword(self, word: &str) -> bool {
        match self {
            Self::Template => false,
            Self::Pattern | Self::Expression => {
                SQL.binary_search(&word.to_ascii_uppercase().as_str()).is_ok()
            }
            Self::Rhai => RHAI.binary_search(&word).is_ok(),
            Self::JavaScript => JAVASCRIPT.binary_search(&word).is_ok(),
        }
    }
}

const SQL: &[&str] = &[
    "ALL",
    "AND",
    "ANY",
    "AS",
    "ASC",
    "BEGIN",
    "BETWEEN",
    "BY",
    "CALL",
    "CASE",
    "CAST",
    "CURRENT",
    "DATE",
    "DECLARE",
    "DEFAULT",
    "DELETE",
    "DESC",
    "DISTINCT",
    "ELSE",
    "END",
    "ESCAPE",
    "EXEC",
    "EXECUTE",
    "EXISTS",
    "EXTRACT",
    "FALSE",
    "FOR",
    "FROM",
    "GROUP",
    "HAVING",
    "ILIKE",
    "IN",
    "INSERT",
    "INTERVAL",
    "INTO",
    "IS",
    "JOIN",
    "LEFT",
    "LIKE",
    "MERGE",
    "NOT",
    "NULL",
    "ON",
    "OR",
    "ORDER",
    "PLACING",
    "REPLACE",
    "RETURNING",
    "RIGHT",
    "SELECT",
    "SET",
    "THEN",
    "TIME",
    "TIMESTAMP",
    "TRUE",
    "TRY_CAST",
    "UNION",
    "UPDATE",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WITH",
];

const RHAI: &[&str] = &[
    "break",
    "catch",
    "const",
    "continue",
    "do",
    "else",
    "false",
    "fn",
    "for",
    "if",
    "in",
    "is_def_fn",
    "let",
    "loop",
    "private",
    "return",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "until",
    "while",
];

const JAVASCRIPT: &[&str] = &[
    "await",
    "break",
    "case",
    "catch",
    "const",
    "continue",
    "default",
    "delete",
    "do",
    "else",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "in",
    "instanceof",
    "let",
    "new",
    "null",
    "of",
    "return",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_in_order() {
        for words in [SQL, RHAI, JAVASCRIPT] {
            assert!(words.is_sorted(), "{words:?}");
        }
        assert!(Language::Pattern.is_keyword("exec"));
        assert!(Language::Rhai.is_keyword("let") && !Language::Rhai.is_keyword("LET"));
        assert!(Language::JavaScript.is_keyword("undefined"));
    }
}
