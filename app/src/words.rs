//! Words, icons and colours for the project's terms, the same everywhere.

use std::time::Duration;

use egui::Color32;
use jiff::{Timestamp, tz::TimeZone};
use syncwright_core::{
    check::Severity,
    journal::{ChangeStatus, MessageLevel, RunHeader, RunKind, RunStatus, Situation},
    project::{Condition, Direction, Lifecycle, Method, Provider, System},
};

use crate::ui::{Icon, Tokens};

/// A processing method.
#[must_use]
pub const fn method(colors: &Tokens, method: Method) -> (Icon, Color32, &'static str) {
    match method {
        Method::Ignore => (Icon::NotMapped, colors.text_secondary, "Ignore"),
        Method::Insert => (Icon::Insert, colors.success, "Insert"),
        Method::Update => (Icon::Update, colors.warning, "Update"),
        Method::Delete => (Icon::Delete, colors.danger, "Delete"),
        Method::MarkOutstanding => (Icon::Outstanding, colors.danger, "Mark outstanding"),
        Method::ResetOutstanding => (Icon::Reset, colors.success, "Reset outstanding"),
    }
}

/// Colour of a situation.
#[must_use]
pub const fn situation_color(colors: &Tokens, situation: Situation) -> Color32 {
    match situation {
        Situation::BothEqual => colors.border_strong,
        Situation::BothDiffer => colors.warning,
        Situation::LeftOnly => colors.central,
        Situation::RightOnly => colors.target,
        Situation::Ambiguous => colors.danger,
        Situation::Outstanding => colors.text_secondary,
    }
}

/// A severity of the check.
#[must_use]
pub const fn severity(colors: &Tokens, severity: Severity) -> (Icon, Color32) {
    match severity {
        Severity::Error => (Icon::Error, colors.danger),
        Severity::Warning => (Icon::Warning, colors.warning),
        Severity::Info => (Icon::Info, colors.text_secondary),
    }
}

/// A level of the log.
#[must_use]
pub const fn level(level: MessageLevel) -> Severity {
    match level {
        MessageLevel::Error => Severity::Error,
        MessageLevel::Warning => Severity::Warning,
        MessageLevel::Info => Severity::Info,
    }
}

/// How a run ended.
#[must_use]
pub const fn status(colors: &Tokens, status: RunStatus) -> (Icon, Color32) {
    match status {
        RunStatus::Done => (Icon::Ok, colors.success),
        RunStatus::Running => (Icon::Run, colors.target),
        RunStatus::DoneWithErrors | RunStatus::Frozen => (Icon::Warning, colors.warning),
        RunStatus::QuotaExceeded => (Icon::Quota, colors.danger),
        RunStatus::Failed | RunStatus::Interrupted => (Icon::Error, colors.danger),
        RunStatus::Cancelled => (Icon::Cancel, colors.text_secondary),
    }
}

/// What became of a change.
#[must_use]
pub const fn change_status(status: ChangeStatus) -> &'static str {
    match status {
        ChangeStatus::Planned => "Planned",
        ChangeStatus::Done => "Written",
        ChangeStatus::Failed => "Failed",
        ChangeStatus::NotWritten => "Not written",
        ChangeStatus::Unknown => "Unknown",
        ChangeStatus::PartlyWritten => "Partly written",
    }
}

/// Whether something takes part.
#[must_use]
pub const fn lifecycle(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Active => "active",
        Lifecycle::Proposed => "proposed",
        Lifecycle::Off => "off",
    }
}

/// Simulation or run.
#[must_use]
pub const fn kind(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Simulation => "Simulation",
        RunKind::Run => "Run",
    }
}

/// Name of the database system of a connection.
#[must_use]
pub fn provider(provider: &Provider) -> String {
    match provider {
        Provider::Sqlite { .. } => "SQLite".to_owned(),
        Provider::Odbc { dialect, .. } => match dialect.as_str() {
            "postgresql" => "PostgreSQL".to_owned(),
            "mariadb" => "MariaDB".to_owned(),
            "db2" => "Db2".to_owned(),
            "sql_server" => "SQL Server".to_owned(),
            "oracle" => "Oracle".to_owned(),
            other => format!("ODBC, {other}"),
        },
        Provider::Csv { .. } => "CSV files".to_owned(),
    }
}

/// Where the data of a connection is.
#[must_use]
pub fn location(provider: &Provider) -> String {
    match provider {
        Provider::Sqlite { file, .. } => file.clone(),
        Provider::Odbc { attributes, .. } => {
            let part = |name: &str| attributes.get(name).cloned().unwrap_or_default();
            format!("{} {}", part("Server"), part("Database")).trim().to_owned()
        }
        Provider::Csv { folder, .. } => folder.clone(),
    }
}

/// A system as the target of a sentence: `target system HR`.
#[must_use]
pub fn system(direction: Direction, system: &System) -> String {
    format!("{} {}", direction.destination().system_name(), system.connection.label())
}

/// A condition as one line.
#[must_use]
pub fn condition(condition: &Condition) -> &str {
    match condition {
        Condition::Expression(text) | Condition::Script(text) => text,
    }
}

/// A time in the local zone, to the second.
#[must_use]
pub fn local_time(time: Timestamp) -> String {
    time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A time with its zone, for tooltips.
#[must_use]
pub fn zoned_time(time: Timestamp) -> String {
    time.to_zoned(TimeZone::system()).strftime("%A, %d %B %Y, %H:%M:%S %Z (%:z)").to_string()
}

/// A duration as people say it.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 1.0 {
        format!("{} ms", duration.as_millis())
    } else if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else if seconds < 3600.0 {
        format!("{} min {} s", duration.as_secs() / 60, duration.as_secs() % 60)
    } else {
        format!("{} h {} min", duration.as_secs() / 3600, duration.as_secs() % 3600 / 60)
    }
}

/// How long a run took, if it ended.
#[must_use]
pub fn run_duration(run: &RunHeader) -> Option<String> {
    let ended = run.ended?;
    Duration::try_from(ended.duration_since(run.started)).ok().map(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        let cases = [(80, "80 ms"), (1_500, "1.5 s"), (61_000, "1 min 1 s"), (3_700_000, "1 h 1 min")];
        for (millis, text) in cases {
            assert_eq!(duration(Duration::from_millis(millis)), text);
        }
    }
}
