//! What a driver says when something fails: SQLSTATE, native code, text.

/// A diagnostic record of a driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// SQLSTATE: five characters.
    pub state: String,
    /// Code of the database system.
    pub native: i32,
    /// Text of the driver, without secrets.
    pub text: String,
}
