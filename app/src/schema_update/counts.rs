//! What an update comes to: how much is added, removed and changed, and how much of that breaks something.

use std::collections::BTreeSet;

use syncwright_core::schema::{
    update::{ChangedType, SchemaDiff, Update},
    usage::UsedBy,
};

use crate::ui::text;

/// Numbers of types or properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount {
    /// New ones.
    pub added: usize,
    /// Those that are gone.
    pub removed: usize,
    /// Those that changed.
    pub changed: usize,
}

/// Numbers of parts of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// Object matching rules and property mapping rules.
    pub rules: usize,
    /// Mappings.
    pub mappings: usize,
    /// Workflow steps.
    pub steps: usize,
    /// Anything else: classes, scopes, keys, …
    pub others: usize,
}

/// What an update comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Types.
    pub types: Amount,
    /// Properties of types that stay.
    pub properties: Amount,
    /// What cannot work any more, because something that it uses is gone.
    pub breaks: Parts,
    /// What may not work any more, because something that it uses changed.
    pub may_break: Parts,
}

impl Counts {
    /// Counts an update.
    #[must_use]
    pub fn of(update: &Update) -> Self {
        let diff = &update.diff;
        let sum = |count: fn(&ChangedType) -> usize| diff.changed.iter().map(count).sum();
        let (gone, changed) = broken(diff);
        Self {
            types: Amount {
                added: diff.added.len(),
                removed: diff.removed.len(),
                changed: diff.changed.len(),
            },
            properties: Amount {
                added: sum(|one| one.added.len()),
                removed: sum(|one| one.removed.len()),
                changed: sum(|one| one.changed.len()),
            },
            may_break: Parts::of(changed.difference(&gone).copied()),
            breaks: Parts::of(gone.iter().copied()),
        }
    }

    /// What the update does, for the button that accepts it.
    #[must_use]
    pub fn accept_text(&self, active: bool) -> String {
        let types = self.types.words("type", "types");
        let properties = self.properties.words("property", "properties");
        let mut parts = vec![match (types.is_empty(), properties.is_empty()) {
            (false, _) => types,
            (true, false) => properties,
            (true, true) => "settings of the schema".to_owned(),
        }];
        parts.extend(self.breaks.most().map(|words| format!("breaks {words}")));
        if self.breaks == Parts::default() {
            parts.extend(self.may_break.most().map(|words| format!("may break {words}")));
        }
        let state = if active { "the project becomes inactive" } else { "the project stays inactive" };
        parts.push(state.to_owned());
        format!("Accept: {}", parts.join("; "))
    }
}

/// What breaks because something is gone, and what may because something changed.
fn broken(diff: &SchemaDiff) -> (BTreeSet<&UsedBy>, BTreeSet<&UsedBy>) {
    let types = diff.removed.iter().flat_map(|one| &one.breaks);
    let properties = diff.changed.iter().flat_map(|one| &one.removed).flat_map(|one| &one.breaks);
    let facts = diff.changed.iter().flat_map(|one| &one.facts).flat_map(|one| &one.breaks);
    let changed = diff.changed.iter().flat_map(|one| &one.changed).flat_map(|one| &one.breaks);
    (types.chain(properties).collect(), facts.chain(changed).collect())
}

impl Amount {
    /// `3 types added, 1 removed`; empty if there are none.
    #[must_use]
    pub fn words(&self, one: &str, many: &str) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (count, what) in [(self.added, "added"), (self.removed, "removed"), (self.changed, "changed")] {
            let count = count as u64;
            match (count, parts.is_empty()) {
                (0, _) => {}
                (_, true) => parts.push(format!("{} {what}", text::count(count, one, many))),
                (_, false) => parts.push(format!("{} {what}", text::number(count))),
            }
        }
        parts.join(", ")
    }
}

impl Parts {
    fn of<'a>(users: impl Iterator<Item = &'a UsedBy>) -> Self {
        let mut parts = Self::default();
        for user in users {
            *match user {
                UsedBy::MatchingRule { .. } | UsedBy::Rule { .. } => &mut parts.rules,
                UsedBy::Mapping { .. } => &mut parts.mappings,
                UsedBy::Step { .. } => &mut parts.steps,
                _ => &mut parts.others,
            } += 1;
        }
        parts
    }

    fn all(&self) -> [(usize, &'static str, &'static str); 4] {
        [
            (self.rules, "rule", "rules"),
            (self.mappings, "mapping", "mappings"),
            (self.steps, "step", "steps"),
            (self.others, "other setting", "other settings"),
        ]
    }

    /// The most telling of them: `2 rules`.
    fn most(&self) -> Option<String> {
        self.list().into_iter().next()
    }

    /// All of them: `2 rules`, `1 mapping`.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        let there = self.all().into_iter().filter(|(count, ..)| *count > 0);
        there.map(|(count, one, many)| text::count(count as u64, one, many)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_button_says_what_accepting_does() {
        let mut counts = Counts {
            types: Amount { added: 3, removed: 1, changed: 0 },
            breaks: Parts { rules: 2, mappings: 1, ..Parts::default() },
            ..Counts::default()
        };
        assert_eq!(
            counts.accept_text(true),
            "Accept: 3 types added, 1 removed; breaks 2 rules; the project becomes inactive"
        );
        counts.breaks = Parts::default();
        counts.may_break.steps = 1;
        counts.types = Amount { changed: 1, ..Amount::default() };
        assert_eq!(
            counts.accept_text(false),
            "Accept: 1 type changed; may break 1 step; the project stays inactive"
        );
        assert_eq!(
            Counts::default().accept_text(true),
            "Accept: settings of the schema; the project becomes inactive"
        );
    }
}
