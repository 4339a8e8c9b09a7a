//! Operation options (R21): rules whose options nobody takes, and placeholders of options that nobody sends.

use super::{
    Findings, Place, Severity,
    view::{RuleView, towards},
};
use crate::{
    connect::odbc::OperationScript,
    expr::{OperationKind, OperationStatement, placeholder_name},
    mapping::scripts_of,
    project::{Direction, OperationStrategy, Project, Provider, SchemaType, Side},
};

/// What the operations of a schema type do with options.
struct Takers {
    /// The names of options in their statements, as they stand there.
    named: Vec<(OperationKind, String)>,
    /// Scripts, which put statements together.
    scripts: Vec<OperationScript>,
}

impl Takers {
    fn of(project: &Project, schema_type: &SchemaType) -> Self {
        let mut takers = Self { named: Vec::new(), scripts: Vec::new() };
        for kind in OperationKind::ALL {
            match kind.of(&schema_type.operations).map(|operation| &operation.strategy) {
                None => {}
                Some(OperationStrategy::Pattern(pattern)) => {
                    // What is wrong with it is told of the schema type.
                    let statement = OperationStatement::compile(schema_type, kind, pattern).ok();
                    let parameters = statement.iter().flat_map(OperationStatement::parameters);
                    let options = parameters.filter(|parameter| parameter.is_option());
                    takers.named.extend(options.map(|option| (kind, option.property.clone())));
                }
                Some(OperationStrategy::Script(text)) => {
                    let script = scripts_of(project, false)
                        .ok()
                        .and_then(|scripts| OperationScript::compile(&scripts, schema_type, kind, text).ok());
                    let reads = script.iter().flat_map(OperationScript::reads);
                    let options = reads.filter(|read| read.is_option());
                    takers.named.extend(options.map(|option| (kind, option.property.clone())));
                    takers.scripts.extend(script);
                }
            }
        }
        takers
    }

    fn take(&self, option: &str) -> bool {
        let is_named =
            |(_, name): &(OperationKind, String)| *name == placeholder_name(option) || name == option;
        self.named.iter().any(is_named) || self.scripts.iter().any(|script| script.can_name(option))
    }
}

/// A rule that gives an option.
pub(super) fn check(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    if !rule.rule.flags.operation_option {
        return;
    }
    without_effect(rule, findings);
    let directions = [Direction::ToTarget, Direction::ToCentral];
    let gives = |direction: &Direction| rule.gives_option(*direction) && rule.view.runs_in(*direction);
    for direction in directions.into_iter().filter(gives) {
        taken(rule, direction, findings);
    }
}

fn taken(rule: &RuleView<'_, '_>, direction: Direction, findings: &mut Findings) {
    let side = direction.destination();
    let (Some(class), project) = (rule.view.class(side), rule.view.project) else { return };
    let (name, schema_type) = (rule.name(side), class.schema_type);
    let odbc = matches!(project.system(side).connection.provider, Provider::Odbc { .. });
    let placeholder = format!("%{}:option%", placeholder_name(name));
    if !odbc || OperationKind::ALL.iter().all(|kind| kind.of(&schema_type.operations).is_none()) {
        let why = if odbc {
            format!("{} has no data operation which could take it", schema_type.name)
        } else {
            format!(
                "only data operations of ODBC connections take options, and the {} is none",
                side.system_name()
            )
        };
        findings.add(
            Severity::Error,
            "SW-C203",
            rule.place(),
            format!("{}, the rule sends {name} as an option of the operation, but {why}", towards(direction)),
            Some(&format!(
                "define a data operation with {placeholder} for the type, or switch “operation option” off to write \
                 the value as data"
            )),
        );
    } else if !Takers::of(project, schema_type).take(name) {
        findings.add(
            Severity::Warning,
            "SW-C204",
            rule.place(),
            format!(
                "{}, the rule sends {name} as an option of the operation, but no data operation of {} names it, so \
                 it goes nowhere",
                towards(direction),
                schema_type.name
            ),
            Some(&format!("write {placeholder} where the value belongs, or remove the rule")),
        );
    }
}

/// Settings that are about what a property holds: nobody keeps an option.
fn without_effect(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let settings = [
        (rule.rule.do_not_overwrite, "do not overwrite"),
        (rule.rule.force_against_direction, "force against direction of synchronization"),
        (rule.rule.detect_rogue_modifications, "detect rogue modifications"),
        (rule.rule.flags.write_back, "write back"),
    ];
    let set: Vec<String> =
        settings.iter().filter(|(set, _)| *set).map(|(_, label)| format!("“{label}”")).collect();
    if set.is_empty() {
        return;
    }
    findings.add(
        Severity::Warning,
        "SW-C205",
        rule.place(),
        format!("{} changes nothing: an option of the operation is sent, and kept by nobody", set.join(", ")),
        Some("remove the settings, or switch “operation option” off"),
    );
}

