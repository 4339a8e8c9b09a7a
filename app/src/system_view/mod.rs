//! A connected system: how it is reached, its schema types, and the properties of one of them; and the pages of
//! the wizard on which all that is set.

mod configuration;

use egui::{Align, Layout, Rect, Stroke, Ui, UiBuilder, pos2, vec2};
use syncwright_core::project::{ClassRef, Generated, PropertyRef, Schema, Side, System, VirtualKind};

use crate::{
    action::{Action, Actions, Selection},
    command::{Availability, Command, button_ui},
    document::Document,
    ui::{
        Button, Icon, badge, button, field, list_row,
        rows::{self, RowsState},
        state,
        table::{self, Column},
        text, theme, tokens,
    },
    words,
};

/// View state of a system tab.
#[derive(Debug, Default)]
pub struct SystemState {
    page: Page,
    filter: String,
    chosen: Option<String>,
    types: RowsState,
    properties: RowsState,
}

/// What a system tab shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Page {
    /// Schema types and their properties.
    #[default]
    Schema,
    /// The pages of the wizard.
    Configuration,
}

impl SystemState {
    /// Shows a type or class.
    pub fn show(&mut self, class: String) {
        *self = Self { chosen: Some(class), ..Self::default() };
    }
}

const COLUMNS: [Column; 4] = [
    Column::share("Property", 150.0, 0.7),
    Column::share("Type", 96.0, 0.2),
    Column::fixed("Required", 76.0),
    Column::share("Remarks", 200.0, 2.0),
];

/// Shows a system.
pub fn system_ui(
    ui: &mut Ui,
    document: &Document,
    side: Side,
    view: &mut SystemState,
    selection: &Selection,
    available: &Availability,
    actions: &mut Actions,
) {
    let system = document.project().system(side);
    let area = ui.available_rect_before_wrap();
    let header =
        Rect::from_min_max(area.min + vec2(16.0, 14.0), pos2(area.right() - 16.0, area.top() + 132.0));
    ui.scope_builder(UiBuilder::new().max_rect(header), |ui| {
        header_ui(ui, side, system);
        ui.add_space(theme::S1);
        bar_ui(ui, side, &mut view.page, available, actions);
    });
    let body = Rect::from_min_max(pos2(area.left(), area.top() + 138.0), area.max);
    let colors = tokens(ui);
    ui.painter().hline(body.x_range(), body.top(), Stroke::new(1.0, colors.border));
    if view.page == Page::Configuration {
        ui.scope_builder(UiBuilder::new().max_rect(body.with_min_y(body.top() + 1.0)), |ui| {
            configuration::configuration_ui(ui, side, system, actions);
        });
        ui.advance_cursor_after_rect(area);
        return;
    }
    let (list, detail) = body.split_left_right_at_x(body.left() + (body.width() * 0.3).clamp(180.0, 320.0));
    ui.painter().rect_filled(list.with_min_y(list.top() + 1.0), 0.0, colors.canvas);
    ui.painter().vline(list.right(), body.y_range(), Stroke::new(1.0, colors.border));
    let names = class_names(&system.schema);
    if names.is_empty() {
        ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
            state::empty_ui(
                ui,
                Icon::Table,
                "No schema types",
                "The project knows none of this system yet. Update the schema to read them.",
            );
        });
        return;
    }
    ui.scope_builder(UiBuilder::new().max_rect(list), |ui| types_ui(ui, &names, system, side, view));
    let chosen = view.chosen.as_deref().unwrap_or(names[0]);
    if let Some(class) = system.schema.class(chosen) {
        ui.scope_builder(UiBuilder::new().max_rect(detail.shrink2(vec2(16.0, 10.0))), |ui| {
            class_ui(ui, side, &class, &mut view.properties, selection, actions);
        });
    }
    ui.advance_cursor_after_rect(area);
}

/// Types and classes, by name, each once.
fn class_names(schema: &Schema) -> Vec<&str> {
    let classes = schema.classes.iter().map(|class| class.name.as_str());
    let mut names: Vec<&str> = schema.types.iter().map(|found| found.name.as_str()).collect();
    for class in classes {
        if !names.contains(&class) {
            names.push(class);
        }
    }
    names
}

