//! An editor for what people write in a language: patterns, expressions, scripts.
//!
//! Keywords, texts and names have their colours, a mistake is marked at its place with its message below, and
//! names are offered behind their sign or while a word is typed: arrows choose, Enter, Tab or a click takes one,
//! Esc closes the list. Without the list, Tab goes on to the next field.

mod complete;
mod highlight;
mod language;

pub use self::{complete::Offer, language::Language};

use egui::{
    CompletionPopup, CompletionQuery, Id, Margin, Rect, RectAlign, RichText, Stroke, StrokeKind, Suggestion,
    TextBuffer, TextEdit, Ui,
    text::{CCursor, CCursorRange, Galley},
    text_edit::TextEditState,
};

use self::complete::{begun, closes, fitting};
use super::{Icon, text, theme, tokens};

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line and column, in characters from 1, if the place is known.
    pub position: Option<(usize, usize)>,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub help: Option<String>,
}

/// Names for a sign; without one, names that stand alone.
type Names<'a> = &'a dyn Fn(Option<char>) -> Vec<Offer>;

/// An editor of a text in a language.
pub struct CodeEdit<'a> {
    name: &'a str,
    language: Language,
    text: &'a mut String,
    rows: usize,
    hint: &'a str,
    names: Option<Names<'a>>,
    fault: Option<&'a Fault>,
}

impl<'a> CodeEdit<'a> {
    /// An editor with an accessible name.
    #[must_use]
    pub const fn new(name: &'a str, language: Language, text: &'a mut String) -> Self {
        Self { name, language, text, rows: 4, hint: "", names: None, fault: None }
    }

    /// Sets the least height in lines.
    #[must_use]
    pub const fn rows(mut self, rows: usize) -> Self {
        self.rows = rows;
        self
    }

    /// Shows an example while there is no text.
    #[must_use]
    pub const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// Offers names. The function is only called while one is typed.
    #[must_use]
    pub const fn names(mut self, names: Names<'a>) -> Self {
        self.names = Some(names);
        self
    }

    /// Marks a mistake.
    #[must_use]
    pub const fn fault(mut self, fault: Option<&'a Fault>) -> Self {
        self.fault = fault;
        self
    }

    /// Shows the editor over the whole width; true if the text changed.
    pub fn show(self, ui: &mut Ui) -> bool {
        let Self { name, language, text, rows, hint, names, fault } = self;
        let colors = tokens(ui);
        let id = ui.make_persistent_id(("code", name));
        let before = text.clone();
        let mut layouter = |ui: &Ui, buffer: &dyn TextBuffer, width: f32| {
            ui.fonts_mut(|fonts| fonts.layout_job(highlight::job(language, buffer.as_str(), width, colors)))
        };
        let edit = TextEdit::multiline(text)
            .hint_text(RichText::new(hint).font(theme::mono()))
            .font(theme::mono())
            .desired_rows(rows)
            .desired_width(f32::INFINITY)
            .margin(Margin::symmetric(8, 6))
            .layouter(&mut layouter);
        let mut typing = Typing::load(ui, id);
        let output = CompletionPopup::new(id)
            .word_boundary(|letter| letter == '\n')
            .align(RectAlign::BOTTOM_START)
            .show(ui, edit, |query| {
                if !typing.goes_on(&before, query) {
                    return Vec::new();
                }
                names.map_or_else(Vec::new, |names| suggestions(language, query, names))
            });
        let response = output.text_edit.response.response.clone().accessible_name(name);
        typing.store(ui, id);
        if let Some(accepted) = &output.accepted {
            unite_signs(ui, id, text, language, &accepted.insert);
        }
        if let Some(fault) = fault {
            let galley = &output.text_edit.galley;
            mark(ui, response.rect, output.text_edit.galley_pos, galley, text, fault);
            fault_ui(ui, fault);
        }
        response.changed() || output.accepted.is_some()
    }
}

/// The line up to the cursor when something was typed last: names are offered there, not wherever the cursor is put.
#[derive(Debug, Clone, Default)]
struct Typing(Option<String>);

impl Typing {
    fn load(ui: &Ui, id: Id) -> Self {
        ui.data(|data| data.get_temp(id.with("typing"))).unwrap_or_default()
    }

    fn store(self, ui: &Ui, id: Id) {
        ui.data_mut(|data| data.insert_temp(id.with("typing"), self));
    }

    fn goes_on(&mut self, before: &str, query: &CompletionQuery<'_>) -> bool {
        if query.text != before {
            self.0 = Some(query.word.to_owned());
        }
        self.0.as_deref() == Some(query.word)
    }
}

