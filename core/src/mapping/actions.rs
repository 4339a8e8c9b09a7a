//! Actions of a mapping: scripts before and after objects are written (E5).
//!
//! What actions before assign is part of the change list, by expressions as rules are. Actions after are run on single
//! objects, once these are saved.

use std::collections::HashSet;

use datafusion::{
    common::ScalarValue,
    functions::core::expr_fn::get_field,
    logical_expr::{Expr, lit},
};

use super::{
    CompiledMapping, Context, MappingError, Opposite, Target, WriteAs,
    class::secrets,
    rules::scripted::{assigned_columns, call, written},
};
use crate::{
    expr::{self, property},
    project::{Action, ActionEvent, ActionTime, ClassRef, Lifecycle, PropertyRef, SchemaProperty, Side},
    script::{CompiledScript, ScriptKind, ScriptName},
};

/// An action, ready to run.
#[derive(Debug, Clone)]
pub struct CompiledAction {
    /// What messages and change lists call it.
    pub name: String,
    /// Its position among the names of [`CompiledMapping::rule_names`].
    pub rule: u16,
    /// The system whose objects are written.
    pub side: Side,
    /// Before or after.
    pub when: ActionTime,
    /// What is done with the object.
    pub on: ActionEvent,
    /// The script.
    pub script: CompiledScript,
    /// What it assigns; nothing after.
    pub assigned: Vec<Assigned>,
    /// What it says of objects that it refuses, or on which it fails; NULL for others.
    pub error: Expr,
    /// It names sensitive properties, so what it says is not shown.
    pub secret: bool,
}

/// A column that an action assigns.
#[derive(Debug, Clone)]
pub struct Assigned {
    /// The column.
    pub column: String,
    /// What it is to hold.
    pub value: Expr,
    schema: SchemaProperty,
}

impl CompiledAction {
    /// All expressions in it, for finding the properties that it needs.
    pub(super) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        self.assigned.iter().map(|assigned| &assigned.value).chain([&self.error])
    }
}

impl CompiledMapping {
    /// The actions before an event on objects of the system that is written, in order.
    pub fn actions_before(&self, on: ActionEvent) -> impl Iterator<Item = &CompiledAction> {
        let side = self.destination().side;
        self.actions
            .iter()
            .filter(move |action| action.when == ActionTime::Before && action.on == on && action.side == side)
    }

    /// The actions after an event on objects of the system that is written, in order.
    pub fn actions_after(&self, on: ActionEvent) -> impl Iterator<Item = &CompiledAction> {
        let side = self.destination().side;
        self.actions
            .iter()
            .filter(move |action| action.when == ActionTime::After && action.on == on && action.side == side)
    }

    /// Change lists have a place for what actions assign, where something is written at all.
    pub(super) fn make_room_for_actions(&mut self) {
        let Self { actions, updates, inserts, opposite, direction, .. } = self;
        let before = |action: &&CompiledAction| action.when == ActionTime::Before;
        for action in actions.iter().filter(before) {
            let written = action.side == direction.destination();
            let lists: Vec<&mut Vec<Target>> = match action.on {
                ActionEvent::Insert if written => vec![&mut *inserts],
                ActionEvent::Update if written => vec![&mut *updates],
                ActionEvent::Update => {
                    vec![&mut opposite.rogue, &mut opposite.forced, &mut opposite.write_back]
                }
                ActionEvent::Insert | ActionEvent::Delete => Vec::new(),
            };
            for list in lists.into_iter().filter(|list| !list.is_empty()) {
                action.assigned.iter().for_each(|assigned| make_room(list, action, assigned));
            }
        }
    }
}

fn make_room(targets: &mut Vec<Target>, action: &CompiledAction, assigned: &Assigned) {
    let column = &assigned.schema;
    let secret = action.secret || column.sensitive;
    match targets.iter_mut().find(|target| target.property == column.name) {
        Some(target) => target.secret |= secret,
        None => targets.push(Target {
            side: action.side,
            property: column.name.clone(),
            value_type: column.value_type,
            multi_valued: false,
            secret,
            write_as: WriteAs::Column,
            old: property(action.side, &column.name),
            arms: Vec::new(),
        }),
    }
}

/// What change lists call an action.
pub(super) fn name(action: &Action) -> String {
    format!("action {}", action.name)
}

