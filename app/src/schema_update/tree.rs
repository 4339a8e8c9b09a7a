//! The tree of an update: what is removed, changed and added, each with what it breaks below it; then the
//! decisions that stay, and what known schemas filled in.

use syncwright_core::{
    project::Schema,
    schema::{
        update::{AddedType, ChangedType, Update},
        usage::UsedBy,
    },
};

use crate::ui::text;

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A type or property that is gone.
    Removed,
    /// A type or property that changed, or a fact about one.
    Changed,
    /// A new type or property.
    Added,
    /// A part of the project that breaks.
    Breaks,
    /// A part of the project that may break.
    MayBreak,
    /// A decision that stays.
    Kept,
    /// Something that a known schema filled in.
    Filled,
}

/// A line of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// How deep it stands.
    pub depth: usize,
    /// What it is about.
    pub mark: Mark,
    /// Its text.
    pub text: String,
    /// What there is to say about it.
    pub detail: String,
    /// Its accessible name.
    pub name: String,
    /// The part of the project that it leads to.
    pub user: Option<UsedBy>,
    /// How many parts of the project stand directly below it.
    pub breaks: usize,
    /// Lines stand below it.
    pub has_children: bool,
    /// Those are shown unless somebody folds them.
    pub open: bool,
    /// It stands for several others, and is no change itself.
    pub is_group: bool,
    /// What the filter looks through.
    pub(super) words: String,
    pub(super) parent: Option<usize>,
}

/// The lines of an update, each followed by those below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    /// The lines.
    pub nodes: Vec<Node>,
    path: Vec<usize>,
}

impl Tree {
    /// The tree of an update.
    #[must_use]
    pub fn of(update: &Update) -> Self {
        let mut tree = Self::default();
        let diff = &update.diff;
        for fact in &diff.facts {
            tree.push(0, Mark::Changed, "The schema as a whole", &fact.to_string(), "Changed schema");
            tree.push_users(1, Mark::MayBreak, &fact.breaks);
        }
        for removed in &diff.removed {
            let name = format!("Removed type {}", removed.name);
            tree.push(0, Mark::Removed, &removed.name, "", &name);
            tree.push_users(1, Mark::Breaks, &removed.breaks);
        }
        for changed in &diff.changed {
            tree.push_changed(changed);
        }
        for added in &diff.added {
            tree.push_added(added, &update.schema);
        }
        let kept = update.kept.iter().map(ToString::to_string);
        tree.push_group(Mark::Kept, "Decisions that stay", kept.collect());
        let filled = update.filled.iter().map(|one| format!("{}: {}", one.schema_type, one.what.join(", ")));
        tree.push_group(Mark::Filled, "Filled in from known schemas", filled.collect());
        tree
    }

    fn push_changed(&mut self, changed: &ChangedType) {
        let of = &changed.name;
        self.push(0, Mark::Changed, of, "", &format!("Changed type {of}"));
        self.last(|node| node.is_group = true);
        for fact in &changed.facts {
            let words = fact.to_string();
            self.push(
                1,
                Mark::Changed,
                &fact.fact.to_string(),
                &words,
                &format!("Changed type {of}: {words}"),
            );
            self.push_users(2, Mark::MayBreak, &fact.breaks);
        }
        for removed in &changed.removed {
            let name = format!("Removed property {of}.{}", removed.name);
            self.push(1, Mark::Removed, &removed.name, "", &name);
            self.push_users(2, Mark::Breaks, &removed.breaks);
        }
        for property in &changed.changed {
            let facts: Vec<String> = property.facts.iter().map(ToString::to_string).collect();
            let facts = facts.join("; ");
            let name = format!("Changed property {of}.{}: {facts}", property.name);
            self.push(1, Mark::Changed, &property.name, &facts, &name);
            self.push_users(2, Mark::MayBreak, &property.breaks);
        }
        for added in &changed.added {
            self.push(1, Mark::Added, added, "", &format!("Added property {of}.{added}"));
        }
    }

    fn push_added(&mut self, added: &AddedType, schema: &Schema) {
        let count = text::count(added.properties as u64, "property", "properties");
        let key = if added.has_key { "" } else { ", no key: it takes no part in synchronization" };
        let name = format!("Added type {}", added.name);
        self.push(0, Mark::Added, &added.name, &format!("{count}{key}"), &name);
        self.last(|node| node.open = false);
        for property in schema.schema_type(&added.name).iter().flat_map(|found| &found.properties) {
            let name = format!("Added property {}.{}", added.name, property.name);
            self.push(1, Mark::Added, &property.name, &property.value_type.label(), &name);
            // It came with its type.
            self.last(|node| node.is_group = true);
        }
    }

    fn push_group(&mut self, mark: Mark, title: &str, lines: Vec<String>) {
        if lines.is_empty() {
            return;
        }
        self.push(0, mark, title, &text::number(lines.len() as u64), title);
        self.last(|node| {
            node.is_group = true;
            node.open = false;
        });
        for line in lines {
            self.push(1, mark, &line, "", &line);
        }
    }

    fn push_users(&mut self, depth: usize, mark: Mark, users: &[UsedBy]) {
        if users.is_empty() {
            return;
        }
        let verb = if mark == Mark::Breaks { "breaks" } else { "may break" };
        self.last(|node| node.breaks = users.len());
        for user in users {
            self.push(depth, mark, &user.to_string(), "", &format!("{verb} {user}"));
            self.last(|node| node.user = Some(user.clone()));
        }
    }

    fn push(&mut self, depth: usize, mark: Mark, text: &str, detail: &str, name: &str) {
        self.path.truncate(depth);
        let parent = self.path.last().copied();
        if let Some(parent) = parent.and_then(|parent| self.nodes.get_mut(parent)) {
            parent.has_children = true;
        }
        self.path.push(self.nodes.len());
        self.nodes.push(Node {
            depth,
            mark,
            text: text.to_owned(),
            detail: detail.to_owned(),
            name: name.to_owned(),
            user: None,
            breaks: 0,
            has_children: false,
            open: true,
            is_group: false,
            words: format!("{text}\n{detail}").to_lowercase(),
            parent,
        });
    }

    fn last(&mut self, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.last_mut() {
            change(node);
        }
    }

    /// The tree as text, for the clipboard: the lines of `shown`, indented.
    #[must_use]
    pub fn to_text(&self, shown: impl Iterator<Item = usize>) -> String {
        let line = |node: &Node| {
            let detail = if node.detail.is_empty() || node.name.contains(&node.detail) {
                String::new()
            } else {
                format!(" ({})", node.detail)
            };
            format!("{}{}{detail}\n", "  ".repeat(node.depth), node.name)
        };
        shown.filter_map(|index| self.nodes.get(index)).map(line).collect()
    }
}