fn header_ui(ui: &mut Ui, side: Side, system: &System) {
    let colors = tokens(ui);
    let connection = &system.connection;
    ui.horizontal(|ui| {
        ui.add(Icon::Database.sized(colors.side(side), 20.0));
        text::line_ui(ui, connection.label(), theme::title(), colors.text);
        ui.add_space(theme::S2);
        let name = if side == Side::Left { "central system" } else { "target system" };
        badge::badge_ui(ui, name, colors.side(side));
        if connection.read_only {
            badge::badge_with_icon_ui(ui, Some(Icon::Lock), "read only", colors.text_secondary);
        }
        if connection.production {
            badge::badge_with_icon_ui(ui, Some(Icon::Warning), "production", colors.warning);
        }
    });
    ui.add_space(theme::S1);
    ui.horizontal(|ui| {
        for (label, value, mono) in [
            ("Database system", words::provider(&connection.provider), false),
            ("Location", words::location(&connection.provider), true),
            ("System identifier", connection.system_identifier.clone(), true),
        ] {
            if value.is_empty() {
                continue;
            }
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                text::caption_ui(ui, label);
                text::line_ui(ui, value, if mono { theme::mono() } else { theme::body() }, colors.text);
            });
            ui.add_space(theme::S6);
        }
    });
}

/// Schema or configuration, and what can be done with the schema.
fn bar_ui(ui: &mut Ui, side: Side, page: &mut Page, available: &Availability, actions: &mut Actions) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for command in [Command::CompressSchema, Command::update_schema(side)] {
                button_ui(ui, Button::new(command.text()), command, available, actions);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = theme::S1;
                for (choice, name) in [(Page::Schema, "Schema"), (Page::Configuration, "Configuration pages")]
                {
                    if button::segment_ui(ui, *page == choice, name) {
                        *page = choice;
                    }
                }
            });
        });
    });
}

fn types_ui(ui: &mut Ui, names: &[&str], system: &System, side: Side, view: &mut SystemState) {
    let area = ui.max_rect();
    let field = Rect::from_min_max(area.min + vec2(12.0, 10.0), pos2(area.right() - 12.0, area.top() + 38.0));
    ui.scope_builder(UiBuilder::new().max_rect(field), |ui| {
        field::filter_ui(ui, &mut view.filter, "Filter schema types", field.width());
    });
    let filter = view.filter.to_lowercase();
    let shown: Vec<&str> =
        names.iter().copied().filter(|name| name.to_lowercase().contains(&filter)).collect();
    let list = Rect::from_min_max(pos2(area.left(), area.top() + 46.0), area.max);
    let current = view.chosen.clone().unwrap_or_else(|| names[0].to_owned());
    let mut rows_state = view.types;
    let output = ui
        .scope_builder(UiBuilder::new().max_rect(list), |ui| {
            rows::rows_ui(
                ui,
                "Schema types",
                &mut rows_state,
                shown.len() as u64,
                theme::ROW,
                |ui, row, rect, response| {
                    let colors = tokens(ui);
                    let name = shown[row as usize];
                    list_row::background(ui, rect.shrink2(vec2(4.0, 0.0)), *name == current, response);
                    let class = system.schema.class(name);
                    let icon = match &class {
                        Some(class) if class.class.is_some() => Icon::Filter,
                        Some(class) if class.schema_type.view => Icon::View,
                        _ => Icon::Table,
                    };
                    let slot = Rect::from_min_size(rect.min + vec2(12.0, 0.0), vec2(16.0, rect.height()));
                    icon.paint_sized(ui, slot, colors.side(side), 14.0);
                    let words = Rect::from_min_max(
                        pos2(slot.right() + 8.0, rect.top()),
                        pos2(rect.right() - 40.0, rect.bottom()),
                    );
                    text::cell(ui, words, name, theme::body(), colors.text, Align::Min);
                    let count = class.map_or(0, |class| class.properties().count());
                    let right = rect.with_max_x(rect.right() - 10.0);
                    text::cell(
                        ui,
                        right,
                        &count.to_string(),
                        theme::caption(),
                        colors.text_secondary,
                        Align::Max,
                    );
                    name.to_owned()
                },
            )
        })
        .inner;
    view.types = rows_state;
    if let Some(name) = output.moved_to.and_then(|row| shown.get(row as usize)) {
        view.chosen = Some((*name).to_owned());
        view.properties = RowsState::default();
    }
}

