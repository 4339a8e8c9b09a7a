//! The list of changes: a tree with what each change breaks below it; any length.

use std::collections::HashSet;

use egui::{Align, EventFilter, Key, Modifiers, Rect, Ui, pos2, vec2};
use syncwright_core::project::Side;

use super::{
    go_to,
    proposal::Proposal,
    shown::{self, Filter, Line, Show},
    tree::{Mark, Node, Tree},
};
use crate::{
    action::Actions,
    ui::{
        Button, Icon, badge, button, field, list_row,
        rows::{self, RowsState},
        state,
        table::{self, Column},
        text, theme, tokens,
    },
};

/// State of the list.
#[derive(Debug, Default)]
pub struct ListState {
    filter: Filter,
    folded: HashSet<usize>,
    rows: RowsState,
    /// The lines that pass the filter; nothing if they have to be worked out.
    lines: Option<Vec<Line>>,
}

impl ListState {
    /// The tree was worked out again; `same` if nothing about it changed.
    pub fn changed(&mut self, same: bool) {
        if !same {
            self.folded.clear();
            self.rows = RowsState::default();
            self.lines = None;
        }
    }

    fn fold(&mut self, node: usize) {
        if !self.folded.remove(&node) {
            self.folded.insert(node);
        }
        self.lines = None;
    }
}

const NAME: &str = "Changes of the schema";
const COLUMNS: [Column; 3] = [
    Column::share("Type or property", 220.0, 1.0),
    Column::share("What changes", 180.0, 1.2),
    Column::fixed("Consequences", 132.0),
];

/// Shows the bar with the filter, and the list.
pub fn list_ui(ui: &mut Ui, side: Side, proposal: &Proposal, view: &mut ListState, actions: &mut Actions) {
    if proposal.tree.nodes.is_empty() {
        return;
    }
    bar_ui(ui, proposal, view);
    let tree = &proposal.tree;
    let lines = view.lines.take().unwrap_or_else(|| shown::lines(tree, &view.filter, &view.folded));
    if lines.is_empty() {
        let hint = "Empty the filter to see all changes again.";
        state::empty_ui(ui, Icon::Filter, "No change passes the filter", hint);
        view.lines = Some(lines);
        return;
    }
    table::header_ui(ui, &COLUMNS, true);
    let list = ui.scope_id().with(("rows", NAME));
    let has_focus = ui.memory(|memory| memory.has_focus(list));
    let mut chosen = if has_focus { fold_key(ui, &lines, view.rows.cursor) } else { None };
    let mut rows_state = view.rows;
    let (mut clicked, mut twice) = (None, false);
    let count = lines.len() as u64;
    let output = rows::rows_ui(ui, NAME, &mut rows_state, count, theme::ROW, |ui, row, rect, response| {
        let Some((line, node)) = at(tree, &lines, row) else { return String::new() };
        list_row::background(ui, rect, view.rows.cursor == Some(row), response);
        if response.clicked() {
            clicked = Some(row);
        }
        twice |= response.double_clicked();
        if response.hovered() {
            hint(node, response);
        }
        node_ui(ui, rect, node, line, response.hovered())
    });
    if has_focus {
        // Left and right fold lines here; they must not move the focus.
        let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(list, filter));
    }
    view.rows = rows_state;
    // A double click is two clicks already.
    chosen = clicked.or(chosen).or(output.opened.filter(|_| !twice));
    let found = chosen.and_then(|row| at(tree, &lines, row));
    let action = found.map(|(line, node)| (*line, node.user.clone()));
    view.lines = Some(lines);
    match action {
        Some((_, Some(user))) => go_to::go_to(side, &user, actions),
        Some((Line { node, open: Some(_) }, None)) => view.fold(node),
        Some((Line { open: None, .. }, None)) | None => {}
    }
}

fn at<'a>(tree: &'a Tree, lines: &'a [Line], row: u64) -> Option<(&'a Line, &'a Node)> {
    let line = lines.get(usize::try_from(row).ok()?)?;
    Some((line, tree.nodes.get(line.node)?))
}

/// The row of the cursor, if an arrow key folds or unfolds it.
fn fold_key(ui: &Ui, lines: &[Line], cursor: Option<u64>) -> Option<u64> {
    let open = cursor.and_then(|row| lines.get(usize::try_from(row).ok()?))?.open?;
    let key = if open { Key::ArrowLeft } else { Key::ArrowRight };
    ui.input_mut(|input| input.consume_key(Modifiers::NONE, key)).then_some(cursor)?
}