/// Compiles the actions of the mapping that take part.
pub(super) fn compile(context: &Context<'_>) -> Result<Vec<CompiledAction>, MappingError> {
    let takes_part = |action: &Action| match action.lifecycle {
        Lifecycle::Active => true,
        Lifecycle::Proposed => context.with_proposed,
        Lifecycle::Off => false,
    };
    let mapping = context.mapping;
    let numbered = mapping.actions.iter().enumerate().filter(|(_, action)| takes_part(action));
    numbered
        .map(|(number, action)| {
            let rule = u16::try_from(mapping.rules.len() + number).unwrap_or(u16::MAX);
            Builder { context, action, place: name(action) }.build(rule)
        })
        .collect()
}

struct Builder<'a> {
    context: &'a Context<'a>,
    action: &'a Action,
    place: String,
}

impl Builder<'_> {
    fn build(&self, rule: u16) -> Result<CompiledAction, MappingError> {
        let Self { context, action, place } = self;
        let script = context.compile_script(&action.script, ScriptKind::Action, place)?;
        self.check_names(&script)?;
        let class = context.class(action.side);
        let columns = assigned_columns(context, class, &script, place)?;
        let argument = |name: &ScriptName| property(name.side.unwrap_or(action.side), &name.property);
        let call = call(&script, &columns, lit(true), lit(ScalarValue::Utf8(None)), argument);
        let assigned = columns.iter().enumerate().map(|(at, column)| Assigned {
            column: column.name.clone(),
            value: written(&call, at, column),
            schema: (*column).clone(),
        });
        let secret = script.names().iter().any(|name| {
            let side = name.side.unwrap_or(action.side);
            let schema = &context.project.system(side).schema;
            secrets(context.session, schema, context.class(side)).contains(name.property.as_str())
        });
        Ok(CompiledAction {
            name: place.clone(),
            rule,
            side: action.side,
            when: action.when,
            on: action.on,
            assigned: assigned.collect(),
            error: get_field(call, "error"),
            secret,
            script,
        })
    }

    fn check_names(&self, script: &CompiledScript) -> Result<(), MappingError> {
        let mut seen = HashSet::new();
        for name in script.names() {
            let side = name.side.unwrap_or(self.action.side);
            if !seen.insert((side, &name.property)) {
                return Err(self.refused(name, "the script names it in two ways; write it one way only"));
            }
            self.check_name(name, side)?;
        }
        script.assigned().iter().try_for_each(|name| self.check_assigned(name))
    }

    fn check_name(&self, name: &ScriptName, side: Side) -> Result<(), MappingError> {
        let class: ClassRef<'_> = self.context.class(side);
        let after = self.action.when == ActionTime::After;
        match class.property(&name.property) {
            None => Err(self.refused(name, &format!("{} has no such property", class.name))),
            Some(_) if after && side != self.action.side => {
                Err(self.refused(name, "an action after sees the object that was saved, not its counterpart"))
            }
            Some(PropertyRef::Virtual(_)) if after => {
                Err(self.refused(name, "an action after sees columns only; name those that it is made of"))
            }
            Some(PropertyRef::Column(SchemaProperty { unusable: Some(why), .. })) => {
                Err(self.refused(name, &format!("the column cannot be used ({why})")))
            }
            Some(_) => Ok(()),
        }
    }

    fn check_assigned(&self, name: &ScriptName) -> Result<(), MappingError> {
        let Action { side, when, on, .. } = self.action;
        if *when == ActionTime::After {
            return Err(self.refused(name, "an action after changes nothing; assign it in an action before"));
        }
        if *on == ActionEvent::Delete {
            return Err(self.refused(name, "the object is deleted, so what it is assigned would be lost"));
        }
        if name.side.is_some_and(|named| named != *side) {
            return Err(self.refused(name, "an action assigns columns of the object that is written"));
        }
        Ok(())
    }

    fn refused(&self, name: &ScriptName, why: &str) -> MappingError {
        MappingError::NameInScript {
            mapping: self.context.mapping.name.clone(),
            place: self.place.clone(),
            name: name.notation(),
            why: why.to_owned(),
        }
    }
}

/// The properties of `side` that actions name which a run can come to.
pub(super) fn used(compiled: &CompiledMapping, side: Side) -> impl Iterator<Item = String> + '_ {
    let is_written = |action: &&CompiledAction| action.side == compiled.direction.destination();
    let Opposite { rogue, forced, write_back } = &compiled.opposite;
    let opposite = !(rogue.is_empty() && forced.is_empty() && write_back.is_empty());
    compiled
        .actions
        .iter()
        .filter(|action| action.when == ActionTime::Before)
        .filter(move |action| is_written(action) || opposite && action.on == ActionEvent::Update)
        .flat_map(CompiledAction::expressions)
        .flat_map(move |expression| expr::properties_of(expression, side))
}
