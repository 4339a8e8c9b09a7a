//! Scripts of classes, and actions: whether they can be compiled, also where no mapping uses them (E5).
//!
//! Scripts of rules, steps and actions are compiled with their mappings; of snippets that cannot be compiled tells
//! [`super::scripts`].

use miette::Diagnostic as _;

use super::{Findings, Place, Severity};
use crate::{
    mapping::{refused_name, scripts_of},
    project::{
        Action, ClassRef, Lifecycle, Mapping, MappingDirection, Project, Schema, Side, VirtualKind,
        VirtualProperty,
    },
    script::{ScriptError, ScriptKind, Scripts},
};

const PARTS: [(&str, ScriptKind); 2] = [("read part", ScriptKind::Value), ("write part", ScriptKind::Write)];

pub(super) fn check(project: &Project, findings: &mut Findings) {
    for mapping in &project.mappings {
        mapping.actions.iter().for_each(|action| without_effect(mapping, action, findings));
    }
    let classes = || [Side::Left, Side::Right].into_iter().flat_map(|side| scripted(project, side));
    if classes().next().is_none() {
        return;
    }
    if let Ok(scripts) = scripts_of(project, false) {
        classes().for_each(|one| one.check(&scripts, findings));
    }
}

fn add(error: &ScriptError, place: Place, findings: &mut Findings) {
    let help = error.help().map(|help| help.to_string());
    findings.add(Severity::Error, "SW-C200", place, error.to_string(), help.as_deref());
}

/// A virtual property that is a script.
struct Scripted<'a> {
    side: Side,
    class: ClassRef<'a>,
    property: &'a VirtualProperty,
    parts: [Option<&'a String>; 2],
}

fn scripted(project: &Project, side: Side) -> impl Iterator<Item = Scripted<'_>> {
    let schema: &Schema = &project.system(side).schema;
    let classes = schema.classes.iter().filter_map(|class| schema.class(&class.name));
    classes.flat_map(move |class| {
        let properties = class.class.map_or(&[][..], |class| &class.virtual_properties);
        properties.iter().filter_map(move |property| match &property.kind {
            VirtualKind::Script { read, write } => {
                Some(Scripted { side, class, property, parts: [read.as_ref(), write.as_ref()] })
            }
            _ => None,
        })
    })
}

impl Scripted<'_> {
    fn check(&self, scripts: &Scripts, findings: &mut Findings) {
        let Self { class, property, parts, .. } = self;
        let place = Place::System { side: self.side, schema_type: Some(class.name.to_owned()) };
        // What a mapping that uses the property has said already says enough.
        if findings.has_error_about(&place, &property.name) {
            return;
        }
        if parts.iter().all(Option::is_none) {
            findings.add(
                Severity::Error,
                "SW-C200",
                place,
                format!(
                    "the virtual property {} is a script with neither a read nor a write part",
                    property.name
                ),
                Some("write at least one of them"),
            );
            return;
        }
        for ((part, kind), text) in PARTS.into_iter().zip(parts) {
            let Some(text) = text.filter(|text| !text.trim().is_empty()) else { continue };
            let name = format!("class {}, {}, {part}", class.name, property.name);
            match scripts.compile(&name, text, kind) {
                Ok(script) if kind == ScriptKind::Write && script.assigned().is_empty() => findings.add(
                    Severity::Error,
                    "SW-C200",
                    place.clone(),
                    format!("the script of {name} assigns nothing"),
                    Some("assign columns of the class, as in $Name$ = value"),
                ),
                Ok(script) => {
                    let refused = script
                        .names()
                        .iter()
                        .filter_map(|name| Some((name.notation(), refused_name(self.side, *class, name)?)));
                    for (notation, why) in refused {
                        findings.add(
                            Severity::Error,
                            "SW-C200",
                            place.clone(),
                            format!("the script of {name} cannot use {notation}: {why}"),
                            Some("name columns of the class, as in $Name$"),
                        );
                    }
                }
                Err(error) => add(&error, place.clone(), findings),
            }
        }
    }
}

/// An action on objects that the mapping never writes.
fn without_effect(mapping: &Mapping, action: &Action, findings: &mut Findings) {
    let never = matches!(
        (mapping.direction, action.side),
        (MappingDirection::ToTarget, Side::Left)
            | (MappingDirection::ToCentral, Side::Right)
            | (MappingDirection::DoNotMap, _)
    );
    let against = mapping.rules.iter().any(|rule| {
        rule.force_against_direction
            || rule.correct_rogue_modifications
            || rule.ignore_direction_on_insert
            || rule.flags.write_back
    });
    if !never || against || action.lifecycle == Lifecycle::Off {
        return;
    }
    findings.add(
        Severity::Warning,
        "SW-C201",
        Place::Mapping { mapping: mapping.name.clone(), rule: None },
        format!(
            "the action {} never runs: the mapping does not write the {}",
            action.name,
            action.side.system_name()
        ),
        Some("choose the other side, or let the mapping write in that direction"),
    );
}
