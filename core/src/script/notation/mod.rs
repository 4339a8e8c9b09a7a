//! `$Left::Property$` in scripts: replaced by names of the script's own language before an engine sees the
//! text, and back again in positions and messages.
//!
//! Replacing happens everywhere but in string literals, regular expressions and comments; the code in `${…}`
//! of a template string is code. `$$` is a dollar sign.

mod names;
mod outline;
mod scan;

pub use self::names::ScriptName;
pub(super) use self::{names::Prepared, outline::Function, scan::prepare};
