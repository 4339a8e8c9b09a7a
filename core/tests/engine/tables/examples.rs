//! Worked examples by hand: directory groups with a primary rule and two alternatives (M2–M4), and the merge of their
//! members (R15, R18).

use syncwright_core::{
    project::{
        Direction, Method, MultiValueWrite, Project, PropertyRule, RuleKind, Transformation, VirtualKind,
        VirtualProperty,
    },
    sync::{Change, RunReport, Situations},
    value::ValueType,
};

use crate::{
    fixture::{Systems, by, changes, mapping, messages, pair, rows, rule},
    virtual_properties::{class, names, property},
};

/// Groups that are matched by GUID, then by distinguished name, then by SID.
fn groups(central: &str, directory: &str) -> (Systems, Project) {
    let table = "CREATE TABLE grp (id INTEGER PRIMARY KEY, guid GUID, dn TEXT, sid TEXT, descr TEXT);
                 INSERT INTO grp (id, guid, dn, sid, descr) VALUES";
    let systems = Systems::new(&format!("{table} {central};"), &format!("{table} {directory};"));
    let matching =
        vec![by("guid", pair("guid", "guid")), by("dn", pair("dn", "dn")), by("sid", pair("sid", "sid"))];
    let once = |name: &str| PropertyRule { do_not_overwrite: true, ..rule(name, name) };
    let rules = vec![once("guid"), rule("dn", "dn"), once("sid"), rule("descr", "descr")];
    let project = systems.project(Direction::ToTarget, vec![mapping("grp", "grp", matching, rules)]);
    (systems, project)
}

const A: &str = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
const B: &str = "00000000-0000-0000-0000-00000000000b";

/// Method, central group, directory group of every change.
fn fates(report: &RunReport) -> Vec<String> {
    let id = |key: &[(String, syncwright_core::value::Value)]| {
        key.first().map(|(_, value)| value.to_string()).unwrap_or_default()
    };
    changes(report)
        .iter()
        .map(|Change { method, left_key, right_key, .. }| {
            format!("{} {}={}", method.id(), id(left_key), id(right_key))
        })
        .collect()
}

