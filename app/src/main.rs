//! The program `syncwright`: everything is in the library, so that tests reach it.

use std::process::ExitCode;

/// Reconciling allocates and frees columns of many megabytes; the system's allocator gives their memory back and
/// asks for it again each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    syncwright::cli::main()
}
