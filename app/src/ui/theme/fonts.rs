//! The bundled fonts and the type scale.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontId};

const MEDIUM: &str = "Inter Medium";
const SEMIBOLD: &str = "Inter SemiBold";
const MONO: &str = "JetBrains Mono";

/// Inter for text, JetBrains Mono for keys and code; egui's own fonts behind them for rare signs.
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let files: [(&str, &'static [u8]); 4] = [
        ("Inter", include_bytes!("../../../../assets/fonts/Inter-Regular.otf")),
        (MEDIUM, include_bytes!("../../../../assets/fonts/Inter-Medium.otf")),
        (SEMIBOLD, include_bytes!("../../../../assets/fonts/Inter-SemiBold.otf")),
        (MONO, include_bytes!("../../../../assets/fonts/JetBrainsMono-Regular.ttf")),
    ];
    for (name, bytes) in files {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let mut family = |family: FontFamily, names: &[&str]| {
        let chain = names.iter().map(|name| (*name).to_owned()).chain(fallback.iter().cloned());
        fonts.families.insert(family, chain.collect());
    };
    // JetBrains Mono behind Inter: it has arrows and signs that Inter lacks.
    family(FontFamily::Proportional, &["Inter", MONO]);
    family(FontFamily::Name(MEDIUM.into()), &[MEDIUM, "Inter", MONO]);
    family(FontFamily::Name(SEMIBOLD.into()), &[SEMIBOLD, "Inter", MONO]);
    family(FontFamily::Monospace, &[MONO, "Inter"]);
    fonts
}

/// Running text, 13 pt.
#[must_use]
pub const fn body() -> FontId {
    FontId::new(13.0, FontFamily::Proportional)
}

/// Captions, column titles, hints, 11 pt.
#[must_use]
pub fn caption() -> FontId {
    FontId::new(11.5, FontFamily::Proportional)
}

/// Emphasised text, 13 pt.
#[must_use]
pub fn medium() -> FontId {
    FontId::new(13.0, FontFamily::Name(MEDIUM.into()))
}

/// Strong text, 13 pt.
#[must_use]
pub fn semibold() -> FontId {
    FontId::new(13.0, FontFamily::Name(SEMIBOLD.into()))
}

/// Headings, 16 pt.
#[must_use]
pub fn heading() -> FontId {
    FontId::new(16.0, FontFamily::Name(SEMIBOLD.into()))
}

/// Titles of documents and pages, 20 pt.
#[must_use]
pub fn title() -> FontId {
    FontId::new(20.0, FontFamily::Name(SEMIBOLD.into()))
}

/// Keys, paths, expressions, 12 pt.
#[must_use]
pub const fn mono() -> FontId {
    FontId::new(12.0, FontFamily::Monospace)
}
