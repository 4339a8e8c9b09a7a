//! Without a subcommand: the editor's window.
//!
//! The only place of the command line that knows the editor.

use std::{fs, io, path::PathBuf};

use directories::{ProjectDirs, UserDirs};
use syncwright_core::project::ProjectError;

use super::{CliError, RendererChoice, demo, usage};
use crate::editor::{self, EditorOptions, Renderer};

/// What the editor opens with.
#[derive(Debug)]
pub struct EditorRequest {
    /// Project to open.
    pub project: Option<PathBuf>,
    /// The sample project, if it was written on this machine; the start page offers it.
    pub sample: Option<PathBuf>,
    /// How the window is drawn.
    pub renderer: RendererChoice,
    /// Where window layout, recent projects and recovery files live.
    pub state_folder: PathBuf,
}

/// Opens the editor with or without a project, and waits until it is closed.
pub fn run(project: Option<PathBuf>, renderer: RendererChoice) -> Result<u8, CliError> {
    if let Some(project) = &project {
        check_file(project)?;
    }
    let sample = sample_project().filter(|file| file.exists());
    open_editor(EditorRequest { project, sample, renderer, state_folder: state_folder()? })?;
    Ok(0)
}

/// A missing file is told at once, in the terminal where it was typed. What is wrong inside of it is shown by
/// the editor.
fn check_file(file: &PathBuf) -> Result<(), CliError> {
    if let Some(error) = file.to_str().and_then(usage::unknown_command) {
        return Err(error);
    }
    let is_folder = || io::Error::new(io::ErrorKind::IsADirectory, "it is a folder");
    match fs::metadata(file) {
        Ok(metadata) if metadata.is_dir() => {
            Err(ProjectError::Read { path: file.clone(), source: is_folder() }.into())
        }
        Ok(_) => Ok(()),
        Err(source) => Err(ProjectError::Read { path: file.clone(), source }.into()),
    }
}

/// The folders of this program in the user's home.
pub fn user_folders() -> Result<ProjectDirs, CliError> {
    ProjectDirs::from("", "", "syncwright").ok_or(CliError::NoHome)
}

/// Where window layout, recent projects and recovery files live.
pub fn state_folder() -> Result<PathBuf, CliError> {
    let folders = user_folders()?;
    Ok(folders.state_dir().unwrap_or_else(|| folders.data_local_dir()).to_owned())
}

/// Where new projects are saved: a folder of their own among the user's documents, or in the home.
fn projects_folder() -> Result<PathBuf, CliError> {
    let folders = UserDirs::new().ok_or(CliError::NoHome)?;
    Ok(folders.document_dir().unwrap_or_else(|| folders.home_dir()).join("Syncwright"))
}

/// The sample project in its default folder.
fn sample_project() -> Option<PathBuf> {
    Some(demo::default_folder().ok()?.join(demo::PROJECT_FILE))
}

/// Hands over to the editor.
pub fn open_editor(request: EditorRequest) -> Result<(), CliError> {
    let EditorRequest { project, sample, renderer, state_folder } = request;
    tracing::debug!(?project, ?sample, ?renderer, ?state_folder, "opening the editor");
    let renderer = match renderer {
        RendererChoice::Auto => Renderer::Auto,
        RendererChoice::Wgpu => Renderer::Wgpu,
        RendererChoice::Glow => Renderer::Glow,
    };
    let projects_folder = projects_folder()?;
    Ok(editor::open(EditorOptions { project, sample, renderer, state_folder, projects_folder })?)
}
