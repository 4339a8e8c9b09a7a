//! The pages of the wizard for a system that is there: each can be opened again.

use egui::{ScrollArea, Ui};
use syncwright_core::{
    project::{Access, AutoFill, DataOperations, Provider, Side, System},
    schema,
};

use crate::{
    action::{Action, Actions},
    ui::{Icon, ListRow, field, text, theme, tokens},
    wizard::Page,
    words,
};

/// The pages, in groups.
const GROUPS: [(&str, &[Page]); 3] = [
    (
        "Connection",
        &[
            Page::Access,
            Page::DatabaseSystem,
            Page::Connection,
            Page::Describe,
            Page::TimeZone,
            Page::Initializing,
            Page::SaveConfiguration,
        ],
    ),
    ("Schema", &[Page::PartialSchemas, Page::Detection, Page::Keys, Page::Relations, Page::CompleteSchema]),
    ("Writing", &[Page::DataOperations, Page::ExtendSchema]),
];

/// Shows the pages; a click opens one.
pub fn configuration_ui(ui: &mut Ui, side: Side, system: &System, actions: &mut Actions) {
    let facts = Facts::of(system);
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 14)).show(ui, |ui| {
            ui.set_max_width(ui.available_width().min(820.0));
            text::hint_ui(
                ui,
                "Everything that the project wizard asked about this system. Click a page to change it.",
            );
            ui.add_space(theme::S2);
            for (title, pages) in GROUPS {
                field::card_ui(ui, |ui| {
                    text::heading_ui(ui, title);
                    ui.add_space(theme::S1);
                    ui.spacing_mut().item_spacing.y = 0.0;
                    for page in pages {
                        page_ui(ui, side, system, *page, &facts, actions);
                    }
                });
                ui.add_space(theme::S2);
            }
        });
    });
}

fn page_ui(ui: &mut Ui, side: Side, system: &System, page: Page, facts: &Facts, actions: &mut Actions) {
    let colors = tokens(ui);
    let why = why_not(page, &system.connection.provider);
    let row = ListRow::new(page.title())
        .icon(icon(page), Some(colors.side(side)))
        .secondary(page.purpose())
        .remark(why.map_or_else(|| facts.remark(page, system), |_| "not for this system".to_owned()))
        .faded(why.is_some())
        .name(format!("Configure: {}", page.title()));
    let response = ui.add_enabled_ui(why.is_none(), |ui| row.show(ui)).inner;
    let response = match why {
        Some(why) => response.on_disabled_hover_text(why),
        None => response.on_hover_text(page.purpose()),
    };
    if response.clicked() {
        actions.push(Action::EditSystem { side, page });
    }
}

/// Why a page has nothing to set for a system; nothing if it has.
#[must_use]
fn why_not(page: Page, provider: &Provider) -> Option<&'static str> {
    let odbc = matches!(provider, Provider::Odbc { .. });
    match page {
        Page::TimeZone if !odbc => Some("Only databases behind ODBC have zone-less points in time"),
        Page::DataOperations if !odbc => Some("Only databases behind ODBC take other statements"),
        Page::Initializing if matches!(provider, Provider::Csv { .. }) => Some("Files have no sessions"),
        _ => None,
    }
}

const fn icon(page: Page) -> Icon {
    match page {
        Page::Access => Icon::Lock,
        Page::Describe => Icon::Info,
        Page::TimeZone => Icon::Sun,
        Page::Initializing => Icon::Run,
        Page::SaveConfiguration => Icon::Save,
        Page::PartialSchemas => Icon::Filter,
        Page::Detection => Icon::Refresh,
        Page::Keys => Icon::Key,
        Page::Relations => Icon::Mapping,
        Page::CompleteSchema => Icon::Table,
        Page::DataOperations => Icon::Update,
        Page::ExtendSchema => Icon::Virtual,
        _ => Icon::Database,
    }
}

