//! Findings about rules and matching rules.

use std::collections::BTreeMap;

use super::*;
use crate::project::{
    CollisionDetection, ConcurrenceBehaviour, Condition, DataOperation, EmptySource, Exclusion,
    ExclusionTest, Formula, Generated, GradedMatching, Literal, LookupEntry, LookupSource, MappingDirection,
    MemberFilter, MultiValueWrite, OperationStrategy, Provider, RuleKind, SendOn, SortOrder, VirtualKind,
    VirtualProperty,
};

const CODE: &str = "mapping Person, rule Code";
const NAME: &str = "mapping Person, rule Name";
const NOTE: &str = "mapping Person, rule Note";
const COUNT: &str = "mapping Person, rule Count";
const BORN: &str = "mapping Person, rule Born";
const NEW: &str = "mapping Person, rule New";
const BY_CODE: &str = "mapping Person, rule By code";
const OTHER: &str = "mapping Person, rule Other";

fn new_rule(left: &str, right: &str, direction: MappingDirection) -> PropertyRule {
    PropertyRule { direction, ..PropertyRule::new("New", left, right) }
}

fn expression(text: &str) -> Option<Formula> {
    Some(Formula::Expression(text.to_owned()))
}

fn entry(code: &str, decode: &str) -> LookupEntry {
    LookupEntry { code: code.to_owned(), decode: decode.to_owned() }
}

fn correct(rule: &mut PropertyRule) {
    rule.detect_rogue_modifications = true;
    rule.correct_rogue_modifications = true;
}

pub fn cases() -> Vec<Case> {
    let groups = [
        directions(),
        lists(),
        values(),
        lookups(),
        options(),
        dates(),
        conflicts(),
        concurrence(),
        matching(),
        compiled(),
    ];
    groups.into_iter().flatten().collect()
}

fn directions() -> Vec<Case> {
    vec![
        case(&[(E, "SW-C140", NAME)], |project| {
            let rule = rule(project, "Name");
            rule.force_against_direction = true;
            rule.detect_rogue_modifications = true;
        }),
        case(&[(E, "SW-C141", COUNT)], |project| rule(project, "Count").force_against_direction = true),
        case(&[(E, "SW-C141", NOTE)], |project| {
            let rule = rule(project, "Note");
            rule.direction = MappingDirection::DoNotMap;
            rule.force_against_direction = true;
        }),
        // From a mapping that is both.
        case(&[(E, "SW-C141", NOTE)], |project| {
            let rule = rule(project, "Note");
            rule.direction = MappingDirection::FromMapping;
            rule.force_against_direction = true;
        }),
        case(&[(E, "SW-C141", NEW)], |project| {
            add_rule(
                project,
                PropertyRule {
                    kind: RuleKind::MultiReference,
                    force_against_direction: true,
                    ..new_rule("vrtTags", "vrtTags", MappingDirection::ToCentral)
                },
            );
        }),
        case(&[(E, "SW-C142", COUNT)], |project| correct(rule(project, "Count"))),
        case(&[(E, "SW-C143", NAME)], |project| rule(project, "Name").correct_rogue_modifications = true),
        case(
            &[
                (W, "SW-C144", NAME),
                (W, "SW-C191", IN_PEOPLE),
                (W, "SW-C191", "workflow Import, step Departments"),
            ],
            |project| {
                rule(project, "Name").force_against_direction = true;
                project.central.connection.read_only = true;
            },
        ),
        case(&[(W, "SW-C144", NAME), (W, "SW-C191", OUT_PEOPLE)], |project| {
            rule(project, "Name").flags.write_back = true;
            project.target.connection.read_only = true;
        }),
        case(&[(I, "SW-C145", COUNT)], |project| rule(project, "Count").ignore_direction_on_insert = true),
        case(&[(W, "SW-C146", NAME)], |project| correct(rule(project, "Name"))),
        // Without inserts there is no trap; told only, nothing is removed.
        case(&[], |project| {
            correct(rule(project, "Name"));
            step(project, "Export", "People").methods.only_in_source.clear();
        }),
        case(&[], |project| rule(project, "Name").detect_rogue_modifications = true),
        case(&[], |project| {
            correct(rule(project, "Name"));
            rule(project, "Name").ignore_direction_on_insert = true;
        }),
        case(&[(W, "SW-C147", NAME)], |project| {
            let rule = rule(project, "Name");
            rule.flags.send_on = SendOn::Update;
            rule.ignore_direction_on_insert = true;
            rule.transformation.value_on_insert = Some(Literal::Null);
        }),
        case(&[(W, "SW-C147", NAME)], |project| {
            rule(project, "Name").flags.send_on = SendOn::Create;
            mapping(project, "Person").only_for_updates = true;
        }),
        case(&[(I, "SW-C148", NAME)], |project| rule(project, "Name").flags.ignore_in_provisioning = true),
        case(&[(E, "SW-C149", NAME)], |project| {
            column(project, Side::Right, "employee", "name").unusable = Some("a type of its own".to_owned());
        }),
    ]
}

