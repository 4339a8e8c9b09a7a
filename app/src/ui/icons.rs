//! The icons: white outlines of 16 × 16 points, tinted when they are painted.

use egui::{Color32, Image, Rect, Ui, Vec2, load::Bytes};

use super::theme::ICON;

macro_rules! icons {
    ($($name:ident = $file:literal,)*) => {
        /// An icon.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Icon {
            $(#[doc = concat!("`assets/icons/", $file, ".svg`")] $name,)*
        }

        impl Icon {
            const fn file(self) -> (&'static str, &'static [u8]) {
                match self {
                    $(Self::$name => (
                        concat!("bytes://icons/", $file, ".svg"),
                        include_bytes!(concat!("../../../assets/icons/", $file, ".svg")),
                    ),)*
                }
            }
        }
    };
}

icons! {
    Activate = "activate",
    BothWays = "both_ways",
    Cancel = "cancel",
    Check = "check",
    ChevronDown = "chevron_down",
    ChevronRight = "chevron_right",
    Close = "close",
    Compress = "compress",
    Condition = "condition",
    Copy = "copy",
    Database = "database",
    Delete = "delete",
    Error = "error",
    Filter = "filter",
    IgnoreCase = "ignore_case",
    Info = "info",
    Insert = "insert",
    Key = "key",
    Lock = "lock",
    Logs = "logs",
    Mapping = "mapping",
    Monitor = "monitor",
    Moon = "moon",
    NotMapped = "not_mapped",
    Ok = "ok",
    Once = "once",
    Open = "open",
    Outstanding = "outstanding",
    Palette = "palette",
    PanelBottom = "panel_bottom",
    PanelLeft = "panel_left",
    PanelRight = "panel_right",
    Project = "project",
    Quota = "quota",
    Redo = "redo",
    Refresh = "refresh",
    Required = "required",
    Reset = "reset",
    Run = "run",
    Sample = "sample",
    Save = "save",
    Search = "search",
    Simulate = "simulate",
    StartUp = "start_up",
    Sun = "sun",
    Table = "table",
    ToLeft = "to_left",
    ToRight = "to_right",
    Undo = "undo",
    Update = "update",
    Variables = "variables",
    View = "view",
    Virtual = "virtual",
    Warning = "warning",
    Workflow = "workflow",
}

impl Icon {
    /// The icon as an image in `color`.
    pub fn image(self, color: Color32) -> Image<'static> {
        self.sized(color, ICON)
    }

    /// The icon as an image in `color`, `side` points wide and high.
    pub fn sized(self, color: Color32, side: f32) -> Image<'static> {
        let (uri, bytes) = self.file();
        Image::from_bytes(uri, Bytes::Static(bytes))
            .fit_to_exact_size(Vec2::splat(side))
            .show_loading_spinner(false)
            .tint(color)
    }

    /// Paints the icon in the middle of `rect`.
    pub fn paint(self, ui: &Ui, rect: Rect, color: Color32) {
        self.paint_sized(ui, rect, color, ICON);
    }

    /// Paints the icon in the middle of `rect`, `side` points wide and high.
    pub fn paint_sized(self, ui: &Ui, rect: Rect, color: Color32, side: f32) {
        // Images do not take part in the fading of disabled parts.
        let color = if ui.is_enabled() { color } else { color.gamma_multiply(ui.visuals().disabled_alpha) };
        self.sized(color, side).paint_at(ui, Rect::from_center_size(rect.center(), Vec2::splat(side)));
    }
}