/// Which changes, the text to look for, and *Copy*.
fn bar_ui(ui: &mut Ui, proposal: &Proposal, view: &mut ListState) {
    let before = view.filter.clone();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::S1;
        for (show, count) in Show::ALL.into_iter().zip(proposal.shown) {
            if count == 0 && show != view.filter.show {
                continue;
            }
            let label = format!("{}  {}", show.label(), text::number(count as u64));
            if button::segment_ui(ui, view.filter.show == show, &label) {
                view.filter.show = show;
            }
        }
        ui.add_space(theme::S1);
        field::filter_ui(ui, &mut view.filter.text, "Filter the changes", 220.0);
        let copy = ui.add(Button::quiet("Copy list").icon(Icon::Copy));
        if copy.on_hover_text("Copy the lines that are shown").clicked() {
            let lines = shown::lines(&proposal.tree, &view.filter, &view.folded);
            ui.ctx().copy_text(proposal.tree.to_text(lines.iter().map(|line| line.node)));
        }
    });
    if view.filter != before {
        view.lines = None;
        view.rows = RowsState::default();
    }
}

fn hint(node: &Node, response: &egui::Response) {
    let words = match (&node.user, node.has_children) {
        (Some(_), _) => format!("{}. Click to go there.", node.name),
        (None, true) => format!("{}. Click, or press an arrow key, to fold.", node.name),
        (None, false) => node.name.clone(),
    };
    response.clone().on_hover_text(words);
}

/// Draws a line; returns its accessible name.
fn node_ui(ui: &Ui, rect: Rect, node: &Node, line: &Line, hovered: bool) -> String {
    let colors = tokens(ui);
    let cells = table::cells(&COLUMNS, rect);
    let [first, second, third] = [0, 1, 2].map(|index| cells.get(index).copied().unwrap_or(rect));
    let mut x = first.left() + node.depth as f32 * 18.0;
    let slot = |x: f32| Rect::from_min_size(pos2(x, rect.top()), vec2(16.0, rect.height()));
    if let Some(open) = line.open {
        let icon = if open { Icon::ChevronDown } else { Icon::ChevronRight };
        icon.paint_sized(ui, slot(x), colors.text_secondary, 12.0);
    }
    x += 18.0;
    let (icon, color) = match (node.mark, &node.user) {
        (Mark::Removed, _) => (Icon::Delete, colors.danger),
        (Mark::Changed, _) => (Icon::Update, colors.warning),
        (Mark::Added, _) => (Icon::Insert, colors.success),
        (Mark::Breaks, Some(user)) => (go_to::icon(user), colors.danger),
        (Mark::MayBreak, Some(user)) => (go_to::icon(user), colors.warning),
        (Mark::Breaks | Mark::MayBreak, None) => (Icon::Warning, colors.warning),
        (Mark::Kept, _) => (Icon::Lock, colors.text_secondary),
        (Mark::Filled, _) => (Icon::Info, colors.text_secondary),
    };
    icon.paint_sized(ui, slot(x), color, 14.0);
    x += 24.0;
    let font = if node.depth == 0 { theme::medium() } else { theme::body() };
    // Sentences may have the columns that they leave empty.
    let end = if node.detail.is_empty() { second.right() } else { first.right() };
    let words = Rect::from_min_max(pos2(x, rect.top()), pos2(end, rect.bottom()));
    text::cell(ui, words, &node.text, font, colors.text, Align::Min);
    text::cell(ui, second, &node.detail, theme::body(), colors.text_secondary, Align::Min);
    match (node.mark, node.breaks) {
        (Mark::Breaks, _) => consequence_ui(ui, third, "breaks", colors.danger, hovered),
        (Mark::MayBreak, _) => consequence_ui(ui, third, "may break", colors.warning, hovered),
        (_, 0) => {}
        (Mark::Removed, count) => {
            badge::paint(ui, third, &format!("breaks {}", text::number(count as u64)), colors.danger);
        }
        (_, count) => {
            badge::paint(ui, third, &format!("may break {}", text::number(count as u64)), colors.warning);
        }
    }
    node.name.clone()
}

/// What happens to a part of the project; an arrow while the pointer is on it, because it leads there.
fn consequence_ui(ui: &Ui, cell: Rect, words: &str, color: egui::Color32, hovered: bool) {
    text::cell(ui, cell, words, theme::caption(), color, Align::Min);
    if hovered {
        let slot = Rect::from_min_size(pos2(cell.right() - 18.0, cell.top()), vec2(16.0, cell.height()));
        Icon::ToRight.paint_sized(ui, slot, tokens(ui).text_secondary, 13.0);
    }
}
