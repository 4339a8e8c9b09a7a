//! Virtual properties of every kind: what they read, what is written through them, and that a second run finds
//! nothing to do (S9, W11).

use syncwright_core::{
    check::{Severity, check},
    project::{
        CharacterConversion, ColumnGroup, Direction, ForeignKey, Literal, Mapping, MappingDirection, Method,
        Project, PropertyRule, Schema, SchemaClass, VirtualKind, VirtualProperty,
    },
    sync::RunStatus,
    value::{Value, ValueType},
};

use crate::fixture::{Systems, by, changes, mapping, messages, pair, rows};

pub fn property(name: &str, value_type: ValueType, kind: VirtualKind) -> VirtualProperty {
    VirtualProperty {
        name: name.to_owned(),
        value_type,
        multi_valued: false,
        mandatory: false,
        secret: false,
        kind,
    }
}

fn text(name: &str, kind: VirtualKind) -> VirtualProperty {
    property(name, ValueType::String, kind)
}

pub fn class(name: &str, schema_type: &str, virtual_properties: Vec<VirtualProperty>) -> SchemaClass {
    SchemaClass {
        name: name.to_owned(),
        schema_type: schema_type.to_owned(),
        display_name: String::new(),
        filter: None,
        virtual_properties,
    }
}

pub fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A rule of this name, between a left and a right property.
pub fn between(left: &str, right: &str) -> PropertyRule {
    PropertyRule::new(left, left, right)
}

fn declare(schema: &mut Schema, table: &str, own: &[&str], references: &str, theirs: &[&str]) {
    let schema_type = schema.types.iter_mut().find(|one| one.name == table).unwrap();
    schema_type.foreign_keys.push(ForeignKey {
        properties: names(own),
        references: references.to_owned(),
        referenced_properties: names(theirs),
        integrity_ensured: false,
        declared: true,
    });
}

/// A mapping between the classes `l` (left) and `r` (right) by the column `id`.
fn by_id(rules: Vec<PropertyRule>) -> Mapping {
    mapping("l", "r", vec![by("id", pair("id", "id"))], rules)
}

fn errors(project: &Project) -> Vec<(&'static str, String)> {
    check(project)
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| (finding.code, finding.text))
        .collect()
}

/// What every insert of a simulation would write to the right properties, in order.
fn simulated(systems: &Systems, project: &Project) -> Vec<Vec<Value>> {
    assert_eq!(errors(project), []);
    let report = systems.simulate(project);
    assert_eq!(report.run.status, RunStatus::Done, "{:#}", report.to_json());
    let inserts = changes(&report).into_iter().filter(|change| change.method == Method::Insert);
    inserts
        .map(|change| change.properties.into_iter().skip(1).map(|property| property.new).collect())
        .collect()
}

#[test]
fn conversions_are_read() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, n INTEGER);
         INSERT INTO p VALUES (1, 'Łukasz GROẞ', 7), (2, NULL, NULL), (3, '', -1);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, low TEXT, up TEXT, bare TEXT, seven TEXT, fixed TEXT);",
    );
    let convert =
        |property: &str, conversion| VirtualKind::Convert { property: property.to_owned(), conversion };
    let rules =
        ["low", "up", "bare", "seven", "fixed"].map(|name| between(&format!("vrt_{name}"), name)).to_vec();
    let rules = [vec![between("id", "id")], rules].concat();
    let one_way = Mapping { direction: MappingDirection::ToTarget, ..by_id(rules) };
    let mut project = systems.project(Direction::ToTarget, vec![one_way]);
    project.central.schema.classes.push(class(
        "l",
        "p",
        vec![
            text("vrt_low", convert("name", CharacterConversion::LowerCase)),
            text("vrt_up", convert("name", CharacterConversion::UpperCase)),
            text("vrt_bare", convert("name", CharacterConversion::WithoutAccents)),
            text("vrt_seven", convert("n", CharacterConversion::LowerCase)),
            text("vrt_fixed", VirtualKind::Fixed(Literal::String("x".to_owned()))),
        ],
    ));
    project.target.schema.classes.push(class("r", "q", Vec::new()));
    let value = |text: &str| Value::String(text.to_owned());
    assert_eq!(
        simulated(&systems, &project),
        [
            vec![value("łukasz groß"), value("ŁUKASZ GROẞ"), value("Lukasz GROSS"), value("7"), value("x")],
            vec![Value::Null, Value::Null, Value::Null, Value::Null, value("x")],
            vec![value(""), value(""), value(""), value("-1"), value("x")],
        ]
    );
    systems.run_well(&project);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    // They are read only.
    project.mappings[0].direction = MappingDirection::Both;
    let found = errors(&project);
    assert!(found.iter().any(|(code, text)| *code == "SW-M004" && text.contains("vrt_low")), "{found:?}");
}

