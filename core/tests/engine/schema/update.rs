//! Updating the schema of a project: facts from the database, decisions from the project (S5).

use proptest::prelude::*;
use syncwright_core::{
    check::{Severity, check},
    project::{
        ColumnGroup, Condition, Direction, ForeignKey, Project, Schema, SchemaClass, SchemaProperty, Side,
        VirtualKind, VirtualProperty,
    },
    schema::{
        keys::declare_key,
        relations::declare_relation,
        update::{Completion, Fact, Kept, Update, accept, propose},
    },
    value::ValueType,
};

use super::{
    Database, list,
    random::{changed_database, project as random_project, tape},
};
use crate::fixture::{Systems, by, mapping, pair, rule};

const HR: &str = "
    CREATE TABLE departments (code TEXT PRIMARY KEY, name TEXT);
    CREATE TABLE employees (number VARCHAR(8) PRIMARY KEY, badge TEXT, first TEXT, last VARCHAR(40), mail TEXT,
      department TEXT REFERENCES departments (code), active BOOLEAN, pin TEXT);
    CREATE TABLE old (id INTEGER PRIMARY KEY, text TEXT);";

/// A project in which everything uses something of the HR database.
fn project() -> Project {
    let systems = Systems::new("CREATE TABLE persons (id TEXT PRIMARY KEY, name TEXT, mail TEXT);", HR);
    let mut conditional = rule("mail", "mail");
    conditional.condition = Some(Condition::Expression("Right.active = TRUE".to_owned()));
    let people = mapping(
        "persons",
        "staff",
        vec![by("number", pair("id", "number")), by("badge", pair("id", "badge"))],
        vec![rule("name", "vrtName"), conditional],
    );
    let mut project = systems.project(Direction::ToCentral, vec![people]);
    let virtual_property = |name: &str, kind| VirtualProperty {
        name: name.to_owned(),
        value_type: ValueType::String,
        multi_valued: false,
        mandatory: false,
        secret: false,
        kind,
    };
    project.target.schema.classes.push(SchemaClass {
        name: "staff".to_owned(),
        schema_type: "employees".to_owned(),
        display_name: String::new(),
        filter: Some("pin IS NOT NULL".to_owned()),
        virtual_properties: vec![virtual_property(
            "vrtName",
            VirtualKind::Pattern("%first% %last%".to_owned()),
        )],
    });
    project.target.scope.insert("old".to_owned(), "text = 'x'".to_owned());
    project
}

fn update_to(project: &Project, sql: &str) -> Update {
    propose(project, Side::Right, Database::new(sql).schema(), Completion::Nothing).unwrap()
}

fn words<T: ToString>(users: &[T]) -> Vec<String> {
    users.iter().map(ToString::to_string).collect()
}

/// What breaks when a column of `employees` is gone.
fn breaks_without(column: &str) -> Vec<String> {
    let database = Database::new(HR);
    database.execute(&format!("ALTER TABLE employees DROP COLUMN {column}"));
    let update = propose(&project(), Side::Right, database.schema(), Completion::Nothing).unwrap();
    let [changed] = update.diff.changed.as_slice() else { panic!("{:?}", update.diff) };
    let [removed] = changed.removed.as_slice() else { panic!("{changed:?}") };
    assert_eq!((changed.name.as_str(), removed.name.as_str()), ("employees", column));
    words(&removed.breaks)
}

#[test]
fn removals_name_what_they_break() {
    let consequences = ["mapping persons", "workflow all, step persons"];
    let cases: [(&str, &[&str]); 5] = [
        ("badge", &["mapping persons, matching rule badge"]),
        ("mail", &["mapping persons, rule mail"]),
        // Through a condition, a virtual property, a class filter.
        ("active", &["mapping persons, rule mail"]),
        ("first", &["mapping persons, rule name", "class staff, virtual property vrtName"]),
        ("pin", &["class staff"]),
    ];
    for (column, direct) in cases {
        let found = breaks_without(column);
        assert_eq!(&found[..direct.len()], direct, "{column}");
        let rest = &found[direct.len()..];
        // A class filter alone says nothing about mappings that could do without it.
        let expected: &[&str] = if column == "pin" { &[] } else { &consequences };
        assert_eq!(rest, expected, "{column}");
    }
}

