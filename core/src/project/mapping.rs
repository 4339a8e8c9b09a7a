//! Mappings, object matching rules and property mapping rules (M, R).

use serde::{Deserialize, Serialize};

use super::{Action, Condition, Formula, Literal, MappingDirection, Side, is_default};

/// One left class, one right class, and how their objects correspond (M1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Name; unique in the project.
    pub name: String,
    /// Name shown to people; the name if empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub display_name: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// Class (or type) of the central system.
    pub left: String,
    /// Class (or type) of the target system.
    pub right: String,
    /// Where the mapping may write.
    #[serde(default, skip_serializing_if = "is_default")]
    pub direction: MappingDirection,
    /// Objects are never inserted through this mapping.
    #[serde(default, skip_serializing_if = "is_default")]
    pub only_for_updates: bool,
    /// New objects that would be ambiguous afterwards are not inserted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub prevent_ambiguous_matches: bool,
    /// Order of writing within a hierarchy.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hierarchy: Hierarchy,
    /// Pairs once matched are remembered, so that a changed key is a rename (M10).
    #[serde(default, skip_serializing_if = "is_default")]
    pub remember_pairs: bool,
    /// Active, proposed or off (R22).
    #[serde(default, skip_serializing_if = "is_default")]
    pub lifecycle: Lifecycle,
    /// Source objects that are not processed (R19).
    #[serde(default, skip_serializing_if = "is_default")]
    pub exclusions: Exclusions,
    /// Object matching rules in order: the first is primary (M2).
    pub matching: Vec<MatchingRule>,
    /// Property mapping rules in order: of two that write the same property the later wins (R23).
    #[serde(default)]
    pub rules: Vec<PropertyRule>,
    /// Scripts that run before and after objects are written, in order (E5).
    #[serde(default, skip_serializing_if = "is_default")]
    pub actions: Vec<Action>,
}

impl Mapping {
    /// The display name, or the name if there is none.
    #[must_use]
    pub fn label(&self) -> &str {
        if self.display_name.is_empty() { &self.name } else { &self.display_name }
    }
}

/// Order of writing within a hierarchy (M1, F10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum Hierarchy {
    /// Parents are inserted before their children and deleted after them.
    #[default]
    ParentsFirst,
    /// Objects are written in the order of their keys.
    Flat,
}

/// Whether a rule, mapping or step takes part (R22).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum Lifecycle {
    /// In runs, simulations and tests.
    #[default]
    Active,
    /// In simulations and tests only.
    Proposed,
    /// Not at all.
    Off,
}

/// Source objects that are not processed (R19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Exclusions {
    /// Objects of the target system, in runs to the central system (reconciliation).
    #[serde(skip_serializing_if = "is_default")]
    pub reading: Vec<Exclusion>,
    /// Objects of the central system, in runs to the target system (and provisioning).
    #[serde(skip_serializing_if = "is_default")]
    pub writing: Vec<Exclusion>,
}

/// One exclusion (R19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// Property of the source object.
    pub property: String,
    /// What its value must be.
    pub test: ExclusionTest,
}

/// Test of an exclusion (R19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExclusionTest {
    /// Equal to this text.
    Equals(String),
    /// Matches this regular expression, as a whole.
    Matches(String),
}

/// Pairs of properties that identify the same object on both sides (M2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchingRule {
    /// Name; unique among the matching rules of the mapping.
    pub name: String,
    /// What must be equal.
    pub on: MatchExpression,
    /// Texts that differ only by case are equal (M5).
    #[serde(default, skip_serializing_if = "is_default")]
    pub ignore_case: bool,
    /// Similarity instead of equality (M9). Not yet effective.
    #[serde(default, skip_serializing_if = "is_default")]
    pub graded: Option<GradedMatching>,
}

/// What must be equal for two objects to match (M2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MatchExpression {
    /// One pair of properties.
    Pair(String, String),
    /// Every one of these.
    All(Vec<MatchExpression>),
    /// At least one of these; slow.
    Any(Vec<MatchExpression>),
}

impl MatchExpression {
    /// All pairs in it, from left to right.
    #[must_use]
    pub fn pairs(&self) -> Vec<PropertyPair<'_>> {
        match self {
            Self::Pair(left, right) => vec![PropertyPair { left, right }],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::pairs).collect(),
        }
    }
}

