//! A list of any length: draws only the rows in sight, scrolls smoothly at row one million as at row one.
//!
//! egui's scroll areas count in `f32` points, which is too coarse for long lists. Here the position is an
//! `f64` number of rows, so neither the wheel nor a slow trackpad loses steps. Rows have one height. The
//! list has one keyboard focus as a whole: arrows, Page Up/Down, Home and End move its cursor.

use egui::{
    CornerRadius, Event, EventFilter, Id, Key, Modifiers, Pos2, Rect, Response, Sense, Ui, UiBuilder,
    WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::{theme, tokens};

/// Where a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RowsState {
    /// First visible row; a fraction means that part of it is scrolled out.
    pub top: f64,
    /// The row of the cursor, if there is one.
    pub cursor: Option<u64>,
}

/// What happened to a list in this frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowsOutput {
    /// The cursor was moved to this row, by click or key.
    pub moved_to: Option<u64>,
    /// This row was double-clicked, or Enter was pressed on it.
    pub opened: Option<u64>,
}

const BAR: f32 = 10.0;

/// What a list in `ui` is known by; it has the keyboard focus.
#[must_use]
pub fn list_id(ui: &Ui, name: &str) -> Id {
    ui.scope_id().with(("rows", name))
}

/// Shows a list of `count` rows over the rest of `ui`.
///
/// `row_ui` draws a row into its rectangle and returns the accessible name of the row.
pub fn rows_ui(
    ui: &mut Ui,
    name: &str,
    state: &mut RowsState,
    count: u64,
    row_height: f32,
    mut row_ui: impl FnMut(&mut Ui, u64, Rect, &Response) -> String,
) -> RowsOutput {
    let mut output = RowsOutput::default();
    let area = ui.available_rect_before_wrap();
    if !area.is_positive() {
        return output;
    }
    ui.advance_cursor_after_rect(area);
    let id = list_id(ui, name);
    let list = ui.interact(area, id, Sense::click());
    list.widget_info(|| WidgetInfo::labeled(Role::List, true, name));

    let in_sight = f64::from(area.height() / row_height);
    let last_top = (count as f64 - in_sight).max(0.0);
    keyboard(ui, &list, state, count, in_sight, &mut output);
    wheel(ui, area, state, row_height);
    state.top = state.top.clamp(0.0, last_top);

    let body = Rect::from_min_max(area.min, pos2(area.right() - BAR, area.bottom()));
    let mut child = ui.new_child(UiBuilder::new().id_salt(id).max_rect(body));
    child.set_clip_rect(area.intersect(ui.clip_rect()));
    let first = state.top.floor();
    let mut index = first as u64;
    let mut y = area.top() - ((state.top - first) as f32) * row_height;
    while y < area.bottom() && index < count {
        let rect = Rect::from_min_size(pos2(body.left(), y), vec2(body.width(), row_height));
        // Clickable but not a stop of the Tab key: the list as a whole is. Without the sense for dragging a row
        // would not know any more that the pointer was pressed on it once the pointer moves.
        let response = child.interact(rect.intersect(area), id.with(index), Sense::CLICK | Sense::DRAG);
        let row_name = row_ui(&mut child, index, rect, &response);
        let selected = state.cursor == Some(index);
        response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected, &row_name));
        if response.clicked() {
            list.request_focus();
            state.cursor = Some(index);
            output.moved_to = Some(index);
        }
        if response.double_clicked() {
            output.opened = Some(index);
        }
        y += row_height;
        index += 1;
    }
    if last_top > 0.0 {
        bar_ui(ui, id, area, state, in_sight, last_top, count);
    }
    output
}

fn wheel(ui: &Ui, area: Rect, state: &mut RowsState, row_height: f32) {
    if !ui.is_enabled() || !ui.rect_contains_pointer(area) {
        return;
    }
    let delta = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
    state.top -= f64::from(delta) / f64::from(row_height);
}

fn keyboard(
    ui: &Ui,
    list: &Response,
    state: &mut RowsState,
    count: u64,
    in_sight: f64,
    output: &mut RowsOutput,
) {
    if !list.has_focus() || count == 0 {
        return;
    }
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(list.id, filter));
    let pressed = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key)) as u64;
    let last = count - 1;
    let at = state.cursor.unwrap_or(0).min(last);
    let page = (in_sight as u64).saturating_sub(1).max(1);
    let down = pressed(Key::ArrowDown) + page * pressed(Key::PageDown);
    let up = pressed(Key::ArrowUp) + page * pressed(Key::PageUp);
    let mut to = at.saturating_add(down).min(last).saturating_sub(up);
    if pressed(Key::Home) > 0 {
        to = 0;
    }
    if pressed(Key::End) > 0 {
        to = last;
    }
    if to != at || (down > 0 && state.cursor.is_none()) {
        state.cursor = Some(to);
        output.moved_to = Some(to);
        reveal(state, to, in_sight);
    }
    if ui.input(|input| input.events.iter().any(is_enter)) {
        output.opened = state.cursor;
    }
}

const fn is_enter(event: &Event) -> bool {
    matches!(event, Event::Key { key: Key::Enter, pressed: true, .. })
}

/// Scrolls just so far that `row` is wholly in sight.
pub fn reveal(state: &mut RowsState, row: u64, in_sight: f64) {
    let row = row as f64;
    if row < state.top {
        state.top = row;
    } else if row + 1.0 > state.top + in_sight {
        state.top = row + 1.0 - in_sight;
    }
}

fn bar_ui(ui: &Ui, id: Id, area: Rect, state: &mut RowsState, in_sight: f64, last_top: f64, count: u64) {
    let track = Rect::from_min_max(pos2(area.right() - BAR, area.top()), area.max);
    // A list can be lower than the shortest handle.
    let length = ((in_sight / count as f64) as f32 * track.height()).max(24.0).min(track.height());
    let room = track.height() - length;
    let response = ui.interact(track, id.with("bar"), Sense::DRAG | Sense::CLICK);
    if let Some(Pos2 { y, .. }) =
        response.interact_pointer_pos().filter(|_| response.is_pointer_button_down_on())
    {
        let part = f64::from(((y - track.top() - length / 2.0) / room.max(1.0)).clamp(0.0, 1.0));
        state.top = part * last_top;
    }
    let top = track.top() + (state.top / last_top) as f32 * room;
    let wide = if response.hovered() || response.dragged() { 8.0 } else { 5.0 };
    let handle = Rect::from_min_size(pos2(track.right() - wide - 1.0, top), vec2(wide, length));
    let colors = tokens(ui);
    let color =
        if response.hovered() || response.dragged() { colors.text_secondary } else { colors.border_strong };
    ui.painter().rect_filled(handle, CornerRadius::same(4), color);
}

/// Height that `count` rows need, for lists that need not scroll.
#[must_use]
pub fn height_of(count: usize) -> f32 {
    count as f32 * theme::ROW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_beyond_the_end_of_the_window_is_revealed_at_its_edge() {
        let mut state = RowsState { top: 999_990.0, cursor: None };
        reveal(&mut state, 999_989, 10.0);
        assert!((state.top - 999_989.0).abs() < 1e-9);
        reveal(&mut state, 1_000_005, 10.0);
        assert!((state.top - 999_996.0).abs() < 1e-9);
        reveal(&mut state, 1_000_000, 10.0);
        assert!((state.top - 999_996.0).abs() < 1e-9);
    }
}