/// A group on the left, a composite key of other columns in the same order on the right.
fn composite_project(systems: &Systems, direction: Direction) -> Project {
    let rules = vec![between("id", "id"), between("vrtColumnGroupPlace", "vrtPlace")];
    let mut project = systems.project(direction, vec![by_id(rules)]);
    let left = &mut project.central.schema;
    left.types[0]
        .column_groups
        .push(ColumnGroup { name: "Place".to_owned(), properties: names(&["country", "zip"]) });
    // The group is a property of every class of its type, also of the type itself.
    left.types[0].name = "l".to_owned();
    left.types[0].table = Some("p".to_owned());
    let key = VirtualKind::CompositeKey(names(&["c", "z"]));
    project.target.schema.classes.push(class("r", "q", vec![text("vrtPlace", key)]));
    project
}

fn composite_systems(left: &str, right: &str) -> Systems {
    Systems::new(
        &format!("CREATE TABLE p (id INTEGER PRIMARY KEY, country TEXT, zip INTEGER); {left}"),
        &format!("CREATE TABLE q (id INTEGER PRIMARY KEY, c TEXT, z INTEGER); {right}"),
    )
}

const PLACES: &str = r"VALUES (1, 'PL', 7), (2, 'a|b\', -1), (3, NULL, 7), (4, '', 0);";

#[test]
fn column_groups_and_composite_keys_are_written_in_both_directions() {
    let left = "SELECT id, country, zip FROM p ORDER BY id";
    let right = "SELECT id, c, z FROM q ORDER BY id";
    let places = ["1|PL|7", r"2|a|b\|-1", "3|∅|∅", "4||0"];
    for direction in [Direction::ToTarget, Direction::ToCentral] {
        let (systems, from) = match direction {
            Direction::ToTarget => (composite_systems(&format!("INSERT INTO p {PLACES}"), ""), "p"),
            Direction::ToCentral => (composite_systems("", &format!("INSERT INTO q {PLACES}")), "q"),
        };
        let project = composite_project(&systems, direction);
        let new: Vec<Value> = simulated(&systems, &project).into_iter().flatten().collect();
        let value = |text: &str| Value::String(text.to_owned());
        assert_eq!(new, [value("PL|7"), value(r"a\|b\\|-1"), Value::Null, value("|0")]);
        systems.run_well(&project);
        let written = match direction {
            Direction::ToTarget => rows(&systems.right(), right),
            Direction::ToCentral => rows(&systems.left(), left),
        };
        assert_eq!(written, places);
        assert_eq!(systems.run_well(&project).total_writes(), 0);
        // One column changes, one group becomes NULL.
        let change = match direction {
            Direction::ToTarget => "UPDATE p SET zip = 8 WHERE id = 1; UPDATE p SET zip = NULL WHERE id = 2",
            Direction::ToCentral => "UPDATE q SET z = 8 WHERE id = 1; UPDATE q SET z = NULL WHERE id = 2",
        };
        let source = if from == "p" { systems.left() } else { systems.right() };
        source.execute_batch(change).unwrap();
        assert_eq!(systems.run_well(&project).total_writes(), 2);
        let written = match direction {
            Direction::ToTarget => rows(&systems.right(), right),
            Direction::ToCentral => rows(&systems.left(), left),
        };
        assert_eq!(written[..2], ["1|PL|8", "2|∅|∅"]);
        assert_eq!(systems.run_well(&project).total_writes(), 0);
    }
}

/// A text from elsewhere: other spellings of a number are the same, other texts are errors of their objects.
#[test]
fn texts_that_are_no_composites_leave_their_objects_out() {
    let systems = Systems::new(
        "CREATE TABLE l (id INTEGER PRIMARY KEY, place TEXT);
         INSERT INTO l VALUES (1, 'PL|007'), (2, 'PL'), (3, 'PL|x'), (4, 'PL|1|2'), (5, 'DE| 5 ');",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, c TEXT, z INTEGER);",
    );
    let rules = vec![between("id", "id"), between("place", "vrtPlace")];
    let mut project = systems.project(Direction::ToTarget, vec![by_id(rules)]);
    let key = VirtualKind::CompositeKey(names(&["c", "z"]));
    project.target.schema.classes.push(class("r", "q", vec![text("vrtPlace", key)]));
    for _ in 0..2 {
        let report = systems.run(&project);
        assert_eq!(report.run.status, RunStatus::DoneWithErrors);
        assert_eq!(messages(&report, "SW-R102").len(), 3, "{:#}", report.to_json());
        assert_eq!(rows(&systems.right(), "SELECT id, c, z FROM q ORDER BY id"), ["1|PL|7", "5|DE|5"]);
    }
    assert_eq!(systems.run(&project).total_writes(), 0);
}

