//! Writes the identity store of the sample.
//!
//! GUIDs are derived from what they stand for, not drawn: a reference needs no look-up, and no GUID depends
//! on the order in which objects are made.

use std::collections::HashMap;

use rusqlite::{Statement, Transaction, params};
use serde_json::json;
use uuid::Uuid;

use super::{Content, TARGET_IDENTIFIER, date, hundredths, names::COUNTRIES, people::Person, timestamp};

/// Target system of the accounts that the sample project does not synchronize.
const OTHER_SYSTEM: &str = "CORP";

/// Namespace of the GUIDs of the sample.
const NAMESPACE: Uuid = Uuid::from_u128(0x2f1d_9a54_6c0e_4b7f_9a3d_51c8_7e60_b412);

fn guid(table: &str, object: &str) -> String {
    Uuid::new_v5(&NAMESPACE, format!("{table}/{object}").as_bytes()).hyphenated().to_string()
}

/// The labels of outstanding objects. The journal creates the same table in other central databases.
const OUTSTANDING: &str = "CREATE TABLE sw_outstanding (
  system_identifier TEXT NOT NULL,
  side TEXT NOT NULL,
  schema_type TEXT NOT NULL,
  object_key TEXT NOT NULL,
  marked_at TEXT NOT NULL,
  run_id TEXT NOT NULL,
  PRIMARY KEY (system_identifier, side, schema_type, object_key)
)";

/// Labels objects as an earlier run would have done.
struct Labels<'a>(Statement<'a>);

impl Labels<'_> {
    fn add(&mut self, schema_type: &str, key: &serde_json::Value) -> rusqlite::Result<()> {
        self.0.execute(params![TARGET_IDENTIFIER, schema_type, key.to_string()]).map(|_| ())
    }
}

/// Fills an empty identity store.
pub(super) fn write(transaction: &Transaction<'_>, content: &Content) -> rusqlite::Result<()> {
    transaction.execute_batch(OUTSTANDING)?;
    let mut labels = Labels(transaction.prepare(
        "INSERT INTO sw_outstanding VALUES (?1, 'left', ?2, ?3, '2025-01-06T06:00:00Z', 'sample')",
    )?);
    organisation(transaction, content, &mut labels)?;
    identities(transaction, content, &mut labels)?;
    accounts(transaction, content, &mut labels)
}

fn organisation(
    transaction: &Transaction<'_>,
    content: &Content,
    labels: &mut Labels<'_>,
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare(
        r#"INSERT INTO "Department" ("UID_Department", "Code", "Name", "UID_ParentDepartment")
           VALUES (?1, ?2, ?3, ?4)"#,
    )?;
    for twin in &content.organisation.departments {
        let Some(department) = &twin.central else { continue };
        let uid = guid("Department", &department.code);
        let parent = department.parent.as_ref().map(|parent| guid("Department", parent));
        insert.execute(params![uid, department.code, department.name, parent])?;
        if twin.labelled {
            labels.add("Department", &json!({ "UID_Department": uid }))?;
        }
    }
    let mut insert = transaction.prepare(
        r#"INSERT INTO "CostCentre" ("UID_CostCentre", "Code", "Name", "Budget", "ValidFrom")
           VALUES (?1, ?2, ?3, ?4, ?5)"#,
    )?;
    for twin in &content.organisation.cost_centres {
        let Some(cost_centre) = &twin.central else { continue };
        let uid = guid("CostCentre", &cost_centre.code);
        insert.execute(params![
            uid,
            cost_centre.code,
            cost_centre.name,
            hundredths(cost_centre.budget),
            date(cost_centre.valid_from),
        ])?;
        if twin.labelled {
            labels.add("CostCentre", &json!({ "UID_CostCentre": uid }))?;
        }
    }
    let mut insert = transaction.prepare(
        r#"INSERT INTO "Location"
             ("UID_Location", "Name", "City", "Country", "TimeZone", "Latitude", "Longitude")
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"#,
    )?;
    for country in &COUNTRIES {
        insert.execute(params![
            guid("Location", country.code),
            format!("{} ({})", country.city, country.code),
            country.city,
            country.code,
            country.time_zone,
            country.place.0,
            country.place.1,
        ])?;
    }
    Ok(())
}

