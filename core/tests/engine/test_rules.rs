//! Testing rules on one pair: what is shown is what a run would do (T, one evaluator).

use syncwright_core::{
    progress::CancelToken,
    project::{
        Condition, Direction, Exclusion, ExclusionTest, Formula, Lifecycle, Mapping, MappingDirection,
        Project, PropertyRule, SecretStore, Side, Transformation, Variable, VariableSet,
    },
    sync::test_rules::{
        Explanation, MatchOutcome, RuleTest, RuleTestError, TestObjects, TestValue, TestVariables, test_rules,
    },
    value::Value,
};

use crate::fixture::{Systems, by, mapping, pair, rule};

fn people() -> (Systems, Project) {
    let table = "CREATE TABLE person (id INTEGER PRIMARY KEY, mail TEXT, name TEXT, phone TEXT, age TEXT, note TEXT);";
    let systems = Systems::new(
        &format!(
            "{table} INSERT INTO person VALUES
             (1, 'ann@x', 'Ann', '1', '30', 'old'), (2, NULL, 'Bob', '', NULL, NULL), (3, 'eve@x', 'Eve', NULL, 'x', NULL),
             (5, 'twin@x', 'T', NULL, NULL, NULL), (6, 'twin@x', 'T', NULL, NULL, NULL);"
        ),
        "CREATE TABLE person (id INTEGER PRIMARY KEY, mail TEXT, name TEXT, phone TEXT, age INTEGER, note TEXT);
         INSERT INTO person VALUES
         (11, 'ann@x', 'ANN', '2', 31, 'kept'), (12, 'new@x', 'New', '7', NULL, NULL), (15, 'twin@x', 'T', NULL, NULL, NULL);",
    );
    let shout = Transformation {
        to_target: Some(Formula::Expression("upper(Value)".to_owned())),
        ..Transformation::default()
    };
    let rules = vec![
        rule("mail", "mail"),
        PropertyRule { transformation: shout, ..rule("name", "name") },
        PropertyRule { do_not_overwrite: true, ..rule("phone", "phone") },
        rule("age", "age"),
        PropertyRule {
            condition: Some(Condition::Expression("Left.phone = '9'".to_owned())),
            ..rule("note", "note")
        },
        PropertyRule {
            name: "note back".to_owned(),
            direction: MappingDirection::ToCentral,
            detect_rogue_modifications: true,
            ..rule("note", "note")
        },
    ];
    let mapping: Mapping = mapping("person", "person", vec![by("mail", pair("mail", "mail"))], rules);
    let project = systems.project(Direction::ToTarget, vec![mapping]);
    (systems, project)
}

fn explain(
    systems: &Systems,
    project: &Project,
    objects: TestObjects,
    values: &[(Side, &str, Option<&str>)],
) -> Result<Explanation, RuleTestError> {
    let values = values
        .iter()
        .map(|(side, property, text)| TestValue {
            side: *side,
            property: (*property).to_owned(),
            text: text.map(str::to_owned),
        })
        .collect();
    let variables = TestVariables::OfProject;
    let test =
        RuleTest { mapping: "person".to_owned(), direction: Direction::ToTarget, objects, values, variables };
    test_rules(project, systems.folder(), &test, &CancelToken::default())
}

fn of(key: &str) -> TestObjects {
    TestObjects::Match(key.to_owned())
}

/// What became of every rule, in words.
fn results(explanation: &Explanation) -> Vec<String> {
    explanation
        .rules
        .iter()
        .map(|rule| {
            let result = match (&rule.not_run, &rule.failure) {
                (Some(why), _) => why.clone(),
                (None, Some((code, _))) => code.clone(),
                (None, None) if rule.differs => format!("{} → {}", rule.old, rule.new),
                (None, None) => "equal".to_owned(),
            };
            format!("{} {:?}: {result}", rule.rule, rule.occasion)
        })
        .collect()
}

