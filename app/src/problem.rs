//! An error as the window shows it: what happened, what to do, a code to look up.

use miette::Diagnostic;

/// An error in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What could not be done.
    pub title: String,
    /// What happened.
    pub text: String,
    /// What to do.
    pub help: Option<String>,
    /// Stable code.
    pub code: Option<String>,
}

impl Problem {
    /// An error without code and advice.
    #[must_use]
    pub fn new(title: impl Into<String>, text: impl ToString) -> Self {
        Self { title: title.into(), text: text.to_string(), help: None, code: None }
    }

    /// The parts of a diagnostic.
    #[must_use]
    pub fn of(title: impl Into<String>, error: &dyn Diagnostic) -> Self {
        Self {
            title: title.into(),
            text: error.to_string(),
            help: error.help().map(|help| help.to_string()),
            code: error.code().map(|code| code.to_string()),
        }
    }

    /// All parts as text, for the clipboard.
    #[must_use]
    pub fn details(&self) -> String {
        let mut text = format!("{}\n{}", self.title, self.text);
        if let Some(help) = &self.help {
            text.push_str(&format!("\n{help}"));
        }
        if let Some(code) = &self.code {
            text.push_str(&format!("\n{code}"));
        }
        text
    }
}
