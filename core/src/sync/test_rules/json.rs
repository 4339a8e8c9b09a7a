//! An explanation as the JSON document of the command line.

use serde_json::{Value as Json, json};

use super::{super::failed_values::MASK, Explanation, MatchOutcome, MatchTest, ObjectName, RuleResult};
use crate::{journal::Message, mapping::Occasion, value::Value};

impl MatchOutcome {
    /// The outcome in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::NoMatch => "no_match",
            Self::Skipped => "skipped",
        }
    }
}

/// The occasion in the JSON of the command line.
#[must_use]
pub const fn occasion_id(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::Update => "update",
        Occasion::Insert => "insert",
        Occasion::Rogue => "rogue",
        Occasion::Forced => "forced",
        Occasion::WriteBack => "write_back",
        Occasion::Option(_) => "option",
    }
}

impl Explanation {
    /// The explanation as the JSON document of the command line.
    #[must_use]
    pub fn to_json(&self) -> Json {
        json!({
            "mapping": self.mapping,
            "direction": self.direction.id(),
            "variable_set": self.variable_set,
            "left": self.left.as_ref().map(ObjectName::to_json),
            "right": self.right.as_ref().map(ObjectName::to_json),
            "matching": self.matching.iter().map(MatchTest::to_json).collect::<Vec<_>>(),
            "rules": self.rules.iter().map(RuleResult::to_json).collect::<Vec<_>>(),
            "changes": self.changes.iter().map(crate::journal::Change::to_json).collect::<Vec<_>>(),
            "why_nothing": self.why_nothing,
            "messages": self.messages.iter().map(Message::to_json).collect::<Vec<_>>(),
        })
    }
}

impl ObjectName {
    fn to_json(&self) -> Json {
        json!({ "display": self.display, "key": self.key })
    }
}

impl MatchTest {
    fn to_json(&self) -> Json {
        let values = |values: &[Value]| values.iter().map(Value::to_json).collect::<Vec<_>>();
        json!({
            "rule": self.rule,
            "outcome": self.outcome.id(),
            "left": values(&self.left),
            "right": values(&self.right),
        })
    }
}

impl RuleResult {
    fn to_json(&self) -> Json {
        let shown = |value: &Value| {
            if self.secret && !value.is_null() { MASK.into() } else { value.to_json() }
        };
        json!({
            "rule": self.rule,
            "occasion": occasion_id(self.occasion),
            "side": self.side.id(),
            "property": self.property,
            "ran": self.not_run.is_none(),
            "reason": self.not_run,
            "source": shown(&self.source),
            "old": shown(&self.old),
            "new": shown(&self.new),
            "differs": self.differs,
            "overruled_by": self.overruled_by,
            "conversion": self.conversion,
            "failure": self.failure.as_ref().map(|(code, text)| json!({ "code": code, "text": text })),
        })
    }
}
