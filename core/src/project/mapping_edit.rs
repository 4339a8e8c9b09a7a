//! Changing mappings as a whole: inverting, renaming, deleting (M8).

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use super::{
    Exclusion, Formula, Mapping, MappingDirection, Project, PropertyRule, Side, Transformation, Workflow,
};

/// A mapping that was turned round.
#[derive(Debug, Clone, PartialEq)]
pub struct Inverted {
    /// The mapping.
    pub mapping: Mapping,
    /// What stayed as it was, although it was meant for the other direction.
    pub kept: Vec<NotInverted>,
}

/// Something that has no inverse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotInverted {
    /// Name of the rule; none if it belongs to the mapping as a whole.
    pub rule: Option<String>,
    /// What it is.
    pub setting: String,
}

impl fmt::Display for NotInverted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some(rule) => write!(f, "{} of rule {rule}", self.setting),
            None => f.write_str(&self.setting),
        }
    }
}

/// Why a mapping cannot be renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenameError {
    /// There is no mapping of that name.
    Missing,
    /// The new name is empty.
    Empty,
    /// Another mapping has the new name.
    Taken(String),
}

impl fmt::Display for RenameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("the mapping is not there any more"),
            Self::Empty => f.write_str("a mapping needs a name"),
            Self::Taken(name) => write!(f, "another mapping is called {name}"),
        }
    }
}

impl std::error::Error for RenameError {}

/// `base` if it is not taken, else `base 2`, `base 3` and so on.
pub fn free_name<'a>(taken: impl IntoIterator<Item = &'a str>, base: &str) -> String {
    let taken: HashSet<&str> = taken.into_iter().collect();
    if !taken.contains(base) {
        return base.to_owned();
    }
    let mut number = 2_u64;
    loop {
        let name = format!("{base} {number}");
        if !taken.contains(name.as_str()) {
            return name;
        }
        number += 1;
    }
}

/// Renames a mapping, also in the steps that run it; gives the number of those steps.
///
/// # Errors
///
/// [`RenameError`]; the project is as before then.
pub fn rename_mapping(project: &mut Project, from: &str, to: &str) -> Result<usize, RenameError> {
    let to = to.trim();
    if to.is_empty() {
        return Err(RenameError::Empty);
    }
    if from != to && project.mapping(to).is_some() {
        return Err(RenameError::Taken(to.to_owned()));
    }
    let mapping =
        project.mappings.iter_mut().find(|mapping| mapping.name == from).ok_or(RenameError::Missing)?;
    to.clone_into(&mut mapping.name);
    let mut renamed = 0;
    for step in project.workflows.iter_mut().flat_map(|workflow| &mut workflow.steps) {
        if step.mapping == from {
            to.clone_into(&mut step.mapping);
            renamed += 1;
        }
    }
    Ok(renamed)
}

/// Names of the workflows and steps that run a mapping.
#[must_use]
pub fn steps_of<'a>(project: &'a Project, mapping: &str) -> Vec<(&'a str, &'a str)> {
    let steps = |workflow: &'a Workflow| {
        let of_mapping = workflow.steps.iter().filter(|step| step.mapping == mapping);
        of_mapping.map(|step| (workflow.name.as_str(), step.name.as_str())).collect::<Vec<_>>()
    };
    project.workflows.iter().flat_map(steps).collect()
}

/// Deletes a mapping with the steps that run it; false if it is not there.
pub fn delete_mapping(project: &mut Project, name: &str) -> bool {
    let before = project.mappings.len();
    project.mappings.retain(|mapping| mapping.name != name);
    if project.mappings.len() == before {
        return false;
    }
    for workflow in &mut project.workflows {
        workflow.steps.retain(|step| step.mapping != name);
    }
    true
}

impl Mapping {
    /// The mapping turned round: what wrote to the target writes to the central system, and the other way.
    ///
    /// The classes stay where they are, as the central system is always left. Exclusions are about properties of
    /// the system that is read, so theirs become those that matching and rules pair them with. Inverting twice
    /// gives the mapping back.
    #[must_use]
    pub fn inverted(&self) -> Inverted {
        let mut mapping = self.clone();
        let mut kept = Vec::new();
        mapping.direction = reversed(mapping.direction);
        for rule in &mut mapping.rules {
            rule.direction = reversed(rule.direction);
            let Transformation { to_target, to_central, .. } = &mut rule.transformation;
            std::mem::swap(to_target, to_central);
            kept.extend(not_inverted(rule));
        }
        if let Some((reading, writing)) = inverted_exclusions(self) {
            mapping.exclusions.reading = reading;
            mapping.exclusions.writing = writing;
        } else {
            kept.push(NotInverted { rule: None, setting: "exclusions".to_owned() });
        }
        let actions = mapping.actions.iter().map(|action| format!("action {}", action.name));
        kept.extend(actions.map(|setting| NotInverted { rule: None, setting }));
        Inverted { mapping, kept }
    }
}