#[test]
fn removed_types_name_what_they_break() {
    let project = project();
    let update = update_to(&project, "CREATE TABLE departments (code TEXT PRIMARY KEY, name TEXT);");
    let removed: Vec<(&str, Vec<String>)> =
        update.diff.removed.iter().map(|one| (one.name.as_str(), words(&one.breaks))).collect();
    assert_eq!(removed[1], ("old", list(&["scope of old"])));
    let (name, breaks) = &removed[0];
    assert_eq!(*name, "employees");
    for part in [
        "class staff",
        "mapping persons",
        "workflow all, step persons",
        "mapping persons, matching rule number",
    ] {
        assert!(breaks.contains(&part.to_owned()), "{part}: {breaks:?}");
    }
    let mut accepted = project.clone();
    accept(&mut accepted, &update);
    assert!(!accepted.active, "it may not work any more");
    assert!(check(&accepted).iter().any(|finding| finding.severity == Severity::Error));
    assert_eq!(accepted.target.schema.classes, project.target.schema.classes, "classes are decisions");
}

#[test]
fn changes_of_every_fact_are_told() {
    let project = project();
    let update = update_to(
        &project,
        "CREATE TABLE sites (id INTEGER PRIMARY KEY);
         CREATE TABLE departments (code TEXT PRIMARY KEY, name TEXT NOT NULL DEFAULT '?');
         CREATE TABLE employees (number INTEGER, badge TEXT PRIMARY KEY, first TEXT UNIQUE, last VARCHAR(20),
           mail TEXT NOT NULL, department TEXT, active geometry, pin TEXT, site INTEGER REFERENCES sites (id));
         CREATE TABLE old (id INTEGER PRIMARY KEY, text TEXT);",
    );
    let diff = &update.diff;
    assert_eq!(diff.added.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["sites"]);
    let employees = diff.changed.iter().find(|one| one.name == "employees").unwrap();
    let facts: Vec<(Fact, &str, &str)> =
        employees.facts.iter().map(|one| (one.fact, one.old.as_str(), one.new.as_str())).collect();
    assert_eq!(
        facts,
        [
            (Fact::Key, "number", "badge"),
            (Fact::UniqueKeys, "", "first"),
            (Fact::Relation, "department → departments (code), integrity ensured", ""),
            (Fact::Relation, "", "site → sites (id), integrity ensured"),
        ]
    );
    assert!(words(&employees.facts[0].breaks).contains(&"mapping persons".to_owned()));
    assert_eq!(employees.added, ["site"]);
    let changed = |name: &str| {
        let property = employees.changed.iter().find(|one| one.name == name).unwrap();
        let facts: Vec<Fact> = property.facts.iter().map(|fact| fact.fact).collect();
        (facts, !property.breaks.is_empty())
    };
    assert_eq!(
        changed("number"),
        (vec![Fact::ValueType, Fact::NativeType, Fact::MaxLength, Fact::Mandatory], true)
    );
    assert_eq!(changed("last"), (vec![Fact::NativeType, Fact::MaxLength], true));
    assert_eq!(changed("mail"), (vec![Fact::Mandatory], true));
    assert_eq!(changed("badge"), (vec![Fact::Mandatory], true));
    let (facts, breaks) = changed("active");
    assert!(breaks && facts.contains(&Fact::Unusable), "{facts:?}");
    // Nobody uses the departments' name.
    let departments = diff.changed.iter().find(|one| one.name == "departments").unwrap();
    assert!(departments.changed.iter().all(|one| one.breaks.is_empty()), "{departments:?}");
}

#[test]
fn looser_rules_break_nothing() {
    let project = project();
    let update = update_to(&project, &HR.replace("last VARCHAR(40)", "last VARCHAR(80)"));
    let [changed] = update.diff.changed.as_slice() else { panic!("{:?}", update.diff) };
    assert_eq!(changed.changed[0].facts.len(), 2);
    assert!(update.diff.breaks().is_empty());
}

#[test]
fn nothing_changed_means_nothing_to_do() {
    let project = project();
    let update = update_to(&project, HR);
    assert!(update.is_empty() && update.kept.is_empty());
    assert_eq!(update.schema, project.target.schema);
    let mut accepted = project.clone();
    accept(&mut accepted, &update);
    assert_eq!(accepted, project, "still active");
}

