//! Driving the editor through its accessibility tree the way a person drives it: look, click, type.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use egui::{Key, Modifiers, Pos2, accesskit::Role};
use egui_kittest::{
    Harness, Node,
    kittest::{NodeT as _, Queryable as _},
};
use syncwright::editor::{Editor, EditorOptions};

/// A window with the editor in it, without a screen.
pub type Window = Harness<'static, Editor>;

/// A window of the usual size. For pictures, `SYNCWRIGHT_PICTURES_OF` can ask for another look: `light 1920 1080`.
pub fn window_with(options: EditorOptions) -> Window {
    let look = std::env::var("SYNCWRIGHT_PICTURES_OF").unwrap_or_default();
    let mut words = look.split_whitespace();
    let light = words.next() == Some("light");
    let numbers: Vec<f32> = words.filter_map(|word| word.parse().ok()).collect();
    let size = if let [width, height] = numbers[..] { [width, height] } else { [1280.0, 800.0] };
    let window = window_of_size(options, size);
    if light {
        window.ctx.set_theme(egui::Theme::Light);
    }
    window
}

fn window_of_size(options: EditorOptions, size: [f32; 2]) -> Window {
    Harness::builder()
        .with_size(size)
        .with_max_steps(64)
        // The sample has Arabic and Chinese names; the window draws them with the fonts of the machine.
        .allow_missing_glyphs()
        .build_eframe(|creation| Editor::new(&creation.egui_ctx, options))
}

/// Draws frames until `ready`; fails after a while, telling what it waited for.
#[track_caller]
pub fn until(window: &mut Window, what: &str, ready: impl Fn(&Window) -> bool) {
    let start = Instant::now();
    while !ready(window) {
        assert!(start.elapsed() < Duration::from_secs(60), "waited in vain for {what}: {:?}", texts(window));
        window.step();
        thread::sleep(Duration::from_millis(5));
    }
    window.run_steps(3);
}

/// Everything that can be read in the window.
pub fn texts(window: &Window) -> Vec<String> {
    let nodes = window.root().children_recursive();
    nodes.filter_map(|node| node.accesskit_node().label().or_else(|| node.accesskit_node().value())).collect()
}

/// True if some text in the window contains this.
pub fn sees(window: &Window, part: &str) -> bool {
    texts(window).iter().any(|text| text.contains(part))
}

/// Waits until some text in the window contains this.
#[track_caller]
pub fn until_seen(window: &mut Window, part: &str) {
    until(window, part, |window| sees(window, part));
}

/// Clicks what is named so, and draws what comes of it.
#[track_caller]
pub fn click(window: &mut Window, name: &str) {
    window.get_by_label(name).click();
    window.run_steps(4);
}

/// Clicks what has this role and this name.
#[track_caller]
pub fn click_role(window: &mut Window, role: Role, name: &str) {
    window.get_by_role_and_label(role, name).click();
    window.run_steps(4);
}

/// The name of a node.
pub fn name(node: &Node<'_>) -> String {
    node.accesskit_node().label().unwrap_or_default()
}

const FIELDS: [Role; 4] = [Role::TextInput, Role::MultilineTextInput, Role::PasswordInput, Role::SearchInput];

/// The field of this name.
#[track_caller]
pub fn field<'a>(window: &'a Window, wanted: &str) -> Node<'a> {
    let fields =
        window.root().children_recursive().filter(|node| FIELDS.contains(&node.accesskit_node().role()));
    let found: Vec<Node<'a>> = fields.filter(|node| name(node) == wanted).collect();
    assert!(found.len() == 1, "{} fields “{wanted}”: {:?}", found.len(), texts(window));
    found.into_iter().next().expect("one was found")
}

/// Replaces what stands in a field.
#[track_caller]
pub fn fill(window: &mut Window, wanted: &str, text: &str) {
    field(window, wanted).focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run_steps(1);
    window.key_press(Key::Delete);
    window.run_steps(1);
    if !text.is_empty() {
        field(window, wanted).type_text(text);
    }
    window.run_steps(3);
}

/// Chooses a value in a drop-down.
#[track_caller]
pub fn choose(window: &mut Window, wanted: &str, value: &str) {
    window.get_by_role_and_label(Role::ComboBox, wanted).click();
    window.run_steps(4);
    window.get_by_role_and_label(Role::ListBoxOption, value).click();
    window.run_steps(4);
}

/// Keeps a picture of the window if `SYNCWRIGHT_PICTURES` names a folder, for people to look at.
pub fn picture(window: &mut Window, name: &str) {
    let Some(folder) = std::env::var_os("SYNCWRIGHT_PICTURES") else { return };
    let image = window.render().expect("a picture");
    image.save(Path::new(&folder).join(format!("{name}.png"))).expect("the picture is written");
}

/// Presses the button at `from` and moves to `to`, without letting go.
pub fn hold(window: &mut Window, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.run_steps(2);
    window.drag_at(from);
    window.run_steps(2);
    window.hover_at(from + (to - from) * 0.5);
    window.run_steps(2);
    window.hover_at(to);
    window.run_steps(2);
}

/// Lets go of the button; the pointer stays there, as that of a person does.
pub fn let_go(window: &mut Window, at: Pos2) {
    window.event(egui::Event::PointerButton {
        pos: at,
        button: egui::PointerButton::Primary,
        pressed: false,
        modifiers: Modifiers::NONE,
    });
    window.run_steps(4);
}

/// Drags the row of one name onto that of another.
#[track_caller]
pub fn drag(window: &mut Window, from: &str, to: &str) {
    let [from, to] = [from, to].map(|row| row_at(window, row));
    hold(window, from, to);
    let_go(window, to);
}

/// The middle of a row of a list.
#[track_caller]
pub fn row_at(window: &Window, row: &str) -> Pos2 {
    window.get_by_role_and_label(Role::ListItem, row).rect().center()
}

/// Gives the keyboard focus to a list.
#[track_caller]
pub fn focus_list(window: &mut Window, list: &str) {
    window.get_by_role_and_label(Role::List, list).focus();
    window.run_steps(3);
}

/// Presses keys one after the other.
pub fn press(window: &mut Window, keys: &[Key]) {
    for key in keys {
        window.key_press(*key);
        window.run_steps(3);
    }
}