const fn reversed(direction: MappingDirection) -> MappingDirection {
    match direction {
        MappingDirection::ToTarget => MappingDirection::ToCentral,
        MappingDirection::ToCentral => MappingDirection::ToTarget,
        other => other,
    }
}

/// Settings of a rule that are about one direction and cannot say the same about the other.
fn not_inverted(rule: &PropertyRule) -> Vec<NotInverted> {
    let mut settings = Vec::new();
    let formulas = [
        (&rule.transformation.to_target, "transformation to target"),
        (&rule.transformation.to_central, "transformation to central"),
    ];
    for (formula, words) in formulas {
        match formula {
            Some(Formula::Script(_)) => settings.push(format!("script of the {words}")),
            Some(Formula::Pattern(_)) => settings.push(format!("pattern of the {words}")),
            Some(Formula::Expression(expression)) if names_properties(expression) => {
                settings.push(format!("expression of the {words}"));
            }
            Some(Formula::Expression(_)) | None => {}
        }
    }
    if rule.flags.trusted_source.is_some() {
        settings.push("trusted source".to_owned());
    }
    if rule.flags.write_back {
        settings.push("write back".to_owned());
    }
    let of_rule = |setting| NotInverted { rule: Some(rule.name.clone()), setting };
    settings.into_iter().map(of_rule).collect()
}

fn names_properties(expression: &str) -> bool {
    let expression = expression.to_lowercase();
    expression.contains("left.") || expression.contains("right.")
}

/// The exclusions for reading and writing of the inverse; nothing if one of them has no counterpart. All or none:
/// an exclusion that stayed while others moved would not come back to its place.
fn inverted_exclusions(mapping: &Mapping) -> Option<(Vec<Exclusion>, Vec<Exclusion>)> {
    let pairs = counterparts(mapping);
    let moved = |exclusions: &[Exclusion], side: Side| {
        let exclusions = exclusions.iter().map(|exclusion| {
            let property = pairs.get(&(side, exclusion.property.as_str()))?;
            Some(Exclusion { property: (*property).to_owned(), test: exclusion.test.clone() })
        });
        exclusions.collect::<Option<Vec<_>>>()
    };
    let reading = moved(&mapping.exclusions.writing, Side::Left)?;
    let writing = moved(&mapping.exclusions.reading, Side::Right)?;
    Some((reading, writing))
}

