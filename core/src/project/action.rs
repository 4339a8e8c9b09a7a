//! Actions: scripts that run before and after a mapping writes objects (E5).

use serde::{Deserialize, Serialize};

use super::{Lifecycle, Method, Side, is_default};

/// A script that runs before or after objects of one system are written (E5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Name; unique among the actions of the mapping.
    pub name: String,
    /// The system whose objects are written.
    pub side: Side,
    /// Before or after the object is written.
    pub when: ActionTime,
    /// What is done with the object.
    pub on: ActionEvent,
    /// The script, in the project's script language.
    pub script: String,
    /// Active, proposed or off.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lifecycle: Lifecycle,
}

/// When an action runs (E5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ActionTime {
    /// Before: it may assign columns of the object, or refuse it by throwing.
    Before,
    /// After the object is saved: it may write into the log, and changes nothing.
    After,
}

/// What an action belongs to (E5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ActionEvent {
    /// The object is created.
    Insert,
    /// Properties of the object change.
    Update,
    /// The object is deleted.
    Delete,
}

impl ActionEvent {
    /// The event of a processing method, if actions run on it.
    #[must_use]
    pub const fn of(method: Method) -> Option<Self> {
        match method {
            Method::Insert => Some(Self::Insert),
            Method::Update => Some(Self::Update),
            Method::Delete => Some(Self::Delete),
            Method::Ignore | Method::MarkOutstanding | Method::ResetOutstanding => None,
        }
    }
}
