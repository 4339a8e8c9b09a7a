//! Settings that have their place in the project file but do not take effect in this version yet.
//!
//! They are never silently ignored: where a run without them would write something else than the project
//! says, the finding is an error and blocks the run; elsewhere it is a warning.

use super::{Findings, Place, Severity};
use crate::project::{
    Access, DataOperations, LogLevel, Mapping, Project, Provider, Side, StartUpConfiguration, System,
    WhenBusy,
};

/// Severity of settings without which a run would write something else.
const BLOCKS: Severity = Severity::Error;
/// Severity of settings without which a run does less, or takes longer.
const WARNS: Severity = Severity::Warning;

pub(super) fn check(project: &Project, findings: &mut Findings) {
    for side in [Side::Left, Side::Right] {
        connection(project, side, findings);
        schema(project, side, findings);
    }
    for mapping in &project.mappings {
        check_mapping(mapping, findings);
    }
    for configuration in &project.start_ups {
        start_up(configuration, findings);
    }
    let parts = [(project.base_objects.is_empty(), "base objects")];
    for (empty, what) in parts {
        if !empty {
            add(findings, WARNS, &Place::Project, what);
        }
    }
    target_system_types(project, findings);
}

fn add(findings: &mut Findings, severity: Severity, place: &Place, what: &str) {
    let consequence = match severity {
        Severity::Error => "; a run without it would write something else",
        Severity::Warning | Severity::Info => "",
    };
    findings.add(
        severity,
        "SW-C900",
        place.clone(),
        format!("{what}: not effective in this version yet{consequence}"),
        Some("remove the setting, or use a newer version"),
    );
}

fn add_all<const N: usize>(findings: &mut Findings, place: &Place, settings: [(bool, Severity, &str); N]) {
    for (_, severity, what) in settings.into_iter().filter(|(set, ..)| *set) {
        add(findings, severity, place, what);
    }
}

fn connection(project: &Project, side: Side, findings: &mut Findings) {
    let system = project.system(side);
    let connection = &system.connection;
    let place = Place::System { side, schema_type: None };
    let odbc = matches!(connection.provider, Provider::Odbc { .. });
    add_all(
        findings,
        &place,
        [
            (is_csv(system) && !connection.initial_sql.is_empty(), WARNS, "the initial SQL of a CSV folder"),
            (connection.access != Access::Direct, BLOCKS, "remote connection servers"),
            (connection.time_zone.is_some() && !odbc, BLOCKS, "the time zone"),
            (connection.query_timeout_secs.is_some() && !odbc, WARNS, "the query timeout"),
            (connection.isolation_level.is_some() && !odbc, WARNS, "the isolation level"),
            (connection.pool.is_some() && !odbc, WARNS, "the connection pool"),
            (!connection.operation_limits.is_empty() && !odbc, WARNS, "operation timeouts and rate limits"),
            (connection.try_to_ignore_data_errors, WARNS, "ignoring data errors"),
            (!system.reference_scope.is_empty(), BLOCKS, "the reference scope"),
            (system.log_level != LogLevel::default(), WARNS, "the log level"),
        ],
    );
}

fn is_csv(system: &System) -> bool {
    matches!(system.connection.provider, Provider::Csv { .. })
}

fn schema(project: &Project, side: Side, findings: &mut Findings) {
    let system = project.system(side);
    let schema = &system.schema;
    let odbc = matches!(system.connection.provider, Provider::Odbc { .. });
    for schema_type in &schema.types {
        let place = Place::System { side, schema_type: Some(schema_type.name.clone()) };
        let any = |set: fn(&crate::project::SchemaProperty) -> bool| schema_type.properties.iter().any(set);
        add_all(
            findings,
            &place,
            [
                (
                    !odbc && schema_type.operations != DataOperations::default(),
                    BLOCKS,
                    "data operations of other connections than ODBC",
                ),
                (any(|property| property.scope_reference), WARNS, "the scope reference"),
            ],
        );
    }
}

fn check_mapping(mapping: &Mapping, findings: &mut Findings) {
    for rule in &mapping.matching {
        let place = Place::Mapping { mapping: mapping.name.clone(), rule: Some(rule.name.clone()) };
        add_all(findings, &place, [(rule.graded.is_some(), BLOCKS, "graded matching")]);
    }
}

fn start_up(start_up: &StartUpConfiguration, findings: &mut Findings) {
    let place = Place::StartUp { start_up: start_up.name.clone() };
    add_all(
        findings,
        &place,
        [
            (start_up.revision_filter, WARNS, "the revision filter"),
            (start_up.when_busy != WhenBusy::default(), WARNS, "waiting for or skipping other runs"),
            (start_up.log_level != LogLevel::default(), WARNS, "the log level"),
            (start_up.schedule.is_some(), WARNS, "the schedule"),
        ],
    );
}

fn target_system_types(project: &Project, findings: &mut Findings) {
    let mut effective = true;
    for one in &project.target_system_types {
        let crate::project::TargetSystemType {
            name: _,
            description: _,
            display_name: _,
            cross_boundary_inheritance,
            show_in_compliance_wizard,
            compliance_text,
            alternative_connectors,
            tables,
        } = one;
        effective &= !cross_boundary_inheritance
            && !show_in_compliance_wizard
            && compliance_text.is_empty()
            && alternative_connectors.is_empty()
            && tables.iter().all(|table| {
                !table.publishable
                    && !table.merge_mode
                    && table.merge_condition.is_none()
                    && table.changed_marker.is_none()
                    && table.root_object_path.is_none()
            });
    }
    if !effective {
        add(findings, WARNS, &Place::Project, "settings of target system types");
    }
}