#[test]
fn groups_of_fixed_width_columns_and_misplaced_lists_are_refused() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, country CHAR(2), zip TEXT);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, place TEXT);",
    );
    let mut project = systems.project(Direction::ToTarget, vec![by_id(vec![between("id", "id")])]);
    let schema = &mut project.central.schema;
    schema.classes.push(class("l", "p", Vec::new()));
    project.target.schema.classes.push(class("r", "q", Vec::new()));
    assert_eq!(errors(&project), []);
    let schema = &mut project.central.schema;
    schema.types[0]
        .column_groups
        .push(ColumnGroup { name: "Place".to_owned(), properties: names(&["country", "zip"]) });
    let found = errors(&project);
    assert!(found.iter().any(|(code, text)| *code == "SW-S004" && text.contains("country")), "{found:?}");
    let schema = &mut project.central.schema;
    schema.types[0].column_groups.clear();
    let kinds = [
        VirtualKind::Fixed(Literal::String("x".to_owned())),
        VirtualKind::Pattern("%zip%".to_owned()),
        VirtualKind::CompositeKey(names(&["id", "zip"])),
        VirtualKind::Convert { property: "zip".to_owned(), conversion: CharacterConversion::LowerCase },
    ];
    for kind in kinds {
        let list = VirtualProperty { multi_valued: true, ..text("vrtList", kind) };
        project.central.schema.classes[0].virtual_properties = vec![list];
        let found = errors(&project);
        assert_eq!(found.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["SW-C138"], "{found:?}");
    }
    let nowhere = text("vrtNowhere", VirtualKind::ColumnGroup("Place".to_owned()));
    project.central.schema.classes[0].virtual_properties = vec![nowhere];
    assert_eq!(errors(&project).iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["SW-C139"]);
}

/// Employees → department → site: the site's code, with NULL on every hop.
const OFFICES: &str = "CREATE TABLE site (id INTEGER PRIMARY KEY, code TEXT);
    CREATE TABLE department (id INTEGER PRIMARY KEY, site INTEGER REFERENCES site (id));
    CREATE TABLE q (id INTEGER PRIMARY KEY, department INTEGER REFERENCES department (id));
    INSERT INTO site VALUES (1, 'WAW'), (2, 'KRK'), (3, NULL), (4, 'GDN'), (5, 'GDN'), (6, 'LUZ');
    INSERT INTO department VALUES (10, 1), (20, NULL), (30, 3), (40, 2), (50, 4), (60, 6), (61, 6);";

fn offices(left: &str, right: &str, direction: Direction) -> (Systems, Project) {
    let systems = Systems::new(
        &format!("CREATE TABLE l (id INTEGER PRIMARY KEY, site TEXT); {left}"),
        &format!("{OFFICES} {right}"),
    );
    let rules = vec![between("id", "id"), between("site", "vrtSite")];
    let mut project = systems.project(direction, vec![by_id(rules)]);
    let kind = VirtualKind::ReferencedProperty {
        path: vec![names(&["department"]), names(&["site"])],
        property: "code".to_owned(),
    };
    project.target.schema.classes.push(class("r", "q", vec![text("vrtSite", kind)]));
    (systems, project)
}

