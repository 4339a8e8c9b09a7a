//! The theme: colour tokens of both themes, sizes, fonts, and how egui's own widgets are dressed in them.

mod fonts;
mod style;
mod tokens;

pub use self::{
    fonts::{body, caption, heading, medium, mono, semibold, title},
    tokens::{DARK, LIGHT, Tokens},
};

use egui::{Context, Theme, Ui};

/// Height of a row in lists, trees and tables.
pub const ROW: f32 = 26.0;
/// Height of buttons and fields.
pub const CONTROL: f32 = 28.0;
/// Corner radius of buttons, cards, dialogs.
pub const RADIUS: u8 = 6;
/// Side of an icon.
pub const ICON: f32 = 16.0;
/// Spacing steps.
pub const S1: f32 = 4.0;
/// Spacing steps.
pub const S2: f32 = 8.0;
/// Spacing steps.
pub const S3: f32 = 12.0;
/// Spacing steps.
pub const S4: f32 = 16.0;
/// Spacing steps.
pub const S6: f32 = 24.0;

/// Installs fonts, both styles and the image loaders.
pub fn install(ctx: &Context) {
    egui_extras::install_image_loaders(ctx);
    ctx.set_fonts(fonts::definitions());
    for (theme, tokens) in [(Theme::Dark, &DARK), (Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| style::dress(style, tokens, theme == Theme::Dark));
    }
}

/// The tokens of the theme that `ui` is drawn in.
#[must_use]
pub fn tokens(ui: &Ui) -> &'static Tokens {
    if ui.visuals().dark_mode { &DARK } else { &LIGHT }
}

/// The tokens of the theme that `ctx` draws in.
#[must_use]
pub fn tokens_of(ctx: &Context) -> &'static Tokens {
    match ctx.theme() {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    }
}
