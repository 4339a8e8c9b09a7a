//! `syncwright man`: manual pages, generated from the definition of the command line.

use std::{fs, io, path::PathBuf};

use clap::Args;
use clap_mangen::Man;

use super::{CliError, Console, definition};

const AFTER_HELP: &str = "\
Examples:
  syncwright man | man -l -
  syncwright man --dir /usr/local/share/man/man1";

/// Arguments of `man`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// Write one page per subcommand into this folder instead
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}

/// Prints the main page, or writes all pages into a folder.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    let Some(folder) = &arguments.dir else {
        let page = page(definition()).map_err(|source| CliError::Output { source })?;
        console.out.write_all(&page).map_err(|source| CliError::Output { source })?;
        return Ok(0);
    };
    let write = |file: PathBuf, content: io::Result<Vec<u8>>| {
        content
            .and_then(|content| fs::write(&file, content))
            .map_err(|source| CliError::Write { path: file, source })
    };
    fs::create_dir_all(folder).map_err(|source| CliError::Write { path: folder.clone(), source })?;
    let mut definition = definition();
    definition.build();
    for (name, content) in pages("syncwright", "syncwright", &definition) {
        write(folder.join(format!("{name}.1")), content)?;
    }
    Ok(0)
}

/// The page of a command and those of its subcommands, by name: `syncwright-schema-update`. What is typed to
/// call them, `syncwright schema <PROJECT> update`, has the arguments in between.
fn pages(name: &str, typed: &str, definition: &clap::Command) -> Vec<(String, io::Result<Vec<u8>>)> {
    let arguments: Vec<String> = definition
        .get_positionals()
        .filter(|argument| argument.is_required_set())
        .map(ToString::to_string)
        .collect();
    let before = [&[typed.to_owned()], arguments.as_slice()].concat().join(" ");
    let subcommands = definition.get_subcommands().filter(|subcommand| subcommand.get_name() != "help");
    let mut found: Vec<_> = subcommands
        .flat_map(|subcommand| {
            let word = subcommand.get_name();
            pages(&format!("{name}-{word}"), &format!("{before} {word}"), subcommand)
        })
        .collect();
    found.push((name.to_owned(), page(definition.clone().bin_name(typed.to_owned()))));
    found
}

fn page(definition: clap::Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    // The title is the name under which `man` finds the page: `syncwright-check`.
    let title = definition.get_display_name().unwrap_or_else(|| definition.get_name()).to_owned();
    Man::new(definition).title(title).render(&mut page)?;
    Ok(page)
}
