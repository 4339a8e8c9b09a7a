//! What can be typed: the top level of the command line. Subcommands define their own arguments beside
//! their code.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    check, completions, demo, log, lookup, man, pairs, provision, run, runs, schema, secret, simulate,
    test_rules,
};

const LONG_ABOUT: &str = "\
Syncwright connects a central identity database with target systems, describes how their objects \
correspond, tests that description, and runs it.

Without a subcommand it opens the editor. The subcommands do the same work without a window, for \
pipelines and scripts.";

/// Exit codes, as shown by `--help` and listed in the guide.
const AFTER_LONG_HELP: &str = "\
Examples:
  syncwright demo                                   write the sample project and open it
  syncwright                                        open the editor
  syncwright hr-to-identity.ron                     open a project in the editor
  syncwright check hr-to-identity.ron               is the project consistent?
  syncwright simulate hr-to-identity.ron --start-up \"Import from HR\" --changes
                                                    what would a run write?
  syncwright run hr-to-identity.ron --start-up \"Import from HR\" --format json
                                                    write it, report as JSON
  syncwright test-rules hr-to-identity.ron --mapping Person --match 100042 --to central
                                                    what do the rules do with one person, and why?
  syncwright log hr-to-identity.ron --run last      what did the last run write?
  syncwright schema hr-to-identity.ron update       did tables or columns change, and what would that break?

Exit codes:
  0    done
  1    done, with objects in error
  2    invalid project, invalid arguments, or errors found by the check
  3    a quota is exceeded; nothing of that step was written
  4    a system or file cannot be reached, read or written
  5    locked: the same start up configuration is running
  130  cancelled (Ctrl+C); what was committed before is in the journal

Files:
  A project is one readable RON file. Relative paths in it count from its folder. Runs are recorded in the \
tables sw_… of the central database. Results go to standard output, errors and progress to standard error.

Environment:
  SYNCWRIGHT_LOG   log filter such as `syncwright_core=debug`; overrides --log-level
  SYNCWRIGHT_PASSWORD_<SYSTEM>
                   password of a system behind ODBC: its system identifier in upper case, with _ for everything \
but letters and digits
  SYNCWRIGHT_VARIABLE_<NAME>
                   value of a secret variable: its name in upper case, with _ for everything but letters and digits
  SYNCWRIGHT_PASSPHRASE
                   passphrase of the encrypted file of secrets, which otherwise is asked for in the terminal
  SYNCWRIGHT_SECRETS
                   the encrypted file of secrets; empty for none
  SYNCWRIGHT_KEYRING
                   `off`: the keyring of the desktop is not used";

/// Arguments of the program.
#[derive(Debug, Parser)]
#[command(
    name = "syncwright",
    bin_name = "syncwright",
    version,
    about = "Synchronization editor for identity engineers",
    long_about = LONG_ABOUT,
    after_long_help = AFTER_LONG_HELP,
    after_help = "`syncwright --help` shows examples and exit codes.",
    max_term_width = 100
)]
pub struct Cli {
    /// Project file to open in the editor
    #[arg(value_name = "PROJECT", value_hint = clap::ValueHint::FilePath)]
    pub project: Option<PathBuf>,
    /// Options that every subcommand knows.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do; nothing opens the editor.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options that every subcommand knows.
#[derive(Debug, Clone, Args)]
pub struct Globals {
    /// How results and errors are printed
    #[arg(long, global = true, value_enum, default_value_t)]
    pub format: Format,
    /// How the editor's window is drawn; `auto` tries one and falls back to the other
    #[arg(long, global = true, value_enum, default_value_t)]
    pub renderer: RendererChoice,
    /// What is logged on standard error while working
    #[arg(long, global = true, value_enum, default_value_t, value_name = "LEVEL")]
    pub log_level: LogFilter,
}

/// How results and errors are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// Text for people
    #[default]
    Text,
    /// One JSON document on standard output, also for errors
    Json,
}

/// How the editor's window is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum RendererChoice {
    /// The one that works here
    #[default]
    Auto,
    /// Vulkan, Metal or DirectX; also over Windows Remote Desktop
    Wgpu,
    /// OpenGL; light, works without a GPU
    Glow,
}

/// What is logged on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFilter {
    /// Nothing
    Off,
    /// Errors
    Error,
    /// Errors and warnings
    #[default]
    Warn,
    /// What is being done
    Info,
    /// How it is being done
    Debug,
    /// Every detail
    Trace,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the sample project with its databases, and open it
    Demo(demo::Arguments),
    /// Check a project for consistency, without opening any database
    Check(check::Arguments),
    /// Show what a run would do; writes nothing
    Simulate(simulate::Arguments),
    /// Run a start up configuration
    Run(run::Arguments),
    /// Write single objects of the central system into the target system, outside of full runs
    Provision(provision::Arguments),
    /// Show which rules run on one pair of objects, and why; writes nothing
    TestRules(test_rules::Arguments),
    /// List the runs of a project
    Runs(runs::Arguments),
    /// Show the report of one run
    Log(log::Arguments),
    /// List, break or make the pairs that mappings remember
    Pairs(pairs::Arguments),
    /// Fill the value lists of rules from their sources, or show what that would change
    Lookup(lookup::Arguments),
    /// Show, update or compress what a project knows about its systems
    Schema(schema::Arguments),
    /// Save or forget passwords and secret variables
    Secret(secret::Arguments),
    /// Print the manual pages in roff
    Man(man::Arguments),
    /// Print completions for a shell
    Completions(completions::Arguments),
}
