//! The synchronization engine of Syncwright.
//!
//! It knows projects, connectors, schemas, matching, comparing and writing. It has no GUI types and does
//! not know the command line; both are thin users of it.
//!
//! Modules stand above what they use; no arrow points back up:
//!
//! ```text
//! provision → sync → check, journal → schema, mapping → connect, expr, script → sample, identity_store, secret → project, value
//! ```

pub mod check;
pub mod connect;
pub mod expr;
pub mod identity_store;
pub mod journal;
pub mod mapping;
pub mod memory;
pub mod progress;
pub mod project;
pub mod provision;
pub mod sample;
pub mod schema;
pub mod script;
pub mod secret;
pub mod sync;
pub mod value;