#[test]
fn the_order_of_the_project_stays_and_new_things_find_their_place() {
    let mut project = project();
    let schema = &mut project.target.schema;
    schema.types.reverse();
    schema.types[1].properties.reverse();
    let names = |schema: &Schema| schema.types.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert!(update_to(&project, HR).is_empty(), "only the order is another one");
    let sql =
        "CREATE TABLE earlier (id INTEGER PRIMARY KEY); CREATE TABLE else_where (id INTEGER PRIMARY KEY);";
    let update = update_to(&project, &format!("{HR} {sql} ALTER TABLE employees ADD COLUMN new TEXT;"));
    // In the catalog: departments, earlier, else_where, employees, old.
    assert_eq!(names(&update.schema), ["old", "employees", "departments", "earlier", "else_where"]);
    let columns: Vec<&str> =
        update.schema.types[1].properties.iter().map(|property| property.name.as_str()).collect();
    assert_eq!(columns[..2], ["pin", "new"], "in the catalog it follows pin");
    let [changed] = update.diff.changed.as_slice() else { panic!("{:?}", update.diff) };
    assert_eq!((changed.added.len(), changed.facts.len(), changed.changed.len()), (1, 0, 0));
}

#[test]
fn an_empty_catalog_is_no_proof_that_everything_is_gone() {
    let project = project();
    let error = propose(&project, Side::Right, Schema::default(), Completion::Nothing).unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert!(error.to_string().contains("the project knows 3"), "{error}");
    let mut fresh = project;
    fresh.target.schema = Schema::default();
    assert!(propose(&fresh, Side::Right, Schema::default(), Completion::Nothing).unwrap().is_empty());
}

/// The HR database in a project with a decision about everything.
fn decided() -> Project {
    let mut project = project();
    let schema = &mut project.target.schema;
    let relation = ForeignKey {
        properties: list(&["badge"]),
        references: "employees".to_owned(),
        referenced_properties: list(&["number"]),
        integrity_ensured: true,
        declared: true,
    };
    declare_relation(schema, "employees", relation).unwrap();
    let employees = schema.types.iter_mut().find(|one| one.name == "employees").unwrap();
    declare_key(employees, &list(&["badge"])).unwrap();
    employees.display_name = "Employees".to_owned();
    employees.display_template = Some("%last%, %first%".to_owned());
    employees
        .column_groups
        .push(ColumnGroup { name: "Name".to_owned(), properties: list(&["first", "last"]) });
    let property = |schema_type: &mut syncwright_core::project::SchemaType, name: &str| -> usize {
        schema_type.properties.iter().position(|one| one.name == name).unwrap()
    };
    let pin = property(employees, "pin");
    employees.properties[pin].sensitive = true;
    employees.properties[pin].compatible_nulls = true;
    let mail = property(employees, "mail");
    employees.properties[mail].revision_counter = true;
    // The column holds texts; the project knows better.
    employees.properties[pin].value_type = ValueType::Guid;
    project
}

#[test]
fn decisions_stay() {
    let project = decided();
    let update = update_to(&project, &format!("{HR} ALTER TABLE employees ADD COLUMN new TEXT;"));
    let (old, new) = (
        project.target.schema.schema_type("employees").unwrap(),
        update.schema.schema_type("employees").unwrap(),
    );
    let mut expected = old.clone();
    expected.properties.push(SchemaProperty {
        native_type: "TEXT".to_owned(),
        ..SchemaProperty::new("new", ValueType::String)
    });
    assert_eq!(*new, expected);
    let kept: Vec<String> = update.kept.iter().map(ToString::to_string).collect();
    assert_eq!(
        kept,
        [
            "employees.pin stays of type GUID; the database has string",
            "employees: the key badge stays; the key in the database is number",
            "employees: the relation of badge to employees stays; the database does not have it",
        ]
    );
    // Accepted once, it is settled.
    let mut accepted = project.clone();
    accept(&mut accepted, &update);
    let again = update_to(&accepted, &format!("{HR} ALTER TABLE employees ADD COLUMN new TEXT;"));
    assert!(again.is_empty(), "{:?}", again.diff);
}

