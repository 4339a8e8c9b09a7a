//! Columns whose values a database spells in its own way: a rule that writes them would find a difference in
//! every run.

use super::{Findings, Place, Severity};
use crate::{
    mapping::CompiledMapping,
    project::{Kept, Mapping, SchemaProperty, Side},
};

pub(super) fn check(mapping: &Mapping, compiled: &CompiledMapping, findings: &mut Findings) {
    let destination = compiled.direction.destination();
    for target in &compiled.updates {
        let Some(column) = compiled.class(destination).schema_type.property(&target.property) else {
            continue;
        };
        if column.keeps != Kept::Respelled {
            continue;
        }
        for rule in target.arms.iter().filter_map(|arm| mapping.rules.get(usize::from(arm.rule))) {
            let name = match destination {
                Side::Left => &rule.right,
                Side::Right => &rule.left,
            };
            let source = compiled.class(destination.other()).schema_type.property(name);
            if source.is_some_and(|source| are_spelled_alike(source, column)) {
                continue;
            }
            findings.add(
                Severity::Error,
                "SW-C116",
                Place::Mapping { mapping: mapping.name.clone(), rule: Some(rule.name.clone()) },
                format!(
                    "the database stores values of {} ({}) in its own spelling: what is written there would \
                     differ again in every run",
                    target.property, column.native_type
                ),
                Some("write it from a column of the same type, or let the rule run on insert only"),
            );
        }
    }
}

/// Two columns of one type of one kind of database.
fn are_spelled_alike(source: &SchemaProperty, column: &SchemaProperty) -> bool {
    source.keeps == Kept::Respelled && source.native_type == column.native_type
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check::check as check_all, project::from_text};

    /// Findings for the rule “Last name”, from `family_name` of the target to `last_name`.
    fn findings(change: impl Fn(&mut SchemaProperty, Side)) -> usize {
        let mut project = from_text("small", include_str!("../../../tests/src/small.ron")).unwrap();
        let systems = [(&mut project.central, Side::Left), (&mut project.target, Side::Right)];
        for (system, side) in systems {
            let properties = system.schema.types.iter_mut().flat_map(|one| &mut one.properties);
            properties
                .filter(|one| one.name.ends_with("y_name") || one.name == "last_name")
                .for_each(|one| change(one, side));
        }
        check_all(&project).into_iter().filter(|finding| finding.code == "SW-C116").count()
    }

    fn make_interval(property: &mut SchemaProperty) {
        property.native_type = "interval".to_owned();
        property.keeps = Kept::Respelled;
    }

    #[test]
    fn only_columns_of_one_type_can_be_written_into_each_other() {
        assert_eq!(findings(|_, _| ()), 0);
        let destination_only = |property: &mut SchemaProperty, side| match side {
            Side::Left => make_interval(property),
            Side::Right => (),
        };
        assert_eq!(findings(destination_only), 1);
        assert_eq!(findings(|property, _| make_interval(property)), 0);
    }
}
