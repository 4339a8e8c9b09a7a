//! Colours by meaning. The only place in the program where colours are written as numbers.

#![expect(clippy::disallowed_methods, reason = "this is the place where colours are made")]

use egui::Color32;
use syncwright_core::project::Side;

/// The colours of one theme, by meaning.
#[derive(Debug, Clone, Copy)]
pub struct Tokens {
    /// Behind everything.
    pub canvas: Color32,
    /// Panels, documents.
    pub panel: Color32,
    /// Fields, cards, menus, dialogs.
    pub raised: Color32,
    /// Under the pointer.
    pub hover: Color32,
    /// Selected rows and tabs.
    pub selected: Color32,
    /// Lines between parts of one thing.
    pub border: Color32,
    /// Lines around controls.
    pub border_strong: Color32,
    /// Text.
    pub text: Color32,
    /// Labels, hints, NULL.
    pub text_secondary: Color32,
    /// Text of what cannot be used now.
    pub text_disabled: Color32,
    /// Good.
    pub success: Color32,
    /// Doubtful.
    pub warning: Color32,
    /// Wrong, or destroying.
    pub danger: Color32,
    /// The target system; also the accent of the program.
    pub target: Color32,
    /// The central system.
    pub central: Color32,
    /// Text on a surface of an accent, success, warning or danger colour.
    pub on_accent: Color32,
    /// Shade behind dialogs.
    pub backdrop: Color32,
    /// Shadow of menus and dialogs.
    pub shadow: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// The dark theme.
pub const DARK: Tokens = Tokens {
    canvas: rgb(0x15_18_1c),
    panel: rgb(0x1b_1f_24),
    raised: rgb(0x22_27_2e),
    hover: rgb(0x2a_30_38),
    selected: rgb(0x20_37_3f),
    border: rgb(0x2c_33_3b),
    border_strong: rgb(0x46_52_5e),
    text: rgb(0xe6_ea_ee),
    text_secondary: rgb(0xa9_b4_bf),
    text_disabled: rgb(0x77_82_8d),
    success: rgb(0x5f_bf_8a),
    warning: rgb(0xe0_a9_3b),
    danger: rgb(0xee_7a_72),
    target: rgb(0x3f_b6_c6),
    central: rgb(0xa7_94_f6),
    on_accent: rgb(0x0e_16_19),
    backdrop: Color32::from_black_alpha(140),
    shadow: Color32::from_black_alpha(110),
};

/// The light theme. Success and target are a shade deeper than the first sketch of them, to be readable
/// on hovered and selected rows too.
pub const LIGHT: Tokens = Tokens {
    canvas: rgb(0xf4_f6_f8),
    panel: rgb(0xff_ff_ff),
    raised: rgb(0xff_ff_ff),
    hover: rgb(0xea_ef_f3),
    selected: rgb(0xd6_ec_ef),
    border: rgb(0xdf_e4_e8),
    border_strong: rgb(0xae_b9_c3),
    text: rgb(0x1b_23_2b),
    text_secondary: rgb(0x4d_5a_66),
    text_disabled: rgb(0x74_80_8b),
    success: rgb(0x1a_72_45),
    warning: rgb(0x8a_5a_00),
    danger: rgb(0xb3_26_1e),
    target: rgb(0x0a_6c_79),
    central: rgb(0x5b_45_c9),
    on_accent: rgb(0xff_ff_ff),
    backdrop: Color32::from_black_alpha(90),
    shadow: Color32::from_black_alpha(40),
};

impl Tokens {
    /// The colour of a side: central violet, target teal.
    #[must_use]
    pub const fn side(&self, side: Side) -> Color32 {
        match side {
            Side::Left => self.central,
            Side::Right => self.target,
        }
    }

    /// A faint wash of `color`, as a background of badges and boxes.
    #[must_use]
    pub fn wash(color: Color32) -> Color32 {
        color.gamma_multiply(0.12)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(color: Color32) -> f64 {
        let channel = |byte: u8| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// `over` painted on `under`.
    fn blend(over: Color32, under: Color32) -> Color32 {
        under.blend(over)
    }

    #[test]
    fn every_text_meets_wcag_aa_on_every_background() {
        for (theme, tokens) in [("dark", &DARK), ("light", &LIGHT)] {
            let backgrounds = [
                ("canvas", tokens.canvas),
                ("panel", tokens.panel),
                ("raised", tokens.raised),
                ("hover", tokens.hover),
                ("selected", tokens.selected),
            ];
            let texts = [
                ("text", tokens.text, 4.5),
                ("secondary", tokens.text_secondary, 4.5),
                ("success", tokens.success, 4.5),
                ("warning", tokens.warning, 4.5),
                ("danger", tokens.danger, 4.5),
                ("target", tokens.target, 4.5),
                ("central", tokens.central, 4.5),
                // Disabled text is exempt from AA; it must still be visible.
                ("disabled", tokens.text_disabled, 3.0),
            ];
            for (background_name, background) in backgrounds {
                for (text_name, text, least) in texts {
                    let found = contrast(text, background);
                    assert!(found >= least, "{theme}: {text_name} on {background_name} is {found:.2}");
                }
            }
            for accent in [tokens.target, tokens.central, tokens.success, tokens.warning, tokens.danger] {
                let found = contrast(tokens.on_accent, accent);
                assert!(found >= 4.5, "{theme}: text on an accent is {found:.2}");
                let washed = contrast(accent, blend(Tokens::wash(accent), tokens.panel));
                assert!(washed >= 4.5, "{theme}: text on a wash is {washed:.2}");
            }
        }
    }
}