fn class_ui(
    ui: &mut Ui,
    side: Side,
    class: &ClassRef<'_>,
    rows_state: &mut RowsState,
    selection: &Selection,
    actions: &mut Actions,
) {
    let colors = tokens(ui);
    ui.horizontal(|ui| {
        text::label_ui(ui, class.name, theme::heading(), colors.text);
        if let Some(template) = &class.schema_type.display_template {
            badge::badge_ui(ui, template, colors.text_secondary).on_hover_text("Display template");
        }
    });
    if let Some(filter) = class.class.and_then(|class| class.filter.as_deref()) {
        text::label_ui(
            ui,
            format!("{} where {filter}", class.schema_type.name),
            theme::mono(),
            colors.text_secondary,
        );
    }
    table::header_ui(ui, &COLUMNS, true);
    let properties: Vec<PropertyRef<'_>> = class.properties().collect();
    let output = rows::rows_ui(
        ui,
        "Properties",
        rows_state,
        properties.len() as u64,
        theme::ROW,
        |ui, row, rect, response| {
            let property = properties[row as usize];
            let selected = matches!(selection, Selection::Property { side: at, class: of, property: name }
            if *at == side && of == class.name && name == property.name());
            list_row::background(ui, rect, selected, response);
            property_ui(ui, rect, class, property, side)
        },
    );
    if let Some(property) = output.moved_to.and_then(|row| properties.get(row as usize)) {
        actions.push(Action::Select(Selection::Property {
            side,
            class: class.name.to_owned(),
            property: property.name().to_owned(),
        }));
    }
}

fn property_ui(ui: &Ui, rect: Rect, class: &ClassRef<'_>, property: PropertyRef<'_>, side: Side) -> String {
    let colors = tokens(ui);
    let cells = table::cells(&COLUMNS, rect);
    let key = class.schema_type.is_key(property.name());
    let slot = Rect::from_min_size(cells[0].min, vec2(16.0, rect.height()));
    if key {
        Icon::Key.paint_sized(ui, slot, colors.side(side), 14.0);
    } else if matches!(property, PropertyRef::Virtual(_)) {
        Icon::Virtual.paint_sized(ui, slot, colors.side(side), 14.0);
    }
    let name = Rect::from_min_max(pos2(slot.right() + 6.0, rect.top()), cells[0].max);
    let font = if key { theme::medium() } else { theme::body() };
    text::cell(ui, name, property.name(), font, colors.text, Align::Min);
    text::cell(
        ui,
        cells[1],
        &property.value_type().label(),
        theme::body(),
        colors.text_secondary,
        Align::Min,
    );
    let mandatory = match property {
        PropertyRef::Column(column) => column.mandatory,
        PropertyRef::Virtual(computed) => computed.mandatory,
    };
    if mandatory {
        text::cell(ui, cells[2], "required", theme::body(), colors.text, Align::Min);
    }
    text::cell(ui, cells[3], &remarks(class, property), theme::body(), colors.text_secondary, Align::Min);
    property.name().to_owned()
}

/// What else there is to know about a property, in a few words.
#[must_use]
pub fn remarks(class: &ClassRef<'_>, property: PropertyRef<'_>) -> String {
    let mut remarks = Vec::new();
    match property {
        PropertyRef::Column(column) => {
            let reference =
                class.schema_type.foreign_keys.iter().find(|key| key.properties.contains(&column.name));
            if let Some(key) = reference {
                remarks.push(format!("refers to {}", key.references));
            }
            match column.generated {
                Generated::No => {}
                Generated::Identity => remarks.push("filled by the database".to_owned()),
                Generated::Always => remarks.push("computed by the database".to_owned()),
            }
            let flags = [
                (column.revision_counter, "revision counter"),
                (column.sensitive, "sensitive"),
                (column.hierarchy_sort, "parent in the hierarchy"),
                (column.compatible_nulls, "NULL equals empty"),
                (column.display_value, "display value"),
            ];
            remarks.extend(flags.into_iter().filter(|(set, _)| *set).map(|(_, words)| words.to_owned()));
            remarks.extend(column.unusable.clone());
        }
        PropertyRef::Virtual(computed) => remarks.push(match &computed.kind {
            VirtualKind::Fixed(value) => format!("always {}", value.to_text()),
            VirtualKind::Pattern(pattern) => format!("pattern {pattern}"),
            VirtualKind::Expression(expression) => expression.clone(),
            VirtualKind::KeyResolution { reference, property } => {
                format!("{property} of the object that {} refers to", reference.join(", "))
            }
            VirtualKind::Script { .. } => "script".to_owned(),
            VirtualKind::ColumnGroup(group) => format!("column group {group}"),
            VirtualKind::Members { schema_type, property, .. } => {
                format!("{property} of the members in {schema_type}")
            }
            VirtualKind::CompositeKey(properties) => format!("key of {}", properties.join(", ")),
            VirtualKind::Convert { property, .. } => format!("{property}, converted"),
            VirtualKind::ReferencedProperty { property, .. } => format!("{property} of a referenced object"),
        }),
    }
    remarks.join(" · ")
}
