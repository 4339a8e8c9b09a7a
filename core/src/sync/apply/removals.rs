//! Rows of a table of members that go: which ones they are (S9, O7).
//!
//! A value that is in the list no more takes with it every row of the object whose member has the value, also
//! rows that are there twice.

use std::collections::{HashMap, HashSet};

use datafusion::{
    common::ScalarValue,
    logical_expr::{Expr, ident, lit},
};

use super::{
    Applied, Applier, Stopped,
    members::{Members, written_key},
    messages::nothing_to_take_out,
};
use crate::{
    connect::Connector,
    project::SchemaType,
    sync::{
        pending::Key,
        references::{read_rows, written},
        rows::{RowWrite, fitting},
    },
    value::{Value, array_of},
};

/// Up to so many objects are asked for their rows one by one; for more the whole table is read once.
const ASKED_ONE_BY_ONE: usize = 20;

/// What is looked for among the rows of one object.
struct Wanted<'a> {
    /// Position of the change.
    change: usize,
    own: Vec<Value>,
    /// Members that go: what their rows hold, and the value in the list.
    members: HashMap<String, &'a Value>,
}

impl Applier<'_> {
    /// Rows that take members out, but not those with keys in `kept`: they get another object.
    pub(super) fn removed(
        &mut self,
        members: &Members<'_>,
        kept: &HashSet<String>,
        applied: &mut Applied,
    ) -> Result<Vec<RowWrite>, Stopped> {
        let found = self.rows_of(members, |position| {
            members.changes.get(position).map_or(&[], |change| change.removed.as_slice())
        })?;
        members.tell_not_found(&found, applied);
        let mut rows = Vec::with_capacity(found.len());
        for (position, value, key) in found {
            let Some(change) = members.changes.get(position).filter(|_| !kept.contains(&written_key(&key)))
            else {
                continue;
            };
            match members.removed_row(change, value, key) {
                Ok(row) => rows.push(row),
                Err(message) => applied.refuse(change.object.index, *message, self.continue_on_error)?,
            }
        }
        Ok(rows)
    }

    /// Rows that say that `values` of each change are in, in a certain order: position of the change, value, and key of
    /// the row.
    pub(super) fn rows_of<'v>(
        &mut self,
        members: &Members<'_>,
        values: impl Fn(usize) -> &'v [Value],
    ) -> Result<Vec<(usize, &'v Value, Key)>, Stopped> {
        let mut found: Vec<(usize, &Value, Key)> = Vec::new();
        let mut wanted: HashMap<String, Wanted<'_>> = HashMap::new();
        for (position, own) in members.own.iter().enumerate() {
            // A value that its column cannot hold is in no row.
            let Some(own) = own.as_ref().and_then(|own| members.fit(&members.table.own.columns, own)) else {
                continue;
            };
            for value in values(position) {
                let keys = members.keys_in_rows(value);
                if let Some(key) = members.key_of_row(&own, &keys) {
                    found.push((position, value, key));
                    continue;
                }
                let one = wanted.entry(written(&own)).or_insert_with(|| Wanted {
                    change: position,
                    own: own.clone(),
                    members: HashMap::new(),
                });
                match members.table.member {
                    Some(_) => one.members.extend(keys.iter().map(|key| (written(key), value))),
                    None => drop(one.members.insert(value.to_string(), value)),
                }
            }
        }
        self.find_rows(members, &wanted, &mut found)?;
        // Rows come in any order; what is written must not.
        found.sort_by_cached_key(|(position, _, key)| (*position, written_key(key)));
        Ok(found)
    }

    fn find_rows<'v>(
        &mut self,
        members: &Members<'_>,
        wanted: &HashMap<String, Wanted<'v>>,
        found: &mut Vec<(usize, &'v Value, Key)>,
    ) -> Result<(), Stopped> {
        if wanted.is_empty() {
            return Ok(());
        }
        let (schema_type, table) = (members.schema_type, members.table);
        let held = match &table.member {
            Some(hop) => hop.columns.clone(),
            None => vec![table.property.clone()],
        };
        let mut searches: Vec<Vec<Expr>> = Vec::new();
        if wanted.len() <= ASKED_ONE_BY_ONE {
            for one in wanted.values() {
                searches.push(conditions(&*self.connector, schema_type, &table.own.columns, &one.own));
            }
        }
        if searches.is_empty() || searches.iter().any(Vec::is_empty) {
            searches = vec![Vec::new()];
        }
        for filters in searches {
            let lists = [table.key.as_slice(), &table.own.columns, &held];
            read_rows(
                &mut *self.connector,
                schema_type,
                lists,
                &filters,
                self.cancel,
                |[key, own, held]| {
                    if let Some(one) = wanted.get(&written(&own))
                        && let Some(value) = one.members.get(&written(&held))
                    {
                        found.push((one.change, value, table.key.iter().cloned().zip(key).collect()));
                    }
                },
            )?;
        }
        Ok(())
    }
}

impl Members<'_> {
    /// Values as columns of the table of members hold them; `None` if they cannot.
    fn fit(&self, columns: &[String], values: &[Value]) -> Option<Vec<Value>> {
        let fit = |(column, value): (&String, &Value)| fitting(self.schema_type, column, value).ok();
        columns.iter().zip(values).map(fit).collect()
    }

    /// What rows of the table hold of the members that a value stands for.
    fn keys_in_rows(&self, value: &Value) -> Vec<Vec<Value>> {
        let keys = self.references.keys(self.target, value).iter();
        match &self.table.member {
            Some(hop) => keys.filter_map(|key| self.fit(&hop.columns, key)).collect(),
            None => keys.cloned().collect(),
        }
    }

    /// Says which members are to be taken out and have no row. Of objects that were not found again that is said
    /// already.
    fn tell_not_found(&self, found: &[(usize, &Value, Key)], applied: &mut Applied) {
        let found: HashSet<(usize, String)> =
            found.iter().map(|(position, value, _)| (*position, value.to_string())).collect();
        let changes = self.changes.iter().zip(&self.own).enumerate().filter(|(_, (_, own))| own.is_some());
        for (position, (change, _)) in changes {
            for value in change.removed.iter().filter(|one| !found.contains(&(position, one.to_string()))) {
                applied.messages.push(nothing_to_take_out(self.target, change, value));
            }
        }
    }

    /// Key of the row of a member, where it can be told without reading: the table's key is made of both ends,
    /// and one member only has the value.
    fn key_of_row(&self, own: &[Value], keys: &[Vec<Value>]) -> Option<Key> {
        let (Some(hop), [member]) = (&self.table.member, keys) else { return None };
        let own = self.table.own.columns.iter().zip(own);
        let ends: HashMap<&String, &Value> = own.chain(hop.columns.iter().zip(member)).collect();
        self.table
            .key
            .iter()
            .map(|name| Some((name.clone(), ends.get(name).map(|value| (*value).clone())?)))
            .collect()
    }
}

/// Conditions that only rows of one object meet; none if the system does not take them.
fn conditions(
    connector: &dyn Connector,
    schema_type: &SchemaType,
    columns: &[String],
    values: &[Value],
) -> Vec<Expr> {
    let condition = |(name, value): (&String, &Value)| -> Option<Expr> {
        let value_type = schema_type.property(name)?.value_type;
        let literal = ScalarValue::try_from_array(&array_of(value_type, std::iter::once(value)), 0).ok()?;
        let condition = ident(name.as_str()).eq(lit(literal));
        connector.takes_filter(schema_type, &condition).then_some(condition)
    };
    columns.iter().zip(values).filter_map(condition).collect()
}