#[test]
fn decisions_about_what_is_gone_are_left_to_the_check() {
    let project = decided();
    let database = Database::new(HR);
    database.execute("ALTER TABLE employees DROP COLUMN last; ALTER TABLE employees DROP COLUMN badge;");
    let update = propose(&project, Side::Right, database.schema(), Completion::Nothing).unwrap();
    let removed = &update.diff.changed[0].removed;
    let of = |name: &str| words(&removed.iter().find(|one| one.name == name).unwrap().breaks);
    assert!(of("last").contains(&"display template of employees".to_owned()), "{:?}", of("last"));
    assert!(of("last").contains(&"column group Name of employees".to_owned()), "{:?}", of("last"));
    assert!(of("badge").contains(&"key of employees".to_owned()), "{:?}", of("badge"));
    assert!(of("badge").contains(&"relation employees.badge".to_owned()), "{:?}", of("badge"));
    let mut accepted = project.clone();
    accept(&mut accepted, &update);
    let codes: Vec<&str> = check(&accepted).iter().map(|finding| finding.code).collect();
    for code in ["SW-C105", "SW-C115", "SW-M002"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
}

#[test]
fn tables_are_found_again_under_the_names_of_the_project() {
    let mut project = project();
    let schema = &mut project.target.schema;
    for (at, name) in [(0, "Abteilung"), (1, "Mitarbeiter")] {
        schema.types[at].table = Some(schema.types[at].name.clone());
        schema.types[at].name = name.to_owned();
    }
    schema.types[1].foreign_keys[0].references = "Abteilung".to_owned();
    schema.classes[0].schema_type = "Mitarbeiter".to_owned();
    // Typed by hand, in capitals, as SQLite does not mind.
    schema.types[0].table = Some("DEPARTMENTS".to_owned());
    schema.types[1].properties[2].name = "FIRST".to_owned();
    let update = update_to(&project, HR);
    let Update { schema, diff, kept, .. } = &update;
    assert!(diff.added.is_empty() && diff.removed.is_empty(), "{diff:?}");
    assert_eq!(schema.types[1].foreign_keys[0].references, "Abteilung");
    assert_eq!(schema.types[0].table_name(), "departments", "as the database spells it");
    let spelling = Kept::Spelling {
        schema_type: "Mitarbeiter".to_owned(),
        property: "FIRST".to_owned(),
        catalog: "first".to_owned(),
    };
    assert_eq!(*kept, [spelling]);
}

#[test]
fn new_tables_whose_names_are_taken_get_others_and_are_referred_to_by_them() {
    let mut project = project();
    // The project calls a table as another one is called that is new.
    let schema = &mut project.target.schema;
    schema.types[2].table = Some("old".to_owned());
    schema.types[2].name = "orders".to_owned();
    project.target.scope.clear();
    let sql = format!(
        "{HR} CREATE TABLE orders (id INTEGER PRIMARY KEY, old_id INTEGER REFERENCES old (id));
        CREATE TABLE orders_2 (id INTEGER PRIMARY KEY);
        CREATE TABLE lines (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id),
          second_id INTEGER REFERENCES orders_2 (id), old_id INTEGER REFERENCES old (id));"
    );
    let update = update_to(&project, &sql);
    let table = |name: &str| update.schema.schema_type(name).unwrap().table_name().to_owned();
    assert_eq!(["orders", "orders_2", "orders_3"].map(table), ["old", "orders_2", "orders"]);
    let references = |name: &str, property: &str| {
        let relations = &update.schema.schema_type(name).unwrap().foreign_keys;
        relations.iter().find(|one| one.properties == [property]).unwrap().references.clone()
    };
    assert_eq!(references("lines", "order_id"), "orders_3");
    assert_eq!(references("lines", "second_id"), "orders_2");
    assert_eq!(references("lines", "old_id"), "orders");
    assert_eq!(references("orders_3", "old_id"), "orders");
    let mut accepted = project.clone();
    accept(&mut accepted, &update);
    assert!(update_to(&accepted, &sql).is_empty());
}