/// Placeholders of options that no rule of the project sends: they are always NULL.
pub(super) fn check_sent(project: &Project, findings: &mut Findings) {
    for side in [Side::Left, Side::Right] {
        let system = project.system(side);
        if !matches!(system.connection.provider, Provider::Odbc { .. }) {
            continue;
        }
        for schema_type in &system.schema.types {
            for (kind, name) in Takers::of(project, schema_type).named {
                if is_sent(project, side, schema_type, &name) {
                    continue;
                }
                findings.add(
                    Severity::Warning,
                    "SW-C206",
                    Place::System { side, schema_type: Some(schema_type.name.clone()) },
                    format!(
                        "the {} operation of {} takes the option {name}, but no rule sends it, so it is always NULL",
                        kind.id(),
                        schema_type.name
                    ),
                    Some("add a rule with “operation option” for it, or take it out of the operation"),
                );
            }
        }
    }
}

/// Whether a rule of a mapping that writes the type sends the option.
fn is_sent(project: &Project, side: Side, schema_type: &SchemaType, name: &str) -> bool {
    let mappings = project.mappings.iter().filter(|mapping| {
        let class = if side == Side::Left { &mapping.left } else { &mapping.right };
        let class = project.system(side).schema.class(class);
        class.is_some_and(|class| class.schema_type.name == schema_type.name)
    });
    mappings.flat_map(|mapping| &mapping.rules).filter(|rule| rule.flags.operation_option).any(|rule| {
        let own = if side == Side::Left { &rule.left } else { &rule.right };
        placeholder_name(own) == name || own == name
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        check::{Finding, check as check_all},
        project::{DataOperation, MappingDirection, PropertyRule, ScriptLanguage, from_text},
    };

    const SMALL: &str = include_str!("../../../tests/src/small.ron");
    const INSERT: &str = "CALL p('%uid%', '%personnel_number%', '%first_name%', '%last_name%'";

    /// The small project, whose first rule to the central system gives an option.
    fn project(
        odbc: bool,
        insert: Option<OperationStrategy>,
        change: impl FnOnce(&mut PropertyRule),
    ) -> Project {
        let mut project = from_text("small", SMALL).unwrap();
        if odbc {
            project.central.connection.provider =
                Provider::Odbc { dialect: "postgresql".to_owned(), attributes: BTreeMap::new() };
        }
        let operation = |strategy| DataOperation { strategy, required_keys: Vec::new() };
        project.central.schema.types[0].operations.insert = insert.map(operation);
        let mut option = project.mappings[0].rules[0].clone();
        option.name = "option".to_owned();
        option.direction = MappingDirection::ToCentral;
        option.flags.operation_option = true;
        change(&mut option);
        project.mappings[0].rules.push(option);
        project
    }

    fn found(project: &Project) -> Vec<Finding> {
        check_all(project).into_iter().filter(|finding| finding.code != "SW-C134").collect()
    }

    fn codes(project: &Project) -> Vec<&'static str> {
        found(project).into_iter().map(|finding| finding.code).collect()
    }

    fn pattern(end: &str) -> Option<OperationStrategy> {
        Some(OperationStrategy::Pattern(format!("{INSERT}{end})")))
    }

    fn option_name(project: &Project) -> String {
        placeholder_name(&project.mappings[0].rules[0].left)
    }

    #[test]
    fn options_need_an_operation_that_takes_them() {
        let name = option_name(&project(true, None, |_| ()));
        let taken = format!(", '%{name}:option%'");
        assert_eq!(codes(&project(true, pattern(&taken), |_| ())), [""; 0]);
        assert_eq!(codes(&project(true, pattern(""), |_| ())), ["SW-C204"]);
        assert_eq!(codes(&project(true, None, |_| ())), ["SW-C203"]);
        assert_eq!(codes(&project(false, None, |_| ())), ["SW-C203"]);
        let finding = found(&project(true, None, |_| ())).remove(0);
        assert_eq!(finding.severity, Severity::Error);
        assert!(finding.fix.unwrap().contains(&format!("%{name}:option%")));
    }

    #[test]
    fn scripts_take_options_too() {
        let name = option_name(&project(true, None, |_| ()));
        for text in [
            format!("return $uid$ ? \"{INSERT}, '%{name}:option%')\" : [];"),
            format!("return ${name}:option$ ? \"{INSERT})\" : [];"),
        ] {
            let mut project = project(true, Some(OperationStrategy::Script(text)), |_| ());
            project.script_language = ScriptLanguage::JavaScript;
            assert_eq!(codes(&project), [""; 0]);
        }
    }

    #[test]
    fn options_that_nobody_sends_are_told() {
        let name = option_name(&project(true, None, |_| ()));
        let end = format!(", '%{name}:option%', '%nobody:option%'");
        let findings = found(&project(true, pattern(&end), |_| ()));
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!((finding.severity, finding.code), (Severity::Warning, "SW-C206"));
        assert!(finding.text.contains("option nobody"), "{finding:?}");
    }

    #[test]
    fn settings_about_what_is_kept_change_nothing() {
        let name = option_name(&project(true, None, |_| ()));
        let end = format!(", '%{name}:option%'");
        let project = project(true, pattern(&end), |rule| rule.do_not_overwrite = true);
        assert_eq!(codes(&project), ["SW-C205"]);
    }
}
