//! The wizard in expert mode against PostgreSQL: every page, with a table without a key, a column group, a
//! relation, display templates, a data operation and a virtual property. Then the project runs.

use egui::{Key, accesskit::Role};
use syncwright_core::{
    connect::secrets,
    project::{self, OperationStrategy, VirtualKind},
};
use syncwright_tests::servers::{Database, System, or_skip};

use crate::{
    driver::{Window, choose, click, click_role, field, fill, picture, sees, texts, until, until_seen},
    wizard::{Home, next, runs_with_one_mapping, to_the_end},
    wizard_systems::fill_connection,
};

const TABLES: &str = "
    CREATE TABLE people (pid VARCHAR(20) NOT NULL, mail VARCHAR(80), first_name VARCHAR(80), last_name VARCHAR(80));
    CREATE TABLE memberships (team INTEGER NOT NULL, member VARCHAR(20) NOT NULL, since DATE);
    CREATE TABLE teams (id INTEGER PRIMARY KEY, title VARCHAR(80), lead VARCHAR(20));
    INSERT INTO people VALUES ('p1', 'ana@example.org', 'Ana', 'Becker'), ('p2', 'mei@example.org', 'Mei', 'Chen'),
      ('p3', NULL, 'Luca', 'Rossi');
    INSERT INTO memberships VALUES (1, 'p1', '2024-01-01'), (1, 'p2', NULL), (2, 'p1', NULL);
    INSERT INTO teams VALUES (1, 'Sales', 'p1'), (2, 'Research', 'p9');";

/// Clicks the row of this name.
#[track_caller]
fn row(window: &mut Window, wanted: &str) {
    click_role(window, Role::ListItem, wanted);
}

#[test]
fn postgresql_in_expert_mode() {
    let Some(database) = or_skip(Database::new(System::PostgreSql)) else { return };
    database.client().run(TABLES);
    let home = Home::new();
    let mut window = home.wizard();
    click_role(&mut window, Role::RadioButton, "Expert mode");
    next(&mut window, "System access");
    picture(&mut window, "expert-access");
    next(&mut window, "Database system");
    until_seen(&mut window, "PostgreSQL");
    click_role(&mut window, Role::RadioButton, "PostgreSQL");
    next(&mut window, "Database connection");
    fill_connection(&mut window, &database, None);
    picture(&mut window, "expert-connection");
    next(&mut window, "Describe the database");
    picture(&mut window, "expert-describe");
    next(&mut window, "Load configuration");
    picture(&mut window, "expert-load");
    next(&mut window, "Time zone");
    click_role(&mut window, Role::RadioButton, "A time zone");
    fill(&mut window, "Filter time zones", "Europe/Ber");
    row(&mut window, "Europe/Berlin");
    picture(&mut window, "expert-time-zone");
    next(&mut window, "Initializing");
    next(&mut window, "Partial schemas");
    until_seen(&mut window, "public – 3 tables");
    picture(&mut window, "expert-partial");
    next(&mut window, "Schema detection");
    until_seen(&mut window, "Without a key");
    picture(&mut window, "expert-detection");
    next(&mut window, "Key information");
    keys(&mut window);
    next(&mut window, "Data relations");
    relations(&mut window);
    next(&mut window, "Complete the schema");
    complete(&mut window);
    next(&mut window, "Data operations");
    operations(&mut window);
    next(&mut window, "Extend the schema");
    extend(&mut window);
    next(&mut window, "Save configuration");
    until_seen(&mut window, "Never saved");
    click_role(&mut window, Role::RadioButton, "Never saved");
    picture(&mut window, "expert-save");
    let file = to_the_end_through_templates(&mut window, &home);

    let project = project::load(&file).expect("the project");
    let schema = &project.target.schema;
    assert_eq!(project.target.connection.time_zone.as_deref(), Some("Europe/Berlin"));
    let people = schema.schema_type("people").expect("people");
    assert_eq!((people.key.as_slice(), people.key_declared), (["pid".to_owned()].as_slice(), true));
    assert_eq!(people.display_template.as_deref(), Some("%last_name%, %first_name%"));
    assert!(people.property("mail").is_some_and(|mail| mail.sensitive));
    let insert = people.operations.insert.as_ref().expect("an operation");
    assert!(
        matches!(&insert.strategy, OperationStrategy::Pattern(text) if text.contains("%pid%")),
        "{insert:?}"
    );
    let memberships = schema.schema_type("memberships").expect("memberships");
    assert_eq!(memberships.column_groups[0].properties, ["team", "member"]);
    let relation = &schema.schema_type("teams").expect("teams").foreign_keys[0];
    assert_eq!((relation.references.as_str(), relation.declared), ("people", true));
    let class = schema.classes.iter().find(|class| class.schema_type == "people").expect("a class");
    let property = &class.virtual_properties[0];
    assert_eq!((property.name.as_str(), property.secret), ("vrtFullName", true));
    assert!(matches!(&property.kind, VirtualKind::Pattern(text) if text == "%first_name% %last_name%"));

    drop(window);
    let variable = secrets::password_variable(&project.target.connection.system_identifier);
    let names = ["people", "pid", "first_name", "last_name"];
    runs_with_one_mapping(&file, names, 3, &[(variable, database.password())]);
}

