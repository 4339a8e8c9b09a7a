//! Names of objects with more than one candidate (M4), for the log and for the rule test.
//!
//! Read only if there are any: the pass itself knows row numbers, nothing else. A matching rule over a property
//! that is not unique can make a thousand objects candidates of a thousand others, a million pairs.

use std::collections::{HashMap, HashSet};

use arrow::{array::RecordBatch, datatypes::DataType};
use datafusion::{
    common::{Column, TableReference},
    error::Result as DataFusionResult,
    functions_aggregate::expr_fn::count,
    logical_expr::{Expr, JoinType, LogicalPlan, LogicalPlanBuilder, cast, lit},
    prelude::SessionContext,
};

use super::reconcile::AmbiguousGroup;
use crate::{
    connect::ROW_COLUMN,
    expr::property,
    mapping::{CompiledMapping, CompiledMatch},
    project::Side,
};

/// Names that a message tells one by one.
const TOLD: usize = 20;

/// Finds the names of ambiguous objects: the candidates whose key several pairs share.
pub async fn name_ambiguous(
    session: &SessionContext,
    mapping: &CompiledMapping,
    rule: &CompiledMatch,
    left: LogicalPlan,
    right: LogicalPlan,
) -> DataFusionResult<Vec<AmbiguousGroup>> {
    let keys = rule.keys(Side::Left);
    if !keys.is_empty() {
        return Ok(in_order(name_sharing(session, mapping, rule, left, right, keys).await?));
    }
    // A rule with OR has no key that its candidates share: once by the left object, once by the right one.
    let row = |side: Side| [cast(property(side, ROW_COLUMN), DataType::Int64)];
    let (by_left, by_right) = (row(Side::Left), row(Side::Right));
    let mut groups = name_sharing(session, mapping, rule, left.clone(), right.clone(), &by_left).await?;
    groups.extend(name_sharing(session, mapping, rule, left, right, &by_right).await?);
    Ok(in_order(groups))
}

/// By their names: keys depend on how the mapping is written, row numbers on the order of reading.
fn in_order(mut groups: Vec<AmbiguousGroup>) -> Vec<AmbiguousGroup> {
    groups.sort_by(|one, other| (&one.left, &one.right).cmp(&(&other.left, &other.right)));
    groups
}

/// Names the pairs that share `keys` with another pair.
async fn name_sharing(
    session: &SessionContext,
    mapping: &CompiledMapping,
    rule: &CompiledMatch,
    left: LogicalPlan,
    right: LogicalPlan,
    keys: &[Expr],
) -> DataFusionResult<Vec<AmbiguousGroup>> {
    let is_pair =
        property(Side::Left, ROW_COLUMN).is_not_null().and(property(Side::Right, ROW_COLUMN).is_not_null());
    let names: Vec<String> = (0..keys.len()).map(|number| format!("key{number}")).collect();
    let columns = keys
        .iter()
        .cloned()
        .zip(&names)
        .map(|(key, name)| key.alias(name))
        .chain([
            mapping.left.display().alias("left"),
            mapping.left.key_text().alias("left_key"),
            mapping.right.display().alias("right"),
            mapping.right.key_text().alias("right_key"),
        ])
        .collect::<Vec<_>>();
    let pairs = rule.full_join(left, right)?.filter(is_pair)?.project(columns)?.alias("pairs")?.build()?;
    let column =
        |relation: &str, name: &str| Expr::Column(Column::new(Some(TableReference::bare(relation)), name));
    let shared = LogicalPlanBuilder::from(pairs.clone())
        .aggregate(names.iter().map(|name| column("pairs", name)), [count(lit(1_i64)).alias("candidates")])?
        .filter(Expr::Column(Column::new_unqualified("candidates")).gt(lit(1_i64)))?
        .alias("shared")?
        .build()?;
    let on = (
        names.iter().map(|name| column("pairs", name)).collect::<Vec<_>>(),
        names.iter().map(|name| column("shared", name)).collect::<Vec<_>>(),
    );
    let sorted = names
        .iter()
        .map(String::as_str)
        .chain(["left", "left_key", "right", "right_key"])
        .map(|name| column("pairs", name).sort(true, true))
        .collect::<Vec<_>>();
    let plan = LogicalPlanBuilder::from(pairs)
        .join_with_expr_keys(shared, JoinType::LeftSemi, on, None)?
        .sort(sorted)?;
    let batches = session.execute_logical_plan(plan.build()?).await?.collect().await?;
    Ok(group(rule, &batches, names.len()))
}

