//! Connections: secrets that do not belong into a project, and names that lead nowhere.

use jiff::tz::TimeZone;

use super::{Findings, Place, Severity};
use crate::{
    connect::{csv_format_problem, odbc, secrets::password_variable},
    project::{Project, Provider, Side, holds_password, is_secret_attribute},
};

pub(super) fn check(project: &Project, findings: &mut Findings) {
    for side in [Side::Left, Side::Right] {
        let connection = &project.system(side).connection;
        let place = || Place::System { side, schema_type: None };
        let mut error = |code, text: String, fix: &str| {
            findings.add(Severity::Error, code, place(), text, Some(fix));
        };
        if let Some(zone) = &connection.time_zone
            && TimeZone::get(zone).is_err()
        {
            error(
                "SW-C109",
                format!("there is no time zone {zone:?}"),
                "use a name of the IANA database, such as Europe/Berlin",
            );
        }
        if let Provider::Csv { format, .. } = &connection.provider
            && let Some(problem) = csv_format_problem(format)
        {
            error(
                "SW-C110",
                format!("the format of the CSV files contradicts itself: {problem}"),
                "mend `format` in the connection",
            );
        }
        let unknown = connection
            .operation_limits
            .keys()
            .filter(|kind| !odbc::operation_kinds().any(|one| one == *kind));
        for kind in unknown {
            let known: Vec<&str> = odbc::operation_kinds().collect();
            error(
                "SW-C117",
                format!("operation limits are set for {kind:?}, which is no kind of operation"),
                &format!("use one of {}", known.join(", ")),
            );
        }
        let initial =
            connection.initial_sql.iter().zip(1..).filter(|(statement, _)| holds_password(statement));
        for (_, number) in initial {
            error(
                "SW-C118",
                format!(
                    "statement {number} of the initial SQL holds what looks like a password, which would be in the project file in clear"
                ),
                "put a secret variable in its place, as in `IDENTIFIED BY $Password$`, and save its value with `syncwright secret set`",
            );
        }
        let Provider::Odbc { dialect, attributes } = &connection.provider else { continue };
        if odbc::dialect::dialect(dialect).is_none() {
            let known: Vec<&str> = odbc::dialect::all().iter().map(|one| one.id()).collect();
            error(
                "SW-C108",
                format!("there is no ODBC dialect {dialect:?}"),
                &format!("use one of {}", known.join(", ")),
            );
        }
        for name in attributes.keys().filter(|name| is_secret_attribute(name)) {
            error(
                "SW-C107",
                format!("the connection attribute {name:?} holds a secret, which a project must not contain"),
                &format!(
                    "remove it; save the password with `syncwright secret set`, or give it in the environment variable {}",
                    password_variable(&connection.system_identifier)
                ),
            );
        }
    }
}
