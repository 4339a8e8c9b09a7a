//! The change list: what a run would do, or did, object by object.

use serde_json::{Map, Value as Json, json};

use crate::{
    project::{Method, Side},
    value::{MASK, Value},
};

/// How two objects, or one, stand to each other (F2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Situation {
    /// On both sides and equal.
    BothEqual,
    /// On both sides, with differences.
    BothDiffer,
    /// Only in the central system.
    LeftOnly,
    /// Only in the target system.
    RightOnly,
    /// More than one candidate under a matching rule: nobody guesses.
    Ambiguous,
    /// Labelled as outstanding and still missing on the other side.
    Outstanding,
}

impl Situation {
    /// All situations, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::BothEqual,
        Self::BothDiffer,
        Self::LeftOnly,
        Self::RightOnly,
        Self::Ambiguous,
        Self::Outstanding,
    ];

    /// The situation in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::BothEqual => "both_equal",
            Self::BothDiffer => "both_differ",
            Self::LeftOnly => "left_only",
            Self::RightOnly => "right_only",
            Self::Ambiguous => "ambiguous",
            Self::Outstanding => "outstanding",
        }
    }

    /// The situation in the words of the editor.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::BothEqual => "Equal",
            Self::BothDiffer => "Differing",
            Self::LeftOnly => "Only central",
            Self::RightOnly => "Only target",
            Self::Ambiguous => "Ambiguous",
            Self::Outstanding => "Outstanding",
        }
    }
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChangeStatus {
    /// Simulated, or not yet written.
    Planned,
    /// Written and committed.
    Done,
    /// Refused by the database or by a rule; a message of the step says why.
    Failed,
    /// Not written, because the run stopped before, because the object was busy, or because nothing that an
    /// update refers to was found.
    NotWritten,
    /// The run was interrupted, and nobody can tell whether it was written.
    Unknown,
    /// The object is written, but not all of its members or references, because the run stopped before.
    PartlyWritten,
}

impl ChangeStatus {
    /// All statuses; change lists hold their positions, so new ones come last.
    pub const ALL: [Self; 6] =
        [Self::Planned, Self::Done, Self::Failed, Self::NotWritten, Self::Unknown, Self::PartlyWritten];

    /// The status in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::NotWritten => "not_written",
            Self::Unknown => "unknown",
            Self::PartlyWritten => "partly_written",
        }
    }
}

/// What happens to one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// How the objects stand to each other.
    pub situation: Situation,
    /// What is done about it.
    pub method: Method,
    /// Key of the central object: property and value, in key order. Empty if there is none.
    pub left_key: Vec<(String, Value)>,
    /// Key of the target object: property and value, in key order. Empty if there is none.
    pub right_key: Vec<(String, Value)>,
    /// The object as people know it: its display template or key.
    pub display: String,
    /// What became of it.
    pub status: ChangeStatus,
    /// The properties that are written, in the order of the schema class.
    pub properties: Vec<PropertyChange>,
}

/// A property that is written.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertyChange {
    /// The side that is written.
    pub side: Side,
    /// The property.
    pub property: String,
    /// Value before; NULL for new objects.
    pub old: Value,
    /// Value after; NULL for deleted objects.
    pub new: Value,
    /// Name of the rule that gives the value; empty where no rule does (deletes, generated keys).
    pub rule: String,
    /// Remark, for example that a reference could not be resolved yet.
    pub note: Option<String>,
    /// The values are secret and must be shown as ••••.
    pub secret: bool,
}

impl Change {
    /// Key of the object on `side`: property and value, in key order. Empty if there is none.
    #[must_use]
    pub fn key(&self, side: Side) -> &[(String, Value)] {
        match side {
            Side::Left => &self.left_key,
            Side::Right => &self.right_key,
        }
    }

    /// The change as in the JSON of the command line; secret values as `••••`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        json!({
            "situation": self.situation.id(),
            "method": self.method.id(),
            "left_key": key_json(&self.left_key),
            "right_key": key_json(&self.right_key),
            "display": self.display,
            "status": self.status.id(),
            "properties": self.properties.iter().map(PropertyChange::to_json).collect::<Vec<_>>(),
        })
    }
}

impl PropertyChange {
    fn to_json(&self) -> Json {
        let shown = |value: &Value| {
            if self.secret && !value.is_null() { Json::from(MASK) } else { value.to_json() }
        };
        json!({
            "side": self.side.id(),
            "property": self.property,
            "old": shown(&self.old),
            "new": shown(&self.new),
            "rule": self.rule,
            "note": self.note,
        })
    }
}

fn key_json(key: &[(String, Value)]) -> Json {
    if key.is_empty() {
        return Json::Null;
    }
    Json::Object(key.iter().map(|(name, value)| (name.clone(), value.to_json())).collect::<Map<_, _>>())
}