/// Name and key of an object.
type Named = (String, String);

/// Candidates as read: key, then name and key of both objects.
fn group(rule: &CompiledMatch, batches: &[RecordBatch], keys: usize) -> Vec<AmbiguousGroup> {
    let mut groups: Vec<(Vec<String>, [Candidates; 2])> = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let text = |column: usize| crate::value::value_at(batch.column(column), row).to_string();
            let key: Vec<String> = (0..keys).map(text).collect();
            if groups.last().is_none_or(|(known, _)| *known != key) {
                groups.push((key, Default::default()));
            }
            if let Some((_, sides)) = groups.last_mut() {
                for (side, column) in sides.iter_mut().zip([keys, keys + 2]) {
                    side.add((text(column), text(column + 1)));
                }
            }
        }
    }
    groups
        .into_iter()
        .map(|(_, [left, right])| AmbiguousGroup {
            rule: rule.name.clone(),
            left: left.names(),
            right: right.names(),
            by_other_rule: false,
        })
        .collect()
}

/// The objects of one side in a group: each pair of candidates names both, so every object comes many times.
#[derive(Default)]
struct Candidates {
    /// Each once, in the order in which they came.
    objects: Vec<Named>,
    seen: HashSet<Named>,
}

impl Candidates {
    fn add(&mut self, object: Named) {
        if !self.seen.contains(&object) {
            self.seen.insert(object.clone());
            self.objects.push(object);
        }
    }

    /// Names of the objects; where two have the same name, with their keys.
    fn names(&self) -> Vec<String> {
        let mut count: HashMap<&str, usize> = HashMap::new();
        for (name, _) in &self.objects {
            *count.entry(name).or_default() += 1;
        }
        let is_alone = |name: &String| count.get(name.as_str()) == Some(&1);
        self.objects
            .iter()
            .map(|(name, key)| if is_alone(name) { name.clone() } else { format!("{name} [{key}]") })
            .collect()
    }
}

/// Names as a message tells them: of many the first, and how many more there are.
pub fn told(names: &[String]) -> String {
    let first = names.get(..TOLD).unwrap_or(names).join(" · ");
    match names.len().saturating_sub(TOLD) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn many_candidates_of_many_objects_take_no_time() {
        const OBJECTS: usize = 50_000;
        // Looking at all objects for each candidate would take minutes.
        const TIMES: usize = 10;
        let since = Instant::now();
        let mut candidates = Candidates::default();
        for _ in 0..TIMES {
            (0..OBJECTS).for_each(|at| candidates.add((format!("name {}", at / 2), at.to_string())));
        }
        let names = candidates.names();
        assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
        assert_eq!(candidates.objects.len(), OBJECTS);
        assert_eq!(names.len(), OBJECTS);
        assert_eq!(names[1..3], ["name 0 [1]", "name 1 [2]"]);
    }

    #[test]
    fn only_what_shares_a_name_is_told_with_its_key() {
        let mut candidates = Candidates::default();
        for (name, key) in [("Ann", "1"), ("Bob", "2"), ("Ann", "1"), ("Ann", "3")] {
            candidates.add((name.to_owned(), key.to_owned()));
        }
        assert_eq!(candidates.names(), ["Ann [1]", "Bob", "Ann [3]"]);
    }

    #[test]
    fn of_many_names_the_first_are_told() {
        let names: Vec<String> = (0..TOLD + 1).map(|at| at.to_string()).collect();
        assert!(told(&names[..TOLD]).ends_with("18 · 19"));
        assert!(told(&names).ends_with("18 · 19 and 1 more"));
        assert_eq!(told(&[]), "");
    }
}