#[test]
fn several_hops_are_read_with_null_on_the_way() {
    let employees = "INSERT INTO q VALUES (1, 10), (2, 20), (3, 30), (4, NULL), (5, 40), (6, 10);";
    let (systems, project) = offices("", employees, Direction::ToCentral);
    systems.run_well(&project);
    assert_eq!(
        rows(&systems.left(), "SELECT id, site FROM l ORDER BY id"),
        ["1|WAW", "2|∅", "3|∅", "4|∅", "5|KRK", "6|WAW"]
    );
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

#[test]
fn several_hops_are_written_through_the_only_way_that_leads_there() {
    let left =
        "INSERT INTO l VALUES (1, 'WAW'), (2, NULL), (3, 'KRK'), (4, 'GDN'), (5, 'LUZ'), (6, 'nowhere');";
    let (systems, project) = offices(left, "", Direction::ToTarget);
    for report in [systems.simulate(&project), systems.run_well(&project)] {
        // Two departments lead to LUZ, none to nowhere; of the two sites GDN one has a department.
        let told = messages(&report, "SW-R104");
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().any(|text| text.contains("LUZ") && text.contains("more than one")), "{told:?}");
        assert!(told.iter().any(|text| text.contains("nowhere") && text.contains("no object")), "{told:?}");
    }
    let employees = || rows(&systems.right(), "SELECT id, department FROM q ORDER BY id");
    assert_eq!(employees(), ["1|10", "2|∅", "3|40", "4|50", "5|∅", "6|∅"]);
    // Once there is one way only, it is taken.
    systems
        .right()
        .execute_batch("DELETE FROM department WHERE id = 61; UPDATE site SET code = 'nowhere' WHERE id = 3")
        .unwrap();
    systems.left().execute_batch("UPDATE l SET site = NULL WHERE id = 1").unwrap();
    assert_eq!(systems.run_well(&project).total_writes(), 3);
    assert_eq!(employees(), ["1|∅", "2|∅", "3|40", "4|50", "5|60", "6|30"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// A reference of two columns, one of which also belongs to the object itself; and one to itself.
#[test]
fn composite_and_own_references() {
    let systems = Systems::new(
        "CREATE TABLE l (id INTEGER PRIMARY KEY, tenant TEXT, boss TEXT);
         INSERT INTO l VALUES (1, 't', 'ann'), (2, 't', 'bob'), (3, 't', NULL);",
        "CREATE TABLE r (tenant TEXT NOT NULL, id INTEGER NOT NULL, boss INTEGER, name TEXT,
             PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, boss) REFERENCES r (tenant, id));
         INSERT INTO r VALUES ('t', 8, NULL, 'ann'), ('t', 9, NULL, 'bob'), ('t', 1, 9, 'one');",
    );
    let rules = vec![between("tenant", "tenant"), between("id", "id"), between("boss", "vrtBoss")];
    let mut project = systems.project(
        Direction::ToTarget,
        vec![mapping("l", "with boss", vec![by("id", pair("id", "id"))], rules)],
    );
    let kind =
        VirtualKind::KeyResolution { reference: names(&["tenant", "boss"]), property: "name".to_owned() };
    project.target.schema.classes.push(class("with boss", "r", vec![text("vrtBoss", kind)]));
    project.workflows[0].steps[0].methods.only_in_destination.clear();
    systems.run_well(&project);
    let staff = || rows(&systems.right(), "SELECT tenant, id, boss FROM r WHERE id < 8 ORDER BY id");
    assert_eq!(staff(), ["t|1|8", "t|2|9", "t|3|∅"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    systems.left().execute_batch("UPDATE l SET boss = NULL WHERE id = 1").unwrap();
    assert_eq!(systems.run_well(&project).total_writes(), 1);
    // The tenant is a part of the key and stays.
    assert_eq!(staff()[0], "t|1|∅");
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// A key of another type than the columns that refer to it.
#[test]
fn keys_take_the_type_of_the_referring_column() {
    let systems = Systems::new(
        "CREATE TABLE l (id INTEGER PRIMARY KEY, d TEXT); INSERT INTO l VALUES (1, 'sales'), (2, NULL);",
        "CREATE TABLE department (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO department VALUES (7, 'sales');
         CREATE TABLE q (id INTEGER PRIMARY KEY, department TEXT);",
    );
    let rules = vec![between("id", "id"), between("d", "vrtDepartment")];
    let mut project = systems.project(Direction::ToTarget, vec![by_id(rules)]);
    declare(&mut project.target.schema, "q", &["department"], "department", &["id"]);
    let kind = VirtualKind::KeyResolution { reference: names(&["department"]), property: "name".to_owned() };
    project.target.schema.classes.push(class("r", "q", vec![text("vrtDepartment", kind)]));
    systems.run_well(&project);
    assert_eq!(rows(&systems.right(), "SELECT id, department FROM q ORDER BY id"), ["1|7", "2|∅"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// Every kind that reads properties of its own object also reads virtual ones, whatever their order in the class.
#[test]
fn virtual_properties_read_other_virtual_properties() {
    let systems = Systems::new(
        "CREATE TABLE d (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO d VALUES (7, 'Sales'), (8, NULL);
         CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, d INTEGER REFERENCES d (id));
         INSERT INTO p VALUES (1, 'Łucja', 7), (2, NULL, 8), (3, 'Bob', NULL);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, shown TEXT, low TEXT, long INTEGER, pair TEXT);",
    );
    let rules = ["shown", "low", "long", "pair"].map(|name| between(&format!("vrt_{name}"), name)).to_vec();
    let rules = [vec![between("id", "id")], rules].concat();
    let one_way = Mapping { direction: MappingDirection::ToTarget, ..by_id(rules) };
    let mut project = systems.project(Direction::ToTarget, vec![one_way]);
    let convert =
        |property: &str, conversion| VirtualKind::Convert { property: property.to_owned(), conversion };
    let department = VirtualKind::KeyResolution { reference: names(&["d"]), property: "name".to_owned() };
    let long = VirtualKind::Expression("character_length(vrt_shown) + id".to_owned());
    project.central.schema.classes.push(class(
        "l",
        "p",
        vec![
            text("vrt_pair", VirtualKind::CompositeKey(names(&["vrt_department", "vrt_long"]))),
            property("vrt_long", ValueType::Integer, long),
            text("vrt_low", convert("vrt_shown", CharacterConversion::LowerCase)),
            text("vrt_shown", VirtualKind::Pattern("%name% (%vrt_department%)".to_owned())),
            text("vrt_department", department),
        ],
    ));
    project.target.schema.classes.push(class("r", "q", Vec::new()));
    assert_eq!(errors(&project), []);
    systems.run_well(&project);
    assert_eq!(
        rows(&systems.right(), "SELECT id, shown, low, long, pair FROM q ORDER BY id"),
        ["1|Łucja (Sales)|łucja (sales)|14|Sales|14", "2| ()| ()|5|∅", "3|Bob ()|bob ()|9|∅"]
    );
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    // What is made of virtual properties is read only.
    project.mappings[0].direction = MappingDirection::Both;
    let found = errors(&project);
    assert_eq!(found.len(), 4, "{found:?}");
    for (name, (code, text)) in ["vrt_shown", "vrt_low", "vrt_long", "vrt_pair"].iter().zip(&found) {
        assert!(*code == "SW-M004" && text.contains(&format!("{name} cannot be written")), "{found:?}");
    }
    // And nothing reads itself, over however many others.
    project.mappings[0].direction = MappingDirection::ToTarget;
    let circle = VirtualKind::Expression("upper(vrt_low)".to_owned());
    project.central.schema.classes[0].virtual_properties[4].kind = circle;
    let found = errors(&project);
    let told = "read one another: vrt_department → vrt_low → vrt_shown → vrt_department";
    assert!(matches!(found.as_slice(), [("SW-M005", text)] if text.contains(told)), "{found:?}");
}

/// A fixed value that its type does not have would be NULL for every object.
#[test]
fn fixed_values_have_the_type_of_their_property() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, n INTEGER, b BOOLEAN, d DATE);",
    );
    let rules = ["n", "b", "d"].map(|name| between(&format!("vrt_{name}"), name)).to_vec();
    let mapping = Mapping {
        direction: MappingDirection::ToTarget,
        ..by_id([vec![between("id", "id")], rules].concat())
    };
    let mut project = systems.project(Direction::ToTarget, vec![mapping]);
    let fixed = |name: &str, value_type, text: &str| {
        property(name, value_type, VirtualKind::Fixed(Literal::String(text.to_owned())))
    };
    project.central.schema.classes.push(class(
        "l",
        "p",
        vec![
            fixed("vrt_n", ValueType::Integer, "7"),
            property("vrt_b", ValueType::Boolean, VirtualKind::Fixed(Literal::Boolean(true))),
            fixed("vrt_d", ValueType::Date, "2024-02-29"),
        ],
    ));
    project.target.schema.classes.push(class("r", "q", Vec::new()));
    assert_eq!(errors(&project), []);
    systems.run_well(&project);
    assert_eq!(rows(&systems.right(), "SELECT id, n, b, d FROM q"), ["1|7|1|2024-02-29"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    for (at, text) in [(0, "abc"), (1, "perhaps"), (2, "29.02.2024")] {
        let mut wrong = project.clone();
        wrong.central.schema.classes[0].virtual_properties[at].kind =
            VirtualKind::Fixed(Literal::String(text.to_owned()));
        let found = errors(&wrong);
        let codes: Vec<_> = found.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, ["SW-C126", "SW-M010"], "{found:?}");
        assert!(found.iter().all(|(_, message)| message.contains(text)), "{found:?}");
    }
}