/// One property of each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PropertyPair<'a> {
    /// Property of the left class.
    pub left: &'a str,
    /// Property of the right class.
    pub right: &'a str,
}

/// Similarity instead of equality (M9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradedMatching {
    /// Weight of the rule.
    pub weight: f64,
    /// At or above this confidence a pair matches.
    pub definite: f64,
    /// From this confidence on a person decides.
    pub candidate: f64,
}

/// What one property must look like on the other side (R).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropertyRule {
    /// R1: unique in the mapping.
    pub name: String,
    /// R2: name shown to people.
    #[serde(default, skip_serializing_if = "is_default")]
    pub display_name: String,
    /// R2: free text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// Value comparison or multi-reference.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: RuleKind,
    /// R6: property of the left class.
    pub left: String,
    /// R6: property of the right class.
    pub right: String,
    /// R3: where the rule may write.
    #[serde(default, skip_serializing_if = "is_default")]
    pub direction: MappingDirection,
    /// R4: when the object is being created the rule runs whatever its direction is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ignore_direction_on_insert: bool,
    /// R5: for objects that are busy; needs collision detection before mapping.
    #[serde(default, skip_serializing_if = "is_default")]
    pub concurrence: ConcurrenceBehaviour,
    /// R7: write only if the property to be written is empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub do_not_overwrite: bool,
    /// R8: the rule applies only where this holds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub condition: Option<Condition>,
    /// R9: force against direction of synchronization.
    #[serde(default, skip_serializing_if = "is_default")]
    pub force_against_direction: bool,
    /// R10: log differing values when the run goes the other way.
    #[serde(default, skip_serializing_if = "is_default")]
    pub detect_rogue_modifications: bool,
    /// R11: write the owning system's value back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub correct_rogue_modifications: bool,
    /// R12: order of multi-valued properties.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sort_order: SortOrder,
    /// R13: texts that differ only by case are equal.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ignore_case: bool,
    /// R14: use the first of several values.
    #[serde(default, skip_serializing_if = "is_default")]
    pub first_value_as_single_value: bool,
    /// R15: a list of members that differs is sent whole, not as the difference.
    #[serde(default, skip_serializing_if = "is_default")]
    pub no_merge_mode: bool,
    /// R16: members that may be mapped.
    #[serde(default, skip_serializing_if = "is_default")]
    pub members: MemberFilter,
    /// R18: inline transformation and empty values.
    #[serde(default, skip_serializing_if = "is_default")]
    pub transformation: Transformation,
    /// R20: accepts or rejects a value.
    #[serde(default, skip_serializing_if = "is_default")]
    pub validation: Option<Validation>,
    /// R21: per-property flags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub flags: PropertyFlags,
    /// R22: active, proposed or off.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lifecycle: Lifecycle,
}

impl PropertyRule {
    /// A value comparison rule with default settings.
    #[must_use]
    pub fn new(name: impl Into<String>, left: impl Into<String>, right: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            display_name: String::new(),
            description: String::new(),
            kind: RuleKind::Value,
            left: left.into(),
            right: right.into(),
            direction: MappingDirection::FromMapping,
            ignore_direction_on_insert: false,
            concurrence: ConcurrenceBehaviour::DoNotApply,
            do_not_overwrite: false,
            condition: None,
            force_against_direction: false,
            detect_rogue_modifications: false,
            correct_rogue_modifications: false,
            sort_order: SortOrder::Automatic,
            ignore_case: false,
            first_value_as_single_value: false,
            no_merge_mode: false,
            members: MemberFilter::All,
            transformation: Transformation::default(),
            validation: None,
            flags: PropertyFlags::default(),
            lifecycle: Lifecycle::Active,
        }
    }
}

/// Type of a property mapping rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum RuleKind {
    /// One property with one property.
    #[default]
    Value,
    /// Value lists, element by element.
    MultiReference,
}

/// R5: what a rule does with objects that are busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum ConcurrenceBehaviour {
    /// Leave the object alone.
    #[default]
    DoNotApply,
    /// Overwrite.
    Apply,
}

/// R12: whether the order of several values counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum SortOrder {
    /// As the schema property says.
    #[default]
    Automatic,
    /// It counts.
    Respect,
    /// It does not count.
    Ignore,
}

