//! Writes the human resources database of the sample.

use rusqlite::{Transaction, params};

use super::{Content, date, hundredths, timestamp};

/// Creates and fills the tables.
pub(super) fn write(transaction: &Transaction<'_>, content: &Content) -> rusqlite::Result<()> {
    transaction.execute_batch(include_str!("human_resources.sql"))?;
    let mut insert = transaction.prepare("INSERT INTO departments VALUES (?1, ?2, ?3)")?;
    for department in content.organisation.departments.iter().filter_map(|twin| twin.target.as_ref()) {
        insert.execute(params![department.code, department.name, department.parent])?;
    }
    let mut insert = transaction.prepare("INSERT INTO cost_centres VALUES (?1, ?2, ?3, ?4)")?;
    for cost_centre in content.organisation.cost_centres.iter().filter_map(|twin| twin.target.as_ref()) {
        insert.execute(params![
            cost_centre.code,
            cost_centre.name,
            hundredths(cost_centre.budget),
            date(cost_centre.valid_from),
        ])?;
    }
    let mut insert = transaction.prepare(
        "INSERT INTO employees VALUES
           (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?;
    for person in content.people.twins.iter().filter_map(|twin| twin.target.as_ref()) {
        insert.execute(params![
            person.number,
            person.first_name,
            person.last_name,
            person.title,
            person.email,
            person.phone,
            person.country,
            person.department,
            person.cost_centre,
            person.manager,
            date(person.birth_date),
            date(Some(person.entry_date)),
            date(person.exit_date),
            hundredths(person.weekly_hours),
            person.active,
            if person.applicant { "applicant" } else { "staff" },
        ])?;
    }
    let mut insert = transaction.prepare("INSERT INTO accounts VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for account in content.accounts.accounts.iter().filter_map(|twin| twin.target.as_ref()) {
        insert.execute(params![
            account.login,
            account.owner,
            account.display_name,
            account.enabled,
            timestamp(account.last_logon),
        ])?;
    }
    let mut insert = transaction.prepare("INSERT INTO groups VALUES (?1, ?2)")?;
    for group in content.accounts.groups.iter().filter_map(|twin| twin.target.as_ref()) {
        insert.execute(params![group.name, group.description])?;
    }
    let mut insert = transaction.prepare("INSERT INTO memberships VALUES (?1, ?2, ?3)")?;
    for membership in content.accounts.memberships.iter().filter_map(|twin| twin.target.as_ref()) {
        insert.execute(params![membership.login, membership.group, date(membership.valid_from)])?;
    }
    Ok(())
}