fn lists() -> Vec<Case> {
    vec![
        case(&[(W, "SW-C150", NAME)], |project| rule(project, "Name").first_value_as_single_value = true),
        case(&[(W, "SW-C151", NEW)], |project| {
            add_rule(project, new_rule("alias", "vrtTags", MappingDirection::ToCentral));
        }),
        case(&[], |project| {
            add_rule(
                project,
                PropertyRule {
                    first_value_as_single_value: true,
                    ..new_rule("alias", "vrtTags", MappingDirection::ToCentral)
                },
            );
        }),
        case(&[(E, "SW-C152", NAME)], |project| rule(project, "Name").kind = RuleKind::MultiReference),
        case(&[(E, "SW-C152", NEW)], |project| {
            add_rule(
                project,
                PropertyRule {
                    kind: RuleKind::MultiReference,
                    ..new_rule("alias", "vrtTags", MappingDirection::ToCentral)
                },
            );
        }),
        case(&[(E, "SW-C196", NEW)], |project| {
            add_rule(
                project,
                PropertyRule {
                    kind: RuleKind::MultiReference,
                    first_value_as_single_value: true,
                    ..new_rule("vrtTags", "vrtTags", MappingDirection::ToTarget)
                },
            );
        }),
        case(&[(W, "SW-C197", NEW)], |project| {
            add_rule(
                project,
                PropertyRule {
                    sort_order: SortOrder::Respect,
                    ..new_rule("vrtTags", "vrtTags", MappingDirection::ToTarget)
                },
            );
        }),
        case(&[(I, "SW-C202", NAME)], |project| rule(project, "Name").no_merge_mode = true),
        case(&[], |project| {
            add_rule(
                project,
                PropertyRule {
                    no_merge_mode: true,
                    ..new_rule("vrtTags", "vrtTags", MappingDirection::ToTarget)
                },
            );
        }),
        case(&[(W, "SW-C153", NAME)], |project| {
            let rule = rule(project, "Name");
            rule.sort_order = SortOrder::Respect;
            rule.members = MemberFilter::Exclude(vec!["root".to_owned()]);
            rule.transformation.multi_value = MultiValueWrite::AddOnly;
        }),
    ]
}

