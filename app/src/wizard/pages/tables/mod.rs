//! The tree-table of W11–W15 and the sample beside it.
//!
//! | file | what is in it |
//! |---|---|
//! | `flatten` | which rows there are: filter, order, what is open |
//! | `selection` | which rows are selected |
//! | `tree` | what is shown of them, keys and mouse |
//! | `drawing` | how a row is drawn |
//! | `cells` | check boxes, texts and buttons in the cells |
//! | `toolbar` | filter and switches, setting something on many columns |
//! | `sample` | the data of the chosen table, in a panel |
//! | `grid` | the rows of that data |
//! | `shown` | what a display template makes of that data |
//! | `layout` | the details below |
//! | `checks` | questions to the data, in the background |

pub mod cells;
mod checks;
mod drawing;
mod flatten;
mod grid;
mod layout;
mod sample;
mod selection;
mod shown;
mod toolbar;
mod tree;

pub use self::{
    checks::{Answer, Checks},
    drawing::Cells,
    flatten::{Lens, Row},
    layout::{details_ui, scrolled_ui},
    sample::panel_ui,
    toolbar::{bulk_ui, short_switch_ui, toolbar_ui},
    tree::{Done, Tree},
};

use std::{collections::BTreeMap, sync::Arc};

use egui::Ui;
use syncwright_core::{
    project::{Schema, SchemaType},
    schema::{Sample, relations::qualified_name},
};

use self::{sample::Wait, shown::Display};
use super::{Cx, complete_schema, samples::Samples};
use crate::{ui::table::Column, wizard::loading::Loading};

/// The pages that have a tree-table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// W11.
    Keys,
    /// W12.
    Relations,
    /// W13.
    Complete,
}

/// State shared by the pages with tables.
#[derive(Default)]
pub struct State {
    /// Schema type whose sample is shown beside the tables.
    pub selected: Option<String>,
    /// What was read of the tables to look at.
    pub samples: Samples,
    /// What of W13 is only of this window.
    pub complete: complete_schema::State,
    trees: [Tree; 3],
    display: Display,
    wait: Wait,
    sample_hidden: bool,
    generation: u64,
}

impl State {
    /// Forgets what belonged to another schema.
    pub fn reset(&mut self) {
        let (generation, sample_hidden) = (self.generation + 1, self.sample_hidden);
        *self = Self { generation, sample_hidden, ..Self::default() };
    }

    /// Takes over what jobs have finished.
    pub fn poll(&mut self) {
        self.samples.poll();
    }

    /// Grows whenever another schema was read; what belonged to an earlier one is worth nothing then.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// The tree-table of a page.
    #[must_use]
    pub const fn tree(&self, tab: Tab) -> &Tree {
        let [keys, relations, complete] = &self.trees;
        match tab {
            Tab::Keys => keys,
            Tab::Relations => relations,
            Tab::Complete => complete,
        }
    }

    /// The same, to change it.
    pub const fn tree_mut(&mut self, tab: Tab) -> &mut Tree {
        let [keys, relations, complete] = &mut self.trees;
        match tab {
            Tab::Keys => keys,
            Tab::Relations => relations,
            Tab::Complete => complete,
        }
    }

    /// Brings the rows of a page up to date.
    pub fn prepare(&mut self, ui: &Ui, tab: Tab, schema: &Arc<Schema>, lens: &Lens) {
        let mut selected = self.selected.take();
        self.tree_mut(tab).prepare(ui.cumulative_pass_nr(), schema, lens, &mut selected);
        self.selected = selected;
    }

    /// Draws the tree-table of a page over the rest of `ui`.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        tab: Tab,
        schema: &Schema,
        columns: &[Column],
        cells: &mut dyn Cells,
    ) -> Done {
        let mut selected = self.selected.take();
        let done = self.tree_mut(tab).show(ui, schema, columns, cells, &mut selected);
        self.selected = selected;
        done
    }

    /// The sample of a table, once somebody stays with the table; and what its display template makes of it.
    pub fn look_at(
        &mut self,
        ui: &Ui,
        cx: &mut Cx<'_>,
        schema_type: &SchemaType,
    ) -> Option<&Loading<Sample>> {
        if !self.wait.is_over(ui, &schema_type.name) {
            return None;
        }
        let sample = self.samples.of(cx, &schema_type.name);
        self.display.work_out(schema_type, sample.done());
        Some(sample)
    }

    /// The display values of the sample of a table.
    #[must_use]
    pub fn display_values(&self, schema_type: &SchemaType) -> Option<&[String]> {
        self.display.values(schema_type)
    }
}

/// The names of columns, by table, in the order of the schema.
#[must_use]
pub fn by_table<'a>(schema: &'a Schema, columns: &[(usize, usize)]) -> BTreeMap<usize, Vec<&'a str>> {
    let mut by_table: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (table, column) in columns {
        let property = schema.types.get(*table).and_then(|one| one.properties.get(*column));
        if let Some(property) = property {
            by_table.entry(*table).or_default().push(&property.name);
        }
    }
    by_table
}

/// The full names of columns, as the targets of relations are written; nothing of no columns.
#[must_use]
pub fn qualified_names(schema: &Schema, columns: &[(usize, usize)]) -> Option<String> {
    let names = columns.iter().filter_map(|(table, column)| {
        let schema_type = schema.types.get(*table)?;
        Some(qualified_name(schema_type, &schema_type.properties.get(*column)?.name))
    });
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| names.join(", "))
}