/// The property of the other side for every property that is paired with one only, and that one with it only.
fn counterparts(mapping: &Mapping) -> HashMap<(Side, &str), &str> {
    let matching = mapping.matching.iter().flat_map(|rule| rule.on.pairs());
    let pairs: HashSet<(&str, &str)> = matching
        .map(|pair| (pair.left, pair.right))
        .chain(mapping.rules.iter().map(|rule| (rule.left.as_str(), rule.right.as_str())))
        .collect();
    let mut count: HashMap<(Side, &str), usize> = HashMap::new();
    for (left, right) in &pairs {
        *count.entry((Side::Left, left)).or_default() += 1;
        *count.entry((Side::Right, right)).or_default() += 1;
    }
    let alone = |place: (Side, &str)| count.get(&place) == Some(&1);
    pairs
        .iter()
        .filter(|(left, right)| alone((Side::Left, left)) && alone((Side::Right, right)))
        .flat_map(|(left, right)| [((Side::Left, *left), *right), ((Side::Right, *right), *left)])
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::project::{ExclusionTest, MatchExpression, MatchingRule, from_text};

    fn small() -> Project {
        from_text("small.ron", include_str!("../../../tests/src/small.ron")).unwrap()
    }

    fn exclusion(property: &str) -> Exclusion {
        Exclusion { property: property.to_owned(), test: ExclusionTest::Equals("x".to_owned()) }
    }

    #[test]
    fn names_are_numbered_when_they_are_taken() {
        assert_eq!(free_name(["a", "b"], "c"), "c");
        assert_eq!(free_name(["a", "a 2", "a 4"], "a"), "a 3");
    }

    #[test]
    fn renaming_takes_the_steps_along() {
        let mut project = small();
        assert_eq!(rename_mapping(&mut project, "Person", " Employee "), Ok(1));
        assert_eq!(project.mappings[0].name, "Employee");
        assert_eq!(project.workflows[0].steps[0].mapping, "Employee");
        assert_eq!(rename_mapping(&mut project, "Person", "x"), Err(RenameError::Missing));
        assert_eq!(rename_mapping(&mut project, "Employee", " "), Err(RenameError::Empty));
        let mut other = project.mappings[0].clone();
        other.name = "Other".to_owned();
        project.mappings.push(other);
        let before = project.clone();
        let taken = rename_mapping(&mut project, "Employee", "Other");
        assert_eq!(taken, Err(RenameError::Taken("Other".to_owned())));
        assert_eq!(project, before);
    }

    #[test]
    fn deleting_takes_the_steps_along() {
        let mut project = small();
        assert_eq!(steps_of(&project, "Person"), [("Import", "Persons")]);
        assert!(delete_mapping(&mut project, "Person"));
        assert!(project.mappings.is_empty() && project.workflows[0].steps.is_empty());
        assert!(!delete_mapping(&mut project, "Person"));
    }

    #[test]
    fn exclusions_move_to_the_paired_properties() {
        let mut mapping = small().mappings.remove(0);
        mapping.exclusions.reading = vec![exclusion("family_name")];
        let inverted = mapping.inverted();
        assert_eq!(inverted.kept, []);
        assert_eq!(inverted.mapping.exclusions.reading, []);
        assert_eq!(inverted.mapping.exclusions.writing, [exclusion("last_name")]);
        assert_eq!(inverted.mapping.rules[0].direction, MappingDirection::ToTarget);
        assert_eq!(inverted.mapping.left, mapping.left);
    }

    #[test]
    fn what_has_no_inverse_is_kept_and_told() {
        let mut mapping = small().mappings.remove(0);
        mapping.exclusions.reading = vec![exclusion("nobody_maps_this")];
        mapping.rules[1].flags.trusted_source = Some("nick_name".to_owned());
        mapping.rules[2].transformation.to_central = Some(Formula::Script("Value".to_owned()));
        let Inverted { mapping: inverted, kept } = mapping.inverted();
        let kept: Vec<String> = kept.iter().map(ToString::to_string).collect();
        assert_eq!(
            kept,
            [
                "trusted source of rule First name",
                "script of the transformation to target of rule Last name",
                "exclusions"
            ]
        );
        assert_eq!(inverted.exclusions, mapping.exclusions);
        assert_eq!(inverted.rules[2].transformation.to_target, Some(Formula::Script("Value".to_owned())));
    }

    fn direction() -> impl Strategy<Value = MappingDirection> {
        prop_oneof![
            Just(MappingDirection::FromMapping),
            Just(MappingDirection::Both),
            Just(MappingDirection::ToTarget),
            Just(MappingDirection::ToCentral),
            Just(MappingDirection::DoNotMap),
        ]
    }

    fn formula() -> impl Strategy<Value = Option<Formula>> {
        proptest::option::of(prop_oneof![
            Just(Formula::Expression("lower(Value)".to_owned())),
            Just(Formula::Expression("Left.a".to_owned())),
            Just(Formula::Pattern("%a%".to_owned())),
            Just(Formula::Script("Value".to_owned())),
        ])
    }

    /// Few names, so that pairs meet, and names of one side are also names of the other.
    fn property() -> impl Strategy<Value = String> {
        "[a-e]"
    }

    fn rule() -> impl Strategy<Value = PropertyRule> {
        (property(), property(), direction(), formula(), formula()).prop_map(
            |(left, right, direction, to_target, to_central)| {
                let mut rule = PropertyRule::new(format!("{left}{right}"), left, right);
                rule.direction = direction;
                rule.transformation.to_target = to_target;
                rule.transformation.to_central = to_central;
                rule
            },
        )
    }

    proptest! {
        #[test]
        fn inverting_twice_changes_nothing(
            direction in direction(),
            pairs in proptest::collection::vec((property(), property()), 0..3),
            rules in proptest::collection::vec(rule(), 0..5),
            reading in proptest::collection::vec(property(), 0..3),
            writing in proptest::collection::vec(property(), 0..3),
        ) {
            let mut mapping = small().mappings.remove(0);
            mapping.direction = direction;
            mapping.matching = pairs
                .into_iter()
                .map(|(left, right)| MatchingRule {
                    name: format!("{left} {right}"),
                    on: MatchExpression::Pair(left, right),
                    ignore_case: false,
                    graded: None,
                })
                .collect();
            mapping.rules = rules;
            mapping.exclusions.reading = reading.iter().map(|name| exclusion(name)).collect();
            mapping.exclusions.writing = writing.iter().map(|name| exclusion(name)).collect();
            let once = mapping.inverted();
            prop_assert_eq!(once.mapping.inverted().mapping, mapping);
        }
    }
}
