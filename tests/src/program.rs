//! The program under test: what `syncwright` itself is, built by this package so that its tests always
//! run the code beside them, and never a program left over in the target folder.

use std::process::ExitCode;

fn main() -> ExitCode {
    syncwright::cli::main()
}
