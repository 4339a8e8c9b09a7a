//! Which lines of the tree are shown: those that pass the filter, with the lines above them.

use std::collections::HashSet;

use super::tree::{Mark, Node, Tree};

/// Which changes the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Show {
    /// All of them.
    #[default]
    All,
    /// Those that break, or may break, something.
    Breaking,
    /// What is gone.
    Removed,
    /// What changed.
    Changed,
    /// What is new.
    Added,
    /// Decisions that stay.
    Kept,
    /// What known schemas filled in.
    Filled,
}

impl Show {
    /// All choices, in the order of the bar.
    pub const ALL: [Self; 7] =
        [Self::All, Self::Breaking, Self::Removed, Self::Changed, Self::Added, Self::Kept, Self::Filled];

    /// Its word.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Breaking => "Breaking",
            Self::Removed => "Removed",
            Self::Changed => "Changed",
            Self::Added => "Added",
            Self::Kept => "Kept",
            Self::Filled => "Filled in",
        }
    }

    /// True for lines that are such a change themselves.
    #[must_use]
    pub fn takes(self, node: &Node) -> bool {
        let is = |mark| node.mark == mark && !node.is_group;
        match self {
            Self::All => matches!(node.mark, Mark::Removed | Mark::Changed | Mark::Added) && !node.is_group,
            Self::Breaking => node.breaks > 0,
            Self::Removed => is(Mark::Removed),
            Self::Changed => is(Mark::Changed),
            Self::Added => is(Mark::Added),
            Self::Kept => is(Mark::Kept),
            Self::Filled => is(Mark::Filled),
        }
    }
}

/// The filter of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only lines with this text, and what stands above and below them.
    pub text: String,
    /// Only these changes.
    pub show: Show,
}

impl Filter {
    /// True if everything passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.show == Show::All && self.text.trim().is_empty()
    }
}

/// A line that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The index of its node.
    pub node: usize,
    /// Whether the lines below it are shown; nothing if there are none.
    pub open: Option<bool>,
}

/// The lines that pass `filter`. `folded` are those that somebody opened or closed, against their default.
#[must_use]
pub fn lines(tree: &Tree, filter: &Filter, folded: &HashSet<usize>) -> Vec<Line> {
    let passing = Passing::new(tree, filter);
    let mut lines = Vec::new();
    // Lines deeper than this stand below one that is closed.
    let mut closed_at = usize::MAX;
    for (index, node) in tree.nodes.iter().enumerate() {
        if node.depth <= closed_at {
            closed_at = usize::MAX;
        }
        if closed_at != usize::MAX || !passing.is_kept(index) {
            continue;
        }
        let open = passing.leads_to_hit(index) || (node.open != folded.contains(&index));
        if node.has_children && !open {
            closed_at = node.depth;
        }
        lines.push(Line { node: index, open: node.has_children.then_some(open) });
    }
    lines
}

/// What passes a filter, by the index of the node.
struct Passing {
    everything: bool,
    /// The line passes itself, or stands below one that does.
    hit: Vec<bool>,
    /// A line below it passes itself.
    leads: Vec<bool>,
}

impl Passing {
    fn new(tree: &Tree, filter: &Filter) -> Self {
        let everything = filter.is_empty();
        if everything {
            return Self { everything, hit: Vec::new(), leads: Vec::new() };
        }
        let needle = filter.text.trim().to_lowercase();
        let count = tree.nodes.len();
        let (mut taken, mut found) = (vec![false; count], vec![false; count]);
        let (mut hit, mut leads) = (vec![false; count], vec![false; count]);
        for (index, node) in tree.nodes.iter().enumerate() {
            let above = |of: &[bool]| node.parent.and_then(|parent| of.get(parent)).copied().unwrap_or(false);
            let takes = filter.show == Show::All || filter.show.takes(node);
            let finds = node.words.contains(&needle);
            taken[index] = takes || above(&taken);
            found[index] = finds || above(&found);
            hit[index] = taken[index] && found[index];
            if !hit[index] || above(&hit) {
                continue;
            }
            let mut parent = node.parent;
            while let Some(at) = parent.filter(|at| !leads[*at]) {
                leads[at] = true;
                parent = tree.nodes[at].parent;
            }
        }
        Self { everything, hit, leads }
    }

    fn is_kept(&self, index: usize) -> bool {
        self.everything || self.hit.get(index) == Some(&true) || self.leads_to_hit(index)
    }

    fn leads_to_hit(&self, index: usize) -> bool {
        self.leads.get(index) == Some(&true)
    }
}
