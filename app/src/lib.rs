//! Syncwright: the synchronization editor and its command line.

pub mod cli;
