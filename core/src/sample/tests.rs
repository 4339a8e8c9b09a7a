//! The databases are compared with SQL, side by side, without the engine: what the parameters promise must
//! be there.

#![allow(clippy::unwrap_used)]

use std::{path::PathBuf, time::Instant};

use rusqlite::{Connection, types::Value};
use tempfile::TempDir;

use super::*;

/// Both databases in a folder.
struct Sample {
    folder: TempDir,
    parameters: SampleParameters,
}

impl Sample {
    fn new(parameters: SampleParameters) -> Self {
        let sample = Self { folder: tempfile::tempdir().unwrap(), parameters };
        create_human_resources(&sample.hr(), &sample.parameters).unwrap();
        create_identity_store(&sample.central(), &sample.parameters).unwrap();
        sample
    }

    fn hr(&self) -> PathBuf {
        self.folder.path().join("hr.db")
    }

    fn central(&self) -> PathBuf {
        self.folder.path().join("identity.db")
    }

    /// The identity store with the human resources database attached as `hr`, and tables of the objects with
    /// their references resolved.
    fn open(&self) -> Connection {
        let connection = Connection::open(self.central()).unwrap();
        connection.execute("ATTACH ?1 AS hr", [self.hr().to_str().unwrap()]).unwrap();
        connection.execute_batch(OBJECTS).unwrap();
        connection
    }
}

/// Central objects (`c_…`) and those of human resources (`h_…`) with the same columns.
const OBJECTS: &str = r#"
CREATE TEMP TABLE c_departments AS
SELECT d."UID_Department" AS uid, d."Code" AS k, d."Name" AS name, p."Code" AS parent
FROM "Department" d LEFT JOIN "Department" p ON p."UID_Department" = d."UID_ParentDepartment";
CREATE TEMP TABLE h_departments AS SELECT code AS k, name, parent_code AS parent FROM hr.departments;

CREATE TEMP TABLE c_cost_centres AS
SELECT "UID_CostCentre" AS uid, "Code" AS k, "Name" AS name, "Budget" AS budget, "ValidFrom" AS valid_from
FROM "CostCentre";
CREATE TEMP TABLE h_cost_centres AS SELECT code AS k, name, budget, valid_from FROM hr.cost_centres;

CREATE TEMP TABLE c_people AS
SELECT i."UID_Identity" AS uid, i."PersonnelNumber" AS k, i."FirstName" AS first_name,
  i."LastName" AS last_name, i."DisplayName" AS display_name, coalesce(i."Title", '') AS title, i."Email" AS email,
  i."Phone" AS phone, i."Country" AS country, d."Code" AS department, c."Code" AS cost_centre,
  m."PersonnelNumber" AS manager, i."BirthDate" AS birth_date, i."EntryDate" AS entry_date,
  i."ExitDate" AS exit_date, i."WeeklyHours" AS hours, i."IsActive" AS active
FROM "Identity" i
LEFT JOIN "Department" d ON d."UID_Department" = i."UID_Department"
LEFT JOIN "CostCentre" c ON c."UID_CostCentre" = i."UID_CostCentre"
LEFT JOIN "Identity" m ON m."UID_Identity" = i."UID_Manager";
CREATE TEMP TABLE h_people AS
SELECT personnel_number AS k, first_name, last_name, last_name || ', ' || first_name AS display_name,
  coalesce(title, '') AS title, email, phone, country, department_code AS department,
  cost_centre_code AS cost_centre, manager_number AS manager, birth_date, entry_date, exit_date,
  weekly_hours AS hours, active
FROM hr.employees WHERE employment <> 'applicant';

CREATE TEMP TABLE c_accounts AS
SELECT a."UID_Account" AS uid, a."LoginName" AS k, i."PersonnelNumber" AS owner, a."DisplayName" AS display_name,
  a."IsEnabled" AS enabled, a."LastLogon" AS last_logon
