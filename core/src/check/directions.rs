//! Settings of a rule that write, or look, against the direction of the run: R4, R9, R10, R11, R21 (R17, D4).

use super::{
    Findings, Repair, RuleSetting, Severity,
    mappings::SESSION,
    repair::labels,
    view::{DIRECTIONS, RuleView, towards},
};
use crate::{
    mapping::{compile, is_writable},
    project::{Direction, MappingDirection, RuleKind, SendOn, Side},
};

pub(super) fn check(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    against_the_direction(rule, findings);
    read_only(rule, findings);
    trap(rule, findings);
    on_insert(rule, findings);
    never(rule, findings);
}

/// A rule whose direction the mapping does not have, and that does nothing against it either.
fn never(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let (own, mapping) = (rule.direction.one_way(), rule.view.mapping.direction.one_way());
    let Some((own, mapping)) = own.zip(mapping).filter(|(own, mapping)| own != mapping) else { return };
    let setting = rule.rule;
    if setting.ignore_direction_on_insert
        || setting.force_against_direction
        || setting.detect_rogue_modifications
    {
        return;
    }
    findings.add(
        Severity::Warning,
        "SW-C137",
        rule.place(),
        format!("the rule never runs: it maps {}, but the mapping only {}", towards(own), towards(mapping)),
        Some("change the direction of the rule or of the mapping"),
    );
}

fn clear(rule: &RuleView<'_, '_>, settings: Vec<RuleSetting>) -> Repair {
    Repair::ClearRuleSettings {
        mapping: rule.view.mapping.name.clone(),
        rule: rule.rule.name.clone(),
        settings,
    }
}

/// Why the rule has no direction to write against.
const fn not_one_way(rule: &RuleView<'_, '_>) -> Option<&'static str> {
    match rule.direction {
        MappingDirection::ToTarget | MappingDirection::ToCentral => None,
        MappingDirection::DoNotMap => Some("the rule does not map at all"),
        MappingDirection::Both | MappingDirection::FromMapping => Some("the rule writes in both directions"),
    }
}

/// R9, R10, R11: which go together, and with which rules.
fn against_the_direction(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let setting = rule.rule;
    let (force, detect, correct) = (
        setting.force_against_direction,
        setting.detect_rogue_modifications,
        setting.correct_rogue_modifications,
    );
    if force && (detect || correct) {
        let other = if detect {
            RuleSetting::DetectRogueModifications
        } else {
            RuleSetting::CorrectRogueModifications
        };
        findings.add(
            Severity::Error,
            "SW-C140",
            rule.place(),
            format!(
                "“{}” and “{}” exclude each other: what a forced rule copies against the direction cannot be a \
                 rogue modification at the same time",
                RuleSetting::ForceAgainstDirection.label(),
                other.label()
            ),
            Some("keep one of the two"),
        );
    }
    let multi = (setting.kind == RuleKind::MultiReference).then_some("the rule is a multi-reference");
    if let Some(why) = multi.or(not_one_way(rule)).filter(|_| force) {
        // Without force, the others would take effect.
        let repair = (!detect && !correct).then(|| clear(rule, vec![RuleSetting::ForceAgainstDirection]));
        findings.add_repairable(
            Severity::Error,
            "SW-C141",
            rule.place(),
            format!(
                "“{}” is only for value rules with one direction, but {why}; there is nothing to force it against",
                RuleSetting::ForceAgainstDirection.label()
            ),
            "give the rule one direction, or remove the setting",
            repair,
        );
    }
    if let Some(why) = not_one_way(rule).filter(|_| detect) {
        let settings = vec![RuleSetting::DetectRogueModifications, RuleSetting::CorrectRogueModifications];
        findings.add_repairable(
            Severity::Error,
            "SW-C142",
            rule.place(),
            format!(
                "“{}” needs a rule with one direction, but {why}; neither system owns the value, so no change \
                 of it is rogue",
                RuleSetting::DetectRogueModifications.label()
            ),
            "give the rule one direction, or remove the setting",
            Some(clear(rule, settings)),
        );
    }
    if correct && !detect {
        findings.add(
            Severity::Error,
            "SW-C143",
            rule.place(),
            format!(
                "“{}” works only together with “{}”: without it nothing is found that could be corrected",
                RuleSetting::CorrectRogueModifications.label(),
                RuleSetting::DetectRogueModifications.label()
            ),
            Some("switch on both, or neither"),
        );
    }
}

/// What writes the system that a run reads is never effective if its connection is read-only.
fn read_only(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let (setting, project) = (rule.rule, rule.view.project);
    let refused = |side: Side| project.system(side).connection.read_only;
    let one_way = rule.direction.one_way().map(Direction::destination);
    let mut useless: Vec<(&str, Side)> = Vec::new();
    if let Some(side) = one_way.filter(|side| refused(*side)) {
        if rule.is_forced() {
            useless.push((RuleSetting::ForceAgainstDirection.label(), side));
        }
        if rule.is_corrected() {
            useless.push((RuleSetting::CorrectRogueModifications.label(), side));
        }
    }
    if setting.flags.write_back {
        let mut sides = DIRECTIONS.into_iter().filter(|direction| rule.direction.permits(*direction));
        if let Some(direction) = sides.find(|direction| refused(direction.source())) {
            useless.push(("write back", direction.source()));
        }
    }
    for (what, side) in useless {
        findings.add(
            Severity::Warning,
            "SW-C144",
            rule.place(),
            format!(
                "“{what}” never takes effect: it writes {} in the {}, whose connection is read-only",
                rule.name(side),
                side.system_name()
            ),
            Some("allow the connection to write, or remove the setting"),
        );
    }
}

