//! The tables that virtual properties of a class reach from its objects, one reference after the other.
//!
//! Whoever looks at a few objects need not read the whole of those tables: this says by which values their rows
//! are found. What the values are, the plan of the class alone says.

use super::{super::path::Way, CompiledClass};
use crate::project::SchemaType;

/// A table that is reached, and how.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Whose columns lead there: those of an earlier table in the list, or of the objects of the class.
    pub from: Option<usize>,
    /// The columns that lead there.
    pub columns: Vec<String>,
    /// The table.
    pub to: SchemaType,
    /// Its columns that hold the same values, in the same order.
    pub by: Vec<String>,
}

impl CompiledClass {
    /// The tables that the computed properties of the class need beside its own objects.
    #[must_use]
    pub fn reached(&self) -> Vec<Reached> {
        let mut reached = Vec::new();
        let is_computed = |name: &String| self.computed.contains(name);
        for computed in self.virtual_properties.iter().filter(|one| is_computed(&one.property.name)) {
            match &computed.way {
                Err(_) | Ok(Way::Own(_)) => {}
                Ok(Way::References(legs)) => {
                    let mut from = None;
                    for leg in legs {
                        let (columns, by) = (leg.hop.columns.clone(), leg.hop.properties.clone());
                        reached.push(Reached { from, columns, to: leg.to.clone(), by });
                        from = Some(reached.len() - 1);
                    }
                }
                Ok(Way::Members(members)) => {
                    let (columns, by) = (members.own.properties.clone(), members.own.columns.clone());
                    reached.push(Reached { from: None, columns, to: members.table.clone(), by });
                    if let Some(leg) = &members.member {
                        let (columns, by) = (leg.hop.columns.clone(), leg.hop.properties.clone());
                        let from = Some(reached.len() - 1);
                        reached.push(Reached { from, columns, to: leg.to.clone(), by });
                    }
                }
            }
        }
        reached
    }
}
