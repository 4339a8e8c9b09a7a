//! Syncwright: the synchronization editor and its command line.

mod action;
pub mod cli;
mod command;
mod document;
pub mod editor;
mod inspector;
mod logs_view;
mod mapping_view;
mod problem;
mod project_view;
mod result_view;
mod schema_update;
mod start_page;
mod start_up_view;
mod system_view;
mod ui;
mod wizard;
mod words;
mod worker;
mod workflow_view;

/// Of the program, and of whatever else links it: tests run with it, too.
#[global_allocator]
static ALLOCATOR: syncwright_core::memory::Allocator = syncwright_core::memory::Allocator;