#[test]
fn every_rule_of_a_pair_is_explained() {
    let (systems, project) = people();
    let explanation = explain(&systems, &project, of("1"), &[]).unwrap();
    assert_eq!(explanation.left.as_ref().unwrap().key, "1");
    assert_eq!(explanation.right.as_ref().unwrap().key, "11");
    assert_eq!(explanation.matching[0].outcome, MatchOutcome::Match);
    assert_eq!(
        results(&explanation),
        [
            "mail Update: equal",
            "name Update: equal",
            "phone Update: the property is not empty, and the rule does not overwrite",
            "age Update: 31 → 30",
            "note Update: its condition does not hold",
            "note back Update: the mapping direction of the rule is the opposite one",
            "note back Rogue: old → kept",
        ]
    );
    let age = &explanation.rules[3];
    assert_eq!(age.conversion.as_deref(), Some("string → integer"));
    assert_eq!((&age.source, &age.new), (&Value::String("30".to_owned()), &Value::Integer(30)));
    assert_eq!(explanation.changes.len(), 1);
    assert_eq!(explanation.messages[0].code, "SW-R111");
    // By the key of the other side, too.
    assert_eq!(explain(&systems, &project, of("11"), &[]).unwrap().left, explanation.left);
}

#[test]
fn values_can_be_set_for_the_test() {
    let (systems, project) = people();
    let before = systems.bytes();
    let set = [
        (Side::Left, "phone", Some("9")),
        (Side::Right, "phone", None),
        (Side::Left, "name", Some("Anna")),
        (Side::Left, "age", Some("many")),
    ];
    let explanation = explain(&systems, &project, of("1"), &set).unwrap();
    assert_eq!(
        results(&explanation)[1..5],
        ["name Update: ANN → ANNA", "phone Update:  → 9", "age Update: SW-R102", "note Update: kept → old"]
    );
    // An object with a value that cannot be made is left out, as in a run.
    assert_eq!(explanation.changes.len(), 0);
    assert!(explanation.messages.iter().any(|message| message.code == "SW-R102"));
    // Another mail: still the same two objects, but they would not match.
    let other = [(Side::Left, "mail", Some("else@x"))];
    let explanation = explain(&systems, &project, of("1"), &other).unwrap();
    assert_eq!(explanation.matching[0].outcome, MatchOutcome::NoMatch);
    assert_eq!(systems.bytes(), before, "a test writes nothing");
}

#[test]
fn a_new_object_is_inserted() {
    let (systems, project) = people();
    let set = [
        (Side::Left, "mail", Some("zoe@x")),
        (Side::Left, "name", Some("zoe")),
        (Side::Left, "id", Some("9")),
    ];
    let explanation = explain(&systems, &project, TestObjects::New, &set).unwrap();
    assert_eq!(explanation.right, None);
    assert_eq!(explanation.matching[0].outcome, MatchOutcome::Skipped);
    assert_eq!(explanation.changes.len(), 1);
    let new: Vec<String> = explanation.changes[0]
        .properties
        .iter()
        .map(|property| format!("{}={}", property.property, property.new))
        .collect();
    assert!(new.contains(&"name=ZOE".to_owned()) && new.contains(&"mail=zoe@x".to_owned()), "{new:?}");
    // A lone object of the systems is a new one, too; one that is only in the target is deleted.
    let lone = explain(&systems, &project, of("3"), &[(Side::Left, "age", Some("30"))]).unwrap();
    assert_eq!(lone.changes[0].method, syncwright_core::project::Method::Insert);
    // Without a value to match by, every run would insert it again.
    let lost = explain(&systems, &project, of("2"), &[]).unwrap();
    assert_eq!((lost.changes.len(), lost.messages[0].code.as_str()), (0, "SW-R120"));
    let gone = explain(&systems, &project, of("12"), &[]).unwrap();
    assert_eq!(gone.changes[0].method, syncwright_core::project::Method::Delete);
    assert!(gone.rules.is_empty());
}

