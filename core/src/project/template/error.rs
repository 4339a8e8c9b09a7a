//! What can go wrong with template files.

use std::{io, path::PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::{TEMPLATE_VERSION, TemplateKind};
use crate::project::{ProjectError, ScriptLanguage};

/// Why a template cannot be loaded, saved or applied (W6, W16, W18).
#[derive(Debug, Error, Diagnostic)]
pub enum TemplateError {
    /// The file or folder cannot be read.
    #[error("cannot read the template: {source}: {}", path.display())]
    #[diagnostic(code("SW-L001"), help("check the path and your permission to read it"))]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not UTF-8 text.
    #[error("this is no template, it is not text: {}", path.display())]
    #[diagnostic(
        code("SW-L002"),
        help("templates end in .ron and are readable text; is this another kind of file?")
    )]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// The text is not RON, or not a template; or it cannot be written as RON.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Text(ProjectError),
    /// The file is of a newer version.
    #[error("the template has version {found}, this program reads versions up to {TEMPLATE_VERSION}: {name}")]
    #[diagnostic(code("SW-L003"), help("open it with a newer Syncwright; the file was left as it is"))]
    Newer {
        /// Name of the file.
        name: String,
        /// Its version.
        found: u32,
    },
    /// It is a template of the other kind.
    #[error("this is a {}, not a {}: {name}", found.label(), wanted.label())]
    #[diagnostic(code("SW-L004"), help("choose another file"))]
    OtherKind {
        /// Name of the file.
        name: String,
        /// What it is.
        found: TemplateKind,
        /// What was to be loaded.
        wanted: TemplateKind,
    },
    /// The file cannot be written.
    #[error("cannot save the template: {source}: {}", path.display())]
    #[diagnostic(
        code("SW-L005"),
        help("what was there is unchanged; check free space and your permission to write the folder")
    )]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The connection holds what looks like a secret.
    #[error("the template would hold a secret: {place}")]
    #[diagnostic(
        code("SW-L006"),
        help("remove it from the connection; passwords are kept in the keyring or the encrypted file")
    )]
    Secret {
        /// Where it stands; without its value.
        place: String,
    },
    /// Something else is there.
    #[error("there is a file that is no {}, and it is not overwritten, {source}: {}", wanted.label(), path.display())]
    #[diagnostic(code("SW-L007"), help("choose another name, or move the file away"))]
    InTheWay {
        /// The file.
        path: PathBuf,
        /// What was to be saved.
        wanted: TemplateKind,
        /// Why it is none.
        source: Box<TemplateError>,
    },
    /// A saved connection needs a name.
    #[error("a saved connection needs a name")]
    #[diagnostic(code("SW-L008"), help("give it a name that you recognise later"))]
    NoName,
    /// There is no saved connection of that name.
    #[error("there is no saved connection {name:?}")]
    #[diagnostic(code("SW-L009"), help("was it deleted meanwhile? List the saved connections again"))]
    NotSaved {
        /// The name.
        name: String,
    },
    /// The scripts of the template are in another language than those of the project.
    #[error(
        "the template has scripts in {template:?}, and the project has mappings or scripts in {project:?}"
    )]
    #[diagnostic(
        code("SW-L010"),
        help("apply it to a blank project, or choose a template in the same language")
    )]
    OtherLanguage {
        /// Language of the template.
        template: ScriptLanguage,
        /// Language of the project.
        project: ScriptLanguage,
    },
}
