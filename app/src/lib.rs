//! The editor of Syncwright and its command line, as a library for the program and for tests.

mod action;
mod command;
mod document;
pub mod editor;
mod inspector;
mod logs_view;
mod mapping_view;
mod problem;
mod project_view;
mod result_view;
mod start_page;
mod start_up_view;
mod system_view;
mod ui;
mod words;
mod worker;
mod workflow_view;
