//! Rules that write the same property: which one wins, and pairs that never settle (R23).

use std::collections::HashMap;

use super::{
    Findings, Severity,
    view::{DIRECTIONS, RuleView, StepUse, View, towards},
};
use crate::{
    mapping::{Arm, CompiledMapping, GateKind, Target},
    project::{Direction, MappingDirection, SendOn},
};

/// What several rules write in the direction of `compiled`.
pub(super) fn check(view: &View<'_>, compiled: &CompiledMapping, findings: &mut Findings) {
    for target in compiled.updates.iter().filter(|target| target.arms.len() > 1) {
        several(view, target, "", findings);
        late_do_not_overwrite(view, target, findings);
    }
    shared_columns(view, compiled, findings);
    let run = compiled.direction;
    let inserts = !view.mapping.only_for_updates && view.steps_in(run).any(StepUse::inserts);
    if !inserts {
        return;
    }
    let updates = view.steps_in(run).any(StepUse::updates);
    for insert in &compiled.inserts {
        let update = compiled.updates.iter().find(|update| update.property == insert.property);
        if updates
            && let Some(update) = update
            && changed_after_insert(view, insert, update, findings)
        {
            continue;
        }
        let rules = |target: &Target| target.arms.iter().map(|arm| arm.rule).collect::<Vec<_>>();
        if insert.arms.len() > 1 && update.is_none_or(|update| rules(update) != rules(insert)) {
            several(view, insert, " of new objects", findings);
        }
    }
}

/// Properties that are written into the same column: nobody sees there which rule wins (R23).
fn shared_columns(view: &View<'_>, compiled: &CompiledMapping, findings: &mut Findings) {
    let mut written: HashMap<&str, &Target> = HashMap::new();
    for later in &compiled.updates {
        let columns = later.write_as.columns(&later.property);
        let shared = columns.iter().find_map(|column| Some((*column, *written.get(column)?)));
        if let Some((column, earlier)) = shared {
            let all = earlier.write_as.columns(&earlier.property);
            // Parts of composite keys, such as a tenant, may well be written from several sides.
            let (severity, fix) = if all == columns {
                (Severity::Error, "map one of the two properties only")
            } else {
                (Severity::Warning, "make sure that both give the same value")
            };
            findings.add(
                severity,
                "SW-C198",
                view.place(later.arms.last().map(|arm| name(view, arm))),
                format!(
                    "{} and {} are both written into the column {column}: if they disagree, every run writes it \
                     again",
                    earlier.property, later.property
                ),
                Some(fix),
            );
        }
        written.extend(columns.into_iter().map(|column| (column, later)));
    }
}

fn name<'a>(view: &View<'a>, arm: &Arm) -> &'a str {
    view.mapping.rules.get(usize::from(arm.rule)).map_or("", |rule| rule.name.as_str())
}

/// A script may build on what the rules before it make.
fn runs_script(arm: &Arm) -> bool {
    arm.gates.iter().any(|gate| gate.kind == GateKind::Script)
}

/// The later wins.
fn several(view: &View<'_>, target: &Target, of: &str, findings: &mut Findings) {
    if target.arms.last().is_some_and(|last| runs_script(last) && last.reads_back.contains(&target.property))
    {
        return;
    }
    let names: Vec<&str> = target.arms.iter().map(|arm| name(view, arm)).collect();
    findings.add(
        Severity::Warning,
        "SW-C112",
        view.place(names.last().copied()),
        format!(
            "the rules {} can write {}{of} in the same direction; the last one that applies wins",
            names.join(", "),
            target.property
        ),
        Some("give them conditions that exclude each other, or remove one"),
    );
}