fn suggestions(language: Language, query: &CompletionQuery<'_>, names: Names<'_>) -> Vec<Suggestion> {
    let line = query.word;
    let at = byte_of(query.text, query.word_range.end.0);
    for begun in begun(language, query.text, at, line) {
        let before = line.get(..begun.start).unwrap_or_default();
        let offers = fitting(names(begun.sign), &begun.typed);
        // Whoever has typed it all needs no help.
        let is_whole = |offer: &Offer| begun.sign.is_none() && offer.insert == begun.typed;
        if offers.is_empty() || offers.iter().any(is_whole) {
            continue;
        }
        return offers
            .into_iter()
            .map(|offer| {
                Suggestion::new(format!("{before}{}", offer.insert))
                    .content(RichText::new(offer.name).font(theme::mono()))
                    .description(offer.detail)
            })
            .collect();
    }
    Vec::new()
}

/// Takes out the sign behind the cursor that the name, which was put in with both of its signs, has brought itself.
fn unite_signs(ui: &Ui, id: Id, text: &mut String, language: Language, inserted: &str) {
    let Some(sign) = inserted.chars().next_back().filter(|sign| language.signs().contains(sign)) else {
        return;
    };
    let Some(mut state) = TextEditState::load(ui.ctx(), id) else { return };
    let Some(cursor) = state.cursor.char_range().map(|range| range.primary) else { return };
    let at = byte_of(text, cursor.index.0);
    let rest = text.get(at..).unwrap_or_default();
    if closes(rest.split('\n').next().unwrap_or_default(), sign) {
        text.remove(at);
        state.cursor.set_char_range(Some(CCursorRange::one(cursor)));
        state.store(ui.ctx(), id);
    }
}

/// The byte at which a character begins.
fn byte_of(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(at, _)| at)
}

/// Characters from a place to the end of the word that stands there; at least one.
fn place_of(text: &str, (line, column): (usize, usize)) -> (usize, usize) {
    let lines = text.split('\n').take(line.saturating_sub(1));
    let start: usize = lines.map(|line| line.chars().count() + 1).sum::<usize>() + column.saturating_sub(1);
    let is_part = |letter: &char| letter.is_alphanumeric() || *letter == '_';
    let length = text.chars().skip(start).skip(1).take_while(is_part).count();
    (start, start + 1 + length)
}

/// Frames the field, and underlines the place of the mistake.
fn mark(ui: &Ui, field: Rect, at: egui::Pos2, galley: &Galley, text: &str, fault: &Fault) {
    let colors = tokens(ui);
    let radius = egui::CornerRadius::same(theme::RADIUS);
    ui.painter().rect_stroke(field, radius, Stroke::new(1.0, colors.danger), StrokeKind::Inside);
    let Some(position) = fault.position else { return };
    let (start, end) = place_of(text, position);
    let from = galley.pos_from_cursor(CCursor::new(start));
    let to = galley.pos_from_cursor(CCursor::new(end));
    let on_one_row = (from.bottom() - to.bottom()).abs() < 1.0;
    let right = if on_one_row { to.left().max(from.left() + 6.0) } else { from.left() + 6.0 };
    let painter = ui.painter().with_clip_rect(field.intersect(ui.clip_rect()));
    let y = at.y + from.bottom() - 1.0;
    painter.hline((at.x + from.left())..=(at.x + right), y, Stroke::new(2.0, colors.danger));
}

/// A text in the colours of its language, to look at.
pub fn code_ui(ui: &mut Ui, language: Language, text: &str) {
    let job = highlight::job(language, text, ui.available_width(), tokens(ui));
    ui.add(egui::Label::new(job).wrap());
}

/// The message of a mistake, with its place and what to do.
pub fn fault_ui(ui: &mut Ui, fault: &Fault) {
    let colors = tokens(ui);
    ui.horizontal_top(|ui| {
        ui.add(Icon::Error.sized(colors.danger, 14.0));
        ui.vertical(|ui| {
            text::label_ui(ui, words_of(fault), theme::body(), colors.danger);
            if let Some(help) = fault.help.as_deref().filter(|help| !help.is_empty()) {
                text::hint_ui(ui, help);
            }
        });
    });
}

/// The message with its place, unless the message says it itself.
fn words_of(fault: &Fault) -> String {
    match fault.position {
        Some((line, column)) if !fault.text.contains(&format!("line {line}, column {column}")) => {
            format!("Line {line}, column {column}: {}", fault.text)
        }
        _ => fault.text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_mistake_is_the_word_there() {
        assert_eq!(place_of("a\nbé cde", (2, 4)), (5, 8));
        assert_eq!(place_of("a\nbé", (2, 9)), (10, 11));
        assert_eq!(place_of("", (1, 1)), (0, 1));
    }

    #[test]
    fn the_place_is_told_once() {
        let fault = |text: &str| Fault { position: Some((2, 3)), text: text.to_owned(), help: None };
        assert_eq!(words_of(&fault("no such column")), "Line 2, column 3: no such column");
        assert_eq!(words_of(&fault("wrong at line 2, column 3")), "wrong at line 2, column 3");
    }
}