fn values() -> Vec<Case> {
    vec![
        case(&[(W, "SW-C154", COUNT)], |project| rule(project, "Count").ignore_case = true),
        case(&[(W, "SW-C155", NAME)], |project| {
            let rule = rule(project, "Name");
            rule.transformation.fixed_value = Some(Literal::String("x".to_owned()));
            rule.transformation.value_on_insert = Some(Literal::String("y".to_owned()));
            rule.flags.lookup = vec![entry("1", "one"), entry("1", "two")];
        }),
        case(&[(W, "SW-C156", NAME)], |project| {
            rule(project, "Name").transformation.when_empty =
                EmptySource::UseDefault(Formula::Expression("Right.alias".to_owned()));
        }),
        case(&[(W, "SW-C156", NAME)], |project| {
            rule(project, "Name").transformation.when_empty =
                EmptySource::UseDefault(Formula::Expression("Value".to_owned()));
        }),
        case(&[(W, "SW-C156", NAME)], |project| {
            rule(project, "Name").transformation.when_empty =
                EmptySource::UseDefault(Formula::Pattern("%note%%alias%".to_owned()));
        }),
        case(&[], |project| {
            rule(project, "Name").transformation.when_empty =
                EmptySource::UseDefault(Formula::Pattern("no. %note%".to_owned()));
        }),
        case(&[], |project| {
            rule(project, "Name").transformation.when_empty =
                EmptySource::UseDefault(Formula::Expression("Right.code".to_owned()));
        }),
        case(&[(W, "SW-C157", NAME)], |project| {
            rule(project, "Name").transformation.to_target = expression("upper(Value)");
        }),
        case(&[(W, "SW-C157", NOTE)], |project| {
            rule(project, "Note").flags.trusted_source = Some("alias".to_owned());
        }),
        // On insert it is used.
        case(&[], |project| {
            let rule = rule(project, "Name");
            rule.ignore_direction_on_insert = true;
            rule.transformation.to_target = expression("upper(Value)");
        }),
    ]
}

/// The rule Name sends an option of the operation, to a central system whose inserts of persons are this pattern.
fn send_option(project: &mut Project, end: &str) {
    rule(project, "Name").flags.operation_option = true;
    project.central.connection.provider =
        Provider::Odbc { dialect: "postgresql".to_owned(), attributes: BTreeMap::new() };
    let columns = "%uid%, %code%, %name%, %note%, %alias%, %count%, %active%, %born%, %department%";
    let persons = project.central.schema.types.iter_mut().find(|one| one.name == "person").unwrap();
    persons.operations.insert = Some(DataOperation {
        strategy: OperationStrategy::Pattern(format!("CALL p({columns}{end})")),
        required_keys: Vec::new(),
    });
}

fn options() -> Vec<Case> {
    vec![
        case(&[(E, "SW-C203", NAME)], |project| rule(project, "Name").flags.operation_option = true),
        case(&[], |project| send_option(project, ", '%name:option%'")),
        case(&[(W, "SW-C204", NAME)], |project| send_option(project, "")),
        case(&[(W, "SW-C205", NAME)], |project| {
            send_option(project, ", '%name:option%'");
            rule(project, "Name").do_not_overwrite = true;
        }),
        case(&[(W, "SW-C206", "central system, person")], |project| {
            send_option(project, ", '%name:option%', '%nobody:option%'");
        }),
    ]
}

fn from_departments(project: &mut Project, class: &str) {
    rule(project, "Name").flags.lookup_source = Some(LookupSource {
        side: Side::Left,
        class: class.to_owned(),
        code: "uid".to_owned(),
        decode: "name".to_owned(),
        condition: Some("name <> 'x'".to_owned()),
    });
}

fn lookups() -> Vec<Case> {
    vec![
        case(&[(E, "SW-C208", NAME)], |project| from_departments(project, "department")),
        case(&[], |project| {
            from_departments(project, "department");
            rule(project, "Name").flags.lookup = vec![entry("1", "one")];
        }),
        case(&[(W, "SW-C207", NAME)], |project| {
            from_departments(project, "nowhere");
            rule(project, "Name").flags.lookup = vec![entry("1", "one")];
        }),
        case(&[(E, "SW-C158", NAME)], |project| {
            rule(project, "Name").flags.lookup = vec![entry("1", "one"), entry("1", "two")];
        }),
        // Several codes with one meaning are no question in this direction.
        case(&[], |project| {
            rule(project, "Name").flags.lookup = vec![entry("1", "one"), entry("2", "one")];
        }),
        case(&[(E, "SW-C158", CODE)], |project| {
            rule(project, "Code").flags.lookup = vec![entry("1", "one"), entry("2", "one")];
        }),
        case(&[(W, "SW-C159", NAME)], |project| {
            rule(project, "Name").flags.lookup =
                vec![entry("1", "one"), entry("2", "two"), entry("1", "one")];
        }),
        // Of a list each element is translated.
        case(&[], |project| {
            let mut rule = new_rule("vrtTags", "vrtTags", MappingDirection::ToTarget);
            rule.flags.lookup = vec![entry("1", "one")];
            add_rule(project, rule);
        }),
    ]
}