FROM "Account" a
JOIN "TargetSystem" s ON s."UID_TargetSystem" = a."UID_TargetSystem" AND s."Identifier" = 'HR'
LEFT JOIN "Identity" i ON i."UID_Identity" = a."UID_Identity";
CREATE TEMP TABLE h_accounts AS
SELECT login AS k, personnel_number AS owner, display_name, enabled, last_logon FROM hr.accounts;

CREATE TEMP TABLE c_groups AS
SELECT "UID_Group" AS uid, "Name" AS k, coalesce("Description", '') AS description FROM "Group";
CREATE TEMP TABLE h_groups AS SELECT group_name AS k, coalesce(description, '') AS description FROM hr.groups;

CREATE TEMP TABLE c_memberships AS
SELECT m."UID_Account" AS uid, m."UID_Group" AS uid_group, a."LoginName" || '|' || g."Name" AS k,
  m."ValidFrom" AS valid_from
FROM "AccountInGroup" m
JOIN "Account" a ON a."UID_Account" = m."UID_Account"
JOIN "Group" g ON g."UID_Group" = m."UID_Group";
CREATE TEMP TABLE h_memberships AS
SELECT login || '|' || group_name AS k, valid_from FROM hr.memberships;
CREATE INDEX temp.c_departments_k ON c_departments (k);
CREATE INDEX temp.h_departments_k ON h_departments (k);
CREATE INDEX temp.c_cost_centres_k ON c_cost_centres (k);
CREATE INDEX temp.h_cost_centres_k ON h_cost_centres (k);
CREATE INDEX temp.c_people_k ON c_people (k);
CREATE INDEX temp.h_people_k ON h_people (k);
CREATE INDEX temp.c_accounts_k ON c_accounts (k);
CREATE INDEX temp.h_accounts_k ON h_accounts (k);
CREATE INDEX temp.c_groups_k ON c_groups (k);
CREATE INDEX temp.h_groups_k ON h_groups (k);
CREATE INDEX temp.c_memberships_k ON c_memberships (k);
CREATE INDEX temp.h_memberships_k ON h_memberships (k);
"#;

fn number(connection: &Connection, sql: &str) -> usize {
    let value: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    usize::try_from(value).unwrap()
}

/// A condition on `c` that holds for objects that are labelled as outstanding.
fn labelled(schema_type: &str, key: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM sw_outstanding o WHERE o.system_identifier = 'HR' AND o.side = 'left'
           AND o.schema_type = '{schema_type}' AND o.object_key = {key})"
    )
}

/// Counts over objects that match by `k` alone.
fn counted(
    connection: &Connection,
    objects: &str,
    schema_type: &str,
    key: &str,
    differs: &str,
) -> ExpectedCounts {
    let pairs = format!("FROM c_{objects} c JOIN h_{objects} h ON h.k = c.k");
    let label = labelled(schema_type, key);
    let missing =
        format!("FROM c_{objects} c WHERE NOT EXISTS (SELECT 1 FROM h_{objects} h WHERE h.k = c.k)");
    let both = number(connection, &format!("SELECT count(*) {pairs}"));
    let both_differ = number(connection, &format!("SELECT count(*) {pairs} WHERE {differs}"));
    ExpectedCounts {
        both_equal: both - both_differ,
        both_differ,
        left_only: number(connection, &format!("SELECT count(*) {missing} AND NOT {label}")),
        right_only: number(
            connection,
            &format!(
                "SELECT count(*) FROM h_{objects} h WHERE NOT EXISTS (SELECT 1 FROM c_{objects} c WHERE c.k = h.k)"
            ),
        ),
        outstanding: number(connection, &format!("SELECT count(*) {missing} AND {label}")),
        outstanding_returned: number(connection, &format!("SELECT count(*) {pairs} WHERE {label}")),
        ..ExpectedCounts::default()
    }
}

/// The situations only, of the step of that name.
fn situations(parameters: &SampleParameters, start_up: &str, step: &str) -> ExpectedCounts {
    let steps = expected(parameters, start_up);
    let counts = steps.iter().find(|expected| expected.step == step).unwrap().counts;
    ExpectedCounts { insert: 0, update: 0, delete: 0, mark_outstanding: 0, reset_outstanding: 0, ..counts }
}