/// R16: members that may be mapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum MemberFilter {
    /// Every member.
    #[default]
    All,
    /// Only these.
    IncludeOnly(Vec<String>),
    /// All but these.
    Exclude(Vec<String>),
}

/// R18: inline transformation and empty values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Transformation {
    /// What is made of the source value when the target is written; it is called `Value` there.
    #[serde(skip_serializing_if = "is_default")]
    pub to_target: Option<Formula>,
    /// What is made of the source value when the central system is written; it is called `Value` there.
    #[serde(skip_serializing_if = "is_default")]
    pub to_central: Option<Formula>,
    /// What an empty source does.
    #[serde(skip_serializing_if = "is_default")]
    pub when_empty: EmptySource,
    /// Value of new objects whose source is empty; `()` for NULL.
    #[serde(skip_serializing_if = "is_default")]
    pub value_on_insert: Option<Literal>,
    /// This value, whatever the source holds.
    #[serde(skip_serializing_if = "is_default")]
    pub fixed_value: Option<Literal>,
    /// How lists are written.
    #[serde(skip_serializing_if = "is_default")]
    pub multi_value: MultiValueWrite,
}

/// R18: what an empty source does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum EmptySource {
    /// The property is emptied.
    #[default]
    WriteEmpty,
    /// The property keeps what it holds.
    Keep,
    /// The property gets this value.
    UseDefault(Formula),
}

/// R18: how lists are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum MultiValueWrite {
    /// The list becomes the source's list.
    #[default]
    Replace,
    /// Missing members are added, superfluous ones stay.
    AddOnly,
    /// Members that match one of these regular expressions, as a whole, stay.
    Protect(Vec<String>),
}

/// R20: accepts or rejects a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validation {
    /// Values for which this is false are refused; the new value is called `Value`. NULL passes, as in a check
    /// constraint of a database.
    pub accept: Condition,
    /// What the log says about a rejected value.
    #[serde(default, skip_serializing_if = "is_default")]
    pub message: String,
}

/// R21: per-property flags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct PropertyFlags {
    /// Not sent when provisioning.
    #[serde(skip_serializing_if = "is_default")]
    pub ignore_in_provisioning: bool,
    /// Write, read the normalised value back, store it centrally.
    #[serde(skip_serializing_if = "is_default")]
    pub write_back: bool,
    /// Format of dates held as text, such as `%d.%m.%Y`; in lists, of every element.
    #[serde(skip_serializing_if = "is_default")]
    pub date_format: Option<String>,
    /// Value list with code and decode; in lists, every element is translated.
    #[serde(skip_serializing_if = "is_default")]
    pub lookup: Vec<LookupEntry>,
    /// Where the value list comes from: a lookup reconciliation fills it.
    #[serde(skip_serializing_if = "is_default")]
    pub lookup_source: Option<LookupSource>,
    /// Other source property when a run to the central system is authoritative: its step is no data import.
    #[serde(skip_serializing_if = "is_default")]
    pub trusted_source: Option<String>,
    /// Also send when the password changes.
    #[serde(skip_serializing_if = "is_default")]
    pub send_on_password_change: bool,
    /// When the property is sent.
    #[serde(skip_serializing_if = "is_default")]
    pub send_on: SendOn,
    /// Sent as an option of the data operation, not as data.
    #[serde(skip_serializing_if = "is_default")]
    pub operation_option: bool,
}

/// One entry of a value list (R21).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupEntry {
    /// Value in the target system.
    pub code: String,
    /// Value in the central system.
    pub decode: String,
}

/// Where a value list comes from (R21): one entry for each object of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupSource {
    /// The system that has the list.
    pub side: Side,
    /// Schema class (or type) there.
    pub class: String,
    /// Property of the class that has the code.
    pub code: String,
    /// Property of the class that has the decode.
    pub decode: String,
    /// Only objects for which this holds; an expression over columns, as in the filter of a class.
    #[serde(default, skip_serializing_if = "is_default")]
    pub condition: Option<String>,
}

/// When a property is sent (R21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum SendOn {
    /// On create and on update.
    #[default]
    Always,
    /// Only when the object is created.
    Create,
    /// Only when the object is updated.
    Update,
}