fn to_the_end_through_templates(window: &mut Window, home: &Home) -> std::path::PathBuf {
    next(window, "Central connection");
    picture(window, "expert-central");
    next(window, "Project template");
    picture(window, "expert-template");
    // From here the path is that of every wizard.
    click(window, "Back");
    until_seen(window, "Step Central connection: shown");
    to_the_end(window, home, "expert")
}

fn keys(window: &mut Window) {
    until_seen(window, "Key: people.pid");
    click_role(window, Role::CheckBox, "Key: people.pid");
    until(window, "the check of the key", |window| {
        texts(window).iter().any(|text| text.contains("people") || text.contains("unique"))
    });
    row(window, "memberships");
    picture(window, "expert-keys");
    click_role(window, Role::Button, "New column group…");
    fill(window, "Name of the column group", "Membership");
    for column in ["team", "member"] {
        click_role(window, Role::CheckBox, &format!("In the group: {column}"));
    }
    picture(window, "expert-group");
    click_role(window, Role::Button, "Add column group");
    until_seen(window, "vrtColumnGroupMembership");
}

fn relations(window: &mut Window) {
    until_seen(window, "Refers to: teams.lead");
    fill(window, "Refers to: teams.lead", "public.nothing.pid");
    window.key_press(Key::Enter);
    window.run_steps(4);
    assert!(sees(window, "nothing"), "the mistake is told and the text stays: {:?}", texts(window));
    fill(window, "Refers to: teams.lead", "public.people.pid");
    window.key_press(Key::Enter);
    window.run_steps(4);
    row(window, "teams");
    until(window, "the dangling reference", |window| {
        texts(window).iter().any(|text| text.contains("dangling") || text.contains("p9"))
    });
    picture(window, "expert-relations");
}

fn complete(window: &mut Window) {
    until_seen(window, "Sensitive: people.mail");
    click_role(window, Role::CheckBox, "Sensitive: people.mail");
    click_role(window, Role::Button, "Edit the display template of people");
    fill(window, "Display template of people", "%last_name%, %first_name%");
    window.key_press(Key::Enter);
    window.run_steps(4);
    until_seen(window, "Becker, Ana");
    assert!(!sees(window, "ana@example.org"), "sensitive values are masked");
    picture(window, "expert-complete");
}

fn operations(window: &mut Window) {
    row(window, "people");
    click_role(window, Role::Button, "Pattern");
    until(window, "the dry render", |window| sees(window, "Bound value 1"));
    assert!(
        field(window, "Pattern of the operation").value().is_some_and(|text| text.contains("%pid%")),
        "a pattern begins with the plain statement"
    );
    fill(window, "Pattern of the operation", "INSERT INTO people (pid) VALUES ('%nonsense%')");
    click(window, "Next");
    until_seen(window, "nonsense");
    picture(window, "expert-operations-error");
    fill(
        window,
        "Pattern of the operation",
        "INSERT INTO people (pid, last_name) VALUES ('%pid%', '%last_name%')",
    );
    until_seen(window, "Bound value 2");
    picture(window, "expert-operations");
}

fn extend(window: &mut Window) {
    row(window, "people");
    click_role(window, Role::Button, "Add virtual property");
    fill(window, "Name of the property", "vrtFullName");
    choose(window, "Kind of the property", "Pattern");
    fill(window, "Pattern of the property", "%first_name% %last_name%");
    until_seen(window, "Ana Becker");
    picture(window, "expert-extend");
    click_role(window, Role::Switch, "Secret: never displayed, logged or exported");
    until(window, "the values to go", |window| !sees(window, "Ana Becker"));
}