const KEY_OF_ONE: &str = r#"'{"UID_' || '#' || '":"' || c.uid || '"}'"#;

fn key(schema_type: &str) -> String {
    KEY_OF_ONE.replace('#', schema_type)
}

fn differs(columns: &[&str]) -> String {
    let differ: Vec<String> = columns.iter().map(|column| format!("c.{column} IS NOT h.{column}")).collect();
    format!("({})", differ.join(" OR "))
}

/// Small numbers, all different from the defaults.
fn small() -> SampleParameters {
    SampleParameters {
        seed: 7,
        departments: DepartmentCounts { total: 30, renamed: 2, only_in_hr: 3, ..DepartmentCounts::default() },
        cost_centres: CostCentreCounts { total: 20, ..CostCentreCounts::default() },
        people: PeopleCounts {
            total: 400,
            changed_in_hr: 33,
            changed_in_central: 9,
            changed_in_both: 3,
            matched_by_email: 4,
            only_in_hr: 11,
            shared_mailboxes: 2,
            duplicate_identities: 1,
            ..PeopleCounts::default()
        },
        accounts: AccountCounts { total: 230, logged_on: 21, only_in_hr: 9, ..AccountCounts::default() },
        groups: GroupCounts { total: 25, only_in_hr: 2, ..GroupCounts::default() },
        memberships: MembershipCounts { per_account: 2, date_changed: 12, ..MembershipCounts::default() },
    }
}

#[test]
fn what_is_prepared_is_there() {
    for parameters in [SampleParameters::default(), small()] {
        let sample = Sample::new(parameters);
        let connection = sample.open();
        let of = |start_up, step| situations(&sample.parameters, start_up, step);

        let columns = differs(&["name", "parent"]);
        let counts = counted(&connection, "departments", "Department", &key("Department"), &columns);
        assert_eq!(counts, of(IMPORT, "Departments"));

        let columns = differs(&["name", "budget", "valid_from"]);
        let counts = counted(&connection, "cost_centres", "CostCentre", &key("CostCentre"), &columns);
        assert_eq!(counts, of(IMPORT, "Cost centres"));

        let columns = differs(&["description"]);
        let counts = counted(&connection, "groups", "Group", &key("Group"), &columns);
        assert_eq!(counts, of(IMPORT, "Groups"));
        assert_eq!(counts, of(PROVISION, "Groups"));

        let both = r#"'{"UID_Account":"' || c.uid || '","UID_Group":"' || c.uid_group || '"}'"#;
        let columns = differs(&["valid_from"]);
        let counts = counted(&connection, "memberships", "AccountInGroup", both, &columns);
        assert_eq!(counts, of(IMPORT, "Memberships"));
        assert_eq!(counts, of(PROVISION, "Memberships"));
    }
}

