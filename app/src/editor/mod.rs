//! The editor: one window that puts the screens together.
//!
//! [`open`] starts the window; [`Editor`] is the program in it, without a window, which tests drive as a
//! person would. Screens collect actions while they draw; the editor performs them once per frame.

mod app;
mod availability;
mod compress;
mod dialogs;
mod jobs;
mod mapping_dialogs;
mod mappings;
mod menu_bar;
mod messages;
mod navigation;
mod palette;
mod passwords;
mod pending;
mod perform;
mod schema;
mod settings;
mod status_bar;
mod tabs;
mod template;
mod wizard;

pub use self::app::Editor;

use std::path::PathBuf;

use thiserror::Error;

/// How the window is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Renderer {
    /// Whichever starts: wgpu first, glow if that fails.
    #[default]
    Auto,
    /// wgpu: Vulkan, Metal, DirectX 12. Works over Windows Remote Desktop.
    Wgpu,
    /// glow: OpenGL. Light; works on Linux without a graphics card.
    Glow,
}

/// What the editor is started with.
#[derive(Debug, Clone, Default)]
pub struct EditorOptions {
    /// Project to open at once.
    pub project: Option<PathBuf>,
    /// Sample project that the start page offers.
    pub sample: Option<PathBuf>,
    /// How the window is drawn.
    pub renderer: Renderer,
    /// Folder for recent projects, theme and layout.
    pub state_folder: PathBuf,
    /// Folder that new projects are saved in unless somebody says otherwise.
    pub projects_folder: PathBuf,
}

/// Why there is no window.
#[derive(Debug, Error, miette::Diagnostic)]
pub enum EditorError {
    /// No way of drawing could be started.
    #[error("the window cannot be opened: {reasons}")]
    #[diagnostic(
        code("SW-G001"),
        help(
            "is there a display? Over SSH use `ssh -X`, without a display use the command line: `syncwright simulate`, `syncwright run`"
        )
    )]
    NoWindow {
        /// What each way of drawing said.
        reasons: String,
    },
}

/// Opens the window and stays until it is closed.
///
/// # Errors
///
/// [`EditorError`] if no renderer can be started.
pub fn open(options: EditorOptions) -> Result<(), EditorError> {
    let order: &[eframe::Renderer] = match options.renderer {
        Renderer::Auto | Renderer::Wgpu => &[eframe::Renderer::Wgpu, eframe::Renderer::Glow],
        Renderer::Glow => &[eframe::Renderer::Glow, eframe::Renderer::Wgpu],
    };
    let mut reasons = Vec::new();
    for renderer in order {
        let name = renderer.to_string();
        match start(&options, *renderer) {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::warn!("the renderer {name} does not start here, trying the other one: {error}");
                reasons.push(format!("{name}: {error}"));
            }
        }
    }
    Err(EditorError::NoWindow { reasons: reasons.join("; ") })
}

fn start(options: &EditorOptions, renderer: eframe::Renderer) -> Result<(), eframe::Error> {
    let viewport = egui::ViewportBuilder::default()
        .with_title("Syncwright")
        .with_app_id("org.syncwright.Syncwright")
        .with_inner_size([1360.0, 860.0])
        .with_min_inner_size([860.0, 560.0])
        .with_drag_and_drop(true);
    let native = eframe::NativeOptions {
        viewport,
        renderer,
        // A remembered position on a monitor that is gone has hung programs on Windows.
        persist_window: !cfg!(windows),
        persistence_path: Some(options.state_folder.join("window.ron")),
        ..eframe::NativeOptions::default()
    };
    let options = options.clone();
    eframe::run_native(
        "Syncwright",
        native,
        Box::new(move |creation| Ok(Box::new(Editor::new(&creation.egui_ctx, options)))),
    )
}