/// The guides' example: the GUID has changed in the directory, so the group is found by its name.
#[test]
fn a_group_whose_guid_is_gone_is_found_by_its_name() {
    let (systems, project) = groups(
        &format!("(1, '{A}', 'CN=Sales', 'S-1', 'new text')"),
        &format!("(11, '{B}', 'CN=Sales', 'S-2', 'old text'), (12, NULL, 'CN=Other', 'S-1', 'x')"),
    );
    let report = systems.run_well(&project);
    // The group with the same SID is no candidate: a rule above has identified the group already.
    assert_eq!(fates(&report), ["update 1=11", "delete =12"]);
    assert_eq!(
        rows(&systems.right(), "SELECT guid, dn, sid, descr FROM grp"),
        [format!("{B}|CN=Sales|S-2|new text")]
    );
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// The primary rule decides alone, whatever the alternatives would say, and however the GUID is spelled.
#[test]
fn the_primary_rule_goes_before_the_alternatives() {
    let spelled = format!("{{{}}}", A.to_uppercase());
    let (systems, project) = groups(
        &format!("(1, '{A}', 'CN=Sales', 'S-1', 'a')"),
        &format!("(11, '{spelled}', 'CN=Moved', 'S-9', 'b'), (12, '{B}', 'CN=Sales', 'S-1', 'c')"),
    );
    let report = systems.run_well(&project);
    assert_eq!(fates(&report), ["update 1=11", "delete =12"]);
    assert_eq!(rows(&systems.right(), "SELECT id, dn, descr FROM grp"), ["11|CN=Sales|a"]);
}

/// Renamed in the directory and without GUID here: the SID is left, and the GUID is not taken away.
#[test]
fn a_moved_group_is_found_by_its_sid() {
    let (systems, project) = groups(
        "(1, NULL, 'CN=Sales,OU=New', 'S-1', 'a'), (2, NULL, '', 'S-2', 'b'), (3, NULL, 'CN=None', NULL, 'c')",
        &format!(
            "(11, '{A}', 'CN=Sales,OU=Old', 'S-1', 'a'), (12, '{B}', '', 'S-2', 'b'), (13, NULL, '', '', 'd')"
        ),
    );
    let report = systems.run_well(&project);
    assert_eq!(fates(&report), ["insert 3=", "update 1=11", "delete =13"]);
    // Both are there, equal or updated: an empty name matches no other empty name.
    let expected =
        Situations { both_equal: 1, both_differ: 1, left_only: 1, right_only: 1, ..Situations::default() };
    assert_eq!(report.steps[0].situations, expected);
    assert_eq!(
        rows(&systems.right(), "SELECT guid, dn FROM grp WHERE sid = 'S-1'"),
        [format!("{A}|CN=Sales,OU=New")]
    );
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// Two groups with one name: neither is processed, also not by the SID that would tell them apart.
#[test]
fn groups_of_one_name_are_left_alone() {
    let (systems, project) = groups(
        "(1, NULL, 'CN=Sales', 'S-1', 'a'), (2, NULL, 'CN=Ops', 'S-3', 'b')",
        "(11, NULL, 'CN=Sales', 'S-1', 'x'), (12, NULL, 'CN=Sales', 'S-2', 'y'), (13, NULL, 'CN=Ops', 'S-3', 'z')",
    );
    let before = rows(&systems.right(), "SELECT * FROM grp WHERE dn = 'CN=Sales'");
    let report = systems.run_well(&project);
    assert_eq!(fates(&report), ["update 2=13"]);
    assert_eq!(report.steps[0].situations.ambiguous, 3);
    let told = messages(&report, "SW-R101");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(["1", "11", "12"].iter().all(|name| told[0].contains(name)), "{told:?}");
    assert_eq!(rows(&systems.right(), "SELECT * FROM grp WHERE dn = 'CN=Sales'"), before);
    assert!(changes(&report).iter().all(|change| change.method == Method::Update));
}

/// Membership merge, as the guides tell it: of a list of members only what differs is written. Members that the target
/// system got by itself stay where the rule tolerates them, and their rows are not touched; without merge mode (R15)
/// the list is sent whole.
#[test]
fn memberships_are_merged_member_by_member() {
    const MEMBERS: &str = "CREATE TABLE account (id INTEGER PRIMARY KEY, login TEXT);
        INSERT INTO account VALUES (1, 'ann'), (2, 'bob'), (3, 'cid'), (4, 'svc-backup');
        CREATE TABLE grp (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO grp VALUES (1, 'staff');
        CREATE TABLE member (grp INTEGER REFERENCES grp (id), account INTEGER REFERENCES account (id), since TEXT,
            PRIMARY KEY (grp, account));";
    for whole in [false, true] {
        let systems = Systems::new(
            &format!("{MEMBERS} INSERT INTO member VALUES (1, 1, NULL), (1, 2, NULL);"),
            &format!(
                "{MEMBERS} INSERT INTO member VALUES (1, 2, 'kept'), (1, 3, 'kept'), (1, 4, 'kept');
                 CREATE TABLE written (what TEXT);
                 CREATE TRIGGER i AFTER INSERT ON member BEGIN INSERT INTO written VALUES ('+' || new.account); END;
                 CREATE TRIGGER d AFTER DELETE ON member BEGIN INSERT INTO written VALUES ('-' || old.account); END;"
            ),
        );
        let members = PropertyRule {
            kind: RuleKind::MultiReference,
            transformation: Transformation {
                multi_value: MultiValueWrite::Protect(vec!["svc-.*".to_owned()]),
                ..Transformation::default()
            },
            no_merge_mode: whole,
            ..rule("members", "members")
        };
        let rules = vec![rule("name", "name"), members];
        let mut project = systems.project(
            Direction::ToTarget,
            vec![mapping("group", "group", vec![by("name", pair("name", "name"))], rules)],
        );
        let list = VirtualProperty {
            multi_valued: true,
            ..property(
                "members",
                ValueType::String,
                VirtualKind::Members {
                    schema_type: "member".to_owned(),
                    own_reference: names(&["grp"]),
                    member_reference: names(&["account"]),
                    property: "login".to_owned(),
                },
            )
        };
        for system in [&mut project.central, &mut project.target] {
            system.schema.classes = vec![class("group", "grp", vec![list.clone()])];
        }
        systems.run_well(&project);
        let held = "SELECT account, since FROM member ORDER BY account";
        let written = rows(&systems.right(), "SELECT what FROM written ORDER BY what");
        if whole {
            assert_eq!(
                rows(&systems.right(), "SELECT account FROM member ORDER BY account"),
                ["1", "2", "4"]
            );
            assert_eq!(written, ["+1", "+2", "+4", "-2", "-3", "-4"]);
        } else {
            assert_eq!(rows(&systems.right(), held), ["1|∅", "2|kept", "4|kept"]);
            assert_eq!(written, ["+1", "-3"]);
        }
        // A member that the target got meanwhile and that is tolerated is no reason to write.
        systems
            .right()
            .execute_batch("INSERT INTO account VALUES (5, 'svc-scan'); INSERT INTO member VALUES (1, 5, '')")
            .unwrap();
        assert_eq!(systems.run_well(&project).total_writes(), 0);
    }
}