#[test]
fn people_are_as_prepared() {
    for parameters in [SampleParameters::default(), small()] {
        let sample = Sample::new(parameters);
        let connection = sample.open();
        let people = &sample.parameters.people;
        let owned_by_hr = format!(
            "({} OR (c.country IS NULL AND h.country IS NOT NULL) OR (c.email IS NULL AND h.email IS NOT NULL))",
            differs(&[
                "first_name",
                "last_name",
                "display_name",
                "title",
                "department",
                "cost_centre",
                "manager",
                "birth_date",
                "entry_date",
                "exit_date",
                "hours",
                "active",
            ])
        );
        let owned_centrally =
            "((c.email IS NOT NULL AND lower(c.email) IS NOT lower(h.email)) OR c.phone IS NOT h.phone)";
        // People with an address instead of a personnel number are found by the alternative rule, so they
        // are on one side only here.
        let by_number = |differs: &str| counted(&connection, "people", "Identity", &key("Identity"), differs);
        for (start_up, differs, found_by_email) in
            [(IMPORT, owned_by_hr.as_str(), people.matched_by_email), (PROVISION, owned_centrally, 0)]
        {
            let expected = situations(&sample.parameters, start_up, "People");
            let counts = by_number(differs);
            assert_eq!(counts.both_differ, expected.both_differ - found_by_email, "{start_up}");
            assert_eq!(
                counts.both_equal + counts.both_differ,
                expected.both_equal + expected.both_differ - people.matched_by_email
            );
            assert_eq!(
                counts.left_only,
                expected.left_only + people.matched_by_email + people.ambiguous_in_central()
            );
            assert_eq!(
                counts.right_only,
                expected.right_only + people.matched_by_email + people.ambiguous_in_hr()
            );
            assert_eq!(counts.outstanding, expected.outstanding);
            assert_eq!(counts.outstanding_returned, expected.outstanding_returned);
        }

        // What the alternative rule finds among these.
        connection
            .execute_batch(
                "CREATE TEMP TABLE pairs AS SELECT c.uid AS l, h.k AS r FROM c_people c
                   JOIN h_people h ON lower(h.email) = lower(c.email)
                 WHERE NOT EXISTS (SELECT 1 FROM h_people x WHERE x.k = c.k)
                   AND NOT EXISTS (SELECT 1 FROM c_people x WHERE x.k = h.k)",
            )
            .unwrap();
        let lone = "(SELECT count(*) FROM pairs x WHERE x.l = p.l) = 1 AND (SELECT count(*) FROM pairs x WHERE x.r = p.r) = 1";
        let count = |what: &str, condition: &str| {
            number(&connection, &format!("SELECT count({what}) FROM pairs p WHERE {condition}"))
        };
        assert_eq!(count("*", lone), people.matched_by_email);
        assert_eq!(count("DISTINCT l", &format!("NOT ({lone})")), people.ambiguous_in_central());
        assert_eq!(count("DISTINCT r", &format!("NOT ({lone})")), people.ambiguous_in_hr());
        // Those whom a second run must find equal: nothing but the number is to be written.
        let differ = format!(
            "SELECT count(*) FROM pairs p JOIN c_people c ON c.uid = p.l JOIN h_people h ON h.k = p.r
             WHERE {lone} AND ({owned_by_hr} OR {owned_centrally})"
        );
        assert_eq!(number(&connection, &differ), 0);
        // Nobody refers to people whom the personnel number does not find.
        let referred = "SELECT (SELECT count(*) FROM hr.accounts a JOIN pairs ON a.personnel_number = r)
            + (SELECT count(*) FROM hr.employees e JOIN pairs ON e.manager_number = r)
            + (SELECT count(*) FROM \"Account\" a JOIN pairs ON a.\"UID_Identity\" = l)
            + (SELECT count(*) FROM \"Identity\" i JOIN pairs ON i.\"UID_Manager\" = l)";
        assert_eq!(number(&connection, referred), 0);

        let namesakes = "SELECT count(*) FROM hr.employees a JOIN hr.employees b
              ON a.personnel_number < b.personnel_number AND a.first_name = b.first_name
              AND a.last_name = b.last_name AND a.birth_date IS b.birth_date AND a.email = b.email";
        assert_eq!(number(&connection, namesakes), people.namesakes);
        let applicants = "SELECT count(*) FROM hr.employees WHERE employment = 'applicant'";
        assert_eq!(number(&connection, applicants), people.applicants);
    }
}

#[test]
fn accounts_are_as_prepared() {
    for parameters in [SampleParameters::default(), small()] {
        let sample = Sample::new(parameters);
        let connection = sample.open();
        let counts = &sample.parameters.accounts;
        for (start_up, columns, by_owner) in [
            (IMPORT, &["owner", "display_name", "last_logon"], counts.renamed),
            (PROVISION, &["owner", "display_name", "enabled"], 0),
        ] {
            let expected = situations(&sample.parameters, start_up, "Accounts");
            let found = counted(&connection, "accounts", "Account", &key("Account"), &differs(columns));
            assert_eq!(found.both_differ, expected.both_differ - by_owner, "{start_up}");
            assert_eq!(found.both_equal + found.both_differ, counts.total);
            assert_eq!(found.left_only, expected.left_only + counts.renamed + counts.owners_of_two);
            assert_eq!(found.right_only, expected.right_only + counts.renamed + 2 * counts.owners_of_two);
            assert_eq!(found.outstanding, expected.outstanding);
            assert_eq!(found.outstanding_returned, expected.outstanding_returned);
        }
        connection
            .execute_batch(
                "CREATE TEMP TABLE pairs AS SELECT c.uid AS l, h.k AS r FROM c_accounts c
                   JOIN h_accounts h ON h.owner = c.owner
                 WHERE NOT EXISTS (SELECT 1 FROM h_accounts x WHERE x.k = c.k)
                   AND NOT EXISTS (SELECT 1 FROM c_accounts x WHERE x.k = h.k)",
            )
            .unwrap();
        let of_size = |size: usize| {
            number(
                &connection,
                &format!("SELECT count(*) FROM (SELECT l FROM pairs GROUP BY l HAVING count(*) = {size})"),
            )
        };
        assert_eq!((of_size(1), of_size(2)), (counts.renamed, counts.owners_of_two));
        assert_eq!(
            number(&connection, "SELECT count(*) FROM pairs"),
            counts.renamed + 2 * counts.owners_of_two
        );
        // Memberships go by login name: none where the sides name an account differently.
        let odd = "SELECT (SELECT count(*) FROM hr.memberships m JOIN pairs ON m.login = r)
            + (SELECT count(*) FROM \"AccountInGroup\" m JOIN pairs ON m.\"UID_Account\" = l)";
        assert_eq!(number(&connection, odd), 0);
        // Provisioning creates accounts whose owner must be there.
        let homeless = "SELECT count(*) FROM c_accounts c WHERE c.owner IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM hr.employees e WHERE e.personnel_number = c.owner)";
        assert_eq!(number(&connection, homeless), 0);
        let unique = "SELECT count(*) - count(DISTINCT \"LoginName\") FROM \"Account\"";
        assert_eq!(number(&connection, unique), 0);
    }
}

#[test]
fn references_are_valid_on_both_sides() {
    let sample = Sample::new(SampleParameters::default());
    for path in [sample.hr(), sample.central()] {
        let connection = Connection::open(path).unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        let mut check = connection.prepare("PRAGMA foreign_key_check").unwrap();
        assert!(!check.exists([]).unwrap());
        let intact: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(intact, "ok");
    }
}

#[test]
fn there_is_what_makes_reading_and_writing_hard() {
    let sample = Sample::new(SampleParameters::default());
    let connection = sample.open();
    let at_least = |least: usize, sql: &str| {
        let found = number(&connection, sql);
        assert!(found >= least, "{found} < {least}: {sql}");
    };
    let depth = "WITH RECURSIVE tree (code, depth) AS (
        SELECT code, 1 FROM hr.departments WHERE parent_code IS NULL
        UNION ALL SELECT d.code, depth + 1 FROM hr.departments d JOIN tree t ON d.parent_code = t.code)
      SELECT max(depth) FROM tree";
    at_least(4, depth);
    at_least(5, "SELECT count(*) FROM hr.departments WHERE parent_code > code");
    at_least(2000, "SELECT count(*) FROM hr.employees WHERE manager_number > personnel_number");
    at_least(14, "SELECT count(DISTINCT country) FROM hr.employees");
    for column in ["title", "phone"] {
        at_least(50, &format!("SELECT count(*) FROM hr.employees WHERE {column} = ''"));
        at_least(50, &format!("SELECT count(*) FROM hr.employees WHERE {column} IS NULL"));
    }
    for column in ["email", "birth_date", "exit_date", "weekly_hours", "cost_centre_code"] {
        at_least(20, &format!("SELECT count(*) FROM hr.employees WHERE {column} IS NULL"));
    }
    at_least(
        1000,
        "SELECT count(*) FROM hr.employees WHERE length(last_name) < length(cast(last_name AS BLOB))",
    );
    at_least(100, "SELECT count(*) FROM hr.accounts WHERE last_logon LIKE '%.25'");
    at_least(
        1,
        "SELECT count(*) FROM hr.employees e JOIN hr.employees m ON e.manager_number = m.personnel_number
        WHERE NOT EXISTS (SELECT 1 FROM \"Identity\" i WHERE i.\"PersonnelNumber\" = e.personnel_number)
        AND NOT EXISTS (SELECT 1 FROM \"Identity\" i WHERE i.\"PersonnelNumber\" = m.personnel_number)",
    );
}

#[test]
fn defaults_stay_below_the_default_quotas() {
    let parameters = SampleParameters::default();
    for start_up in [IMPORT, PROVISION] {
        for ExpectedStep { step, counts } in expected(&parameters, start_up) {
            let pairs = counts.both_equal + counts.both_differ;
            assert!(counts.mark_outstanding * 100 <= 20 * (pairs + counts.left_only), "{step}");
            assert!(counts.delete * 100 <= 10 * (pairs + counts.right_only), "{step}");
        }
    }
}

/// Everything in a database, as text.
fn dump(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut tables = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
        .unwrap();
    let tables: Vec<(String, String)> =
        tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    let mut lines = Vec::new();
    for (table, sql) in tables {
        lines.push(sql);
        let mut rows = connection.prepare(&format!("SELECT * FROM \"{table}\" ORDER BY rowid")).unwrap();
        let columns = rows.column_count();
        let read = rows.query_map([], |row| {
            (0..columns).map(|column| row.get::<_, Value>(column)).collect::<Result<Vec<_>, _>>()
        });
        lines.extend(read.unwrap().map(|row| format!("{:?}", row.unwrap())));
    }
    lines
}

#[test]
fn the_same_seed_gives_the_same_databases() {
    let (first, second) = (Sample::new(small()), Sample::new(small()));
    assert_eq!(dump(&first.hr()), dump(&second.hr()));
    assert_eq!(dump(&first.central()), dump(&second.central()));
    let other = Sample::new(SampleParameters { seed: 8, ..small() });
    assert_ne!(dump(&first.hr()), dump(&other.hr()));
}

#[test]
fn files_are_complete_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hr.db");
    fs::write(folder.path().join("hr.db-wal"), "left behind").unwrap();
    create_human_resources(&path, &small()).unwrap();
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["hr.db"]);

    let before = fs::read(&path).unwrap();
    assert!(matches!(create_identity_store(&path, &small()), Err(SampleError::File { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);

    let missing = folder.path().join("missing").join("hr.db");
    assert!(matches!(create_human_resources(&missing, &small()), Err(SampleError::File { .. })));
}

#[test]
fn contradictions_are_refused() {
    let mut parameters = small();
    parameters.people.total = 100;
    let folder = tempfile::tempdir().unwrap();
    let refused = create_identity_store(&folder.path().join("identity.db"), &parameters);
    assert!(matches!(refused, Err(SampleError::TooFew { .. })), "{refused:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn making_the_sample_does_not_keep_anybody_waiting() {
    let start = Instant::now();
    let _sample = Sample::new(SampleParameters::default());
    // 1.5 s is the aim; a busy test machine gets more.
    assert!(start.elapsed().as_secs() < 15, "{:?}", start.elapsed());
}

#[test]
fn the_user_guide_has_the_right_numbers() {
    let parameters = SampleParameters::default();
    let guide = include_str!("../../../assets/help/sample.md");
    let provision = expected(&parameters, PROVISION);
    for ExpectedStep { step, counts: import } in expected(&parameters, IMPORT) {
        let other = provision.iter().find(|other| other.step == step).map_or(import, |other| other.counts);
        let both = |import: usize, other: usize| {
            if import == other { import.to_string() } else { format!("{import} / {other}") }
        };
        let ambiguous = if import.ambiguous == 0 { "–".to_owned() } else { import.ambiguous.to_string() };
        let line = format!(
            "| {step} | {} | {} | {} | {} | {ambiguous} | {} | {} |",
            both(import.both_equal, other.both_equal),
            both(import.both_differ, other.both_differ),
            import.left_only,
            import.right_only,
            import.outstanding,
            import.outstanding_returned,
        );
        assert!(guide.contains(&line), "the guide must say: {line}");
    }
}
