//! The way from a part of the project that breaks to where it is edited.

use syncwright_core::{project::Side, schema::usage::UsedBy};

use crate::{
    action::{Action, Actions, Selection, View},
    ui::Icon,
};

/// Opens the part, and selects it there. `side` is the system whose schema changes.
pub fn go_to(side: Side, user: &UsedBy, actions: &mut Actions) {
    let class = |name: &String| Action::OpenClass { side, class: name.clone() };
    match user {
        UsedBy::MatchingRule { mapping, rule } => {
            actions.push(Action::Open(View::Mapping(mapping.clone())));
            actions
                .push(Action::Select(Selection::Matching { mapping: mapping.clone(), rule: rule.clone() }));
        }
        UsedBy::Rule { mapping, rule } => {
            actions.push(Action::Open(View::Mapping(mapping.clone())));
            actions.push(Action::Select(Selection::Rule { mapping: mapping.clone(), rule: rule.clone() }));
        }
        UsedBy::Mapping { mapping } => actions.push(Action::Open(View::Mapping(mapping.clone()))),
        UsedBy::Step { workflow, step } => {
            actions.push(Action::Open(View::Workflow(workflow.clone())));
            actions.push(Action::Select(Selection::Step { workflow: workflow.clone(), step: step.clone() }));
        }
        UsedBy::VirtualProperty { class: name, property } => {
            actions.push(class(name));
            let (class, property) = (name.clone(), property.clone());
            actions.push(Action::Select(Selection::Property { side, class, property }));
        }
        UsedBy::Class { class: name } => actions.push(class(name)),
        UsedBy::Scope { schema_type }
        | UsedBy::ReferenceScope { schema_type }
        | UsedBy::Key { schema_type }
        | UsedBy::Relation { schema_type, .. }
        | UsedBy::ColumnGroup { schema_type, .. }
        | UsedBy::DisplayTemplate { schema_type }
        | UsedBy::Operation { schema_type, .. } => actions.push(class(schema_type)),
        UsedBy::BaseObject { .. } | UsedBy::TargetSystemType { .. } => {
            actions.push(Action::Open(View::Project));
        }
    }
}

/// The icon of a part.
#[must_use]
pub const fn icon(user: &UsedBy) -> Icon {
    match user {
        UsedBy::MatchingRule { .. } | UsedBy::Rule { .. } | UsedBy::Mapping { .. } => Icon::Mapping,
        UsedBy::Step { .. } => Icon::Workflow,
        UsedBy::VirtualProperty { .. } => Icon::Virtual,
        UsedBy::Class { .. } | UsedBy::Scope { .. } | UsedBy::ReferenceScope { .. } => Icon::Filter,
        UsedBy::Key { .. } | UsedBy::ColumnGroup { .. } => Icon::Key,
        UsedBy::Relation { .. } | UsedBy::DisplayTemplate { .. } | UsedBy::Operation { .. } => Icon::Table,
        UsedBy::BaseObject { .. } | UsedBy::TargetSystemType { .. } => Icon::Project,
    }
}
