//! What happens when the arguments cannot be understood.

use std::{ffi::OsString, path::Path};

use clap::error::ErrorKind;

use super::{CliError, Console, Format, definition};

/// Options that take a value as the next argument; what follows them is no command.
const WITH_VALUE: [&str; 3] = ["--format", "--renderer", "--log-level"];

/// Prints help, version, or what is wrong with the arguments, and gives the exit code.
pub fn report(error: &clap::Error, arguments: &[OsString], console: &mut Console<'_>) -> u8 {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let text = error.render();
        let text = if console.out_is_terminal { text.ansi().to_string() } else { text.to_string() };
        return match console.out.write_all(text.as_bytes()) {
            Ok(()) => 0,
            Err(source) => console.report_error(&CliError::Output { source }),
        };
    }
    console.format = wanted_format(arguments);
    // A misspelt command is taken for a project; then what follows it makes no sense to the parser, or looks
    // like a command.
    if matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand)
        && let Some(word) = first_word(arguments)
        && let Some(error) = unknown_command(word)
    {
        return console.report_error(&error);
    }
    if console.format == Format::Json {
        let text = error.render().to_string();
        let text = text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned();
        return console.report_error(&CliError::Usage { text });
    }
    let text = error.render();
    let text = if console.err_is_terminal { text.ansi().to_string() } else { text.to_string() };
    console.err.write_all(text.as_bytes()).ok();
    2
}

/// The error for `word` if it is neither a command nor could be a file.
pub fn unknown_command(word: &str) -> Option<CliError> {
    let is_path = Path::new(word).exists() || word.contains(['.', '/', '\\']);
    let definition = definition();
    let known: Vec<&str> = definition.get_subcommands().map(clap::Command::get_name).collect();
    if is_path || known.contains(&word) {
        return None;
    }
    let hint = match super::start_up::nearest(word, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("the commands are: {}", known.join(", ")),
    };
    Some(CliError::UnknownCommand { word: word.to_owned(), hint })
}

fn first_word(arguments: &[OsString]) -> Option<&str> {
    let mut words = arguments.iter().skip(1).filter_map(|argument| argument.to_str());
    while let Some(word) = words.next() {
        if WITH_VALUE.contains(&word) {
            words.next();
        } else if !word.starts_with('-') {
            return Some(word);
        }
    }
    None
}

/// The format that was asked for, as far as it can be told from arguments that make no sense.
fn wanted_format(arguments: &[OsString]) -> Format {
    let mut words = arguments.iter().filter_map(|argument| argument.to_str());
    let json = words.any(|word| word == "--format=json")
        || arguments
            .windows(2)
            .any(|pair| matches!(pair, [option, value] if option == "--format" && value == "json"));
    if json { Format::Json } else { Format::Text }
}
