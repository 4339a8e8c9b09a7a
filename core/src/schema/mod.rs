//! Schemas of connected systems: reading them, completing what catalogs do not know, keeping them up to
//! date, and small.
//!
//! | module | what it does |
//! |---|---|
//! | [`detect`](fn@detect) | reads a system's schema through its connector (S1, W9, W10) |
//! | [`keys`] | proposes keys for tables without one and checks them against the data (W11) |
//! | [`relations`] | proposes relations and counts dangling references (W12) |
//! | [`known`] | recognises schemas of well-known products and completes them (S3) |
//! | [`usage`] | which parts of a project use which part of a schema |
//! | [`update`] | what changed since the project's schema was read, and what that breaks (S5) |
//! | [`compress`](fn@compress) | leaves out what nothing in the project uses (S6) |
//! | [`sample`](fn@sample) | a few objects of a type, to look at |
//! | [`report`] | all of that as JSON for the command line |
//!
//! Everything here reads; the only thing that changes is the [`Project`](crate::project::Project) value
//! that the caller gives, and saving it is the caller's work. Judging a project is `check`'s.

mod compress;
mod detect;
mod error;
pub mod keys;
pub mod known;
mod reading;
pub mod relations;
pub mod report;
mod sample;
mod tally;
pub mod update;
pub mod usage;
mod words;

pub use self::{
    compress::{CompressReport, DroppedProperties, SideReport, compress},
    detect::{Detected, OwnerCount, UnusableColumn, count_owners, detect, unusable, without_key},
    error::SchemaError,
    sample::{Sample, sample},
};
use crate::{
    project::SchemaProperty,
    value::{MASK, Value},
};

/// How much looking into the data may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes for the keys of a table that are compared with each other; above it the table is read more than
    /// once.
    pub memory: usize,
    /// Rows of a table that are read to see whether its values occur in another one.
    pub sample: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 256 << 20, sample: 2000 }
    }
}

/// The value, or [`MASK`] if the property is sensitive.
fn masked(property: Option<&SchemaProperty>, value: Value) -> Value {
    match property {
        Some(property) if property.sensitive && !value.is_null() => Value::String(MASK.to_owned()),
        _ => value,
    }
}
