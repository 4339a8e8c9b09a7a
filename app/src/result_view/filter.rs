//! The filter of the change list, and the lines that pass it. Worked out on a worker, once per filter.

use egui::Ui;
use syncwright_core::{
    journal::{Change, RunReport, Situation},
    progress::CancelToken,
    project::Method,
};

use crate::ui::{field, value};

/// What the change list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only changes that contain this text.
    pub text: String,
    /// Only changes of this step.
    pub step: Option<usize>,
    /// Only changes by this method.
    pub method: Option<Method>,
    /// Only changes in this situation.
    pub situation: Option<Situation>,
}

/// One line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Index of the step.
    pub step: u32,
    /// Index of the change in the step.
    pub change: u32,
    /// Index of the property; [`Line::WHOLE`] for a line that stands for the whole object.
    pub property: u32,
}

impl Line {
    /// The line stands for all properties of the object.
    pub const WHOLE: u32 = u32::MAX;

    /// True for the first line of a change.
    #[must_use]
    pub const fn is_first(self) -> bool {
        self.property == Self::WHOLE || self.property == 0
    }
}

/// The lines that pass a filter.
#[derive(Debug, Default)]
pub struct Lines {
    /// The filter.
    pub filter: Filter,
    /// The lines, in the order of the change lists.
    pub lines: Vec<Line>,
    /// Number of changes that they belong to.
    pub changes: u64,
}

/// Works out the lines that pass `filter`.
#[must_use]
pub fn lines(report: &RunReport, filter: Filter, cancel: &CancelToken) -> Lines {
    let needle = filter.text.trim().to_lowercase();
    let mut result = Lines::default();
    for (step_index, step) in report.steps.iter().enumerate() {
        if filter.step.is_some_and(|wanted| wanted != step_index) {
            continue;
        }
        for (index, change) in step.changes.iter().enumerate() {
            if index % 4096 == 0 && cancel.is_cancelled() {
                return result;
            }
            if !passes(&change, &filter, &needle) {
                continue;
            }
            result.changes += 1;
            let (step, index) = (step_index as u32, index as u32);
            // A new or deleted object is one line; of a changed object every property is one.
            if change.method == Method::Update && !change.properties.is_empty() {
                let lines = (0..change.properties.len() as u32).map(|property| Line {
                    step,
                    change: index,
                    property,
                });
                result.lines.extend(lines);
            } else {
                result.lines.push(Line { step, change: index, property: Line::WHOLE });
            }
        }
    }
    result.filter = filter;
    result
}

fn passes(change: &Change, filter: &Filter, needle: &str) -> bool {
    if filter.method.is_some_and(|method| method != change.method)
        || filter.situation.is_some_and(|situation| situation != change.situation)
    {
        return false;
    }
    if needle.is_empty() {
        return true;
    }
    let has = |text: &str| text.to_lowercase().contains(needle);
    has(&change.display)
        || change.left_key.iter().chain(&change.right_key).any(|(_, key)| has(&key.to_string()))
        || change.properties.iter().any(|property| {
            has(&property.property)
                || has(&property.rule)
                || has(&value::plain(&property.old, property.secret))
                || has(&value::plain(&property.new, property.secret))
        })
}

/// Shows the fields of the filter.
pub fn filter_ui(ui: &mut Ui, report: &RunReport, filter: &mut Filter) {
    // Everything must stay in one line, also in a narrow document.
    let fields = if report.steps.len() > 1 { 3.0 } else { 2.0 };
    let width = ((ui.available_width() - 130.0) / fields - 8.0).clamp(84.0, 150.0);
    let rest = (ui.available_width() - fields * (width + 6.0)).clamp(110.0, 220.0);
    field::filter_ui(ui, &mut filter.text, "Filter changes", rest);
    if report.steps.len() > 1 {
        let titles: Vec<String> =
            report.steps.iter().map(syncwright_core::journal::StepReport::title).collect();
        let mut choices: Vec<(Option<usize>, &str)> = vec![(None, "All steps")];
        choices.extend(titles.iter().enumerate().map(|(index, title)| (Some(index), title.as_str())));
        if let Some(step) = field::choice_ui(ui, "Step", filter.step, &choices, width) {
            filter.step = step;
        }
    }
    let methods = [
        (None, "All methods"),
        (Some(Method::Insert), "Insert"),
        (Some(Method::Update), "Update"),
        (Some(Method::Delete), "Delete"),
        (Some(Method::MarkOutstanding), "Mark outstanding"),
        (Some(Method::ResetOutstanding), "Reset outstanding"),
    ];
    if let Some(method) = field::choice_ui(ui, "Method", filter.method, &methods, width) {
        filter.method = method;
    }
    let mut situations: Vec<(Option<Situation>, &str)> = vec![(None, "All situations")];
    situations.extend(Situation::ALL.into_iter().map(|situation| (Some(situation), situation.label())));
    if let Some(situation) = field::choice_ui(ui, "Situation", filter.situation, &situations, width) {
        filter.situation = situation;
    }
}