/// It would win while the property is empty and lose as soon as it is not: two runs, two results.
fn late_do_not_overwrite(view: &View<'_>, target: &Target, findings: &mut Findings) {
    // Of a script the property is meant, and not the column that it assigns.
    let is_late = |arm: &&Arm| {
        let rule = view.mapping.rules.get(usize::from(arm.rule));
        rule.is_some_and(|rule| rule.do_not_overwrite) && !runs_script(arm)
    };
    if let Some(late) = target.arms.iter().skip(1).find(is_late) {
        findings.add(
            Severity::Error,
            "SW-C114",
            view.place(Some(name(view, late))),
            format!(
                "a rule with “do not overwrite” stands behind another rule for {}: the first run would write one value, the next run the other",
                target.property
            ),
            Some("move the rule before the others, or remove “do not overwrite”"),
        );
    }
}

/// New objects get the value of one rule, and the next run writes that of another.
fn changed_after_insert(view: &View<'_>, insert: &Target, update: &Target, findings: &mut Findings) -> bool {
    let (Some(created), Some(kept)) = (insert.arms.last(), update.arms.last()) else { return false };
    let overwrites =
        view.mapping.rules.get(usize::from(kept.rule)).is_some_and(|rule| !rule.do_not_overwrite);
    if created.rule == kept.rule || created.value == kept.value || !overwrites {
        return false;
    }
    let always = created.gates.is_empty() && kept.gates.is_empty();
    findings.add(
        if always { Severity::Error } else { Severity::Warning },
        "SW-C163",
        view.place(Some(name(view, created))),
        format!(
            "new objects get {} from the rule {}, but existing ones from {}: what the first run writes, the next \
             one changes",
            insert.property,
            name(view, created),
            name(view, kept)
        ),
        Some("set “do not overwrite” on the rule for existing objects, or give both conditions that exclude each other"),
    );
    true
}

/// Rules of opposite directions that undo, or feed, each other.
pub(super) fn check_opposite(view: &View<'_>, findings: &mut Findings) {
    let rules = view.rules();
    for rule in &rules {
        for run in DIRECTIONS.into_iter().filter(|run| view.runs_in(*run)) {
            if rule.direction.one_way() == Some(run.reversed()) && (rule.is_forced() || rule.is_corrected()) {
                against_run(view, &rules, rule, run, findings);
            }
        }
        one_sided_transformation(view, rule, findings);
    }
    loops(view, &rules, findings);
}

/// True if updates of a run in `run` write through the rule.
fn updates_in(rule: &RuleView<'_, '_>, run: Direction) -> bool {
    rule.direction.permits(run) && rule.rule.flags.send_on != SendOn::Create
}

/// `opposite` writes, in a run in `run`, the side that the run reads.
fn against_run(
    view: &View<'_>,
    rules: &[RuleView<'_, '_>],
    opposite: &RuleView<'_, '_>,
    run: Direction,
    findings: &mut Findings,
) {
    let (source, destination) = (run.source(), run.destination());
    let what = if opposite.is_forced() { "the forced rule" } else { "the correction of" };
    let written = opposite.name(source);
    for other in rules.iter().filter(|other| updates_in(other, run)) {
        let feeds = other.name(source) == written;
        let overwrites = other.name(destination) == opposite.name(destination);
        let consequence = if feeds && overwrites {
            if opposite.is_forced() {
                // It copies back what the run has just copied; transformations are told of by themselves.
                continue;
            }
            "the rule has written by then, so the correction finds nothing to correct"
        } else if feeds {
            "what the rule has written would be out of date at once; objects that the next run would write again \
             are left out"
        } else {
            continue;
        };
        findings.add(
            Severity::Warning,
            "SW-C164",
            opposite.place(),
            format!(
                "in runs {}, {what} {} writes {written} of the {}, and the rule {} maps {} to {}: {consequence}",
                towards(run),
                opposite.rule.name,
                source.system_name(),
                other.rule.name,
                other.name(source),
                other.name(destination)
            ),
            Some("let one of the rules own the property, or give them conditions that exclude each other"),
        );
    }
    loses_in_its_own_direction(view, rules, opposite, run, findings);
}

