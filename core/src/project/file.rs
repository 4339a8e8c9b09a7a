//! Project files (P1, P2): RON text to [`Project`] and back, and safe saving.

use std::{
    fs,
    io::{self, Write as _},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use miette::{Diagnostic, NamedSource, SourceSpan};
use ron::{
    error::{Position, SpannedError},
    extensions::Extensions,
    ser::PrettyConfig,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Project;

/// The file format that this program writes. Files of older formats are migrated on load, newer ones refused.
pub const FORMAT_VERSION: u32 = 1;

/// Why a project could not be loaded or saved.
#[derive(Debug, Error, Diagnostic)]
pub enum ProjectError {
    /// The file cannot be read.
    #[error("cannot read project {path}: {source}")]
    #[diagnostic(code("SW-P001"), help("check the path and your permission to read it"))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not UTF-8 text.
    #[error("{path} is not a project file: it is not text")]
    #[diagnostic(
        code("SW-P002"),
        help("project files end in .ron and are readable text; is this another kind of file?")
    )]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// The text is not RON, or not a project.
    #[error("{name}, line {line}, column {column}: {message}")]
    #[diagnostic(code("SW-P003"))]
    Syntax {
        /// Name of the file.
        name: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
        /// What to do.
        #[help]
        hint: String,
        /// The text, for showing the place.
        #[source_code]
        text: Arc<NamedSource<String>>,
        /// The place.
        #[label("here")]
        span: SourceSpan,
    },
    /// The file is of a newer format.
    #[error("{name} has format {found}; this program reads formats up to {FORMAT_VERSION}")]
    #[diagnostic(code("SW-P004"), help("open it with a newer Syncwright; the file was left as it is"))]
    NewerFormat {
        /// Name of the file.
        name: String,
        /// Its format.
        found: u32,
    },
    /// The project cannot be written as text.
    #[error("cannot write the project as text: {0}")]
    #[diagnostic(code("SW-P005"), help("please report this together with the project"))]
    Serialize(#[source] ron::Error),
    /// The file cannot be written.
    #[error("cannot save project {path}: {source}")]
    #[diagnostic(
        code("SW-P006"),
        help(
            "the file on disk is unchanged; check free space and your permission to write the folder, or save elsewhere"
        )
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

pub(super) fn options() -> ron::Options {
    ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME)
}

/// Only the format version; everything else is skipped unread.
#[derive(Deserialize)]
struct Header {
    format: u32,
}

/// Reads a project from RON text; `name` names it in errors.
///
/// # Errors
///
/// [`ProjectError::Syntax`] with line, column and hint, or [`ProjectError::NewerFormat`].
pub fn from_text(name: &str, text: &str) -> Result<Project, ProjectError> {
    let newer = |found: u32| ProjectError::NewerFormat { name: name.to_owned(), found };
    match options().from_str::<Project>(text) {
        Ok(project) if project.format > FORMAT_VERSION => Err(newer(project.format)),
        Ok(project) => Ok(project),
        // An unknown field in a newer file is explained by the version, not by the field. Only now, because
        // reading a large file twice takes twice as long.
        Err(error) => match options().from_str::<Header>(text) {
            Ok(Header { format }) if format > FORMAT_VERSION => Err(newer(format)),
            _ => Err(syntax_error(name, text, &error)),
        },
    }
}

/// Loads a project file.
///
/// # Errors
///
/// [`ProjectError::Read`], [`ProjectError::NotText`] and those of [`from_text`].
pub fn load(path: &Path) -> Result<Project, ProjectError> {
    let bytes = fs::read(path).map_err(|source| ProjectError::Read { path: path.to_owned(), source })?;
    let text = String::from_utf8(bytes).map_err(|_| ProjectError::NotText { path: path.to_owned() })?;
    from_text(&path.display().to_string(), &text)
}

/// A project as RON text: stable order, one setting a line, defaults left out.
///
/// # Errors
///
/// [`ProjectError::Serialize`]; not expected for any project.
pub fn to_text(project: &Project) -> Result<String, ProjectError> {
    ron_text(project).map_err(ProjectError::Serialize)
}

pub(super) fn ron_text<T: Serialize>(value: &T) -> Result<String, ron::Error> {
    let pretty = PrettyConfig::new().extensions(Extensions::IMPLICIT_SOME).indentor("  ").new_line("\n");
    let mut text = options().to_string_pretty(value, pretty)?;
    // The extension is on by default when reading; the line would only puzzle readers.
    if let Some(rest) = text.strip_prefix("#![enable(implicit_some)]\n") {
        text = rest.to_owned();
    }
    text.push('\n');
    Ok(text)
}

/// Saves a project: into a temporary file beside `path`, to disk, then renamed over it. What was there
/// before stays as `<name>.bak`.
///
/// # Errors
///
/// [`ProjectError::Write`]; the file at `path` is then unchanged.
pub fn save(project: &Project, path: &Path) -> Result<(), ProjectError> {
    let text = to_text(project)?;
    replace_file(path, text.as_bytes(), Replace::WithBackup)
        .map_err(|source| ProjectError::Write { path: path.to_owned(), source })
}

/// What becomes of the file that is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replace {
    /// It stays as `<name>.bak`, and the new file gets its permissions.
    WithBackup,
    /// The new file gets its permissions.
    WithoutBackup,
    /// Nothing of it stays, and only the user can read the new file.
    Private,
}

