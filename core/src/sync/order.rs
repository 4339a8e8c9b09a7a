//! The order in which changes are written: new keys of objects, inserts, other updates, labels, deletes; parents
//! before children; within that by key, so that the same input gives the same list (F10).
//!
//! Keys change first, because a new object may be about to get the key that another one gives up (M10).

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, Int32Array, RecordBatch},
    compute::{SortColumn, lexsort_to_indices, take_record_batch},
    datatypes::UInt8Type,
};
use datafusion::error::Result as DataFusionResult;

use crate::{
    journal::{ChangeShape, method_number},
    mapping::{CompiledMapping, WriteAs},
    project::Method,
    value::value_at,
};

/// The changes in the order of writing.
pub fn sort(
    shape: &ChangeShape,
    mapping: &CompiledMapping,
    changes: &RecordBatch,
) -> DataFusionResult<RecordBatch> {
    let methods = changes.column(1).as_primitive::<UInt8Type>();
    let is_delete = |row: usize| methods.value(row) == method_number(Method::Delete);
    let new_keys: Vec<&ArrayRef> = shape
        .properties
        .iter()
        .enumerate()
        .filter(|(_, column)| shape.key(shape.side).iter().any(|(name, _)| *name == column.name))
        .map(|(position, _)| {
            let [_, _, rule] = shape.property_columns(position);
            changes.column(rule)
        })
        .collect();
    let gets_new_key = |row: usize| {
        methods.value(row) == method_number(Method::Update)
            && new_keys.iter().any(|rules| rules.is_valid(row))
    };
    let phases: Int32Array = methods
        .values()
        .iter()
        .enumerate()
        .map(|(row, method)| Some(if gets_new_key(row) { NEW_KEY } else { phase(*method) }))
        .collect();
    let depths =
        if mapping.parents_first { depths(shape, mapping, changes) } else { vec![0; changes.num_rows()] };
    let depths: Int32Array = depths
        .into_iter()
        .enumerate()
        .map(|(row, depth)| Some(if is_delete(row) { -depth } else { depth }))
        .collect();
    let mut columns: Vec<ArrayRef> = vec![Arc::new(phases), Arc::new(depths)];
    for side in [shape.side, shape.side.other()] {
        let first = shape.key_column(side);
        columns
            .extend((first..first + shape.key(side).len()).map(|column| Arc::clone(changes.column(column))));
    }
    let columns: Vec<SortColumn> =
        columns.into_iter().map(|values| SortColumn { values, options: None }).collect();
    let indices = lexsort_to_indices(&columns, None)?;
    Ok(take_record_batch(changes, &indices)?)
}

/// Before every [`phase`].
const NEW_KEY: i32 = -1;

fn phase(method: u8) -> i32 {
    let order =
        [Method::Insert, Method::Update, Method::ResetOutstanding, Method::MarkOutstanding, Method::Delete];
    order
        .iter()
        .position(|one| method_number(*one) == method)
        .and_then(|at| i32::try_from(at).ok())
        .unwrap_or(0)
}

/// How many parents of each object are in the list too, for types that refer to themselves.
fn depths(shape: &ChangeShape, mapping: &CompiledMapping, changes: &RecordBatch) -> Vec<i32> {
    let class = mapping.class(shape.side);
    let own_reference = mapping.inserts.iter().find_map(|target| match &target.write_as {
        WriteAs::Reference { references, property, onward, .. }
            if *references == class.schema_type.name && onward.is_empty() =>
        {
            Some((target.property.as_str(), property.as_str()))
        }
        _ => None,
    });
    let flat = || vec![0; changes.num_rows()];
    let Some((parent, name)) = own_reference else { return flat() };
    let position = |wanted: &str| shape.properties.iter().position(|column| column.name == wanted);
    let (Some(parent), Some(name)) = (position(parent), position(name)) else { return flat() };
    let text = |position: usize, row: usize| {
        let [old, new, _] = shape.property_columns(position);
        let column = if changes.column(new).is_valid(row) { new } else { old };
        let value = value_at(changes.column(column), row);
        (!value.is_empty()).then(|| value.to_string())
    };
    let rows_by_name: HashMap<String, usize> =
        (0..changes.num_rows()).filter_map(|row| Some((text(name, row)?, row))).collect();
    let parents: Vec<Option<usize>> = (0..changes.num_rows())
        .map(|row| text(parent, row).and_then(|parent| rows_by_name.get(&parent).copied()))
        .collect();
    depths_below(&parents)
}

/// How many steps each row is below the top. Nothing is below itself; the rows of a cycle are at the top, since
/// their references are set in a second pass.
fn depths_below(parents: &[Option<usize>]) -> Vec<i32> {
    #[derive(Clone, Copy)]
    enum State {
        Unknown,
        /// At that place of the walk that goes on.
        Walked(usize),
        Known(i32),
    }
    let mut states = vec![State::Unknown; parents.len()];
    let mut walk = Vec::new();
    for row in 0..parents.len() {
        let mut at = Some(row);
        let mut below = 0;
        while let Some(current) = at {
            match states.get_mut(current) {
                Some(state @ State::Unknown) => {
                    *state = State::Walked(walk.len());
                    walk.push(current);
                    at = parents.get(current).copied().flatten().filter(|parent| *parent != current);
                    continue;
                }
                Some(State::Walked(place)) => {
                    for one in walk.split_off(*place) {
                        if let Some(state) = states.get_mut(one) {
                            *state = State::Known(0);
                        }
                    }
                    below = 1;
                }
                Some(State::Known(depth)) => below = depth.saturating_add(1),
                None => {}
            }
            break;
        }
        while let Some(one) = walk.pop() {
            if let Some(state) = states.get_mut(one) {
                *state = State::Known(below);
            }
            below = below.saturating_add(1);
        }
    }
    states.into_iter().map(|state| if let State::Known(depth) = state { depth } else { 0 }).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn depths_count_from_the_top() {
        let cases: [(&[Option<usize>], &[i32]); 6] = [
            (&[], &[]),
            // A chain, its end first.
            (&[Some(1), Some(2), None], &[2, 1, 0]),
            // Below a root that is its own parent.
            (&[Some(0), Some(0), Some(1), Some(1)], &[0, 1, 2, 2]),
            (&[Some(1), Some(2), Some(2)], &[2, 1, 0]),
            // A cycle with a chain below it, before and after it in the list.
            (&[Some(1), Some(2), Some(3), Some(4), Some(2), Some(0)], &[2, 1, 0, 0, 0, 3]),
            // A parent that is not in the list.
            (&[Some(9), Some(0)], &[0, 1]),
        ];
        for (parents, depths) in cases {
            assert_eq!(depths_below(parents), depths, "{parents:?}");
        }
    }

    #[test]
    fn a_long_chain_takes_no_time() {
        const ROWS: usize = 200_000;
        // The same chain from both ends: the walk to the top must not begin anew in either.
        let down: Vec<Option<usize>> = (0..ROWS).map(|row| Some(row.saturating_sub(1))).collect();
        let up: Vec<Option<usize>> = (0..ROWS).map(|row| Some((row + 1).min(ROWS - 1))).collect();
        let since = Instant::now();
        let (down, up) = (depths_below(&down), depths_below(&up));
        assert!(since.elapsed() < Duration::from_secs(4), "{:?}", since.elapsed());
        let depths: Vec<i32> = (0..ROWS).map(|row| i32::try_from(row).unwrap()).collect();
        assert_eq!(down, depths);
        assert_eq!(up, depths.into_iter().rev().collect::<Vec<_>>());
    }
}