fn dates() -> Vec<Case> {
    vec![
        case(&[(E, "SW-C161", BORN)], |project| {
            rule(project, "Born").flags.date_format = Some("%H:%M".to_owned());
        }),
        case(&[(E, "SW-C161", BORN)], |project| {
            rule(project, "Born").flags.date_format = Some("%d.%m.".to_owned());
        }),
        case(&[(E, "SW-C161", BORN)], |project| {
            rule(project, "Born").flags.date_format = Some("%".to_owned());
        }),
        // A day has no time that could be written.
        case(&[(E, "SW-C161", BORN)], |project| {
            let rule = rule(project, "Born");
            rule.direction = MappingDirection::ToTarget;
            rule.flags.date_format = Some("%d.%m.%Y %H:%M".to_owned());
        }),
        case(&[], |project| rule(project, "Born").flags.date_format = Some("%Y%m%d%H%M%SZ".to_owned())),
        case(&[(W, "SW-C162", NAME)], |project| {
            rule(project, "Name").flags.date_format = Some("%Y".to_owned());
        }),
        // A format makes no day of a number.
        case(&[(W, "SW-C162", BORN), (E, "SW-M003", BORN)], |project| {
            let rule = rule(project, "Born");
            rule.right = "count".to_owned();
            rule.flags.date_format = Some("%Y".to_owned());
        }),
    ]
}

fn conflicts() -> Vec<Case> {
    vec![
        case(&[(W, "SW-C112", NEW)], |project| {
            add_rule(project, new_rule("name", "alias", MappingDirection::ToCentral));
        }),
        case(&[(W, "SW-C112", NEW), (E, "SW-C114", NEW)], |project| {
            let rule = new_rule("name", "alias", MappingDirection::ToCentral);
            add_rule(project, PropertyRule { do_not_overwrite: true, ..rule });
        }),
        // New objects only: Note writes against its direction there.
        case(&[(W, "SW-C112", NEW)], |project| {
            rule(project, "Note").ignore_direction_on_insert = true;
            add_rule(project, new_rule("note", "alias", MappingDirection::ToCentral));
        }),
        case(&[(E, "SW-C163", NOTE)], |project| {
            rule(project, "Note").ignore_direction_on_insert = true;
            let rule = new_rule("note", "alias", MappingDirection::ToCentral);
            mapping(project, "Person").rules.insert(0, rule);
        }),
        case(&[(W, "SW-C163", NOTE)], |project| {
            let note = rule(project, "Note");
            note.ignore_direction_on_insert = true;
            note.condition = Some(Condition::Expression("Right.flag = 1".to_owned()));
            let rule = new_rule("note", "alias", MappingDirection::ToCentral);
            mapping(project, "Person").rules.insert(0, rule);
        }),
        case(&[(W, "SW-C112", NOTE)], |project| {
            rule(project, "Note").ignore_direction_on_insert = true;
            let rule = new_rule("note", "alias", MappingDirection::ToCentral);
            mapping(project, "Person").rules.insert(0, PropertyRule { do_not_overwrite: true, ..rule });
        }),
        // The reference itself, and the name that it is found by.
        case(&[(E, "SW-C198", "mapping Person, rule Department")], |project| {
            add_rule(project, new_rule("department", "alias", MappingDirection::ToCentral));
        }),
        // The rule has written by the time the correction looks.
        case(&[(W, "SW-C164", NAME), (W, "SW-C112", NEW)], |project| {
            correct(rule(project, "Name"));
            rule(project, "Name").ignore_direction_on_insert = true;
            add_rule(project, new_rule("name", "name", MappingDirection::ToTarget));
        }),
        case(&[(W, "SW-C164", NAME)], |project| {
            rule(project, "Name").force_against_direction = true;
            add_rule(project, new_rule("name", "alias", MappingDirection::ToTarget));
        }),
        case(&[(W, "SW-C164", NAME), (W, "SW-C112", NEW)], |project| {
            rule(project, "Name").force_against_direction = true;
            add_rule(project, new_rule("name", "alias", MappingDirection::ToCentral));
        }),
        case(&[(W, "SW-C165", COUNT)], |project| {
            rule(project, "Count").transformation.to_target = expression("Value + 1");
        }),
        case(&[], |project| {
            let rule = rule(project, "Count");
            rule.transformation.to_target = expression("Value + 1");
            rule.transformation.to_central = expression("Value - 1");
        }),
        case(&[(W, "SW-C165", NOTE)], |project| {
            let rule = rule(project, "Note");
            rule.flags.write_back = true;
            rule.transformation.to_target = expression("concat(Value, '!')");
        }),
        case(&[(W, "SW-C165", NAME)], |project| {
            let mut rule = new_rule("name", "name", MappingDirection::ToTarget);
            rule.transformation.to_target = expression("upper(Value)");
            add_rule(project, rule);
        }),
    ]
}