/// D4: an object that a step creates lacks the value, and the next run takes that for a rogue modification.
fn trap(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let Some(direction) = rule.direction.one_way().filter(|_| rule.is_corrected()) else { return };
    if rule.rule.ignore_direction_on_insert || rule.view.mapping.only_for_updates {
        return;
    }
    let run = direction.reversed();
    let Some(step) = rule.view.steps_in(run).find(|one| one.inserts()) else { return };
    let (created, owned) = (run.destination(), direction.destination());
    let repair = can_ignore_direction(rule, run).then(|| Repair::IgnoreDirectionOnInsert {
        mapping: rule.view.mapping.name.clone(),
        rule: rule.rule.name.clone(),
    });
    findings.add_repairable(
        Severity::Warning,
        "SW-C146",
        rule.place(),
        format!(
            "objects that the step {} creates in the {} start without {}, because the rule writes {} only; the \
             next run takes the value that the {} has for a rogue modification and removes it there",
            step.step.name,
            created.system_name(),
            rule.name(created),
            towards(direction),
            owned.system_name()
        ),
        "let the rule ignore the direction on insert, so that new objects start with the value",
        repair,
    );
}

/// True if the rule could take part in creating objects in that direction, too: its value fits there, and no
/// other rule is in its way.
fn can_ignore_direction(rule: &RuleView<'_, '_>, run: Direction) -> bool {
    let created = run.destination();
    let mut rules = rule.view.rules().into_iter();
    let is_alone = !rules.any(|other| {
        !std::ptr::eq(other.rule, rule.rule) && other.name(created) == rule.name(created) && other.writes(run)
    });
    let mut mapping = rule.view.mapping.clone();
    for one in mapping.rules.iter_mut().filter(|one| one.name == rule.rule.name) {
        one.ignore_direction_on_insert = true;
    }
    is_alone
        && rule.rule.flags.send_on != SendOn::Update
        && compile(&SESSION, rule.view.project, &mapping, None, run, true).is_ok()
}

/// True if rules can write the property of the rule on `side`.
fn can_write(rule: &RuleView<'_, '_>, side: Side) -> bool {
    let (Some(class), Some(property)) = (rule.view.class(side), rule.property(side)) else { return false };
    is_writable(&rule.view.project.system(side).schema, class, property)
}

/// R4 and other settings of new objects, where they change nothing.
fn on_insert(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let (setting, mapping) = (rule.rule, rule.view.mapping);
    let only_for_updates = mapping.only_for_updates.then_some("the mapping is only suitable for updates");
    let never = match setting.flags.send_on {
        SendOn::Update => Some("the rule is only for existing objects"),
        SendOn::Always | SendOn::Create => only_for_updates,
    };
    let set: Vec<RuleSetting> = [RuleSetting::IgnoreDirectionOnInsert, RuleSetting::ValueOnInsert]
        .into_iter()
        .filter(|one| one.is_set(setting))
        .collect();
    if let Some(why) = never.filter(|_| !set.is_empty()) {
        findings.add_repairable(
            Severity::Warning,
            "SW-C147",
            rule.place(),
            format!("{} never takes effect, because {why}", labels(&set)),
            "remove the setting, or let the rule run for new objects",
            Some(clear(rule, set)),
        );
        return;
    }
    if setting.flags.send_on == SendOn::Create && mapping.only_for_updates {
        findings.add(
            Severity::Warning,
            "SW-C147",
            rule.place(),
            "the rule is only for new objects, but the mapping is only suitable for updates: it never runs"
                .to_owned(),
            Some("let the rule run for existing objects, or let the mapping insert"),
        );
    }
    let both = matches!(rule.direction, MappingDirection::Both | MappingDirection::FromMapping);
    if setting.ignore_direction_on_insert && both {
        findings.add_repairable(
            Severity::Info,
            "SW-C145",
            rule.place(),
            "“ignore direction on insert” changes nothing: the rule runs in both directions anyway"
                .to_owned(),
            "remove the setting, or give the rule one direction",
            Some(clear(rule, vec![RuleSetting::IgnoreDirectionOnInsert])),
        );
    }
}

/// The setting that makes a rule write what it cannot, in a run in that direction; `None` if it is the rule's
/// own direction.
pub(super) fn why_written(rule: &RuleView<'_, '_>, run: Direction) -> Option<&'static str> {
    if rule.direction.permits(run) {
        return (rule.rule.flags.write_back && can_write(rule, run.destination())).then_some("write back");
    }
    if rule.rule.ignore_direction_on_insert && !can_write(rule, run.destination()) {
        return Some(RuleSetting::IgnoreDirectionOnInsert.label());
    }
    if rule.is_forced() {
        return Some(RuleSetting::ForceAgainstDirection.label());
    }
    rule.is_corrected().then_some(RuleSetting::CorrectRogueModifications.label())
}
