//! Tests of the engine from outside, as one program: each test program links the whole query engine.
//!
//! Every test that runs something runs the real engine against two small SQLite files, or folders of CSV files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helper functions of tests are tests, too; a broken environment should stop them loudly"
)]

mod actions;
mod any_project;
mod check;
mod collisions;
mod collisions_opposite;
mod combinations;
mod csv;
mod csv_round_trip;
mod exclusions;
mod first_values;
mod fixture;
mod in_doubt;
mod in_parts;
mod keys;
mod labels;
mod lists;

mod made_of_written;
mod matching;
mod members;
mod opposite;
mod order_of_one_pair;
mod outsiders;
mod pairs;
mod project_file;
mod properties;
mod provisioning;
mod provisioning_queue;
mod raising;
mod references;
mod round_trip;
mod safety;
mod schema;
mod scripted_chains;
mod scripted_properties;
mod scripts;
mod semantics;
mod tables;
mod test_rules;
mod virtual_checks;
mod virtual_properties;