fn identities(
    transaction: &Transaction<'_>,
    content: &Content,
    labels: &mut Labels<'_>,
) -> rusqlite::Result<()> {
    // A manager is named by personnel number, but the key of an identity must not depend on it: people
    // without one need a key as well.
    let uid_of = |person: &Person| guid("Identity", &person.serial.to_string());
    let uids = content.people.uids(uid_of);
    let mut insert = transaction.prepare(
        r#"INSERT INTO "Identity"
             ("UID_Identity", "PersonnelNumber", "FirstName", "LastName", "DisplayName", "Title", "Email",
              "Phone", "Country", "UID_Department", "UID_CostCentre", "UID_Location", "UID_Manager",
              "BirthDate", "EntryDate", "ExitDate", "WeeklyHours", "IsActive")
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"#,
    )?;
    for twin in &content.people.twins {
        let Some(person) = &twin.central else { continue };
        let uid = uid_of(person);
        insert.execute(params![
            uid,
            person.number,
            person.first_name,
            person.last_name,
            person.display_name(),
            person.title,
            person.email,
            person.phone,
            person.country,
            person.department.as_ref().map(|code| guid("Department", code)),
            person.cost_centre.as_ref().map(|code| guid("CostCentre", code)),
            person.country.as_ref().map(|country| guid("Location", country)),
            person.manager.as_ref().and_then(|number| uids.get(number.as_str())),
            date(person.birth_date),
            date(Some(person.entry_date)),
            date(person.exit_date),
            hundredths(person.weekly_hours),
            person.active,
        ])?;
        if twin.labelled {
            labels.add("Identity", &json!({ "UID_Identity": uid }))?;
        }
    }
    Ok(())
}

fn accounts(
    transaction: &Transaction<'_>,
    content: &Content,
    labels: &mut Labels<'_>,
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare(
        r#"INSERT INTO "TargetSystem" ("UID_TargetSystem", "Identifier", "DisplayName", "Description")
           VALUES (?1, ?2, ?3, ?4)"#,
    )?;
    for (identifier, name, description) in [
        (TARGET_IDENTIFIER, "Human resources", "Employees, their accounts and their rights"),
        (OTHER_SYSTEM, "Office network", "Another system, which this project leaves alone"),
    ] {
        insert.execute(params![guid("TargetSystem", identifier), identifier, name, description])?;
    }
    let uids = content.people.uids(|person| guid("Identity", &person.serial.to_string()));
    // A membership names the account by login name; a renamed account keeps its key.
    let mut account_uids: HashMap<&str, String> = HashMap::new();
    let mut insert = transaction.prepare(
        r#"INSERT INTO "Account"
             ("UID_Account", "UID_TargetSystem", "UID_Identity", "LoginName", "DisplayName", "IsEnabled",
              "LastLogon")
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"#,
    )?;
    for twin in &content.accounts.accounts {
        let Some(account) = &twin.central else { continue };
        let uid = guid("Account", &account.origin);
        let system = if account.other_system { OTHER_SYSTEM } else { TARGET_IDENTIFIER };
        insert.execute(params![
            uid,
            guid("TargetSystem", system),
            account.owner.as_ref().and_then(|number| uids.get(number.as_str())),
            account.login,
            account.display_name,
            account.enabled,
            timestamp(account.last_logon),
        ])?;
        if twin.labelled {
            labels.add("Account", &json!({ "UID_Account": uid }))?;
        }
        account_uids.insert(&account.login, uid);
    }
    let mut insert = transaction.prepare(
        r#"INSERT INTO "Group" ("UID_Group", "UID_TargetSystem", "Name", "Description")
           VALUES (?1, ?2, ?3, ?4)"#,
    )?;
    for twin in &content.accounts.groups {
        let Some(group) = &twin.central else { continue };
        let uid = guid("Group", &group.name);
        let system = guid("TargetSystem", TARGET_IDENTIFIER);
        insert.execute(params![uid, system, group.name, group.description])?;
        if twin.labelled {
            labels.add("Group", &json!({ "UID_Group": uid }))?;
        }
    }
    let mut insert = transaction.prepare(
        r#"INSERT INTO "AccountInGroup" ("UID_Account", "UID_Group", "ValidFrom") VALUES (?1, ?2, ?3)"#,
    )?;
    for twin in &content.accounts.memberships {
        let Some(membership) = &twin.central else { continue };
        let account = account_uids.get(membership.login.as_str());
        let group = guid("Group", &membership.group);
        insert.execute(params![account, group, date(membership.valid_from)])?;
        if twin.labelled {
            labels.add("AccountInGroup", &json!({ "UID_Account": account, "UID_Group": group }))?;
        }
    }
    Ok(())
}
