//! What a column keeps of a value that is written to it.

use serde::{Deserialize, Serialize};

/// What a column keeps of a value that is written to it (S2). Values are brought into that form before they
/// are compared and written, so that a second run finds nothing to do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub enum Kept {
    /// All of it.
    #[default]
    Exactly,
    /// So many digits of the second, fewer than six; the others are cut off. Left to themselves, some
    /// databases round, even into the next day.
    FractionDigits(u8),
    /// A floating point number of 32 bits: about seven digits.
    SinglePrecision,
    /// A text without the blanks at its end.
    WithoutTrailingBlanks,
    /// Bytes of exactly this length: shorter values are filled up with zeros.
    FixedLength(u32),
    /// One of these texts, whatever the case in which it is written.
    OneOf(Vec<String>),
    /// Some of these texts, separated by commas, in this order.
    SomeOf(Vec<String>),
    /// JSON, whose white space, order of names and spelling of numbers mean nothing.
    Json,
    /// An IP address or network, in any spelling.
    NetworkAddress,
    /// A hardware (MAC) address, in any spelling.
    HardwareAddress,
    /// The meaning, in a spelling that only the database knows. Rules can write it only from a column of the
    /// same type.
    Respelled,
}