/// What it writes against the direction, another rule writes over in the next run of its own direction.
fn loses_in_its_own_direction(
    view: &View<'_>,
    rules: &[RuleView<'_, '_>],
    opposite: &RuleView<'_, '_>,
    run: Direction,
    findings: &mut Findings,
) {
    let own = run.reversed();
    let side = own.destination();
    if !view.runs_in(own) {
        return;
    }
    let later = rules.iter().rev().take_while(|other| !std::ptr::eq(other.rule, opposite.rule));
    let winner =
        later.filter(|other| updates_in(other, own)).find(|other| other.name(side) == opposite.name(side));
    if let Some(winner) = winner {
        findings.add(
            Severity::Warning,
            "SW-C164",
            opposite.place(),
            format!(
                "in runs {} the rule writes {} of the {}, but in runs {} the rule {} wins for it: the value changes \
                 with every change of direction",
                towards(run),
                opposite.name(side),
                side.system_name(),
                towards(own),
                winner.rule.name
            ),
            Some("let one of the rules own the property"),
        );
    }
}

/// A value that goes through a formula on the way there comes back as it is.
fn one_sided_transformation(view: &View<'_>, rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let both = matches!(rule.direction, MappingDirection::Both | MappingDirection::FromMapping);
    let comes_back = both && DIRECTIONS.into_iter().all(|run| view.runs_in(run));
    let written_back = rule.rule.flags.write_back
        && DIRECTIONS.into_iter().any(|run| view.runs_in(run) && rule.direction.permits(run));
    if rule.rule.transformation.fixed_value.is_some() || !(comes_back || written_back) {
        return;
    }
    for direction in DIRECTIONS {
        if rule.formula(direction).is_some() && rule.formula(direction.reversed()).is_none() {
            let how = if comes_back { "runs" } else { "write back" };
            findings.add(
                Severity::Warning,
                "SW-C165",
                rule.place(),
                format!(
                    "the value is transformed {}, but not {}: {how} in that direction write {} over with the \
                     transformed value",
                    towards(direction),
                    towards(direction.reversed()),
                    rule.name(direction.source())
                ),
                Some("add the transformation that undoes it, or let the rule write in one direction only"),
            );
        }
    }
}

/// Two rules, one for each direction, of which only one transforms the value.
fn loops(view: &View<'_>, rules: &[RuleView<'_, '_>], findings: &mut Findings) {
    if !DIRECTIONS.into_iter().all(|run| view.runs_in(run)) {
        return;
    }
    let one_way = |rule: &&RuleView<'_, '_>, wanted: Direction| {
        rule.direction.one_way() == Some(wanted) && updates_in(rule, wanted)
    };
    let transforms = |rule: &RuleView<'_, '_>, direction: Direction| {
        let transformation = &rule.rule.transformation;
        rule.formula(direction).is_some()
            || transformation.fixed_value.is_some()
            || !rule.rule.flags.lookup.is_empty()
    };
    for there in rules.iter().filter(|rule| one_way(rule, Direction::ToTarget)) {
        let same = |rule: &&RuleView<'_, '_>| {
            (&rule.rule.left, &rule.rule.right) == (&there.rule.left, &there.rule.right)
        };
        for back in rules.iter().filter(|rule| one_way(rule, Direction::ToCentral)).filter(same) {
            let (by_there, by_back) =
                (transforms(there, Direction::ToTarget), transforms(back, Direction::ToCentral));
            if by_there == by_back {
                continue;
            }
            let (changing, plain) = if by_there { (there, back) } else { (back, there) };
            findings.add(
                Severity::Warning,
                "SW-C165",
                plain.place(),
                format!(
                    "{} and {} map the same two properties, one in each direction, but only {} transforms the \
                     value: the value is another one after a run in each direction",
                    there.rule.name, back.rule.name, changing.rule.name
                ),
                Some("add the transformation that undoes it, or remove one of the rules"),
            );
        }
    }
}