#[test]
fn what_is_not_one_pair_is_said() {
    let (systems, project) = people();
    assert!(matches!(explain(&systems, &project, of("99"), &[]), Err(RuleTestError::NotFound { .. })));
    let Err(RuleTestError::Several { objects, .. }) = explain(&systems, &project, of("5"), &[]) else {
        panic!("5 and 6 are candidates of 15")
    };
    assert_eq!(objects.len(), 3, "{objects:?}");
    let wrong = [(Side::Left, "id", Some("x"))];
    assert!(matches!(explain(&systems, &project, of("1"), &wrong), Err(RuleTestError::BadValue { .. })));
    let unknown = [(Side::Left, "nothing", Some("x"))];
    assert!(matches!(explain(&systems, &project, of("1"), &unknown), Err(RuleTestError::BadValue { .. })));
}

/// The verdict of the test is the simulation's, for every object of both systems.
#[test]
fn the_test_says_what_the_simulation_says() {
    let (systems, project) = people();
    let simulated = systems.simulate(&project);
    for key in ["1", "2", "3", "11", "12"] {
        let explanation = explain(&systems, &project, of(key), &[]).unwrap();
        let id = |values: &[(String, Value)]| values.iter().any(|(_, value)| value.to_string() == key);
        let expected: Vec<_> = simulated
            .steps
            .iter()
            .flat_map(|step| step.changes.iter())
            .filter(|change| id(&change.left_key) || id(&change.right_key))
            .map(|change| change.to_json())
            .collect();
        let found: Vec<_> =
            explanation.changes.iter().map(syncwright_core::journal::Change::to_json).collect();
        assert_eq!(found, expected, "{key}");
    }
}

#[test]
fn reasons_that_concern_the_objects_as_a_whole_are_told() {
    let why = |change: &dyn Fn(&mut Project), direction: Direction| {
        let (systems, mut project) = people();
        change(&mut project);
        let test = RuleTest {
            mapping: "person".to_owned(),
            direction,
            objects: of("1"),
            values: Vec::new(),
            variables: TestVariables::OfProject,
        };
        let explanation = test_rules(&project, systems.folder(), &test, &CancelToken::default()).unwrap();
        assert!(explanation.changes.is_empty(), "{:?}", explanation.changes);
        explanation.why_nothing.unwrap()
    };
    let towards = Direction::ToTarget;
    let excluded = why(
        &|project| {
            project.mappings[0].exclusions.writing.push(Exclusion {
                property: "name".to_owned(),
                test: ExclusionTest::Equals("Ann".to_owned()),
            });
        },
        towards,
    );
    assert!(excluded.contains("exclusion"), "{excluded}");
    let no_method = why(&|project| project.workflows[0].steps[0].methods.both_differ.clear(), towards);
    assert!(no_method.contains("no processing method"), "{no_method}");
    let off = why(&|project| project.mappings[0].lifecycle = Lifecycle::Off, towards);
    assert!(off.contains("mapping is off"), "{off}");
    let direction =
        why(&|project| project.mappings[0].direction = MappingDirection::ToTarget, Direction::ToCentral);
    assert!(direction.contains("does not map in this direction"), "{direction}");
    let step = why(&|_| {}, Direction::ToCentral);
    assert!(step.contains("no step"), "{step}");
}

#[test]
fn what_a_run_cannot_correct_the_test_does_not_promise() {
    let (systems, mut project) = people();
    project.mappings[0].rules[5].correct_rogue_modifications = true;
    let corrected = explain(&systems, &project, of("1"), &[]).unwrap();
    assert!(corrected.messages[0].text.contains("it is corrected"), "{:?}", corrected.messages);
    project.workflows[0].steps[0].methods = Default::default();
    let told = explain(&systems, &project, of("1"), &[]).unwrap();
    assert!(told.messages[0].text.contains("cannot be corrected"), "{:?}", told.messages);
    assert_eq!(told.changes, []);
}

