//! `syncwright completions`: what a shell needs to complete subcommands and options.

use clap::Args;
use clap_complete::Shell;

use super::{CliError, Console, definition};

const AFTER_HELP: &str = "\
Examples:
  syncwright completions bash > ~/.local/share/bash-completion/completions/syncwright
  syncwright completions zsh > ~/.zfunc/_syncwright
  syncwright completions fish > ~/.config/fish/completions/syncwright.fish";

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}

/// Prints the completions.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut definition(), "syncwright", &mut script);
    console.out.write_all(&script).map_err(|source| CliError::Output { source })?;
    Ok(0)
}