fn concurrence() -> Vec<Case> {
    vec![
        case(&[(W, "SW-C166", NAME)], |project| {
            rule(project, "Name").concurrence = ConcurrenceBehaviour::Apply;
        }),
        case(&[(I, "SW-C167", "start up configuration In")], |project| {
            project.start_ups[0].collision_detection = CollisionDetection::BeforeMapping;
        }),
        case(&[], |project| {
            rule(project, "Name").concurrence = ConcurrenceBehaviour::Apply;
            mapping(project, "Department").rules[0].concurrence = ConcurrenceBehaviour::Apply;
            project.start_ups[0].collision_detection = CollisionDetection::BeforeMapping;
        }),
    ]
}

/// An alternative that matches by count and name, and by another pair.
fn both(project: &mut Project, (left, right): (&str, &str)) {
    let rule = add_matching(project, "name", "name");
    let pair = |left: &str, right: &str| MatchExpression::Pair(left.to_owned(), right.to_owned());
    rule.on = MatchExpression::All(vec![rule.on.clone(), MatchExpression::All(vec![pair(left, right)])]);
}

/// Which rules with AND have a repair, and what it makes.
#[test]
fn pairs_are_combined_where_they_mean_the_same() {
    let mut project = base();
    both(&mut project, ("count", "alias"));
    let found = findings(&project);
    let edit = found.iter().find(|one| one.code == "SW-C127").unwrap().repair.clone().unwrap();
    assert!(repair(&mut project, &edit));
    let on = &mapping(&mut project, "Person").matching[1].on;
    assert_eq!(*on, MatchExpression::Pair("vrtNameCount".to_owned(), "vrtNameAlias".to_owned()));
    let left = project.central.schema.classes[0].virtual_properties.last().unwrap();
    let VirtualKind::Expression(text) = &left.kind else { panic!("{left:?}") };
    let escaped = "replace(replace(nullif(\"name\", ''), '~', '~0'), '|', '~1')";
    assert_eq!(*text, format!("{escaped} || '|' || CAST(\"count\" AS VARCHAR)"));
    // A date that is a text in another format, and a type that is compared as a value.
    for (left, right, why) in [("born", "born", "different types"), ("active", "flag", "different types")] {
        let mut project = base();
        both(&mut project, (left, right));
        let found = findings(&project);
        let one = found.iter().find(|one| one.code == "SW-C127").unwrap();
        assert!(one.repair.is_none() && one.text.contains(why), "{one:?}");
    }
    // A column that cuts values keeps what the other does not.
    let mut project = base();
    both(&mut project, ("note", "note"));
    column(&mut project, Side::Right, "employee", "note").max_length = Some(5);
    let found = findings(&project);
    let one = found.iter().find(|one| one.code == "SW-C127").unwrap();
    assert!(one.repair.is_none() && one.text.contains("keep values differently"), "{one:?}");
    // Without texts it is a composite key.
    let mut project = base();
    let matching = add_matching(&mut project, "count", "count");
    matching.on = MatchExpression::All(vec![matching.on.clone(), matching.on.clone()]);
    let edit = findings(&project).into_iter().find_map(|one| one.repair).unwrap();
    assert!(repair(&mut project, &edit));
    let right = project.target.schema.classes[0].virtual_properties.last().unwrap();
    assert_eq!(right.kind, VirtualKind::CompositeKey(vec!["count".to_owned(), "count".to_owned()]));
}

