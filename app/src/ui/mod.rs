//! Our look: theme tokens, fonts, icons, and the widgets that every screen is built from.
//!
//! Nothing here knows a project. Colours, sizes and fonts come from [`theme`] alone; a widget that needs
//! another colour needs another token.

pub mod badge;
pub mod bars;
pub mod button;
pub mod code_edit;
pub mod dialog;
pub mod field;
pub mod icons;
pub mod list_row;
pub mod name_field;
pub mod rows;
pub mod state;
pub mod table;
pub mod text;
pub mod theme;
pub mod value;

pub use self::{
    button::{Button, icon_button_ui},
    icons::Icon,
    list_row::ListRow,
    theme::{Tokens, tokens},
};
