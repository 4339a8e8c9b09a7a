//! Classes of errors that SQLSTATE tells, whatever the system, and the tables of rules that the systems add.
//!
//! A rule names what it needs: the beginning of a SQLSTATE, native codes, parts of the text. The first rule
//! that fits decides; those of the system come before the common ones. Texts are the last resort, because
//! servers and drivers translate them; they stand where a driver gives nothing else.

use super::Diagnosis;
use crate::connect::ErrorKind;

/// What an error must look like to be of a class.
#[derive(Debug, Clone, Copy)]
pub struct ErrorRule {
    /// Beginning of the SQLSTATE; empty = any.
    state: &'static str,
    /// Native codes; empty = any.
    natives: &'static [i32],
    /// First and last of a range of native codes.
    range: Option<(i32, i32)>,
    /// Parts of the text in lower case, of which one must be there; empty = any text.
    texts: &'static [&'static str],
    kind: ErrorKind,
}

impl ErrorRule {
    /// Errors whose SQLSTATE begins so.
    pub const fn state(state: &'static str, kind: ErrorKind) -> Self {
        Self { state, natives: &[], range: None, texts: &[], kind }
    }

    /// Errors with one of these native codes.
    pub const fn native(natives: &'static [i32], kind: ErrorKind) -> Self {
        Self { state: "", natives, range: None, texts: &[], kind }
    }

    /// Errors with a native code from the first to the last.
    pub const fn range(first: i32, last: i32, kind: ErrorKind) -> Self {
        Self { state: "", natives: &[], range: Some((first, last)), texts: &[], kind }
    }

    /// Errors whose text contains one of these parts, given in lower case.
    pub const fn text(texts: &'static [&'static str], kind: ErrorKind) -> Self {
        Self { state: "", natives: &[], range: None, texts, kind }
    }

    /// The same, if one of these parts is in the text, given in lower case.
    pub const fn with_text(self, texts: &'static [&'static str]) -> Self {
        Self { texts, ..self }
    }

    fn fits(&self, diagnosis: &Diagnosis, lower: &str) -> bool {
        diagnosis.state.starts_with(self.state)
            && (self.natives.is_empty() || self.natives.contains(&diagnosis.native))
            && self.range.is_none_or(|(first, last)| (first..=last).contains(&diagnosis.native))
            && (self.texts.is_empty() || self.texts.iter().any(|text| lower.contains(text)))
    }
}

/// What ODBC and the SQL standard define, for all systems.
const COMMON: &[ErrorRule] = &[
    ErrorRule::state("IM", ErrorKind::Driver),
    ErrorRule::state("01000", ErrorKind::Driver).with_text(&["can't open lib", "file not found"]),
    ErrorRule::state("28", ErrorKind::Authentication),
    ErrorRule::state("08", ErrorKind::Connection),
    ErrorRule::state("HYT", ErrorKind::Timeout),
    ErrorRule::state("HY008", ErrorKind::Cancelled),
    ErrorRule::state("HYC00", ErrorKind::Unsupported),
    ErrorRule::state("0A", ErrorKind::Unsupported),
    ErrorRule::state("40001", ErrorKind::Deadlock),
    ErrorRule::state("42S02", ErrorKind::SchemaChanged),
    ErrorRule::state("42S22", ErrorKind::SchemaChanged),
    ErrorRule::state("23", ErrorKind::Constraint),
    ErrorRule::state("44", ErrorKind::Constraint),
    ErrorRule::state("22", ErrorKind::IncompatibleData),
    ErrorRule::state("25006", ErrorKind::ReadOnly),
];

/// The class of an error by the rules of a system, then by the common ones.
pub fn classify(rules: &[ErrorRule], diagnosis: &Diagnosis) -> ErrorKind {
    let lower = diagnosis.text.to_lowercase();
    // The driver manager and the driver's clock speak for no system, so nothing of a system may hide them.
    let outside = COMMON.iter().filter(|rule| matches!(rule.state, "IM" | "HYT"));
    outside
        .chain(rules)
        .chain(COMMON)
        .find(|rule| rule.fits(diagnosis, &lower))
        .map_or(ErrorKind::Other, |rule| rule.kind)
}

/// True for classes that another try on a new connection or in a new transaction can get past.
pub fn is_transient(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Deadlock | ErrorKind::Connection | ErrorKind::Locked)
}