fn matching() -> Vec<Case> {
    vec![
        case(&[(W, "SW-C111", OTHER)], |project| {
            let rule = add_matching(project, "name", "name");
            rule.on = MatchExpression::Any(vec![
                rule.on.clone(),
                MatchExpression::Pair("note".to_owned(), "note".to_owned()),
            ]);
        }),
        // Several pairs with AND can become one, unless they would match otherwise then.
        case(&[(I, "SW-C127", OTHER)], |project| both(project, ("count", "count"))),
        case(&[(I, "SW-C127", OTHER)], |project| both(project, ("note", "note"))),
        case(&[(I, "SW-C127", OTHER), (W, "SW-C173", OTHER)], |project| both(project, ("born", "born"))),
        case(&[(W, "SW-C111", OTHER), (W, "SW-C199", OTHER)], |project| {
            let rule = add_matching(project, "name", "name");
            rule.on = MatchExpression::Any(vec![
                rule.on.clone(),
                MatchExpression::Pair("note".to_owned(), "note".to_owned()),
            ]);
            mapping(project, "Person").prevent_ambiguous_matches = true;
        }),
        case(&[(W, "SW-C154", OTHER)], |project| add_matching(project, "count", "count").ignore_case = true),
        case(&[(E, "SW-C170", OTHER), (E, "SW-M014", "central system, persons")], |project| {
            add_matching(project, "vrtWriteOnly", "code");
        }),
        case(&[(E, "SW-C170", OTHER)], |project| {
            add_matching(project, "alias", "code");
            column(project, Side::Left, "person", "alias").unusable = Some("a type of its own".to_owned());
        }),
        case(&[(W, "SW-C171", BY_CODE)], |project| {
            column(project, Side::Left, "person", "code").sensitive = true;
        }),
        case(&[(I, "SW-C172", BY_CODE)], |project| {
            mapping(project, "Person").matching[0].on =
                MatchExpression::Pair("note".to_owned(), "note".to_owned());
        }),
        // Unique on one side is enough; an alternative need not be.
        case(&[], |project| {
            mapping(project, "Person").matching[0].on =
                MatchExpression::Pair("note".to_owned(), "code".to_owned());
            add_matching(project, "name", "name");
        }),
        case(&[(W, "SW-C173", OTHER)], |project| {
            add_matching(project, "active", "flag");
        }),
        case(&[(W, "SW-C173", OTHER)], |project| {
            add_matching(project, "born", "born");
        }),
        case(&[], |project| {
            add_matching(project, "code", "count");
        }),
        case(&[(E, "SW-C174", OTHER)], |project| {
            add_matching(project, "name", "name").graded =
                Some(GradedMatching { weight: 1.0, definite: 0.5, candidate: 0.9 });
        }),
        case(&[(E, "SW-C103", OTHER)], |project| {
            add_matching(project, "name", "name");
            add_matching(project, "note", "note");
        }),
    ]
}