/// Writes a file beside `path`, to disk, then renames it over `path`.
pub(crate) fn replace_file(path: &Path, content: &[u8], how: Replace) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    if path.exists() {
        let permissions = fs::metadata(path)?.permissions();
        if permissions.readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
        }
        if how != Replace::Private {
            file.as_file().set_permissions(permissions)?;
        }
        if how == Replace::WithBackup {
            let mut backup = path.as_os_str().to_owned();
            backup.push(".bak");
            fs::copy(path, backup)?;
        }
    }
    file.persist(path).map_err(|error| error.error)?;
    // The rename itself must survive a power cut too; not every system lets one open a folder.
    if let Ok(folder) = fs::File::open(folder) {
        folder.sync_all().ok();
    }
    Ok(())
}

pub(super) fn syntax_error(name: &str, text: &str, error: &SpannedError) -> ProjectError {
    let Position { line, col } = error.span.start;
    let range = byte_range(text, error.span.start, error.span.end);
    ProjectError::Syntax {
        name: name.to_owned(),
        line,
        column: col,
        message: message_of(&error.code),
        hint: hint_for(&error.code),
        text: Arc::new(NamedSource::new(name, text.to_owned())),
        span: range.into(),
    }
}

fn message_of(error: &ron::Error) -> String {
    match error {
        ron::Error::NoSuchStructField { found, outer, .. } => match outer {
            Some(outer) => format!("{outer} has no field `{found}`"),
            None => format!("there is no field `{found}` here"),
        },
        ron::Error::NoSuchEnumVariant { found, outer, .. } => match outer {
            Some(outer) => format!("`{found}` is not a {outer}"),
            None => format!("`{found}` is not allowed here"),
        },
        ron::Error::MissingStructField { field, outer } => match outer {
            Some(outer) => format!("{outer} needs the field `{field}`"),
            None => format!("the field `{field}` is missing"),
        },
        other => {
            let text = other.to_string();
            let mut letters = text.chars();
            letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
        }
    }
}

fn hint_for(error: &ron::Error) -> String {
    match error {
        ron::Error::NoSuchStructField { expected, found, .. } => choose(expected, found, "fields"),
        ron::Error::NoSuchEnumVariant { expected, found, .. } => choose(expected, found, "values"),
        ron::Error::MissingStructField { .. } => {
            "add it; the guide page “Project file” describes every field".to_owned()
        }
        ron::Error::ExpectedString | ron::Error::ExpectedStringEnd => {
            "texts stand in double quotes".to_owned()
        }
        ron::Error::ExpectedBoolean => "write true or false".to_owned(),
        ron::Error::Eof => {
            "the text ends too early; is a bracket missing, or was the file cut off?".to_owned()
        }
        ron::Error::ExpectedStructLikeEnd | ron::Error::ExpectedArrayEnd | ron::Error::ExpectedMapEnd => {
            "a comma or a closing bracket is missing before this place".to_owned()
        }
        _ => "the guide page “Project file” describes every field; the file was left as it is".to_owned(),
    }
}

/// “Did you mean”, or the whole list when nothing is near.
fn choose(expected: &'static [&'static str], found: &str, what: &str) -> String {
    let near = expected
        .iter()
        .map(|name| (strsim::damerau_levenshtein(name, found), name))
        .min()
        .filter(|(distance, name)| *distance <= name.len().max(found.len()) / 2);
    match near {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None => format!("the {what} known here are: {}", expected.join(", ")),
    }
}

/// Byte range of a span given by lines and columns (characters), at least one character long.
fn byte_range(text: &str, start: Position, end: Position) -> Range<usize> {
    let from = byte_offset(text, start);
    let to = byte_offset(text, end).max(from);
    if to > from {
        return from..to;
    }
    let width = text.get(from..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    from..from + width
}

fn byte_offset(text: &str, position: Position) -> usize {
    let mut offset = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if index + 1 == position.line {
            let column =
                line.char_indices().nth(position.col.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
            return offset + column;
        }
        offset += line.len();
    }
    text.len()
}