/// The end of a text that is too long for a remark: of a path, the part that tells most.
fn shortened(text: &str) -> String {
    const LETTERS: usize = 44;
    let surplus = text.chars().count().saturating_sub(LETTERS);
    if surplus == 0 {
        return text.to_owned();
    }
    format!("…{}", text.chars().skip(surplus).collect::<String>())
}

/// What is counted once for all rows.
struct Facts {
    without_key: usize,
    relations: usize,
    completed: usize,
    operations: usize,
    virtual_properties: usize,
}

impl Facts {
    fn of(system: &System) -> Self {
        let types = &system.schema.types;
        let sets = |one: &&syncwright_core::project::SchemaProperty| {
            one.sensitive || one.revision_counter || one.display_value || one.auto_fill != AutoFill::None
        };
        let classes = system.schema.classes.iter().map(|class| class.virtual_properties.len());
        Self {
            without_key: schema::without_key(&system.schema).len(),
            relations: types.iter().map(|one| one.foreign_keys.len()).sum(),
            completed: types
                .iter()
                .filter(|one| one.display_template.is_some() || one.properties.iter().any(|one| sets(&one)))
                .count(),
            operations: types.iter().filter(|one| one.operations != DataOperations::default()).count(),
            virtual_properties: classes.sum(),
        }
    }

    /// What is set on a page now, in a few words.
    fn remark(&self, page: Page, system: &System) -> String {
        let connection = &system.connection;
        let many = |count: usize, one: &str, many: &str| match count {
            0 => format!("no {many}"),
            count => text::count(count as u64, one, many),
        };
        match page {
            Page::Access => match &connection.access {
                Access::Direct => "direct".to_owned(),
                Access::Remote(_) => "through a server".to_owned(),
            },
            Page::DatabaseSystem => words::provider(&connection.provider),
            Page::Connection => shortened(&words::location(&connection.provider)),
            Page::Describe => connection.system_identifier.clone(),
            Page::TimeZone => connection.time_zone.clone().unwrap_or_else(|| "not set".to_owned()),
            Page::Initializing => many(connection.initial_sql.len(), "statement", "statements"),
            Page::PartialSchemas if connection.partial_schemas.is_empty() => "all".to_owned(),
            Page::PartialSchemas => shortened(&connection.partial_schemas.join(", ")),
            Page::Detection => many(system.schema.types.len(), "type", "types"),
            Page::Keys => match self.without_key {
                0 => "every type has a key".to_owned(),
                count => format!("{} without key", text::count(count as u64, "type", "types")),
            },
            Page::Relations => many(self.relations, "relation", "relations"),
            Page::CompleteSchema => format!("{} completed", many(self.completed, "type", "types")),
            Page::DataOperations => many(self.operations, "type", "types"),
            Page::ExtendSchema => many(self.virtual_properties, "virtual property", "virtual properties"),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_about_a_system_is_listed_once() {
        let listed: Vec<Page> = GROUPS.iter().flat_map(|(_, pages)| *pages).copied().collect();
        for page in Page::ALL {
            // A configuration is loaded to begin with, not to change one that is there.
            let wanted = page.is_about_system() && page != Page::LoadConfiguration;
            let found = listed.iter().filter(|one| **one == page).count();
            assert_eq!(found, usize::from(wanted), "{}", page.title());
        }
    }

    #[test]
    fn long_places_keep_their_end() {
        assert_eq!(shortened("hr.db"), "hr.db");
        let long = format!("/{}/hr.db", "folder/".repeat(20));
        assert!(shortened(&long).starts_with('…') && shortened(&long).ends_with("/hr.db"));
        assert_eq!(shortened(&long).chars().count(), 45);
    }

    #[test]
    fn embedded_systems_have_no_time_zone() {
        let csv = Provider::Csv { folder: String::new(), format: Default::default() };
        assert!(why_not(Page::TimeZone, &csv).is_some());
        assert!(why_not(Page::Initializing, &csv).is_some());
        assert!(why_not(Page::Keys, &csv).is_none());
    }
}