#[test]
fn what_is_made_of_sensitive_values_is_not_shown() {
    let (systems, mut project) = people();
    for system in [&mut project.central, &mut project.target] {
        for property in &mut system.schema.types[0].properties {
            property.sensitive = property.name == "mail";
        }
    }
    // The target's property is not sensitive by itself.
    let age = project.central.schema.types[0].properties.iter_mut().find(|one| one.name == "age");
    age.unwrap().sensitive = true;
    let explanation = explain(&systems, &project, of("1"), &[]).unwrap();
    let shown = explanation.to_json().to_string();
    for secret in ["\"30\"", "ann@x\"", ":30,"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    // Nor what is said of a value that cannot be converted.
    let told = explain(&systems, &project, TestObjects::Match("3".to_owned()), &[]).unwrap();
    assert!(told.messages.iter().all(|message| !message.text.contains("“x”")), "{:?}", told.messages);
    assert!(!told.messages.is_empty());
}

/// Two sets that decide which rules run, in conditions and in scripts; a second start up configuration runs
/// another workflow, without methods.
fn with_variables(project: &mut Project) {
    let variable = |name: &str, value: &str| Variable {
        name: name.to_owned(),
        value: value.to_owned(),
        secret: false,
        secret_store: SecretStore::Automatic,
        description: String::new(),
    };
    project.variables = vec![variable("Mail", "nobody@x"), variable("Suffix", "-")];
    let set = |name: &str, mail: &str, suffix: &str| VariableSet {
        name: name.to_owned(),
        variables: vec![variable("Mail", mail), variable("Suffix", suffix)],
    };
    project.variable_sets = vec![set("Ann's", "ann@x", "!"), set("Eve's", "eve@x", "?")];
    project.start_ups[0].variable_set = Some("Ann's".to_owned());
    let idle = syncwright_core::project::Workflow {
        name: "idle".to_owned(),
        steps: vec![syncwright_core::project::Step {
            methods: Default::default(),
            ..project.workflows[0].steps[0].clone()
        }],
        ..project.workflows[0].clone()
    };
    project.workflows.push(idle);
    project.start_ups.push(syncwright_core::project::StartUpConfiguration {
        name: "idle".to_owned(),
        workflow: "idle".to_owned(),
        variable_set: Some("Eve's".to_owned()),
        ..project.start_ups[0].clone()
    });
    let rules = &mut project.mappings[0].rules;
    rules[1].transformation.to_target = Some(Formula::Script("$Left::name$ + Variables.Suffix".to_owned()));
    rules[4].condition = Some(Condition::Expression("Left.mail = '$Mail$'".to_owned()));
}

#[test]
fn a_test_has_the_variables_that_it_is_asked_for() {
    let (systems, mut project) = people();
    with_variables(&mut project);
    let explain = |variables: TestVariables| {
        let test = RuleTest {
            mapping: "person".to_owned(),
            direction: Direction::ToTarget,
            objects: of("1"),
            values: Vec::new(),
            variables,
        };
        test_rules(&project, systems.folder(), &test, &CancelToken::default())
    };
    let found = |variables: TestVariables| {
        let explanation = explain(variables).unwrap();
        let results = results(&explanation);
        assert_eq!(explanation.to_json()["variable_set"].as_str(), explanation.variable_set.as_deref());
        (explanation.variable_set, results[1].clone(), results[4].clone(), explanation.changes.len())
    };
    let set = |name: &str| Some(name.to_owned());
    let off = "note Update: its condition does not hold".to_owned();
    let on = "note Update: kept → old".to_owned();
    let named = |name: &str| format!("name Update: ANN → {name}");
    assert_eq!(found(TestVariables::OfProject), (None, named("Ann-"), off.clone(), 1));
    let of_set = |name: &str| TestVariables::Set(name.to_owned());
    assert_eq!(found(of_set("Ann's")), (set("Ann's"), named("Ann!"), on.clone(), 1));
    assert_eq!(found(of_set("Eve's")), (set("Eve's"), named("Ann?"), off.clone(), 1));
    // With a start up configuration the methods are those of its workflow, too.
    let of_start_up = |name: &str| TestVariables::StartUp(name.to_owned());
    assert_eq!(found(of_start_up("go")), (set("Ann's"), named("Ann!"), on, 1));
    assert_eq!(found(of_start_up("idle")), (set("Eve's"), named("Ann?"), off, 0));
    // As it is tested it runs.
    let run = systems.simulate(&project);
    let tested = explain(of_start_up("go")).unwrap();
    let simulated = run.steps[0].changes.iter().find(|change| change.left_key == tested.changes[0].left_key);
    assert_eq!(simulated.unwrap().to_json(), tested.changes[0].to_json());

    let error = explain(of_set("Zoe's")).unwrap_err();
    assert!(
        matches!(&error, RuleTestError::Variables(_)) && error.to_string().contains("the test uses"),
        "{error}"
    );
    let error = explain(of_start_up("Go")).unwrap_err();
    assert!(matches!(&error, RuleTestError::UnknownStartUp { .. }), "{error}");
    assert_eq!((error.exit_code(), explain(of_set("Zoe's")).unwrap_err().exit_code()), (2, 2));
}

/// R23: of two rules for a property one wins, and what becomes of the other one is no error of the object.
#[test]
fn the_winner_among_conflicting_rules_is_named() {
    let (systems, mut project) = people();
    let loser = PropertyRule { name: "loser".to_owned(), ..rule("age", "note") };
    let mut fallible = PropertyRule { name: "fallible".to_owned(), ..rule("name", "age") };
    fallible.direction = MappingDirection::ToTarget;
    project.mappings[0].rules.retain(|rule| !rule.name.starts_with("note"));
    let winner = PropertyRule { name: "winner".to_owned(), ..rule("mail", "note") };
    // What the direction of the run does not decide the order does: the last one wins.
    project.mappings[0].rules.splice(0..0, [fallible]);
    project.mappings[0].rules.extend([loser, winner]);
    let explanation = explain(&systems, &project, of("1"), &[]).unwrap();
    let of_rule = |name: &str| explanation.rules.iter().find(|one| one.rule == name).unwrap();
    let overruled: Vec<(&str, Option<&str>)> = ["loser", "winner", "fallible", "age", "name"]
        .map(|name| (name, of_rule(name).overruled_by.as_deref()))
        .to_vec();
    let change = &explanation.changes[0];
    let note = change.properties.iter().find(|one| one.property == "note").unwrap();
    assert_eq!(note.rule, "winner");
    let (winner, age) = (Some("winner"), Some("age"));
    assert_eq!(
        overruled,
        [("loser", winner), ("winner", None), ("fallible", age), ("age", None), ("name", None)]
    );
    // “Ann” is no number, but nobody asks for it.
    assert_eq!((of_rule("fallible").failure.clone(), explanation.messages.len()), (None, 0));
}

/// Rules against the direction see the pair as the rules of the direction leave it.
#[test]
fn forced_and_rogue_rules_see_what_the_others_write() {
    for forced in [true, false] {
        let (systems, mut project) = people();
        let back = PropertyRule {
            name: "back".to_owned(),
            direction: MappingDirection::ToCentral,
            force_against_direction: forced,
            detect_rogue_modifications: !forced,
            ..rule("note", "age")
        };
        project.mappings[0].rules.retain(|rule| rule.name == "age");
        project.mappings[0].rules.push(back);
        let explanation = explain(&systems, &project, of("1"), &[]).unwrap();
        let occasion = if forced { "Forced" } else { "Rogue" };
        assert!(
            results(&explanation).contains(&format!("back {occasion}: old → 30")),
            "{:?}",
            results(&explanation)
        );
    }
}

/// D2: what the database makes of a new object comes back once it is saved.
#[test]
fn a_forced_rule_of_a_new_object_runs_after_saving() {
    let (systems, mut project) = people();
    let back = PropertyRule {
        name: "back".to_owned(),
        direction: MappingDirection::ToCentral,
        force_against_direction: true,
        ..rule("note", "id")
    };
    project.mappings[0].rules.retain(|rule| rule.name == "mail");
    project.mappings[0].rules.push(back);
    let values = [(Side::Left, "mail", Some("zoe@x"))];
    let explanation = explain(&systems, &project, TestObjects::New, &values).unwrap();
    let results = results(&explanation);
    assert!(
        results.iter().any(|one| one.starts_with("back Forced: runs once the new object is saved")),
        "{results:?}"
    );
}