#[test]
fn keys_of_views_and_of_tables_that_lost_theirs_stay() {
    let mut project = project();
    let schema = &mut project.target.schema;
    schema.types.push(syncwright_core::project::SchemaType {
        name: "active_staff".to_owned(),
        view: true,
        properties: vec![SchemaProperty::new("number", ValueType::String)],
        key: list(&["number"]),
        ..Default::default()
    });
    let sql = format!("{HR} CREATE VIEW active_staff AS SELECT number FROM employees;");
    let sql = sql.replace("old (id INTEGER PRIMARY KEY,", "old (id INTEGER,");
    let update = update_to(&project, &sql);
    for name in ["active_staff", "old"] {
        let schema_type = update.schema.schema_type(name).unwrap();
        assert_eq!((schema_type.key.len(), schema_type.key_declared), (1, true), "{name}");
    }
    assert_eq!(update.kept.iter().filter(|one| matches!(one, Kept::Key { .. })).count(), 2);
}

#[test]
fn known_products_complete_new_types_or_all() {
    let sql = "CREATE TABLE objecttypes (id INTEGER PRIMARY KEY, objecttype TEXT);
        CREATE TABLE managedobjects (id INTEGER PRIMARY KEY, objecttypes_id INTEGER, objectid TEXT, rev TEXT, fullobject TEXT);
        CREATE TABLE links (objectid TEXT PRIMARY KEY, linktype TEXT, firstid TEXT, secondid TEXT);";
    let database = Database::new(sql);
    let mut project = project();
    let mut known = database.schema();
    known.types.retain(|one| one.name == "links");
    project.target.schema = known;
    let template = |completion| {
        let update = propose(&project, Side::Right, database.schema(), completion).unwrap();
        let template = |name: &str| update.schema.schema_type(name).unwrap().display_template.is_some();
        (template("links"), template("objecttypes"), update.filled.len())
    };
    assert_eq!(template(Completion::Nothing), (false, false, 0));
    assert_eq!(template(Completion::NewTypes), (false, true, 2));
    assert_eq!(template(Completion::AllTypes), (true, true, 3));
}

/// Everything about a property that only people decide.
fn decisions(property: &SchemaProperty) -> impl PartialEq + std::fmt::Debug + use<> {
    let one = property.clone();
    (
        (one.display_value, one.preferred_key, one.sensitive, one.revision_counter, one.hierarchy_sort),
        (one.scope_reference, one.auto_fill, one.compatible_nulls, one.incompatible_data),
    )
}

/// The first type of each name: what the second one becomes nobody can say.
fn unique(schema: &Schema) -> bool {
    let mut names = std::collections::HashSet::new();
    schema.types.iter().all(|one| {
        let mut columns = std::collections::HashSet::new();
        names.insert(one.name.clone()) && one.properties.iter().all(|one| columns.insert(one.name.clone()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merging_keeps_decisions_takes_facts_and_settles(mut tape in tape()) {
        let project = random_project(&mut tape);
        let old = &project.target.schema;
        let detected = changed_database(old, &mut tape);
        prop_assume!(!detected.types.is_empty());
        let update = propose(&project, Side::Right, detected.clone(), Completion::Nothing).unwrap();
        prop_assert_eq!(update.is_empty(), update.schema == *old, "{:?}", update.diff);
        prop_assert_eq!(&update.schema.classes, &old.classes);
        if unique(old) {
            for new in &update.schema.types {
                let found = detected.schema_type(&new.name).unwrap();
                prop_assert_eq!(new.properties.len(), found.properties.len());
                let Some(before) = old.schema_type(&new.name) else { continue };
                prop_assert_eq!(&new.display_template, &before.display_template);
                prop_assert_eq!(&new.column_groups, &before.column_groups);
                prop_assert_eq!(&new.operations, &before.operations);
                for relation in before.foreign_keys.iter().filter(|relation| relation.declared) {
                    prop_assert!(new.foreign_keys.contains(relation), "{:?}", relation);
                }
                for property in &new.properties {
                    let found = found.property(&property.name).unwrap();
                    prop_assert_eq!(&property.native_type, &found.native_type);
                    prop_assert_eq!(property.mandatory, found.mandatory);
                    if let Some(before) = before.property(&property.name) {
                        prop_assert_eq!(decisions(property), decisions(before));
                    }
                }
            }
        }
        let mut accepted = project.clone();
        accept(&mut accepted, &update);
        prop_assert_eq!(accepted.active, update.is_empty());
        let again = propose(&accepted, Side::Right, detected, Completion::Nothing).unwrap();
        prop_assert!(again.is_empty(), "{:?}", again.diff);
    }
}