/// What compiling tells, at the right place.
fn compiled() -> Vec<Case> {
    vec![
        case(&[(E, "SW-M004", NOTE)], |project| {
            rule(project, "Note").flags.write_back = true;
            column(project, Side::Left, "person", "note").generated = Generated::Always;
        }),
        case(&[(E, "SW-M002", NAME)], |project| {
            rule(project, "Name").flags.trusted_source = Some("gone".to_owned());
        }),
        case(&[(E, "SW-M002", PERSON)], |project| {
            mapping(project, "Person")
                .exclusions
                .reading
                .push(Exclusion { property: "gone".to_owned(), test: ExclusionTest::Equals("x".to_owned()) });
        }),
        // “Name” is part of the words, but not the rule that is meant.
        case(&[(E, "SW-M005", "central system, persons")], |project| {
            project.central.schema.classes[0].filter = Some("Name = ".to_owned());
        }),
    ]
}

#[test]
fn what_cannot_be_written_says_which_setting_asks_for_it() {
    let mut project = base();
    rule(&mut project, "Note").flags.write_back = true;
    column(&mut project, Side::Left, "person", "note").generated = Generated::Always;
    let text = &findings(&project)[0].text;
    assert!(text.ends_with("the database computes it; “write back” would write it"), "{text}");
}

#[test]
fn the_trap_is_explained() {
    let mut project = base();
    correct(rule(&mut project, "Name"));
    let text = &findings(&project)[0].text;
    for part in
        ["step People creates in the target system", "without name", "rogue modification", "removes it there"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// The repair of the trap would let two rules write the same property of new objects.
#[test]
fn where_another_rule_is_in_the_way_a_person_decides() {
    let mut project = base();
    correct(rule(&mut project, "Name"));
    assert!(findings(&project)[0].repair.is_some());
    let other = new_rule("alias", "name", MappingDirection::ToTarget);
    mapping(&mut project, "Person").rules.insert(0, other);
    let found = findings(&project);
    let trap = found.iter().find(|one| one.code == "SW-C146").unwrap();
    assert_eq!(trap.repair, None);
}

#[test]
fn rules_that_are_off_have_no_findings() {
    let mut project = base();
    let count = rule(&mut project, "Count");
    count.force_against_direction = true;
    count.lifecycle = crate::project::Lifecycle::Off;
    assert_eq!(findings(&project), []);
}

/// Whether a rule could write a property is asked of the compiler: a composite key is written, a pattern is not.
#[test]
fn what_would_write_is_told_for_every_kind_of_property() {
    let mut project = base();
    let virtual_property = |name: &str, kind: VirtualKind| VirtualProperty {
        name: name.to_owned(),
        value_type: crate::value::ValueType::String,
        multi_valued: false,
        mandatory: false,
        secret: false,
        kind,
    };
    let key = VirtualKind::CompositeKey(vec!["note".to_owned(), "alias".to_owned()]);
    let class = |project: &mut Project, side: Side, property: VirtualProperty| {
        let schema = match side {
            Side::Left => &mut project.central.schema,
            Side::Right => &mut project.target.schema,
        };
        schema.classes[0].virtual_properties.push(property);
    };
    class(&mut project, Side::Right, virtual_property("vrtBoth", key));
    class(&mut project, Side::Left, virtual_property("vrtShown", VirtualKind::Pattern("%name%".to_owned())));
    let mut rule = new_rule("vrtShown", "vrtBoth", MappingDirection::ToTarget);
    rule.flags.write_back = true;
    add_rule(&mut project, rule);
    let found = check(&project);
    let refused: Vec<&str> =
        found.iter().filter(|one| one.code == "SW-M004").map(|one| one.text.as_str()).collect();
    assert!(
        refused.len() == 1
            && refused[0].contains("vrtShown")
            && refused[0].contains("“write back” would write it"),
        "{refused:?}"
    );
}
