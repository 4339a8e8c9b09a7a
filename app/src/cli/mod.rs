//! The command line (G7): the editor's twin without a window, for pipelines and tests.
//!
//! One file per subcommand; each takes its arguments and a [`Console`], and gives the exit code or a
//! [`CliError`]. Nothing here knows how to synchronize: that is `syncwright_core`. Results go to standard
//! output, as text or as one JSON document; errors and progress go to standard error.

mod arguments;
mod changes;
mod check;
mod completions;
mod console;
mod demo;
mod diagnose;
mod error;
mod log;
mod lookup;
mod man;
mod open;
mod pairs;
mod progress;
mod provision;
mod report;
mod run;
mod runs;
mod schema;
mod secret;
mod simulate;
mod start_up;
mod stores;
mod table;
mod test_rules;
mod trace;
mod usage;

use std::{
    ffi::OsString,
    io::{self, BufWriter, IsTerminal as _},
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser as _};

use self::{arguments::Command, console::PipeTolerant, stores::User};
pub use self::{
    arguments::{Cli, Format, LogFilter, RendererChoice},
    console::Console,
    error::CliError,
};

/// Runs the program with the arguments, output and signals of the process.
#[must_use]
pub fn main() -> ExitCode {
    syncwright_core::memory::keep_for_reuse();
    let mut out = PipeTolerant::new(BufWriter::new(io::stdout()));
    let mut err = PipeTolerant::new(io::stderr());
    let mut console = Console::new(&mut out, &mut err);
    console.out_is_terminal = io::stdout().is_terminal();
    console.err_is_terminal = io::stderr().is_terminal();
    console.listen_to_signals = true;
    console.uses_stores = true;
    ExitCode::from(main_with(std::env::args_os(), &mut console))
}

/// Runs the program with `arguments` (the program's name first) and gives the exit code.
pub fn main_with(arguments: impl IntoIterator<Item = OsString>, console: &mut Console<'_>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let code = match Cli::try_parse_from(&arguments) {
        Ok(cli) => {
            console.format = cli.globals.format;
            trace::start(cli.globals.log_level);
            dispatch(cli, console).unwrap_or_else(|error| console.report_error(&error))
        }
        Err(error) => usage::report(&error, &arguments, console),
    };
    match console.out.flush() {
        Ok(()) => code,
        Err(source) => console.report_error(&CliError::Output { source }),
    }
}

/// The definition of the command line, for completions and man pages.
#[must_use]
pub fn definition() -> clap::Command {
    Cli::command()
}

fn dispatch(cli: Cli, console: &mut Console<'_>) -> Result<u8, CliError> {
    let Cli { project, globals, command } = cli;
    if console.uses_stores {
        // Those of them that open a window have no terminal to ask in.
        let in_window = matches!(command, None | Some(Command::Demo(_)));
        stores::install_stores(if in_window { User::Editor } else { User::Subcommand });
    }
    match (project, command) {
        (Some(project), Some(_)) => Err(CliError::ProjectBeforeCommand { project }),
        (project, None) => open::run(project, globals.renderer),
        (None, Some(command)) => match command {
            Command::Demo(arguments) => demo::run(&arguments, globals.renderer, console),
            Command::Check(arguments) => check::run(&arguments, console),
            Command::Simulate(arguments) => simulate::run(&arguments, console),
            Command::Run(arguments) => run::run(&arguments, console),
            Command::TestRules(arguments) => test_rules::run(&arguments, console),
            Command::Runs(arguments) => runs::run(&arguments, console),
            Command::Log(arguments) => log::run(&arguments, console),
            Command::Pairs(arguments) => pairs::run(&arguments, console),
            Command::Provision(arguments) => provision::run(&arguments, console),
            Command::Lookup(arguments) => lookup::run(&arguments, console),
            Command::Schema(arguments) => schema::run(&arguments, console),
            Command::Secret(arguments) => secret::run(&arguments, console),
            Command::Man(arguments) => man::run(&arguments, console),
            Command::Completions(arguments) => completions::run(&arguments, console),
        },
    }
}
