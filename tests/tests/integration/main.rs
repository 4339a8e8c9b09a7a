//! End-to-end tests, as one program: each test program links the whole engine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helper functions of tests are tests, too; a broken environment should stop them loudly"
)]

mod cli;
mod demo;
mod docs;
mod driver;
mod editor;
mod faults;
mod faults_in_doubt;
mod faults_kill;
mod faults_objects;
#[cfg(unix)]
mod faults_permissions;
mod faults_systems;
#[cfg(unix)]
mod lookup;
mod mapping_commands;
mod mapping_editor;
mod odbc;
#[cfg(unix)]
mod odbc_across;
#[cfg(unix)]
mod odbc_again;
#[cfg(unix)]
mod odbc_catalog;
mod odbc_deadlocks;
#[cfg(unix)]
mod odbc_faults;
#[cfg(unix)]
mod odbc_faults_full;
#[cfg(unix)]
mod odbc_faults_rows;
#[cfg(unix)]
mod odbc_faults_writing;
mod odbc_filters;
#[cfg(unix)]
mod odbc_incompatible;
#[cfg(unix)]
mod odbc_kept;
#[cfg(unix)]
mod odbc_large_schema;
#[cfg(unix)]
mod odbc_limits;
#[cfg(unix)]
mod odbc_opening;
mod odbc_operations;
mod odbc_operations_options;
mod odbc_operations_scripts;
#[cfg(unix)]
mod odbc_pair;
mod odbc_project;
#[cfg(unix)]
mod odbc_row_counts;
#[cfg(unix)]
mod odbc_sample;
#[cfg(unix)]
mod odbc_settings;
mod odbc_types;
mod packaging;
mod pairs;
mod provision;
mod sample;
mod schema;
#[cfg(target_os = "linux")]
mod secrets;
#[cfg(unix)]
mod servers;
mod window;
mod wizard;
mod wizard_access;
#[cfg(unix)]
mod wizard_again;
#[cfg(unix)]
mod wizard_elsewhere;
#[cfg(unix)]
mod wizard_errors;
#[cfg(unix)]
mod wizard_expert;
mod wizard_extend;
mod wizard_known;
#[cfg(unix)]
mod wizard_operations;
mod wizard_passwords;
mod wizard_replaces;
#[cfg(unix)]
mod wizard_secrets;
#[cfg(unix)]
mod wizard_systems;
mod wizard_tables;
#[cfg(unix)]
mod wizard_templates;

use syncwright_tests::Program;

/// The program under test.
fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_syncwright_under_test"))
}
